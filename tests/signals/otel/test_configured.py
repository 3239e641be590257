import pytest
from opentelemetry.sdk.trace import sampling

from voicetap.signals.otel.configured import configured_sampler

VARIABLE, ARGUMENT = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"


@pytest.mark.parametrize(
    ("name", "sampler"),
    [
        ("always_on", sampling.ALWAYS_ON),
        ("Always_Off ", sampling.ALWAYS_OFF),
        ("parentbased_always_on", sampling.DEFAULT_ON),
        ("parentbased_always_off", sampling.DEFAULT_OFF),
        ("", sampling.DEFAULT_ON),
        (" ", sampling.DEFAULT_ON),
    ],
)
def test_those_without_an_argument(name: str, sampler: sampling.Sampler, caplog: pytest.LogCaptureFixture) -> None:
    assert configured_sampler({VARIABLE: name, ARGUMENT: "canary"}) is sampler
    assert caplog.messages == []


@pytest.mark.parametrize("value", ["0.25", " .25 ", "25e-2"])
def test_those_by_ratio(value: str, caplog: pytest.LogCaptureFixture) -> None:
    by_ratio = configured_sampler({VARIABLE: "traceidratio", ARGUMENT: value})
    assert isinstance(by_ratio, sampling.TraceIdRatioBased)
    assert by_ratio.rate == 0.25
    parent_based = configured_sampler({VARIABLE: "parentbased_traceidratio", ARGUMENT: value})
    assert isinstance(parent_based, sampling.ParentBasedTraceIdRatio)
    assert "root:TraceIdRatioBased{0.25}" in parent_based.get_description()
    assert caplog.messages == []


@pytest.mark.parametrize("environ", [{}, {ARGUMENT: ""}])
def test_without_a_ratio_all_are_sampled(environ: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    sampler = configured_sampler({VARIABLE: "traceidratio", **environ})
    assert isinstance(sampler, sampling.TraceIdRatioBased)
    assert (sampler.rate, caplog.messages) == (1.0, [])


@pytest.mark.parametrize("value", ["canary", "50", "-0.1", "nan", "inf", "0,5"])
def test_an_argument_that_is_no_ratio(value: str, caplog: pytest.LogCaptureFixture) -> None:
    sampler = configured_sampler({VARIABLE: "traceidratio", ARGUMENT: value})
    assert isinstance(sampler, sampling.TraceIdRatioBased)
    assert sampler.rate == 1.0
    assert caplog.messages == ["OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; as if unset"]


def test_an_unknown_sampler(caplog: pytest.LogCaptureFixture) -> None:
    assert configured_sampler({VARIABLE: "canary"}) is sampling.DEFAULT_ON
    assert caplog.messages == [
        "OTEL_TRACES_SAMPLER is none of always_on, always_off, parentbased_always_on, parentbased_always_off, "
        "traceidratio, parentbased_traceidratio; as if unset"
    ]
