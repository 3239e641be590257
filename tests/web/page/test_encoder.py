"""Documents are what their models say, and nobody waits long for one."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field, ValidationError

from voicetap.web.page.encoder import SLICE, Encoder
from voicetap.web.page.models import Epoch, Model, Revision


class Item(Model):
    name: str
    at: float | None


class Document(Model):
    epoch: Epoch
    revision: Revision
    first: Item
    second: Item | None = Field(description="may be missing")
    items: list[Item]
    names: list[str]
    by_name: dict[str, int]


def item(name: str, at: float | None = 1.5) -> Any:
    """What has such attributes, and more."""
    return SimpleNamespace(name=name, at=at, secret="sk-canary")


def values(*items: Any) -> dict[str, Any]:
    return {
        "epoch": "7abed12d",
        "revision": 5,
        "first": item('a"b', None),
        "second": None,
        "items": items,
        "names": ["</script>", "\u2028"],
        "by_name": {"x": 1},
    }


async def test_a_document_has_what_its_model_has_and_nothing_else() -> None:
    body = await Encoder()(Document, **values(item("c"), item("é")))
    assert json.loads(body) == {
        "epoch": "7abed12d",
        "revision": 5,
        "first": {"name": 'a"b', "at": None},
        "second": None,
        "items": [{"name": "c", "at": 1.5}, {"name": "é", "at": 1.5}],
        "names": ["</script>", "\u2028"],
        "by_name": {"x": 1},
    }
    assert Document.model_validate_json(body, strict=True).revision == 5


@pytest.mark.parametrize("count", [0, 1, 2])
async def test_lists_of_any_length(count: int) -> None:
    body = await Encoder()(Document, **values(*(item(str(number)) for number in range(count))))
    assert [one["name"] for one in json.loads(body)["items"]] == [str(number) for number in range(count)]


async def test_what_is_not_of_the_model_is_a_bug() -> None:
    with pytest.raises(ValidationError):
        await Encoder()(Document, **values(item(5)))  # type: ignore[arg-type]


class Slow:
    """A clock by which each item takes a third of a slice."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += SLICE / 3
        return self.now


async def turns_of_others(work: "asyncio.Task[Any]") -> int:
    """How often somebody else has a turn until it is done."""
    count = 0
    while not work.done():
        await asyncio.sleep(0)
        count += 1
    return count


async def test_others_have_turns_while_a_long_document_is_written() -> None:
    encode = Encoder(clock=Slow())
    work = asyncio.create_task(encode(Document, **values(*[item("x")] * 300)))
    assert 90 < await turns_of_others(work) < 120


async def test_two_documents_are_written_one_after_the_other() -> None:
    """Or between two looks at its sockets, the loop would write a slice of each."""
    encode = Encoder(clock=Slow())
    order: list[str] = []

    def noted(name: str) -> Any:
        class Noting:
            at = None

            @property
            def name(self) -> str:
                order.append(name)
                return name

        return Noting()

    works = [asyncio.create_task(encode(Document, **values(*[noted(name)] * 30))) for name in "ab"]
    await asyncio.gather(*works)
    assert order == ["a"] * 30 + ["b"] * 30
