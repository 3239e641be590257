"""What the client, /metrics and the recording each say of the same call, in the same words."""

from collections import Counter
from typing import Any, NamedTuple

from smoke.heard import Heard
from support.scrape import Samples
from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE


class Range(NamedTuple):
    """A figure that a source knows within bounds only, both included."""

    low: int
    high: int


Figure = int | float | Range
Account = dict[str, dict[str, Figure]]
"""Group -> name -> figure. A group that is not there was not counted by that source; a name that is not there is 0."""

_STATUSES = ("completed", "cancelled", "failed", "incomplete")
_OUTCOMES = ("completed", "empty", "failed")
_TOKENS = (
    *("input", "input_cached", "input_text", "input_audio", "output", "output_text", "output_audio"),
    *("transcription_input", "transcription_output"),
)
_OTHER = "of unknown type"

_FRAME = Range(2, 14)
"""Bytes around a payload (RFC 6455 section 5.2)."""
_CONTROL_BYTES = 2_000
"""Room for pings, their answers, the Close frame, and a message in several frames."""


def of_client(heard: Heard) -> Account:
    """The client's own books: what the others must say too."""
    outcomes = Counter(heard.transcriptions.values())
    return {
        "events from the client": _by_known_type(heard.sent, Side.CLIENT),
        "events from the server": _by_known_type(heard.received, Side.SERVER),
        "bytes": {
            "from the client": _on_the_wire(heard.sent_bytes, heard.sent.total()),
            "from the server": _on_the_wire(heard.received_bytes, heard.received.total() + heard.malformed),
        },
        "sessions": {"started": 1, "ended by the client": 1},
        "not understood": {"malformed": heard.malformed},
        "lost": {"gaps": 0, "sinks that failed": 0},
        "turns": {"turns": heard.sent["response.create"] + len(heard.committed)},
        "responses": {status: n for status, n in Counter(heard.responses.values()).items() if status},
        "transcriptions": {**outcomes, "missing": len(set(heard.committed) - heard.transcriptions.keys())},
        "tokens": {name: heard.tokens[name] for name in _TOKENS},
        "the key": {"times written down": 0},
    }


def of_metrics(samples: Samples) -> Account:
    """Of a process that served this call and nothing else."""

    def total(name: str, **labels: str) -> int | float:
        found = samples.total(f"voicetap_{name}", **labels)
        return int(found) if found == int(found) else found

    def tokens(usage: str, direction: str, **labels: str) -> int | float:
        return total("tokens_total", usage=usage, direction=direction, **labels)

    events = {side: samples.by("type", "voicetap_events_total", from_=side.value) for side in Side}
    outcomes = samples.by("outcome", "voicetap_transcriptions_total")
    statuses = samples.by("status", "voicetap_responses_total")
    return {
        "events from the client": _other_renamed(events[Side.CLIENT]),
        "events from the server": _other_renamed(events[Side.SERVER]),
        "bytes": {f"from the {side.value}": total("relayed_bytes_total", from_=side.value) for side in Side},
        "sessions": {
            "started": total("session_starts_total", outcome="started"),
            "ended by the client": total("sessions_total", end="client_closed"),
        },
        "not understood": {"malformed": total("malformed_messages_total")},
        "lost": {"gaps": total("observer_gaps_total"), "sinks that failed": total("sink_failures_total")},
        "turns": {"turns": total("turns_total")},
        "responses": {status: statuses.get(status, 0) for status in _STATUSES},
        "transcriptions": {
            **{outcome: outcomes.get(outcome, 0) for outcome in _OUTCOMES},
            "missing": outcomes.get("timed_out", 0) + outcomes.get("session_closed", 0),
        },
        "tokens": {
            "input": tokens("response", "input"),
            "input_cached": tokens("response", "input", cached="true"),
            "input_text": tokens("response", "input", modality="text"),
            "input_audio": tokens("response", "input", modality="audio"),
            "output": tokens("response", "output"),
            "output_text": tokens("response", "output", modality="text"),
            "output_audio": tokens("response", "output", modality="audio"),
            "transcription_input": tokens("transcription", "input"),
            "transcription_output": tokens("transcription", "output"),
        },
        "cost": {"US dollars": total("cost_usd_total")},
    }


def of_recording(report: dict[str, Any]) -> Account:
    """One object of `voicetap replay --json`."""
    events, session, transcriptions = report["events"], report["session"], report["transcriptions"]
    account: Account = {
        "events from the client": dict(events["client"]),
        "events from the server": dict(events["server"]),
        "sessions": {
            "started": int(session["start"] == "started"),
            "ended by the client": int(session["end"] == "client_closed"),
        },
        "not understood": {"malformed": events["malformed"]},
        "turns": {"turns": report["turns"]},
        "responses": {status: report["responses"][status] for status in _STATUSES},
        "transcriptions": {
            **{outcome: transcriptions[outcome] for outcome in _OUTCOMES},
            "missing": transcriptions["pending"],
        },
        "tokens": {name: report["tokens"][name] for name in _TOKENS},
    }
    if events["unknown"]:
        # Both sides together; only the server has types that this client does not know.
        account["events from the server"][_OTHER] = sum(events["unknown"].values())
    if report["cost_usd"] is not None:
        account["cost"] = {"US dollars": report["cost_usd"]}
    return account


def _by_known_type(counted: Counter[str], side: Side) -> dict[str, Figure]:
    known: Counter[str] = Counter()
    for name, number in counted.items():
        known[name if name in CATALOGUE[side] else _OTHER] += number
    return dict(known)


def _other_renamed(events: dict[str, int]) -> dict[str, Figure]:
    return {_OTHER if name == "other" else name: number for name, number in events.items()}


def _on_the_wire(payloads: int, messages: int) -> Range:
    """What so many bytes in so many messages take, without compression, which OpenAI's client does not offer."""
    return Range(payloads + _FRAME.low * messages, payloads + _FRAME.high * messages + _CONTROL_BYTES)
