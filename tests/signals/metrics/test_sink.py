import tracemalloc
from collections.abc import Sequence
from itertools import product
from math import nan
from typing import Any, Literal, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.exposed import SPAN, Exposed
from voicetap import facts
from voicetap.chunks import Handshake, Side, UpgradeRequest
from voicetap.facts import (
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    BytesRelayed,
    ConnectionClosed,
    DeadAirNoticed,
    ErrorReported,
    EventReceived,
    Fact,
    GapOpened,
    HandshakeAnswered,
    InputAudioReceived,
    Interrupted,
    InterruptionTookEffect,
    ItemEntered,
    MessageMalformed,
    Overlapped,
    PlaybackUnderran,
    RateLimitReported,
    ResponseFinished,
    ResponseStarted,
    SessionConfigured,
    SessionFellSilent,
    SessionStarted,
    SessionStartFailed,
    SpeechStopped,
    Surprise,
    Tokens,
    ToolCalled,
    ToolFinished,
    ToolResumed,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
    TruncationFinished,
    TruncationMeasured,
    TurnAnswered,
    TurnEnded,
    UnknownEventReceived,
    UsageReported,
)
from voicetap.observe.pipeline import Pipeline
from voicetap.signals.metrics.sink import ConnectionMetrics

MODEL, TRANSCRIBER = "gpt-realtime", "gpt-4o-transcribe"
OPENED = HandshakeAnswered(100.0, "101", None)
CONFIGURED = SessionConfigured(100.0, "sess_1", MODEL, True, True, TRANSCRIBER, expires_at=1e9)
TOKENS = Tokens(input=132, input_text=112, input_audio=20, cached=64, output=40, output_text=10, output_audio=30)
LIMIT = RateLimitReported(100.0, "tokens", 100.0, 50.0, None)


@pytest.fixture
def page() -> Exposed:
    return Exposed()


