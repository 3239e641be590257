"""Each fact at its place in the report."""

import math
from typing import Any

import msgspec
import pytest

from voicetap import facts
from voicetap.chunks import Side
from voicetap.facts import Fact
from voicetap.prices import Price, PriceTable
from voicetap.signals.report import Report, ReportSink

PRICES = PriceTable("a test", "2026-11-21", {"gpt-realtime": Price(input_text=4.0)})
AT = 100.0


def sink(*told: Fact, **options: Any) -> ReportSink:
    """A sink that was told these facts."""
    made = ReportSink("call.jsonl", prices=PRICES, **options)
    for fact in told:
        made.receive(fact)
    return made


def report(*told: Fact, **options: Any) -> Report:
    return sink(*told, **options).report


def configured(model: str | None = "gpt-realtime", **more: Any) -> Fact:
    return facts.SessionConfigured(AT, "sess_1", model, model is not None, True, "whisper-1", **more)


def closed(code: int | None, reason: str = "", by: Side | None = Side.CLIENT, end: Any = "client_closed") -> Fact:
    return facts.ConnectionClosed(AT, end, code, reason, by, 6.1046)


def transcribed(item_id: str | None, outcome: Any, code: str | None = None, seconds: float | None = None) -> Fact:
    return facts.TranscriptionFinished(AT, item_id, outcome, code, code and f"about {code}", "whisper-1", True, seconds)


def late(item_id: str, outcome: Any, at: float = AT, code: str | None = None) -> Fact:
    return facts.TranscriptionLate(at, item_id, outcome, "whisper-1", code)


def cut(item_id: str, end: float, initiator: Any = "client", outcome: Any = "acknowledged") -> Fact:
    return facts.TruncationFinished(AT, item_id, initiator, outcome, end)


def measured(item_id: str, end: float, generated: float | None, unheard: float | None) -> Fact:
    return facts.TruncationMeasured(AT, item_id, 1, "client", end, generated, unheard)


def used(usage: Any, model: str | None, tokens: facts.Tokens, cost: float | None, seconds: float | None = None) -> Fact:
    return facts.UsageReported(AT, usage, None, None, model, tokens, seconds, cost)


class TestSession:
    def test_the_latest_settings_hold(self) -> None:
        session = report(configured("gpt-realtime-mini"), configured(turn_detection="server_vad")).session
        assert (session.id, session.model, session.turn_detection) == ("sess_1", "gpt-realtime", "server_vad")

    def test_without_a_session_what_was_asked_for_holds(self) -> None:
        made = report(facts.SessionStartFailed(AT, "refused", "invalid_api_key"), model="gpt-realtime")
        assert (made.session.id, made.session.model, made.session.start) == (None, "gpt-realtime", "refused")
        assert made.cost_usd == 0

    def test_how_it_ended(self) -> None:
        session = report(facts.SessionStarted(AT, "sess_1", None, 0.25), closed(1000, "bye")).session
        assert (session.setup_ms, session.duration_ms, session.end) == (250, 6104.6, "client_closed")
        assert msgspec.to_builtins(session.close) == {"code": 1000, "reason": "bye", "by": "client"}

    def test_a_close_frame_without_a_code_has_none(self) -> None:
        close = report(closed(1005)).session.close
        assert close is not None
        assert close.code is None

    def test_a_recording_that_just_ends_has_no_close(self) -> None:
        session = report(closed(1006, by=None, end="drained")).session
        assert (session.close, session.end, session.duration_ms) == (None, None, 6104.6)

    @pytest.mark.parametrize(
        ("reason", "shown"),
        [("see you", "see you"), ("wrong key: sk-proj-0123456789abcdefghij", "wrong key: …elided")],
    )
    def test_a_reason_is_shown_without_credentials(self, reason: str, shown: str) -> None:
        close = report(closed(4000, reason)).session.close
        assert close is not None
        assert close.reason == shown

    def test_of_a_rate_limit_the_last_word_holds(self) -> None:
        first = facts.RateLimitReported(AT, "tokens", 20000.0, 19000.0, 1.5)
        last = facts.RateLimitReported(AT, "tokens", 20000.0, 18000.0, 0.30000001)
        assert msgspec.to_builtins(report(first, last).rate_limits) == {
            "tokens": {"limit": 20000, "remaining": 18000, "reset_seconds": 0.3}
        }


