from typing import Any

import msgspec
import pytest

from voicetap.realtime.values import Code, Index, Name, Number


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Name, b'"item_1"', "item_1"),
        (Name, b"null", None),
        (Name, b'"%s"' % (b"i" * 512), "i" * 512),
        (Number, b"1500", 1500),
        (Number, b"1500.25", 1500.25),
        (Number, b"-1", -1),
        (Number, b"9007199254740992", 2**53),
        (Index, b"0", 0),
        (Code, b'"rate_limit_exceeded"', "rate_limit_exceeded"),
        (Code, b"404", 404),
    ],
)
def test_what_servers_send(kind: Any, text: bytes, value: object) -> None:
    assert msgspec.json.decode(text, type=kind) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(Name, b'"%s"' % (b"i" * 513), id="an id too long to be kept"),
        pytest.param(Code, b'"%s"' % (b"i" * 513), id="a code too long to be kept"),
        pytest.param(Name, b"5", id="no id"),
        pytest.param(Number, b'"5"', id="no number"),
        pytest.param(Number, b"9007199254740993", id="an integer that no float equals"),
        pytest.param(Number, b"9" * 400, id="an integer that float() cannot take"),
        pytest.param(Number, b"1e300", id="a float, the square of which is infinite"),
        pytest.param(Number, b"-1e300", id="the same below zero"),
        pytest.param(Index, b"0.5", id="no place in a list"),
        pytest.param(Code, b"9" * 4000, id="a number that takes long to print"),
    ],
)
def test_what_could_not_be_kept_or_counted_with(kind: Any, text: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=kind)
