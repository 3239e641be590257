"""All who wait go on together, and never sooner than a quarter of a second after the last time."""

import asyncio
from collections.abc import Callable

import pytest

from support.waiting import within
from voicetap.web.page.ticks import INTERVAL, Ticks


class Clock:
    """A loop whose time the test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self._due: list[tuple[float, Callable[[], object]]] = []

    def create_future(self) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    def call_later(self, delay: float, callback: Callable[[], object], /) -> None:
        self._due.append((self.now + delay, callback))

    async def reach(self, at: float) -> None:
        """Let it be so late, and what is due happen."""
        await settled()
        self.now = at
        due, self._due = self._due, []
        for when, callback in due:
            if when <= at + 1e-9:
                callback()
            else:
                self._due.append((when, callback))
        await settled()

    @property
    def timers(self) -> int:
        return len(self._due)


async def settled() -> None:
    """Everything that can go on has."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_the_first_comes_at_once(clock: Clock) -> None:
    waiting = asyncio.create_task(Ticks(clock, clock=lambda: clock.now).next())
    await clock.reach(100.0)
    assert await within(waiting) is True


async def test_nobody_goes_on_sooner_than_an_interval_later(clock: Clock) -> None:
    ticks = Ticks(clock, clock=lambda: clock.now)
    times: list[float] = []

    async def reader() -> None:
        while await ticks.next():
            times.append(clock.now)

    reading = asyncio.create_task(reader())
    for thousandth in range(0, 1001, 10):
        await clock.reach(100.0 + thousandth / 1000)
    ticks.close()
    await within(reading)
    assert times == [100.0, 100.25, 100.5, 100.75, 101.0]
    assert INTERVAL == 0.25


async def test_all_go_on_together_and_one_who_goes_away_takes_nobody_along(clock: Clock) -> None:
    ticks = Ticks(clock, clock=lambda: clock.now)
    first, second, third = (asyncio.create_task(ticks.next()) for _ in range(3))
    await settled()
    assert clock.timers == 1
    second.cancel()
    await clock.reach(100.0)
    assert (await within(first), await within(third)) == (True, True)


async def test_while_nobody_waits_nothing_ticks(clock: Clock) -> None:
    ticks = Ticks(clock, clock=lambda: clock.now)
    waiting = asyncio.create_task(ticks.next())
    await clock.reach(100.0)
    await within(waiting)
    assert clock.timers == 0


async def test_closed_it_lets_everybody_go(clock: Clock) -> None:
    ticks = Ticks(clock, clock=lambda: clock.now)
    waiting = asyncio.create_task(ticks.next())
    await settled()
    ticks.close()
    assert await within(waiting) is False
    assert await within(ticks.next()) is False
    await clock.reach(101.0)  # the timer finds nobody