class TestMessages:
    def test_events_by_side_and_type_and_the_unknown_apart(self) -> None:
        events = report(
            facts.EventReceived(AT, Side.CLIENT, "response.create"),
            facts.EventReceived(AT, Side.SERVER, "response.done"),
            facts.EventReceived(AT, Side.SERVER, "response.done"),
            facts.UnknownEventReceived(AT, Side.SERVER, "nope"),
            facts.UnknownEventReceived(AT, Side.CLIENT, "nope"),
            facts.MessageMalformed(AT, Side.CLIENT, "json", None),
        ).events
        assert (events.client, events.server) == ({"response.create": 1}, {"response.done": 2})
        assert (events.unknown, events.malformed, events.malformed_reasons) == ({"nope": 2}, 1, {"json": 1})

    def test_errors_by_code_without_their_message(self) -> None:
        made = report(facts.ErrorReported(AT, "invalid_value", "about Ada"), content=True)
        assert made.errors == {"invalid_value": 1}
        assert b"Ada" not in msgspec.json.encode(made)

    def test_surprises_by_kind_and_by_what_they_were(self) -> None:
        surprise = facts.Surprise(AT, "order", "response.done", "response: done while done")
        made = report(surprise, surprise)
        assert (made.surprises.order, made.surprises.schema) == (2, 0)
        assert made.surprise_details == {"response.done: response: done while done": 2}


class TestTranscriptions:
    def test_outcomes(self) -> None:
        made = report(
            transcribed("item_1", "completed", seconds=0.4),
            transcribed("item_2", "empty", seconds=0.1),
            transcribed("item_3", "failed", "server_error"),
            transcribed("item_4", "session_closed"),
            late("item_1", "completed"),
        )
        assert msgspec.to_builtins(made.transcriptions) == {
            **{"completed": 1, "empty": 1, "failed": 1, "pending": 1, "late": 1}
        }
        assert made.latency_ms.transcription == [400, 100]

    def test_a_result_after_the_timeout_is_the_outcome_and_not_late(self) -> None:
        started = facts.TranscriptionStarted(AT, "item_1", "whisper-1")
        given_up = transcribed("item_1", "timed_out")
        assert report(started, given_up).transcriptions.pending == 1
        made = report(started, given_up, late("item_1", "completed", AT + 20))
        assert msgspec.to_builtins(made.transcriptions) == {
            **{"completed": 1, "empty": 0, "failed": 0, "pending": 0, "late": 0}
        }
        assert made.latency_ms.transcription == [20_000]

    def test_a_failure_after_the_timeout_keeps_its_code(self) -> None:
        made = report(transcribed("item_1", "timed_out"), late("item_1", "failed", code="server_error"))
        assert [(failure.item_id, failure.code) for failure in made.transcription_failures] == [
            ("item_1", "server_error")
        ]

    def test_what_comes_after_that_result_is_late(self) -> None:
        made = report(transcribed("item_1", "timed_out"), late("item_1", "failed"), late("item_1", "completed"))
        assert (made.transcriptions.failed, made.transcriptions.pending, made.transcriptions.late) == (1, 0, 1)
        assert [failure.item_id for failure in made.transcription_failures] == ["item_1"]
        assert made.latency_ms.transcription == []

    @pytest.mark.parametrize(("content", "more"), [(False, {}), (True, {"message": "about server_error"})])
    def test_the_message_of_a_failure_is_content(self, content: bool, more: dict[str, str]) -> None:
        made = report(transcribed("item_1", "failed", "server_error"), content=content)
        assert msgspec.to_builtins(made.transcription_failures) == [
            {"item_id": "item_1", "code": "server_error", **more}
        ]

    def test_one_that_was_lost_sight_of_stays_pending(self) -> None:
        started = facts.TranscriptionStarted(AT, "item_1", None)
        assert report(started, facts.TranscriptionForgotten(AT, "item_1")).transcriptions.pending == 1


