"""Facts -> log lines: one when a session has ended, and one for each failure worth waking for."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from ... import facts
from ...facts import Connection, Fact, Sink, TraceIds
from ..identifiers import shown
from .format import FIELDS
from .summary import COUNTED, Summary

log = logging.getLogger("voicetap.session")
"""All of them have this name: whoever wants only these can tell them by it."""

MOST_LINES = 50
"""Of one session, beside its last; the rest is counted there."""

UNKNOWN = "unknown"
"""How a session ended of which the end was not told."""


class LogLines:
    """The log lines of one process."""

    def connection(self, connection: Connection, trace_ids: TraceIds) -> Sink:
        """The sink of a new connection."""
        return ConnectionLog(connection.id, trace_ids)


class ConnectionLog:
    """The sink of one connection."""

    name: ClassVar[str] = "logs"

    __slots__ = ("_connection_id", "_left_out", "_lines", "_model", "_open", "_session_id", "_summary", "_trace_ids")

    def __init__(self, connection_id: str, trace_ids: TraceIds) -> None:
        self._connection_id = connection_id
        self._trace_ids = trace_ids
        self._session_id: str | None = None
        self._model: str | None = None
        self._summary = Summary()
        self._open = False
        """There was a 101, and the last line is not written."""
        self._lines = self._left_out = 0

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        kind = type(fact)
        if kind not in _HEARD:  # as most, which come with every event
            return
        self._summary.receive(fact)
        tell = _HANDLERS.get(kind)
        if tell is not None:
            tell(self, fact)

    def close(self) -> None:
        """Where the end was not told, the last line says at least what was seen until now."""
        if self._open:
            self._last_line(UNKNOWN)

    def _handshake(self, fact: facts.HandshakeAnswered) -> None:
        if fact.outcome == "101":
            self._open = True
        else:
            self._warn("handshake failed", outcome=fact.outcome, connect_seconds=_seconds(fact.connect_seconds))

    def _configured(self, fact: facts.SessionConfigured) -> None:
        self._session_id = fact.session_id
        self._model = fact.model if fact.model_confirmed else None

    def _start_failed(self, fact: facts.SessionStartFailed) -> None:
        self._warn("session did not start", outcome=fact.outcome, code=fact.code)

    def _transcription(self, fact: facts.TranscriptionFinished) -> None:
        which = {"item_id": fact.item_id, "transcription_model": fact.transcription_model}
        if fact.outcome == "failed":
            self._warn("transcription failed", **which, code=fact.code)
        elif fact.outcome == "timed_out":
            self._warn("transcription timed out", **which)

    def _truncation(self, fact: facts.TruncationFinished) -> None:
        if fact.outcome == "rejected":
            what = {"item_id": fact.item_id, "content_index": fact.content_index, "audio_end_ms": fact.audio_end_ms}
            self._warn("truncation rejected", **what)

    def _dead_air(self, fact: facts.DeadAirNoticed) -> None:
        self._warn("dead air", turn=fact.turn, after=fact.after)

    def _fell_silent(self, fact: facts.SessionFellSilent) -> None:
        self._warn("session fell silent")

    def _closed(self, fact: facts.ConnectionClosed) -> None:
        self._last_line(
            fact.end,
            close_code=fact.close_code,
            closed_by=fact.closed_by.value if fact.closed_by else "voicetap",
            duration_seconds=_seconds(fact.duration_seconds),
        )

    def _last_line(self, end: str, **fields: object) -> None:
        self._open = False
        left_out = {"lines_left_out": self._left_out or None}
        self._write(logging.INFO, "session ended", {"end": end, **fields, **self._summary.fields(), **left_out})

    def _warn(self, message: str, **fields: object) -> None:
        if self._lines >= MOST_LINES:
            self._left_out += 1
            return
        self._lines += 1
        self._write(logging.WARNING, message, fields)

    def _write(self, level: int, message: str, fields: dict[str, object]) -> None:
        """What is not known is left out of the line."""
        told = {"gen_ai.realtime_session.id": self._session_id, "model": self._model, **fields}
        known = {name: _safe(value) for name, value in told.items() if value is not None}
        log.log(level, message, extra={FIELDS: {**self._ids(), **known}})

    def _ids(self) -> dict[str, str]:
        """Voicetap's own."""
        where = self._trace_ids.current or self._trace_ids.handshake
        traced = {"trace_id": where.trace_id, "span_id": where.span_id} if where else {}
        return {"session.id": self._connection_id, **traced}


def _safe(value: object) -> object:
    return shown(value) if isinstance(value, str) else value


def _seconds(seconds: float | None) -> float | None:
    """To the millisecond."""
    return None if seconds is None else round(seconds, 3)


_HANDLERS: dict[type[Fact], Callable[[ConnectionLog, Any], None]] = {
    facts.ConnectionClosed: ConnectionLog._closed,
    facts.DeadAirNoticed: ConnectionLog._dead_air,
    facts.HandshakeAnswered: ConnectionLog._handshake,
    facts.SessionConfigured: ConnectionLog._configured,
    facts.SessionFellSilent: ConnectionLog._fell_silent,
    facts.SessionStartFailed: ConnectionLog._start_failed,
    facts.TranscriptionFinished: ConnectionLog._transcription,
    facts.TruncationFinished: ConnectionLog._truncation,
}

_HEARD = COUNTED | _HANDLERS.keys()
