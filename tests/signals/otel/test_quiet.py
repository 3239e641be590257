import logging
from collections.abc import Iterator

import pytest

from voicetap.signals.otel.quiet import SILENCED, quiet_exporters, set_level

EXPORTERS = [
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.exporter.otlp.proto.common._internal",
    "urllib3.connectionpool",
]


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """The levels are the process's: they are as they come while a test runs, and afterwards what they were."""
    before = {name: logging.getLogger(name).level for name in [*SILENCED, *EXPORTERS, "opentelemetry"]}
    for name in before:
        logging.getLogger(name).setLevel(logging.NOTSET)
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_line_of_an_exporter_comes_out(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger(name).error("said before")
        quiet_exporters({})
        logging.getLogger(name).critical("Failed to export: Bearer canary")
    assert caplog.messages == ["said before"]


def test_the_sdk_itself_has_the_level_that_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    sdk = logging.getLogger("opentelemetry.sdk.trace")
    set_level({"OTEL_LOG_LEVEL": " Error"})
    sdk.warning("no")
    sdk.error("yes")
    quiet_exporters({"OTEL_LOG_LEVEL": "debug"})
    sdk.debug("all")
    logging.getLogger("opentelemetry.exporter.otlp").error("canary")
    set_level({"OTEL_LOG_LEVEL": "none"})
    sdk.critical("nothing")
    assert caplog.messages == ["yes", "all"]


@pytest.mark.parametrize("environ", [{}, {"OTEL_LOG_LEVEL": ""}, {"OTEL_LOG_LEVEL": "loud"}])
def test_no_level_and_an_unknown_one_change_nothing(environ: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    before = logging.getLogger("opentelemetry").level
    set_level(environ)
    assert logging.getLogger("opentelemetry").level == before
    assert len(caplog.messages) == (environ.get("OTEL_LOG_LEVEL") == "loud")
