"""Facts -> spans of one connection."""

from collections.abc import Callable
from typing import Any, ClassVar

from opentelemetry.trace import Tracer

from ... import facts
from ...config import Origin
from ...facts import Connection, Fact, TraceIds
from ...session.bounded import Bounded
from ..counts import COUNTED, Counts
from . import happenings
from . import semconv as s
from .attributes import Attributes, Value, known
from .handshake import handshake_span
from .responses import Responses
from .said import Said
from .speech import Speech
from .summary import summary
from .tools import Tools
from .transcriptions import Transcriptions
from .turns import Happening, Turn, Turns
from .writer import SpanWriter, ids_of

UNPLACED = 100
"""Truncations of which the turn may still be told."""


class Spans:
    """The spans of one process."""

    def __init__(self, tracer: Tracer, upstream: Origin, *, scheme: str = "http", content: bool) -> None:
        """`scheme`: of the requests, http or https. `content`: what people and models say becomes attributes, if facts
        tell it."""
        self._tracer = tracer
        self._upstream = upstream
        self._scheme = scheme
        self._content = content

    def connection(self, connection: Connection, ids: TraceIds) -> "ConnectionSpans":
        """The sink of a new connection; it says in `ids` where each fact stands."""
        writer = SpanWriter(self._tracer, connection, self._upstream)
        return ConnectionSpans(connection, ids, writer, scheme=self._scheme, content=self._content)


