"""Fact -> report, for one session."""

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from msgspec import Struct

from ... import facts
from ...chunks import Side
from ...facts import Fact
from ...prices import PriceTable
from ...recording.credentials import without_credentials
from .bounds import MOST_ENTRIES, MOST_NAMES, Overflow, count, milliseconds, whole
from .model import Close, Purpose, RateLimit, Report, TranscriptionFailure, TruncatedItem

NO_CODE = 1005
"""What a fact says of a Close frame without a code (RFC 6455 section 7.1.5)."""

OVERDUE = 10_000
"""Transcriptions without a result that are remembered, in case one comes after all."""

UNMEASURED = 1_000
"""Truncations whose response may still bring audio."""

MOST_UNPRICED = 20


class ReportSink:
    """Takes the facts of one session; `report` is right at any time, for what was told so far."""

    name: ClassVar[str] = "report"

    def __init__(
        self,
        file: str,
        *,
        prices: PriceTable,
        content: bool = False,
        model: str | None = None,
        purpose: Purpose = "realtime",
        limit: int = MOST_ENTRIES,
    ) -> None:
        """`content`: messages are shown. `model`, `purpose`: what the upgrade request asked for,
        which holds where no session starts. `limit`: entries of a list."""
        self.report = Report(file)
        self.report.session.model, self.report.session.purpose = model, purpose
        self._prices = prices
        self._content = content
        self._overflow = Overflow(self.report.left_out, limit)
        self._committed: dict[str, float] = {}
        """When the items were committed that have no transcription yet."""
        self._overdue: dict[str, float | None] = {}
        """The same of those that were given up."""
        self._unmeasured: deque[TruncatedItem] = deque(maxlen=UNMEASURED)
        self._cost = 0.0
        self._used = False
        """Usage was reported."""
        self._price()
        self._seconds = {"input": 0.0, "generated": 0.0, "unheard": 0.0, "underrun": 0.0, "transcription": 0.0}

    def receive(self, fact: Fact) -> None:
        """Take the next fact."""
        take = _HANDLERS.get(type(fact))
        if take is not None:
            take(self, fact)

    def close(self) -> None:
        """Nothing follows."""

    # The session.

    def _configured(self, fact: facts.SessionConfigured) -> None:
        session = self.report.session
        session.id, session.model = fact.session_id, fact.model
        session.purpose, session.turn_detection = fact.purpose, fact.turn_detection
        session.transcription_model = fact.transcription_model
        self._price()

    def _started(self, fact: facts.SessionStarted) -> None:
        self.report.session.start = "started"
        self.report.session.setup_ms = _ms(fact.setup_seconds)

    def _start_failed(self, fact: facts.SessionStartFailed) -> None:
        self.report.session.start = fact.outcome

    def _closed(self, fact: facts.ConnectionClosed) -> None:
        session = self.report.session
        session.duration_ms = _ms(fact.duration_seconds)
        if fact.closed_by is not None:
            session.end = fact.end
            code = None if fact.close_code == NO_CODE else fact.close_code
            session.close = Close(code, without_credentials(fact.close_reason), fact.closed_by.value)

    def _limit(self, fact: facts.RateLimitReported) -> None:
        limits = self.report.rate_limits
        if fact.name in limits or len(limits) < MOST_NAMES:
            limits[fact.name] = RateLimit(_n(fact.limit), _n(fact.remaining), _n(fact.reset_seconds))
        else:
            count(self.report.left_out, "rate_limits")

    # Messages.

    def _event(self, fact: facts.EventReceived) -> None:
        events = self.report.events
        types = events.client if fact.sender is Side.CLIENT else events.server
        types[fact.type] = types.get(fact.type, 0) + 1

    def _unknown(self, fact: facts.UnknownEventReceived) -> None:
        count(self.report.events.unknown, fact.type)

    def _malformed(self, fact: facts.MessageMalformed) -> None:
        self.report.events.malformed += 1
        count(self.report.events.malformed_reasons, fact.reason)

    def _error(self, fact: facts.ErrorReported) -> None:
        count(self.report.errors, fact.code)

    def _surprise(self, fact: facts.Surprise) -> None:
        _add(self.report.surprises, fact.kind)
        count(self.report.surprise_details, f"{fact.type}: {fact.detail}")

    def _forgotten(self, fact: facts.NounForgotten) -> None:
        count(self.report.forgotten, fact.noun)

    # Transcriptions.

    def _transcription_started(self, fact: facts.TranscriptionStarted) -> None:
        self._committed[fact.item_id] = fact.at

    def _transcription_finished(self, fact: facts.TranscriptionFinished) -> None:
        item_id, outcome = fact.item_id, fact.outcome
        committed = None if item_id is None else self._committed.pop(item_id, None)
        if outcome == "timed_out" or outcome == "session_closed":
            self.report.transcriptions.pending += 1
            if item_id is not None:
                self._overdue[item_id] = committed
                if len(self._overdue) > OVERDUE:
                    del self._overdue[next(iter(self._overdue))]
            return
        self._transcribed(item_id, outcome, fact.code, fact.message, fact.seconds)

    def _transcription_late(self, fact: facts.TranscriptionLate) -> None:
        """Late for those who wait for it live; here the first result is the item's outcome, however late."""
        if fact.item_id not in self._overdue:
            self.report.transcriptions.late += 1
            return
        committed = self._overdue.pop(fact.item_id)
        self.report.transcriptions.pending -= 1
        seconds = None if committed is None or fact.outcome == "failed" else fact.at - committed
        self._transcribed(fact.item_id, fact.outcome, fact.code, fact.message, seconds)

    def _transcription_forgotten(self, fact: facts.TranscriptionForgotten) -> None:
        if self._committed.pop(fact.item_id, None) is not None:
            self.report.transcriptions.pending += 1

    def _transcribed(
        self, item_id: str | None, outcome: str, code: str | None, message: str | None, seconds: float | None
    ) -> None:
        _add(self.report.transcriptions, outcome)
        self._latency("transcription", seconds)
        if outcome == "failed":
            failure = TranscriptionFailure(item_id, code)
            if self._content:
                failure.message = message
            self._overflow.append(self.report.transcription_failures, failure, "transcription_failures")

    # Turns.

    def _turn_opened(self, fact: facts.TurnOpened) -> None:
        self.report.turns += 1
        _add(self.report.turns_opened_by, fact.opened_by)

    def _turn_answered(self, fact: facts.TurnAnswered) -> None:
        self._latency("turn", fact.seconds)
        self._latency("turn_raw", fact.raw_seconds)

    def _turn_ended(self, fact: facts.TurnEnded) -> None:
        _add(self.report.turn_outcomes, fact.outcome)

    def _speech_stopped(self, fact: facts.SpeechStopped) -> None:
        self._latency("vad_wait", fact.wait_seconds)

    def _input_audio(self, fact: facts.InputAudioReceived) -> None:
        self.report.input_audio_seconds = self._sum("input", fact.seconds)

    def _item(self, fact: facts.ItemEntered) -> None:
        count(self.report.items, " ".join(part for part in (fact.role, fact.type) if part) or "unknown")

    def _dead_air(self, fact: facts.DeadAirNoticed) -> None:
        _add(self.report.dead_air, fact.after)

    def _fell_silent(self, fact: facts.SessionFellSilent) -> None:
        self.report.fell_silent += 1

    def _tool_called(self, fact: facts.ToolCalled) -> None:
        if fact.kind == "mcp":
            self.report.mcp_calls += 1
        else:
            self.report.tool_calls += 1

    def _tool_finished(self, fact: facts.ToolFinished) -> None:
        _add(self.report.tool_outcomes, fact.outcome)
        if fact.outcome == "answered":
            self._latency("tool_round_trip", fact.seconds)

    def _tool_resumed(self, fact: facts.ToolResumed) -> None:
        self._latency("tool_resume", fact.seconds)

    # Answers.

    def _response_started(self, fact: facts.ResponseStarted) -> None:
        self._latency("commit_to_response", fact.commit_seconds)

    def _response_finished(self, fact: facts.ResponseFinished) -> None:
        report = self.report
        _add(report.responses, fact.status)
        report.answers += fact.turn is not None
        if fact.reason is not None:
            count(report.response_reasons, fact.reason)

    def _audio_began(self, fact: facts.AudioBegan) -> None:
        self._latency("time_to_first_audio", fact.seconds)

    def _spoken(self, fact: facts.AnswerSpoken) -> None:
        self.report.spoken_answers += 1

    def _generated(self, fact: facts.AnswerGenerated) -> None:
        self.report.generated_audio_seconds = self._sum("generated", fact.seconds)

    def _underran(self, fact: facts.PlaybackUnderran) -> None:
        self.report.underruns += 1
        self.report.underrun_seconds = self._sum("underrun", fact.seconds)

    def _interrupted(self, fact: facts.Interrupted) -> None:
        _add(self.report.interruptions, fact.phase)

    def _interruption_effective(self, fact: facts.InterruptionTookEffect) -> None:
        self._latency("interruption_stop", fact.seconds)

    def _overlapped(self, fact: facts.Overlapped) -> None:
        self.report.overlaps += 1

    def _truncated(self, fact: facts.TruncationFinished) -> None:
        _add(self.report.truncations, fact.initiator if fact.outcome == "acknowledged" else fact.outcome)
        if fact.outcome == "acknowledged":
            self._list(TruncatedItem(fact.item_id, _n(fact.audio_end_ms)))

    def _measured(self, fact: facts.TruncationMeasured) -> None:
        """Fill in what was listed when it was acknowledged."""
        key = (fact.item_id, _n(fact.audio_end_ms))
        item = next((item for item in self._unmeasured if (item.item_id, item.audio_end_ms) == key), None)
        if item is None:
            item = TruncatedItem(*key)
            self._list(item)
        # By identity: equal entries are different truncations.
        self._unmeasured = deque((other for other in self._unmeasured if other is not item), maxlen=UNMEASURED)
        item.generated_ms, item.unheard_ms = _n(fact.generated_ms), _n(fact.unheard_ms)
        if fact.unheard_ms is not None:
            self.report.unheard_audio_seconds = self._sum("unheard", fact.unheard_ms / 1000)

    def _list(self, item: TruncatedItem) -> None:
        self._unmeasured.append(item)
        self._overflow.append(self.report.truncated_items, item, "truncated_items")

    # Usage.

    def _usage(self, fact: facts.UsageReported) -> None:
        report = self.report
        report.tokens.add(fact)
        if fact.usage == "transcription":
            report.transcription_seconds = self._sum("transcription", fact.seconds or 0.0)
        self._used = True
        if fact.cost_usd is not None:
            self._cost += fact.cost_usd
        elif fact.model not in report.unpriced_models and len(report.unpriced_models) < MOST_UNPRICED:
            report.unpriced_models.append(fact.model)
        self._price()

    def _price(self) -> None:
        report = self.report
        known = not report.unpriced_models if self._used else self._prices.find(report.session.model) is not None
        report.cost_usd = whole(self._cost, 6) if known else None

    def _latency(self, name: str, seconds: float | None) -> None:
        if seconds is not None and seconds == seconds:
            self._overflow.append(getattr(self.report.latency_ms, name), milliseconds(seconds), f"latency_ms.{name}")

    def _sum(self, name: str, seconds: float) -> int | float:
        """Add up unrounded; return what the report says."""
        self._seconds[name] += seconds
        return whole(self._seconds[name])


