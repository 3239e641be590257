"""The one host that is dialled: how it is named, and what a client is told when it cannot be reached."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import trustme

from support import certificates, frames, handshake
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.relaying import Connect, StartRelay
from support.upstream import ScriptedUpstream, Unreachable, unused_port
from support.waiting import within
from voicetap.relay import Upstream

TLS = ssl.create_default_context()

PLAIN = handshake.request(b"GET", b"/v1/models")

KINDS = pytest.mark.parametrize("sent", [handshake.upgrade(), PLAIN], ids=["upgrade", "plain"])


@pytest.mark.parametrize(
    ("upstream", "authority"),
    [
        (Upstream("api.openai.com", 443, TLS), b"api.openai.com"),
        (Upstream("api.openai.com", 8443, TLS), b"api.openai.com:8443"),
        (Upstream("localhost", 80, None), b"localhost"),
        (Upstream("localhost", 443, None), b"localhost:443"),
        (Upstream("::1", 8080, None), b"[::1]:8080"),
        (Upstream("::1", 80, None), b"[::1]"),
        (Upstream("bücher.example", 443, TLS), b"xn--bcher-kva.example"),
    ],
)
def test_the_host_field_names_the_port_unless_it_is_the_schemes_own(upstream: Upstream, authority: bytes) -> None:
    assert upstream.authority == authority


async def answer_to(port: int, sent: bytes) -> bytes:
    """What the relay on `port` answers before it ends the connection."""
    client = await Peer.connect(port)
    await client.send(sent)
    answer, end = await client.read_to_end()
    client.close()
    assert end is End.FIN
    return answer


@KINDS
async def test_an_upstream_that_refuses_connections(
    start_relay: StartRelay, observer: RecordingObserver, sent: bytes
) -> None:
    """R5: 502 with a JSON body."""
    relay = await start_relay(unused_port())
    answer = await answer_to(relay.port, sent)
    assert handshake.status_of(answer) == 502
    assert handshake.error_of(answer)["code"] == "upstream_connect_error"
    assert [tap.outcomes for tap in observer.taps] == ([] if sent == PLAIN else [["connect_error"]])
    assert [seen.status for seen in observer.exchanges] == ([502] if sent == PLAIN else [])


@KINDS
async def test_an_upstream_that_cannot_be_reached(
    start_relay: StartRelay, observer: RecordingObserver, sent: bytes
) -> None:
    """R5: 504 with a JSON body, when the time for the dial is over."""
    nowhere = Unreachable()
    relay = await start_relay(nowhere.port, connect_timeout=0.1)
    answer = await answer_to(relay.port, sent)
    nowhere.close()
    assert handshake.status_of(answer) == 504
    assert handshake.error_of(answer)["code"] == "upstream_timeout"
    assert [tap.outcomes for tap in observer.taps] == ([] if sent == PLAIN else [["timeout"]])
    assert [seen.status for seen in observer.exchanges] == ([504] if sent == PLAIN else [])


@KINDS
async def test_an_upstream_without_an_address(start_relay: StartRelay, sent: bytes) -> None:
    """R8: 502; .invalid never resolves (RFC 6761)."""
    relay = await start_relay(443, host="voicetap.invalid")
    answer = await answer_to(relay.port, sent)
    assert handshake.status_of(answer) == 502


@KINDS
async def test_a_client_that_leaves_during_the_dial(start_relay: StartRelay, sent: bytes, connect: Connect) -> None:
    """R6: the dial is given up with it; `start_relay` fails the test if anything escapes."""
    nowhere = Unreachable()
    relay = await start_relay(nowhere.port, connect_timeout=5)
    client = await connect(relay)
    await client.send(sent)
    await client.delivered()
    client.reset()
    async with asyncio.timeout(2):
        await relay.idle()
    nowhere.close()


@KINDS
async def test_proxies_of_the_environment_are_not_asked(
    start_relay: StartRelay,
    upstream: ScriptedUpstream,
    evil: ScriptedUpstream,
    monkeypatch: pytest.MonkeyPatch,
    sent: bytes,
    connect: Connect,
) -> None:
    """S7"""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY", "WSS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{evil.port}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{evil.port}")
    relay = await start_relay(upstream.port)
    client = await connect(relay)
    await client.send(sent)
    server = await upstream.accept()
    await server.read_head()


class TlsUpstream:
    """Speaks TLS, says 101 to whatever comes, and echoes."""

    def __init__(self) -> None:
        self.farewell: bytes | None = None
        """Sent right behind the 101, and then the end, instead of an echo."""
        self.heads: list[bytes] = []
        self.protocols: list[str | None] = []
        self.server: asyncio.Server | None = None

    async def start(self, context: ssl.SSLContext) -> int:
        """Listen; the port."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        return int(self.server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.protocols.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(handshake.SWITCHING + (self.farewell or b""))
        while self.farewell is None and (data := await reader.read(65536)):
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest.fixture
async def tls_upstream() -> AsyncIterator[TlsUpstream]:
    upstream = TlsUpstream()
    yield upstream
    if upstream.server is not None:
        upstream.server.close()


