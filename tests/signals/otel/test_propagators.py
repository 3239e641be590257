import logging

import pytest

from voicetap.signals.otel.propagators import discard_unknown


@pytest.mark.parametrize("value", ["tracecontext", "baggage, tracecontext", "none", "NONE", ""])
def test_what_is_installed_stays(value: str, caplog: pytest.LogCaptureFixture) -> None:
    environ = {"OTEL_PROPAGATORS": value}
    discard_unknown(environ)
    assert environ == {"OTEL_PROPAGATORS": value}
    assert caplog.records == []


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
