"""The demonstration: a simulated server, voicetap and its live page, and callers; then what both counted, side by side.

Server and proxy are processes of their own, started as anybody would start them. The server keeps a log of what it
sent; what voicetap says on /metrics must agree with it. Nothing leaves this machine.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from . import browser
from .callers import CALLERS, MADE_UP_KEY, caller
from .config import DEFAULT_TARGET, Demo
from .simulator.tally import Tally, tally

DIFFERENT = 1
"""Exit status where the figures differ, or where there are none."""
INTERRUPTED = 130

START_SECONDS = 30.0
"""Most of it is the import of the packages, on a busy machine."""
AGREE_SECONDS = 5.0
"""voicetap looks at the traffic after it has passed, so its figures may come a moment later."""
STOP_SECONDS = 10.0
REPORT_SECONDS = 5.0
"""How often a line is printed where there is no terminal to draw on."""


class Failed(Exception):
    """Why there is nothing to compare, in one line."""


def run(settings: Demo) -> int:
    """Let the callers call for a while; return 0 where the figures agree."""
    console = Console(highlight=False)
    try:
        return asyncio.run(_demonstrate(settings, console))
    except Failed as problem:
        print(f"voicetap demo: {problem}", file=sys.stderr)
        return DIFFERENT
    except OSError as error:  # nowhere to write to
        print(f"voicetap demo: {error}", file=sys.stderr)
        return DIFFERENT
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("voicetap demo: interrupted", file=sys.stderr)
        return INTERRUPTED


async def _demonstrate(settings: Demo, console: Console) -> int:
    demonstration = asyncio.current_task()
    assert demonstration is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, demonstration.cancel)
    with tempfile.TemporaryDirectory(prefix="voicetap-demo-") as name:
        room = Path(name)
        log = room / "server.jsonl"
        simulate = ("simulate", "--listen", "127.0.0.1:0", "--scenario", "troubled", "--log", str(log))
        async with child(room, *simulate) as server:
            ports = ("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--page", "127.0.0.1:0")
            async with child(room, "serve", "--upstream", f"http://{server.at.listen}", *ports) as proxy:
                _introduce(console, settings.seconds, server, proxy)
                if settings.open and console.is_terminal and browser.has_screen():
                    browser.show(f"http://{proxy.at.page}/")
                await while_alive(_call(console, settings.seconds, proxy.at.listen), (server, proxy))
                rows = await compare(proxy.at.admin, log)
        return report(console, rows)


class Listening(msgspec.Struct):
    """The first line that a command prints: host and port of each thing that it has."""

    listen: str = ""
    admin: str = ""
    page: str = ""


class Child(NamedTuple):
    """A voicetap command that listens."""

    command: str
    process: asyncio.subprocess.Process
    errors: Path
    at: Listening

    def end(self) -> str:
        """How it ended, with the last thing that it said."""
        lines = self.errors.read_text("utf-8", "replace").splitlines()
        said = f": {lines[-1]}" if lines else ""
        return f"`voicetap {self.command}` ended with status {self.process.returncode}{said}"


@asynccontextmanager
async def child(room: Path, command: str, *options: str) -> AsyncIterator[Child]:
    """Run a command until the block ends."""
    errors = room / f"{command}.err"
    # Options and exporters that are set for something else would lead it elsewhere, and off this machine.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VOICETAP_", "OTEL_"))}
    with errors.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voicetap", command, *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stream,
            env=environment,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        except TimeoutError:
            raise Failed(f"`voicetap {command}` did not listen within {START_SECONDS:g} s") from None
        if not line:
            await process.wait()
            raise Failed(Child(command, process, errors, Listening()).end())
        yield Child(command, process, errors, msgspec.json.decode(line, type=Listening))
    finally:
        await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def while_alive(work: Coroutine[None, None, None], children: Iterable[Child]) -> None:
    """Do the work; raise Failed where it fails, or where a child ends before it."""
    working = asyncio.create_task(work)
    ends = {asyncio.create_task(one.process.wait()): one for one in children}
    try:
        await asyncio.wait({working, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done() or working.exception() is not None:
            # Where a child has died, its callers may have noticed first.
            await asyncio.wait(ends, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
            for ended, dead in ends.items():
                if ended.done():
                    raise Failed(dead.end())
        await working
    finally:
        for task in (working, *ends):
            task.cancel()
        await asyncio.gather(working, *ends, return_exceptions=True)


def _introduce(console: Console, seconds: float, server: Child, proxy: Child) -> None:
    console.print(
        f"{len(CALLERS)} callers talk to a simulated server through voicetap for {seconds:g} s,"
        " all of it on this machine, without a key.\n\n"
        f"  callers -> voicetap {proxy.at.listen} -> simulated server {server.at.listen}\n\n"
        f"  see the calls while they last:     http://{proxy.at.page}/\n"
        f"  what voicetap says meanwhile:      curl -s http://{proxy.at.admin}/metrics\n"
        f"  join in with a client of your own: OPENAI_BASE_URL=http://{proxy.at.listen}/v1 OPENAI_API_KEY=any\n",
        soft_wrap=True,
    )


async def _call(console: Console, seconds: float, listen: str) -> None:
    """Let all callers call, and show how it goes."""
    seen: Counter[str] = Counter()

    def told(sender: str, kind: str) -> None:
        seen[kind] += 1

    url = f"ws://{listen}{DEFAULT_TARGET}"
    showing = asyncio.create_task(_show(console, seconds, seen))
    try:
        async with asyncio.TaskGroup() as calls:
            for number in range(len(CALLERS)):
                calls.create_task(caller(number, told).call(url, MADE_UP_KEY, seconds))
                # One after the other, so that each caller meets the same session of the server in every run.
                await asyncio.sleep(0.05)
    except ExceptionGroup as group:
        raise Failed(f"a call failed: {group.exceptions[0]!r}") from None
    finally:
        showing.cancel()
        await asyncio.wait({showing})


async def _show(console: Console, seconds: float, seen: Counter[str]) -> None:
    """A bar that moves; without a terminal, a line every few seconds. Runs until cancelled."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    if not console.is_terminal:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            console.print(f"{loop.time() - start:3.0f} s: {_summary(seen)}", soft_wrap=True)
    # All of it fits into 80 columns.
    with Progress(BarColumn(8), TextColumn("{task.description}"), console=console, transient=True) as progress:
        bar = progress.add_task("", total=seconds)
        while True:
            elapsed = min(loop.time() - start, seconds)
            when = f"{elapsed:2.0f} of {seconds:g} s" if elapsed < seconds else "last words"
            progress.update(bar, completed=elapsed, description=f"{when}: {_summary(seen)}")
            await asyncio.sleep(0.1)


