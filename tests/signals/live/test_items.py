import gc

import pytest
from msgspec import Struct

from voicetap.signals.live import items

KINDS = [
    kind for kind in vars(items).values() if isinstance(kind, type) and issubclass(kind, Struct) and kind is not Struct
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_item_is_one_that_the_garbage_collector_looks_at(kind: type[Struct]) -> None:
    """There are thousands of them, and each of its rounds would stop every call."""
    assert kind.__struct_config__.gc is False
    assert not gc.is_tracked(kind(*range(len(kind.__struct_fields__))))


def test_items_do_not_share_what_can_be_changed() -> None:
    one, other = items.Mark(1, 0.0, "gap", "a", "info"), items.Mark(2, 0.0, "gap", "b", "info")
    one.detail["count"] = 2
    assert other.detail == {}
