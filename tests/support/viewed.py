"""A dialogue of which a live view hears, and what the view has of it as text."""

import textwrap
from collections.abc import Iterable, Iterator

from voicetap.chunks import UpgradeRequest
from voicetap.facts import Connection, Fact, HandshakeAnswered, SpanIds, TraceIds
from voicetap.session import Session
from voicetap.signals.live import Changes, Event, LiveView, Mark, Part, SessionView, Span, Turn

from .dialogue import OPENED_AT, TARGET, Dialogue
from .metered import PRICES

CONNECTION_ID = "5e55100000000001"
REQUESTED_AT = 1_795_262_400.0
"""2026-11-21 12:00 UTC."""


class Viewed(Dialogue):
    """It tells a view of everything, from the answer to the upgrade request on, and knows what things cost."""

    def __init__(
        self,
        target: str = TARGET,
        at: float = OPENED_AT,
        *,
        content: bool = False,
        view: LiveView | None = None,
        handshake: str = "101",
        id: str = CONNECTION_ID,
    ) -> None:
        """`content`: what is said makes facts, and, where the view is made here, is shown. `handshake`: its outcome."""
        super().__init__(target, at, content=content)
        self._session = Session(target, at, prices=PRICES, content=content)
        self.view = LiveView(content=content) if view is None else view
        self.ids = TraceIds()
        self.ids.handshake = SpanIds("0" * 31 + "1", "0" * 15 + "1")
        self.id = id
        self.sink = self.view.connection(Connection(id, UpgradeRequest(target, (), at), REQUESTED_AT), self.ids)
        self.tell(HandshakeAnswered(at, handshake, 0.0))

    def tell(self, *facts: Fact) -> None:
        """What does not come from the conversation."""
        for fact in facts:
            self.sink.receive(fact)

    @property
    def page(self) -> SessionView:
        """What the view has of it."""
        session = self.view.session(self.id)
        assert session is not None
        return session

    def timeline(self) -> str:
        """Spans and marks in order of time, and the turns."""
        changes = self.page.changes()
        bars = sorted([*changes.spans, *changes.marks], key=_moment)
        return "\n".join([*map(line, bars), *map(line, changes.turns)])

    def log(self) -> str:
        """The event log."""
        return "\n".join(map(line, self.page.events().events))

    def _keep(self, facts: list[Fact]) -> list[Fact]:
        self.tell(*facts)
        return super()._keep(facts)


def script(text: str) -> str:
    """What stands indented in a test."""
    return textwrap.dedent(text).strip()


def line(item: Span | Mark | Turn | Event) -> str:
    """An item as one line, and its details on others."""
    detail = item.detail if isinstance(item, Span | Mark) else {}
    about = " ".join(f"{name}={value}" for name, value in detail.items())
    wrapped = textwrap.wrap(about, 100, initial_indent="  ", subsequent_indent="  ")
    return "\n".join([" ".join(" ".join(_words(item)).split()), *wrapped])


def _moment(item: Span | Mark) -> tuple[float, int]:
    at = item.start_ms if isinstance(item, Span) else item.at_ms
    return (-1.0 if at is None else at), isinstance(item, Mark)


def _words(item: Span | Mark | Turn | Event) -> Iterator[str]:
    match item:
        case Span():
            yield f"{item.lane} {_time(item.start_ms)}-{'' if item.open else _time(item.end_ms)}"
            yield f"{item.label!r} {item.outcome or ''} {_of(item.turn)}"
            yield from map(_part, item.parts)
        case Mark():
            yield f"* {item.kind} {_time(item.at_ms)} {item.label!r} {item.severity} {item.lane or ''} {_of(item.turn)}"
        case Turn():
            yield f"turn {item.turn} by {item.opened_by} {_time(item.began_ms)}-{_time(item.ended_ms)}"
            yield item.outcome or "goes on"
            if (latency := item.latency) is not None:
                yield f"answered after {_time(latency.total_ms)} ({_time(latency.raw_ms)}):"
                yield f"wait {_time(latency.vad_wait_ms)} model {_time(latency.model_ms)}"
                yield f"tools {_time(latency.tools_ms)} rest {_time(latency.rest_ms)}"
        case Event():
            until = "" if item.until_ms == item.at_ms else f"-{_time(item.until_ms)}"
            times = "" if item.count == 1 else f"x{item.count}"
            yield f"{item.n} {_time(item.at_ms)}{until} {item.sender} {item.type} {times} {_of(item.turn)}"
            yield f"({item.note})" if item.note else ""


def _part(part: Part) -> str:
    return f"[{part.kind} {_time(part.start_ms)}-{_time(part.end_ms)}]"


def _time(ms: float | None) -> str:
    return "?" if ms is None else f"{ms:g}"


def _of(turn: int | None) -> str:
    return "" if turn is None else f"of turn {turn}"


def merged(before: Changes, after: Changes) -> Changes:
    """What a reader has who takes changes into what he had."""
    return Changes(
        after.revision,
        _merged(before.spans, after.spans, after.dropped.spans, "id"),
        _merged(before.marks, after.marks, after.dropped.marks, "id"),
        _merged(before.turns, after.turns, after.dropped.turns, "turn"),
        before.figures if after.figures is None else after.figures,
        after.dropped,
    )


def merged_events(before: Iterable[Event], after: Iterable[Event], dropped: int) -> list[Event]:
    """The same of the event log."""
    return _merged(before, after, dropped, "n")


def _merged(before: Iterable, after: Iterable, dropped: int, key: str) -> list:  # type: ignore[type-arg]
    found = {getattr(item, key): item for item in (*before, *after)}
    return [found[number] for number in sorted(found) if number > dropped]
