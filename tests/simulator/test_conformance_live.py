"""Each shipped scenario through `voicetap serve`, with scripted callers: understood, but for what the scenario says.

By a clock that is turned by hand, and in more detail: test_conformance.
"""

import asyncio
import io
import time
from typing import NamedTuple

import aiohttp
import pytest

from support.processes import serve
from support.scrape import Samples, scrape
from voicetap.callers import caller
from voicetap.config import Address
from voicetap.simulator import SCENARIOS, serving
from voicetap.simulator.caller import Nonsense
from voicetap.simulator.tally import Tally, tally

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SECONDS = 15.0
AT_ONCE = 10
"""Scenarios; more would ask too much of a machine with two processors."""
CALLERS = (0, 1, 2)
"""Of `voicetap call`: one is greeted, one is impatient, one has a tool."""

SEED = 2
"""With which `unreachable` is reached."""

UNKNOWN, MALFORMED, SURPRISING = {"newer"}, {"garbled"}, {"disordered"}
NEVER_A_SESSION = {"unauthorized"}


class Outcome(NamedTuple):
    """What voicetap counted, and what the server wrote down."""

    samples: Samples
    tally: Tally


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return asyncio.run(play_all())


async def play_all() -> dict[str, Outcome]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[str, Outcome]:
        async with places:
            return name, await play(name)

    return dict(await asyncio.gather(*map(one, SCENARIOS)))


async def play(name: str) -> Outcome:
    log = io.StringIO()
    async with serving(Address("127.0.0.1", 0), SCENARIOS[name], name=name, log=log, seed=SEED) as address:
        starting = serve(f"http://{address}")
        proxy = await asyncio.to_thread(starting.__enter__)
        try:
            await asyncio.gather(*(call_again_and_again(number, proxy.listen) for number in CALLERS))
            await asyncio.sleep(1.0)
            return Outcome(await scrape(proxy.admin), tally(log.getvalue().splitlines()))
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)


async def call_again_and_again(number: int, listen: str) -> None:
    end, calls = time.monotonic() + SECONDS, 0
    while (left := end - time.monotonic()) > 0.5:
        try:
            calling = caller(number, lambda sender, kind: None, calls)
            url = f"ws://{listen}/v1/realtime?model=gpt-realtime"
            await asyncio.wait_for(calling.call(url, "sk-test", left), left + 10.0)
        except (OSError, aiohttp.ClientError, Nonsense, TimeoutError):
            await asyncio.sleep(0.3)
        calls += 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_is_understood(name: str, outcomes: dict[str, Outcome]) -> None:
    samples, _ = outcomes[name]
    assert bool(samples.total("voicetap_unknown_events_total")) == (name in UNKNOWN)
    assert bool(samples.total("voicetap_malformed_messages_total")) == (name in MALFORMED)
    surprises = samples.by("kind", "voicetap_surprises_total")
    assert not surprises or name in SURPRISING, surprises
    assert samples.total("voicetap_observer_gaps_total") == 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_there_were_calls(name: str, outcomes: dict[str, Outcome]) -> None:
    samples, counted = outcomes[name]
    started = samples.total("voicetap_session_starts_total", outcome="started")
    assert (started > 0) == (name not in NEVER_A_SESSION)
    assert started == counted.started
    if name != "beta":
        assert (
            samples.total("voicetap_events_total", from_="server", type="response.done")
            == counted.sent["response.done"]
        )
