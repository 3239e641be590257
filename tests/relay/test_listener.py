"""What the listener refuses by itself: before any dial, with a clear answer, and the connection ends after it."""

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from support import handshake
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.relaying import Connect, StartRelay
from support.upstream import ScriptedUpstream
from voicetap.relay import Relay

UPGRADE = handshake.upgrade()[:-2]
"""A good upgrade request without its blank line."""


async def refused(client: Peer, upstream: ScriptedUpstream) -> None:
    """The client gets a 400 that says it is the last answer; nothing has reached the upstream."""
    answer, _ = await client.read_to_end()
    assert handshake.status_of(answer) == 400
    assert (b"Connection", b"close") in handshake.fields_of(answer.partition(b"\r\n\r\n")[0])
    assert handshake.error_of(answer)["code"] == "bad_request"
    assert upstream.dials == 0


@pytest.mark.parametrize(
    "sent",
    [
        UPGRADE + b"Content-Length: 5\r\n\r\nhello",
        UPGRADE + b"Content-Length: 0\r\n\r\n",
        UPGRADE + b"content-length: 99999999\r\n\r\n",
        UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        UPGRADE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        UPGRADE + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        UPGRADE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        UPGRADE + b"Content-Length: +5\r\n\r\nhello",
        UPGRADE + b"Content-Length: 5, 5\r\n\r\nhello",
        UPGRADE + b"Content-Length: -1\r\n\r\nhello",
        UPGRADE + b"Content-Length : 5\r\n\r\nhello",
        UPGRADE + b"Transfer-Encoding: xchunked\r\n\r\nhello",
        UPGRADE + b"Transfer-Encoding:\x0bchunked\r\n\r\nhello",
        UPGRADE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        UPGRADE.replace(b"\r\n", b"\n") + b"\n",
        UPGRADE + b"X-A: 1\n\r\n",
        UPGRADE + b"X-A: 1\r\n folded\r\n\r\n",
        UPGRADE + b" X-A: 1\r\n\r\n",
        UPGRADE + b"X-A: a\0b\r\n\r\n",
        UPGRADE + b"X\0A: a\r\n\r\n",
        UPGRADE + b"X A: a\r\n\r\n",
        UPGRADE + b": a\r\n\r\n",
        UPGRADE + b"no field\r\n\r\n",
    ],
    ids=[
        "Content-Length",
        "Content-Length of nothing",
        "Content-Length without a body",
        "chunked",
        "both",
        "two lengths, the same",
        "two lengths",
        "+ before the length",
        "a list of lengths",
        "negative length",
        "space before the colon",
        "xchunked",
        "vertical tab before chunked",
        "chunked, then identity",
        "bare line feeds",
        "one bare line feed",
        "folded line",
        "folded first line",
        "NUL in a value",
        "NUL in a name",
        "space in a name",
        "no name",
        "no colon",
    ],
)
async def test_an_upgrade_that_could_smuggle_a_request(client: Peer, upstream: ScriptedUpstream, sent: bytes) -> None:
    """S1: 400 and the end of the connection; nothing reaches the upstream."""
    await client.send(sent)
    await refused(client, upstream)


