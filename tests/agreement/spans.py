"""A report, and the spans of one connection."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from opentelemetry.sdk.trace import ReadableSpan

from agreement.pairs import TIMEOUT_MS, Json, Pair, Report, nonzero
from agreement.process import Figures
from voicetap.signals.identifiers import shown

LANGFUSE = "langfuse.observation."


def attribute(span: ReadableSpan, name: str) -> Json:
    return (span.attributes or {}).get(name)


def of_operation(spans: Iterable[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if attribute(span, "gen_ai.operation.name") == name]


def _counted(spans: Iterable[ReadableSpan], name: str) -> dict[str, int]:
    """How many have which value of an attribute."""
    return dict(Counter(value for span in spans if (value := attribute(span, name)) is not None))


def _added(spans: Iterable[ReadableSpan], name: str) -> Json:
    return sum(attribute(span, name) or 0 for span in spans)


def _milliseconds(spans: Iterable[ReadableSpan], name: str) -> list[float]:
    return [value * 1000 for span in spans if (value := attribute(span, name)) is not None]


def _length(span: ReadableSpan) -> float:
    """Milliseconds."""
    return ((span.end_time or 0) - (span.start_time or 0)) / 1e6


def of_spans(report: Report, figures: Figures, spans: Iterable[ReadableSpan]) -> Iterator[Pair]:
    """All that both of them say; the figures are the metrics, which agree with the report."""
    spans = list(spans)
    turns, chats = of_operation(spans, "invoke_agent"), of_operation(spans, "chat")
    transcriptions = of_operation(spans, "speech_to_text")
    yield from _turns(report, turns, of_operation(spans, "user_speech"))
    yield from _happenings(report, turns, {name: _happened(spans, name) for name in happenings(report)})
    yield from _responses(report, chats)
    # An answer that the user only speaks over goes on when its turn is over and exported.
    if report["answers"] == sum(report["responses"].values()) and not report["overlaps"]:
        seconds = _added(turns, "voicetap.turn.generated_audio_seconds")
        yield "generated audio", [report["generated_audio_seconds"]], [seconds]
    outcomes = _counted(transcriptions, "voicetap.transcription.outcome")
    outcomes.pop("late", None)
    yield "transcriptions", figures.by("outcome", "transcriptions_total"), outcomes
    waits = _milliseconds(transcriptions, "voicetap.transcription.latency_seconds")
    latencies = report["latency_ms"]["transcription"]
    yield "transcription latency", [latency for latency in latencies if latency < TIMEOUT_MS], waits
    timed = [span for span in transcriptions if attribute(span, "voicetap.transcription.latency_seconds") is not None]
    yield "length of transcriptions", waits, [*map(_length, timed)]
    yield from _tools(report, of_operation(spans, "execute_tool"))
    yield from _use(report, figures, chats, transcriptions)
    yield from _in_three_words(figures, "response", chats)
    yield from _in_three_words(figures, "transcription", transcriptions)
    users = {id(span) for span in (*chats, *transcriptions)}
    elsewhere = [name for span in spans if id(span) not in users for name in span.attributes or {}]
    yield "use on other spans", False, any("usage" in name or "cost" in name for name in elsewhere)


def _turns(report: Report, turns: list[ReadableSpan], speech: list[ReadableSpan]) -> Iterator[Pair]:
    latencies = report["latency_ms"]
    yield "turns", report["turns"], len(turns)
    yield "turns by opener", nonzero(report["turns_opened_by"]), _counted(turns, "voicetap.turn.opened_by")
    yield "outcomes of turns", nonzero(report["turn_outcomes"]), _counted(turns, "voicetap.turn.outcome")
    yield "turn latency", latencies["turn"], _milliseconds(turns, "voicetap.turn.latency_seconds")
    yield "raw turn latency", latencies["turn_raw"], _milliseconds(turns, "voicetap.turn.latency_raw_seconds")
    yield "user speech", report["turns_opened_by"]["speech"], len(speech)
    waits = Counter(round(ms) for ms in _milliseconds(speech, "voicetap.speech.vad_wait_seconds"))
    told = Counter(round(ms) for ms in latencies["vad_wait"])
    yield "wait of turn detection", True, waits <= told  # what was said may have opened no turn
    if len(speech) == told.total():
        yield "waits of turn detection", told, waits


def _happened(spans: list[ReadableSpan], name: str) -> list[Json]:
    """The attributes of the events of this name, on roots; or on spans by themselves, where the turn was over."""
    name = f"voicetap.{name}"
    events = [event.attributes or {} for span in spans for event in span.events if event.name == name]
    return events + [span.attributes or {} for span in spans if span.name == name]


def _happenings(report: Report, turns: list[ReadableSpan], found: dict[str, list[Json]]) -> Iterator[Pair]:
    """What happens at one moment; a root takes 100 of them."""
    left_out = _added(turns, "voicetap.turn.events_left_out")
    for name, (fewest, most) in happenings(report).items():
        count = len(found[name])
        yield f"events, {name}: {fewest} to {most}, {count}", True, fewest - left_out <= count <= most
    stops = [event["voicetap.stop_seconds"] for event in found["interruption"] if "voicetap.stop_seconds" in event]
    yield "interruption stop", report["latency_ms"]["interruption_stop"], [seconds * 1000 for seconds in stops]
    phases = Counter(event["voicetap.phase"] for event in found["interruption"])
    yield "interruptions by phase", nonzero(report["interruptions"]), dict(phases)
    heard = [event for event in found["truncation"] if "voicetap.generated_ms" in event]
    told = [item for item in report["truncated_items"] if item["generated_ms"] is not None]
    for key in ("audio_end_ms", "generated_ms", "unheard_ms"):
        yield f"{key} of truncations", [item[key] for item in told], [event[f"voicetap.{key}"] for event in heard]


def happenings(report: Report) -> dict[str, tuple[int, int]]:
    """What stands in the trace of its turn: how often at least, and how often there was such a thing.

    What belongs to no turn can stand nowhere. So there may be fewer errors, truncations (clients may want to cut any
    item, and servers cut some that have no audio here), and less dead air (what the client asks for without a word of
    the user opens a turn only when it comes).
    """
    truncations, air = report["truncations"], report["dead_air"]
    acknowledged = truncations["client"] + truncations["server"] + truncations["unknown"]
    silent = sum(item["generated_ms"] is None for item in report["truncated_items"])
    interruptions = sum(report["interruptions"].values())
    return {
        "interruption": (interruptions, interruptions),
        "truncation": (acknowledged - silent, sum(truncations.values())),
        "overlap": (report["overlaps"], report["overlaps"]),
        "dead_air": (air["speech"] + air["tool_output"], sum(air.values())),
        "playback_underrun": (report["underruns"], report["underruns"]),
        "session_fell_silent": (0, report["fell_silent"]),
        "api_error": (0, sum(report["errors"].values())),
    }


def _responses(report: Report, chats: list[ReadableSpan]) -> Iterator[Pair]:
    latencies = report["latency_ms"]
    yield "responses", nonzero(report["responses"]), _counted(chats, "voicetap.response.status")
    reasons: Counter[str] = Counter()
    for reason, count in report["response_reasons"].items():
        reasons[shown(reason)] += count
    yield "reasons", dict(reasons), _counted(chats, "voicetap.response.reason")
    for chat in chats:
        status, reason = attribute(chat, "voicetap.response.status"), attribute(chat, "voicetap.response.reason")
        finishes = attribute(chat, "gen_ai.response.finish_reasons")
        yield f"{status}, {reason}: {finishes}", True, finishes in _finishes(status, reason)
    waits = _milliseconds(chats, "voicetap.response.time_to_first_audio_seconds")
    yield "time to first audio", latencies["time_to_first_audio"], waits
    commits = _milliseconds(chats, "voicetap.response.commit_to_response_seconds")
    yield "commit to response", latencies["commit_to_response"], commits
    # One that goes on after the outputs of several functions says it once.
    resumes = {round(ms) for ms in _milliseconds(chats, "voicetap.response.tool_resume_seconds")}
    yield "tool resume", True, resumes <= {round(ms) for ms in latencies["tool_resume"]}
    yield "resumed", bool(latencies["tool_resume"]), bool(resumes)


def _finishes(status: str, reason: str | None) -> list[tuple[str, ...] | None]:
    """What the conventions call it."""
    return {
        "completed": [("stop",), ("tool_call",)],
        "incomplete": [("content_filter",) if reason == "content_filter" else ("length",)],
        "cancelled": [(reason or "cancelled",)],
        "failed": [("error",)],
        "unfinished": [None],
    }[status]


def _tools(report: Report, tools: list[ReadableSpan]) -> Iterator[Pair]:
    yield "tools", nonzero(report["tool_outcomes"]), _counted(tools, "voicetap.tool.outcome")
    answered = [span for span in tools if attribute(span, "voicetap.tool.outcome") == "answered"]
    yield "tool round trip", report["latency_ms"]["tool_round_trip"], [*map(_length, answered)]


def _use(
    report: Report, figures: Figures, chats: list[ReadableSpan], transcriptions: list[ReadableSpan]
) -> Iterator[Pair]:
    tokens, usage, llm = report["tokens"], "gen_ai.usage.", "llm.token_count."
    for key, name in (
        ("input", "input_tokens"),
        ("output", "output_tokens"),
        ("input_cached", "cache_read.input_tokens"),
        ("input_text", "text.input_tokens"),
        ("input_audio", "audio.input_tokens"),
        ("input_image", "image.input_tokens"),
        ("output_text", "text.output_tokens"),
        ("output_audio", "audio.output_tokens"),
    ):
        yield key, tokens[key], _added(chats, usage + name)
    both = [*chats, *transcriptions]
    for direction, name in (("input", "prompt"), ("output", "completion")):
        transcribed = tokens[f"transcription_{direction}"]
        yield f"transcription {direction}", transcribed, _added(transcriptions, f"{usage}{direction}_tokens")
        yield f"OpenInference's {name}", tokens[direction] + transcribed, _added(both, llm + name)
    seconds = _added(transcriptions, "voicetap.transcription.billed_seconds")
    yield "billed seconds", float(report["transcription_seconds"]), round(float(seconds), 3)


def _in_three_words(figures: Figures, usage: str, spans: list[ReadableSpan]) -> Iterator[Pair]:
    """Cost and usage as each of the backends reads them; the metrics are a partition as well."""
    cost = figures.total("cost_usd_total", usage=usage)
    for name in ("gen_ai.usage.cost", "llm.cost.total"):
        yield f"{name} of {usage}s", cost, float(_added(spans, name))
    details = [json.loads(attribute(span, LANGFUSE + "cost_details") or "{}") for span in spans]
    yield f"Langfuse's cost of {usage}s", cost, float(sum(detail.get("total", 0) for detail in details))
    partition: Counter[tuple[str, str, str]] = Counter()
    for span in spans:
        for key, count in json.loads(attribute(span, LANGFUSE + "usage_details") or "{}").items():
            partition[_langfuse(key)] += count
    for (direction, modality, cached), count in partition.items():
        labels = {"usage": usage, "direction": direction, "modality": modality, "cached": cached}
        yield f"Langfuse's {labels}", figures.total("tokens_total", **labels), count
    yield f"Langfuse's sum of {usage}s", figures.total("tokens_total", usage=usage), sum(partition.values())
    llm = "llm.token_count."
    for modality in ("audio", "image"):
        fresh = figures.total("tokens_total", usage=usage, direction="input", modality=modality, cached="false")
        yield f"OpenInference's {modality}", fresh, _added(spans, f"{llm}prompt_details.{modality}")
    cached = figures.total("tokens_total", usage=usage, cached="true")
    yield "OpenInference's cached", cached, _added(spans, llm + "prompt_details.cache_read")
    spoken = figures.total("tokens_total", usage=usage, direction="output", modality="audio")
    yield "OpenInference's audio output", spoken, _added(spans, llm + "completion_details.audio")


def _langfuse(key: str) -> tuple[str, str, str]:
    """`input_cached_text_tokens` -> direction, modality, cached; `input` is what is of no modality."""
    direction, *rest = key.removesuffix("_tokens").split("_")
    return direction, rest[-1] if rest else "unknown", "true" if rest[:1] == ["cached"] else "false"
