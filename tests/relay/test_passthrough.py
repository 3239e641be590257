"""Plain HTTP requests: method, target, header list and bodies as they came, streamed both ways, one dial each."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from support import handshake
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.relaying import StartRelay
from support.upstream import ScriptedUpstream
from support.waiting import eventually
from voicetap.relay import Relay

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"
HOST = (b"Host", b"relay.example")


def chunks(*parts: bytes) -> bytes:
    """A body in chunks, ended."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


async def exchange(client: Peer, upstream: ScriptedUpstream, request: bytes, answer: bytes) -> bytes:
    """Have a request without a body answered; the head that the upstream got."""
    await client.send(request)
    server = await upstream.accept()
    head = await server.read_head()
    await server.send(answer)
    return head


FIELDS = (
    (b"X-First", b"1"),
    HOST,
    (b"authorization", b"Bearer sk-test"),
    (b"X-A", b"1"),
    (b"x-a", b"2"),
    (b"X-A", b"caf\xc3\xa9 \xff"),
    (b"Cookie", b"a=1"),
    (b"Cookie", b"b=2"),
    (b"Accept-Encoding", b"br"),
    (b"Connection", b"keep-alive"),
    (b"Content-Length", b"0"),
)


@pytest.mark.parametrize(
    "method", [b"GET", b"POST", b"HEAD", b"DELETE", b"PUT", b"PATCH", b"OPTIONS", b"TRACE", b"PROPFIND"]
)
async def test_method_target_and_headers_as_they_came(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, method: bytes
) -> None:
    """T11, T12: nothing added (no Accept, User-Agent, Via), nothing taken away; Host replaced in place."""
    target = b"/v1/realtime/calls?x=%2f%7E+a&"
    head = await exchange(client, upstream, handshake.request(method, target, FIELDS), NOTHING)
    host = (b"Host", b"127.0.0.1:%d" % upstream.port)
    assert head == handshake.request(method, target, tuple(host if field == HOST else field for field in FIELDS))
    assert await client.read_head() == NOTHING
    await eventually(lambda: observer.exchanges)
    assert [(seen.target.encode(), seen.status) for seen in observer.exchanges] == [(target, 204)]


@pytest.mark.parametrize("method", [b"GET", b"POST", b"DELETE"])
async def test_a_body_of_known_length(client: Peer, upstream: ScriptedUpstream, method: bytes) -> None:
    body = bytes(range(256)) * 400
    await client.send(handshake.request(method, b"/x", (HOST, (b"Content-Length", b"%d" % len(body))), body))
    server = await upstream.accept()
    await server.read_head()
    assert await server.read(len(body)) == body
    await server.send(OK)
    assert await client.read(len(OK)) == OK
    assert await server.read_to_end() == Rest(b"", End.FIN)


async def test_a_body_in_chunks(client: Peer, upstream: ScriptedUpstream) -> None:
    """Its pieces may be cut otherwise; it stays in chunks, and its bytes are the same."""
    head = handshake.request(b"POST", b"/x", (HOST, (b"Transfer-Encoding", b"chunked")))
    await client.send(head + chunks(b"hello ", b"world", b"!" * 1000))
    server = await upstream.accept()
    assert (b"Transfer-Encoding", b"chunked") in handshake.fields_of(await server.read_head())
    body = b""
    while size := int((await server.read_until(b"\r\n"))[:-2], 16):
        body += await server.read(size)
        assert await server.read(2) == b"\r\n"
    assert await server.read(2) == b"\r\n"
    assert body == b"hello world" + b"!" * 1000
    await server.send(OK)
    assert await client.read(len(OK)) == OK


async def test_a_request_body_is_streamed(client: Peer, upstream: ScriptedUpstream) -> None:
    """Its first bytes reach the upstream before its last are sent."""
    await client.send(handshake.request(b"POST", b"/x", (HOST, (b"Content-Length", b"10")), b"first"))
    server = await upstream.accept()
    await server.read_head()
    assert await server.read(5) == b"first"
    await client.send(b" last")
    assert await server.read(5) == b" last"


