"""Request heads reach the upstream as they were sent, save for Host; response heads are read by their bytes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import handshake
from support.peer import Peer
from support.upstream import ScriptedUpstream
from voicetap.relay.heads import BadAnswer, end_of_head, headers_of, request_head, status_of

OPENAI = (
    (b"Authorization", b"Bearer sk-test"),
    (b"OpenAI-Beta", b"realtime=v1"),
    (b"x-a", b"1"),
    (b"X-A", b"2"),
    (b"X-a", b"1"),
    (b"Sec-WebSocket-Protocol", b"realtime, openai-insecure-api-key.ek_1"),
    (b"sec-websocket-protocol", b"openai-beta.realtime-v1"),
    (b"Sec-WebSocket-Extensions", b'permessage-deflate; client_max_window_bits, x-custom; a="1"'),
    (b"SEC-WEBSOCKET-EXTENSIONS", b"permessage-deflate"),
    (b"Cookie", b"a=1; b=2"),
    (b"Cookie", b"c=3"),
    (b"X-Obs-Text", b"caf\xc3\xa9 \xff\x80\xa0 end"),
    (b"X-Inner-Space", b"a  b\tc"),
    (b"X-Empty", b""),
    (b"!#$%&'*+-.^_`|~09azAZ", b"every token character"),
    (b"X-Long", b"0123456789abcdef" * 512),
    (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    (b"X-Forwarded-For", b"203.0.113.7"),
    (b"Via", b"1.1 somebody"),
    (b"Keep-Alive", b"timeout=5"),
    (b"Proxy-Authorization", b"Basic eA=="),
    (b"TE", b"trailers"),
)


def expected(fields: handshake.Fields, upstream: ScriptedUpstream) -> list[tuple[bytes, bytes]]:
    """The same list; only Host names the upstream, in the place where it stood."""
    host = b"127.0.0.1:%d" % upstream.port
    return [(name, host if name.lower() == b"host" else value) for name, value in fields]


@pytest.mark.parametrize(
    "fields",
    [
        (*handshake.UPGRADE, *OPENAI),
        (*OPENAI, *handshake.UPGRADE),
        (*OPENAI[:4], *reversed(handshake.UPGRADE), *OPENAI[4:]),
        tuple((name.upper(), value) for name, value in handshake.UPGRADE),
        tuple((name.lower(), value) for name, value in handshake.UPGRADE),
        (*handshake.UPGRADE, *((b"X-%d" % n, b"v") for n in range(200))),
    ],
    ids=["Host first", "Host late", "Host between", "upper case", "lower case", "205 fields"],
)
async def test_the_header_list_of_an_upgrade(
    client: Peer, upstream: ScriptedUpstream, fields: handshake.Fields
) -> None:
    """T11: duplicates, case, order, odd bytes; nothing added, nothing taken away."""
    await client.send(handshake.request(b"GET", handshake.TARGET, fields))
    server = await upstream.accept()
    assert handshake.fields_of(await server.read_head()) == expected(fields, upstream)


async def test_white_space_around_a_value_is_the_only_thing_not_kept(client: Peer, upstream: ScriptedUpstream) -> None:
    """T11: RFC 9112 section 5.1 makes it no part of the value."""
    await client.send(handshake.upgrade()[:-2] + b"X-A:1\r\nX-B: \t 2 \t\r\n\r\n")
    server = await upstream.accept()
    assert (await server.read_head()).endswith(b"\r\nX-A: 1\r\nX-B: 2\r\n\r\n")


TARGETS = [
    b"/",
    b"/v1/realtime?model=gpt-realtime",
    b"/v1/realtime?",
    b"/v1/realtime??a=b",
    b"/v1/realtime?model=a%2fb%2Fc&x=%7E%7e~&y=a+b%20c&z=%C3%A9",
    b"/a%2fb/%7Euser/c%20d+e",
    b"/v1//realtime///",
    b"/v1/./realtime/../other",
    b"/v1/realtime?next=http://evil.example/&at=@#fragment",
    b"/%00%0d%0aX-Injected:%201",
    b"/%",
    b"/%zz?%",
    b"/?&&==&a&a=&=b;c",
    b"/v1/realtime?call_id=rtc_1&q='\"<>{}|\\^`[]",
    b"/openai/realtime?api-version=2024-10-01-preview&deployment=d",
    b"/v1/realtime?q=" + b"%41a" * 2048,
]


@pytest.mark.parametrize(
    "target", TARGETS, ids=lambda target: target[:50].decode("latin-1").encode("unicode_escape").decode()
)
async def test_the_request_line_of_an_upgrade(client: Peer, upstream: ScriptedUpstream, target: bytes) -> None:
    """T12"""
    await client.send(handshake.upgrade(target))
    server = await upstream.accept()
    assert handshake.first_line_of(await server.read_head()) == b"GET " + target + b" HTTP/1.1"


@pytest.mark.parametrize(
    "target", TARGETS, ids=lambda target: target[:50].decode("latin-1").encode("unicode_escape").decode()
)
async def test_the_request_line_of_a_plain_request(client: Peer, upstream: ScriptedUpstream, target: bytes) -> None:
    """T12"""
    await client.send(handshake.request(b"POST", target, ((b"Host", b"h"), (b"Content-Length", b"0"))))
    server = await upstream.accept()
    assert handshake.first_line_of(await server.read_head()) == b"POST " + target + b" HTTP/1.1"


@pytest.mark.parametrize("target", [b"/v1/\xc3\xa9?x=\xc3\xa9", b"/v1/\xff\xfe?x=\x80"], ids=["UTF-8", "no UTF-8"])
async def test_a_target_with_bytes_that_no_uri_may_have(
    client: Peer, upstream: ScriptedUpstream, target: bytes
) -> None:
    """T12: RFC 3986 section 2 knows ASCII alone, and aiohttp's parser insists; refused then, never altered."""
    await client.send(handshake.upgrade(target))
    answer, _ = await client.read_to_end()
    assert handshake.status_of(answer) == 400
    assert upstream.dials == 0