async def test_what_is_pipelined_behind_a_refused_upgrade_is_never_served(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """S2: here the refusal is ours, and the "body" a request."""
    smuggled = handshake.request(b"GET", b"/v1/secrets")
    await client.send(UPGRADE + b"Content-Length: %d\r\n\r\n" % len(smuggled) + smuggled + smuggled)
    await refused(client, upstream)
    # One upgrade that was refused, and not one request more.
    assert ([tap.outcomes for tap in observer.taps], observer.exchanges) == ([["bad_request"]], [])


@pytest.mark.parametrize("method", [b"POST", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"])
async def test_an_upgrade_that_is_no_get(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, method: bytes
) -> None:
    """S3: RFC 6455 section 4.1."""
    await client.send(handshake.request(method, handshake.TARGET, handshake.UPGRADE))
    answer, _ = await client.read_to_end()
    assert handshake.status_of(answer) == 400
    assert upstream.dials == 0
    assert [tap.outcomes for tap in observer.taps] == [["bad_request"]]


async def test_an_upgrade_while_draining_is_refused_and_told_of(
    client: Peer, relay: Relay, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    relay.refuse_upgrades()
    await client.send(handshake.upgrade())
    answer, _ = await client.read_to_end()
    assert (handshake.status_of(answer), handshake.error_of(answer)["code"]) == (503, "draining")
    assert upstream.dials == 0
    assert [tap.outcomes for tap in observer.taps] == [["draining"]]


@pytest.mark.parametrize(
    "sent",
    [
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        b"CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        b"GET / HTTP/3.0\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1x\r\nHost: h\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"G\0T / HTTP/1.1\r\nHost: h\r\n\r\n",
    ],
    ids=[
        "CONNECT",
        "CONNECT /",
        "HTTP/2 preface",
        "TLS hello",
        "SSH banner",
        "HTTP/3.0",
        "HTTP/1.1x",
        "lower-case method",
        "HTTP/0.9",
        "NULs",
        "NUL in the method",
    ],
)
async def test_another_protocol_than_http_1(client: Peer, upstream: ScriptedUpstream, sent: bytes) -> None:
    """S3: a 400, whatever was spoken, and the connection ends."""
    await client.send(sent)
    await refused(client, upstream)


@pytest.mark.parametrize(
    "head",
    [
        UPGRADE + b"X-Long: " + b"x" * 1024 * 1024 + b"\r\n\r\n",
        UPGRADE + b"X" * 1024 * 1024 + b": x\r\n\r\n",
        handshake.upgrade(b"/" + b"x" * 1024 * 1024),
        UPGRADE + b"".join(b"X-%d: x\r\n" % n for n in range(10_000)) + b"\r\n",
        UPGRADE + b"".join(b"X-%d: %b\r\n" % (n, b"x" * 60_000) for n in range(200)) + b"\r\n",
    ],
    ids=["1 MiB value", "1 MiB name", "1 MiB target", "10,000 fields", "200 fields of 60 KB"],
)
async def test_a_head_larger_than_heads_are(client: Peer, upstream: ScriptedUpstream, head: bytes) -> None:
    """S3: refused, not stored."""
    sending = asyncio.create_task(client.send(head))
    await refused(client, upstream)
    await asyncio.wait([sending])
    sending.exception()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", UPGRADE], ids=["nothing", "half a line", "no blank line"])
async def test_a_client_that_never_finishes_its_head(
    start_relay: StartRelay, upstream: ScriptedUpstream, sent: bytes, connect: Connect
) -> None:
    """S3: a slowloris is cut off after the head's time."""
    relay = await start_relay(upstream.port, head_timeout=0.1)
    client = await connect(relay)
    await client.send(sent)
    await client.read_to_end()
    assert upstream.dials == 0


async def test_a_client_that_sends_its_head_slowly_forever(
    start_relay: StartRelay, upstream: ScriptedUpstream, connect: Connect
) -> None:
    """S3: a byte now and then does not prolong the head's time."""
    relay = await start_relay(upstream.port, head_timeout=0.2)
    client = await connect(relay)
    await client.send(UPGRADE + b"X-Slow: ")

    async def trickle() -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await client.send(b"x")
                await asyncio.sleep(0.01)

    trickling = asyncio.create_task(trickle())
    await client.read_to_end()
    trickling.cancel()
    await asyncio.wait([trickling])


async def test_a_slow_session_outlives_the_time_for_its_head(
    start_relay: StartRelay, upstream: ScriptedUpstream, connect: Connect
) -> None:
    """R3: the head's time ends with the head."""
    relay = await start_relay(upstream.port, head_timeout=0.4, handshake_timeout=0.4, connect_timeout=0.4)
    client = await connect(relay)
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING)
    await client.read_head()
    assert await client.nothing_more(0.5)
    await server.send(b"\x81\x00")
    assert await client.read(2) == b"\x81\x00"


TARGETS_THAT_NAME_ANOTHER_HOST = [
    b"@127.0.0.1:%d/",
    b".127.0.0.1:%d/",
    b":443@127.0.0.1:%d/",
    b"http://127.0.0.1:%d/v1",
    b"ws://127.0.0.1:%d/v1",
    b"\\\\127.0.0.1:%d\\",
    b"127.0.0.1:%d",
    b"*",
    b"?x=//127.0.0.1:%d/",
    b"#",
]


@pytest.mark.parametrize("target", TARGETS_THAT_NAME_ANOTHER_HOST, ids=lambda target: target.decode())
@pytest.mark.parametrize("fields", [handshake.UPGRADE, ((b"Host", b"h"),)], ids=["upgrade", "plain"])
async def test_a_target_that_does_not_begin_with_a_slash(
    client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream, target: bytes, fields: handshake.Fields
) -> None:
    """S6: 400, and nobody is dialled at all."""
    target = target.replace(b"%d", b"%d" % evil.port)
    await client.send(handshake.request(b"GET", target, fields))
    await refused(client, upstream)
    assert evil.dials == 0


TARGETS_THAT_LOOK_LIKE_ANOTHER_HOST = [
    b"//127.0.0.1:%d/v1",
    b"///127.0.0.1:%d/v1",
    b"/@127.0.0.1:%d/",
    b"/\\\\127.0.0.1:%d\\",
    b"/../../v1",
    b"/..%%2f..//127.0.0.1:%d",
    b"/http://127.0.0.1:%d/",
    b"/;@127.0.0.1:%d/?@127.0.0.1:%d/",
]


@pytest.mark.parametrize("target", TARGETS_THAT_LOOK_LIKE_ANOTHER_HOST, ids=lambda target: target.decode())
@pytest.mark.parametrize("fields", [handshake.UPGRADE, ((b"Host", b"h"),)], ids=["upgrade", "plain"])
async def test_a_target_only_ever_reaches_the_configured_upstream(
    client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream, target: bytes, fields: handshake.Fields
) -> None:
    """S6: the target is passed on as it is, and means nothing to us."""
    target = target.replace(b"%d", b"%d" % evil.port).replace(b"%%", b"%")
    await client.send(handshake.request(b"GET", target, fields))
    server = await upstream.accept()
    head = await server.read_head()
    assert handshake.first_line_of(head) == b"GET " + target + b" HTTP/1.1"
    assert handshake.fields_of(head)[0] == (b"Host", b"127.0.0.1:%d" % upstream.port)
    assert (upstream.dials, evil.dials) == (1, 0)


@pytest.mark.parametrize("name", [b"Host", b"X-Forwarded-Host", b"Forwarded", b"X-Original-URL", b"X-Host", b"Origin"])
@pytest.mark.parametrize("fields", [handshake.UPGRADE, ((b"Host", b"h"),)], ids=["upgrade", "plain"])
async def test_no_header_chooses_the_upstream(
    client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream, name: bytes, fields: handshake.Fields
) -> None:
    """S6: Host names the configured upstream, everything else is passed on as it is."""
    value = b"127.0.0.1:%d" % evil.port
    sent = (*(field for field in fields if field[0] != name), (name, value))
    await client.send(handshake.request(b"GET", b"/v1", sent))
    server = await upstream.accept()
    hosts = [v for n, v in handshake.fields_of(await server.read_head()) if n == b"Host"]
    assert hosts == [b"127.0.0.1:%d" % upstream.port]
    assert (upstream.dials, evil.dials) == (1, 0)


async def test_a_second_host_field_does_not_reach_the_upstream_as_another_host(
    client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream
) -> None:
    """S6: RFC 9112 section 3.2 wants such a request refused; passing it on with two is what must not happen."""
    await client.send(UPGRADE + b"Host: 127.0.0.1:%d\r\n\r\n" % evil.port)
    if upstream.dials == 0:
        await refused(client, upstream)


async def test_a_request_without_a_host(client: Peer, upstream: ScriptedUpstream) -> None:
    """S6: it gets the configured one, or none at all."""
    await client.send(b"GET / HTTP/1.0\r\nX-A: 1\r\n\r\n")
    server = await upstream.accept()
    head = await server.read_head()
    assert head == b"GET / HTTP/1.0\r\nX-A: 1\r\nHost: 127.0.0.1:%d\r\n\r\n" % upstream.port


async def test_a_refusal_quotes_nothing_of_the_request(
    client: Peer, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    """S9: aiohttp's own answer and log line would show the Authorization of a bad request."""
    await client.send(UPGRADE + b"Authorization: Bearer sk-secret\0\r\n\r\n")
    answer, _ = await client.read_to_end()
    assert b"sk-secret" not in answer
    assert "sk-secret" not in caplog.text


@pytest.mark.parametrize("leave", [Peer.close, Peer.reset], ids=["end", "reset"])
async def test_a_client_that_only_connects_and_leaves(
    relay: Relay,
    connect: Connect,
    upstream: ScriptedUpstream,
    observer: RecordingObserver,
    leave: Callable[[Peer], None],
) -> None:
    """R6: a port check is no request."""
    leave(await connect(relay))
    await (await connect(relay)).send(handshake.upgrade())
    await upstream.accept()
    assert (upstream.dials, len(observer.taps)) == (1, 1)


async def test_a_client_that_ends_without_a_request_is_let_go(client: Peer) -> None:
    client.half_close()
    assert await client.read_to_end() == Rest(b"", End.FIN)