@pytest.mark.parametrize(
    ("fact", "lines"),
    [
        (
            HandshakeAnswered(1.0, "401", 0.0004),
            ['handshakes_total{outcome="401"} 1.0', "upstream_connect_seconds_count 1.0"],
        ),
        (HandshakeAnswered(1.0, "connect_error", None), ['handshakes_total{outcome="connect_error"} 1.0']),
        (OPENED, ['sessions_active{model="unknown"} 1.0', 'handshakes_total{outcome="101"} 1.0']),
        (BytesRelayed(1.0, Side.CLIENT, 7), ['relayed_bytes_total{from="client"} 7.0']),
        (BytesRelayed(1.0, Side.SERVER, 7), ['relayed_bytes_total{from="server"} 7.0']),
        (GapOpened(1.0, Side.CLIENT, "framing"), ['observer_gaps_total{reason="framing"} 1.0']),
        (GapOpened(1.0, None, "made_up"), ['observer_gaps_total{reason="other"} 1.0']),
        (
            ConnectionClosed(9.0, "drained", 1006, "private", None, 8.0),
            [
                'sessions_total{end="drained",model="unknown"} 1.0',
                "session_duration_seconds_count 1.0",
                'close_codes_total{closed_by="voicetap",code="1006"} 1.0',
            ],
        ),
        (
            ConnectionClosed(9.0, "refused", 3000, "private", Side.SERVER, None),
            [
                'sessions_total{end="refused",model="unknown"} 1.0',
                'close_codes_total{closed_by="server",code="3000"} 1.0',
            ],
        ),
        (
            ConnectionClosed(9.0, "server_closed", None, "", Side.SERVER, None),
            ['sessions_total{end="server_closed",model="unknown"} 1.0'],
        ),
        (EventReceived(1.0, Side.CLIENT, "ping"), ['events_total{from="client",type="other"} 1.0']),
        (EventReceived(1.0, Side.SERVER, "ping"), ['events_total{from="server",type="ping"} 1.0']),
        (
            EventReceived(1.0, Side.SERVER, "response.audio.done"),
            ['events_total{from="server",type="response.audio.done"} 1.0'],
        ),
        (
            UnknownEventReceived(1.0, Side.CLIENT, "made up"),
            ['events_total{from="client",type="other"} 1.0', 'unknown_events_total{from="client"} 1.0'],
        ),
        (
            MessageMalformed(1.0, Side.SERVER, "depth", None),
            ['malformed_messages_total{from="server",reason="depth"} 1.0'],
        ),
        (Surprise(1.0, "orphan_delta", "response.done", "x"), ['surprises_total{kind="orphan_delta"} 1.0']),
        (
            ErrorReported(1.0, "session_expired", "private"),
            ['api_errors_total{code="session_expired",model="unknown"} 1.0'],
        ),
        (ErrorReported(1.0, "made_up", "private"), ['api_errors_total{code="other",model="unknown"} 1.0']),
        (
            SessionStarted(1.0, "sess_1", MODEL, 0.2),
            ['session_starts_total{outcome="started"} 1.0', "session_setup_seconds_count 1.0"],
        ),
        (SessionStarted(1.0, None, None, None), ['session_starts_total{outcome="started"} 1.0']),
        (SessionStartFailed(1.0, "refused", "x"), ['session_starts_total{outcome="refused"} 1.0']),
        (SessionFellSilent(1.0), ["silent_sessions_total 1.0"]),
        (LIMIT, []),
        (InputAudioReceived(1.0, 1.5), ['input_audio_seconds_total{model="unknown"} 1.5']),
        (SpeechStopped(1.0, "item_1", 0.5, 0.5), ['vad_wait_seconds_count{model="unknown"} 1.0']),
        (SpeechStopped(1.0, "item_1", None, None), []),
        (TranscriptionStarted(1.0, "item_1", None), ["transcriptions_pending 1.0"]),
        (TranscriptionForgotten(1.0, "item_1"), []),
        (
            TranscriptionFinished(1.0, None, "timed_out", None, None, None, False),
            ['transcriptions_total{outcome="timed_out",transcription_model="unknown"} 1.0'],
        ),
        (
            TranscriptionFinished(1.0, "item_1", "failed", "server_error", "private", TRANSCRIBER, False),
            [
                'transcriptions_total{outcome="failed",transcription_model="gpt-4o-transcribe"} 1.0',
                'transcription_failures_total{code="server_error",transcription_model="gpt-4o-transcribe"} 1.0',
            ],
        ),
        (
            TranscriptionFinished(1.0, "item_1", "failed", "made_up", "private", "whisper-1", False),
            [
                'transcriptions_total{outcome="failed",transcription_model="whisper-1"} 1.0',
                'transcription_failures_total{code="other",transcription_model="whisper-1"} 1.0',
            ],
        ),
        (
            TranscriptionFinished(1.0, "item_1", "completed", None, None, TRANSCRIBER, False, 0.4, 0.9),
            [
                'transcriptions_total{outcome="completed",transcription_model="gpt-4o-transcribe"} 1.0',
                'transcription_latency_seconds_count{transcription_model="gpt-4o-transcribe"} 1.0',
                'transcription_confidence_ratio_count{transcription_model="gpt-4o-transcribe"} 1.0',
            ],
        ),
        (
            TranscriptionLate(1.0, "item_1", "failed", None, "x"),
            ['late_transcriptions_total{outcome="failed",transcription_model="unknown"} 1.0'],
        ),
        (ItemEntered(1.0, "item_1", None, "mcp_call"), ['items_total{role="none",type="mcp_call"} 1.0']),
        (
            TurnAnswered(1.0, 1, 1.0, 0.5, "curve"),
            ['turn_latency_seconds_count{model="unknown"} 1.0', 'turn_latency_raw_seconds_count{model="unknown"} 1.0'],
        ),
        (TurnAnswered(1.0, 1, None, 0.5, "unknown"), ['turn_latency_raw_seconds_count{model="unknown"} 1.0']),
        (TurnAnswered(1.0, 1, 0.5, None, "commit"), ['turn_latency_seconds_count{model="unknown"} 1.0']),
        (
            TurnEnded(1.0, 1, "timeout", "no_response", 1.0),
            ['turns_total{model="unknown",opened_by="timeout",outcome="no_response"} 1.0'],
        ),
        (DeadAirNoticed(1.0, 1, "tool_output"), ['dead_air_total{after="tool_output"} 1.0']),
        (
            ToolFinished(1.0, "call_1", "private", "function", 1, "answered", 0.5),
            ['tool_calls_total{outcome="answered"} 1.0', "tool_round_trip_seconds_count 1.0"],
        ),
        (
            ToolFinished(1.0, "call_1", None, "function", 1, "cancelled", None),
            ['tool_calls_total{outcome="cancelled"} 1.0'],
        ),
        (ToolFinished(1.0, "call_1", None, "mcp", 1, "completed", 0.5), ['tool_calls_total{outcome="completed"} 1.0']),
        (ToolResumed(1.0, "call_1", 1, 0.5), ["tool_resume_seconds_count 1.0"]),
        (
            ResponseStarted(1.0, "resp_1", 1, "vad", 0.5, 0.25),
            ['commit_to_response_seconds_count{model="unknown"} 1.0'],
        ),
        (ResponseStarted(1.0, "resp_1", None, "client", 0.5), []),
        (
            AudioBegan(1.0, "resp_1", None, 1, "timeout", 0.5),
            ['time_to_first_audio_seconds_count{model="unknown",trigger="timeout"} 1.0'],
        ),
        (
            ResponseFinished(1.0, "resp_1", 1, "completed", None, 0.5),
            [
                'responses_total{model="unknown",reason="none",status="completed"} 1.0',
                'response_duration_seconds_count{model="unknown"} 1.0',
            ],
        ),
        (
            ResponseFinished(1.0, None, None, "failed", "made_up", None, "private"),
            ['responses_total{model="unknown",reason="other",status="failed"} 1.0'],
        ),
        (
            ResponseFinished(1.0, "resp_1", 1, "unfinished", None, 20.0),
            ['responses_total{model="unknown",reason="none",status="unfinished"} 1.0'],
        ),
        (AnswerSpoken(1.0, "item_2", "resp_1"), ['spoken_answers_total{model="unknown"} 1.0']),
        (
            AnswerGenerated(1.0, "item_2", "resp_1", 2.5, 0.25),
            [
                'audio_delta_gap_seconds_count{model="unknown"} 1.0',
                'generated_audio_seconds_total{model="unknown"} 2.5',
            ],
        ),
        (AnswerGenerated(1.0, "item_2", None, 2.5, None), ['generated_audio_seconds_total{model="unknown"} 2.5']),
        (
            PlaybackUnderran(1.0, "resp_1", "item_2", 0.25),
            ['playback_underruns_total{model="unknown"} 1.0', 'underrun_seconds_total{model="unknown"} 0.25'],
        ),
        (
            Interrupted(1.0, "resp_1", "item_2", 1, "playing", "cleared"),
            ['interruptions_total{cause="cleared",model="unknown",phase="playing"} 1.0'],
        ),
        (InterruptionTookEffect(1.0, "resp_1", 1, 0.0), ["interruption_stop_seconds_count 1.0"]),
        (InterruptionTookEffect(1.0, "resp_1", 1, None), []),
        (Overlapped(1.0, "resp_1", 1, 0.5), ["overlaps_total 1.0"]),
        (
            TruncationFinished(1.0, "item_2", "unknown", "acknowledged", None),
            ['truncations_total{initiator="unknown",model="unknown",outcome="acknowledged"} 1.0'],
        ),
        (
            TruncationMeasured(1.0, "item_2", 1, "client", 500.0, 2000.0, 1500.0),
            ['unheard_audio_seconds_total{model="unknown"} 1.5', "truncated_answer_heard_ratio_count 1.0"],
        ),
        (TruncationMeasured(1.0, "item_2", 1, "client", 500.0, 0.0, 0.0), []),
        (TruncationMeasured(1.0, "item_2", 1, "client", 500.0, None, None), []),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Fact) else "",
)
def test_what_a_fact_adds_before_a_model_is_known(page: Exposed, fact: Fact, lines: list[str]) -> None:
    page.connection(fact)
    assert page.counted() == lines