class ConnectionSpans:
    """The sink of one connection. Where its handshake is not sampled, there is nothing else to do."""

    name: ClassVar[str] = "traces"

    def __init__(
        self, connection: Connection, ids: TraceIds, writer: SpanWriter, *, scheme: str, content: bool
    ) -> None:
        self._connection = connection
        self._ids = ids
        self._writer = writer
        self._scheme = scheme
        self._sampled = False
        self._configured: facts.SessionConfigured | None = None
        self._model: Attributes = {}
        self._start: dict[str, Value | None] = {}
        self._turns = Turns(writer)
        self._speech = Speech(writer)
        self._responses = Responses(writer)
        self._transcriptions = Transcriptions(writer)
        self._tools = Tools(writer)
        self._said = Said(self._responses, self._transcriptions, self._tools) if content else None
        self._turn_of_item: Bounded[str, int] = Bounded()
        """Of the items of answers."""
        self._turn_of_response: Bounded[str, int] = Bounded()
        self._unplaced: Bounded[str, Happening] = Bounded(UNPLACED)
        """Truncations, by the id of an item of which the turn is not known."""
        self._counts = Counts()
        self._now = connection.request.at
        """The time of the latest fact."""

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        self._ids.current = None
        kind = type(fact)
        if kind not in _HEARD:  # as most, which come with every event
            return
        if self._sampled or kind is facts.HandshakeAnswered:
            self._now = fact.at
            self._counts.receive(fact)
            handle = _HANDLERS.get(kind)
            if handle is not None:
                handle(self, fact)

    def close(self) -> None:
        """End what the end of the connection did not: the observer has failed, or voicetap stops."""
        self._turns.close(self._now, "observer_stopped")
        self._ids.current = self._ids.handshake = None

    # The connection.

    def _handshake_answered(self, fact: facts.HandshakeAnswered) -> None:
        span = handshake_span(self._writer, self._connection.request, fact, self._scheme)
        self._sampled = span.get_span_context().trace_flags.sampled and span.get_span_context().is_valid
        if self._sampled:
            self._writer.link(span)
            self._ids.current = self._ids.handshake = ids_of(span)

    def _connection_closed(self, fact: facts.ConnectionClosed) -> None:
        self._turns.close(fact.at, fact.end)
        self._writer.write("realtime_session", fact.at, fact.at, self._summary(fact))
        self._ids.current = self._ids.handshake

    def _summary(self, fact: facts.ConnectionClosed) -> dict[str, Value | None]:
        return {**self._start, **summary(fact, self._configured, self._counts)}

    def _bytes_relayed(self, fact: facts.BytesRelayed) -> None:
        self._turns.check(fact.at)

    def _session_configured(self, fact: facts.SessionConfigured) -> None:
        self._configured = fact
        self._model = known(
            {s.REQUEST_MODEL: fact.model, s.RESPONSE_MODEL: fact.model if fact.model_confirmed else None}
        )
        self._writer.on_all({s.REALTIME_SESSION_ID: fact.session_id})

    def _session_started(self, fact: facts.SessionStarted) -> None:
        self._start = {
            s.SESSION_START: "started",
            s.SESSION_SETUP_SECONDS: fact.setup_seconds,
        }
        self._ids.current = self._ids.handshake

    def _session_start_failed(self, fact: facts.SessionStartFailed) -> None:
        self._start = {s.SESSION_START: fact.outcome, s.ERROR_TYPE: fact.code}
        self._ids.current = self._ids.handshake

    def _error_reported(self, fact: facts.ErrorReported) -> None:
        self._happened(self._turns.latest, happenings.api_error(fact))

    def _session_fell_silent(self, fact: facts.SessionFellSilent) -> None:
        self._happened(self._turns.latest, happenings.fell_silent(fact))

    # Turns.

    def _speech_started(self, fact: facts.SpeechStarted) -> None:
        self._speech.started(fact)

    def _speech_stopped(self, fact: facts.SpeechStopped) -> None:
        self._speech.stopped(fact)

    def _turn_opened(self, fact: facts.TurnOpened) -> None:
        turn = self._turns.opened(fact, self._model, self._said.in_turn(fact) if self._said is not None else None)
        if fact.opened_by in ("speech", "timeout"):
            self._transcriptions.claimed(fact.turn)
        if fact.opened_by == "speech":
            self._speech.write(fact, turn)
        self._ids.current = turn.ids

    def _turn_answered(self, fact: facts.TurnAnswered) -> None:
        self._point(self._turns.answered(fact))

    def _turn_ended(self, fact: facts.TurnEnded) -> None:
        self._point(self._turns.ended(fact))

    def _dead_air_noticed(self, fact: facts.DeadAirNoticed) -> None:
        self._happened(self._turns.get(fact.turn), happenings.dead_air(fact))

    # Answers.

    def _response_started(self, fact: facts.ResponseStarted) -> None:
        turn = self._turns.get(fact.turn)
        self._responses.started(fact, self._model, self._said.in_response(turn) if self._said is not None else None)
        if turn is not None and fact.turn is not None:
            self._turn_of_response.put(fact.response_id, fact.turn)
            self._turns.in_conversation(turn, fact.conversation_id)
        self._point(turn)

    def _output_began(self, fact: facts.OutputBegan) -> None:
        self._responses.output_began(fact)
        if fact.turn is not None:  # and nothing may have announced it
            self._turn_of_response.put(fact.response_id, fact.turn)
        self._point(self._turns.get(fact.turn))

    def _audio_began(self, fact: facts.AudioBegan) -> None:
        self._responses.audio_began(fact)
        self._learn(fact.item_id, fact.turn)
        self._point(self._turns.get(fact.turn))

    def _response_finished(self, fact: facts.ResponseFinished) -> None:
        self._ids.current = self._responses.finished(fact, self._model, self._turns.get(fact.turn))

    def _answer_generated(self, fact: facts.AnswerGenerated) -> None:
        turn = self._of_response(fact.response_id)
        if turn is not None:
            turn.generated_seconds += fact.seconds
        self._point(turn)

    def _playback_underran(self, fact: facts.PlaybackUnderran) -> None:
        self._happened(self._of_response(fact.response_id), happenings.underrun(fact))

    def _interrupted(self, fact: facts.Interrupted) -> None:
        self._learn(fact.item_id, fact.turn)
        self._happened(self._turns.get(fact.turn), happenings.interruption(fact))

    def _interruption_took_effect(self, fact: facts.InterruptionTookEffect) -> None:
        turn = self._turns.get(fact.turn)
        if turn is not None:
            happenings.took_effect(turn, fact)
        self._point(turn)

    def _overlapped(self, fact: facts.Overlapped) -> None:
        self._happened(self._turns.get(fact.turn), happenings.overlap(fact))

    def _truncation_finished(self, fact: facts.TruncationFinished) -> None:
        truncation = happenings.truncation(fact)
        turn = self._turns.get(self._turn_of_item.get(fact.item_id or ""))
        if turn is None and fact.item_id is not None:
            self._unplaced.put(fact.item_id, truncation)
        self._happened(turn, truncation)

    def _truncation_measured(self, fact: facts.TruncationMeasured) -> None:
        turn = self._turns.get(fact.turn)
        unplaced = self._unplaced.pop(fact.item_id or "", None)
        if unplaced is not None:
            self._happened(turn, unplaced)
        if turn is not None:
            happenings.measured(turn, fact)
        self._point(turn)

    # Transcriptions, tools, usage, content.

    def _transcription_started(self, fact: facts.TranscriptionStarted) -> None:
        self._transcriptions.started(fact)

    def _transcription_finished(self, fact: facts.TranscriptionFinished) -> None:
        turn = self._turns.get(self._transcriptions.find(fact.item_id).turn)
        self._ids.current = self._transcriptions.finished(fact, turn)

    def _transcription_late(self, fact: facts.TranscriptionLate) -> None:
        turn = self._turns.get(self._transcriptions.find(fact.item_id).turn)
        self._ids.current = self._transcriptions.late(fact, turn)

    def _tool_called(self, fact: facts.ToolCalled) -> None:
        self._tools.called(fact)
        self._responses.called(fact)
        self._point(self._turns.get(fact.turn))

    def _tool_finished(self, fact: facts.ToolFinished) -> None:
        self._ids.current = self._tools.finished(fact, self._turns.get(fact.turn))

    def _tool_resumed(self, fact: facts.ToolResumed) -> None:
        self._responses.resumed(fact.seconds)
        self._point(self._turns.get(fact.turn))

    def _usage_reported(self, fact: facts.UsageReported) -> None:
        if fact.usage == "response":
            self._responses.used(fact)
        else:
            self._transcriptions.used(fact)

    def _content_seen(self, fact: facts.ContentSeen) -> None:
        if self._said is not None:
            self._said.receive(fact, self._turn_of_content(fact))

    def _turn_of_content(self, fact: facts.ContentSeen) -> Turn | None:
        if fact.kind == "user_transcript":
            return self._turns.get(self._transcriptions.find(fact.item_id).turn)
        return self._of_response(fact.response_id)

    # Where a fact stands.

    def _of_response(self, response_id: str | None) -> Turn | None:
        return self._turns.get(self._turn_of_response.get(response_id or ""))

    def _learn(self, item_id: str | None, turn: int | None) -> None:
        """Of which turn an item is."""
        if item_id is not None and turn is not None:
            self._turn_of_item.put(item_id, turn)

    def _point(self, turn: Turn | None) -> None:
        if turn is not None:
            self._ids.current = turn.ids

    def _happened(self, turn: Turn | None, happening: Happening) -> None:
        if turn is not None:
            self._turns.happened(turn, happening)
        self._point(turn)


