import pytest
from prometheus_client import CollectorRegistry

from voicetap.signals import names
from voicetap.signals.metric import Kind
from voicetap.signals.metrics.by_model import PAIRS, ByModel
from voicetap.signals.metrics.families import Families
from voicetap.signals.metrics.live import LiveSessions
from voicetap.signals.metrics.operator import OperatorLabels
from voicetap.signals.metrics.tools import Together

HEADLINE = {
    "sessions_active": 1,
    "spoken_answers": 1,
    "unheard_audio_seconds": 1,
    "truncations": 5,
    "cost_usd": 1,
}
UNNAMED = HEADLINE | {"sessions": 7, "api_errors": 16}
COUNTERS = {
    "sessions_active": 1,
    "sessions": 7,
    "api_errors": 13,
    "turns": 21,
    "input_audio_seconds": 1,
    "responses": 13,
    "playback_underruns": 1,
    "underrun_seconds": 1,
    "spoken_answers": 1,
    "generated_audio_seconds": 1,
    "unheard_audio_seconds": 1,
    "interruptions": 9,
    "truncations": 5,
    "tokens": 6,
    "cost_usd": 1,
}
HISTOGRAMS = {
    "turn_latency_seconds": 1,
    "turn_latency_raw_seconds": 1,
    "vad_wait_seconds": 1,
    "commit_to_response_seconds": 1,
    "response_duration_seconds": 1,
    "audio_delta_gap_seconds": 1,
    "time_to_first_audio_seconds": 4,
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
    operator = OperatorLabels([(label, b"x-" + label.encode()) for label in more_labels])
    return ByModel(Families(registry, LiveSessions(), more_labels, ()), operator)


def series(registry: CollectorRegistry, **labels: str) -> dict[str, int]:
    """Number of label sets of each family that carry these, those of buckets apart."""
    found: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for family in registry.collect():
        for sample in family.samples:
            if labels.items() <= sample.labels.items():
                plain = {name: value for name, value in sample.labels.items() if name != "le"}
                found.setdefault(family.name.removeprefix("voicetap_"), set()).add(tuple(sorted(plain.items())))
    return {name: len(sets) for name, sets in found.items()}


def test_what_happens_before_a_model_is_named_is_there_from_the_start_and_histograms_are_not(
    registry: CollectorRegistry,
) -> None:
    made(registry)
    assert series(registry, model="unknown") == UNNAMED | {"cost_usd": 2}
    assert series(registry, transcription_model="unknown") == {"transcriptions": 5, "transcription_failures": 11}


def test_what_cannot_be_foreseen_is_there_from_its_first_addition_on(registry: CollectorRegistry) -> None:
    by_model = made(registry)
    unknown, named = by_model.model(None, ()), by_model.model("gpt-realtime", ())
    for one in (
        unknown.turns["speech", "completed"],
        named.turns["timeout", "interrupted"],
        named.tokens["input_image"],
    ):
        before = series(registry)
        one.add(0)
        assert series(registry) == before
        one.add(1)
        assert sum(series(registry).values()) == sum(before.values()) + 1
    assert unknown.turns["speech", "completed"].value == 1


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


def test_histograms_of_what_has_no_name_are_exposed_from_the_first_sample_on(registry: CollectorRegistry) -> None:
    made(registry).model(None, ()).time_to_first_audio["tool"].observe(0.5)
    assert series(registry, model="unknown")["time_to_first_audio_seconds"] == 1


def test_the_children_of_a_model_are_made_once() -> None:
    by_model = made(CollectorRegistry())
    assert by_model.model("a", ()) is by_model.model("a", ())
    assert by_model.model("no model", ()) is by_model.model("another one", ()) is not by_model.model(None, ())
    assert by_model.transcription_model("a", ()) is by_model.transcription_model("a", ())


def test_every_metric_has_its_labels_and_those_of_the_operator_where_there_is_a_model(
    registry: CollectorRegistry,
) -> None:
    operator = OperatorLabels([("tenant", b"x-tenant")])
    families = Families(registry, LiveSessions(), operator.names, Together.more_labels)
    Together(families.tool_calls)
    by_model = ByModel(families, operator)
    by_model.model("gpt-realtime", ("unknown",))
    by_model.transcription_model("whisper-1", ("unknown",)).confidence.observe(1.0)
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
    assert by_model.model("gpt-realtime", ("acme",)) is by_model.model("gpt-realtime", ("acme",))
    counts = [
        sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name.endswith("turn_latency_seconds_count")
    ]
    assert counts == [2.0]


def test_of_a_combination_that_is_what_the_first_questions_are_about(registry: CollectorRegistry) -> None:
    by_model = made(registry, "tenant")
    by_model.model("gpt-realtime", ("acme",))
    by_model.transcription_model("whisper-1", ("acme",))
    assert series(registry, model="gpt-realtime", tenant="acme") == HEADLINE
    assert series(registry, transcription_model="whisper-1", tenant="acme") == {"transcriptions": 5}
    assert series(registry, model="whisper-1", tenant="acme") == {"cost_usd": 1}
    by_model.model("gpt-realtime", ("acme",)).ends["refused"].add()
    assert series(registry, model="gpt-realtime", tenant="acme") == HEADLINE | {"sessions": 1}


def test_of_a_combination_without_a_model_there_is_what_was_counted(registry: CollectorRegistry) -> None:
    by_model = made(registry, "tenant")
    by_model.transcription_model(None, ("acme",))
    active = by_model.model(None, ("acme",)).active
    active.move(1)
    assert series(registry, tenant="acme") == {"sessions_active": 1}
    active.move(-1)
    assert series(registry, tenant="acme") == {}


def test_requests_without_the_headers_have_all_children_as_without_labels(registry: CollectorRegistry) -> None:
    made(registry, "tenant").model("gpt-realtime", ("unknown",))
    assert series(registry, model="gpt-realtime", tenant="unknown") == COUNTERS


def test_there_are_sixty_pairs_of_a_model_and_a_combination_and_those_of_others() -> None:
    by_model = made(CollectorRegistry(), "tenant")
    apart = [by_model.model(f"m{number % 6}", (f"t{number // 6}",)) for number in range(PAIRS)]
    assert len(set(map(id, apart))) == PAIRS == 60
    other = by_model.model("m0", ("one more",))
    assert other is by_model.model("m0", ("and one",)) is by_model.model("m0", ("other",))
    assert other not in apart
    assert other.name == "m0"
    assert by_model.model("m1", ("one more",)) not in (other, *apart)
    assert by_model.model("m0", ("t0",)) is apart[0]
    assert by_model.model("m0", ("unknown",)) not in (other, *apart)
    assert by_model.model(None, ("one more",)) is not by_model.model(None, ("other",))
    whisper = by_model.transcription_model("whisper-1", ("t0",))
    assert whisper is not by_model.transcription_model("whisper-1", ("other",))