async def test_a_request_body_in_chunks_is_streamed(client: Peer, upstream: ScriptedUpstream) -> None:
    await client.send(handshake.request(b"POST", b"/x", (HOST, (b"Transfer-Encoding", b"chunked")), b"5\r\nfirst\r\n"))
    server = await upstream.accept()
    await server.read_head()
    assert await server.read(10) == b"5\r\nfirst\r\n"
    await client.send(b"4\r\nlast\r\n0\r\n\r\n")
    assert await server.read(14) == b"4\r\nlast\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "first", "last"),
    [
        (b"Content-Type: text/event-stream\r\nContent-Length: 10\r\n", b"first", b" last"),
        (
            b"Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n",
            b"5;x\r\nfirst\r\n",
            b"0\r\nX-Sum: 1\r\n\r\n",
        ),
    ],
    ids=["Content-Length", "chunked"],
)
async def test_a_response_body_is_streamed(
    client: Peer, upstream: ScriptedUpstream, fields: bytes, first: bytes, last: bytes
) -> None:
    """Its first bytes reach the client before its last are sent; chunks stay as they were."""
    head = b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n"
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), head + first)
    assert await client.read(len(head + first)) == head + first
    await upstream.accepted[0].send(last)
    assert await client.read(len(last)) == last


async def test_a_response_body_until_the_end_of_the_connection(client: Peer, upstream: ScriptedUpstream) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(100_000)
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), answer)
    assert await client.read(len(answer)) == answer
    assert await client.nothing_more()
    upstream.accepted[0].half_close()
    assert await client.read_to_end() == Rest(b"", End.FIN)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        (b"GET", NOTHING),
        (b"GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: x\r\n\r\n"),
        (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        (b"HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (b"GET", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
    ],
    ids=["204", "304", "HEAD with a length", "HEAD with chunks", "nothing"],
)
async def test_a_response_without_a_body_ends_with_its_head(
    client: Peer, upstream: ScriptedUpstream, method: bytes, answer: bytes
) -> None:
    """And the client's connection serves the next request."""
    await exchange(client, upstream, handshake.request(method, b"/x"), answer)
    assert await client.read_head() == answer
    await client.send(handshake.request(b"GET", b"/y"))
    server = await upstream.accept()
    assert handshake.first_line_of(await server.read_head()) == b"GET /y HTTP/1.1"
    await server.send(OK)
    assert await client.read(len(OK)) == OK


async def test_two_requests_on_one_connection_are_answered_in_order(client: Peer, upstream: ScriptedUpstream) -> None:
    """Pipelined: the second one waits for the first one's answer."""
    await client.send(handshake.request(b"GET", b"/1") + handshake.request(b"GET", b"/2"))
    for n in (b"1", b"2"):
        server = await upstream.accept()
        assert handshake.first_line_of(await server.read_head()) == b"GET /" + n + b" HTTP/1.1"
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + n
        assert await client.nothing_more(0.01)
        await server.send(answer)
        assert await client.read(len(answer)) == answer
    assert upstream.dials == 2


@pytest.mark.parametrize(
    ("request_fields", "response_fields"),
    [((b"Connection", b"close"), b""), ((b"X-A", b"1"), b"Connection: close\r\n")],
    ids=["asked by the client", "said by the upstream"],
)
async def test_a_connection_that_shall_not_be_kept(
    client: Peer, upstream: ScriptedUpstream, request_fields: tuple[bytes, bytes], response_fields: bytes
) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + response_fields + b"Content-Length: 2\r\n\r\nok"
    await exchange(client, upstream, handshake.request(b"GET", b"/x", (HOST, request_fields)), answer)
    assert await client.read_to_end() == Rest(answer, End.FIN)


async def test_an_upgrade_after_a_plain_request(client: Peer, upstream: ScriptedUpstream) -> None:
    """On the same connection, with a frame right behind it."""
    await exchange(client, upstream, handshake.request(b"POST", b"/v1/realtime/client_secrets"), OK)
    await client.read(len(OK))
    await client.send(handshake.upgrade() + b"\x81\x80\0\0\0\0")
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING)
    assert await server.read(6) == b"\x81\x80\0\0\0\0"
    assert await client.read_head() == handshake.SWITCHING


