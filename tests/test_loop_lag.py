"""The worst delay of each second is told, whatever its place in the second, and nothing after the end."""

import asyncio
from collections.abc import Callable
from time import monotonic, perf_counter

import pytest

from voicetap.loop_lag import INTERVAL, TELL, LoopLag


class Timer:
    def __init__(self, at: float, callback: Callable[[], object]) -> None:
        self.at = at
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clockwork:
    """A loop with one timer, which goes off as late as the test wants."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Timer] = []

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        self.timers.append(Timer(self.now + delay, callback))
        return self.timers[-1]

    def go_off(self, late: float = 0.0) -> None:
        """Let time pass until the timer goes off, so many seconds after it was due."""
        timer = self.timers.pop()
        assert not self.timers
        self.now = timer.at + late
        timer.callback()

    def run(self, seconds: float) -> None:
        """Let time pass, on time."""
        until = self.now + seconds
        while self.timers[0].at <= until:
            self.go_off()


@pytest.fixture
def loop() -> Clockwork:
    return Clockwork()


@pytest.fixture
def told() -> list[float]:
    return []


@pytest.fixture
def lag(loop: Clockwork, told: list[float]) -> LoopLag:
    lag = LoopLag(loop, told.append, clock=lambda: loop.now)
    lag.start()
    return lag


def test_a_loop_on_time_is_told_once_a_second(loop: Clockwork, told: list[float], lag: LoopLag) -> None:
    loop.run(TELL - INTERVAL / 2)
    assert told == []
    loop.run(2 * INTERVAL)
    assert told == pytest.approx([0.0])
    loop.run(3 * (TELL + INTERVAL))
    assert told == pytest.approx([0.0] * 4)


def test_the_worst_of_a_second_is_told(loop: Clockwork, told: list[float], lag: LoopLag) -> None:
    for late in (0.001, 0.03, 0.002):
        loop.go_off(late)
    loop.run(TELL)
    assert told == pytest.approx([0.03])
    loop.go_off(0.004)
    loop.run(TELL)
    assert told == pytest.approx([0.03, 0.004])


def test_a_stall_of_many_seconds_is_one_figure(loop: Clockwork, told: list[float], lag: LoopLag) -> None:
    loop.go_off(7.5)
    assert told == pytest.approx([7.5])
    loop.run(TELL + INTERVAL)
    assert told == pytest.approx([7.5, 0.0])


def test_a_timer_that_goes_off_early_is_not_late(loop: Clockwork, told: list[float], lag: LoopLag) -> None:
    for _ in range(25):
        loop.go_off(-0.0005)
    assert told == [0.0]


def test_whoever_is_told_may_fail_and_is_told_again(loop: Clockwork) -> None:
    heard: list[float] = []

    def fail(seconds: float) -> None:
        heard.append(seconds)
        raise RuntimeError("no room for figures")

    LoopLag(loop, fail, clock=lambda: loop.now).start()
    for late in (2.0, 3.0):
        with pytest.raises(RuntimeError):
            loop.go_off(late)
    assert heard == pytest.approx([2.0, 3.0])


def test_after_the_end_nothing_is_waited_for(loop: Clockwork, told: list[float], lag: LoopLag) -> None:
    lag.stop()
    [timer] = loop.timers
    assert timer.cancelled
    LoopLag(loop, told.append).stop()


async def test_a_real_loop_that_is_held_up_is_told_to_be_late(told: list[float]) -> None:
    lag = LoopLag(asyncio.get_running_loop(), told.append)
    lag.start()
    await asyncio.sleep(2 * INTERVAL)
    begin = perf_counter()
    until = monotonic() + 3 * INTERVAL
    while monotonic() < until:
        pass
    held = perf_counter() - begin
    async with asyncio.timeout(5):
        while not told:
            await asyncio.sleep(INTERVAL)
    lag.stop()
    assert told[0] >= held - INTERVAL
