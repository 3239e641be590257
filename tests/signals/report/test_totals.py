"""What several reports come to."""

import io

from rich.console import Console

from voicetap.signals.report import Report, Totals


def lines(totals: Totals, failures: int = 0) -> list[str]:
    console = Console(file=io.StringIO(), width=120, highlight=False)
    with console.capture() as capture:
        console.print(totals.render(failures))
    return [line.strip() for line in capture.get().splitlines() if line.strip()]


def call() -> Report:
    report = Report("call.jsonl", turns=3, answers=3, unheard_audio_seconds=0.7, cost_usd=0.25, errors={"x": 2})
    report.interruptions.playing = 1
    report.transcriptions.completed, report.transcriptions.failed = 2, 1
    return report


def test_the_sums() -> None:
    totals = Totals()
    totals.add(call())
    totals.add(call())
    assert lines(totals) == [
        "All together",
        "2 recordings",
        "6 turns",
        "2 of 6 transcriptions failed",
        "2 of 6 answers were cut off while being heard; 1.4 s of audio went unheard",
        "4 errors from servers",
        "$0.5000",
    ]


def test_what_is_not_known_is_not_added() -> None:
    totals = Totals()
    totals.add(call())
    totals.add(Report("other.jsonl"))
    assert lines(totals)[-1] == "$0.2500, without 1 recording whose cost is unknown"


def test_files_without_a_report_are_counted() -> None:
    totals = Totals()
    totals.add(Report("other.jsonl"))
    assert lines(totals, failures=2) == ["All together", "1 of 3 recordings; 2 could not be read"]
