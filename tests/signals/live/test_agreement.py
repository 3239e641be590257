"""What the page shows of a call is what `voicetap replay` reports of it: of calls by chance, and of every recording."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from calls.catalogue import scenarios, variants
from calls.random_calls import random_call
from support.requires import REPOSITORY
from voicetap.chunks import UpgradeRequest
from voicetap.facts import Connection, TraceIds
from voicetap.prices import load_prices
from voicetap.recording import Ended, Received, open_recording
from voicetap.replay import feed
from voicetap.signals.live import Changes, LiveView, SessionView, Span
from voicetap.signals.live.items import UNKNOWN
from voicetap.signals.report import Report, ReportSink

SEEDS = range(20)
MANY_SEEDS = range(2000, 2500)
RECORDINGS = sorted(
    [*(REPOSITORY / "../shared/captures").glob("*.jsonl"), *(REPOSITORY / "tests/end_to_end/sessions").glob("*.jsonl")]
)
PRICES = load_prices(None)
ROUNDED = {
    "seconds": 0.0011,
    "cost": 1e-6,
    **dict.fromkeys(("turn", "first_audio", "transcription", "tool"), 0.051),
}
"""How far apart figures may be: the page has tenths of milliseconds."""


class Shown(NamedTuple):
    """One recording, seen in both ways."""

    page: SessionView
    report: Report


def shown(file: Path) -> Shown:
    """A recording goes through both sinks."""
    report = ReportSink(file.name, prices=PRICES)
    view = LiveView()
    with open_recording(file) as recording:
        beginning: Iterator[Received | Ended] = islice(recording, 1)
        timed = recording.header.switched_at_ms is not None or any(entry.at == entry.at for entry in beginning)
    with open_recording(file) as recording:
        request = UpgradeRequest(recording.header.target or "/", (), 0.0 if timed else float("nan"))
        page = view.connection(Connection("1", request, 0.0), TraceIds(), file.name)
        feed(recording, [report, page], PRICES)
    session = view.session("1")
    assert session is not None
    return Shown(session, report.report)


def written(directory: Path, name: str, lines: Iterable[str]) -> Path:
    path = directory / f"{name}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def told(counts: msgspec.Struct) -> dict[str, int]:
    """A table of the report, without what there was none of."""
    return {name: count for name, count in msgspec.to_builtins(counts).items() if count}


def counted(values: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(str(value) for value in values))


def transcription(span: Span) -> str:
    """Its outcome as a report has it: a result is one, however late."""
    if span.outcome in ("timed_out", "session_closed"):
        return str(span.detail.get("late", "pending"))
    return str(span.outcome)


def times(changes: Changes, *kinds: str) -> int:
    """For how many faults the marks of these kinds stand."""
    return sum(int(mark.detail.get("count", 1)) for mark in changes.marks if mark.kind in kinds)


def figures_of_the_page(page: SessionView) -> dict[str, Any]:
    """What both have, from spans, marks, turns and entries."""
    changes, figures, summary = page.changes(), page.figures, page.summary
    lanes: dict[str, list[Span]] = {}
    for span in changes.spans:
        lanes.setdefault(span.lane, []).append(span)
    marks = {kind: [mark for mark in changes.marks if mark.kind == kind] for kind in ("interruption", "truncation")}
    events: dict[str, Counter[str]] = {"client": Counter(), "server": Counter(), "unknown": Counter()}
    for event in page.events_since(0):
        if not (event.note or "").startswith("malformed"):
            events["unknown" if event.note == "unknown" else event.sender][event.type] += event.count
    return {
        "turns": [summary.turns, len(changes.turns)],
        "turns_opened_by": counted(turn.opened_by for turn in changes.turns),
        "turn_outcomes": counted(turn.outcome for turn in changes.turns),
        # Of one that was never announced no end is told; the report does not have it.
        "responses": counted(span.outcome for span in lanes.get("response", []) if span.outcome != UNKNOWN),
        "transcriptions": counted(map(transcription, lanes.get("transcription", []))),
        "tool_outcomes": counted(span.outcome for span in lanes.get("tool", [])),
        "tool_calls": summary.tool_calls,
        "interruptions": counted(mark.label for mark in marks["interruption"]),
        "truncations": counted(
            str(mark.detail["initiator"]) if mark.label == "acknowledged" else mark.label
            for mark in marks["truncation"]
        ),
        "all_cuts": (summary.interruptions, summary.truncations),
        "dead_air": counted(mark.label for mark in changes.marks if mark.kind == "dead_air"),
        "silent": times(changes, "silent"),
        "overlaps": times(changes, "overlap"),
        "errors": times(changes, "error"),
        "malformed": times(changes, "malformed"),
        "surprises": times(changes, "surprise"),
        "underruns": sum(int(span.detail.get("underruns", 0)) for span in lanes.get("playback", [])),
        "events": {side: dict(types) for side, types in events.items()},
        "tokens": msgspec.to_builtins(figures.tokens),
        "seconds": (
            figures.input_audio_seconds,
            figures.generated_audio_seconds,
            figures.unheard_audio_seconds,
            figures.transcription_seconds,
        ),
        "cost": figures.cost_usd,
        **{
            name: [ms for _, ms in getattr(figures.latencies, name)]
            for name in ("turn", "first_audio", "transcription", "tool")
        },
    }


def figures_of_the_report(report: Report) -> dict[str, Any]:
    """The same, as the report has it."""
    latencies = report.latency_ms
    used = any(told(report.tokens).values()) or report.transcription_seconds or report.cost_usd
    truncations = told(report.truncations)
    acknowledged = sum(truncations.get(initiator, 0) for initiator in ("client", "server", "unknown"))
    transcriptions = told(report.transcriptions)
    transcriptions.pop("late", None)
    return {
        "turns": [report.turns, report.turns],
        "turns_opened_by": told(report.turns_opened_by),
        "turn_outcomes": told(report.turn_outcomes),
        "responses": told(report.responses),
        "transcriptions": transcriptions,
        "tool_outcomes": told(report.tool_outcomes),
        "tool_calls": report.tool_calls + report.mcp_calls,
        "interruptions": told(report.interruptions),
        "truncations": truncations,
        "all_cuts": (sum(told(report.interruptions).values()), acknowledged),
        "dead_air": told(report.dead_air),
        "silent": report.fell_silent,
        "overlaps": report.overlaps,
        "errors": sum(report.errors.values()),
        "malformed": report.events.malformed,
        "surprises": sum(told(report.surprises).values()),
        "underruns": report.underruns,
        "events": {
            "client": report.events.client,
            "server": report.events.server,
            "unknown": report.events.unknown,
        },
        "tokens": msgspec.to_builtins(report.tokens),
        "seconds": (
            report.input_audio_seconds,
            report.generated_audio_seconds,
            report.unheard_audio_seconds,
            report.transcription_seconds,
        ),
        # Of a session that has used nothing the report says 0 if it knows its price, the page nothing.
        "cost": report.cost_usd if used else None,
        "turn": latencies.turn,
        "first_audio": latencies.time_to_first_audio,
        "transcription": latencies.transcription,
        "tool": latencies.tool_round_trip,
    }


def differences(one: Shown) -> list[str]:
    """What the two do not agree on."""
    page, report = figures_of_the_page(one.page), figures_of_the_report(one.report)
    return [
        f"{name}: the page has {page[name]}, the report {report[name]}"
        for name in report
        if page[name] != (pytest.approx(report[name], abs=ROUNDED[name]) if name in ROUNDED else report[name])
    ]


def faults(page: SessionView) -> Iterator[str]:
    """What can be in no call."""
    changes = page.changes()
    if page.summary.state not in ("ended", "refused"):
        yield f"it is {page.summary.state}"
    numbers = {turn.turn for turn in changes.turns}
    for span in changes.spans:
        if span.open or (span.outcome is None and span.lane != "user"):
            yield f"goes on: {span}"
        if span.start_ms is not None and span.end_ms is not None and span.end_ms < span.start_ms:
            yield f"ends before it begins: {span}"
        if span.turn is not None and span.turn not in numbers:
            yield f"is of no turn: {span}"
        for part in span.parts:
            if part.end_ms is None or not span.start_ms <= part.start_ms <= part.end_ms:
                yield f"has an odd part: {span}"
    for turn in changes.turns:
        if turn.outcome is None or (turn.ended_ms is not None and turn.ended_ms < (turn.began_ms or 0)):
            yield f"has no end: {turn}"
        if turn.latency is not None and turn.latency.total_ms is not None and turn.latency.model_ms is not None:
            shares = msgspec.structs.astuple(turn.latency)[2:]
            if abs(turn.latency.total_ms - sum(share or 0.0 for share in shares)) > 0.3:
                yield f"does not add up: {turn}"
    heard = sorted((span.start_ms, span.end_ms) for span in changes.spans if span.lane == "playback" and span.start_ms)
    for (_, end), (start, _) in pairwise(heard):
        if end is not None and start < end - 0.11:
            yield f"two answers are heard at a time, at {start}"


def problems(files: Iterable[Path]) -> str:
    """Everything, readable."""
    found = []
    for file in files:
        one = shown(file)
        found += [f"{file.name}: {problem}" for problem in (*differences(one), *faults(one.page))]
    return "\n".join(found)


def test_random_calls_are_shown_as_they_are_reported(tmp_path: Path) -> None:
    assert problems(written(tmp_path, str(seed), random_call(seed).lines) for seed in SEEDS) == ""


@pytest.mark.slow
def test_five_hundred_random_calls_are(tmp_path: Path) -> None:
    assert problems(written(tmp_path, str(seed), random_call(seed).lines) for seed in MANY_SEEDS) == ""


@pytest.mark.slow
def test_scenarios_are_in_each_of_their_forms(tmp_path: Path) -> None:
    def files() -> Iterator[Path]:
        for scenario in scenarios():
            truth = scenario.run()
            for name, variant in variants(truth).items():
                yield written(tmp_path, f"{scenario.name}.{name}", truth.recording.written(variant))

    assert problems(files()) == ""


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
def test_a_recording_is(file: Path) -> None:
    assert problems([file]) == ""
