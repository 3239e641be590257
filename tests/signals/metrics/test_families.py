from prometheus_client import CollectorRegistry

from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE, OPENAI
from voicetap.signals.metric import Kind
from voicetap.signals.metrics.families import Families
from voicetap.signals.metrics.live import LiveSessions
from voicetap.signals.names import METRICS


def families(registry: CollectorRegistry) -> Families:
    return Families(registry, LiveSessions(), (), ())


def series(registry: CollectorRegistry) -> dict[str, int]:
    """Label sets of each family that has any; those of buckets apart."""
    found = {
        family.name: len({tuple(sorted((sample.labels | {"le": ""}).items())) for sample in family.samples})
        for family in registry.collect()
    }
    return {name.removeprefix("voicetap_"): number for name, number in found.items() if number}


def test_what_does_not_depend_on_a_model_is_there_from_the_start() -> None:
    registry = CollectorRegistry()
    families(registry)
    assert series(registry) == {
        "session_starts": 4,
        "session_setup_seconds": 1,
        "session_duration_seconds": 1,
        "sessions_expiring": 3,
        "handshakes": 14,
        "upstream_connect_seconds": 1,
        "close_codes": 13,
        "relayed_bytes": 2,
        "http_requests": 9,
        "events": len(OPENAI[Side.CLIENT]) + len(OPENAI[Side.SERVER]) + 2,
        "unknown_events": 2,
        "malformed_messages": 16,
        "surprises": 4,
        "transcriptions_pending": 1,
        "dead_air": 3,
        "silent_sessions": 1,
        "items": 11,
        "interruption_stop_seconds": 1,
        "overlaps": 1,
        "truncated_answer_heard_ratio": 1,
        "tool_round_trip_seconds": 1,
        "tool_resume_seconds": 1,
        "observer_gaps": 7,
        "observer_lag_seconds": 1,
        "sink_failures": 6,
        "telemetry_dropped": 3,
        "event_loop_lag_seconds": 1,
        "build_info": 1,
    }


def test_the_metrics_of_the_catalogue_are_there_in_its_order_with_their_kinds_and_texts() -> None:
    registry = CollectorRegistry()
    families(registry)
    found = [(family.name, family.type, family.documentation) for family in registry.collect()]
    assert found == [
        (metric.full_name.removesuffix("_total"), metric.kind.value, metric.help)
        if metric.kind is Kind.COUNTER
        else (metric.full_name, metric.kind.value, metric.help)
        for metric in METRICS
    ]


def test_an_event_that_is_not_of_openai_is_exposed_when_it_comes() -> None:
    registry = CollectorRegistry()
    made = families(registry)
    before = series(registry)["events"]
    for side in Side:
        for number in made.events[side].values():
            number.add()
    assert series(registry)["events"] - before == sum(len(CATALOGUE[side]) - len(OPENAI[side]) for side in Side)
