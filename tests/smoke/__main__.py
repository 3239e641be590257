"""`python -m smoke`: a call of two turns to the real API through voicetap, and whether all who counted it agree.

The key is read from OPENAI_API_KEY, by the client alone; without it there is no call. Exit status 0: all figures agree,
or there was no call; 1: figures differ, or the call failed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from smoke.accounts import Account, of_client, of_metrics, of_recording
from smoke.call import Failed, call
from smoke.comparison import Row, compare
from smoke.heard import Heard
from smoke.report import show
from support.processes import Process, serve
from support.requires import REPOSITORY
from support.scrape import Samples, scrape_until
from voicetap.recording.credentials import without_credentials

KEY = "OPENAI_API_KEY"
ROOM = REPOSITORY / ".cache" / "smoke"

CLIENT, METRICS, RECORDING = SOURCES = ("client", "/metrics", "recording")
_DEFAULT_PATH = "/v1"


def main() -> int:
    """Call, compare, report."""
    arguments = _arguments()
    key = os.environ.get(KEY)
    if not key:
        print(f"smoke: skipped, for {KEY} is not set; with it, a call to the real API is made, of about a cent")
        return 0
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 120
    room = arguments.keep / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    try:
        rows = _smoke(arguments, key, room, console)
    except (Failed, AssertionError) as problem:
        said = without_credentials(str(problem)).replace(key, "…")
        print(f"smoke: {said}\nwhat was recorded until then is in {room}", file=sys.stderr)
        return 1
    differing = sum(not row.agreed for row in rows)
    console.print(f"recording       {_recording_in(room)}", markup=False)
    if differing:
        console.print(f"[bold red]{differing} of {len(rows)} figures differ.[/]")
        return 1
    console.print(f"[bold green]All {len(rows)} figures agree.[/]")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("smoke", description=__doc__)
    parser.add_argument(
        "--upstream",
        default="https://api.openai.com",
        metavar="URL",
        help=f"the server, with the path that comes before /realtime where that is not {_DEFAULT_PATH}, "
        "as in https://NAME.openai.azure.com/openai/v1",
    )
    parser.add_argument("--model", default="gpt-realtime", help="or the name of a deployment; default %(default)s")
    parser.add_argument("--transcription-model", default="gpt-4o-transcribe", metavar="NAME", help="%(default)s")
    parser.add_argument("--keep", type=Path, default=ROOM, metavar="DIR", help="where recordings go; .cache/smoke")
    return parser.parse_args()


def _smoke(arguments: argparse.Namespace, key: str, room: Path, console: Console) -> list[Row]:
    upstream = urlsplit(arguments.upstream)
    path = upstream.path.rstrip("/") or _DEFAULT_PATH
    heard = Heard()
    # The process gets no key: it has no use for one.
    with serve(f"{upstream.scheme}://{upstream.netloc}", "--record", str(room), env={KEY: ""}) as proxy:
        console.print(f"calling {upstream.netloc} through voicetap; this takes about 20 s", markup=False)
        failed = _failure(call(f"http://{proxy.listen}{path}", arguments.model, arguments.transcription_model, heard))
        if failed is None:
            samples = asyncio.run(_settled(proxy, of_client(heard)))
            written = proxy.log() + samples.exposition
    # Not before: a process that is left by an exception is killed, and its recording would be lost.
    if failed is not None:
        raise failed
    (room / "metrics.txt").write_text(samples.exposition)
    recording = _recording_in(room)
    report = _replayed(recording)
    accounts = {
        CLIENT: of_client(heard),
        METRICS: of_metrics(samples) | {"the key": {"times written down": written.count(key)}},
        RECORDING: of_recording(report) | {"the key": {"times written down": recording.read_text().count(key)}},
    }
    rows = compare(accounts)
    show(console, heard, report, rows, SOURCES)
    return rows


def _failure(calling: Coroutine[None, None, None]) -> Failed | None:
    """Make the call; why it failed, if it did."""
    try:
        asyncio.run(calling)
    except Failed as failed:
        return failed
    return None


async def _settled(proxy: Process, expected: Account) -> Samples:
    """What /metrics says once it agrees with the client, else the last of it: the tap comes after the traffic."""

    def agrees(samples: Samples) -> bool:
        return all(row.agreed for row in compare({CLIENT: expected, METRICS: of_metrics(samples)}))

    return await scrape_until(proxy.admin, agrees)


def _recording_in(room: Path) -> Path:
    found = list(room.glob("*.jsonl"))
    if len(found) != 1:
        raise Failed(f"{len(found)} recordings of one call in {room}")
    return found[0]


def _replayed(recording: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "voicetap", "replay", "--json", str(recording)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"voicetap replay: {done.stderr.strip()}")
    report: dict[str, Any] = json.loads(done.stdout)[0]
    return report


if __name__ == "__main__":
    sys.exit(main())
