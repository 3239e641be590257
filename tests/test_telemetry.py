import asyncio

import pytest
from prometheus_client import CollectorRegistry

from support.collector import collecting
from voicetap.chunks import UpgradeRequest
from voicetap.config import parse_origin
from voicetap.facts import Connection, HandshakeAnswered, TraceIds
from voicetap.telemetry import Telemetry

UPSTREAM = parse_origin("https://api.openai.com")


def telemetry(environ: dict[str, str], *, content: bool = False) -> Telemetry:
    return Telemetry(environ, CollectorRegistry(), lambda signal, count: None, UPSTREAM, scheme="http", content=content)


def test_without_a_variable_nothing_is_sent() -> None:
    quiet = telemetry({}, content=True)
    assert (quiet.spans, quiet.content) == (None, False)
    asyncio.run(quiet.stop())


@pytest.mark.parametrize("content", [True, False])
def test_spans_go_where_the_variables_say(content: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
        sending = telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}, content=content)
        assert sending.content is content
        assert sending.spans is not None
        connection = Connection("5e55100000000001", UpgradeRequest("/v1/realtime", (), 100.0), 1.7e9)
        sending.spans(connection, TraceIds()).receive(HandshakeAnswered(100.5, "101", 0.25))
        asyncio.run(sending.stop())
    assert [span.name for span in collector.spans] == ["GET /realtime"]
