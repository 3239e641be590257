import pytest

from voicetap.signals.otel.bridge import CUMULATIVE, DELTA, LOW_MEMORY
from voicetap.signals.otel.preferences import Preferences, read_preferences

TEMPORALITY = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
AGGREGATION = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
EXEMPLARS = "OTEL_METRICS_EXEMPLAR_FILTER"


def test_the_defaults_are_those_of_the_specification() -> None:
    assert read_preferences({}) == Preferences(interval=60.0, timeout=30.0, differences=CUMULATIVE, exemplars=True)


def test_empty_is_unset(caplog: pytest.LogCaptureFixture) -> None:
    names = ("OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT", TEMPORALITY, AGGREGATION, EXEMPLARS)
    assert read_preferences(dict.fromkeys(names, "")) == Preferences()
    assert caplog.messages == []


def test_times_are_in_milliseconds() -> None:
    preferences = read_preferences({"OTEL_METRIC_EXPORT_INTERVAL": "1500", "OTEL_METRIC_EXPORT_TIMEOUT": "250"})
    assert (preferences.interval, preferences.timeout) == (1.5, 0.25)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("cumulative", CUMULATIVE), ("delta", DELTA), ("DELTA", DELTA), ("LowMemory", LOW_MEMORY)],
)
def test_temporality(value: str, expected: object, caplog: pytest.LogCaptureFixture) -> None:
    assert read_preferences({TEMPORALITY: value}).differences == expected
    assert caplog.messages == []


@pytest.mark.parametrize(("value", "expected"), [("always_off", False), ("always_on", True), ("Trace_Based", True)])
def test_exemplars(value: str, expected: bool) -> None:
    assert read_preferences({EXEMPLARS: value}).exemplars is expected


def test_exponential_buckets_cannot_be_had(caplog: pytest.LogCaptureFixture) -> None:
    assert read_preferences({AGGREGATION: "base2_exponential_bucket_histogram"}) == Preferences()
    assert caplog.messages == [f"{AGGREGATION}: the buckets are those of /metrics, and cannot be made exponential"]


def test_words_that_are_not_known_are_as_if_unset_and_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    assert read_preferences({TEMPORALITY: "Bearer sk-1", AGGREGATION: "x", EXEMPLARS: "x"}) == Preferences()
    assert [message.split(":")[0] for message in caplog.messages] == [AGGREGATION, TEMPORALITY, EXEMPLARS]
    assert "sk-1" not in caplog.text
