"""The report on a terminal, at any width, and where there is none."""

import io

import pytest
from rich.console import Console

from voicetap.signals.report import Report, ReportText
from voicetap.signals.report.model import Close, Latencies, RateLimit


def printed(report: Report, width: int = 80, encoding: str = "utf-8", **options: object) -> str:
    """What a console of that width shows, without the blanks at the ends of lines."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, width=width, highlight=False, markup=False, **options)  # type: ignore[arg-type]
    console.print(ReportText(report), crop=False)
    file.seek(0)
    return "\n".join(line.rstrip() for line in file.read().splitlines())


def busy() -> Report:
    report = Report("calls/17.jsonl", turns=12, answers=12, spoken_answers=11, generated_audio_seconds=75.2)
    report.session.model, report.session.duration_ms = "gpt-realtime", 245_000
    report.session.close, report.session.end = Close(1000, "bye", "client"), "client_closed"
    report.turns_opened_by.speech, report.turns_opened_by.agent_initiated = 11, 1
    report.turn_outcomes.completed, report.turn_outcomes.interrupted = 10, 2
    report.responses.completed, report.responses.cancelled = 11, 1
    report.response_reasons = {"turn_detected": 1}
    report.tokens.input, report.tokens.input_text, report.tokens.input_cached = 45_501, 45_501, 4_096
    report.cost_usd = 0.184
    report.rate_limits = {"tokens": RateLimit(20_000, 19_000, 1)}
    report.latency_ms = Latencies(turn=[300, 800, 1000], transcription=[98.4])
    report.events.client = {"response.create": 12}
    return report


def test_the_whole() -> None:
    assert (
        printed(busy())
        == """\
calls/17.jsonl
  gpt-realtime, 4 min 05 s, 12 turns, closed by the client (1000 bye)

  Nothing went wrong that the recording shows.

  How long it took
                             n  median     p90     max
    end of speech to answer  3  800 ms  1.00 s  1.00 s  ━━━━━━━━━━━━━━━━━━━─────
    transcription            1   98 ms   98 ms   98 ms  ━━

  In figures
    turns                12  11 by speech, 1 by the agent; 10 completed, 2
                             interrupted
    responses            12  11 completed, 1 cancelled (turn_detected)
    spoken answers       11  1 min 15 s of audio
    tokens in        45,501  45,501 text, 4,096 of them cached
    cost            $0.1840
    rate limits           1  left: tokens 19,000 of 20,000
    events               12  12 from the client"""
    )


def test_what_went_wrong_stands_before_the_figures() -> None:
    report = busy()
    report.transcriptions.pending = 1
    report.overlaps = 1
    lines = printed(report).splitlines()
    at = lines.index("  What went wrong")
    assert lines[at + 1 : at + 3] == [
        "    ! the one transcription never came",
        "    - the user spoke over an answer that went on once",
    ]
    assert at < lines.index("  In figures")


@pytest.mark.parametrize("width", [30, 60, 80, 120])
def test_no_figure_is_cut_off_however_narrow(width: int) -> None:
    lines = printed(busy(), width).splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert all(figure in text for figure in ("800 ms", "1.00 s", "98 ms"))
    assert "…" not in text if width >= 60 else True


def test_bars_are_for_who_can_see_them() -> None:
    assert "━" in printed(busy())
    assert "━" not in printed(busy(), width=60)
    assert "━" not in printed(busy(), encoding="ascii")
    alone = busy()
    alone.latency_ms.transcription = []
    assert "━" not in printed(alone)


def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in printed(busy())
    assert "\x1b[1m" in printed(busy(), force_terminal=True, color_system="standard")


def test_the_name_of_the_file_stays_whole() -> None:
    path = "calls/" + "long name " * 20
    assert printed(Report(path)).splitlines()[0] == path.rstrip()


def test_names_from_the_recording_are_neither_markup_nor_control() -> None:
    report = busy()
    report.session.model = "[red]gpt\x1b[31m"
    assert "  [red]gpt?[31m, " in printed(report)


def test_a_session_of_which_nothing_is_known() -> None:
    assert printed(Report("empty.jsonl")).splitlines()[:2] == ["empty.jsonl", "  model unknown, no close recorded"]


@pytest.mark.parametrize(
    ("end", "close", "said"),
    [
        ("server_closed", Close(None, "", "server"), "closed by the server"),
        ("refused", Close(3000, None, "server"), "closed by the server (3000)"),
        ("client_lost", Close(1006, "", "client"), "lost by the client"),
        ("upstream_lost", Close(1006, "", "server"), "lost by the server"),
    ],
)
def test_how_it_ended(end: str, close: Close, said: str) -> None:
    report = busy()
    report.session.end, report.session.close = end, close
    assert printed(report).splitlines()[1] == f"  gpt-realtime, 4 min 05 s, 12 turns, {said}"


def test_a_cost_that_is_not_known_says_why() -> None:
    report = busy()
    report.cost_usd, report.unpriced_models = None, ["grok-voice", None]
    [line] = [line for line in printed(report).splitlines() if line.startswith("    cost")]
    assert line.split() == ["cost", "?", "no", "price", "for", "grok-voice,", "a", "model", "without", "a", "name"]


def test_latencies_that_were_left_out_are_counted() -> None:
    report = busy()
    report.left_out = {"latency_ms.turn": 997}
    assert "end of speech to answer  1,000  800 ms" in printed(report)
