"""Waiting with a deadline: what never happens fails the test instead of hanging it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE = 5.0
"""Seconds after which a wait has failed; nothing that waits takes a tenth of it on an idle machine."""

T = TypeVar("T")


async def within(awaitable: Awaitable[T], seconds: float = PATIENCE) -> T:
    """Await, and raise TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        return await awaitable


async def eventually(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until the condition holds; raise TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)
