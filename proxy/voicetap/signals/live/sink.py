"""The facts of one connection, and where each of them goes."""

from collections.abc import Callable
from typing import Any, ClassVar

from ... import facts
from ...chunks import Side
from ...facts import EventReceived, Fact, TraceIds
from ...session.bounded import Bounded
from ..identifiers import shown
from .events import TOGETHER
from .figures import add
from .items import UNKNOWN, Close
from .lanes.playback import Playback
from .lanes.response import Response
from .lanes.tool import Tool
from .lanes.transcription import OVERDUE, Transcription
from .lanes.user import User
from .marks import Marks
from .session import SessionView
from .spans import Spans
from .times import iso
from .troubles import SLOW_TURN_SECONDS
from .turns import Turns

_SERVER = Side.SERVER

_WHOLE = "oversize"
"""The reason of a gap behind which everything goes on: one message was too large."""


class ConnectionPage:
    """Most of the facts are EventReceived, and most of these only make an entry of the event log grow."""

    name: ClassVar[str] = "page"

    __slots__ = (
        "_client_runs",
        "_content",
        "_ended",
        "_ids",
        "_log",
        "_marks",
        "_over",
        "_playback",
        "_response",
        "_server_runs",
        "_session",
        "_spans",
        "_tool",
        "_transcription",
        "_turn_of_response",
        "_turns",
        "_user",
    )

    def __init__(
        self,
        session: SessionView,
        ids: TraceIds,
        *,
        content: bool,
        ended: Callable[[SessionView, bool], None],
    ) -> None:
        """`ended` is told when it is over, and whether it was refused."""
        self._session = session
        self._ids = ids
        self._content = content
        self._ended = ended
        self._over = False
        self._log = session.log
        self._client_runs, self._server_runs = session.log.client_runs, session.log.server_runs
        self._turns = Turns(session.turns, session.times, ids)
        self._spans = Spans(session.spans, session.times)
        self._marks = Marks(session.marks, session.times, content=content)
        self._user = User(self._spans, self._turns)
        self._transcription = Transcription(self._spans, self._turns)
        self._response = Response(self._spans, self._turns)
        self._playback = Playback(self._spans, self._turns)
        self._tool = Tool(self._spans, self._turns)
        self._turn_of_response: Bounded[str, int | None] = Bounded()

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        if isinstance(fact, EventReceived):
            run = (self._server_runs if fact.sender is _SERVER else self._client_runs).get(fact.type)
            # Where times are unknown, what follows is taken to follow at once.
            if run is not None and not (at := fact.at) - run.until >= TOGETHER:
                run.until = self._session.latest_at = at
                run.count += 1
                self._session.grew()
                return
        handle = _HANDLERS.get(type(fact))
        if handle is not None and not self._over:
            self._session.latest_at = fact.at
            handle(self, fact)

    def close(self) -> None:
        """Close what the end of the connection did not: the observer has failed, or voicetap stops."""
        if not self._over:
            self._finish(self._session.latest_at, "ended", UNKNOWN)

    # The connection.

    def _handshake_answered(self, fact: facts.HandshakeAnswered) -> None:
        handshake = self._ids.handshake
        trace_id = None if handshake is None else handshake.trace_id
        if fact.outcome == "101":
            self._session.summarize(state="live", trace_id=trace_id)
            return
        self._session.troubles.add("start_failed")
        self._marks.turned_away(fact.outcome, fact.at)
        self._finish(fact.at, "refused", shown(fact.outcome), trace_id=trace_id)

    def _bytes_relayed(self, fact: facts.BytesRelayed) -> None:
        """It shows that time goes on."""

    def _gap_opened(self, fact: facts.GapOpened) -> None:
        self._marks.gap(fact, self._turns.latest)
        self._session.trouble("gap")
        if fact.reason != _WHOLE and fact.sender is not Side.CLIENT:
            # What the server says may not be understood any more, so that nobody says how these end.
            self._spans.close(fact.at)
            self._turns.close(fact.at)

    def _connection_closed(self, fact: facts.ConnectionClosed) -> None:
        if fact.end in ("client_lost", "upstream_lost"):
            self._session.troubles.add("lost")
        elif fact.end == "expired":
            self._session.troubles.add("expired")
        close = Close(fact.close_code, None if fact.closed_by is None else fact.closed_by.value)
        self._finish(fact.at, "refused" if fact.end == "refused" else "ended", fact.end, close=close)

    def _finish(self, at: float, state: str, end: str, **fields: object) -> None:
        self._over = True
        self._playback.close()
        self._spans.close(at)
        self._turns.close(at)
        self._log.end_runs(Side.CLIENT)
        self._log.end_runs(Side.SERVER)
        self._session.summarize(state=state, end=end, **fields)
        self._ended(self._session, state == "refused")

    # The events as such.

    def _event_received(self, fact: facts.EventReceived) -> None:
        self._log.add(fact.sender, fact.type, fact.at)

    def _unknown_event(self, fact: facts.UnknownEventReceived) -> None:
        name = shown(fact.type)
        self._noted(fact.sender, name, fact.at, "unknown")
        self._marks.unknown(fact, name, self._turns.latest)
        self._session.trouble("unknown")

    def _malformed(self, fact: facts.MessageMalformed) -> None:
        self._noted(fact.sender, shown(fact.type) if fact.type else "malformed", fact.at, f"malformed: {fact.reason}")
        self._marks.malformed(fact, self._turns.latest)
        self._session.trouble("malformed")

    def _noted(self, sender: Side, type: str, at: float, note: str) -> None:
        if self._log.grow(sender, type, at):
            self._session.grew()
        else:
            self._log.add(sender, type, at, note)

    def _surprise(self, fact: facts.Surprise) -> None:
        self._marks.surprise(fact, self._turns.latest)
        self._session.trouble("surprise")

    def _error(self, fact: facts.ErrorReported) -> None:
        self._log.remark(fact.at, None, f"error: {shown(fact.code)}")
        self._marks.error(fact, self._turns.latest)
        self._session.trouble("error")

    # The session.

    def _configured(self, fact: facts.SessionConfigured) -> None:
        self._session.configured(fact)
        self._session.summarize(
            session_id=None if fact.session_id is None else shown(fact.session_id),
            model=None if fact.model is None else shown(fact.model),
            transcription_model=None if fact.transcription_model is None else shown(fact.transcription_model),
            purpose=fact.purpose,
            expires_at=iso(fact.expires_at),
        )

    def _start_failed(self, fact: facts.SessionStartFailed) -> None:
        self._marks.start_failed(fact)
        self._session.trouble("start_failed")

    def _fell_silent(self, fact: facts.SessionFellSilent) -> None:
        self._marks.fell_silent(fact, self._turns.latest)
        self._session.trouble("silent")

    # What the user says.

    def _input_audio(self, fact: facts.InputAudioReceived) -> None:
        self._session.sums.input_seconds += fact.seconds
        self._session.figures_changed()

    def _speech_started(self, fact: facts.SpeechStarted) -> None:
        # What the client sends now may belong to the next turn.
        self._log.end_runs(Side.CLIENT)
        self._user.started(fact)

    def _speech_stopped(self, fact: facts.SpeechStopped) -> None:
        self._user.stopped(fact)

    def _speech_committed(self, fact: facts.SpeechCommitted) -> None:
        self._user.committed(fact)

    def _transcription_started(self, fact: facts.TranscriptionStarted) -> None:
        self._transcription.started(fact)

    def _transcription_finished(self, fact: facts.TranscriptionFinished) -> None:
        span = self._transcription.finished(fact)
        if fact.outcome in OVERDUE:
            self._session.trouble("transcription_missing")
            return
        why = f"{fact.outcome}: {shown(fact.code)}" if fact.code else fact.outcome
        self._log.remark(fact.at, span.turn, None if fact.outcome == "completed" else why)
        if fact.outcome == "failed":
            self._session.trouble("transcription_failed")
        if add(self._session.sums.transcription, span.turn, fact.seconds):
            self._session.figures_changed()

    def _transcription_late(self, fact: facts.TranscriptionLate) -> None:
        span, seconds = self._transcription.late(fact)
        if span is None:
            return
        self._log.remark(fact.at, span.turn, "late")
        if span.outcome not in OVERDUE or seconds is None:
            return
        self._session.troubles.add("transcription_missing", -1)
        if fact.outcome == "failed":
            self._session.troubles.add("transcription_failed")
        elif add(self._session.sums.transcription, span.turn, seconds):
            self._session.figures_changed()
        self._session.summarize()

    def _transcription_forgotten(self, fact: facts.TranscriptionForgotten) -> None:
        self._transcription.forgotten(fact)

    # Turns.

    def _turn_opened(self, fact: facts.TurnOpened) -> None:
        self._turns.opened(fact)
        self._log.opened(fact.turn, fact.began_at)
        self._log.end_runs(Side.CLIENT)
        self._log.end_runs(Side.SERVER)
        self._user.opened(fact)
        self._transcription.opened(fact)
        self._session.count("turns")

    def _turn_answered(self, fact: facts.TurnAnswered) -> None:
        self._turns.answered(fact)
        self._session.sums.answered(fact.turn, fact.seconds)
        self._session.figures_changed()
        if fact.seconds is not None and fact.seconds > SLOW_TURN_SECONDS:
            self._session.troubles.add("slow_turn")
        self._session.summarize()

    def _turn_ended(self, fact: facts.TurnEnded) -> None:
        self._turns.ended(fact)
        if fact.outcome == "no_response":
            self._session.trouble("no_response")

    def _dead_air(self, fact: facts.DeadAirNoticed) -> None:
        self._marks.dead_air(fact)
        self._session.trouble("dead_air")

    def _tool_called(self, fact: facts.ToolCalled) -> None:
        self._tool.called(fact)
        self._log.remark(fact.at, fact.turn)
        self._session.count("tool_calls")

    def _tool_finished(self, fact: facts.ToolFinished) -> None:
        self._tool.finished(fact)
        if fact.outcome in ("failed", "unanswered"):
            self._session.trouble("tool_failed")
        if fact.outcome == "answered":
            self._log.remark(fact.at, fact.turn)
            if add(self._session.sums.tool, fact.turn, fact.seconds):
                self._session.figures_changed()

    # Answers.

    def _response_started(self, fact: facts.ResponseStarted) -> None:
        self._log.remark(fact.at, fact.turn)
        self._log.end_runs(Side.SERVER)
        self._turn_of_response.put(fact.response_id, fact.turn)
        self._log.answering = fact.turn
        self._response.started(fact)

    def _output_began(self, fact: facts.OutputBegan) -> None:
        if fact.response_id not in self._turn_of_response:
            self._turn_of_response.put(fact.response_id, fact.turn)
        self._log.answering = fact.turn
        self._response.output_began(fact)

    def _audio_began(self, fact: facts.AudioBegan) -> None:
        self._response.audio_began(fact)
        self._playback.audio_began(fact)
        if add(self._session.sums.first_audio, fact.turn, fact.seconds):
            self._session.figures_changed()

    def _response_finished(self, fact: facts.ResponseFinished) -> None:
        self._response.finished(fact)
        if fact.status != "unfinished":
            reason = f"{fact.status}: {shown(fact.reason)}" if fact.reason else fact.status
            self._log.remark(fact.at, fact.turn, None if fact.status == "completed" else reason)
        if fact.status == "failed":
            self._session.trouble("response_failed")
        elif fact.status == "incomplete":
            self._session.trouble("response_incomplete")

    def _answer_spoken(self, fact: facts.AnswerSpoken) -> None:
        self._playback.spoken(fact, self._turn_of_response.get(fact.response_id or ""))

    def _answer_generated(self, fact: facts.AnswerGenerated) -> None:
        self._playback.generated(fact)
        self._session.sums.generated_seconds += fact.seconds
        self._session.figures_changed()

    def _answer_ended(self, fact: facts.AnswerEnded) -> None:
        self._playback.ended(fact)

    def _underran(self, fact: facts.PlaybackUnderran) -> None:
        self._playback.underran(fact)

    def _interrupted(self, fact: facts.Interrupted) -> None:
        self._playback.interrupted(fact)
        self._marks.interrupted(fact)
        self._session.count("interruptions")

    def _took_effect(self, fact: facts.InterruptionTookEffect) -> None:
        self._marks.took_effect(fact)

    def _overlapped(self, fact: facts.Overlapped) -> None:
        self._marks.overlapped(fact)

    def _truncated(self, fact: facts.TruncationFinished) -> None:
        self._marks.truncated(fact, self._playback.turn_of(fact.item_id))
        if fact.outcome == "rejected":
            self._session.trouble("truncation_rejected")
        elif fact.outcome == "acknowledged":
            self._session.count("truncations")

    def _measured(self, fact: facts.TruncationMeasured) -> None:
        self._marks.measured(fact)
        self._playback.measured(fact)
        self._session.sums.measured(fact)
        self._session.figures_changed()

    # Usage, content.

    def _usage(self, fact: facts.UsageReported) -> None:
        self._session.sums.used(fact)
        self._response.used(fact)
        self._session.figures_changed()
        self._session.summarize()

    def _content_seen(self, fact: facts.ContentSeen) -> None:
        if not self._content:
            return
        match fact.kind:
            case "user_text":
                self._user.said(fact)
            case "user_transcript":
                self._user.said(fact)
                self._transcription.said(fact)
            case "assistant_text" | "assistant_transcript":
                self._response.said(fact)
                self._playback.said(fact)
            case "tool_arguments" | "tool_output":
                self._tool.said(fact)


