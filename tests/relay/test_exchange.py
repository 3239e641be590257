"""The upstream's answer to an upgrade that it refuses, byte for byte, however it is delimited."""

import contextlib
import gzip
import itertools

import pytest

from support import handshake
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.upstream import ScriptedUpstream

ERROR = b'{"error":{"type":"requests","code":"rate_limit_exceeded","message":"Slow down \xe2\x80\x93 please"}}'

REASONS = {
    400: b"Bad Request",
    401: b"Unauthorized",
    403: b"Forbidden",
    404: b"Not Found",
    429: b"Too Many Requests",
    500: b"Internal Server Error",
    503: b"Service Unavailable",
}

DELIMITED = {
    "Content-Length": (b"Content-Length: %d\r\n" % len(ERROR), ERROR),
    "chunked": (
        b"transfer-encoding: Chunked\r\n",
        b"a\r\n" + ERROR[:10] + b"\r\n%x\r\n" % (len(ERROR) - 10) + ERROR[10:] + b"\r\n0\r\n\r\n",
    ),
    "chunk extensions and trailers": (
        b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
        b"%X;note=1\r\n" % len(ERROR) + ERROR + b"\r\n00\r\nX-Sum: 1\r\n\r\n",
    ),
    "until close": (b"Connection: close\r\n", ERROR),
    "until close, HTTP/1.0": (b"Server: old\r\n", ERROR),
    "empty": (b"Content-Length: 0\r\n", b""),
}

NOTES = (
    b"Date: Fri, 21 Nov 2025 08:00:00 GMT\r\n"
    b"x-request-id: req_1\r\n"
    b"Set-Cookie: __cf_bm=1; path=/; HttpOnly\r\n"
    b"OpenAI-Processing-Ms: 3\r\n"
    b"X-A: 1\r\n"
    b"x-a:2\r\n"
    b"retry-after:   20  \r\n"
    b"set-cookie: second=\xc3\xa9\xff\r\n"
    b"X-Empty:\r\n"
    b"openai-organization: org\r\n"
)


async def refuse(client: Peer, upstream: ScriptedUpstream, answer: bytes, *, size: int = 1_000_000) -> Peer:
    """Have an upgrade answered so; the upstream's end."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send_in_slices(answer, size)
    return server


@pytest.mark.parametrize(("status", "delimited"), [*itertools.product(REASONS, DELIMITED)])
async def test_a_refusal_is_passed_on_byte_for_byte(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, status: int, delimited: str
) -> None:
    """T10: status line, field order, case and duplicates, body and its framing; then the connection ends."""
    fields, body = DELIMITED[delimited]
    version = b"HTTP/1.0" if delimited.endswith("1.0") else b"HTTP/1.1"
    refusal = version + b" %d %b\r\n" % (status, REASONS[status]) + NOTES + fields + b"\r\n" + body
    server = await refuse(client, upstream, refusal)
    if delimited.startswith("until close"):
        assert await client.read(len(refusal)) == refusal
        assert await client.nothing_more(0.01)
        server.half_close()
        assert await client.read_to_end() == Rest(b"", End.FIN)
    else:
        assert await client.read_to_end() == Rest(refusal, End.FIN)
    assert observer.taps[-1].outcomes == [str(status)]
    assert observer.taps[-1].chunks == []
    assert upstream.dials == 1


@pytest.mark.parametrize("delimited", DELIMITED)
async def test_a_refusal_that_comes_byte_by_byte(client: Peer, upstream: ScriptedUpstream, delimited: str) -> None:
    """T10"""
    fields, body = DELIMITED[delimited]
    refusal = b"HTTP/1.1 429 Too Many Requests\r\n" + fields + b"\r\n" + body
    server = await refuse(client, upstream, refusal, size=1)
    server.half_close()
    assert await client.read_to_end() == Rest(refusal, End.FIN)


@pytest.mark.parametrize(
    "refusal",
    [
        b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 429\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 599 \xc3\x89trange\xff\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 418 I'm a teapot\nContent-Length: 2\n\nno",
    ],
    ids=["204", "304", "200", "no reason", "odd reason", "bare line feeds"],
)
async def test_a_refusal_of_another_kind(client: Peer, upstream: ScriptedUpstream, refusal: bytes) -> None:
    """T10: the connection ends after it although the upstream keeps its own open."""
    await refuse(client, upstream, refusal)
    assert await client.read_to_end() == Rest(refusal, End.FIN)


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 7\r\n",
        b"Content-Length: +5\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Bad Name : x\r\nContent-Length: 5\r\n",
    ],
)
async def test_a_refusal_whose_framing_is_in_doubt_lasts_until_the_upstream_ends(
    client: Peer, upstream: ScriptedUpstream, fields: bytes
) -> None:
    """T10: not ours to judge; the end of the connection delimits it in any case."""
    refusal = b"HTTP/1.1 400 Bad Request\r\n" + fields + b"\r\n5\r\nhello\r\n0\r\n\r\n"
    server = await refuse(client, upstream, refusal)
    server.half_close()
    assert await client.read_to_end() == Rest(refusal, End.FIN)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    client: Peer, upstream: ScriptedUpstream, evil: ScriptedUpstream, status: int
) -> None:
    """T10, S6: the Authorization header would travel with it."""
    refusal = b"HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % (status, evil.port)
    await refuse(client, upstream, refusal)
    assert await client.read_to_end() == Rest(refusal, End.FIN)
    assert (upstream.dials, evil.dials) == (1, 0)


async def test_informational_answers_come_before_the_final_one(client: Peer, upstream: ScriptedUpstream) -> None:
    """T10: each as soon as it is there."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    server = await refuse(client, upstream, hints)
    assert await client.read_head() == hints
    await server.send(b"HTTP/1.1 100 Continue\r\n\r\n" + handshake.SWITCHING + b"\x81\x00")
    expected = b"HTTP/1.1 100 Continue\r\n\r\n" + handshake.SWITCHING + b"\x81\x00"
    assert await client.read(len(expected)) == expected


