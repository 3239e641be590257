"""The simulated server as a process: listens, says where, and ends on SIGTERM or SIGINT."""

import asyncio
import json
import os
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TextIO

import uvloop
from aiohttp import web

from ..config import Address, Simulate, parse_address
from ..recording import RecordingError
from .calls import Calls, ScenarioCalls
from .log import Log
from .playback import RecordingCalls
from .recorded import read_recorded
from .scenario import Scenario
from .scenario_file import ScenarioError, read_scenario
from .server import CLOSE_SECONDS, Simulator
from .shipped import SCENARIOS

CANNOT_START = 1
BAD_CONFIGURATION = 2


@asynccontextmanager
async def serving(
    address: Address, scenario: Scenario, *, name: str = "", log: TextIO | None = None, seed: int = 1
) -> AsyncIterator[Address]:
    """Serve within the block, which gets the address that is listened on; port 0 takes a free one.

    `name` is the scenario's, for the log. Leaving the block closes open sessions with 1001.
    """
    calls = ScenarioCalls(scenario, seed, time.monotonic())
    async with answering(address, calls, Log(log, scenario=name, seed=seed)) as listening:
        yield listening


@asynccontextmanager
async def answering(
    address: Address, calls: Calls, log: Log, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Address]:
    """The same for calls of any kind, as for those of a recording; over TLS where there is a context for it."""
    runner = web.AppRunner(Simulator(calls, log).application(), access_log=None, shutdown_timeout=CLOSE_SECONDS + 1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, address.host, address.port, ssl_context=tls).start()
        yield address._replace(port=int(runner.addresses[0][1]))
    finally:
        await runner.cleanup()


def run(options: Simulate) -> int:
    """Serve until told to stop, or list the scenarios; return the exit status."""
    if options.list:
        return _list()
    try:
        calls = _calls(options)
    except ScenarioError as error:
        return _fail(BAD_CONFIGURATION, f"--scenario: {error}")
    except RecordingError as error:
        return _fail(BAD_CONFIGURATION, f"--recording: {error}")
    return uvloop.run(_serve(options, calls))


def _list() -> int:
    width = max(map(len, SCENARIOS))
    try:
        for name, scenario in SCENARIOS.items():
            print(f"{name:{width}}  {scenario.about}")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; Python's own flush at the end of the process must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _calls(options: Simulate) -> Calls:
    """Raise ScenarioError or RecordingError."""
    if options.recording is not None:
        return RecordingCalls(read_recorded(options.recording), options.pace)
    return ScenarioCalls(_scenario(options.scenario), options.seed, time.monotonic())


def _scenario(name: str) -> Scenario:
    """Of this name, or, where it looks like a path, of the file; raise ScenarioError."""
    if name.endswith(".toml") or "/" in name:
        return read_scenario(Path(name))
    if name not in SCENARIOS:
        raise ScenarioError(f"there is no {name}; there are {', '.join(SCENARIOS)} (--list says what each does)")
    return SCENARIOS[name]


async def _serve(options: Simulate, calls: Calls) -> int:
    async with AsyncExitStack() as stack:
        log = None
        if options.log is not None:
            try:
                log = stack.enter_context(options.log.open("w", encoding="utf-8"))
            except OSError as error:
                return _fail(CANNOT_START, f"--log: {options.log}: {error.strerror}")
        try:
            tls = _tls(options)
        except OSError as error:  # as ssl.SSLError is
            return _fail(CANNOT_START, f"--tls-cert, --tls-key: {options.tls_cert}: {error.strerror or error}")
        scenario = options.scenario if options.recording is None else None
        recording = None if options.recording is None else options.recording.name
        written = Log(log, scenario=scenario, recording=recording, seed=options.seed, told=_tell)
        try:
            address = await stack.enter_async_context(answering(parse_address(options.listen), calls, written, tls))
        except OSError as error:
            return _fail(CANNOT_START, f"--listen: {options.listen}: {error.strerror or error}")
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        print(json.dumps({"event": "listening", "listen": str(address)}), flush=True)
        await stopping.wait()
    return 0


def _tls(options: Simulate) -> ssl.SSLContext | None:
    if options.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    return context


def _tell(problem: str) -> None:
    print(f"voicetap simulate: {problem}", file=sys.stderr, flush=True)


def _fail(status: int, problem: str) -> int:
    _tell(problem)
    return status
