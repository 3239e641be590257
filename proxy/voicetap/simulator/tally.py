"""Counts what the simulated server sent and received, from its log alone.

It shares no code with what voicetap counts by, so that the two can be compared.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_AUDIO = ("response.output_audio.delta", "response.audio.delta")
_DESCRIBED = ("session.created", "session.updated", "transcription_session.created", "transcription_session.updated")
"""The beta's names too."""
_TRANSCRIBED = "conversation.item.input_audio_transcription."


@dataclass
class Tally:
    """The counts of one log."""

    refused: Counter[int] = field(default_factory=Counter)
    """Upgrade requests by the status that they were given instead of 101."""
    opened: int = 0
    """WebSockets given to clients."""
    started: int = 0
    """Those that became sessions."""
    closes: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    """By who closed, and the code; None where the connection broke off."""
    received: Counter[str] = field(default_factory=Counter)
    """Clients' events by type; "" for what was none."""
    sent: Counter[str] = field(default_factory=Counter)
    """The server's events by type; "" for what was none."""
    transcriptions: Counter[str] = field(default_factory=Counter)
    """Items by outcome: completed, empty, failed, or missing where nothing came."""
    failures: Counter[str] = field(default_factory=Counter)
    """Failed transcriptions by the error's code, by its type where there is none."""
    truncations: Counter[str] = field(default_factory=Counter)
    """What clients asked for, by outcome: acknowledged, rejected."""
    spoken_answers: int = 0
    """Items of which at least one piece of audio was sent."""
    responses: Counter[str] = field(default_factory=Counter)
    """By status."""

    @property
    def transcription_failure_rate(self) -> float:
        """Failed ones among all items that were to be transcribed; 0 without any."""
        return self.transcriptions["failed"] / (self.transcriptions.total() or 1)

    @property
    def truncation_frequency(self) -> float:
        """Acknowledged truncations for each spoken answer; 0 without any."""
        return self.truncations["acknowledged"] / (self.spoken_answers or 1)


def tally(lines: Iterable[str]) -> Tally:
    """Count the lines of a log."""
    result = Tally()
    transcribing: dict[str, bool] = {}
    outcomes: dict[str, str] = {}
    spoken: set[str] = set()
    for text in lines:
        line: dict[str, Any] = json.loads(text)
        if "refused" in line:
            result.refused[line["refused"]["status"]] += 1
        elif "open" in line:
            result.opened += 1
        elif "close" in line:
            result.closes[line["close"]["by"], line["close"]["code"]] += 1
        elif line.get("from") == "client":
            result.received[line["type"] or ""] += 1
        elif line.get("from") == "server":
            kind = line["type"] or ""
            result.sent[kind] += 1
            if kind in _DESCRIBED:
                transcribing[line["session"]] = "transcription_model" in line
            elif kind == "input_audio_buffer.committed" and transcribing.get(line["session"]):
                outcomes[line["item_id"]] = "missing"
            elif kind == _TRANSCRIBED + "completed":
                outcomes[line["item_id"]] = "completed" if line["characters"] else "empty"
            elif kind == _TRANSCRIBED + "failed":
                outcomes[line["item_id"]] = "failed"
                result.failures[line.get("code") or line["error_type"]] += 1
            elif kind in _AUDIO:
                spoken.add(line["item_id"])
            elif kind == "response.done":
                result.responses[line["status"]] += 1
            if line.get("answers") == "conversation.item.truncate":
                result.truncations["rejected" if kind == "error" else "acknowledged"] += 1
    result.started = result.sent["session.created"] + result.sent["transcription_session.created"]
    result.transcriptions.update(outcomes.values())
    result.spoken_answers = len(spoken)
    return result