def test_facts_without_a_metric_are_let_go(page: Exposed) -> None:
    class Something(Fact, frozen=True, gc=False):
        pass

    page.connection(Something(1.0))
    assert page.changed() == []


KINDS = [kind for name in facts.__all__ if isinstance(kind := getattr(facts, name), type) and issubclass(kind, Fact)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_there_is_a_child_for_whatever_a_closed_list_of_facts_has(page: Exposed, kind: type[Fact]) -> None:
    """A value that a list gains must not make the sink fail, nor one that nobody foresees."""
    call = page.connection(OPENED)
    hints = get_type_hints(kind)
    for values in product(*(_some(hint) for hint in hints.values())):
        call.receive(kind(*values))


def _some(hint: Any) -> Sequence[object]:
    """All values that the type has, if that is a closed list; else one."""
    closed = [value for value in get_args(hint) if isinstance(value, str)]
    if closed or type(None) in get_args(hint):
        return closed or [None]
    return {Side: list(Side), Tokens: [Tokens()], str: ["x"]}.get(hint, [1.0])


def test_a_session_counts_under_unknown_until_a_server_names_its_model(page: Exposed) -> None:
    call = page.connection(OPENED, ErrorReported(1.0, "server_error", None))
    call.receive(SessionConfigured(1.0, None, "what-the-client-asked-for", False, False, None))
    assert page.changed("sessions_active") == ['sessions_active{model="unknown"} 1.0']
    call.receive(CONFIGURED)
    call.receive(ErrorReported(1.0, "server_error", None))
    call.receive(ConnectionClosed(2.0, "client_closed", 1000, "", Side.CLIENT, 2.0))
    assert page.changed("sessions", "api_errors") == [
        'sessions_total{end="client_closed",model="gpt-realtime"} 1.0',
        'api_errors_total{code="server_error",model="unknown"} 1.0',
        'api_errors_total{code="server_error",model="gpt-realtime"} 1.0',
    ]


def test_how_much_of_an_answer_was_heard(page: Exposed) -> None:
    page.connection(
        TruncationMeasured(1.0, "item_2", 1, "client", 500.0, 2000.0, 1500.0),
        TruncationMeasured(1.0, "item_3", 1, "client", 3000.0, 2000.0, 0.0),
        TruncationMeasured(1.0, "item_4", 1, "client", 0.0, 2000.0, 2000.0),
    )
    assert page.changed("truncated_answer_heard_ratio_sum") == ["truncated_answer_heard_ratio_sum 1.25"]


def cut(item_id: str, *ends: float) -> list[Fact]:
    """An answer of two seconds, cut off there; in milliseconds."""
    return [TruncationMeasured(1.0, item_id, 1, "client", end, 2000.0, 2000.0 - end) for end in ends]


def test_what_is_cut_off_again_went_unheard_once(page: Exposed) -> None:
    page.connection(*cut("item_2", 1000.0, 500.0, 0.0), *cut("item_3", 500.0, 1500.0, 250.0))
    assert page.changed("unheard", "truncated_answer_heard_ratio_sum", "truncated_answer_heard_ratio_count") == [
        'unheard_audio_seconds_total{model="unknown"} 3.75',
        "truncated_answer_heard_ratio_count 2.0",
        "truncated_answer_heard_ratio_sum 0.75",
    ]


def test_answers_that_are_cut_off_take_no_memory(page: Exposed) -> None:
    call = page.connection(OPENED)
    tracemalloc.start()
    try:
        for number in range(300):
            call.receive(cut(f"item_{number}", 0.0)[0])
        before = tracemalloc.get_traced_memory()[0]
        for number in range(300, 3_000):
            call.receive(cut(f"item_{number}", 0.0)[0])
        assert tracemalloc.get_traced_memory()[0] - before < 2_700 * 10
    finally:
        tracemalloc.stop()
    assert page.changed("unheard") == ['unheard_audio_seconds_total{model="unknown"} 6000.0']


# Tools.


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (Exposed(), ['tool_calls_total{outcome="cancelled"} 1.0', 'tool_calls_total{outcome="answered"} 3.0']),
        (
            Exposed(tool_names=True),
            [
                'tool_calls_total{outcome="answered",tool="unknown"} 1.0',
                'tool_calls_total{outcome="cancelled",tool="search"} 1.0',
                'tool_calls_total{outcome="answered",tool="search"} 1.0',
                'tool_calls_total{outcome="answered",tool="other"} 1.0',
            ],
        ),
    ],
    ids=["as it is", "with names"],
)
def test_calls_of_tools_are_told_apart_by_their_names_where_that_is_wanted(page: Exposed, lines: list[str]) -> None:
    call = page.connection()
    for name, outcome in (
        ("search", "answered"),
        ("search", "cancelled"),
        ("call mom", "answered"),
        (None, "answered"),
    ):
        call.receive(ToolFinished(1.0, "call_1", name, "function", 1, outcome, 0.5))  # type: ignore[arg-type]
    assert sorted(page.changed("tool_calls")) == sorted(lines)
    assert page.changed("tool_round_trip_seconds_count") == ["tool_round_trip_seconds_count 4.0"]


