"""A report, and the metrics of a process that had no other connection."""

from collections import Counter
from collections.abc import Iterator

from agreement.pairs import TIMEOUT_MS, Pair, Report, bounded, nonzero
from agreement.process import Figures, Watch
from voicetap.signals.labels import ERROR_CODES, FAILURE_CODES, RATE_LIMITS, RESPONSES


def of_metrics(report: Report, figures: Figures) -> Iterator[Pair]:
    """All that both of them say."""
    yield from _messages(report, figures)
    yield from _session(report, figures)
    yield from _transcriptions(report, figures)
    yield from _turns(report, figures)
    yield from _answers(report, figures)
    yield from _use(report, figures)


HELD = (
    *("sessions_active", "sessions_expiring", "transcriptions_pending"),
    *("rate_limit_remaining", "rate_limit_limit"),
)
"""The gauges that hold something of a connection, and only while it lives."""


def of_gauges(watch: Watch, after: Figures, model: str) -> Iterator[Pair]:
    """What the gauges held while the one connection lived, and what they hold after it."""
    for expected, said in watch.pending:
        yield "pending", expected, said
    before = watch.gauges
    yield "pending at the end", 0, before.total("transcriptions_pending")  # by then each of them has its outcome
    yield "active", {model: 1}, before.by("model", "sessions_active")
    yield "ended", {model: 1}, after.by("model", "sessions_total")
    remaining = before.by("name", "rate_limit_remaining")
    remaining.pop("other", None)
    yield "limits", nonzero({name: left for name, left in watch.limits.items() if name in RATE_LIMITS}), remaining
    for gauge in HELD:
        yield f"{gauge} after the end", {}, after.by("", gauge)


def _messages(report: Report, figures: Figures) -> Iterator[Pair]:
    events = report["events"]
    for side in ("client", "server"):
        named = figures.by("type", "events_total", from_=side)
        other = named.pop("other", 0)
        yield f"events of the {side}", events[side], named
        yield f"unknown events of the {side}", other, figures.total("unknown_events_total", from_=side)
    yield "unknown events", sum(events["unknown"].values()), figures.total("unknown_events_total")
    yield "malformed", events["malformed_reasons"], figures.by("reason", "malformed_messages_total")
    yield "surprises", nonzero(report["surprises"]), figures.by("kind", "surprises_total")
    yield "errors", bounded(report["errors"], ERROR_CODES), figures.by("code", "api_errors_total")
    yield "gaps", 0, figures.total("observer_gaps_total")


def _session(report: Report, figures: Figures) -> Iterator[Pair]:
    session, close = report["session"], report["session"]["close"]
    yield "handshakes", {"101": 1}, figures.by("outcome", "handshakes_total")
    yield "start", {session["start"]: 1}, figures.by("outcome", "session_starts_total")
    # A report has neither end nor close where voicetap ended the connection; no code where the Close frame had none.
    ends = figures.by("end", "sessions_total")
    yield "end", {session["end"]: 1} if session["end"] else {next(iter(ends), ""): 1}, ends
    by, code = ("voicetap", 1006) if close is None else (close["by"], close["code"] or 1005)
    yield "closed by", {by: 1}, figures.by("closed_by", "close_codes_total")
    known = 1000 <= code <= 1015 or code in (3000, 4000)
    yield "close code", {str(code) if known else f"{code // 1000}xxx": 1}, figures.by("code", "close_codes_total")
    yield from _histogram("session_setup_seconds", [session["setup_ms"]], figures)
    yield from _histogram("session_duration_seconds", [session["duration_ms"]], figures)


def _histogram(name: str, latencies_ms: list[float | None], figures: Figures) -> Iterator[Pair]:
    """Count and sum; each figure of the report is rounded to the microsecond."""
    known = [latency for latency in latencies_ms if latency is not None]
    yield f"{name}_count", len(known), figures.total(f"{name}_count")
    yield f"{name}_sum", [0.0], [(figures.total(f"{name}_sum") * 1000 - sum(known)) / max(1, len(known))]


def _transcriptions(report: Report, figures: Figures) -> Iterator[Pair]:
    told = report["transcriptions"]
    live = figures.by("outcome", "transcriptions_total")
    late = figures.by("outcome", "late_transcriptions_total")
    # What came after 15 s was late live, and is the outcome in the report.
    belated = {name: told[name] - live.get(name, 0) for name in ("completed", "empty", "failed")}
    for name, count in belated.items():
        yield f"{name} transcriptions after 15 s", True, 0 <= count <= late.get(name, 0)
    given_up = live.get("timed_out", 0) + live.get("session_closed", 0)
    yield "pending transcriptions", told["pending"], given_up - sum(belated.values())
    yield "late transcriptions", told["late"], sum(late.values()) - sum(belated.values())
    latencies = [latency for latency in report["latency_ms"]["transcription"] if latency < TIMEOUT_MS]
    yield from _histogram("transcription_latency_seconds", latencies, figures)
    codes = bounded(Counter(failure["code"] for failure in report["transcription_failures"]), FAILURE_CODES)
    failures = figures.by("code", "transcription_failures_total")
    yield "failures", sum(codes.values()) - belated["failed"], sum(failures.values())
    for code, count in failures.items():
        yield f"failures by {code} live", True, codes.get(code, 0) - belated["failed"] <= count <= codes.get(code, 0)


