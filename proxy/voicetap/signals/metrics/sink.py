"""The facts of one connection -> samples."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from ... import facts
from ...chunks import Side
from ...facts import Connection, Fact, TraceIds
from ...session.bounded import Bounded
from ...session.usage import partition
from .. import labels
from .by_model import ByModel
from .families import Families
from .live import LiveSession, LiveSessions
from .operator import OperatorLabels
from .series import Trace
from .tools import ToolCalls

_SERVER = Side.SERVER

TRUNCATED = 100
"""Truncated items of a connection that are remembered; one may be truncated again."""


class OfProcess(NamedTuple):
    """What the sinks of all connections share."""

    families: Families
    by_model: ByModel
    tools: ToolCalls
    live: LiveSessions
    operator_labels: OperatorLabels


class ConnectionMetrics:
    """Remembers what the gauges hold of its connection, and whose model its facts are.

    What comes with every event is counted by children that are at hand; what comes a few times in a turn may look its
    child up. Counters of what somebody may want to look at get an exemplar, as histograms do.
    """

    name: ClassVar[str] = "metrics"

    __slots__ = (
        "_active",
        "_by_model",
        "_client_events",
        "_connection",
        "_families",
        "_live",
        "_model",
        "_operator",
        "_operator_labels",
        "_pending",
        "_server_events",
        "_session",
        "_tools",
        "_trace_ids",
        "_unheard_ms",
    )

    def __init__(self, shared: OfProcess, connection: Connection, trace_ids: TraceIds) -> None:
        self._families, self._by_model, self._tools, self._live, self._operator_labels = shared
        self._client_events = self._families.events[Side.CLIENT]
        self._server_events = self._families.events[Side.SERVER]
        self._operator = self._operator_labels.unknown
        """Until a handshake has come to something: whoever is turned away is given no label."""
        self._connection = connection
        self._trace_ids = trace_ids
        self._model = self._by_model.model(None, self._operator)
        self._session = LiveSession(self._model.name)
        self._active = False
        """Counted in `sessions_active`, under the model."""
        self._pending = 0
        """Counted in `transcriptions_pending`."""
        self._unheard_ms: Bounded[str | None, float] = Bounded(TRUNCATED)
        """Counted in `unheard_audio_seconds_total`, by item."""

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        handle = _HANDLERS.get(type(fact))
        if handle is not None:
            handle(self, fact)

    def close(self) -> None:
        """Give back what the gauges still hold."""
        if self._active:
            self._active = False
            self._model.active.move(-1)
        self._live.discard(self._session)
        self._families.transcriptions_pending.move(-self._pending)
        self._pending = 0

    def _trace(self, fact: Fact) -> Trace | None:
        """Where its exemplar leads, if it stands in a trace that is kept."""
        ids = self._trace_ids.current
        return None if ids is None else Trace(ids.trace_id, ids.span_id, self._connection.unix_time(fact.at))

    # The connection.

    def _handshake_answered(self, fact: facts.HandshakeAnswered) -> None:
        self._families.handshakes.child(labels.handshake_outcome(fact.outcome)).add()
        self._families.connect.observe(fact.connect_seconds, self._trace(fact))
        if fact.outcome == "101" and not self._active:
            self._operator = self._operator_labels.values(self._connection.request.headers)
            self._model = self._by_model.model(None, self._operator)
            self._active = True
            self._model.active.move(1)
            self._live.add(self._session)

    def _bytes_relayed(self, fact: facts.BytesRelayed) -> None:
        self._families.relayed_bytes[fact.sender].add(fact.count)

    def _gap_opened(self, fact: facts.GapOpened) -> None:
        self._families.gaps.child(labels.gap(fact.reason)).add(1, self._trace(fact))

    def _connection_closed(self, fact: facts.ConnectionClosed) -> None:
        trace = self._trace(fact)
        self._model.ends[fact.end].add(1, trace)
        self._families.duration.observe(fact.duration_seconds, trace)
        if fact.close_code is not None:
            by = fact.closed_by.value if fact.closed_by else labels.BY_VOICETAP
            self._families.close_codes.child(by, labels.close_code(fact.close_code)).add(1, trace)
        self.close()

    # The events as such.

    def _event_received(self, fact: facts.EventReceived) -> None:
        # The hash of a member of an enumeration costs as much as the rest of this.
        events = self._server_events if fact.sender is _SERVER else self._client_events
        number = events.get(fact.type)
        if number is None:
            number = self._families.other_events[fact.sender]
        number.value += 1

    def _unknown_event_received(self, fact: facts.UnknownEventReceived) -> None:
        self._families.other_events[fact.sender].add()
        self._families.unknown_events.child(fact.sender.value).add()

    def _message_malformed(self, fact: facts.MessageMalformed) -> None:
        self._families.malformed_messages.child(fact.sender.value, fact.reason).add()

    def _surprise(self, fact: facts.Surprise) -> None:
        self._families.surprises.child(fact.kind).add(1, self._trace(fact))

    def _error_reported(self, fact: facts.ErrorReported) -> None:
        self._model.errors[labels.error_code(fact.code)].add(1, self._trace(fact))

    # The session.

    def _session_configured(self, fact: facts.SessionConfigured) -> None:
        model = self._by_model.model(fact.model if fact.model_confirmed else None, self._operator)
        self._by_model.transcription_model(fact.transcription_model, self._operator)
        if self._active:
            self._model.active.move(-1)
            model.active.move(1)
        self._model = model
        self._session.model = model.name
        self._session.expires_at = fact.expires_at

    def _session_started(self, fact: facts.SessionStarted) -> None:
        self._families.starts.child("started").add()
        self._families.setup.observe(fact.setup_seconds, self._trace(fact))

    def _session_start_failed(self, fact: facts.SessionStartFailed) -> None:
        self._families.starts.child(fact.outcome).add(1, self._trace(fact))

    def _session_fell_silent(self, fact: facts.SessionFellSilent) -> None:
        self._families.silent_sessions.add(1, self._trace(fact))

    def _rate_limit_reported(self, fact: facts.RateLimitReported) -> None:
        self._session.reported(fact)

    # What the user says.

    def _input_audio_received(self, fact: facts.InputAudioReceived) -> None:
        self._model.input_audio.add(fact.seconds)

    def _speech_stopped(self, fact: facts.SpeechStopped) -> None:
        self._model.vad_wait.observe(fact.wait_seconds, self._trace(fact))

    def _transcription_started(self, fact: facts.TranscriptionStarted) -> None:
        self._pending += 1
        self._families.transcriptions_pending.move(1)

    def _transcription_finished(self, fact: facts.TranscriptionFinished) -> None:
        series, trace = self._by_model.transcription_model(fact.transcription_model, self._operator), self._trace(fact)
        series.outcomes[fact.outcome].add(1, trace)
        series.latency.observe(fact.seconds, trace)
        series.confidence.observe(fact.confidence, trace)
        if fact.code is not None:
            series.failures[labels.failure_code(fact.code)].add(1, trace)
        if fact.announced:
            self._no_longer_pending()

    def _transcription_forgotten(self, fact: facts.TranscriptionForgotten) -> None:
        self._no_longer_pending()

    def _no_longer_pending(self) -> None:
        if self._pending:
            self._pending -= 1
            self._families.transcriptions_pending.move(-1)

    def _transcription_late(self, fact: facts.TranscriptionLate) -> None:
        series = self._by_model.transcription_model(fact.transcription_model, self._operator)
        series.late[fact.outcome].add(1, self._trace(fact))

    # Turns.

    def _item_entered(self, fact: facts.ItemEntered) -> None:
        self._families.items.child(*labels.item(fact.role, fact.type)).add()

    def _turn_answered(self, fact: facts.TurnAnswered) -> None:
        trace = self._trace(fact)
        self._model.turn_latency.observe(fact.seconds, trace)
        self._model.turn_latency_raw.observe(fact.raw_seconds, trace)

    def _turn_ended(self, fact: facts.TurnEnded) -> None:
        self._model.turns[fact.opened_by, fact.outcome].add(1, self._trace(fact))

    def _dead_air_noticed(self, fact: facts.DeadAirNoticed) -> None:
        self._families.dead_air.child(fact.after).add(1, self._trace(fact))

    def _tool_called(self, fact: facts.ToolCalled) -> None:
        self._tools.of(fact.name)

    def _tool_finished(self, fact: facts.ToolFinished) -> None:
        trace = self._trace(fact)
        self._tools.of(fact.name)[fact.outcome].add(1, trace)
        if fact.kind == "function":
            self._families.tool_round_trip.observe(fact.seconds, trace)

    def _tool_resumed(self, fact: facts.ToolResumed) -> None:
        self._families.tool_resume.observe(fact.seconds, self._trace(fact))

    # Answers.

    def _response_started(self, fact: facts.ResponseStarted) -> None:
        self._model.commit_to_response.observe(fact.commit_seconds, self._trace(fact))

    def _audio_began(self, fact: facts.AudioBegan) -> None:
        self._model.time_to_first_audio[fact.trigger].observe(fact.seconds, self._trace(fact))

    def _response_finished(self, fact: facts.ResponseFinished) -> None:
        trace = self._trace(fact)
        self._model.responses[labels.response(fact.status, fact.reason)].add(1, trace)
        if fact.status != "unfinished":
            self._model.response_duration.observe(fact.seconds, trace)

    def _answer_spoken(self, fact: facts.AnswerSpoken) -> None:
        self._model.spoken_answers.add()

    def _answer_generated(self, fact: facts.AnswerGenerated) -> None:
        self._model.generated_audio.add(fact.seconds)
        self._model.audio_delta_gap.observe(fact.longest_gap_seconds, self._trace(fact))

    def _playback_underran(self, fact: facts.PlaybackUnderran) -> None:
        self._model.playback_underruns.add(1, self._trace(fact))
        self._model.underrun_seconds.add(fact.seconds)

    def _interrupted(self, fact: facts.Interrupted) -> None:
        self._model.interruptions[fact.phase, fact.cause].add(1, self._trace(fact))

    def _interruption_took_effect(self, fact: facts.InterruptionTookEffect) -> None:
        self._families.interruption_stop.observe(fact.seconds, self._trace(fact))

    def _overlapped(self, fact: facts.Overlapped) -> None:
        self._families.overlaps.add(1, self._trace(fact))

    def _truncation_finished(self, fact: facts.TruncationFinished) -> None:
        self._model.truncations[fact.initiator, fact.outcome].add(1, self._trace(fact))

    def _truncation_measured(self, fact: facts.TruncationMeasured) -> None:
        """An answer may be cut off again, nearer to its beginning: what that adds is counted. The ratio is that of the
        first time, when somebody listened."""
        if fact.unheard_ms is None:
            return
        counted = self._unheard_ms.get(fact.item_id)
        if counted is None and fact.generated_ms:
            self._families.heard_ratio.observe(1 - fact.unheard_ms / fact.generated_ms, self._trace(fact))
        self._model.unheard_audio.add(fact.unheard_ms / 1000 - (counted or 0.0) / 1000)
        self._unheard_ms.put(fact.item_id, max(fact.unheard_ms, counted or 0.0))

    # What was used.

    def _usage_reported(self, fact: facts.UsageReported) -> None:
        if fact.usage == "response":
            tokens, cost = self._model.tokens, self._model.cost
        else:
            series = self._by_model.transcription_model(fact.model, self._operator)
            tokens, cost = series.tokens, series.cost
        for kind, count in partition(fact.tokens).items():
            tokens[kind].add(count)
        cost.add(fact.cost_usd)


_HANDLERS: dict[type[Fact], Callable[[ConnectionMetrics, Any], None]] = {
    facts.AnswerGenerated: ConnectionMetrics._answer_generated,
    facts.AnswerSpoken: ConnectionMetrics._answer_spoken,
    facts.AudioBegan: ConnectionMetrics._audio_began,
    facts.BytesRelayed: ConnectionMetrics._bytes_relayed,
    facts.ConnectionClosed: ConnectionMetrics._connection_closed,
    facts.DeadAirNoticed: ConnectionMetrics._dead_air_noticed,
    facts.ErrorReported: ConnectionMetrics._error_reported,
    facts.EventReceived: ConnectionMetrics._event_received,
    facts.GapOpened: ConnectionMetrics._gap_opened,
    facts.HandshakeAnswered: ConnectionMetrics._handshake_answered,
    facts.InputAudioReceived: ConnectionMetrics._input_audio_received,
    facts.Interrupted: ConnectionMetrics._interrupted,
    facts.InterruptionTookEffect: ConnectionMetrics._interruption_took_effect,
    facts.ItemEntered: ConnectionMetrics._item_entered,
    facts.MessageMalformed: ConnectionMetrics._message_malformed,
    facts.Overlapped: ConnectionMetrics._overlapped,
    facts.PlaybackUnderran: ConnectionMetrics._playback_underran,
    facts.RateLimitReported: ConnectionMetrics._rate_limit_reported,
    facts.ResponseFinished: ConnectionMetrics._response_finished,
    facts.ResponseStarted: ConnectionMetrics._response_started,
    facts.SessionConfigured: ConnectionMetrics._session_configured,
    facts.SessionFellSilent: ConnectionMetrics._session_fell_silent,
    facts.SessionStartFailed: ConnectionMetrics._session_start_failed,
    facts.SessionStarted: ConnectionMetrics._session_started,
    facts.SpeechStopped: ConnectionMetrics._speech_stopped,
    facts.Surprise: ConnectionMetrics._surprise,
    facts.ToolCalled: ConnectionMetrics._tool_called,
    facts.ToolFinished: ConnectionMetrics._tool_finished,
    facts.ToolResumed: ConnectionMetrics._tool_resumed,
    facts.TranscriptionFinished: ConnectionMetrics._transcription_finished,
    facts.TranscriptionForgotten: ConnectionMetrics._transcription_forgotten,
    facts.TranscriptionLate: ConnectionMetrics._transcription_late,
    facts.TranscriptionStarted: ConnectionMetrics._transcription_started,
    facts.TruncationFinished: ConnectionMetrics._truncation_finished,
    facts.TruncationMeasured: ConnectionMetrics._truncation_measured,
    facts.TurnAnswered: ConnectionMetrics._turn_answered,
    facts.TurnEnded: ConnectionMetrics._turn_ended,
    facts.UnknownEventReceived: ConnectionMetrics._unknown_event_received,
    facts.UsageReported: ConnectionMetrics._usage_reported,
}
