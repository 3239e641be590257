"""What an expression of PromQL is made of: each selector of series, and the calls that it stands in."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import promql_parser
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    LabelModifier,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)


class Selected(NamedTuple):
    """One selector of an expression."""

    name: str
    matchers: dict[str, str]
    """Label -> operator and value, as `=~.+`."""
    function: str
    """The call that it is the argument of; "" where there is none."""
    window_seconds: float | None
    """Of a range selector."""
    grouped: frozenset[str]
    """Labels by which an aggregation above it groups."""


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def selected(promql: str) -> list[Selected]:
    """All selectors, in order; raises ValueError where it is no PromQL."""
    return list(_walk(promql_parser.parse(promql), "", frozenset()))


def _walk(node: Any, function: str, grouped: frozenset[str]) -> Iterator[Selected]:
    match node:
        case VectorSelector():
            yield _selected(node, function, None, grouped)
        case MatrixSelector():
            yield _selected(node.vector_selector, function, node.range.total_seconds(), grouped)
        case Call():
            for argument in node.args:
                yield from _walk(argument, node.func.name, grouped)
        case AggregateExpr():
            yield from _walk(node.expr, "", grouped | _labels(node.modifier))
        case BinaryExpr():
            matching = node.modifier.matching if node.modifier else None
            both = grouped | (frozenset(matching.labels) if isinstance(matching, LabelModifier) else frozenset())
            yield from _walk(node.lhs, "", both)
            yield from _walk(node.rhs, "", both)
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            yield from _walk(node.expr, function, grouped)


def _labels(modifier: Any) -> frozenset[str]:
    return frozenset(modifier.labels) if modifier is not None else frozenset()


def _selected(selector: VectorSelector, function: str, window: float | None, grouped: frozenset[str]) -> Selected:
    matchers = {m.name: _OPERATORS[str(m.op).removeprefix("MatchOp.")] + m.value for m in selector.matchers.matchers}
    return Selected(selector.name, matchers, function, window, grouped)
