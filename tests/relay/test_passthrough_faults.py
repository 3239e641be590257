"""Plain HTTP requests whose upstream fails, or whose client leaves."""

import pytest

from support import handshake
from support.observer import RecordingObserver
from support.peer import End, Peer, Rest
from support.upstream import ScriptedUpstream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def exchange(client: Peer, upstream: ScriptedUpstream, request: bytes, answer: bytes) -> bytes:
    """Have a request without a body answered; the head that the upstream got."""
    await client.send(request)
    server = await upstream.accept()
    head = await server.read_head()
    await server.send(answer)
    return head


async def test_a_101_to_a_plain_request_is_a_bad_answer(
    client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver
) -> None:
    """S4: nobody asked for it."""
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), handshake.SWITCHING)
    answer, end = await client.read_to_end()
    assert (handshake.status_of(answer), end) == (502, End.FIN)
    assert (observer.taps, [seen.status for seen in observer.exchanges]) == ([], [502])


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200", b"nonsense\r\n\r\n"], ids=["nothing", "half", "nonsense"])
@pytest.mark.parametrize("by_reset", [False, True], ids=["end", "reset"])
async def test_an_upstream_that_gives_no_answer(
    client: Peer, upstream: ScriptedUpstream, answer: bytes, by_reset: bool
) -> None:
    """502, and nothing is tried again, not even a GET."""
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), answer)
    server = upstream.accepted[0]
    server.reset() if by_reset else server.half_close()
    told, end = await client.read_to_end()
    assert (handshake.status_of(told), end) == (502, End.FIN)
    assert handshake.error_of(told)["code"] == "upstream_connect_error"
    assert upstream.dials == 1


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
    ids=["Content-Length", "between chunks", "within a chunk"],
)
@pytest.mark.parametrize("by_reset", [False, True], ids=["end", "reset"])
async def test_a_response_cut_short_stays_short(
    client: Peer, upstream: ScriptedUpstream, cut: bytes, by_reset: bool
) -> None:
    """The end of the connection tells the client; nothing is made up to complete the body."""
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), cut)
    assert await client.read(len(cut)) == cut
    server = upstream.accepted[0]
    server.reset() if by_reset else server.half_close()
    assert (await client.read_to_end()).data == b""


async def test_a_response_without_a_length_that_is_reset_does_not_look_complete(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """Only the reset tells it from a whole one."""
    cut = b"HTTP/1.1 200 OK\r\n\r\nhello"
    await exchange(client, upstream, handshake.request(b"GET", b"/x"), cut)
    assert await client.read(len(cut)) == cut
    upstream.accepted[0].reset()
    assert await client.read_to_end() == Rest(b"", End.RESET)


async def test_a_client_that_leaves_takes_the_upstream_along(client: Peer, upstream: ScriptedUpstream) -> None:
    """R6: no descriptor stays behind, no answer is waited for. (A FIN alone may be a half-close.)"""
    await client.send(handshake.request(b"GET", b"/x"))
    server = await upstream.accept()
    await server.read_head()
    client.reset()
    await server.read_to_end()


async def test_a_client_that_half_closes_behind_its_request_still_gets_its_answer(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """T8: some clients say so that no other request follows."""
    await client.send(handshake.request(b"GET", b"/x"))
    client.half_close()
    server = await upstream.accept()
    await server.read_head()
    await server.send(OK)
    assert await client.read_to_end() == Rest(OK, End.FIN)


async def test_a_client_that_half_closes_while_it_waits_still_gets_its_answer(
    client: Peer, upstream: ScriptedUpstream
) -> None:
    """T8"""
    await client.send(handshake.request(b"GET", b"/x"))
    server = await upstream.accept()
    await server.read_head()
    client.half_close()
    assert await client.nothing_more()
    await server.send(OK)
    assert await client.read_to_end() == Rest(OK, End.FIN)


@pytest.mark.parametrize("chunk", [b"zz\r\nhello\r\n", b"5;\x00\r\nhello\r\n", b"5\r\nhello!\r\n"])
async def test_a_body_that_cannot_be_read_is_refused_and_never_looks_complete(
    client: Peer, upstream: ScriptedUpstream, chunk: bytes
) -> None:
    """S1: after a good chunk."""
    fields = ((b"Host", b"h"), (b"Transfer-Encoding", b"chunked"))
    await client.send(handshake.request(b"POST", b"/x", fields, b"2\r\nok\r\n"))
    server = await upstream.accept()
    await server.read_until(b"ok\r\n")
    await client.send(chunk)
    arrived, _ = await server.read_to_end()
    assert not arrived.endswith(b"0\r\n\r\n")
    server.close()
    answer, end = await client.read_to_end()
    assert (answer.split(b" ")[1], end) == (b"400", End.FIN)


@pytest.mark.parametrize("framing", [(b"Content-Length", b"5"), (b"Transfer-Encoding", b"chunked")])
async def test_no_connection_option_takes_the_framing_of_a_body_away(
    client: Peer, upstream: ScriptedUpstream, framing: tuple[bytes, bytes]
) -> None:
    """S2: `Connection: Upgrade, Content-Length` must not make a body into a request."""
    name, value = framing
    body = b"5\r\nhello\r\n0\r\n\r\n" if value == b"chunked" else b"hello"
    fields = ((b"Host", b"h"), (b"Connection", b"Upgrade, " + name + b", Authorization"), (b"Upgrade", b"h2c"))
    await client.send(handshake.request(b"POST", b"/x", (*fields, (b"Authorization", b"Bearer k"), framing), body))
    server = await upstream.accept()
    seen = handshake.fields_of(await server.read_head())
    assert seen[1:] == [(b"Connection", name + b", Authorization"), (b"Authorization", b"Bearer k"), framing]
