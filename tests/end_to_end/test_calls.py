"""The simulated calls by themselves: what they write is what a server could send, and what they claim is consistent."""

import ast
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import calls.call
from calls.catalogue import ELIDED, UNTIMED, WHOLE, Scenario, scenarios, variants
from calls.comparison import differences
from calls.random_calls import random_call
from calls.truth import CLOCK_MS, Near, Truth
from calls.wire import Variant

SCENARIOS = {scenario.name: scenario for scenario in scenarios()}
BY_NAME = pytest.mark.parametrize("name", SCENARIOS)

BETA = Variant(elided=True, beta=True)

Event = dict[str, Any]


def lines_of(written: list[str]) -> list[dict[str, Any]]:
    """The lines after the header."""
    return [json.loads(line) for line in written[1:]]


def events_of(truth: Truth, variant: Variant = ELIDED) -> list[tuple[str, Event]]:
    """Sender and event, in order."""
    lines = lines_of(truth.recording.written(variant))
    return [(line["from"], line["event"]) for line in lines if "event" in line]


def figures(values: list[Near]) -> list[float]:
    return [near.value for near in values]


@pytest.fixture(scope="module")
def truths() -> dict[str, Truth]:
    return {name: scenario.run() for name, scenario in SCENARIOS.items()}


# Recordings


@BY_NAME
def test_lines_are_in_the_order_of_their_times(name: str, truths: dict[str, Truth]) -> None:
    written = truths[name].recording.written(ELIDED)
    assert json.loads(written[0])["voicetap_recording"] == 1
    times = [line["at_ms"] for line in lines_of(written)]
    assert times == sorted(times)
    assert all(line["at_ms"] is None for line in lines_of(truths[name].recording.written(UNTIMED)))


@BY_NAME
def test_nothing_is_named_before_it_is_announced(name: str, truths: dict[str, Truth]) -> None:
    """wire.md section 4, item 1: responses, items and calls are introduced by certain events."""
    known: set[str] = {"item_9999"}
    for sender, event in events_of(truths[name]):
        if sender == "server":
            known |= set(_announced(event))
        assert set(_mentioned(event)) <= known, event


def _announced(event: Event) -> Iterator[str]:
    match event["type"]:
        case "response.created":
            yield event["response"]["id"]
        case "response.output_item.added" | "conversation.item.added":
            yield event["item"]["id"]
            yield event["item"].get("call_id", "")
        case "input_audio_buffer.speech_started" | "input_audio_buffer.committed":
            yield event["item_id"]
        case "input_audio_buffer.timeout_triggered":
            yield event["item_id"]


def _mentioned(event: Event) -> Iterator[str]:
    for name in ("response_id", "item_id", "call_id", "previous_item_id"):
        if event.get(name):
            yield event[name]
    yield from [event["response"]["id"]] if event["type"] == "response.done" else []


ORDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "rate_limits.updated",
]


def test_a_spoken_answer_has_its_events_in_the_order_of_the_api(truths: dict[str, Truth]) -> None:
    types = [event["type"] for sender, event in events_of(truths["greeting"]) if sender == "server"]
    start = types.index("response.created")
    answer = types[start : types.index("rate_limits.updated") + 1]
    assert [kind for kind in dict.fromkeys(answer) if kind in ORDER] == ORDER


def test_an_utterance_has_its_events_in_the_order_of_the_api(truths: dict[str, Truth]) -> None:
    types = [event["type"] for sender, event in events_of(truths["spoken_turns"]) if sender == "server"]
    assert types[2:8] == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
    ]


def test_audio_has_the_same_length_written_whole_and_elided(truths: dict[str, Truth]) -> None:
    whole, elided = (events_of(truths["telephone"], variant) for variant in (WHOLE, ELIDED))
    sizes = [len(base64.b64decode(event["audio"], validate=True)) for _, event in whole if "audio" in event]
    assert sizes == [event["audio"]["elided_bytes"] for _, event in elided if "audio" in event]
    assert set(sizes) == {20 * 8}


def test_beta_names_replace_those_of_ga(truths: dict[str, Truth]) -> None:
    types = {event["type"] for _, event in events_of(truths["spoken_turns"], BETA)}
    assert "response.audio.delta" in types
    assert "conversation.item.created" in types
    assert not types & {"response.output_audio.delta", "conversation.item.added", "conversation.item.done"}