def test_a_tool_is_there_at_zero_from_its_call_on() -> None:
    page = Exposed(tool_names=True)
    page.connection(ToolCalled(1.0, "call_1", "search", "function", "resp_1", 1))
    assert 'tool_calls_total{outcome="unanswered",tool="search"} 0.0' in page.lines()


@pytest.mark.parametrize(
    "fact",
    [
        HandshakeAnswered(1.0, "made up", nan),
        SessionStarted(1.0, None, None, nan),
        TurnAnswered(1.0, 1, nan, nan, "curve"),
        SpeechStopped(1.0, None, nan, nan),
        ResponseStarted(1.0, "resp_1", 1, "vad", nan, nan),
        AudioBegan(1.0, "resp_1", None, 1, "vad", nan),
        ToolResumed(1.0, "call_1", 1, nan),
        InterruptionTookEffect(1.0, "resp_1", 1, nan),
        AnswerGenerated(1.0, "item_1", None, nan, nan),
        TruncationMeasured(1.0, None, 1, "client", nan, nan, nan),
        TranscriptionFinished(1.0, None, "completed", None, None, None, False, nan, nan),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_time_that_is_not_known_is_no_sample(page: Exposed, fact: Fact) -> None:
    page.connection(fact)
    assert [line for line in page.lines() if line.endswith("NaN")] == []
    assert [line for line in page.changed() if "_count" in line or "seconds_total" in line] == []


# What was used.


def test_tokens_are_counted_once_each(page: Exposed) -> None:
    page.connection(
        CONFIGURED,
        UsageReported(1.0, "response", "resp_1", None, "what-the-client-asked-for", TOKENS, None, 0.25),
        UsageReported(1.0, "response", "resp_2", None, MODEL, TOKENS, None, None),
        UsageReported(1.0, "transcription", None, "item_1", TRANSCRIBER, Tokens(input=7, output=3), 2.0, 0.5),
    )
    of_response, of_transcription = f'model="{MODEL}",usage="response"', f'model="{TRANSCRIBER}",usage="transcription"'
    assert page.changed("tokens", "cost") == [
        f'tokens_total{{cached="false",direction="input",modality="text",{of_response}}} 96.0',
        f'tokens_total{{cached="true",direction="input",modality="text",{of_response}}} 128.0',
        f'tokens_total{{cached="false",direction="input",modality="audio",{of_response}}} 40.0',
        f'tokens_total{{cached="false",direction="output",modality="text",{of_response}}} 20.0',
        f'tokens_total{{cached="false",direction="output",modality="audio",{of_response}}} 60.0',
        f'tokens_total{{cached="false",direction="input",modality="unknown",{of_transcription}}} 7.0',
        f'tokens_total{{cached="false",direction="output",modality="unknown",{of_transcription}}} 3.0',
        f"cost_usd_total{{{of_response}}} 0.25",
        f"cost_usd_total{{{of_transcription}}} 0.5",
    ]


@st.composite
def consistent(draw: st.DrawFn) -> Tokens:
    """Whose sums are those of their parts, as servers report them; the cached part is told by modality, or as a sum."""
    text, audio, image, out_text, out_audio = (draw(st.integers(0, 2**40)) for _ in range(5))
    cached = [draw(st.integers(0, part)) for part in (text, audio, image)]
    by_modality = cached if draw(st.booleans()) else [0, 0, 0]
    return Tokens(
        text + audio + image, text, audio, image, sum(cached), *by_modality, out_text + out_audio, out_text, out_audio
    )


@given(st.lists(st.tuples(st.sampled_from(["response", "transcription"]), consistent()), max_size=5))
def test_the_series_of_tokens_add_up_to_the_tokens(
    reported: list[tuple[Literal["response", "transcription"], Tokens]],
) -> None:
    page = Exposed()
    call = page.connection(CONFIGURED)
    for usage, tokens in reported:
        call.receive(UsageReported(1.0, usage, None, None, MODEL, tokens, None, None))
    counted = {
        direction: sum(
            float(line.rpartition(" ")[2])
            for line in page.changed("tokens_total")
            if f'direction="{direction}"' in line
        )
        for direction in ("input", "output")
    }
    assert counted == {
        "input": sum(tokens.input for _, tokens in reported),
        "output": sum(tokens.output for _, tokens in reported),
    }


# Gauges.

CALL: list[Fact] = [
    OPENED,
    CONFIGURED,
    LIMIT,
    TranscriptionStarted(1.0, "item_1", TRANSCRIBER),
    TranscriptionFinished(1.1, "item_1", "completed", None, None, TRANSCRIBER, True),
    TranscriptionFinished(1.2, "item_0", "failed", "server_error", "private", TRANSCRIBER, False),
    TranscriptionForgotten(1.3, "item_1"),
    SessionConfigured(1.4, None, "another", True, False, None),
    UnknownEventReceived(1.5, Side.SERVER, "nope"),
]
GAUGES = ("sessions_active", "sessions_expiring", "transcriptions_pending", "rate_limit")


@given(st.lists(st.sampled_from(CALL)), st.booleans(), st.booleans())
def test_gauges_are_back_where_they_were_however_a_connection_ends(facts: list[Fact], closed: bool, both: bool) -> None:
    page = Exposed()
    page.connection(OPENED, TranscriptionStarted(0.0, "y", None))
    before = page.changed(*GAUGES)
    call = page.connection(*facts)
    if closed:
        call.receive(ConnectionClosed(9.0, "upstream_lost", 1006, "", Side.SERVER, 9.0))
    if both or not closed:
        call.close()
    call.close()
    assert page.changed(*GAUGES) == before == ['sessions_active{model="unknown"} 1.0', "transcriptions_pending 1.0"]


def test_the_gauges_of_a_session(page: Exposed) -> None:
    page.connection(*CALL[:4])
    assert page.changed(*GAUGES) == [
        'sessions_active{model="gpt-realtime"} 1.0',
        "transcriptions_pending 1.0",
        'rate_limit_remaining{model="gpt-realtime",name="tokens"} 50.0',
        'rate_limit_limit{model="gpt-realtime",name="tokens"} 100.0',
    ]


def test_an_outcome_that_nothing_announced_ends_no_wait(page: Exposed) -> None:
    started = TranscriptionStarted(1.0, "item_1", TRANSCRIBER)
    page.connection(started, TranscriptionFinished(1.2, "item_0", "completed", None, None, TRANSCRIBER, False))
    assert page.changed("transcriptions_pending") == ["transcriptions_pending 1.0"]


def test_whoever_is_turned_away_is_in_no_gauge(page: Exposed) -> None:
    call = page.connection(HandshakeAnswered(1.0, "401", None), LIMIT)
    assert page.changed(*GAUGES) == []
    call.close()
    assert page.changed(*GAUGES) == []


def test_a_sink_that_fails_gives_its_gauges_back(page: Exposed, monkeypatch: pytest.MonkeyPatch) -> None:
    call, failed = page.connection(*CALL[1:4]), []
    pipeline = Pipeline(UpgradeRequest("/v1/realtime", (), 100.0), [call], failed.append)
    pipeline.answered(Handshake("101", (), None, 100.0))
    assert len(page.changed(*GAUGES)) == 4
    monkeypatch.setattr(ConnectionMetrics, "receive", None)
    pipeline.relayed(Side.CLIENT, 7, 101.0)
    assert (failed, page.changed(*GAUGES)) == (["metrics"], [])


# Exemplars.


def test_exemplars_are_of_the_span_that_is_current_and_of_nothing_else(page: Exposed) -> None:
    call = page.connection(OPENED, CONFIGURED)
    call.receive(TurnAnswered(101.0, 1, 0.75, None, "curve"))
    assert "# {" not in page.openmetrics()
    page.ids.current = SPAN
    call.receive(TurnAnswered(101.5, 2, 0.7, None, "curve"))
    call.receive(DeadAirNoticed(102.0, 3, "request"))
    call.receive(AnswerSpoken(102.0, "item_1", "resp_1"))
    page.ids.current = None
    call.receive(TurnAnswered(103.0, 4, 0.6, None, "curve"))
    span = 'span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"'
    noon = 1795262400
    assert [line.removeprefix("voicetap_") for line in page.openmetrics().splitlines() if " # {" in line] == [
        f'turn_latency_seconds_bucket{{le="0.8",model="gpt-realtime"}} 3.0 # {{{span}}} 0.7 {noon + 1.5}',
        f'dead_air_total{{after="request"}} 1.0 # {{{span}}} 1.0 {noon + 2.0}',
    ]


# Labels of the operator.


def test_operator_labels_are_on_what_has_a_model_and_are_those_of_the_request() -> None:
    page = Exposed(("tenant", b"X-Tenant"))
    call = page.connection(headers=[(b"x-tenant", b"acme")])
    for fact in (
        OPENED,
        CONFIGURED,
        LIMIT,
        TurnAnswered(1.0, 1, 1.0, None, "curve"),
        TranscriptionStarted(1.0, "a", None),
    ):
        call.receive(fact)
    call.receive(TranscriptionFinished(1.1, "a", "empty", None, None, TRANSCRIBER, True))
    call.receive(AnswerSpoken(1.2, "item_1", "resp_1"))
    page.connection(OPENED)
    assert page.counted() == [
        'sessions_active{model="unknown",tenant="unknown"} 1.0',
        'sessions_active{model="gpt-realtime",tenant="acme"} 1.0',
        'handshakes_total{outcome="101"} 2.0',
        'transcriptions_total{outcome="empty",tenant="acme",transcription_model="gpt-4o-transcribe"} 1.0',
        'turn_latency_seconds_count{model="gpt-realtime"} 1.0',
        'spoken_answers_total{model="gpt-realtime",tenant="acme"} 1.0',
        'rate_limit_remaining{model="gpt-realtime",name="tokens"} 50.0',
        'rate_limit_limit{model="gpt-realtime",name="tokens"} 100.0',
    ]


def test_whoever_is_turned_away_takes_no_combination() -> None:
    page = Exposed(("tenant", b"X-Tenant"))
    for number in range(60):
        page.connection(HandshakeAnswered(1.0, "401", None), headers=[(b"x-tenant", b"stranger %d" % number)])
    page.connection(OPENED, headers=[(b"x-tenant", b"acme")])
    assert page.changed("sessions_active") == ['sessions_active{model="unknown",tenant="acme"} 1.0']
    assert "stranger" not in page.openmetrics()
