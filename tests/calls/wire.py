"""The proxy's place: everything passes it in order, and it writes down what passed when.

The same call can be written in several ways: audio and private text whole or elided, in GA or in beta names, with or
without times.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from random import Random
from typing import Any

from calls import beta
from calls.agenda import Agenda
from calls.settings import Settings
from calls.sound import Audio, Private

Event = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """How a recording is written."""

    elided: bool = False
    beta: bool = False
    timed: bool = True


@dataclass
class Line:
    """One message: an event under its type in the GA names, or a ping, a close, a text."""

    at: float
    sender: str
    content: dict[str, Any]


@dataclass
class Recording:
    """What passed the proxy."""

    target: str
    settings: Settings
    lines: list[Line] = field(default_factory=list)

    def events(self, variant: Variant) -> Iterator[tuple[Line, dict[str, Any]]]:
        """The lines that this way of writing has, with their content in its names."""
        for line in self.lines:
            content = line.content
            if variant.beta and "event" in content:
                event = beta.translated(content["event"], self.settings)
                if event is None:
                    continue
                content = {"event": event}
            yield line, content

    @property
    def audio_bytes(self) -> int:
        """All audio that passed."""
        events = [line.content.get("event", {}) for line in self.lines]
        return sum(audio.size for e in events for audio in (e.get("audio"), e.get("delta")) if isinstance(audio, Audio))

    def written(self, variant: Variant) -> list[str]:
        """The recording as JSON Lines."""
        header = {"voicetap_recording": 1, "started_at": None, "target": self.target}
        encode = json.JSONEncoder(check_circular=False).encode
        lines = [encode(header)]
        for line, content in self.events(variant):
            at = line.at if variant.timed else None
            lines.append(encode({"at_ms": at, "from": line.sender, **_plain(content, variant.elided)}))
        return lines

    def counted(self, variant: Variant) -> dict[str, Any]:
        """How often each side sent which type."""
        counts: dict[str, Counter[str]] = {"client": Counter(), "server": Counter()}
        malformed = 0
        for line, content in self.events(variant):
            if "event" in content:
                counts[line.sender][content["event"]["type"]] += 1
            malformed += "text" in content
        return {**{side: dict(types) for side, types in counts.items()}, "unknown": {}, "malformed": malformed}


def _plain(value: Any, elided: bool) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member, elided) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member, elided) for member in value]
    if isinstance(value, Audio):
        return {"elided_bytes": value.size} if elided else _base64(value.size)
    if isinstance(value, Private) and elided:
        return {"elided_chars": len(value)}
    return value


@cache
def _base64(size: int) -> str:
    return base64.b64encode((bytes(range(256)) * (size // 256 + 1))[:size]).decode()


class Proxy:
    """Between client and server. The client stands beside it; the server is a network away."""

    def __init__(self, agenda: Agenda, settings: Settings, random: Random, recording: Recording) -> None:
        self.on_client_event: Callable[[Event, float], object]
        self.on_server_event: Callable[[Event], object]
        self.closed_by: str | None = None
        self._agenda = agenda
        self._settings = settings
        self._random = random
        self._recording = recording
        self._last = {"client": 0.0, "server": 0.0}
        self._serial = count(1)

    def from_client(self, event: Event, recorded: bool = True) -> None:
        """Passes the proxy now, and reaches the server later. Media of WebRTC goes the same way, unseen."""
        sent_at = self._agenda.now
        if self.closed_by is None and recorded:
            self._write("client", {"event": event})
        self._travel("client", self._settings.uplink_ms, lambda: self.on_client_event(event, sent_at))

    def from_server(self, event: Event, then: Callable[[float], object] | None = None) -> None:
        """Reaches proxy and client later; `then` is told when."""
        event = {"type": event["type"], "event_id": f"event_{next(self._serial):05}", **event}

        def arrive() -> None:
            if self.closed_by is None:
                self._write("server", {"event": event})
                if then:
                    then(self._agenda.now)
                self.on_server_event(event)

        self._travel("server", self._settings.downlink_ms, arrive)

    def last_arrives(self, then: Callable[[float], object]) -> None:
        """`then` is told when all that the server has sent so far is there."""
        self._agenda.at(self._last["server"], lambda: then(self._agenda.now))

    def seen(self, sender: str, content: dict[str, Any]) -> None:
        """Anything that is no event, passing now."""
        if self.closed_by is None or "close" in content:
            self._write(sender, content)

    def _write(self, sender: str, content: dict[str, Any]) -> None:
        self._recording.lines.append(Line(self._agenda.now, sender, content))

    def _travel(self, sender: str, delay: float, arrive: Callable[[], object]) -> None:
        jitter = self._settings.network_jitter_ms
        at = self._agenda.now + delay + (self._random.uniform(0, jitter) if jitter else 0.0)
        self._last[sender] = max(self._last[sender], round(at, 3))
        self._agenda.at(self._last[sender], arrive)
