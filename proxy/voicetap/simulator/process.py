"""The simulated server as a process: listens, says where, and ends on SIGTERM or SIGINT."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TextIO

import uvloop
from aiohttp import web

from ..config import Address, Simulate, parse_address
from .log import Log
from .scenario import SCENARIOS, Scenario
from .server import CLOSE_SECONDS, Simulator

CANNOT_START = 1
BAD_CONFIGURATION = 2


@asynccontextmanager
async def serving(
    address: Address, scenario: Scenario, *, name: str = "", log: TextIO | None = None, seed: int = 1
) -> AsyncIterator[Address]:
    """Serve within the block, which gets the address that is listened on; port 0 takes a free one.

    `name` is the scenario's, for the log. Leaving the block closes open sessions with 1001.
    """
    simulator = Simulator(scenario, Log(log, scenario=name, seed=seed), seed)
    runner = web.AppRunner(simulator.application(), access_log=None, shutdown_timeout=CLOSE_SECONDS + 1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port).start()
        yield address._replace(port=int(runner.addresses[0][1]))
    finally:
        await runner.cleanup()


def run(options: Simulate) -> int:
    """Serve until told to stop; return the exit status."""
    scenario = SCENARIOS.get(options.scenario)
    if scenario is None:
        return _fail(BAD_CONFIGURATION, f"--scenario: there is no {options.scenario}; there are {', '.join(SCENARIOS)}")
    return uvloop.run(_serve(options, scenario))


async def _serve(options: Simulate, scenario: Scenario) -> int:
    async with AsyncExitStack() as stack:
        log = None
        if options.log is not None:
            try:
                log = stack.enter_context(options.log.open("w", encoding="utf-8"))
            except OSError as error:
                return _fail(CANNOT_START, f"--log: {options.log}: {error.strerror}")
        server = serving(parse_address(options.listen), scenario, name=options.scenario, log=log, seed=options.seed)
        try:
            address = await stack.enter_async_context(server)
        except OSError as error:
            return _fail(CANNOT_START, f"--listen: {options.listen}: {error.strerror or error}")
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        print(json.dumps({"event": "listening", "listen": str(address)}), flush=True)
        await stopping.wait()
    return 0


def _fail(status: int, problem: str) -> int:
    print(f"voicetap simulate: {problem}", file=sys.stderr)
    return status