@pytest.mark.parametrize("listens_with_tls", [False, True], ids=["ws to wss", "wss to wss"])
async def test_a_session_with_an_upstream_over_tls(
    start_relay: StartRelay, tls_upstream: TlsUpstream, authority: trustme.CA, listens_with_tls: bool
) -> None:
    """S8: the certificate is checked against the configured name; the bytes are the same."""
    port = await tls_upstream.start(certificates.server_context(authority, "localhost"))
    relay = await start_relay(
        port,
        host="localhost",
        tls=certificates.client_context(authority),
        ssl_context=certificates.server_context(authority) if listens_with_tls else None,
    )
    client_tls = certificates.client_context(authority) if listens_with_tls else None
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, ssl=client_tls)
    sent = bytes(range(256)) * 8000
    async with asyncio.timeout(5):
        writer.write(handshake.upgrade() + sent[:1000])
        assert await reader.readuntil(b"\r\n\r\n") == handshake.SWITCHING
        writer.write(sent[1000:])
        assert await reader.readexactly(len(sent)) == sent
        writer.close()
    assert handshake.fields_of(tls_upstream.heads[0])[0] == (b"Host", b"localhost:%d" % port)


async def test_an_upstream_over_tls_that_ends_right_behind_its_101(
    start_relay: StartRelay, tls_upstream: TlsUpstream, authority: trustme.CA, connect: Connect
) -> None:
    """T2, T6: the API refuses a bad key so: a 101, an error, a Close and the end, all at once."""
    tls_upstream.farewell = frames.frame(frames.TEXT, b'{"type":"error"}') + frames.close(3000, b"invalid_api_key")
    port = await tls_upstream.start(certificates.server_context(authority))
    relay = await start_relay(port, tls=certificates.client_context(authority))
    for _ in range(10):
        client = await connect(relay)
        await client.send(handshake.upgrade())
        assert await client.read_to_end() == Rest(handshake.SWITCHING + tls_upstream.farewell, End.FIN)
        client.close()
    await within(relay.idle())


async def test_http_1_is_what_is_offered_over_tls(
    start_relay: StartRelay, tls_upstream: TlsUpstream, authority: trustme.CA, connect: Connect
) -> None:
    """S13: to an upstream that would rather speak HTTP/2."""
    context = certificates.server_context(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])
    port = await tls_upstream.start(context)
    relay = await start_relay(port, tls=certificates.client_context(authority))
    client = await connect(relay)
    await client.send(handshake.upgrade())
    assert await client.read_head() == handshake.SWITCHING
    assert tls_upstream.protocols[0] in (None, "http/1.1")


@KINDS
@pytest.mark.parametrize("fault", ["another name", "another authority", "no TLS"])
async def test_an_upstream_that_cannot_be_trusted(
    start_relay: StartRelay,
    tls_upstream: TlsUpstream,
    upstream: ScriptedUpstream,
    observer: RecordingObserver,
    authority: trustme.CA,
    fault: str,
    sent: bytes,
) -> None:
    """S8: 502 with a JSON body, and not one byte of the request, for it carries the key."""
    issuer = trustme.CA() if fault == "another authority" else authority
    name = "other.example" if fault == "another name" else "127.0.0.1"
    port = await tls_upstream.start(certificates.server_context(issuer, name))
    if fault == "no TLS":
        port = upstream.port
    relay = await start_relay(port, tls=certificates.client_context(authority), connect_timeout=2)
    answering = asyncio.create_task(answer_to(relay.port, sent))
    if fault == "no TLS":
        server = await upstream.accept()
        await server.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    answer = await answering
    assert handshake.status_of(answer) == 502
    assert handshake.error_of(answer)["code"] == "upstream_tls_error"
    assert [tap.outcomes for tap in observer.taps] == ([] if sent == PLAIN else [["tls_error"]])
    assert tls_upstream.heads == []


async def test_an_upstream_that_never_finishes_its_tls_handshake(
    start_relay: StartRelay, upstream: ScriptedUpstream, authority: trustme.CA
) -> None:
    """R5: TLS is part of the dial, and of its time."""
    relay = await start_relay(upstream.port, tls=certificates.client_context(authority), connect_timeout=0.1)
    answer = await answer_to(relay.port, handshake.upgrade())
    assert handshake.status_of(answer) == 504


async def test_a_client_that_speaks_http_to_a_tls_listener(
    start_relay: StartRelay, upstream: ScriptedUpstream, authority: trustme.CA, connect: Connect
) -> None:
    """S3: its connection ends; the upstream is not dialled."""
    relay = await start_relay(upstream.port, ssl_context=certificates.server_context(authority))
    client = await connect(relay)
    await client.send(handshake.upgrade())
    await client.read_to_end()
    assert upstream.dials == 0
