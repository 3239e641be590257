from collections import Counter

from prometheus_client import CollectorRegistry

from voicetap.chunks import Side
from voicetap.realtime import OPENAI
from voicetap.signals.families import Families
from voicetap.signals.names import METRICS, PREFIX, Kind


def series(registry: CollectorRegistry) -> dict[str, int]:
    """Label sets of each family that has any; those of buckets apart."""
    found = {
        family.name: len({tuple(sorted((sample.labels | {"le": ""}).items())) for sample in family.samples})
        for family in registry.collect()
    }
    return {name.removeprefix(PREFIX): number for name, number in found.items() if number}


FROM_THE_START = {
    "sessions_active": 1,
    "sessions": 7,
    "session_starts": 4,
    "session_setup_seconds": 1,
    "handshakes": 12,
    "upstream_connect_seconds": 1,
    "close_codes": 13,
    "relayed_bytes": 2,
    "http_requests": 36,
    "events": len(OPENAI[Side.CLIENT]) + len(OPENAI[Side.SERVER]) + 2,
    "unknown_events": 2,
    "malformed_messages": 16,
    "api_errors": 23,
    "transcriptions": 5,
    "late_transcriptions": 3,
    "transcription_failures": 11,
    "transcriptions_pending": 1,
    "truncations": 5,
    "spoken_answers": 1,
    "observer_gaps": 7,
    "observer_lag_seconds": 1,
    "sink_failures": 3,
    "build_info": 1,
}


def test_every_metric_of_the_catalogue_is_there_from_the_start_with_its_kind_and_labels() -> None:
    registry = CollectorRegistry()
    Families(registry)
    assert series(registry) == FROM_THE_START
    families = {family.name: family for family in registry.collect()}
    for metric in METRICS:
        name = PREFIX + (metric.name.removesuffix("_total") if metric.kind is Kind.COUNTER else metric.name)
        family = families.pop(name)
        assert (family.type, family.documentation) == (metric.kind.value, metric.help)
        assert {*family.samples[0].labels} - {"le"} == set(metric.labels), name
    assert families == {}


def test_everything_is_zero_at_the_start() -> None:
    registry = CollectorRegistry()
    Families(registry)
    values = {sample.name for family in registry.collect() for sample in family.samples if sample.value}
    assert values == {"voicetap_build_info"}


def test_a_new_model_has_all_its_children_at_once() -> None:
    registry = CollectorRegistry()
    families = Families(registry)
    families.model("gpt-realtime")
    families.transcription_model("whisper-1")
    per_model = ["sessions_active", "sessions", "api_errors", "truncations", "spoken_answers"]
    per_transcriber = ["transcriptions", "late_transcriptions", "transcription_failures"]
    grown = series(registry)
    assert {name for name in grown if grown[name] == 2 * FROM_THE_START[name]} == {*per_model, *per_transcriber}
    assert Counter(grown) - Counter(FROM_THE_START) == {
        name: FROM_THE_START[name] for name in per_model + per_transcriber
    }


def test_the_children_of_a_model_are_made_once() -> None:
    families = Families(CollectorRegistry())
    assert families.model("a") is families.model("a")
    assert families.model("no model") is families.model("another one") is not families.model(None)