def _summary(seen: Counter[str]) -> str:
    return (
        f"{seen['input_audio_buffer.committed']} questions, {seen['response.output_audio.done']} answers,"
        f" {seen['conversation.item.truncated']} cut off,"
        f" {seen['conversation.item.input_audio_transcription.failed']} transcriptions failed"
    )


class Row(NamedTuple):
    """A figure, as voicetap and the server's log have it."""

    what: str
    voicetap: str
    server: str


async def compare(admin: str, log: Path) -> list[Row]:
    """Both sides' figures; where they differ, the last that voicetap said within AGREE_SECONDS."""
    deadline = asyncio.get_running_loop().time() + AGREE_SECONDS
    async with aiohttp.ClientSession(raise_for_status=True) as http:
        while True:
            try:
                async with http.get(f"http://{admin}/metrics") as answer:
                    rows = figures(await answer.text(), _tallied(log))
            except aiohttp.ClientError as error:
                raise Failed(f"http://{admin}/metrics: {error!r}") from error
            if _agree(rows) or asyncio.get_running_loop().time() > deadline:
                return rows
            await asyncio.sleep(0.1)


def _tallied(log: Path) -> Tally:
    with log.open(encoding="utf-8") as lines:
        return tally(lines)


def figures(exposition: str, counted: Tally) -> list[Row]:
    """What /metrics says beside what the server's log says."""
    samples = [sample for family in text_string_to_metric_families(exposition) for sample in family.samples]

    def by(label: str, name: str, **labels: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for sample in samples:
            if sample.name == f"voicetap_{name}" and labels.items() <= sample.labels.items():
                found[sample.labels.get(label, "")] += int(sample.value)
        return found

    events, nonsense = by("from", "events_total"), by("from", "malformed_messages_total")
    ends = by("end", "sessions_total")
    outcomes = by("outcome", "transcriptions_total")
    missing = outcomes["timed_out"] + outcomes["session_closed"] + by("", "transcriptions_pending").total()
    codes = by("code", "transcription_failures_total")
    truncations = by("outcome", "truncations_total")
    answers = by("", "spoken_answers_total").total()
    transcribed = counted.transcriptions
    # Whoever joins in may close with any code.
    closed = sum(count for (who, code), count in counted.closes.items() if who == "client" and code is not None)
    rows = [
        ("sessions started", by("outcome", "session_starts_total")["started"], counted.started),
        ("sessions ended by the client", ends["client_closed"], closed),
        ("messages from clients", events["client"] + nonsense["client"], counted.received.total()),
        ("messages from the server", events["server"] + nonsense["server"], counted.sent.total()),
        ("transcriptions completed", outcomes["completed"], transcribed["completed"]),
        ("transcriptions empty", outcomes["empty"], transcribed["empty"]),
        ("transcriptions that never came", missing, transcribed["missing"]),
        ("transcriptions failed", outcomes["failed"], transcribed["failed"]),
        *((f"  {code}", codes[code], counted.failures[code]) for code in sorted((+codes) | counted.failures)),
        ("spoken answers", answers, counted.spoken_answers),
        ("truncations acknowledged", truncations["acknowledged"], counted.truncations["acknowledged"]),
        ("truncations rejected", truncations["rejected"], counted.truncations["rejected"]),
    ]
    total = outcomes["completed"] + outcomes["empty"] + outcomes["failed"] + missing
    return [
        *(Row(what, f"{said:,}", f"{logged:,}") for what, said, logged in rows),
        Row(
            "transcription failure rate",
            f"{outcomes['failed'] / (total or 1):.1%}",
            f"{counted.transcription_failure_rate:.1%}",
        ),
        Row(
            "truncation frequency",
            f"{truncations['acknowledged'] / (answers or 1):.1%}",
            f"{counted.truncation_frequency:.1%}",
        ),
    ]


def _agree(rows: Iterable[Row]) -> bool:
    return all(row.voicetap == row.server for row in rows)


def report(console: Console, rows: list[Row]) -> int:
    """Print both sides; return the exit status."""
    table = Table("", "voicetap", "server's log", "")
    for column in table.columns[1:3]:
        column.justify = "right"
    for row in rows:
        same = row.voicetap == row.server
        table.add_row(*row, "[green]same[/]" if same else "[bold red]DIFFERENT[/]")
    console.print(table)
    differing = sum(row.voicetap != row.server for row in rows)
    if differing:
        console.print(f"[bold red]voicetap and the server's log differ in {differing} of {len(rows)} figures.[/]")
        return DIFFERENT
    console.print(f"[bold green]voicetap and the server's log agree in all {len(rows)} figures.[/]\n")
    console.print(
        "For your own calls:\n"
        "  voicetap serve --upstream https://api.openai.com --listen 127.0.0.1:8080 --admin 127.0.0.1:9464\n"
        "  OPENAI_BASE_URL=http://127.0.0.1:8080/v1 python your_agent.py    (other clients: see the README)\n"
        "  http://127.0.0.1:9465/ shows them; curl -s http://127.0.0.1:9464/metrics",
        soft_wrap=True,
    )
    return 0
