"""The keys of the JSON: each has its place in the documentation, and those of the contract are all there."""

import re
from collections.abc import Iterator
from typing import get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from support.requires import REPOSITORY
from voicetap.signals.report import Report
from voicetap.signals.report.model import RateLimit, TranscriptionFailure, TruncatedItem


def places(of: object, place: str = "") -> Iterator[str]:
    """The place of every key, as the documentation writes it."""
    if isinstance(of, type) and issubclass(of, Struct):
        for field, member in get_type_hints(of).items():
            here = f"{place}.{field}" if place else field
            below = [*places(member, here)]
            yield from below or [here]
    elif get_origin(of) is list:
        yield from places(get_args(of)[0], f"{place}[]")
    elif get_origin(of) is dict:
        yield from places(get_args(of)[1], f"{place}.NAME")
    else:
        for one in get_args(of):
            yield from places(one, place)


def test_the_documentation_has_every_key_in_its_order_and_no_other() -> None:
    page = (REPOSITORY / "docs" / "replay.md").read_text("utf-8").partition("## The JSON")[2]
    documented = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert [place for place in documented if place != "session.close"] == [*places(Report)]


def test_an_empty_report_has_every_key() -> None:
    report = msgspec.to_builtins(Report("call.jsonl"))
    assert report.keys() == set(Report.__struct_fields__)
    assert report["latency_ms"]["turn"] == []
    assert report["session"]["close"] is None


def test_a_message_is_absent_and_not_null_where_content_is_off() -> None:
    assert msgspec.to_builtins(TranscriptionFailure("item_1", "server_error")) == {
        "item_id": "item_1",
        "code": "server_error",
    }


def test_what_is_not_known_is_null() -> None:
    assert msgspec.to_builtins(TruncatedItem("item_1", 900))["unheard_ms"] is None
    assert msgspec.to_builtins(RateLimit(None, 5, None)) == {"limit": None, "remaining": 5, "reset_seconds": None}