def _add(counts: Struct, name: str) -> None:
    setattr(counts, name, getattr(counts, name) + 1)


def _n(number: float | None) -> int | float | None:
    return None if number is None else whole(number)


def _ms(seconds: float | None) -> int | float | None:
    return None if seconds is None else milliseconds(seconds)


_HANDLERS: dict[type[Fact], Callable[[ReportSink, Any], None]] = {
    facts.AnswerGenerated: ReportSink._generated,
    facts.AnswerSpoken: ReportSink._spoken,
    facts.AudioBegan: ReportSink._audio_began,
    facts.ConnectionClosed: ReportSink._closed,
    facts.DeadAirNoticed: ReportSink._dead_air,
    facts.ErrorReported: ReportSink._error,
    facts.EventReceived: ReportSink._event,
    facts.InputAudioReceived: ReportSink._input_audio,
    facts.Interrupted: ReportSink._interrupted,
    facts.InterruptionTookEffect: ReportSink._interruption_effective,
    facts.ItemEntered: ReportSink._item,
    facts.MessageMalformed: ReportSink._malformed,
    facts.NounForgotten: ReportSink._forgotten,
    facts.Overlapped: ReportSink._overlapped,
    facts.PlaybackUnderran: ReportSink._underran,
    facts.RateLimitReported: ReportSink._limit,
    facts.ResponseFinished: ReportSink._response_finished,
    facts.ResponseStarted: ReportSink._response_started,
    facts.SessionConfigured: ReportSink._configured,
    facts.SessionFellSilent: ReportSink._fell_silent,
    facts.SessionStartFailed: ReportSink._start_failed,
    facts.SessionStarted: ReportSink._started,
    facts.SpeechStopped: ReportSink._speech_stopped,
    facts.Surprise: ReportSink._surprise,
    facts.ToolCalled: ReportSink._tool_called,
    facts.ToolFinished: ReportSink._tool_finished,
    facts.ToolResumed: ReportSink._tool_resumed,
    facts.TranscriptionFinished: ReportSink._transcription_finished,
    facts.TranscriptionForgotten: ReportSink._transcription_forgotten,
    facts.TranscriptionLate: ReportSink._transcription_late,
    facts.TranscriptionStarted: ReportSink._transcription_started,
    facts.TruncationFinished: ReportSink._truncated,
    facts.TruncationMeasured: ReportSink._measured,
    facts.TurnAnswered: ReportSink._turn_answered,
    facts.TurnEnded: ReportSink._turn_ended,
    facts.TurnOpened: ReportSink._turn_opened,
    facts.UnknownEventReceived: ReportSink._unknown,
    facts.UsageReported: ReportSink._usage,
}