def _turns(report: Report, figures: Figures) -> Iterator[Pair]:
    latencies = report["latency_ms"]
    yield "turns", report["turns"], figures.total("turns_total")
    yield "turns by opener", nonzero(report["turns_opened_by"]), figures.by("opened_by", "turns_total")
    yield "outcomes of turns", nonzero(report["turn_outcomes"]), figures.by("outcome", "turns_total")
    yield from _histogram("turn_latency_seconds", latencies["turn"], figures)
    yield from _histogram("turn_latency_raw_seconds", latencies["turn_raw"], figures)
    yield from _histogram("vad_wait_seconds", latencies["vad_wait"], figures)
    yield from _histogram("commit_to_response_seconds", latencies["commit_to_response"], figures)
    yield "dead air", nonzero(report["dead_air"]), figures.by("after", "dead_air_total")
    yield "silent sessions", report["fell_silent"], figures.total("silent_sessions_total")
    yield from _items(report, figures)
    seconds = figures.total("input_audio_seconds_total")
    yield "input audio", float(report["input_audio_seconds"]), round(seconds, 3)
    yield "outcomes of tools", nonzero(report["tool_outcomes"]), figures.by("outcome", "tool_calls_total")
    yield "calls", report["tool_calls"] + report["mcp_calls"], figures.total("tool_calls_total")
    yield from _histogram("tool_round_trip_seconds", latencies["tool_round_trip"], figures)
    yield from _histogram("tool_resume_seconds", latencies["tool_resume"], figures)


def _items(report: Report, figures: Figures) -> Iterator[Pair]:
    """In a report by role and type, as one name; only messages have a role as a label."""
    by_type: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    for name, count in report["items"].items():
        role, _, type = name.rpartition(" ")
        by_type[type] += count
        if type == "message":
            roles[role if role in ("user", "assistant", "system") else "other"] += count
    types = figures.by("type", "items_total")
    yield "items", bounded(by_type, types.keys() - {"other"}), types
    yield "messages", dict(roles), figures.by("role", "items_total", type="message")


def _answers(report: Report, figures: Figures) -> Iterator[Pair]:
    latencies = report["latency_ms"]
    yield "responses", nonzero(report["responses"]), figures.by("status", "responses_total")
    reasons = figures.by("reason", "responses_total")
    reasons.pop("none", None)
    yield "reasons", bounded(report["response_reasons"], {reason for _, reason in RESPONSES}), reasons
    yield from _histogram("time_to_first_audio_seconds", latencies["time_to_first_audio"], figures)
    yield "spoken answers", report["spoken_answers"], figures.total("spoken_answers_total")
    for seconds in ("generated_audio_seconds", "unheard_audio_seconds", "underrun_seconds"):
        yield seconds, float(report[seconds]), round(figures.total(f"{seconds}_total"), 3)
    yield "underruns", report["underruns"], figures.total("playback_underruns_total")
    yield "interruptions", nonzero(report["interruptions"]), figures.by("phase", "interruptions_total")
    yield from _histogram("interruption_stop_seconds", latencies["interruption_stop"], figures)
    yield "overlaps", report["overlaps"], figures.total("overlaps_total")
    acknowledged = figures.by("initiator", "truncations_total", outcome="acknowledged")
    outcomes = figures.by("outcome", "truncations_total")
    outcomes.pop("acknowledged", None)
    yield "truncations", nonzero(report["truncations"]), acknowledged | outcomes
    heard = [
        1 - item["unheard_ms"] / item["generated_ms"]
        for item in report["truncated_items"]
        if item["generated_ms"] and item["unheard_ms"] is not None
    ]
    yield "truncated answers", len(heard), figures.total("truncated_answer_heard_ratio_count")
    yield "heard of them", [sum(heard)], [figures.total("truncated_answer_heard_ratio_sum")]


def _use(report: Report, figures: Figures) -> Iterator[Pair]:
    """The metrics are a partition, which comes to the raw sums of the report."""
    tokens = report["tokens"]

    def said(**labels: str) -> float:
        return figures.total("tokens_total", **labels)

    yield "input", tokens["input"], said(usage="response", direction="input")
    yield "output", tokens["output"], said(usage="response", direction="output")
    yield "cached", tokens["input_cached"], said(usage="response", cached="true")
    for modality in ("text", "audio", "image"):
        count = said(usage="response", direction="input", modality=modality)
        yield f"{modality} input", tokens[f"input_{modality}"], count
    for modality in ("text", "audio"):
        count = said(usage="response", direction="output", modality=modality)
        yield f"{modality} output", tokens[f"output_{modality}"], count
    for direction in ("input", "output"):
        count = said(usage="transcription", direction=direction)
        yield f"transcription {direction}", tokens[f"transcription_{direction}"], count
    if report["cost_usd"] is not None:
        yield "cost", float(report["cost_usd"]), figures.total("cost_usd_total")
