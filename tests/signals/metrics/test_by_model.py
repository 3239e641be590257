from collections import Counter

import pytest
from prometheus_client import CollectorRegistry

from voicetap.signals import names
from voicetap.signals.metric import Kind
from voicetap.signals.metrics.by_model import ByModel
from voicetap.signals.metrics.families import Families
from voicetap.signals.metrics.live import LiveSessions

COUNTERS = {
    "sessions_active": 1,
    "sessions": 7,
    "api_errors": 16,
    "turns": 24,
    "input_audio_seconds": 1,
    "responses": 17,
    "playback_underruns": 1,
    "underrun_seconds": 1,
    "spoken_answers": 1,
    "generated_audio_seconds": 1,
    "unheard_audio_seconds": 1,
    "interruptions": 9,
    "truncations": 5,
    "tokens": 10,
    "cost_usd": 1,
}
HISTOGRAMS = {
    "turn_latency_seconds": 1,
    "turn_latency_raw_seconds": 1,
    "vad_wait_seconds": 1,
    "commit_to_response_seconds": 1,
    "response_duration_seconds": 1,
    "audio_delta_gap_seconds": 1,
}
TRANSCRIPTION = {
    "transcriptions": 5,
    "late_transcriptions": 3,
    "transcription_failures": 11,
    "tokens": 4,
    "cost_usd": 1,
}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def made(registry: CollectorRegistry, *more_labels: str) -> ByModel:
    return ByModel(Families(registry, LiveSessions(), more_labels), ("unknown",) * len(more_labels))


def series(registry: CollectorRegistry, **labels: str) -> dict[str, int]:
    """Number of label sets of each family that carry these, those of buckets apart."""
    found: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for family in registry.collect():
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                plain = {name: value for name, value in sample.labels.items() if name != "le"}
                found.setdefault(family.name.removeprefix("voicetap_"), set()).add(tuple(sorted(plain.items())))
    return {name: len(sets) for name, sets in found.items()}


def test_counters_of_an_unknown_model_are_there_from_the_start_and_histograms_are_not(
    registry: CollectorRegistry,
) -> None:
    made(registry)
    assert series(registry, model="unknown", usage="transcription") == {"tokens": 4, "cost_usd": 1}
    assert Counter(series(registry, model="unknown")) == Counter(COUNTERS) + Counter({"tokens": 4, "cost_usd": 1})
    assert Counter(series(registry, transcription_model="unknown")) == Counter(TRANSCRIPTION) - Counter(
        {"tokens": 4, "cost_usd": 1}
    )


def test_a_model_that_is_named_has_all_its_children_at_once(registry: CollectorRegistry) -> None:
    made(registry).model("gpt-realtime", ())
    assert series(registry, model="gpt-realtime") == COUNTERS | HISTOGRAMS


def test_so_has_a_transcription_model(registry: CollectorRegistry) -> None:
    made(registry).transcription_model("whisper-1", ())
    by_name = series(registry, transcription_model="whisper-1") | series(registry, model="whisper-1")
    assert by_name == TRANSCRIPTION | {"transcription_latency_seconds": 1}


def test_everything_is_zero_at_the_start(registry: CollectorRegistry) -> None:
    by_model = made(registry)
    by_model.model("gpt-realtime", ())
    by_model.transcription_model("whisper-1", ())
    values = {sample.name for family in registry.collect() for sample in family.samples if sample.value}
    assert values == {"voicetap_build_info"}


def test_kinds_of_tokens_that_no_server_reports_of_transcriptions_are_exposed_if_one_does(
    registry: CollectorRegistry,
) -> None:
    by_model = made(registry)
    by_model.transcription_model("whisper-1", ()).tokens["output_audio"].add(1)
    assert series(registry, model="whisper-1")["tokens"] == TRANSCRIPTION["tokens"] + 1


def test_times_to_first_audio_are_exposed_by_trigger_from_the_first_on(registry: CollectorRegistry) -> None:
    made(registry).model("gpt-realtime", ()).time_to_first_audio["tool"].observe(0.5)
    assert series(registry, model="gpt-realtime")["time_to_first_audio_seconds"] == 1


def test_the_children_of_a_model_are_made_once() -> None:
    by_model = made(CollectorRegistry())
    assert by_model.model("a", ()) is by_model.model("a", ())
    assert by_model.model("no model", ()) is by_model.model("another one", ()) is not by_model.model(None, ())
    assert by_model.transcription_model("a", ()) is by_model.transcription_model("a", ())


def test_every_metric_has_its_labels_and_those_of_the_operator_where_there_is_a_model(
    registry: CollectorRegistry,
) -> None:
    by_model = made(registry, "tenant")
    series = by_model.model("gpt-realtime", ("acme",))
    series.time_to_first_audio["vad"].observe(1.0)
    by_model.transcription_model("whisper-1", ("acme",)).confidence.observe(1.0)
    found = {
        family.name: {tuple(sorted(sample.labels.keys() - {"le"})) for sample in family.samples}
        for family in registry.collect()
    }
    for metric in names.METRICS:
        labels = set(metric.labels)
        if labels & {"model", "transcription_model"} and metric.kind is not Kind.HISTOGRAM:
            labels.add("tenant")
        if not metric.name.startswith("rate_limit"):
            name = metric.full_name.removesuffix("_total") if metric.kind is Kind.COUNTER else metric.full_name
            assert found[name] == {tuple(sorted(labels))}, name


def test_each_combination_of_the_operators_labels_has_children_of_its_own(registry: CollectorRegistry) -> None:
    by_model = made(registry, "tenant")
    by_model.model("gpt-realtime", ("acme",)).spoken_answers.add()
    by_model.model("gpt-realtime", ("other",)).turn_latency.observe(1.0)
    by_model.model("gpt-realtime", ("acme",)).turn_latency.observe(1.0)
    assert series(registry, model="gpt-realtime", tenant="acme") == COUNTERS
    counts = [
        sample.value for family in registry.collect() for sample in family.samples if "latency_seconds_c" in sample.name
    ]
    assert counts == [2.0]
