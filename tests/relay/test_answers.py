"""What voicetap answers by itself: the API's error shape, and not a field more than the answer needs."""

import json

import pytest

from support import handshake
from support.peer import End, Rest
from support.relaying import Connect, StartRelay
from support.upstream import unused_port


@pytest.mark.parametrize("sent", [handshake.upgrade(), handshake.request(b"GET", b"/x")], ids=["upgrade", "plain"])
async def test_an_answer_of_our_own(start_relay: StartRelay, connect: Connect, sent: bytes) -> None:
    """S15: no version, no Server, no Date; clients of the API print the message."""
    client = await connect(await start_relay(unused_port()))
    await client.send(sent)
    head, _, body = (await client.read_to_end()).data.partition(b"\r\n\r\n")
    assert head == (
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close"
    ) % len(body)
    error = json.loads(body)["error"]
    assert error.pop("message").startswith("voicetap cannot reach the upstream: ")
    assert error == {"type": "voicetap_error", "code": "upstream_connect_error", "param": None}


async def test_an_answer_to_head_has_no_body(start_relay: StartRelay, connect: Connect) -> None:
    client = await connect(await start_relay(unused_port()))
    await client.send(handshake.request(b"HEAD", b"/x"))
    head = await client.read_head()
    assert handshake.status_of(head) == 502
    assert await client.read_to_end() == Rest(b"", End.FIN)
