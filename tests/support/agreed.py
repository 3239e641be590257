"""What the makers of signals say of one connection, side by side: each place where two of them differ.

Written from the documents (docs/metrics.md, docs/logs.md, docs/replay.md), not from what makes the signals. The report
is what the others are held against: it is held against truths that were made by hand.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from support.signalled import Figures
from voicetap.signals.identifiers import shown
from voicetap.signals.labels import ERROR_CODES, FAILURE_CODES, ITEMS, RESPONSES

Json = Any
Report = Mapping[str, Json]
Pair = tuple[str, Json, Json]
"""What it is about, what is expected of it, and what is said."""

MS = 0.0011
"""Figures are rounded to the microsecond, on both sides."""
TIMEOUT_MS = 15_000
"""A transcription that took longer has timed out live, and in a report its result counts all the same."""


def differences(pairs: Iterable[Pair]) -> list[str]:
    """One line for each pair that does not agree."""
    return [f"{what}: {expected} expected, {said} said" for what, expected, said in pairs if not same(expected, said)]


def same(expected: Json, said: Json) -> bool:
    """Equal; figures to a millionth of a unit, lists of latencies in any order and to the microsecond."""
    if isinstance(expected, list):
        pairs = zip(sorted(expected), sorted(said), strict=False)
        return len(expected) == len(said) and all(abs(one - other) <= MS for one, other in pairs)
    if isinstance(expected, float) or isinstance(said, float):
        return isinstance(said, int | float) and isclose(expected, said, rel_tol=1e-9, abs_tol=2e-6)
    return bool(expected == said)


def nonzero(counts: Mapping[str, float]) -> dict[str, float]:
    return {name: count for name, count in counts.items() if count}


def bounded(counts: Mapping[str, int], known: Iterable[str]) -> dict[str, int]:
    """As a label has it: what is not known is `other`."""
    sums: Counter[str] = Counter()
    for name, count in counts.items():
        sums[name if name in known else "other"] += count
    return dict(sums)


# Metrics.


def of_metrics(report: Report, figures: Figures) -> Iterator[Pair]:
    """A report, and the metrics of a process that had no other connection."""
    yield from _messages(report, figures)
    yield from _session(report, figures)
    yield from _transcriptions(report, figures)
    yield from _turns(report, figures)
    yield from _answers(report, figures)
    yield from _use(report, figures)


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
    yield "end", {session["end"]: 1} if session["end"] else 1, figures.by("end", "sessions_total") if session[
        "end"
    ] else figures.total("sessions_total")
    # A report has no close where voicetap ended the connection, and no code where the frame had none.
    by, code = ("voicetap", 1006) if close is None else (close["by"], close["code"] or 1005)
    yield "closed by", {by: 1}, figures.by("closed_by", "close_codes_total")
    known = 1000 <= code <= 1015 or code in (3000, 4000)
    yield "close code", {str(code) if known else f"{code // 1000}xxx": 1}, figures.by("code", "close_codes_total")
    yield from _histogram("session_setup_seconds", [session["setup_ms"]], figures)
    yield from _histogram("session_duration_seconds", [session["duration_ms"]], figures)


def _histogram(name: str, latencies_ms: list[float | None], figures: Figures) -> Iterator[Pair]:
    """Count and sum; each figure of the report is rounded to the microsecond."""
    known = [latency for latency in latencies_ms if latency is not None]
    total = round(figures.total(f"{name}_sum") * 1000, 6)
    yield f"{name}_count", len(known), figures.total(f"{name}_count")
    yield f"{name}_sum", [0.0], [(total - sum(known)) / max(1, len(known))]


def _transcriptions(report: Report, figures: Figures) -> Iterator[Pair]:
    told = report["transcriptions"]
    live = figures.by("outcome", "transcriptions_total")
    late = figures.by("outcome", "late_transcriptions_total")
    # What came later than 15 s is late live, and in the report the outcome.
    counted = {name: told[name] - live.get(name, 0) for name in ("completed", "empty", "failed")}
    for name, count in counted.items():
        yield f"{name} transcriptions after 15 s", True, 0 <= count <= late.get(name, 0)
    belated = sum(counted.values())
    given_up = live.get("timed_out", 0) + live.get("session_closed", 0)
    yield "pending transcriptions", told["pending"], given_up - belated
    yield "late transcriptions", told["late"], sum(late.values()) - belated
    latencies = [latency for latency in report["latency_ms"]["transcription"] if latency < TIMEOUT_MS]
    yield from _histogram("transcription_latency_seconds", latencies, figures)
    failures = Counter(failure["code"] for failure in report["transcription_failures"])
    if not counted["failed"]:
        yield (
            "failures of transcriptions",
            bounded(failures, FAILURE_CODES),
            figures.by("code", "transcription_failures_total"),
        )


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
    yield "items", sum(report["items"].values()), figures.total("items_total")
    for role, type in ITEMS:
        name = {"none": type}.get(role, f"{role} {type}")
        if "other" not in (role, type):
            yield f"items: {name}", report["items"].get(name, 0), figures.total("items_total", role=role, type=type)
    seconds = figures.total("input_audio_seconds_total")
    yield "input audio", float(report["input_audio_seconds"]), round(seconds, 3)
    yield "outcomes of tools", nonzero(report["tool_outcomes"]), figures.by("outcome", "tool_calls_total")
    yield "calls", report["tool_calls"] + report["mcp_calls"], figures.total("tool_calls_total")
    yield from _histogram("tool_round_trip_seconds", latencies["tool_round_trip"], figures)
    yield from _histogram("tool_resume_seconds", latencies["tool_resume"], figures)


def _answers(report: Report, figures: Figures) -> Iterator[Pair]:
    latencies = report["latency_ms"]
    yield "responses", nonzero(report["responses"]), figures.by("status", "responses_total")
    reasons = figures.by("reason", "responses_total")
    reasons.pop("none", None)
    yield "reasons", bounded(report["response_reasons"], {reason for _, reason in RESPONSES}), reasons
    yield from _histogram("time_to_first_audio_seconds", latencies["time_to_first_audio"], figures)
    yield "spoken answers", report["spoken_answers"], figures.total("spoken_answers_total")
    for name, key in (
        ("generated_audio_seconds_total", "generated_audio_seconds"),
        ("unheard_audio_seconds_total", "unheard_audio_seconds"),
        ("underrun_seconds_total", "underrun_seconds"),
    ):
        yield key, float(report[key]), round(figures.total(name), 3)
    yield "underruns", report["underruns"], figures.total("playback_underruns_total")
    yield "interruptions", nonzero(report["interruptions"]), figures.by("phase", "interruptions_total")
    yield from _histogram("interruption_stop_seconds", latencies["interruption_stop"], figures)
    yield "overlaps", report["overlaps"], figures.total("overlaps_total")
    truncations = {
        **figures.by("initiator", "truncations_total", outcome="acknowledged"),
        **figures.by("outcome", "truncations_total", initiator="client"),
    }
    truncations.pop("acknowledged", None)
    yield "truncations", nonzero(report["truncations"]), truncations
    heard = [
        1 - item["unheard_ms"] / item["generated_ms"]
        for item in report["truncated_items"]
        if item["generated_ms"] and item["unheard_ms"] is not None
    ]
    yield "truncated answers", len(heard), figures.total("truncated_answer_heard_ratio_count")
    yield "heard of them", [sum(heard)], [figures.total("truncated_answer_heard_ratio_sum")]


def _use(report: Report, figures: Figures) -> Iterator[Pair]:
    tokens = report["tokens"]

    def said(**labels: str) -> float:
        return figures.total("tokens_total", **labels)

    yield "input", tokens["input"], said(usage="response", direction="input")
    yield "output", tokens["output"], said(usage="response", direction="output")
    yield "cached", tokens["input_cached"], said(usage="response", direction="input", cached="true")
    for modality in ("text", "audio", "image"):
        spoken = said(usage="response", direction="input", modality=modality)
        yield f"{modality} input", tokens[f"input_{modality}"], spoken
    yield "text output", tokens["output_text"], said(usage="response", direction="output", modality="text")
    yield "audio output", tokens["output_audio"], said(usage="response", direction="output", modality="audio")
    for direction in ("input", "output"):
        expected = tokens[f"transcription_{direction}"]
        yield f"transcription {direction}", expected, said(usage="transcription", direction=direction)
    if report["cost_usd"] is not None:
        yield "cost", float(report["cost_usd"]), figures.total("cost_usd_total")


# Spans.

OPERATION = "gen_ai.operation.name"


def attribute(span: ReadableSpan, name: str) -> Json:
    return (span.attributes or {}).get(name)


def operations(spans: Iterable[ReadableSpan], *names: str) -> list[ReadableSpan]:
    return [span for span in spans if attribute(span, OPERATION) in names]


def counted(spans: Iterable[ReadableSpan], name: str) -> dict[str, int]:
    """How many have which value of an attribute."""
    return dict(Counter(value for span in spans if (value := attribute(span, name)) is not None))


def added(spans: Iterable[ReadableSpan], name: str) -> Json:
    return sum(attribute(span, name) or 0 for span in spans)


def milliseconds(spans: Iterable[ReadableSpan], name: str) -> list[float]:
    return [value * 1000 for span in spans if (value := attribute(span, name)) is not None]


def of_spans(report: Report, figures: Figures, spans: Iterable[ReadableSpan]) -> Iterator[Pair]:
    """A report, and the spans of one connection; the figures are the metrics that agree with the report."""
    spans = list(spans)
    turns, chats, tools = (operations(spans, name) for name in ("invoke_agent", "chat", "execute_tool"))
    transcriptions = operations(spans, "speech_to_text")
    latencies = report["latency_ms"]

    yield "turns", report["turns"], len(turns)
    yield "turns by opener", nonzero(report["turns_opened_by"]), counted(turns, "voicetap.turn.opened_by")
    yield "outcomes of turns", nonzero(report["turn_outcomes"]), counted(turns, "voicetap.turn.outcome")
    yield "latency", latencies["turn"], milliseconds(turns, "voicetap.turn.latency_seconds")
    yield "raw latency", latencies["turn_raw"], milliseconds(turns, "voicetap.turn.latency_raw_seconds")
    speech = operations(spans, "user_speech")
    yield "speech", report["turns_opened_by"]["speech"], len(speech)

    yield "responses", nonzero(report["responses"]), counted(chats, "voicetap.response.status")
    reasons: Counter[str] = Counter()
    for reason, count in report["response_reasons"].items():
        reasons[shown(reason)] += count
    yield "reasons", dict(reasons), counted(chats, "voicetap.response.reason")
    yield "finish reasons", finish_reasons(chats), Counter(attribute(c, "gen_ai.response.finish_reasons") for c in chats)
    waits = milliseconds(chats, "voicetap.response.time_to_first_audio_seconds")
    yield "time to first audio", latencies["time_to_first_audio"], waits
    commits = milliseconds(chats, "voicetap.response.commit_to_response_seconds")
    yield "commit to response", latencies["commit_to_response"], commits
    resumes = milliseconds(chats, "voicetap.response.tool_resume_seconds")
    yield "resumes", True, set(map(round, resumes)) <= set(map(round, latencies["tool_resume"]))

    outcomes = counted(transcriptions, "voicetap.transcription.outcome")
    outcomes.pop("late", None)
    yield "transcriptions", figures.by("outcome", "transcriptions_total"), outcomes
    waits = milliseconds(transcriptions, "voicetap.transcription.latency_seconds")
    yield "transcription", [wait for wait in latencies["transcription"] if wait < TIMEOUT_MS], waits

    yield "tools", nonzero(report["tool_outcomes"]), counted(tools, "voicetap.tool.outcome")
    trips = [
        ((span.end_time or 0) - (span.start_time or 0)) / 1e6
        for span in tools
        if attribute(span, "voicetap.tool.outcome") == "answered"
    ]
    yield "round trips", latencies["tool_round_trip"], trips

    yield from _use_of_spans(report, figures, chats, transcriptions)
    others = [span for span in spans if span not in chats and span not in transcriptions]
    yield "use elsewhere", [], [name for span in others for name in span.attributes or {} if ".usage" in name]
    for name, count in happened(report).items():
        yield f"{name} at most", True, events(turns).get(name, 0) <= count


def finish_reasons(chats: Iterable[ReadableSpan]) -> Counter[Json]:
    """What follows from status and reason."""
    found: Counter[Json] = Counter()
    for chat in chats:
        status, reason = attribute(chat, "voicetap.response.status"), attribute(chat, "voicetap.response.reason")
        said = attribute(chat, "gen_ai.response.finish_reasons")
        allowed = {
            "completed": [("stop",), ("tool_call",)],
            "incomplete": [("content_filter",) if reason == "content_filter" else ("length",)],
            "cancelled": [(reason or "cancelled",)],
            "failed": [("error",)],
            "unfinished": [None],
        }[status]
        found[said if said in allowed else allowed[0]] += 1
    return found


def _use_of_spans(
    report: Report, figures: Figures, chats: list[ReadableSpan], transcriptions: list[ReadableSpan]
) -> Iterator[Pair]:
    tokens, usage = report["tokens"], "gen_ai.usage."
    for name, spans in (("", chats), ("transcription_", transcriptions)):
        for direction in ("input", "output"):
            yield f"{name}{direction}", tokens[f"{name}{direction}"], added(spans, f"{usage}{direction}_tokens")
    for key, name in (
        ("input_text", "text.input_tokens"),
        ("input_audio", "audio.input_tokens"),
        ("input_image", "image.input_tokens"),
        ("input_cached", "cache_read.input_tokens"),
        ("output_text", "text.output_tokens"),
        ("output_audio", "audio.output_tokens"),
    ):
        yield key, tokens[key], added(chats, usage + name)
    both = chats + transcriptions
    seconds = added(transcriptions, "voicetap.transcription.billed_seconds")
    yield "billed seconds", float(report["transcription_seconds"]), round(float(seconds), 3)
    for model, spans in (("response", chats), ("transcription", transcriptions)):
        cost = figures.total("cost_usd_total", usage=model)
        for name in ("gen_ai.usage.cost", "llm.cost.total"):
            yield f"{name} of {model}s", cost, float(added(spans, name))
        details = [json.loads(value) for span in spans if (value := attribute(span, LANGFUSE + "cost_details"))]
        yield f"Langfuse's cost of {model}s", cost, float(sum(detail["total"] for detail in details))
        partition = Counter[tuple[str, str, str]]()
        for span in spans:
            for key, count in json.loads(attribute(span, LANGFUSE + "usage_details") or "{}").items():
                partition[langfuse(key)] += count
        for (direction, modality, cached), count in partition.items():
            labels = {"usage": model, "direction": direction, "modality": modality, "cached": cached}
            yield f"Langfuse's {labels}", figures.total("tokens_total", **labels), count
        yield "Langfuse's sum", figures.total("tokens_total", usage=model), sum(partition.values())
    llm = "llm.token_count."
    for direction, name in (("input", "prompt"), ("output", "completion")):
        sums = tokens[direction] + tokens[f"transcription_{direction}"]
        yield f"OpenInference's {name}", sums, added(both, llm + name)
    details = [llm + f"prompt_details.{name}" for name in ("audio", "image", "cache_read")]
    for span in both:
        parts = sum(attribute(span, name) or 0 for name in details)
        yield "details within the prompt", True, parts <= (attribute(span, llm + "prompt") or 0)


LANGFUSE = "langfuse.observation."


def langfuse(key: str) -> tuple[str, str, str]:
    """`input_cached_text_tokens` -> direction, modality, cached."""
    direction, *rest = key.removesuffix("_tokens").split("_")
    if direction + "_tokens" == key:
        rest = ["unknown"]
    return direction, rest[-1], "true" if rest[0] == "cached" else "false"


def happened(report: Report) -> dict[str, int]:
    """What stands as an event on the root of its turn, and how often there was such a thing."""
    return {
        "voicetap.interruption": sum(report["interruptions"].values()),
        "voicetap.truncation": sum(report["truncations"].values()),
        "voicetap.overlap": report["overlaps"],
        "voicetap.dead_air": sum(report["dead_air"].values()),
        "voicetap.playback_underrun": report["underruns"],
        "voicetap.session_fell_silent": report["fell_silent"],
        "voicetap.api_error": sum(report["errors"].values()),
    }


def events(turns: Iterable[ReadableSpan]) -> Counter[str]:
    return Counter(event.name for turn in turns for event in turn.events)


# Log lines.

_NUMBERS = ("turns", "spoken_answers")


def of_logs(report: Report, figures: Figures, lines: list[dict[str, Json]]) -> Iterator[Pair]:
    """A report, and the lines about one connection."""
    *failures, last = lines
    session, close = report["session"], report["session"]["close"]
    expected = {
        "message": "session ended",
        "level": "info",
        "model": shown(session["model"]) if session["model"] is not None else None,
        "gen_ai.realtime_session.id": shown(session["id"]) if session["id"] is not None else None,
        "closed_by": close["by"] if close else "voicetap",
        "close_code": 1006 if close is None else close["code"] or 1005,
        "turns": report["turns"],
        "spoken_answers": report["spoken_answers"],
        "interruptions": sum(report["interruptions"].values()),
        "dead_air": sum(report["dead_air"].values()),
        "errors": sum(report["errors"].values()),
        "surprises": sum(report["surprises"].values()),
        "malformed_messages": report["events"]["malformed"],
        "observer_gaps": 0,
        "responses": nonzero(report["responses"]),
        "tool_calls": nonzero(report["tool_outcomes"]),
        "truncations": figures.by("outcome", "truncations_total"),
        "transcriptions": figures.by("outcome", "transcriptions_total"),
        "late_transcriptions": figures.total("late_transcriptions_total"),
        "input_tokens": report["tokens"]["input"] + report["tokens"]["transcription_input"],
        "output_tokens": report["tokens"]["output"] + report["tokens"]["transcription_output"],
    }
    for name, value in expected.items():
        yield f"{name} in the last line", value, last.get(name)
    yield "end in the last line", figures.by("end", "sessions_total"), {last["end"]: 1}
    if session["duration_ms"] is None:
        yield "duration", None, last.get("duration_seconds")
    else:
        yield "duration", [session["duration_ms"] / 1000], [last["duration_seconds"]]
    if sum(report["tokens"].values()) or report["transcription_seconds"]:
        yield "cost in the last line", report["cost_usd"], last.get("cost_usd")
    messages = {
        "transcription failed": figures.total("transcriptions_total", outcome="failed"),
        "transcription timed out": figures.total("transcriptions_total", outcome="timed_out"),
        "truncation rejected": report["truncations"]["rejected"],
        "dead air": sum(report["dead_air"].values()),
        "session fell silent": report["fell_silent"],
        "session did not start": int(session["start"] != "started"),
    }
    told = Counter(line["message"] for line in failures)
    if sum(messages.values()) <= 50:
        yield "failures", nonzero(messages), dict(told)
    yield "lines left out", max(0, sum(messages.values()) - 50) or None, last.get("lines_left_out")
