"""Where a response ends: the bytes themselves are never touched, only counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.relay.framing import ResponseFraming

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
NEITHER = b"HTTP/1.1 200 OK\r\n\r\nhello"
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"


@pytest.mark.parametrize("response", [LENGTH, CHUNKED, NOT_MODIFIED], ids=["length", "chunks", "no body"])
def test_the_last_byte_ends_a_response_that_delimits_itself(response: bytes) -> None:
    framing = ResponseFraming("GET")
    assert framing.receive(response[:-1]) == len(response) - 1
    assert not framing.ended
    assert framing.receive(response[-1:] + b"alien") == 1
    assert (framing.ended, framing.reusable) == (True, True)


@given(st.sampled_from([LENGTH, CHUNKED, NOT_MODIFIED]), st.lists(st.integers(1, 60)), st.binary(max_size=20))
def test_it_does_not_matter_how_a_response_is_cut(response: bytes, cuts: list[int], behind: bytes) -> None:
    framing = ResponseFraming("GET")
    data, belongs = response + behind, 0
    for cut in [*cuts, len(data)]:
        if not framing.ended:
            belongs += framing.receive(data[:cut])
            data = data[cut:]
    assert (framing.ended, belongs) == (True, len(response))


def test_only_the_end_of_the_connection_ends_a_response_without_a_length() -> None:
    framing = ResponseFraming("GET")
    assert framing.receive(NEITHER) == len(NEITHER)
    assert framing.receive(b" and more") == len(b" and more")
    assert not framing.ended


def test_an_answer_to_head_has_no_body_whatever_it_says() -> None:
    framing = ResponseFraming("HEAD")
    assert framing.receive(LENGTH) == LENGTH.index(b"hello")
    assert framing.ended


@pytest.mark.parametrize(
    "response", [LENGTH.replace(b"OK", b"OK\r\nConnection: close"), LENGTH.replace(b"HTTP/1.1", b"HTTP/1.0")]
)
def test_a_connection_that_the_upstream_will_not_use_again(response: bytes) -> None:
    framing = ResponseFraming("GET")
    assert framing.receive(response) == len(response)
    assert (framing.ended, framing.reusable) == (True, False)


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
        b"HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\nhello",
    ],
)
def test_what_cannot_be_delimited_lasts_until_the_end_of_the_connection(response: bytes) -> None:
    framing = ResponseFraming("GET")
    assert framing.receive(response) == len(response)
    assert framing.receive(b"more") == 4
    assert not framing.ended
