"""Keys and private words in every place where they can occur: none of them reaches a signal, a log or a recording."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from support.collector import Collector, Echoing, collecting
from support.leaky import HEADERS, PROTOCOLS, QUERY, Event, from_client, session, upstream
from support.marked import KEY_MARK, WORD_MARK, hits, key, opaque, words
from support.processes import Process, serve
from support.waiting import within

TALKATIVE = Path(__file__).with_name("talkative")


async def call(http: aiohttp.ClientSession, proxy: Process, *more: Event | str) -> str:
    """A whole session, to its Close; what the client got of it."""
    received = ""
    url = f"http://{proxy.listen}/v1/realtime"
    async with http.ws_connect(url, params=QUERY, headers=HEADERS, protocols=PROTOCOLS) as socket:
        assert socket.protocol == "realtime"
        for message in [*from_client(), *more, "the end"]:
            await socket.send_str(message if isinstance(message, str) else json.dumps(message))
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            received += message.data
    assert socket.close_code == 4000
    return received


async def everything(http: aiohttp.ClientSession, proxy: Process) -> None:
    """Plain requests, a refused upgrade, what is no HTTP, and calls."""
    base = f"http://{proxy.listen}"
    issue = http.post(f"{base}/v1/realtime/client_secrets", params=QUERY, headers=HEADERS, json=session())
    async with issue as answer:
        assert key("issued", "ek_") in await answer.text()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await http.ws_connect(f"{base}/refused/v1/realtime", params=QUERY, headers=HEADERS, protocols=PROTOCOLS)
    assert refusal.value.status == 401
    for head in BAD_HEADS:
        await bad_head(proxy, head)
    assert words("delta") in await call(http, proxy)
    await call(http, proxy)


BAD_HEADS = [
    f"GET /{opaque('badpath')} HTTP/1.1\r\nHost: x\r\nAuthorization\x00: {opaque('badname')}\r\n\r\n",
    f"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nAuthorization: {opaque('badvalue')}\x00\x1b[2J\r\n\r\n",
    f"{opaque('badline')}\x1b[2J\r\n\r\n",
    f"GET /{opaque('longpath') * 40_000} HTTP/1.1\r\nHost: x\r\n\r\n",
]
"""No HTTP, or more of it than there should be."""


async def bad_head(proxy: Process, head: str) -> None:
    host, port = proxy.listen.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode())
    answer = await within(reader.read())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert KEY_MARK.encode() not in answer
    writer.close()


async def told(proxy: Process, message: str, count: int) -> None:
    """Wait until the log has so many lines with this message."""
    async with asyncio.timeout(10):
        while sum(line["message"] == message for line in proxy.records()) < count:
            await asyncio.sleep(0.05)


async def exposition(http: aiohttp.ClientSession, proxy: Process) -> str:
    """In either format."""
    text = ""
    for accept in ("text/plain", "application/openmetrics-text; version=1.0.0"):
        async with http.get(f"http://{proxy.admin}/metrics", headers={"Accept": accept}) as answer:
            text += await answer.text()
    return text


async def end(http: aiohttp.ClientSession, proxy: Process, collector: Collector, records: Path) -> dict[str, str]:
    """End the process; all that it has ever said, by where."""
    metrics = await exposition(http, proxy)
    proxy.signal()
    assert await asyncio.to_thread(proxy.wait) == 0
    assert proxy.process.stdout is not None
    return {
        "stdout": json.dumps(proxy.listening) + proxy.process.stdout.read().decode(),
        "stderr": proxy.log().removesuffix("\n"),
        "metrics": metrics,
        # Of the requests' heads nothing: there the operator's own key belongs.
        "otlp": "".join(request.body.decode("latin-1") for request in collector.requests),
        "recordings": "".join(path.name + path.read_text() for path in sorted(records.iterdir())),
    }


def talkative(collector: Collector) -> dict[str, str]:
    """The environment: everything is logged, Python's development mode is on, and telemetry goes to the collector."""
    return {
        "PYTHONPATH": str(TALKATIVE),
        "PYTHONDEVMODE": "1",
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{opaque('otlp')}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
    }


