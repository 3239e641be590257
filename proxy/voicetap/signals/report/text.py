"""A report for people: what the session was, what went wrong, how long things took, and what it came to."""

from collections.abc import Iterator, Sequence
from math import ceil
from statistics import median

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .bounds import Number
from .model import Report
from .trouble import troubles
from .words import NAMED, dollars, listed, many, milliseconds, name, names, seconds

SHORTEST, LONGEST = 8, 24
"""Columns of the longest bar: less is none."""

AUDIBLE = 0.001
"""Seconds; less is not told."""

INDENT = 4
GAP = 2
"""Columns between figures."""

LATENCIES = {
    "turn": "end of speech to answer",
    "vad_wait": "  of it turn detection",
    "turn_raw": "speech_stopped to answer",
    "commit_to_response": "commit to response",
    "time_to_first_audio": "time to first audio",
    "transcription": "transcription",
    "tool_round_trip": "tool round trip",
    "tool_resume": "tool output to answer",
    "interruption_stop": "interruption to silence",
}

Row = tuple[str, str, str]
"""What, how many, and of which kinds."""


class ReportText:
    """A report that rich can print, at any width."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        report = self._report
        yield Text(report.file, style="bold", no_wrap=True, overflow="ignore")
        yield Padding(Text(headline(report)), (0, 0, 0, 2))
        found = troubles(report)
        if not found:
            yield Padding(Text("Nothing went wrong that the recording shows.", style="green"), (1, 0, 0, 2))
        else:
            listing = Table.grid(padding=(0, 1))
            for serious, said in found:
                mark = Text("!", style="bold red") if serious else Text("-", style="yellow")
                listing.add_row(mark, Text(said))
            yield from _section("What went wrong", listing)
        if times := [*_latencies(report)]:
            room = options.max_width - INDENT if len(times) > 1 and not options.ascii_only else 0
            yield from _section("How long it took", _latency_table(times, room))
        figures = Table.grid(padding=(0, 2))
        figures.add_column(no_wrap=True)
        figures.add_column(justify="right", no_wrap=True)
        figures.add_column()
        for what, number, kinds in rows(report):
            figures.add_row(Text(what), Text(number, style="bold"), Text(kinds))
        yield from _section("In figures", figures)


def headline(report: Report) -> str:
    """Model, duration, turns, and how it ended."""
    session = report.session
    what = name(session.model) if session.model else "model unknown"
    if session.purpose != "realtime":
        what += f" ({session.purpose})"
    parts = [what]
    if session.duration_ms is not None:
        parts.append(seconds(session.duration_ms / 1000))
    if report.turns:
        parts.append(many(report.turns, "turn"))
    return ", ".join([*parts, _ending(report)])


def rows(report: Report) -> Iterator[Row]:
    """The figures; what is zero has none."""
    for row in (*_talk_rows(report), *_usage_rows(report), *_traffic_rows(report)):
        if row[1] != "0":
            yield row


def _ending(report: Report) -> str:
    close, end = report.session.close, report.session.end
    if close is None:
        return "no close recorded"
    said = {"client_lost": "lost by the client", "upstream_lost": "lost by the server"}.get(end or "")
    if said:
        return said
    detail = " ".join([str(close.code or ""), name(close.reason) if close.reason else ""]).strip()
    return f"closed by the {close.by}" + (f" ({detail})" if detail else "")


def _talk_rows(report: Report) -> Iterator[Row]:
    by, turns, made = report.turns_opened_by, report.turn_outcomes, report.responses
    openers = [(by.speech, "by speech"), (by.text, "by text"), (by.timeout, "by timeout")]
    opened = listed([*openers, (by.agent_initiated, "by the agent")])
    outcomes = [(turns.completed, "completed"), (turns.interrupted, "interrupted"), (turns.failed, "failed")]
    outcomes += [(turns.incomplete, "incomplete"), (turns.no_response, "without a response")]
    ended = listed([*outcomes, (turns.session_closed, "open at the end")])
    yield "turns", f"{report.turns:,}", "; ".join(filter(None, [opened, ended]))
    statuses = [(made.completed, "completed"), (made.cancelled, "cancelled"), (made.failed, "failed")]
    statuses += [(made.incomplete, "incomplete"), (made.unfinished, "unfinished")]
    reasons = f" ({names(report.response_reasons)})" if report.response_reasons else ""
    yield "responses", f"{sum(count for count, _ in statuses):,}", listed(statuses) + reasons
    spoken = f"{seconds(report.generated_audio_seconds)} of audio" if report.generated_audio_seconds >= AUDIBLE else ""
    yield "spoken answers", f"{report.spoken_answers:,}", spoken
    if report.input_audio_seconds >= AUDIBLE:
        yield "user audio", seconds(report.input_audio_seconds), ""
    found = report.transcriptions
    outcomes = [(found.completed, "completed"), (found.empty, "empty"), (found.failed, "failed")]
    outcomes.append((found.pending, "pending"))
    model = f"; {name(report.session.transcription_model)}" if report.session.transcription_model else ""
    yield "transcriptions", f"{sum(count for count, _ in outcomes):,}", listed(outcomes) + model
    cuts = report.truncations
    outcomes = [(cuts.client, "by the client"), (cuts.server, "by the server"), (cuts.unknown, "by client or server")]
    outcomes += [(cuts.rejected, "rejected"), (cuts.unanswered, "unanswered")]
    yield "truncations", f"{sum(count for count, _ in outcomes):,}", listed(outcomes)
    did = report.tool_outcomes
    outcomes = [(did.answered, "answered"), (did.completed, "completed"), (did.failed, "failed")]
    outcomes += [(did.unanswered, "unanswered"), (did.cancelled, "cancelled")]
    mcp = f"; {report.mcp_calls:,} of them MCP" if report.mcp_calls else ""
    yield "tool calls", f"{report.tool_calls + report.mcp_calls:,}", listed(outcomes) + mcp


def _usage_rows(report: Report) -> Iterator[Row]:
    used = report.tokens
    read = [(used.input_text, "text"), (used.input_audio, "audio"), (used.input_image, "image")]
    yield "tokens in", f"{used.input:,}", listed([*read, (used.input_cached, "of them cached")])
    yield "tokens out", f"{used.output:,}", listed([(used.output_text, "text"), (used.output_audio, "audio")])
    transcribed = used.transcription_input + used.transcription_output
    sides = listed([(used.transcription_input, "in"), (used.transcription_output, "out")])
    yield "transcription tokens", f"{transcribed:,}", sides
    if report.transcription_seconds:
        yield "transcribed audio", seconds(report.transcription_seconds), "as billed"
    if report.cost_usd:
        yield "cost", dollars(report.cost_usd), ""
    elif report.unpriced_models:
        models = ", ".join(
            "a model without a name" if model is None else name(model) for model in report.unpriced_models
        )
        yield "cost", "?", f"no price for {models}"
    limits = {which: limit for which, limit in report.rate_limits.items() if limit.remaining is not None}
    left = [
        f"{name(which)} {limit.remaining:,}" + (f" of {limit.limit:,}" if limit.limit is not None else "")
        for which, limit in limits.items()
    ]
    more = f", and {len(left) - NAMED:,} more" if len(left) > NAMED else ""
    yield "rate limits", f"{len(left):,}", f"left: {', '.join(left[:NAMED])}{more}"


def _traffic_rows(report: Report) -> Iterator[Row]:
    sent, got = sum(report.events.client.values()), sum(report.events.server.values())
    yield "events", f"{sent + got:,}", listed([(sent, "from the client"), (got, "from the server")])


def _latencies(report: Report) -> Iterator[tuple[str, int, list[Number]]]:
    for key, label in LATENCIES.items():
        found: list[Number] = getattr(report.latency_ms, key)
        if found:
            yield label, len(found) + report.left_out.get(f"latency_ms.{key}", 0), sorted(found)


def _latency_table(found: Sequence[tuple[str, int, list[Number]]], room: int) -> Table:
    """`room`: columns that it may fill, bars included; the figures are there in any case."""
    cells = [["", "n", "median", "p90", "max"]]
    ranges = []
    for label, count, figures in found:
        middle, high, most = median(figures), _percentile(figures, 0.9), figures[-1]
        cells.append([label, f"{count:,}", *(milliseconds(figure) for figure in (middle, high, most))])
        ranges.append((middle, high))
    taken = sum(max(map(len, column)) + GAP for column in zip(*cells, strict=True))
    length = min(room - taken, LONGEST)
    table = Table.grid(padding=(0, GAP))
    table.add_column()
    for _ in range(4):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row(*map(Text, cells[0]))
    longest = max(high for _, high in ranges) or 1
    for row, (middle, high) in zip(cells[1:], ranges, strict=True):
        shown = length >= SHORTEST
        bar = _bar(round(length * middle / longest), round(length * high / longest)) if shown else Text()
        table.add_row(*map(Text, row), bar)
    return table


def _bar(middle: int, high: int) -> Text:
    """To the median, and on to the p90."""
    return Text("━" * middle + "─" * (high - middle), style="cyan")


def _percentile(figures: Sequence[Number], share: float) -> Number:
    """By nearest rank, of sorted figures."""
    return figures[ceil(share * len(figures)) - 1]


def _section(title: str, body: RenderableType) -> Iterator[RenderableType]:
    yield Padding(Text(title, style="bold"), (1, 0, 0, 2))
    yield Padding(body, (0, 0, 0, INDENT))