class TestTurns:
    def test_openers_outcomes_and_latencies(self) -> None:
        made = report(
            facts.TurnOpened(AT, 1, "speech", AT),
            facts.SpeechStopped(AT, "item_1", AT - 0.5, 0.5),
            facts.TurnAnswered(AT, 1, 0.8, 0.3, "curve"),
            facts.TurnEnded(AT, 1, "speech", "completed", AT),
            facts.TurnOpened(AT, 2, "agent_initiated", AT),
            facts.TurnAnswered(AT, 2, None, 0.2, "unknown"),
            facts.TurnEnded(AT, 2, "agent_initiated", "no_response", AT),
        )
        assert (made.turns, made.turns_opened_by.speech, made.turns_opened_by.agent_initiated) == (2, 1, 1)
        assert (made.turn_outcomes.completed, made.turn_outcomes.no_response) == (1, 1)
        assert (made.latency_ms.turn, made.latency_ms.turn_raw, made.latency_ms.vad_wait) == ([800], [300, 200], [500])

    def test_a_figure_of_unknown_times_is_left_out(self) -> None:
        assert report(facts.TurnAnswered(math.nan, 1, None, math.nan, "curve")).latency_ms.turn_raw == []

    def test_items_by_role_and_type(self) -> None:
        made = report(
            facts.ItemEntered(AT, "item_1", "user", "message"),
            facts.ItemEntered(AT, "item_2", None, "function_call"),
            facts.ItemEntered(AT, "item_3", None, None),
        )
        assert made.items == {"user message": 1, "function_call": 1, "unknown": 1}

    def test_calls_of_functions_and_of_the_servers_own(self) -> None:
        made = report(
            facts.ToolCalled(AT, "call_1", "weather", "function", "resp_1", 1),
            facts.ToolFinished(AT, "call_1", "weather", "function", 1, "answered", 0.05),
            facts.ToolResumed(AT, "call_1", 1, 0.3),
            facts.ToolCalled(AT, "item_9", "search", "mcp", "resp_1", 1),
            facts.ToolFinished(AT, "item_9", "search", "mcp", 1, "failed", 0.4),
        )
        assert (made.tool_calls, made.mcp_calls) == (1, 1)
        assert (made.tool_outcomes.answered, made.tool_outcomes.failed) == (1, 1)
        assert (made.latency_ms.tool_round_trip, made.latency_ms.tool_resume) == ([50], [300])

    def test_silence(self) -> None:
        made = report(facts.DeadAirNoticed(AT, 1, "tool_output"), facts.SessionFellSilent(AT))
        assert (made.dead_air.tool_output, made.fell_silent) == (1, 1)


class TestAnswers:
    def test_responses_and_which_of_them_are_answers(self) -> None:
        made = report(
            facts.ResponseStarted(AT, "resp_1", 1, "vad", AT, 0.035),
            facts.ResponseFinished(AT, "resp_1", 1, "cancelled", "turn_detected", 1.0),
            facts.ResponseFinished(AT, "resp_2", None, "failed", "rate_limit_exceeded", 1.0),
        )
        assert (made.responses.cancelled, made.responses.failed, made.answers) == (1, 1, 1)
        assert made.response_reasons == {"turn_detected": 1, "rate_limit_exceeded": 1}
        assert made.latency_ms.commit_to_response == [35]

    def test_audio(self) -> None:
        made = report(
            facts.InputAudioReceived(AT, 1.0),
            facts.InputAudioReceived(AT, 0.1),
            facts.AnswerSpoken(AT, "item_1", "resp_1"),
            facts.AudioBegan(AT, "resp_1", "item_1", 1, "vad", 0.0752),
            facts.AnswerGenerated(AT, "item_1", "resp_1", 2.5, 0.1),
            facts.PlaybackUnderran(AT, "resp_1", "item_1", 0.2),
        )
        assert (made.input_audio_seconds, made.generated_audio_seconds, made.spoken_answers) == (1.1, 2.5, 1)
        assert (made.underruns, made.underrun_seconds, made.latency_ms.time_to_first_audio) == (1, 0.2, [75.2])

    def test_interruptions_and_overlaps(self) -> None:
        made = report(
            facts.Interrupted(AT, "resp_1", None, 1, "before_audio", "turn_detected"),
            facts.Interrupted(AT, "resp_2", "item_2", 2, "generating", "client_cancelled"),
            facts.InterruptionTookEffect(AT, "resp_2", 2, 0.02),
            facts.Overlapped(AT, "resp_3", 3, AT),
        )
        assert msgspec.to_builtins(made.interruptions) == {"before_audio": 1, "generating": 1, "playing": 0}
        assert (made.overlaps, made.latency_ms.interruption_stop) == (1, [20])

    def test_truncations_by_initiator_or_by_what_became_of_them(self) -> None:
        made = report(
            cut("item_1", 900),
            cut("item_2", 0, "server"),
            cut("item_3", 0, "unknown"),
            cut("item_4", 500, outcome="rejected"),
            cut("item_5", 500, outcome="unanswered"),
        )
        assert msgspec.to_builtins(made.truncations) == {
            **{"client": 1, "server": 1, "unknown": 1, "rejected": 1, "unanswered": 1}
        }
        assert [item.item_id for item in made.truncated_items] == ["item_1", "item_2", "item_3"]

    def test_truncated_items_stay_in_the_order_of_acknowledgement(self) -> None:
        made = report(
            cut("item_1", 900.0),
            cut("item_2", 1200.0),
            measured("item_2", 1200.0, 2000.0, 800.0),
            measured("item_1", 900.0, 1000.0004, 100.0004),
        )
        assert [[*msgspec.to_builtins(item).values()] for item in made.truncated_items] == [
            ["item_1", 900, 1000, 100],
            ["item_2", 1200, 2000, 800],
        ]
        assert made.unheard_audio_seconds == 0.9

    def test_without_audio_nothing_is_known_to_be_unheard(self) -> None:
        [item] = report(cut("item_1", 900.0), measured("item_1", 900.0, None, None)).truncated_items
        assert (item.generated_ms, item.unheard_ms) == (None, None)

    def test_two_equal_truncations_are_two(self) -> None:
        made = report(cut("item_1", 9.0), cut("item_1", 9.0), measured("item_1", 9.0, 20.0, 11.0))
        assert [item.unheard_ms for item in made.truncated_items] == [11, None]


