"""Work put down is done later, in order, in slices, and never without bound."""

import logging
from collections.abc import Iterator

import pytest

from support.observing import Turns
from voicetap.chunks import Chunk, Side
from voicetap.observe.backlog import SLICE, Backlog


@pytest.fixture
def loop() -> Turns:
    return Turns()


@pytest.fixture
def backlog(loop: Turns) -> Backlog:
    return Backlog(loop, limit=100, clock=lambda: loop.now)


def chunk(data: bytes, at: float = 0.0) -> Chunk:
    return Chunk(Side.CLIENT, data, at)


def test_nothing_is_done_in_the_turn_in_which_it_was_put_down(loop: Turns, backlog: Backlog) -> None:
    done: list[object] = []
    backlog.put(done.append, "answered")
    backlog.put_chunk(done.append, chunk(b"a"))
    backlog.put(done.append, "closed")
    assert done == []
    assert loop.turn() == 1
    assert done == ["answered", chunk(b"a"), "closed"]
    assert loop.turn() == 0


def test_a_slice_ends_in_time_and_the_rest_waits_for_the_next_turn(loop: Turns, backlog: Backlog) -> None:
    done: list[object] = []

    def slow(subject: object) -> None:
        loop.now += SLICE / 2
        done.append(subject)

    for number in range(5):
        backlog.put(slow, number)
    loop.turn()
    assert done == [0, 1]
    loop.turn()
    assert done == [0, 1, 2, 3]
    loop.turn()
    assert done == [0, 1, 2, 3, 4]
    assert loop.turn() == 0


def test_too_many_waiting_bytes_are_refused_until_some_are_done(loop: Turns, backlog: Backlog) -> None:
    done: list[object] = []
    assert backlog.put_chunk(done.append, chunk(b"x" * 60))
    assert not backlog.put_chunk(done.append, chunk(b"y" * 41))
    assert backlog.put_chunk(done.append, chunk(b"z" * 40))
    loop.turn()
    assert [item.data[:1] for item in done if isinstance(item, Chunk)] == [b"x", b"z"]
    assert backlog.put_chunk(done.append, chunk(b"y" * 41))


def test_the_worst_lag_is_told_once(loop: Turns, backlog: Backlog) -> None:
    assert backlog.take_lag() is None
    for at in (-0.25, -0.5, -0.125):
        backlog.put_chunk(lambda _: None, chunk(b"a", at=at))
    loop.turn()
    assert backlog.take_lag() == 0.5
    assert backlog.take_lag() is None


def test_finish_leaves_nothing(loop: Turns, backlog: Backlog) -> None:
    done: list[object] = []

    def slow(subject: object) -> None:
        loop.now += SLICE
        done.append(subject)

    for number in range(3):
        backlog.put(slow, number)
    backlog.finish()
    assert done == [0, 1, 2]


def test_work_that_puts_down_more_work_is_followed_by_it(loop: Turns, backlog: Backlog) -> None:
    done: list[str] = []
    backlog.put(lambda _: backlog.put(done.append, "second"), "first")
    loop.turn()
    loop.turn()
    assert done == ["second"]


def test_work_that_raises_is_not_the_end_of_the_others(
    loop: Turns, backlog: Backlog, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[object] = []

    def fail(_: object) -> None:
        raise RuntimeError("a fault")

    def fail_later(_: object) -> Iterator[None]:
        yield
        raise RuntimeError("a fault")

    with caplog.at_level(logging.CRITICAL + 1):
        backlog.put(fail, 1)
        backlog.put(done.append, 2)
        backlog.put(fail_later, 3)
        backlog.put(done.append, 4)
        loop.turn()
        backlog.put(done.append, 5)
        loop.turn()
    assert done == [2, 4, 5]


def test_a_slice_ends_between_the_steps_of_one_work_and_what_follows_waits_for_the_last(
    loop: Turns, backlog: Backlog
) -> None:
    done: list[object] = []

    def steps(name: object) -> Iterator[None]:
        for number in range(3):
            loop.now += SLICE / 2
            done.append((name, number))
            yield

    backlog.put(steps, "a")
    backlog.put(done.append, "b")
    loop.turn()
    assert done == [("a", 0), ("a", 1)]
    backlog.put(steps, "c")
    assert loop.turn() == 1
    assert done[2:] == [("a", 2), "b", ("c", 0)]
    backlog.finish()
    assert done[5:] == [("c", 1), ("c", 2)]
