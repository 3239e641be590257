"""When events leave: the moments, and a timer that keeps them (event loops only wake on whole milliseconds).

How arrivals fall decides how many of them a proxy finds at each waking, and so what each costs it.
"""

import ctypes
import math
import os
import random
import time
from collections.abc import Sequence

PACES = {
    "independent": "each session keeps to a moment of its own, drawn anew each round: as strangers call",
    "even": "all events evenly spread: hardly ever two at once, a waking for each",
    "ticks": "whatever falls due within a millisecond leaves together: one process with a timer a session",
}
_TICK = 1e-3

_LIBC = ctypes.CDLL(None, use_errno=True)
_ABSOLUTE = 1


def offsets(pace: str, sessions: int, rate: float, seed: int) -> list[float]:
    """When in each interval of 1/`rate` seconds every session sends, in seconds, ascending."""
    interval = 1 / rate
    if pace == "independent":
        dice = random.Random(seed)
        return sorted(dice.uniform(0, interval) for _ in range(sessions))
    even = [(index + seed % 2 / 2) * interval / sessions for index in range(sessions)]
    if pace == "even":
        return even
    return [math.floor(offset / _TICK) * _TICK for offset in even]


def due(entry: int, sending: Sequence[float], rate: float) -> float:
    """When, in seconds after the start, the event with this place in the order leaves."""
    return entry // len(sending) / rate + sending[entry % len(sending)]


class Alarm:
    """A timerfd(2) on the monotonic clock."""

    def __init__(self) -> None:
        self.fd = _LIBC.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")

    def set(self, at: float) -> None:
        """Become readable once, at this moment or at once where it has passed; setting it anew clears it."""
        spec = _Itimerspec(_Timespec(0, 0), _Timespec(int(at), int(at % 1 * 1e9)))
        if _LIBC.timerfd_settime(self.fd, _ABSOLUTE, ctypes.byref(spec), None) != 0:
            raise OSError(ctypes.get_errno(), "timerfd_settime")

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("first", _Timespec))