_HANDLERS: dict[type[Fact], Callable[[ConnectionSpans, Any], None]] = {
    facts.AnswerGenerated: ConnectionSpans._answer_generated,
    facts.AudioBegan: ConnectionSpans._audio_began,
    facts.BytesRelayed: ConnectionSpans._bytes_relayed,
    facts.ConnectionClosed: ConnectionSpans._connection_closed,
    facts.ContentSeen: ConnectionSpans._content_seen,
    facts.DeadAirNoticed: ConnectionSpans._dead_air_noticed,
    facts.ErrorReported: ConnectionSpans._error_reported,
    facts.HandshakeAnswered: ConnectionSpans._handshake_answered,
    facts.Interrupted: ConnectionSpans._interrupted,
    facts.InterruptionTookEffect: ConnectionSpans._interruption_took_effect,
    facts.OutputBegan: ConnectionSpans._output_began,
    facts.Overlapped: ConnectionSpans._overlapped,
    facts.PlaybackUnderran: ConnectionSpans._playback_underran,
    facts.ResponseFinished: ConnectionSpans._response_finished,
    facts.ResponseStarted: ConnectionSpans._response_started,
    facts.SessionConfigured: ConnectionSpans._session_configured,
    facts.SessionFellSilent: ConnectionSpans._session_fell_silent,
    facts.SessionStarted: ConnectionSpans._session_started,
    facts.SessionStartFailed: ConnectionSpans._session_start_failed,
    facts.SpeechStarted: ConnectionSpans._speech_started,
    facts.SpeechStopped: ConnectionSpans._speech_stopped,
    facts.ToolCalled: ConnectionSpans._tool_called,
    facts.ToolFinished: ConnectionSpans._tool_finished,
    facts.ToolResumed: ConnectionSpans._tool_resumed,
    facts.TranscriptionFinished: ConnectionSpans._transcription_finished,
    facts.TranscriptionLate: ConnectionSpans._transcription_late,
    facts.TranscriptionStarted: ConnectionSpans._transcription_started,
    facts.TruncationFinished: ConnectionSpans._truncation_finished,
    facts.TruncationMeasured: ConnectionSpans._truncation_measured,
    facts.TurnAnswered: ConnectionSpans._turn_answered,
    facts.TurnEnded: ConnectionSpans._turn_ended,
    facts.TurnOpened: ConnectionSpans._turn_opened,
    facts.UsageReported: ConnectionSpans._usage_reported,
}

_HEARD = COUNTED | _HANDLERS.keys()