@pytest.mark.parametrize("content", [False, True], ids=["by default", "content"])
async def test_no_key_is_in_any_signal_and_no_private_word_unless_asked_for(tmp_path: Path, content: bool) -> None:
    options = ["--record", str(tmp_path), *(["--content"] if content else [])]
    async with upstream() as (server, url), aiohttp.ClientSession() as http:
        with collecting() as collector, serve(url, *options, env=talkative(collector)) as proxy:
            await everything(http, proxy)
            await told(proxy, "session ended", 2)
            signals = await end(http, proxy, collector, tmp_path)
            lines = proxy.records()
    # It was all there to be leaked.
    arrived = server.heads + server.messages
    for place in ("authorization", "cookie", "apikey", "headername", "subprotocol", "query", "queryname", "meta"):
        assert f"{KEY_MARK}{place}" in arrived
    # And each signal says what it is to say.
    assert lines[0]["message"] == "everything is logged"
    assert len(lines) == len(signals["stderr"].splitlines())
    assert all(line.isascii() and line.isprintable() and len(line) < 4096 for line in signals["stderr"].split("\n"))
    failures = {line["code"] for line in lines if line["message"] == "transcription failed"}
    assert failures == {"code_1", "elided"}
    outcomes = ("handshake failed", "transcription failed", "truncation rejected", "session ended")
    assert set(outcomes) <= {line["message"] for line in lines}
    assert 'model="gpt-realtime"' in signals["metrics"]
    kinds = {span.name.split()[0] for span in collector.spans}
    assert {"GET", "invoke_agent", "chat", "execute_tool", "transcription", "user_speech"} <= kinds
    assert "voicetap.transcriptions" in collector.metrics
    assert "session.created" in signals["recordings"]
    # But nothing else.
    assert hits(KEY_MARK, **signals) == {}
    private = hits(WORD_MARK, **signals)
    assert private.keys() == ({"otlp", "recordings"} if content else set()), private


async def test_faults_that_quote_what_they_failed_on_tell_nothing(tmp_path: Path) -> None:
    careless = {"type": "conversation.item.create", "item": {"careless": words("fault"), "key": opaque("fault")}}
    async with upstream() as (_, url), aiohttp.ClientSession() as http:
        with collecting() as collector, serve(url, "--record", str(tmp_path), env=talkative(collector)) as proxy:
            await call(http, proxy, careless)
            await told(proxy, "session ended", 1)
            signals = await end(http, proxy, collector, tmp_path)
            lines = proxy.records()
    assert len(lines) == len(signals["stderr"].splitlines())
    assert {
        "the sink careless failed and was removed from this connection",
        "the sink careless failed at its end",
        "the observer failed on a connection and goes dark there; its traffic goes on",
        "an exception ends a thread",
        "an exception could not be raised",
        "Python warns of something",
        "Exception in callback…",
        "Task exception was never retrieved…",
        "Fatal error on…",
        "got …",
        "…",
        "ValueError",
    } <= {line["message"] for line in lines}
    assert hits(f"{KEY_MARK}|{WORD_MARK}", **signals) == {}


async def test_a_collector_that_quotes_the_operators_key_is_not_quoted(tmp_path: Path) -> None:
    async with upstream() as (_, url), aiohttp.ClientSession() as http:
        with collecting(Echoing(401)) as collector, serve(url, env=talkative(collector)) as proxy:
            await call(http, proxy)
            await told(proxy, "session ended", 1)
            await asyncio.to_thread(collector.await_requests, 2)
            signals = await end(http, proxy, collector, tmp_path)
    assert all(opaque("otlp") in request.headers["authorization"] for request in collector.requests)
    assert hits(f"{KEY_MARK}|{WORD_MARK}", **signals) == {}
