"""The report, the metrics, the spans and the log lines of one connection say the same.

All of them are made from the same facts, each by itself. So each recording is told to all at once, and what they say is
compared, by what the documents say of each. The report is held against truths made by hand elsewhere.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from agreement.logs import of_logs, of_summary
from agreement.metrics import of_gauges, of_metrics
from agreement.pairs import differences
from agreement.process import Connected, Figures, Signalled, log_lines
from agreement.recordings import (
    CAPTURES,
    SESSIONS,
    Event,
    Recording,
    by_chance,
    client,
    files,
    made_of,
    model_named,
    of_file,
    of_scenario,
    server,
)
from agreement.spans import of_spans
from agreement.traces import dangling, mixed_up, torn, untimely
from calls.catalogue import Scenario, scenarios
from support.dialogue import SERVER_VAD, described, sound
from support.observing import Listener
from support.requires import REPOSITORY, requires_path
from voicetap import facts
from voicetap.facts import Fact, Sink
from voicetap.prices import load_prices
from voicetap.recording import open_recording
from voicetap.replay import feed

PRICES = load_prices()
QUICK_SEEDS = range(40)
SLOW_SEEDS = range(5000, 5400)

MADE_UP = {"examples-openai-openapi": ("cached", "OpenInference's cached")}
"""What its usage says is not so: there are more cached tokens than tokens. Raw sums can have that, a partition not."""


def told(recording: Recording, directory: Path, deaf: tuple[str, type[Fact]] | None = None) -> list[str]:
    """What they do not agree about. `deaf`: a sink by its name, and a kind of fact of which it does not hear."""
    path = directory / "recording.jsonl"
    path.write_text("\n".join(recording.lines) + "\n", "utf-8")
    process = Signalled()
    with open_recording(path) as opened, log_lines() as lines:
        connected = process.connection(opened.header.target or "/", PRICES, spans=recording.timed)
        sinks = [Deaf(sink, deaf[1]) if deaf and sink.name == deaf[0] else sink for sink in connected.sinks]
        feed(opened, sinks, PRICES)
    return [*_disagreements(process, connected, lines, recording)]


class Deaf:
    """A sink that does not hear of one kind of fact."""

    name = "deaf"

    def __init__(self, sink: Sink, kind: type[Fact]) -> None:
        self._sink = sink
        self._kind = kind

    def receive(self, fact: Fact) -> None:
        if type(fact) is not self._kind:
            self._sink.receive(fact)

    def close(self) -> None:
        self._sink.close()


def _disagreements(
    process: Signalled, connected: Connected, lines: list[dict[str, Any]], recording: Recording
) -> Iterator[str]:
    report, figures, spans = connected.report, process.figures(), process.exported
    named = model_named(recording)
    yield from differences(of_metrics(report, figures))
    yield from differences(of_gauges(connected.watch, figures, named or "unknown"))
    if not lines or lines[-1]["message"] != "session ended":
        yield "no last line"
        return
    yield from differences(of_logs(report, figures, lines, named))
    if connected.ids.current is not None or connected.ids.handshake is not None:
        yield "the ids of a span are left"
    if process.spans_left_open:
        yield f"{process.spans_left_open} spans are left open"
    if recording.timed:
        yield from torn(spans)
        yield from mixed_up(spans)
        yield from dangling(spans, [*figures.exemplars, *lines])
        yield from differences(of_spans(report, figures, spans))
        if not any(span.name == "realtime_session" for span in spans):
            yield "no last span"
            return
        yield from untimely(spans)
        yield from differences(of_summary(report, figures, spans))
    elif figures.exemplars or spans:
        yield "spans of what has no times"


# Recordings that are there.


def check_files(directory: Path, name: str, tmp_path: Path) -> None:
    made_up = MADE_UP.get(name, ())
    for recording in of_file(requires_path(directory / f"{name}.jsonl")):
        assert [one for one in told(recording, tmp_path) if one.partition(":")[0] not in made_up] == []


@pytest.mark.parametrize("name", [*files(SESSIONS)])
def test_of_sessions_written_by_hand(name: str, tmp_path: Path) -> None:
    check_files(SESSIONS, name, tmp_path)


@pytest.mark.parametrize("name", [*files(CAPTURES)] or ["none"])
def test_of_captures(name: str, tmp_path: Path) -> None:
    check_files(CAPTURES, name, tmp_path)


# Calls that are made for it.

each_scenario = pytest.mark.parametrize("scenario", [*scenarios()], ids=lambda scenario: scenario.name)


@each_scenario
def test_of_made_calls(scenario: Scenario, tmp_path: Path) -> None:
    [recording] = of_scenario(scenario, "elided")
    assert told(recording, tmp_path) == []


@pytest.mark.slow
@each_scenario
def test_of_made_calls_written_in_other_ways(scenario: Scenario, tmp_path: Path) -> None:
    for recording in of_scenario(scenario, "whole", "beta", "untimed"):
        assert told(recording, tmp_path) == []


@pytest.mark.parametrize("seed", QUICK_SEEDS)
def test_of_random_calls(seed: int, tmp_path: Path) -> None:
    assert told(by_chance(seed), tmp_path) == []


@pytest.mark.slow
def test_of_many_random_calls(tmp_path: Path) -> None:
    assert {seed: wrong for seed in SLOW_SEEDS if (wrong := told(by_chance(seed), tmp_path))} == {}


# What none of these has: servers that leave things out, waits in vain, more than there is room for.

TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
FAILED = "conversation.item.input_audio_transcription.failed"
BEGUN = server("session.created", session=described(turn_detection=SERVER_VAD))
USE = {
    "input_tokens": 10,
    "output_tokens": 5,
    "input_token_details": {"text_tokens": 4, "audio_tokens": 6, "cached_tokens": 3},
    "output_token_details": {"text_tokens": 5},
}
USE_OF_TRANSCRIPTION = {
    "type": "tokens",
    "input_tokens": 20,
    "input_token_details": {"audio_tokens": 20},
    "output_tokens": 5,
}

Messages = tuple[tuple[str, Event] | float, ...]


def answer(created: Event, done: Event) -> Messages:
    """A response that was asked for."""
    return (
        client("response.create"),
        server("response.created", response=created),
        server("response.done", response={"status": "completed", "usage": USE, **done}),
    )


def spoken(response_id: str, item_id: str) -> Messages:
    """A second of an answer."""
    return (
        server(
            "response.output_item.added",
            response_id=response_id,
            item={"id": item_id, "type": "message", "role": "assistant"},
        ),
        server(
            "response.output_audio.delta", response_id=response_id, item_id=item_id, content_index=0, delta=sound(1000)
        ),
    )


def truncated(item_id: str) -> Messages:
    """At what the user has heard of an answer."""
    asked = {"item_id": item_id, "content_index": 0, "audio_end_ms": 100}
    return client("conversation.item.truncate", **asked), server("conversation.item.truncated", **asked)


def committed(item_id: str) -> tuple[str, Event]:
    return server("input_audio_buffer.committed", item_id=item_id)


STRANGE: dict[str, Recording] = {
    "nothing": made_of(),
    "no id in response.done": made_of(BEGUN, *answer({"id": "resp_1"}, {})),
    "no id in response.created": made_of(BEGUN, *answer({}, {"id": "resp_1"})),
    "no ids of responses": made_of(BEGUN, *answer({}, {}), *answer({}, {})),
    "response.done alone": made_of(BEGUN, answer({}, {"id": "resp_1"})[-1]),
    "an id used twice": made_of(BEGUN, *answer({"id": "resp_1"}, {}), *answer({"id": "resp_1"}, {})),
    "a status that the API does not have": made_of(BEGUN, *answer({"id": "resp_1"}, {"status": "splendid"})),
    "no response.done": made_of(BEGUN, *answer({"id": "resp_1"}, {})[:2]),
    "a transcription without an id": made_of(
        BEGUN, committed("item_1"), server(TRANSCRIBED, transcript="Hello.", usage=USE_OF_TRANSCRIPTION)
    ),
    "a transcription of nothing": made_of(
        BEGUN, server(TRANSCRIBED, item_id="item_1", transcript="Hello.", usage=USE_OF_TRANSCRIPTION)
    ),
    "a transcription of nothing while one is awaited": made_of(
        BEGUN,
        committed("item_1"),
        server(TRANSCRIBED, item_id="item_2", transcript="Hello."),
        server(TRANSCRIBED, item_id="item_1", transcript="Hello."),
    ),
    "transcriptions that come late": made_of(
        BEGUN,
        *(committed(f"item_{number}") for number in range(4)),
        16.0,
        server(TRANSCRIBED, item_id="item_1", transcript="Hello.", usage=USE_OF_TRANSCRIPTION),
        server(TRANSCRIBED, item_id="item_2", transcript=""),
        server(FAILED, item_id="item_3", error={"code": "audio_unintelligible"}),
        server(TRANSCRIBED, item_id="item_3", transcript="Hello.", usage=USE_OF_TRANSCRIPTION),
    ),
    "60 transcriptions that fail": made_of(
        BEGUN,
        *(committed(f"item_{number}") for number in range(60)),
        *(server(FAILED, item_id=f"item_{number}", error={"code": f"code_{number}"}) for number in range(60)),
    ),
    "two spoken items in one answer": made_of(
        BEGUN,
        *answer({"id": "resp_1"}, {})[:2],
        *spoken("resp_1", "item_1"),
        *spoken("resp_1", "item_2"),
        *truncated("item_2"),
        answer({}, {"id": "resp_1"})[-1],
    ),
    "an answer that nobody announced": made_of(
        BEGUN, committed("item_0"), *spoken("resp_1", "item_1"), *truncated("item_1")
    ),
    "dead air after speech": made_of(BEGUN, committed("item_1"), 6.0, *answer({"id": "resp_1"}, {})),
    "dead air after a request": made_of(BEGUN, client("response.create"), 6.0),
    "silence after an error": made_of(
        BEGUN, server("error", error={"code": "server_error"}), committed("item_1"), 40.0, committed("item_2")
    ),
    "200 errors in a turn": made_of(
        BEGUN, committed("item_1"), *(server("error", error={"code": f"code_{number}"}) for number in range(200))
    ),
    "words where ids should be": made_of(
        BEGUN,
        *answer({"id": "my mother's"}, {"status": "failed", "status_details": {"error": {"code": "she said so"}}}),
        server("error", error={"type": "no such thing", "code": None}),
        server("rate_limits.updated", rate_limits=[{"name": "of patience", "limit": 3, "remaining": 2}]),
    ),
    "limits": made_of(
        BEGUN,
        server(
            "rate_limits.updated",
            rate_limits=[
                {"name": "tokens", "limit": 1000, "remaining": 900, "reset_seconds": 60},
                {"name": "requests", "limit": 100, "remaining": 99, "reset_seconds": 0.5},
            ],
        ),
        1.0,
    ),
    "a session that never begins": made_of(31.0),
    "refused": made_of(server("error", error={"type": "invalid_request_error", "code": "invalid_api_key"})),
}


@pytest.mark.parametrize("name", STRANGE)
def test_of_strange_calls(name: str, tmp_path: Path) -> None:
    assert told(STRANGE[name], tmp_path) == []


def test_exemplars_on_the_page_lead_to_spans(tmp_path: Path) -> None:
    process = Signalled()
    with open_recording(REPOSITORY / SESSIONS / "tools.jsonl") as opened, log_lines():
        feed(opened, process.connection(opened.header.target or "/", PRICES).sinks, PRICES)
    exemplars = Figures(text_string_to_metric_families(process.openmetrics())).exemplars
    assert [*dangling(process.exported, exemplars)] == []
    assert len({exemplar["trace_id"] for exemplar in exemplars}) > 5


# The comparison itself.

NOT_SAID: dict[str, set[type[Fact]]] = {
    "metrics": {
        *(facts.AnswerEnded, facts.OutputBegan, facts.SpeechCommitted, facts.SpeechStarted),
        *(facts.ToolCalled, facts.TurnOpened),
    },
    "traces": {
        *(facts.AnswerEnded, facts.EventReceived, facts.InputAudioReceived, facts.ItemEntered),
        *(facts.RateLimitReported, facts.SessionFellSilent, facts.SpeechCommitted),
        *(facts.SpeechStarted, facts.UnknownEventReceived),
    },
    "logs": {
        *(facts.AnswerEnded, facts.AnswerGenerated, facts.AudioBegan, facts.EventReceived, facts.HandshakeAnswered),
        *(facts.InputAudioReceived, facts.InterruptionTookEffect, facts.ItemEntered, facts.OutputBegan),
        *(facts.Overlapped, facts.PlaybackUnderran, facts.RateLimitReported, facts.ResponseStarted),
        *(facts.SessionStarted, facts.SpeechCommitted, facts.SpeechStarted, facts.SpeechStopped),
        *(facts.ToolCalled, facts.ToolResumed, facts.TranscriptionStarted, facts.TruncationMeasured),
        *(facts.TurnAnswered, facts.TurnEnded, facts.UnknownEventReceived),
    },
}
"""By the name of a sink, what makes no difference to what is compared here of it."""


@pytest.fixture(scope="module")
def by_fact(tmp_path_factory: pytest.TempPathFactory) -> dict[type[Fact], list[Recording]]:
    """The recordings that are in the repository, by the facts that come of them."""
    found: dict[type[Fact], list[Recording]] = {}
    path = tmp_path_factory.mktemp("facts") / "recording.jsonl"
    written = [one for name in files(SESSIONS) for one in of_file(REPOSITORY / SESSIONS / f"{name}.jsonl")]
    for recording in (*STRANGE.values(), *(one for one in written if one.timed)):
        listener = Listener()
        path.write_text("\n".join(recording.lines) + "\n", "utf-8")
        with open_recording(path) as opened:
            feed(opened, [listener], PRICES)
        for kind in {type(fact) for fact in listener.facts}:
            found.setdefault(kind, []).append(recording)
    return found


@pytest.mark.parametrize("sink", NOT_SAID)
def test_a_sink_that_misses_something_is_found_out(
    sink: str, by_fact: dict[type[Fact], list[Recording]], tmp_path: Path
) -> None:
    unnoticed = {
        kind.__name__
        for kind in by_fact.keys() - NOT_SAID[sink]
        if not any(told(recording, tmp_path, (sink, kind)) for recording in by_fact[kind])
    }
    assert unnoticed == set()
    assert len(by_fact) > 35
