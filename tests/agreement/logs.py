"""A report, and the log lines and the last span of one connection, which count the same."""

from collections import Counter
from collections.abc import Iterator, Mapping

from opentelemetry.sdk.trace import ReadableSpan

from agreement.pairs import Json, Pair, Report, nonzero
from agreement.process import Figures
from voicetap.signals.identifiers import shown

MOST_LINES = 50
"""Of failures."""


def _counts(report: Report, figures: Figures) -> dict[str, Json]:
    """What a session came to; of transcriptions and truncations the report has other words."""
    return {
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
    }


def of_logs(report: Report, figures: Figures, lines: list[dict[str, Json]], named: str | None) -> Iterator[Pair]:
    """The figures are the metrics, which agree with the report; `named`: the model that the server named."""
    *failures, last = lines
    session, close = report["session"], report["session"]["close"]
    expected = {
        "message": "session ended",
        "level": "info",
        "gen_ai.realtime_session.id": None if session["id"] is None else shown(session["id"]),
        "closed_by": close["by"] if close else "voicetap",
        "close_code": 1006 if close is None else close["code"] or 1005,
        "input_tokens": report["tokens"]["input"] + report["tokens"]["transcription_input"],
        "output_tokens": report["tokens"]["output"] + report["tokens"]["transcription_output"],
        **_counts(report, figures),
    }
    for name, value in expected.items():
        yield f"{name} in the last line", value, last.get(name)
    yield "model", None if named is None else shown(named), last.get("model")
    yield "end in the last line", figures.by("end", "sessions_total"), {last["end"]: 1}
    duration = session["duration_ms"]
    seconds = None if duration is None else round(duration / 1000, 3)
    yield "duration", seconds, last.get("duration_seconds")
    if sum(report["tokens"].values()) or report["transcription_seconds"]:
        yield "cost", report["cost_usd"], last.get("cost_usd")
    yield from _failures(report, figures, [line["message"] for line in failures], last)


def _failures(report: Report, figures: Figures, told: list[str], last: Mapping[str, Json]) -> Iterator[Pair]:
    expected = {
        "transcription failed": figures.total("transcriptions_total", outcome="failed"),
        "transcription timed out": figures.total("transcriptions_total", outcome="timed_out"),
        "truncation rejected": report["truncations"]["rejected"],
        "dead air": sum(report["dead_air"].values()),
        "session fell silent": report["fell_silent"],
        "session did not start": int(report["session"]["start"] != "started"),
    }
    most = sum(expected.values())
    if most <= MOST_LINES:
        yield "failures", nonzero(expected), dict(Counter(told))
    yield "lines", min(most, MOST_LINES), len(told)
    yield "lines left out", max(0, most - MOST_LINES), last.get("lines_left_out", 0)


def of_summary(report: Report, figures: Figures, spans: tuple[ReadableSpan, ...]) -> Iterator[Pair]:
    """The last span says how the session ended, and what it came to."""
    [span] = [span for span in spans if span.name == "realtime_session"]
    said = {
        name.removeprefix("voicetap.session."): value
        for name, value in (span.attributes or {}).items()
        if name.startswith("voicetap.session.")
    }
    session, close = report["session"], report["session"]["close"]
    yield "id", session["id"], (span.attributes or {}).get("gen_ai.realtime_session.id")
    setup = said.pop("setup_seconds", None)
    yield "setup", session["setup_ms"], None if setup is None else setup * 1000
    for name in ("transcription_model", "turn_detection"):
        value = said.pop(name, None)
        yield name, None if session[name] is None else shown(session[name]), value
    closed = close["by"] if close else "voicetap", (close["code"] or 1005) if close else 1006
    yield "close", closed, (said.pop("closed_by", None), said.pop("close_code", None))
    yield "start", session["start"], said.pop("start", None)
    yield "end", figures.by("end", "sessions_total"), {said.pop("end", None): 1}
    yield "duration of the session", session["duration_ms"] / 1000, said.pop("duration_seconds", None)
    flat: dict[str, float] = {}
    for name, count in _counts(report, figures).items():
        flat |= {f"{name}.{outcome}": n for outcome, n in count.items()} if isinstance(count, dict) else {name: count}
    yield "counts of the last span", nonzero(flat), said
