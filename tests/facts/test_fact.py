import inspect

import pytest

import voicetap.facts
from voicetap.chunks import Side
from voicetap.facts import BytesRelayed, Fact


def facts() -> list[type[Fact]]:
    classes = inspect.getmembers(voicetap.facts, inspect.isclass)
    return [value for _, value in classes if issubclass(value, Fact)]


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.__name__)
def test_a_fact_is_frozen_begins_with_its_time_and_is_described(fact: type[Fact]) -> None:
    config = fact.__struct_config__
    assert (fact.__struct_fields__[0], config.frozen, config.gc) == ("at", True, False)
    assert fact.__doc__


def test_equal_facts_are_equal() -> None:
    assert BytesRelayed(1.0, Side.CLIENT, 10) == BytesRelayed(1.0, Side.CLIENT, 10)
    assert BytesRelayed(1.0, Side.CLIENT, 10) != BytesRelayed(1.0, Side.SERVER, 10)
