"""What went wrong in a session: report -> sentences, the worst first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .bounds import Number
from .model import Interruptions, Report
from .words import listed, many, name, names, seconds, share, times, was

HARMLESS_CLOSES = (None, 1000, 1001)

SCARCE = 0.1
"""Of a limit, what is left of it."""

_OF_CANCELLED = ("turn_detected", "client_cancelled")


class Trouble(NamedTuple):
    """One thing that somebody who asks what went wrong would want to know."""

    serious: bool
    """It should not happen; else it may be as it should be."""
    said: str


def troubles(report: Report) -> list[Trouble]:
    """All that the report has; what is serious comes first."""
    found = [
        trouble
        for look in (_session, _transcriptions, _responses, _silence, _tools, _cuts, _playback, _limits, _messages)
        for trouble in look(report)
    ]
    return sorted(found, key=lambda trouble: not trouble.serious)


def cut_off(answers: int, phases: Interruptions, unheard: Number) -> str | None:
    """As in "2 of 6 answers were cut off while they played; 1.4 s of audio went unheard"."""
    cut = phases.before_audio + phases.generating + phases.playing
    if not cut:
        return f"{seconds(unheard)} of audio went unheard" if unheard else None
    how = _kinds(
        [
            (phases.before_audio, "before any audio"),
            (phases.generating, "while being made"),
            (phases.playing, "while being heard"),
        ]
    )
    said = f"{share(cut, max(answers, cut), 'answer')} {was(cut)} cut off{how}"
    return f"{said}; {seconds(unheard)} of audio went unheard" if unheard else said


def _kinds(kinds: Sequence[tuple[int, str]]) -> str:
    """What goes after a sum: as in " at once" where all are of one kind, else as in ": 2 at once, 1 late"."""
    found = [what for count, what in kinds if count]
    return f" {found[0]}" if len(found) == 1 else f": {listed(kinds)}"


def _wrong(total: int, noun: str, kinds: Sequence[tuple[int, str]]) -> str | None:
    """As in "1 of 3 turns failed", "2 of 3 turns went wrong: 1 failed, 1 was lost"."""
    count = sum(count for count, _ in kinds)
    if not count:
        return None
    how = _kinds(kinds)
    return share(count, max(total, count), noun) + (f" went wrong{how}" if how.startswith(":") else how)


def _session(report: Report) -> Iterator[Trouble]:
    session = report.session
    if session.start == "refused":
        yield Trouble(True, "the server refused the session")
    elif session.start == "closed":
        yield Trouble(True, "the connection ended before a session started")
    elif session.start == "timeout":
        yield Trouble(True, "no session started: nothing came for 30 s")
    if session.end == "expired":
        yield Trouble(True, "the session reached its maximum duration, and the server ended it")
    elif session.end == "client_lost":
        yield Trouble(True, "the client's connection was lost: it ended without a Close frame")
    elif session.end == "upstream_lost":
        yield Trouble(True, "the server's connection was lost: it ended without a Close frame")
    elif session.close is not None and session.end != "refused" and session.close.code not in HARMLESS_CLOSES:
        yield Trouble(True, f"the {session.close.by} closed with {session.close.code}")


def _transcriptions(report: Report) -> Iterator[Trouble]:
    found = report.transcriptions
    total = found.completed + found.empty + found.failed + found.pending
    if found.failed:
        codes = names(Counter(failure.code or "unknown" for failure in report.transcription_failures))
        yield Trouble(True, f"{share(found.failed, total, 'transcription')} failed: {codes}")
    if found.pending:
        yield Trouble(True, f"{share(found.pending, total, 'transcription')} never came")
    if found.empty:
        yield Trouble(False, f"{share(found.empty, total, 'transcription')} came without text")
    if found.late:
        yield Trouble(False, f"{many(found.late, 'transcription')} came again after the first result")


def _responses(report: Report) -> Iterator[Trouble]:
    found = report.responses
    total = found.completed + found.cancelled + found.failed + found.incomplete + found.unfinished
    kinds = [(found.failed, "failed"), (found.incomplete, "stayed incomplete"), (found.unfinished, "never ended")]
    if wrong := _wrong(total, "response", kinds):
        reasons = {reason: n for reason, n in report.response_reasons.items() if reason not in _OF_CANCELLED}
        yield Trouble(True, wrong + (f" ({names(reasons)})" if reasons else ""))
    if report.errors:
        total = sum(report.errors.values())
        yield Trouble(True, f"{many(total, 'error')} from the server: {names(report.errors)}")


def _silence(report: Report) -> Iterator[Trouble]:
    air = report.dead_air
    kinds = [(air.speech, "after speech"), (air.request, "after a request"), (air.tool_output, "after a tool's output")]
    if waits := air.speech + air.request + air.tool_output:
        yield Trouble(True, f"dead air: the user waited more than 5 s {times(waits)}{_kinds(kinds)}")
    if report.fell_silent:
        yield Trouble(True, f"after an error the agent fell silent for 30 s {times(report.fell_silent)}")
    if unanswered := report.turn_outcomes.no_response:
        yield Trouble(True, f"{share(unanswered, max(report.turns, unanswered), 'turn')} got no response")


def _tools(report: Report) -> Iterator[Trouble]:
    found = report.tool_outcomes
    calls = max(report.tool_calls + report.mcp_calls, found.failed + found.unanswered + found.cancelled)
    if wrong := _wrong(calls, "tool call", [(found.failed, "failed"), (found.unanswered, "got no output")]):
        yield Trouble(True, wrong)
    if found.cancelled:
        yield Trouble(False, f"{share(found.cancelled, calls, 'tool call')} {was(found.cancelled)} cancelled")


def _cuts(report: Report) -> Iterator[Trouble]:
    if said := cut_off(report.answers, report.interruptions, report.unheard_audio_seconds):
        yield Trouble(False, said)
    found = report.truncations
    if found.rejected:
        yield Trouble(False, f"{many(found.rejected, 'truncation')} {was(found.rejected)} rejected by the server")
    if found.unanswered:
        yield Trouble(False, f"{many(found.unanswered, 'truncation')} got no answer from the server")
    if report.overlaps:
        yield Trouble(False, f"the user spoke over an answer that went on {times(report.overlaps)}")


def _playback(report: Report) -> Iterator[Trouble]:
    if report.underruns:
        missing = seconds(report.underrun_seconds)
        yield Trouble(False, f"playback ran out of audio {times(report.underruns)}, for {missing} (estimated)")


def _limits(report: Report) -> Iterator[Trouble]:
    for which, limit in report.rate_limits.items():
        if limit.limit and limit.remaining is not None and limit.remaining < SCARCE * limit.limit:
            yield Trouble(True, f"rate limit {name(which)}: {limit.remaining:,} of {limit.limit:,} left at the end")


def _messages(report: Report) -> Iterator[Trouble]:
    events = report.events
    if events.malformed:
        reasons = names(events.malformed_reasons)
        yield Trouble(True, f"{many(events.malformed, 'message')} {was(events.malformed)} no event: {reasons}")
    if events.unknown:
        total = sum(events.unknown.values())
        yield Trouble(False, f"{many(total, 'event')} of unknown type: {names(events.unknown)}")
    if report.surprise_details:
        total = sum(report.surprise_details.values())
        details = names(report.surprise_details, 3)
        yield Trouble(
            False, f"{many(total, 'event')} made no sense where {'it' if total == 1 else 'they'} came: {details}"
        )
    if report.left_out:
        yield Trouble(False, f"lists of this report that are cut short: {names(report.left_out)}")