_HANDLERS: dict[type[Fact], Callable[[ConnectionPage, Any], None]] = {
    facts.AnswerEnded: ConnectionPage._answer_ended,
    facts.AnswerGenerated: ConnectionPage._answer_generated,
    facts.AnswerSpoken: ConnectionPage._answer_spoken,
    facts.AudioBegan: ConnectionPage._audio_began,
    facts.BytesRelayed: ConnectionPage._bytes_relayed,
    facts.ConnectionClosed: ConnectionPage._connection_closed,
    facts.ContentSeen: ConnectionPage._content_seen,
    facts.DeadAirNoticed: ConnectionPage._dead_air,
    facts.ErrorReported: ConnectionPage._error,
    facts.EventReceived: ConnectionPage._event_received,
    facts.GapOpened: ConnectionPage._gap_opened,
    facts.HandshakeAnswered: ConnectionPage._handshake_answered,
    facts.InputAudioReceived: ConnectionPage._input_audio,
    facts.Interrupted: ConnectionPage._interrupted,
    facts.InterruptionTookEffect: ConnectionPage._took_effect,
    facts.MessageMalformed: ConnectionPage._malformed,
    facts.OutputBegan: ConnectionPage._output_began,
    facts.Overlapped: ConnectionPage._overlapped,
    facts.PlaybackUnderran: ConnectionPage._underran,
    facts.ResponseFinished: ConnectionPage._response_finished,
    facts.ResponseStarted: ConnectionPage._response_started,
    facts.SessionConfigured: ConnectionPage._configured,
    facts.SessionFellSilent: ConnectionPage._fell_silent,
    facts.SessionStartFailed: ConnectionPage._start_failed,
    facts.SpeechCommitted: ConnectionPage._speech_committed,
    facts.SpeechStarted: ConnectionPage._speech_started,
    facts.SpeechStopped: ConnectionPage._speech_stopped,
    facts.Surprise: ConnectionPage._surprise,
    facts.ToolCalled: ConnectionPage._tool_called,
    facts.ToolFinished: ConnectionPage._tool_finished,
    facts.TranscriptionFinished: ConnectionPage._transcription_finished,
    facts.TranscriptionForgotten: ConnectionPage._transcription_forgotten,
    facts.TranscriptionLate: ConnectionPage._transcription_late,
    facts.TranscriptionStarted: ConnectionPage._transcription_started,
    facts.TruncationFinished: ConnectionPage._truncated,
    facts.TruncationMeasured: ConnectionPage._measured,
    facts.TurnAnswered: ConnectionPage._turn_answered,
    facts.TurnEnded: ConnectionPage._turn_ended,
    facts.TurnOpened: ConnectionPage._turn_opened,
    facts.UnknownEventReceived: ConnectionPage._unknown_event,
    facts.UsageReported: ConnectionPage._usage,
}
"""What has no place on the page: plain HTTP, rate limits, items as such, what was forgotten, and that tools resumed."""