@pytest.mark.parametrize(
    "sent",
    [
        handshake.upgrade()[:-2] + b"X-A: 1\rX-Injected: 1\r\n\r\n",
        handshake.upgrade()[:-2] + b"X-A: 1\nX-Injected: 1\r\n\r\n",
        handshake.upgrade()[:-2] + b"X-A: 1\r\n X-Injected: 1\r\n\r\n",
        handshake.upgrade()[:-2] + b"Sec-WebSocket-Protocol: realtime\rX-Injected: 1\r\n\r\n",
        handshake.upgrade(b"/v1/\rX-Injected:1"),
        handshake.upgrade(b"/v1/ HTTP/1.1\rX-Injected: 1\r"),
        handshake.upgrade(b"/v1/ HTTP/1.1\nX-Injected: 1\nX-B: "),
    ],
    ids=[
        "CR in a value",
        "LF in a value",
        "a folded value",
        "CR in the subprotocol",
        "CR in the target",
        "CR and a version in the target",
        "LF and a version in the target",
    ],
)
async def test_a_line_break_never_makes_a_header_of_the_upstreams(
    client: Peer, upstream: ScriptedUpstream, sent: bytes
) -> None:
    """S5: refused, or passed on as the value that it was."""
    await client.send(sent)
    answer, _ = await client.read_to_end()
    assert handshake.status_of(answer) == 400
    assert upstream.dials == 0


@pytest.mark.parametrize("escaped", [b"%0d%0aX-Injected:%201", b"%0D%0A%0D%0AGET%20/secret"])
async def test_an_escaped_line_break_stays_escaped(client: Peer, upstream: ScriptedUpstream, escaped: bytes) -> None:
    """S5: in the target as in a value."""
    await client.send(handshake.upgrade(b"/v1/" + escaped, (b"X-A", escaped)))
    server = await upstream.accept()
    head = await server.read_head()
    assert handshake.first_line_of(head) == b"GET /v1/" + escaped + b" HTTP/1.1"
    assert handshake.fields_of(head)[-1] == (b"X-A", escaped)


def test_a_request_without_host_gets_one_at_its_end() -> None:
    head = request_head("GET", "/", (1, 0), [(b"X-A", b"1")], b"upstream:8080")
    assert head == b"GET / HTTP/1.0\r\nX-A: 1\r\nHost: upstream:8080\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", None),
        (b"HTTP/1.1 101 x\r\n\r", None),
        (b"HTTP/1.1 101 x\r\n\r\n", 18),
        (b"HTTP/1.1 101 x\r\n\r\n\x81\x00\r\n\r\n", 18),
        (b"HTTP/1.1 101 x\n\nrest", 16),
        (b"HTTP/1.1 101 x\r\n\nrest", 17),
    ],
)
def test_where_a_head_ends(data: bytes, end: int | None) -> None:
    assert end_of_head(data) == end


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", 101),
        (b"HTTP/1.0 404 \r\n\r\n", 404),
        (b"HTTP/1.1 599\r\n\r\n", 599),
        (b"HTTP/1.1 200\n\n", 200),
    ],
)
def test_the_status_of_a_head(head: bytes, status: int) -> None:
    assert status_of(head) == status


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 2000 x\r\n\r\n",
        b"HTTP/1.1 099 x\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
    ],
)
def test_what_is_no_status_line(head: bytes) -> None:
    with pytest.raises(BadAnswer):
        status_of(head)


def test_the_fields_of_a_head() -> None:
    head = b"HTTP/1.1 101 x\r\nX-A: 1\r\nx-a:2 \r\nno field\r\nX-B:\t\xff \r\n\r\n"
    assert headers_of(head) == [(b"X-A", b"1"), (b"x-a", b"2"), (b"X-B", b"\xff")]


TOKEN = st.text("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1).map(
    str.encode
)
VALUE = st.binary(max_size=40).map(lambda value: value.translate(None, bytes(range(32)) + b"\x7f").strip(b" "))


@given(st.lists(st.tuples(TOKEN, VALUE), max_size=20))
def test_a_written_head_reads_as_it_was_received(fields: list[tuple[bytes, bytes]]) -> None:
    """T11: for any field list, Host apart."""
    sent = [(name, value) for name, value in fields if name.lower() != b"host"]
    head = request_head("GET", "/x", (1, 1), sent, b"h")
    assert handshake.fields_of(head) == [*sent, (b"Host", b"h")]
