import logging
import subprocess
import sys

import pytest

from voicetap.signals.otel.propagators import discard_unknown


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("tracecontext", "tracecontext"),
        ("baggage, tracecontext", "baggage,tracecontext"),
        ("none", "none"),
        ("NONE", "NONE"),
        ("tracecontext,", "tracecontext"),
        ("tracecontext,,baggage", "tracecontext,baggage"),
        (" , tracecontext", "tracecontext"),
    ],
)
def test_what_is_installed_stays(value: str, kept: str, caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_PROPAGATORS": value}
    discard_unknown(environ)
    assert environ == {"OTEL_PROPAGATORS": kept}
    assert caplog.records == []


@pytest.mark.parametrize("value", ["", " ", ",", " , "])
def test_nothing_is_as_if_unset(value: str, caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_PROPAGATORS": value}
    discard_unknown(environ)
    assert (environ, caplog.records) == ({}, [])


def test_where_none_is_installed_the_default_holds() -> None:
    environ = {"OTEL_PROPAGATORS": "b3"}
    discard_unknown(environ)
    assert environ == {}


START = """
import os
from voicetap.signals.otel.propagators import discard_unknown
discard_unknown(os.environ)
from opentelemetry import propagate
print(sorted(propagate.get_global_textmap().fields))
"""


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("tracecontext,", ["traceparent", "tracestate"]),
        (" ", ["baggage", "traceparent", "tracestate"]),
        ("tracecontext,,baggage", ["baggage", "traceparent", "tracestate"]),
        ("b3,", ["baggage", "traceparent", "tracestate"]),
        ("none,", []),
    ],
)
def test_the_api_can_be_imported_then(value: str, fields: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", START], env={"OTEL_PROPAGATORS": value}, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, f"{fields}\n"), ended.stderr


def test_what_is_not_goes_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_PROPAGATORS": "b3, tracecontext,jaeger"}
    with caplog.at_level(logging.WARNING):
        discard_unknown(environ)
    assert environ == {"OTEL_PROPAGATORS": "tracecontext"}
    assert [record.getMessage() for record in caplog.records] == [
        "OTEL_PROPAGATORS: only baggage, none, tracecontext are installed; the rest is as if unset"
    ]


def test_unset_is_left_unset() -> None:
    environ: dict[str, str] = {}
    discard_unknown(environ)
    assert environ == {}