async def test_a_large_refusal(client: Peer, upstream: ScriptedUpstream) -> None:
    """T10: 2 MB until the end, in whatever pieces."""
    body = bytes(range(256)) * 8000
    refusal = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    await refuse(client, upstream, refusal)
    assert await client.read_to_end() == Rest(refusal, End.FIN)


async def test_a_compressed_refusal_stays_compressed(client: Peer, upstream: ScriptedUpstream) -> None:
    """T10"""
    body = gzip.compress(ERROR)
    head = b"HTTP/1.1 401 Unauthorized\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    await refuse(client, upstream, head + body)
    assert await client.read_to_end() == Rest(head + body, End.FIN)


@pytest.mark.parametrize("delimited", ["Content-Length", "chunked"])
@pytest.mark.parametrize("by_reset", [False, True], ids=["end", "reset"])
async def test_a_refusal_cut_short_stays_short(
    client: Peer, upstream: ScriptedUpstream, delimited: str, by_reset: bool
) -> None:
    """T10: nothing is made up to complete it."""
    fields, body = DELIMITED[delimited]
    cut = (b"HTTP/1.1 500 Internal Server Error\r\n" + fields + b"\r\n" + body)[:-20]
    server = await refuse(client, upstream, cut)
    assert await client.read(len(cut)) == cut
    server.reset() if by_reset else server.half_close()
    assert (await client.read_to_end()).data == b""


async def test_a_refusal_without_a_length_that_is_reset_does_not_look_complete(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """T10: only the reset tells it from a whole one."""
    cut = b"HTTP/1.1 500 Internal Server Error\r\n\r\n" + ERROR[:20]
    server = await refuse(client, upstream, cut)
    assert await client.read(len(cut)) == cut
    server.reset()
    assert await client.read_to_end() == Rest(b"", End.RESET)


async def test_nothing_behind_a_refusal_is_passed_on(client: Peer, upstream: ScriptedUpstream) -> None:
    """S2: what an upstream sends behind a whole answer belongs to no request."""
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"
    await refuse(client, upstream, refusal + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalien")
    assert await client.read_to_end() == Rest(refusal, End.FIN)


SMUGGLED = b"GET /v1/secrets HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer other\r\n\r\n"


@pytest.mark.parametrize("delimited", DELIMITED)
async def test_a_request_pipelined_behind_a_refused_upgrade_is_never_served(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver, delimited: str
) -> None:
    """S2: CVE-2026-69243 of aiohttp; the refusal arrives whole all the same."""
    fields, body = DELIMITED[delimited]
    refusal = b"HTTP/1.1 401 Unauthorized\r\n" + fields + b"\r\n" + body
    await client.send(handshake.upgrade() + SMUGGLED)
    server = await upstream.accept()
    request = await server.read_head()
    await server.send(refusal)
    server.half_close()
    assert (await client.read_to_end()).data == refusal
    assert (await server.read_to_end()).data == b""
    assert SMUGGLED not in request
    assert (upstream.dials, observer.exchanges) == (1, [])


async def test_a_request_sent_after_a_refusal_is_never_served(client: Peer, upstream: ScriptedUpstream) -> None:
    """S2: too late as well as too early."""
    await refuse(client, upstream, b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    await client.read_head()
    with contextlib.suppress(ConnectionError):
        await client.send(SMUGGLED)
    assert (await client.read_to_end()).data == b""
    assert upstream.dials == 1
