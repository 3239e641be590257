from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from support.lanes import room
from voicetap.signals.live.ordered import Ordered


class Thing(Struct):
    number: int
    revision: int = 0


def things(limit: int = 100) -> Ordered[Thing]:
    revisions = count(1)
    return Ordered(lambda: next(revisions), limit, room())


def filled(*numbers: int, limit: int = 100) -> Ordered[Thing]:
    found = things(limit)
    for number in numbers:
        found.put(number, Thing(number))
    return found


def numbers(found: list[Thing]) -> list[int]:
    return [thing.number for thing in found]


def test_what_has_changed_since_is_told_by_number() -> None:
    items = filled(1, 2, 3, 4)
    items.changed(3)
    items.changed(1)
    assert numbers(items.since(0)) == [1, 2, 3, 4]
    assert numbers(items.since(4)) == [1, 3]
    assert numbers(items.since(5)) == [1]
    assert items.since(6) == []


def test_the_lowest_number_goes_first_whatever_has_changed() -> None:
    items = filled(1, 2, 3, limit=3)
    items.changed(1)
    items.put(4, Thing(4))
    assert (numbers(items.since(0)), items.dropped, len(items), items.get(1)) == ([2, 3, 4], 1, 3, None)


def test_what_is_gone_may_change_and_does_not_come_back() -> None:
    items = filled(1, 2, 3, limit=2)
    before = items.since(0)
    items.changed(1)
    items.put(1, Thing(1))
    assert (items.since(0), items.since(3)) == (before, [])


def test_numbers_may_be_left_out() -> None:
    items = filled(10, 1_000_000_000_000, 30, 40, limit=2)
    assert (numbers(items.since(0)), items.dropped) == ([40, 1_000_000_000_000], 30)


def test_one_may_take_the_place_of_another() -> None:
    items = filled(1, 2)
    items.put(1, Thing(1))
    assert numbers(items.since(2)) == [1]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=60), st.integers(1, 10), st.data())
def test_changes_taken_from_any_revision_on_are_all_there_is(
    steps: list[tuple[bool, int]], limit: int, data: st.DataObject
) -> None:
    items, made, latest = things(limit), 0, 0
    seen: dict[int, int] = {}
    for new, number in steps:
        if new:
            made += 1
            items.put(made, Thing(made))
        else:
            items.changed(number)
        if data.draw(st.booleans()):
            changed = items.since(latest)
            seen |= {thing.number: thing.revision for thing in changed}
            latest = max([latest, *(thing.revision for thing in changed)])
            seen = {number: revision for number, revision in seen.items() if number > items.dropped}
            assert seen == {thing.number: thing.revision for thing in items.since(0)}
            assert len(seen) <= limit
