"""Scripted callers alone: they call a Realtime server, hang up and call again, until they are told to stop.

A server that is not there, refuses, or sends nonsense, is tried again: nobody has to start them in the right order.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from random import Random
from urllib.parse import urlsplit

import aiohttp

from .config import Call, is_loopback, parse_origin
from .simulator.caller import Caller, Habits, Nonsense

CALLERS = (
    Habits(greeted=True),
    Habits(append_ms=20, impatient_rate=0.5),
    Habits(append_ms=100, interrupting_rate=0.8, labelled=True, tools=True),
    Habits(transcription_model="whisper-1", impatient_rate=0.0, interrupting_rate=0.0),
    Habits(append_ms=40, transcription_model="whisper-1", overshooting_rate=0.5, tools=True),
    Habits(append_ms=80, overshooting_rate=0.0, labelled=True, logprobs=True),
)
"""One of each sort; where there are more callers, the sorts come again."""
MADE_UP_KEY = "sk-demo"

CALL_SECONDS = (30.0, 90.0)
"""Shortest and longest call."""
PAUSE_SECONDS = (1.0, 5.0)
"""Between two calls of one caller."""
STAGGER_SECONDS = 1.0
"""Between the first calls of two callers."""
RETRY_SECONDS = 2.0
"""Between a call that the server did not take, or cut off, and the next one."""

BAD_CONFIGURATION = 2

Told = Callable[[str, str], None]
"""Gets "client" or "server" and the type of each event, as it is sent or received."""


def caller(number: int, told: Told, call: int = 0) -> Caller:
    """The caller of this number at its so many-th call: with the habits of its sort, never the same words twice."""
    name = f"caller {number}" if not call else f"caller {number}, call {call}"
    return Caller(name, CALLERS[number % len(CALLERS)], told)


def run(options: Call) -> int:
    """Call until told to stop, or for as long as the options say; return the exit status."""
    key = os.environ.get("OPENAI_API_KEY")
    origin = _origin(options.url)
    target = parse_origin(origin)
    if key and not target.tls and not is_loopback(target.host):
        print(
            "voicetap call: --url: without TLS, OPENAI_API_KEY would travel readable over the network;"
            " use wss, or unset the key for a simulated server",
            file=sys.stderr,
        )
        return BAD_CONFIGURATION
    # Not the whole URL: some clients put keys into queries.
    print(json.dumps({"event": "calling", "url": origin, "callers": options.callers}), flush=True)
    asyncio.run(_until_stopped(options, key or MADE_UP_KEY))
    return 0


async def _until_stopped(options: Call, key: str) -> None:
    calling = asyncio.create_task(rounds(options, key))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, calling.cancel)
    await asyncio.wait({calling})
    if not calling.cancelled():
        calling.result()


async def rounds(options: Call, key: str) -> None:
    """Let all callers call, each again and again; cancelled, they hang up properly."""
    complaints = _Complaints(_origin(options.url))
    async with asyncio.TaskGroup() as group:
        for number in range(options.callers):
            group.create_task(_again_and_again(number, options, key, complaints))


async def _again_and_again(number: int, options: Call, key: str, complaints: "_Complaints") -> None:
    """One caller: call after call, each of a length of its own."""
    now = asyncio.get_running_loop().time
    end = now() + (options.seconds or float("inf"))
    random = Random(number)

    def told(sender: str, kind: str) -> None:
        if kind == "session.created":
            complaints.over()

    pause, call = number * STAGGER_SECONDS, 0
    while now() + pause < end:
        await asyncio.sleep(pause)
        seconds = min(random.uniform(*CALL_SECONDS), end - now())
        try:
            await caller(number, told, call).call(options.url, key, seconds)
            pause = random.uniform(*PAUSE_SECONDS)
        except (OSError, aiohttp.ClientError, Nonsense) as error:
            complaints.say(error)
            pause = RETRY_SECONDS
        call += 1


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Complaints:
    """Says once, not for each caller and each try, that the server cannot be called; again after it could."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._said = False

    def say(self, error: Exception) -> None:
        """A call failed."""
        if not self._said:
            self._said = True
            why = _reason(error)
            print(f"voicetap call: {self._origin}: {why}; the callers go on trying", file=sys.stderr, flush=True)

    def over(self) -> None:
        """A call is under way."""
        self._said = False


def _reason(error: Exception) -> str:
    """In a few words, and never those of aiohttp, which quote the URL and so a key in its query."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return f"status {error.status}"
    return str(error) if isinstance(error, OSError | Nonsense) and str(error) else type(error).__name__
