"""S4: who judges a handshake. The upstream the client's, the client the upstream's; voicetap neither."""

import pytest

from support import handshake
from support.frames import CLOSE, MASK, TEXT, frame
from support.handshake import SWITCHING
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.upstream import ScriptedUpstream

SESSION_CREATED = frame(TEXT, b'{"type":"session.created"}')


def without(name: bytes) -> handshake.Fields:
    return tuple(field for field in handshake.UPGRADE if field[0] != name)


def instead(name: bytes, value: bytes) -> handshake.Fields:
    return tuple((n, value if n == name else v) for n, v in handshake.UPGRADE)


@pytest.mark.parametrize(
    "fields",
    [
        instead(b"Connection", b"Upgrade, authorization"),
        instead(b"Connection", b"keep-alive, Upgrade"),
        instead(b"Upgrade", b"WebSocket"),
        instead(b"Sec-WebSocket-Key", b"short"),
        instead(b"Sec-WebSocket-Version", b"8"),
        without(b"Sec-WebSocket-Key"),
        without(b"Sec-WebSocket-Version"),
        (*handshake.UPGRADE, (b"Sec-WebSocket-Key", b"AAAAAAAAAAAAAAAAAAAAAA==")),
    ],
    ids=[
        "nominates Authorization",
        "keep-alive",
        "other case",
        "short key",
        "version 8",
        "no key",
        "no version",
        "two keys",
    ],
)
async def test_the_upstream_judges_the_clients_handshake(
    client: Peer, upstream: ScriptedUpstream, fields: handshake.Fields
) -> None:
    """S4: whatever asks for a WebSocket reaches the upstream as it is, and its answer the client."""
    fields = (*fields, (b"Authorization", b"Bearer sk-test"))
    await client.send(handshake.request(b"GET", handshake.TARGET, fields))
    server = await upstream.accept()
    assert handshake.fields_of(await server.read_head())[1:] == list(fields[1:])
    refusal = b"HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\r\n"
    await server.send(refusal)
    assert await client.read_to_end() == Rest(refusal, End.FIN)


@pytest.mark.parametrize(
    "answer",
    [
        SWITCHING.replace(handshake.accept(), b"d3Jvbmc="),
        SWITCHING.replace(b"upgrade: websocket\r\n", b""),
        SWITCHING.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: never-offered\r\n\r\n"),
        SWITCHING.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: x-never; a=1\r\n\r\n"),
        SWITCHING.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"),
        SWITCHING.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
    ids=["wrong Accept", "no Upgrade", "other subprotocol", "other extension", "Content-Length", "Transfer-Encoding"],
)
async def test_the_client_judges_the_upstreams_handshake(
    client: Peer, upstream: ScriptedUpstream, answer: bytes
) -> None:
    """S4: a 101 is passed on as it is, and the connection with it."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(answer + SESSION_CREATED)
    assert await client.read(len(answer + SESSION_CREATED)) == answer + SESSION_CREATED
    farewell = frame(CLOSE, mask=MASK)
    await client.send(farewell)
    assert await server.read(len(farewell)) == farewell


@pytest.mark.parametrize("status", [b"HTTP/1.1 101 \r\n", b"HTTP/1.1 101\r\n", b"HTTP/1.0 101 Fine\r\n"])
async def test_a_status_line_of_the_upstreams_own_taste(
    client: Peer, upstream: ScriptedUpstream, status: bytes
) -> None:
    """S4: an empty reason, none at all, an old version."""
    answer = status + SWITCHING.split(b"\r\n", 1)[1]
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(answer)
    assert await client.read_head() == answer


async def test_another_protocol_than_websocket_is_not_upgraded_to(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """S4: RFC 9110 section 7.8 lets a server ignore the wish; a relay that cannot fulfil it may not pass it on."""
    fields = ((b"Host", b"h"), (b"Connection", b"Upgrade"), (b"Upgrade", b"notwebsocket"), (b"X-A", b"1"))
    await client.send(handshake.request(b"GET", b"/x", fields))
    server = await upstream.accept()
    assert handshake.fields_of(await server.read_head())[1:] == [(b"X-A", b"1")]
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    await server.send(answer)
    assert await client.read(len(answer)) == answer
    assert observer.taps == []


@pytest.mark.parametrize("wish", [b"websocket, foo", b"foo, WebSocket"])
async def test_websocket_among_other_protocols_is_refused(
    client: Peer, upstream: ScriptedUpstream, wish: bytes
) -> None:
    """S4: without its wish it would be another request."""
    fields = tuple((name, wish if name == b"Upgrade" else value) for name, value in handshake.UPGRADE)
    await client.send(handshake.request(b"GET", b"/v1/realtime", fields))
    answer, _ = await client.read_to_end()
    assert (handshake.status_of(answer), upstream.dials) == (400, 0)
