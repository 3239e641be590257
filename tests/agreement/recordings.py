"""All recordings at hand, and those of calls that are made for it: each as the lines of a file."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from calls.catalogue import VARIANTS, Scenario, variants
from calls.random_calls import random_call
from support.requires import REPOSITORY

CAPTURES = Path("../shared/captures")
SESSIONS = Path("tests/end_to_end/sessions")

STEP_MS = 20
"""Between two messages of a recording that came without times."""


class Recording(NamedTuple):
    """One of them; live each message has a time, so only those that have times can become spans."""

    lines: list[str]
    timed: bool


def files(directory: Path) -> Iterator[str]:
    """The names of the recordings there."""
    yield from sorted(path.stem for path in (REPOSITORY / directory).glob("*.jsonl"))


def of_file(path: Path) -> Iterator[Recording]:
    """As it is, and where it has no times, with times made up as well."""
    lines = path.read_text("utf-8").splitlines()
    timed = all(json.loads(line)["at_ms"] is not None for line in lines[1:])
    yield Recording(lines, timed)
    if not timed:
        yield Recording([lines[0], *_with_times(lines[1:])], True)


def _with_times(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        yield json.dumps({**json.loads(line), "at_ms": number * STEP_MS})


def of_scenario(scenario: Scenario, *ways: str) -> Iterator[Recording]:
    """A call that is made, written in those of these ways in which it can be."""
    truth = scenario.run()
    for way in ways:
        if way in variants(truth):
            yield Recording(truth.recording.written(VARIANTS[way]), VARIANTS[way].timed)


def by_chance(seed: int) -> Recording:
    """A random call."""
    return Recording(random_call(seed).lines, True)


Event = dict[str, Any]


def made_of(*messages: tuple[str, Event] | float, target: str = "/v1/realtime?model=gpt-realtime") -> Recording:
    """One that is written down here: events with their sender, 10 ms apart, and seconds that pass between them."""
    at_ms = 10.0
    lines = [json.dumps({"voicetap_recording": 1, "target": target})]
    for message in messages:
        if isinstance(message, tuple):
            sender, event = message
            lines.append(json.dumps({"at_ms": at_ms, "from": sender, "event": event}))
            at_ms += 10
        else:
            at_ms += message * 1000
    lines.append(json.dumps({"at_ms": at_ms, "from": "client", "close": {"code": 1000, "reason": ""}}))
    return Recording(lines, True)


def model_named(recording: Recording) -> str | None:
    """The model that a `session.*` of the server named last."""
    named = None
    for line in map(json.loads, recording.lines[1:]):
        event = line.get("event", {})
        if line["from"] == "server" and str(event.get("type")).partition(".")[0] in (
            "session",
            "transcription_session",
        ):
            session = event.get("session")
            named = (session or {}).get("model") or named if isinstance(session, dict) else named
    return named


def client(type: str, **members: Any) -> tuple[str, Event]:
    return "client", {"type": type, **members}


def server(type: str, **members: Any) -> tuple[str, Event]:
    return "server", {"type": type, **members}