def test_short_calls_are_written_in_four_ways(truths: dict[str, Truth]) -> None:
    assert list(variants(truths["push_to_talk"])) == ["whole", "elided", "beta", "untimed"]
    assert list(variants(truths["sixteen_kilohertz"])) == ["elided", "untimed"]


# Truth


@BY_NAME
def test_heard_and_unheard_make_up_what_was_generated(name: str, truths: dict[str, Truth]) -> None:
    truth = truths[name]
    for answer in truth.history.answers:
        if answer.playback and not truth.settings.sideband:
            assert answer.playback.received_ms <= answer.generated_ms + CLOCK_MS
            assert 0 <= answer.playback.heard(truth.recording.lines[-1].at) <= answer.playback.received_ms
    for item in truth.report(WHOLE)["truncated_items"]:
        if item["generated_ms"] is not None:
            assert item["audio_end_ms"] + item["unheard_ms"].value == pytest.approx(item["generated_ms"].value)


@BY_NAME
def test_a_client_that_knows_what_was_heard_tells_it(name: str, truths: dict[str, Truth]) -> None:
    truth = truths[name]
    if truth.settings.estimate == "heard":
        for truncation in truth.history.truncations:
            if truncation.initiator == "client" and truncation.answer and truncation.answer.playback:
                heard = truncation.answer.playback.heard(truth.recording.lines[-1].at)
                assert 0 <= heard - truncation.told_ms < 1


@BY_NAME
def test_a_cancelled_answer_was_cut(name: str, truths: dict[str, Truth]) -> None:
    history = truths[name].history
    for answer in history.answers:
        if answer.status == "cancelled" and answer.done_at is not None:
            assert (answer.cut is not None) == (answer.turn is not None)
        assert answer.cut is None or answer.status in {"cancelled", "completed", "incomplete", None}


@BY_NAME
def test_counts_add_up(name: str, truths: dict[str, Truth]) -> None:
    truth = truths[name]
    report = truth.report(WHOLE)
    types = report["events"]["server"]
    assert sum(report["responses"].values()) == types.get("response.created", 0)
    assert sum(report["response_reasons"].values()) <= sum(report["responses"].values())
    outcomes = sum(count for outcome, count in report["transcriptions"].items() if outcome != "late")
    assert outcomes == types.get("input_audio_buffer.committed", 0) * bool(truth.settings.transcription_model)
    assert len(report["transcription_failures"]) == report["transcriptions"]["failed"]
    asked = report["events"]["client"].get("conversation.item.truncate", 0)
    assert sum(report["truncations"][key] for key in ("client", "rejected", "unanswered")) == asked
    tokens = report["tokens"]
    assert tokens["input"] == tokens["input_text"] + tokens["input_audio"] + tokens["input_image"]
    assert tokens["output"] == tokens["output_text"] + tokens["output_audio"]
    assert tokens["input_cached"] <= tokens["input"]


def test_a_turn_takes_silence_creation_and_thinking(truths: dict[str, Truth]) -> None:
    """500 ms of silence, 10 ms to create the response, 300 ms of thinking; without any network."""
    latencies = truths["spoken_turns"].report(WHOLE)["latency_ms"]
    assert latencies["turn"] == [Near(810.0)] * 3
    assert latencies["turn_raw"] == [Near(310.0)] * 3
    assert latencies["time_to_first_audio"] == [Near(300.0)] * 3
    assert latencies["transcription"] == [Near(350.0)] * 3


def test_a_network_delays_all_but_the_work_of_tools(truths: dict[str, Truth]) -> None:
    """40 ms up: the last of the silence is heard later; 60 ms down: so is the first of the answer."""
    spoken = truths["spoken_turns_over_a_slow_network"].report(WHOLE)["latency_ms"]
    assert spoken["turn"] == [Near(910.0)] * 3
    assert spoken["turn_raw"] == [Near(310.0)] * 3
    tool = truths["tool_fast_over_a_slow_network"].report(WHOLE)["latency_ms"]
    assert tool["tool_round_trip"] == [Near(50.0)]
    assert tool["time_to_first_audio"] == [Near(400.0)]