async def test_expect_100_continue_is_the_upstreams_to_answer(client: Peer, upstream: ScriptedUpstream) -> None:
    fields = (HOST, (b"Expect", b"100-continue"), (b"Content-Length", b"5"))
    await client.send(handshake.request(b"POST", b"/x", fields))
    server = await upstream.accept()
    assert (b"Expect", b"100-continue") in handshake.fields_of(await server.read_head())
    assert await client.nothing_more()
    await server.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert await client.read_head() == b"HTTP/1.1 100 Continue\r\n\r\n"
    await client.send(b"hello")
    assert await server.read(5) == b"hello"
    await server.send(OK)
    assert await client.read(len(OK)) == OK


async def test_expect_100_continue_refused(client: Peer, upstream: ScriptedUpstream) -> None:
    """The body never comes, and nobody waits for it."""
    fields = (HOST, (b"Expect", b"100-continue"), (b"Content-Length", b"5"))
    refusal = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"
    await exchange(client, upstream, handshake.request(b"POST", b"/x", fields), refusal)
    assert await client.read_head() == refusal


async def test_an_answer_before_the_request_is_whole(client: Peer, upstream: ScriptedUpstream) -> None:
    """A 413 must reach a client that is still sending."""
    refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    await exchange(
        client, upstream, handshake.request(b"POST", b"/x", (HOST, (b"Content-Length", b"1000")), b"x"), refusal
    )
    assert await client.read_head() == refusal


async def test_what_follows_a_request_that_was_answered_early_is_never_a_request(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """S2: the rest of that body is a body, whatever it looks like."""
    smuggled = handshake.request(b"GET", b"/v1/secrets")
    fields = (HOST, (b"Content-Length", b"%d" % (len(smuggled) + 1)))
    refusal = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"
    await exchange(client, upstream, handshake.request(b"POST", b"/x", fields, b"x"), refusal)
    assert await client.read_head() == refusal
    await client.send(smuggled)
    await client.read_to_end()
    assert upstream.dials == 1


async def test_set_cookie_twice_and_no_cookie_kept(client: Peer, upstream: ScriptedUpstream) -> None:
    """One caller's cookies must not travel with another's request."""
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; path=/\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), answer)
    assert await client.read_head() == answer
    await client.send(handshake.request(b"GET", b"/y"))
    server = await upstream.accept()
    assert b"cookie" not in (await server.read_head()).lower()


async def test_a_redirect_is_not_followed(client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream) -> None:
    """S6"""
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % evil.port
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), answer)
    assert await client.read_head() == answer
    assert (upstream.dials, evil.dials) == (1, 0)


async def test_a_compressed_body_stays_compressed(client: Peer, upstream: ScriptedUpstream) -> None:
    """Both ways."""
    body = gzip.compress(b"hello" * 1000)
    fields = ((b"Content-Encoding", b"gzip"), (b"Content-Length", b"%d" % len(body)))
    await client.send(handshake.request(b"POST", b"/x", (HOST, *fields), body))
    server = await upstream.accept()
    await server.read_head()
    assert await server.read(len(body)) == body
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    await server.send(answer)
    assert await client.read(len(answer)) == answer


@pytest.fixture
async def api() -> AsyncIterator[int]:
    """An ordinary server; its port."""

    async def echo(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"X-Method": request.method})
        response.enable_chunked_encoding()
        await response.prepare(request)
        async for data in request.content.iter_any():
            await response.write(data)
        return response

    application = web.Application(client_max_size=1 << 30)
    application.router.add_route("*", "/{tail:.*}", echo)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def relay_of_api(api: int, start_relay: StartRelay) -> Relay:
    return await start_relay(api)


async def test_an_ordinary_client_and_an_ordinary_server(relay_of_api: Relay) -> None:
    """20 MB there and back, four at a time, on kept connections."""
    body = bytes(range(256)) * 20_000
    async with aiohttp.ClientSession(f"http://127.0.0.1:{relay_of_api.port}") as http:

        async def post() -> bytes:
            async with http.post("/v1/realtime/calls", data=io.BytesIO(body)) as response:
                assert (response.status, response.headers["X-Method"]) == (200, "POST")
                return await response.read()

        assert [answer == body for answer in await asyncio.gather(*(post() for _ in range(4)))] == [True] * 4
        for _ in range(3):
            assert await post() == body
