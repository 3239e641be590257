"""What the models read, by walking them: the names of their fields, and JSON of their shape for hypothesis."""

from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec.inspect import (
    BoolType,
    FloatType,
    IntType,
    ListType,
    NoneType,
    RawType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)


def _json(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=10,
    )


JSON = _json(st.floats())
"""Any JSON; and the words that Python writes for floats which JSON does not have."""

NOTHING: st.SearchStrategy[Any] = st.nothing()

_WORDS = st.sampled_from(["", "item_1", "none", "pcm16", "pcm24", "audio/pcm", "g711_ulaw", "QUJD", "QUI=", "=="])
_NUMBERS = st.sampled_from([0, -1, 1, 8000, 24000, 2**53, -(2**53)])


def struct_of(model: type[msgspec.Struct]) -> StructType:
    """The model's fields."""
    info = type_info(model)
    assert isinstance(info, StructType)
    return info


def structs_in(info: Type) -> Iterator[StructType]:
    """The models that a field's value may be read into."""
    if isinstance(info, StructType):
        yield info
    elif isinstance(info, ListType):
        yield from structs_in(info.item_type)
    elif isinstance(info, UnionType):
        for part in info.types:
            yield from structs_in(part)


def like(info: Type, other: st.SearchStrategy[Any] = NOTHING) -> st.SearchStrategy[Any]:
    """JSON of this shape, or `other` in place of any part of it."""
    match info:
        case StructType(fields=fields):
            shapes = {field.encode_name: like(field.type, other) | other for field in fields}
            return st.fixed_dictionaries({}, optional=shapes)
        case UnionType(types=types):
            return st.one_of([like(part, other) for part in types])
        case ListType(item_type=item):
            return st.lists(like(item, other) | other, max_size=3)
        case StrType():
            return _WORDS
        case IntType() | FloatType():
            return _NUMBERS
        case BoolType():
            return st.booleans()
        case NoneType():
            return st.none()
        case RawType():
            return _json(st.floats(allow_nan=False, allow_infinity=False))
    raise AssertionError(f"no shape for {info}")


ODD = st.sampled_from(["i" * 513, 2**53 + 1, 2**64, 10**400, -1e300]) | JSON
"""What no field can have, and what it may have or not."""
