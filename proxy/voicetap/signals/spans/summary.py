"""The last span of a session: how it ended, and what it came to."""

from collections.abc import Iterator

from ...facts import ConnectionClosed, SessionConfigured
from ..counts import Counts
from . import semconv as s
from .attributes import Attributes, Value, known


def summary(fact: ConnectionClosed, configured: SessionConfigured | None, counts: Counts) -> Attributes:
    """The attributes of the summary.

    There are no tokens and no cost among them: backends add those up, and each stands already where it was used.
    """
    found: dict[str, Value | None] = {
        s.SPAN_KIND: "CHAIN",
        s.OUTPUT_VALUE: fact.end,  # In Phoenix the last output of a session is that of its last trace.
        s.SESSION_END: fact.end,
        s.SESSION_CLOSE_CODE: fact.close_code,
        s.SESSION_CLOSED_BY: fact.closed_by.value if fact.closed_by is not None else "voicetap",
        s.SESSION_DURATION_SECONDS: fact.duration_seconds,
    }
    if configured is not None:
        found[s.REQUEST_MODEL] = configured.model
        found[s.SESSION_TRANSCRIPTION_MODEL] = configured.transcription_model
        found[s.SESSION_TURN_DETECTION] = configured.turn_detection
    return known(found) | {f"{s.VOICETAP}session.{name}": number for name, number in _flat(counts) if number}


def _flat(counts: Counts) -> Iterator[tuple[str, int]]:
    yield from counts.numbers.items()
    for name, table in counts.outcomes.items():
        for outcome, number in table.items():
            yield f"{name}.{outcome}", number
