"""Facts -> samples of the metrics in the catalogue."""

from collections.abc import Callable
from typing import Any, ClassVar

from prometheus_client import CollectorRegistry

from ..facts import (
    AnswerSpoken,
    BytesRelayed,
    ConnectionClosed,
    ErrorReported,
    EventReceived,
    Fact,
    GapOpened,
    HandshakeAnswered,
    HttpAnswered,
    MessageMalformed,
    SessionConfigured,
    SessionStarted,
    SessionStartFailed,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
    TruncationFinished,
    UnknownEventReceived,
)
from . import labels
from .families import Families


class Metrics:
    """The metrics of one process, and the sink of facts that belong to no connection."""

    name: ClassVar[str] = "metrics"

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers all of names.METRICS."""
        self._families = Families(registry)

    def connection(self) -> "ConnectionMetrics":
        """The sink of a new connection."""
        return ConnectionMetrics(self._families)

    def receive(self, fact: Fact) -> None:
        """Take a fact that belongs to no connection."""
        if isinstance(fact, HttpAnswered):
            self._families.http_requests.labels(labels.route(fact.target), labels.status(fact.status)).inc()

    def close(self) -> None:
        """There is nothing to give back: what was counted stays."""

    def observer_lagged(self, seconds: float) -> None:
        """Chunks were looked at so many seconds after their read, at worst, since this was last told."""
        self._families.lag_seconds.observe(seconds)

    def sink_failed(self, sink: str) -> None:
        """A sink of this name raised, and was given up for its connection."""
        self._families.sink_failures.labels(labels.sink(sink)).inc()


class ConnectionMetrics:
    """The sink of one connection: remembers what its gauges hold, and whose model its facts are."""

    name: ClassVar[str] = "metrics"

    __slots__ = ("_active", "_families", "_model", "_pending")

    def __init__(self, families: Families) -> None:
        self._families = families
        self._model = families.model(None)
        self._active = False
        """Counted in `sessions_active`, under the model."""
        self._pending = 0
        """Counted in `transcriptions_pending`."""

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        handle = _HANDLERS.get(type(fact))
        if handle is not None:
            handle(self, fact)

    def close(self) -> None:
        """Give back what the gauges still hold."""
        if self._active:
            self._active = False
            self._model.active.dec()
        self._families.transcriptions_pending.dec(self._pending)
        self._pending = 0

    def _event_received(self, fact: EventReceived) -> None:
        self._families.events.count(labels.event(fact.sender, fact.type))

    def _bytes_relayed(self, fact: BytesRelayed) -> None:
        self._families.relayed_bytes.count(labels.sender(fact.sender), fact.count)

    def _handshake_answered(self, fact: HandshakeAnswered) -> None:
        self._families.handshakes.labels(labels.handshake_outcome(fact.outcome)).inc()
        if fact.connect_seconds is not None:
            self._families.connect_seconds.observe(fact.connect_seconds)
        if fact.outcome == "101" and not self._active:
            self._active = True
            self._model.active.inc()

    def _connection_closed(self, fact: ConnectionClosed) -> None:
        self._model.ends[fact.end].inc()
        by = fact.closed_by.value if fact.closed_by else labels.BY_VOICETAP
        if fact.close_code is not None:
            self._families.close_codes.labels(by, labels.close_code(fact.close_code)).inc()
        self.close()

    def _gap_opened(self, fact: GapOpened) -> None:
        self._families.gaps.labels(labels.gap(fact.reason)).inc()

    def _unknown_event_received(self, fact: UnknownEventReceived) -> None:
        self._families.events.count(labels.event(fact.sender, labels.OTHER))
        self._families.unknown_events.labels(fact.sender.value).inc()

    def _message_malformed(self, fact: MessageMalformed) -> None:
        self._families.malformed_messages.labels(fact.sender.value, fact.reason).inc()

    def _error_reported(self, fact: ErrorReported) -> None:
        self._model.errors(fact.code).inc()

    def _session_configured(self, fact: SessionConfigured) -> None:
        model = self._families.model(fact.model if fact.model_confirmed else None)
        self._families.transcription_model(fact.transcription_model)
        if self._active:
            self._model.active.dec()
            model.active.inc()
        self._model = model

    def _session_started(self, fact: SessionStarted) -> None:
        self._families.starts.labels("started").inc()
        if fact.setup_seconds is not None:
            self._families.setup_seconds.observe(fact.setup_seconds)

    def _session_start_failed(self, fact: SessionStartFailed) -> None:
        self._families.starts.labels(fact.outcome).inc()

    def _transcription_started(self, fact: TranscriptionStarted) -> None:
        self._pending += 1
        self._families.transcriptions_pending.inc()

    def _transcription_finished(self, fact: TranscriptionFinished) -> None:
        series = self._families.transcription_model(fact.transcription_model)
        series.outcomes[fact.outcome].inc()
        if fact.code is not None:
            series.failures(fact.code).inc()
        if fact.announced and self._pending:
            self._pending -= 1
            self._families.transcriptions_pending.dec()

    def _transcription_forgotten(self, fact: TranscriptionForgotten) -> None:
        if self._pending:
            self._pending -= 1
            self._families.transcriptions_pending.dec()

    def _transcription_late(self, fact: TranscriptionLate) -> None:
        self._families.transcription_model(fact.transcription_model).late[fact.outcome].inc()

    def _answer_spoken(self, fact: AnswerSpoken) -> None:
        self._model.spoken_answers.inc()

    def _truncation_finished(self, fact: TruncationFinished) -> None:
        self._model.truncations(fact).inc()


_HANDLERS: dict[type[Fact], Callable[[ConnectionMetrics, Any], None]] = {
    AnswerSpoken: ConnectionMetrics._answer_spoken,
    BytesRelayed: ConnectionMetrics._bytes_relayed,
    ConnectionClosed: ConnectionMetrics._connection_closed,
    ErrorReported: ConnectionMetrics._error_reported,
    EventReceived: ConnectionMetrics._event_received,
    GapOpened: ConnectionMetrics._gap_opened,
    HandshakeAnswered: ConnectionMetrics._handshake_answered,
    MessageMalformed: ConnectionMetrics._message_malformed,
    SessionConfigured: ConnectionMetrics._session_configured,
    SessionStarted: ConnectionMetrics._session_started,
    SessionStartFailed: ConnectionMetrics._session_start_failed,
    TranscriptionFinished: ConnectionMetrics._transcription_finished,
    TranscriptionForgotten: ConnectionMetrics._transcription_forgotten,
    TranscriptionLate: ConnectionMetrics._transcription_late,
    TranscriptionStarted: ConnectionMetrics._transcription_started,
    TruncationFinished: ConnectionMetrics._truncation_finished,
    UnknownEventReceived: ConnectionMetrics._unknown_event_received,
}
