"""Recordings replayed by the real command: what it reports is what was worked out by hand from each file.

Two places hold recordings: `../shared/captures`, with the reports under `expected/`, and `sessions/`, written by hand,
with each report beside its recording. Why a report says what it says stands in the README.md of its directory. A
recording without a report fails here, and so does a report without a recording. A second look, by plain JSON and
without voicetap, holds the reports themselves against what can be counted in the files.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support.requires import REPOSITORY, requires_path

CAPTURES = Path("../shared/captures")
HERE = Path("tests/end_to_end")
REPLAY_SECONDS = 100.0
"""For all files together; most of it is the start of the process on a busy machine."""

Json = Any
Report = dict[str, Json]


class Place(NamedTuple):
    """A directory of recordings and the directory of their reports, relative to the project's root."""

    recordings: Path
    reports: Path

    def names(self) -> list[str]:
        """Everything here that is either a recording or a report, without its suffix."""
        found = [*(REPOSITORY / self.recordings).glob("*.jsonl"), *(REPOSITORY / self.reports).glob("*.json")]
        return sorted({path.stem for path in found})


PLACES = {"captures": Place(CAPTURES, HERE / "expected"), "sessions": Place(HERE / "sessions", HERE / "sessions")}
CASES = [pytest.param(place, name, id=f"{label}/{name}") for label, place in PLACES.items() for name in place.names()]
each_recording = pytest.mark.parametrize(("place", "name"), CASES)

SHAPE: Report = {
    "session": {"id", "model", "duration_ms", "close"},
    "events": {"client", "server", "unknown", "malformed"},
    "turns": None,
    "responses": {"completed", "cancelled", "failed", "incomplete", "unfinished"},
    "response_reasons": None,
    "transcriptions": {"completed", "failed", "empty", "pending", "late"},
    "transcription_failures": None,
    "truncations": {"client", "server", "unknown", "rejected", "unanswered"},
    "spoken_answers": None,
    "truncated_items": None,
    "interruptions": {"before_audio", "generating", "playing"},
    "overlaps": None,
    "tool_calls": None,
    "errors": None,
    "tokens": {
        *("input", "input_cached", "input_text", "input_audio", "input_image"),
        *("output", "output_text", "output_audio", "transcription_input", "transcription_output"),
    },
    "transcription_seconds": None,
    "cost_usd": None,
    "rate_limits": None,
    "latency_ms": {"turn", "turn_raw", "time_to_first_audio", "transcription", "tool_round_trip"},
}
"""The keys of a report and of the objects in it whose keys are fixed; `file` is left out, for it names a place."""

OWN_NAMES = {"events.client", "events.server", "events.unknown", "response_reasons", "errors", "rate_limits"}
"""Objects whose keys the session gave: one too many is as wrong as one too few. Elsewhere keys may be added."""

MS_TOLERANCE, USD_TOLERANCE, SECONDS_TOLERANCE = 0.01, 1e-6, 1e-9


def expected_report(place: Place, name: str) -> Report:
    """What was worked out by hand; fails where nobody did."""
    path = REPOSITORY / place.reports / f"{name}.json"
    assert path.exists(), f"{name}.jsonl has no report: work one out by hand as {place.reports / path.name}"
    report: Report = json.loads(path.read_text("utf-8"))
    return report


def recording(place: Place, name: str) -> Path:
    """The file; skips where the whole directory is absent, fails where only this file is."""
    path = requires_path(place.recordings) / f"{name}.jsonl"
    assert path.exists(), f"{place.reports / name}.json is about a recording that is not in {place.recordings}"
    return path


