"""What is no HTTP is refused in a way that shows nothing of it."""

import logging

import pytest

from support.paged import listening, raw
from voicetap.signals.live import LiveView
from voicetap.web.page.guard import HEADERS

HOST = "Host: 127.0.0.1:PORT"


@pytest.mark.parametrize(
    "request_",
    [
        f"GET / HTTP/1.1\n{HOST}\nAuthorization Bearer canary",
        f"GET / canary HTTP/1.1\n{HOST}",
        f"CANARY / HTTP/1.1\n{HOST}\ncanary",
        f"GET /{'canary' * 2000} HTTP/1.1\n{HOST}",
        f"GET / HTTP/1.1\n{HOST}\nContent-Length: 5\nTransfer-Encoding: chunked\ncanary: 1",
        f"GET / HTTP/1.1\n{HOST}\nHost: canary",
        "GET / HTTP/1.1",
        "\x16\x03\x01 canary",
    ],
    ids=["field", "target", "method", "length", "framing", "hosts", "no host", "tls"],
)
async def test_what_cannot_be_read_is_not_quoted(request_: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with listening(LiveView()) as page:
            answer = await raw(page, request_)
    assert (answer.status, answer.json) == (400, {"error": "this cannot be read"})
    assert HEADERS.items() <= dict(answer.headers).items()
    assert (answer.headers["Server"], answer.headers["Cache-Control"]) == ("voicetap", "no-store")
    assert caplog.records == []