def test_a_barge_in_is_noticed_after_the_onset(truths: dict[str, Truth]) -> None:
    """After 1500 ms heard, 120 ms late, the caller speaks; the next frame begins 10 ms later; an onset takes 40 ms."""
    [told] = truths["truncate_by_what_was_heard"].report(WHOLE)["truncated_items"]
    assert (told["audio_end_ms"], told["generated_ms"].value, told["unheard_ms"].value) == (1550, 4000, 2450)
    [elapsed] = truths["truncate_by_elapsed_time"].report(WHOLE)["truncated_items"]
    assert elapsed["audio_end_ms"] == 1670


def test_late_audio_blurs_the_end_of_speech(truths: dict[str, Truth]) -> None:
    exact, late, bursts = (
        truths[name].report(WHOLE)["latency_ms"]["turn"] for name in ("telephone", "late_chunks", "bursts")
    )
    assert {near.tolerance for near in exact} == {CLOCK_MS}
    assert {near.tolerance for near in late} == {35 + CLOCK_MS}
    assert {near.tolerance for near in bursts} == {9 * 20 + CLOCK_MS}


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("barge_in_before_audio", {"before_audio": 1}),
        ("barge_in_while_generating", {"generating": 1}),
        ("barge_in_while_playing", {"playing": 1}),
        ("barge_in_into_two_answers", {"generating": 1, "playing": 1}),
        ("answer_after_answer_cut_during_one_utterance", {"before_audio": 4}),
        ("overlap_that_the_client_stops_while_playing", {"playing": 1}),
        ("sideband_barge_in_while_playing", {"playing": 1}),
        ("barge_in_after_everything_was_heard", {}),
        ("overlap_while_playing", {}),
    ],
)
def test_scenarios_are_what_they_are_called(name: str, phases: dict[str, int], truths: dict[str, Truth]) -> None:
    told = truths[name].report(WHOLE)["interruptions"]
    assert {phase: count for phase, count in told.items() if count} == phases


def test_without_times_playing_is_known_from_truncations_only(truths: dict[str, Truth]) -> None:
    told = {
        name: truths[name].report(UNTIMED)["interruptions"]["playing"]
        for name in ("barge_in_while_playing", "barge_in_while_playing_without_truncate")
    }
    assert told == {"barge_in_while_playing": 1, "barge_in_while_playing_without_truncate": 0}


# Calls by chance


@pytest.mark.parametrize("seed", range(12))
def test_a_seed_gives_one_call(seed: int) -> None:
    once, again = random_call(seed), random_call(seed)
    assert once == again
    times = [line["at_ms"] for line in lines_of(once.lines)]
    assert times == sorted(times)


def test_seeds_give_different_calls() -> None:
    assert len({"".join(random_call(seed).lines) for seed in range(10)}) == 10


def test_a_scenario_is_the_same_every_time() -> None:
    scenario: Scenario = SCENARIOS["muted_and_far"]
    assert scenario.run().recording.written(ELIDED) == scenario.run().recording.written(ELIDED)


# Comparison


def test_what_differs_is_told_by_key() -> None:
    truth = {"turns": 2, "errors": {}, "latency_ms": {"turn": [Near(810.0, 5.0)]}}
    report = {"turns": 3, "errors": {"x": 1}, "latency_ms": {"turn": [815.5], "turn_raw": []}, "file": "a"}
    assert list(differences(truth, report)) == [
        "turns: expected 2, got 3",
        "errors.x: expected nothing, got 1",
        "latency_ms.turn[0]: expected 810.0 ± 5, got 815.5",
    ]
    assert list(differences(truth, {"turns": 2, "errors": {}})) == [
        "latency_ms: expected {turn: [810.0 ± 5]}, got nothing"
    ]
    assert list(differences(truth["latency_ms"], {"turn": [805.0]})) == []
    assert list(differences({"turn": []}, {"turn": [1.0]})) == ["turn: expected [], got [1.0]"]


# Independence


def test_the_simulated_world_knows_nothing_of_voicetap() -> None:
    directory = Path(calls.call.__file__).parent
    for path in directory.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "voicetap"], path