class TestUsage:
    TOKENS = facts.Tokens(
        input=50, input_text=20, input_audio=30, cached=15, output=9, output_text=4, output_audio=5, reasoning=1
    )

    def test_the_raw_sums(self) -> None:
        made = report(
            used("response", "gpt-realtime", self.TOKENS, 0.002),
            used("response", "gpt-realtime", self.TOKENS, 0.0020004),
            used("transcription", "gpt-4o-transcribe", facts.Tokens(input=8, output=2), 0.0001),
            used("transcription", "whisper-1", facts.Tokens(), 0.0002, seconds=2.5),
        )
        assert msgspec.to_builtins(made.tokens) == {
            **{"input": 100, "input_cached": 30, "input_text": 40, "input_audio": 60, "input_image": 0},
            **{"output": 18, "output_text": 8, "output_audio": 10},
            **{"transcription_input": 8, "transcription_output": 2},
        }
        assert (made.transcription_seconds, made.cost_usd, made.unpriced_models) == (2.5, 0.0043, [])

    def test_one_part_without_a_price_leaves_no_sum(self) -> None:
        made = report(
            used("transcription", None, facts.Tokens(), None, seconds=1.0),
            used("response", "gpt-realtime", self.TOKENS, 0.002),
        )
        assert (made.cost_usd, made.unpriced_models) == (None, [None])

    def test_where_nothing_was_used_the_model_decides(self) -> None:
        assert report(configured("gpt-realtime")).cost_usd == 0
        assert report(configured("nobody-knows")).cost_usd is None
        assert report(configured(None)).cost_usd is None


class TestBounds:
    def test_lists_end_and_say_so(self) -> None:
        answered = [facts.TurnAnswered(AT, turn, 0.1, 0.1, "curve") for turn in range(5)]
        cuts = [cut(f"item_{turn}", 10.0) for turn in range(5)]
        sums = [measured(f"item_{turn}", 10.0, 30.0, 20.0) for turn in range(5)]
        failures = [transcribed(f"item_{turn}", "failed", "server_error") for turn in range(5)]
        made = report(*answered, *cuts, *sums, *failures, limit=2)
        assert made.left_out == {
            **{"latency_ms.turn": 3, "latency_ms.turn_raw": 3, "truncated_items": 3, "transcription_failures": 3}
        }
        assert (len(made.latency_ms.turn), len(made.truncated_items), len(made.transcription_failures)) == (2, 2, 2)
        assert (made.truncations.client, made.transcriptions.failed, made.unheard_audio_seconds) == (5, 5, 0.1)

    def test_names_that_a_peer_makes_up_are_bounded(self) -> None:
        made = report(*(facts.UnknownEventReceived(AT, Side.SERVER, f"type {number}") for number in range(2000)))
        assert len(made.events.unknown) == 1001
        assert made.events.unknown["other"] == 1000


def test_a_fact_that_the_report_has_no_use_for_is_let_go() -> None:
    quiet = sink(facts.BytesRelayed(AT, Side.CLIENT, 5))
    quiet.close()
    assert quiet.report == sink().report
