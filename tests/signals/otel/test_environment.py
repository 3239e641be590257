import pytest

from voicetap.signals.otel import environment
from voicetap.signals.otel.environment import (
    Batches,
    Compression,
    Exporter,
    Exports,
    Protocol,
    is_disabled,
    protocol_of,
    read_batches,
    read_metrics,
    read_traces,
)

OTLP = (Exporter.OTLP,)
CONSOLE = (Exporter.CONSOLE,)
BOTH = (Exporter.OTLP, Exporter.CONSOLE)
GENERAL = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("variables", "exporters"),
    [
        ({}, ()),
        ({GENERAL: "http://collector:4318"}, OTLP),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, OTLP),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318/v1/metrics"}, ()),
        ({GENERAL: ""}, ()),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, OTLP),
        ({"OTEL_TRACES_EXPORTER": " Console , otlp,console"}, BOTH[::-1]),
        ({"OTEL_TRACES_EXPORTER": "console", GENERAL: "http://collector:4318"}, CONSOLE),
        ({"OTEL_TRACES_EXPORTER": "none", GENERAL: "http://collector:4318"}, ()),
        ({"OTEL_TRACES_EXPORTER": "", GENERAL: "http://collector:4318"}, OTLP),
        ({"OTEL_SDK_DISABLED": "TRUE", GENERAL: "http://collector:4318"}, ()),
        ({"OTEL_SDK_DISABLED": "1", GENERAL: "http://collector:4318"}, OTLP),
    ],
)
def test_spans_go_where_an_exporter_or_an_endpoint_is_named(
    variables: dict[str, str], exporters: tuple[Exporter, ...], caplog: pytest.LogCaptureFixture
) -> None:
    assert read_traces(variables).exporters == exporters
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("variables", "exporters"),
    [
        ({}, ()),
        ({GENERAL: "http://collector:4318"}, ()),
        ({"OTEL_METRICS_EXPORTER": "otlp"}, OTLP),
        ({"OTEL_METRICS_EXPORTER": "prometheus"}, ()),
        ({"OTEL_METRICS_EXPORTER": "prometheus,otlp,console"}, BOTH),
        ({"OTEL_METRICS_EXPORTER": "none"}, ()),
        ({"OTEL_METRICS_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, ()),
    ],
)
def test_metrics_are_pushed_only_where_asked(
    variables: dict[str, str], exporters: tuple[Exporter, ...], caplog: pytest.LogCaptureFixture
) -> None:
    assert read_metrics(variables).exporters == exporters
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("variables", "exporters", "warning"),
    [
        (
            {"OTEL_TRACES_EXPORTER": "zipkin", GENERAL: "http://collector:4318"},
            OTLP,
            "OTEL_TRACES_EXPORTER: only otlp, console, none are known; the rest is as if unset",
        ),
        (
            {"OTEL_TRACES_EXPORTER": "console,prometheus"},
            CONSOLE,
            "OTEL_TRACES_EXPORTER: only otlp, console, none are known; the rest is as if unset",
        ),
    ],
)
def test_an_unknown_value_is_warned_of_once_and_as_if_unset(
    variables: dict[str, str], exporters: tuple[Exporter, ...], warning: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_traces(variables) == Exports(exporters)
    assert caplog.messages == [warning]


@pytest.mark.parametrize(
    ("variables", "traces", "metrics"),
    [
        ({}, Protocol.HTTP, Protocol.HTTP),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, Protocol.GRPC, Protocol.GRPC),
        ({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}, Protocol.GRPC, Protocol.HTTP),
        (
            {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf"},
            Protocol.GRPC,
            Protocol.HTTP,
        ),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": ""}, *[Protocol.GRPC] * 2),
    ],
)
def test_the_protocol_of_a_signal_goes_before_the_general_one(
    variables: dict[str, str], traces: Protocol, metrics: Protocol
) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc")
    variables |= {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_METRICS_EXPORTER": "otlp"}
    assert (read_traces(variables).protocol, read_metrics(variables).protocol) == (traces, metrics)


def test_grpc_without_its_extra_is_one_warning_that_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(environment, "_can_grpc", lambda: False)
    variables = {"OTEL_TRACES_EXPORTER": "otlp,console", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    assert read_traces(variables).exporters == CONSOLE
    assert caplog.messages == [
        "OTLP over gRPC needs what `pip install voicetap[grpc]` installs; no traces are sent",
    ]


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({}, 10.0),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "2500"}, 2.5),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "2500", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "100"}, 0.1),
        ({"OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "100"}, 10.0),
    ],
)
def test_timeouts_are_in_milliseconds(variables: dict[str, str], seconds: float) -> None:
    assert read_traces({"OTEL_TRACES_EXPORTER": "otlp", **variables}).timeout == seconds


@pytest.mark.parametrize(
    ("variables", "batches"),
    [
        ({}, Batches(2048, 512, 5.0)),
        ({"OTEL_BSP_SCHEDULE_DELAY": "200"}, Batches(2048, 512, 0.2)),
        ({"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64"}, Batches(2048, 64, 5.0)),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "100"}, Batches(100, 100, 5.0)),
    ],
)
def test_a_batch_is_never_larger_than_the_queue(variables: dict[str, str], batches: Batches) -> None:
    assert read_batches(variables) == batches


@pytest.mark.parametrize(
    ("variables", "compression"),
    [
        ({}, Compression.NONE),
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, Compression.GZIP),
        ({"OTEL_EXPORTER_OTLP_COMPRESSION": "Deflate"}, Compression.DEFLATE),
        (
            {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "none"},
            Compression.NONE,
        ),
        (
            {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION": "none"},
            Compression.GZIP,
        ),
    ],
)
def test_requests_are_packed_as_asked(
    variables: dict[str, str], compression: Compression, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_traces({"OTEL_TRACES_EXPORTER": "otlp", **variables}).compression is compression
    assert caplog.messages == []


def test_deflate_over_grpc_is_as_if_unset(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.grpc")
    variables = {
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION": "deflate",
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "deflate",
    }
    assert read_traces(variables) == Exports(OTLP, compression=Compression.DEFLATE)
    assert read_metrics(variables) == Exports(OTLP, Protocol.GRPC, compression=Compression.GZIP)
    assert caplog.messages == [
        "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: there is no deflate over gRPC; as if unset for metrics"
    ]


def test_the_common_protocol_is_not_that_of_one_signal() -> None:
    variables = {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}
    assert [protocol_of(variables, infix) for infix in ("", "TRACES_", "METRICS_")] == [
        Protocol.HTTP,
        Protocol.GRPC,
        Protocol.HTTP,
    ]


@pytest.mark.parametrize(("value", "disabled"), [("true", True), (" True ", True), ("false", False), ("yes", False)])
def test_the_sdk_is_disabled_by_true_alone(value: str, disabled: bool) -> None:
    assert is_disabled({"OTEL_SDK_DISABLED": value}) is disabled
    assert not is_disabled({})