def tolerance(path: str) -> float | None:
    """How far a figure may be off; None for counts and texts, which may not."""
    if path.startswith("latency_ms.") or path.rpartition(".")[2].endswith("_ms"):
        return MS_TOLERANCE
    if path == "cost_usd":
        return USD_TOLERANCE
    return SECONDS_TOLERANCE if path.endswith("_seconds") else None


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def differences(expected: Json, actual: Json, path: str = "") -> Iterator[str]:
    """One line for each place where `actual` is not what was expected."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected.keys() | (actual.keys() if path in OWN_NAMES else set()):
            here = f"{path}.{name}" if path else name
            if name not in actual:
                yield f"{here}: expected {json.dumps(expected[name])}, absent"
            elif name not in expected:
                yield f"{here}: not expected, is {json.dumps(actual[name])}"
            else:
                yield from differences(expected[name], actual[name], here)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(one, other, f"{path}.{index}")
    elif not agree(expected, actual, tolerance(path)):
        yield f"{path}: expected {json.dumps(expected)}, is {json.dumps(actual)}"


def agree(expected: Json, actual: Json, tolerance: float | None) -> bool:
    """Equal, and of one type: 2.0 is no count; or, where there is a tolerance, near."""
    if tolerance is not None and is_number(expected) and is_number(actual):
        return abs(expected - actual) <= tolerance
    return type(expected) is type(actual) and bool(expected == actual)


def private(report: Json) -> Iterator[str]:
    """The names anywhere in a report that may stand there only with `--content`."""
    members = report.items() if isinstance(report, dict) else enumerate(report) if isinstance(report, list) else ()
    for name, member in members:
        if name in ("message", "transcript"):
            yield name
        yield from private(member)


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """File -> its report, of all recordings that are here, from one run."""
    files = sorted(str(path) for place in PLACES.values() for path in (REPOSITORY / place.recordings).glob("*.jsonl"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VOICETAP_", "OTEL_"))}
    command = [sys.executable, "-m", "voicetap", "replay", *files, "--json"]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, timeout=REPLAY_SECONDS
    )
    assert ended.returncode == 0, f"voicetap replay exited with {ended.returncode}; it said:\n{ended.stderr}"
    objects: list[Report] = json.loads(ended.stdout)
    names = [Path(report["file"]).name for report in objects]
    assert names == [Path(file).name for file in files], "one object per file, in order"
    return dict(zip(files, objects, strict=True))


@each_recording
def test_a_replay_reports_what_the_recording_says(place: Place, name: str, request: pytest.FixtureRequest) -> None:
    file, expected = recording(place, name), expected_report(place, name)
    report = request.getfixturevalue("reports")[str(file)]
    lines = sorted(differences(expected, report))
    assert not lines, f"{name}: {len(lines)} differences\n" + "\n".join(lines)
    assert [*private(report)] == [], "content is off"


# What can be counted without any judgement, from the file alone.


def lines_of(file: Path) -> list[Json]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()[1:]]


def is_event(line: Json) -> bool:
    return "event" in line and isinstance(line["event"].get("type"), str)


def events_of(lines: list[Json], type_: str) -> list[Json]:
    return [line["event"] for line in lines if is_event(line) and line["event"]["type"] == type_]


def counted_types(lines: list[Json]) -> dict[str, int]:
    """Of both sides together, known or not: which types are unknown is a judgement."""
    return dict(Counter(line["event"]["type"] for line in lines if is_event(line)))


def reported_types(report: Report) -> dict[str, int]:
    events = report["events"]
    return dict(Counter(events["client"]) + Counter(events["server"]) + Counter(events["unknown"]))


def counted_malformed(lines: list[Json]) -> int:
    """Text that is no object, binary messages, and objects that name no type."""
    return sum(not {"ping", "pong", "close"} & line.keys() and not is_event(line) for line in lines)


def counted_errors(lines: list[Json]) -> dict[str, int]:
    errors = [event["error"] for event in events_of(lines, "error")]
    named = [error if isinstance(error, dict) else {} for error in errors]
    return dict(Counter(error.get("code") or error.get("type") or "unknown" for error in named))


def finished(lines: list[Json]) -> dict[str, Json]:
    """Response id -> its first `response.done`."""
    first: dict[str, Json] = {}
    for event in events_of(lines, "response.done"):
        first.setdefault(event["response"]["id"], event)
    return first


def counted_statuses(lines: list[Json]) -> dict[str, int]:
    done = finished(lines)
    created = {event["response"]["id"] for event in events_of(lines, "response.created")}
    statuses = Counter(event["response"]["status"] for event in done.values())
    return {**dict.fromkeys(SHAPE["responses"], 0), **statuses, "unfinished": len(created - done.keys())}


def counted_tokens(lines: list[Json]) -> dict[str, int]:
    """The raw sums; some servers put the usage beside the response instead of into it."""
    sums: Counter[str] = Counter(dict.fromkeys(SHAPE["tokens"], 0))
    for event in finished(lines).values():
        usage = event["response"].get("usage") or event.get("usage") or {}
        read, written = usage.get("input_token_details") or {}, usage.get("output_token_details") or {}
        sums["input"] += usage.get("input_tokens", 0)
        sums["input_cached"] += read.get("cached_tokens", 0)
        sums["output"] += usage.get("output_tokens", 0)
        for modality in ("text", "audio", "image"):
            sums[f"input_{modality}"] += read.get(f"{modality}_tokens", 0)
        for modality in ("text", "audio"):
            sums[f"output_{modality}"] += written.get(f"{modality}_tokens", 0)
    for usage in transcription_usage(lines):
        sums["transcription_input"] += usage.get("input_tokens", 0)
        sums["transcription_output"] += usage.get("output_tokens", 0)
    return dict(sums)


def transcription_usage(lines: list[Json]) -> list[Json]:
    completed = events_of(lines, "conversation.item.input_audio_transcription.completed")
    return [event["usage"] for event in completed if event.get("usage")]


def counted_calls(lines: list[Json]) -> int:
    """Distinct calls whose arguments, or whose item, were finished."""
    items = [event["item"] for event in events_of(lines, "response.output_item.done")]
    calls = [item for item in items if item.get("type") == "function_call" and item.get("status") == "completed"]
    return len({call["call_id"] for call in [*calls, *events_of(lines, "response.function_call_arguments.done")]})


def counted_limits(lines: list[Json]) -> dict[str, Json]:
    """The last of each name."""
    limits = [limit for event in events_of(lines, "rate_limits.updated") for limit in event["rate_limits"]]
    return {limit["name"]: {key: limit[key] for key in ("limit", "remaining", "reset_seconds")} for limit in limits}


def counted_spoken_items(lines: list[Json]) -> int:
    """Items that had audio here, and responses that were played without any of it passing here."""
    deltas = [event for name in ("output_audio", "audio") for event in events_of(lines, f"response.{name}.delta")]
    played = {event["response_id"] for event in events_of(lines, "output_audio_buffer.started")}
    return len({delta["item_id"] for delta in deltas}) + len(played - {delta["response_id"] for delta in deltas})


def first_close(lines: list[Json]) -> Json:
    closes = [{**line["close"], "by": line["from"]} for line in lines if "close" in line]
    return closes[0] if closes else None


@each_recording
def test_a_report_made_by_hand_agrees_with_a_plain_count(place: Place, name: str) -> None:
    lines, report = lines_of(recording(place, name)), expected_report(place, name)
    times = [line["at_ms"] for line in lines if line["at_ms"] is not None]
    truncated = len(events_of(lines, "conversation.item.truncated"))
    asked = len(events_of(lines, "conversation.item.truncate"))
    truncations = report["truncations"]
    seconds = sum(usage.get("seconds", 0) for usage in transcription_usage(lines))
    pairs = {
        "events by type": (reported_types(report), counted_types(lines)),
        "malformed": (report["events"]["malformed"], counted_malformed(lines)),
        "errors": (report["errors"], counted_errors(lines)),
        "responses": (report["responses"], counted_statuses(lines)),
        "tokens": (report["tokens"], counted_tokens(lines)),
        "transcription seconds": (report["transcription_seconds"], seconds),
        "failures": (len(report["transcription_failures"]), report["transcriptions"]["failed"]),
        "tool calls": (report["tool_calls"], counted_calls(lines)),
        "rate limits": (report["rate_limits"], counted_limits(lines)),
        "spoken answers": (report["spoken_answers"], counted_spoken_items(lines)),
        "acknowledged": (truncations["client"] + truncations["server"] + truncations["unknown"], truncated),
        "asked": (truncations["client"] + truncations["rejected"] + truncations["unanswered"], asked),
        "truncated items": (len(report["truncated_items"]), truncated),
        "close": (report["session"]["close"], first_close(lines)),
        "duration": (report["session"]["duration_ms"], max(times, default=None)),
    }
    wrong = [
        f"{what}: {told} in the report, {count} in the file" for what, (told, count) in pairs.items() if told != count
    ]
    assert not wrong, f"{name}: the report made by hand is wrong\n" + "\n".join(wrong)


@each_recording
def test_a_report_made_by_hand_is_complete_and_explained(place: Place, name: str) -> None:
    report = expected_report(place, name)
    assert report.keys() == SHAPE.keys()
    assert {key: report[key].keys() for key, names in SHAPE.items() if names} == {k: v for k, v in SHAPE.items() if v}
    assert [*private(report)] == []
    assert f"## {name}\n" in (REPOSITORY / place.reports / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("path", "expected", "actual"),
    [
        ("turns", 2, 3),
        ("turns", 2, 2.0),
        ("errors", {"invalid_event": 1}, {"invalid_event": 1, "invalid_json": 1}),
        ("session", {"close": None}, {}),
        ("latency_ms.turn", [97.7], [97.72]),
        ("latency_ms.turn", [97.7], [97.7, 98.0]),
        ("cost_usd", 0.0127, 0.012702),
        ("cost_usd", None, 0),
    ],
)
def test_a_difference_is_told(path: str, expected: Json, actual: Json) -> None:
    assert [*differences(expected, actual, path)]


@pytest.mark.parametrize(
    ("path", "expected", "actual"),
    [
        ("latency_ms.turn", [97.7], [97.7000001]),
        ("cost_usd", 0.0127, 0.0127001),
        ("session.duration_ms", 4775, 4775.0),
        ("session", {"id": "sess_1"}, {"id": "sess_1", "voice": "marin"}),
    ],
)
def test_what_is_near_enough_or_added_is_no_difference(path: str, expected: Json, actual: Json) -> None:
    assert [*differences(expected, actual, path)] == []
