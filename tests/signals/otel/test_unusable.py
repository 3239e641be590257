import logging
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from voicetap.signals.otel.environment import Batches, read_batches
from voicetap.signals.otel.unusable import discard_unusable

FROM_ONE = "is no whole number from 1 to 2147483647"
NO_URL = "is no URL that begins with http:// or https://"


def test_numbers_that_are_none_are_taken_out(caplog: pytest.LogCaptureFixture) -> None:
    environ = {
        "OTEL_BSP_MAX_QUEUE_SIZE": "0",
        "OTEL_BSP_SCHEDULE_DELAY": "5s",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "-1",
        "OTEL_SPAN_LINK_COUNT_LIMIT": "many",
        "OTEL_SPAN_EVENT_COUNT_LIMIT": "0",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": " 16 ",
        "OTEL_ATTRIBUTE_COUNT_LIMIT": "",
        "OTEL_SERVICE_NAME": "5s",
    }
    discard_unusable(environ)
    assert environ == {
        "OTEL_SPAN_EVENT_COUNT_LIMIT": "0",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "16",
        "OTEL_SERVICE_NAME": "5s",
    }
    assert caplog.messages == [
        f"OTEL_BSP_SCHEDULE_DELAY {FROM_ONE}; as if unset",
        f"OTEL_BSP_MAX_QUEUE_SIZE {FROM_ONE}; as if unset",
        f"OTEL_EXPORTER_OTLP_TIMEOUT {FROM_ONE}; as if unset",
        "OTEL_SPAN_LINK_COUNT_LIMIT is no whole number from 0 to 2147483647; as if unset",
    ]
    assert read_batches(environ) == Batches(2048, 16, 5.0)


@pytest.mark.parametrize("name", ["OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_ANYTHING"])
@pytest.mark.parametrize("value", ["", " "])
def test_what_is_empty_is_unset_and_nothing_to_warn_of(name: str, value: str, caplog: pytest.LogCaptureFixture) -> None:
    environ = {name: value, "OTHER": value}
    discard_unusable(environ)
    assert (environ, caplog.messages) == ({"OTHER": value}, [])


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("OTEL_BSP_SCHEDULE_DELAY", "99999999999999999", FROM_ONE),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1" + "0" * 20, FROM_ONE),
        ("OTEL_METRIC_EXPORT_INTERVAL", "9" * 5000, FROM_ONE),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "is none of none, gzip, deflate"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "zstd", "is none of none, gzip, deflate"),
        ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "zstd", "is none of none, gzip, deflate"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "is none of http/protobuf, grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "udp", "is none of http/protobuf, grpc"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "yes", "is none of true, false"),
        ("OTEL_SDK_DISABLED", "1", "is none of true, false"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nonexistent", "is no readable file with certificates (PEM)"),
        ("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "/nonexistent", "is no readable file with certificates (PEM)"),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/nonexistent", "is no readable file with certificates (PEM)"),
        (
            "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
            "/nonexistent",
            "is no readable file with a private key (PEM, without a passphrase)",
        ),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", NO_URL),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318/v1/traces", NO_URL),
    ],
)
def test_one_warning_names_the_variable_and_not_its_value(
    name: str, value: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    environ = {name: value}
    discard_unusable(environ)
    discard_unusable(environ)
    assert environ == {}
    assert caplog.messages == [f"{name} {fault}; as if unset"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_level_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_LOG_LEVEL": "canary"}
    discard_unusable(environ)
    assert environ == {}
    [message] = caplog.messages
    assert message.startswith("OTEL_LOG_LEVEL is none of trace, debug, info, ")


def test_an_endpoint_without_a_scheme_is_one_of_grpc(caplog: pytest.LogCaptureFixture) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "collector:4317",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "canary:4317",
    }
    discard_unusable(environ)
    assert environ == {
        "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "collector:4317",
    }
    assert caplog.messages == [
        "OTEL_EXPORTER_OTLP_PROTOCOL is none of http/protobuf, grpc; as if unset",
        f"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT {NO_URL}; as if unset",
    ]


def test_a_part_of_the_headers_does_not_take_the_others_with_it(caplog: pytest.LogCaptureFixture) -> None:
    environ = {
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a,Bearer canary, tenant=b",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "x",
    }
    discard_unusable(environ)
    discard_unusable(environ)
    assert environ == {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a, tenant=b"}
    rest = "only name=value, percent-encoded and with commas between, can be sent; the rest is left out"
    assert caplog.messages == [
        f"OTEL_EXPORTER_OTLP_HEADERS: {rest}",
        f"OTEL_EXPORTER_OTLP_TRACES_HEADERS: {rest}",
    ]


def test_what_can_be_used_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    pair = trustme.CA().issue_cert("collector")
    pair.cert_chain_pems[0].write_to_path(certificate)
    pair.private_key_pem.write_to_path(key)
    environ = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:word@collector:4318",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20YTpi,tenant=b c",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": str(certificate),
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": str(certificate),
        "OTEL_EXPORTER_OTLP_CLIENT_KEY": str(key),
        "OTEL_EXPORTER_OTLP_COMPRESSION": "GZIP",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_INSECURE": "True",
        "OTEL_LOG_LEVEL": "Debug",
        "OTEL_RESOURCE_ATTRIBUTES": "a=b",
        "OTEL_BSP_MAX_QUEUE_SIZE": "100000",
    }
    before = dict(environ)
    discard_unusable(environ)
    assert (environ, caplog.messages) == (before, [])


START = """
import logging, os, sys
from voicetap.signals.otel.unusable import discard_unusable
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
discard_unusable(os.environ)
import voicetap.signals.otel.tracing
"""


@pytest.mark.parametrize("value", ["many", "-1"])
def test_the_sdk_can_be_imported_then(value: str) -> None:
    """By itself it would fail, in the middle of its import."""
    variables = {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": value}
    ended = subprocess.run([sys.executable, "-c", START], env=variables, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    warning = "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT is no whole number from 0 to 2147483647; as if unset\n"
    assert ended.stderr == warning
