"""A connection with a recorder, told what happens by the test, and the recording replayed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from support.frames import frame
from support.observing import Listener
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import BytesRelayed, Connection, Fact, HandshakeAnswered
from voicetap.observe.lines import Censor
from voicetap.observe.pipeline import Pipeline
from voicetap.observe.recorder import Recorder
from voicetap.observe.shelf import Shelf
from voicetap.observe.writer import Writer
from voicetap.recording import Elider, Received, open_recording

OPENED_AT = 100.0
NAME = re.compile(r"(?!elided)[\w.:/<>\[\]-]*", re.ASCII)
STARTED = datetime(2026, 11, 21, 11, 54, 27, 123_456, UTC)


class Recorded:
    """One connection. Its recorder writes when it is asked for its file."""

    def __init__(
        self,
        directory: Path,
        censor: Callable[[], Censor] = lambda: Elider(keep_audio=False),
        *,
        target: str = "/v1/realtime?model=gpt-realtime",
        outcome: str = "101",
        max_bytes: int = 10**9,
        limit: int = 10**8,
        extensions: bytes = b"",
    ) -> None:
        self.directory = directory
        self.now = OPENED_AT
        self.listener = Listener()
        self.failed: list[str] = []
        self.writer = Writer(Shelf(directory, 10**9), lambda: self.failed.append("writer"), limit=limit)
        recorder = Recorder(
            self.writer,
            censor,
            lambda: self.failed.append("recorder"),
            max_bytes=max_bytes,
        )
        request = UpgradeRequest(target, (), OPENED_AT)
        connection = Connection("5e55100000000001", request, STARTED.timestamp() - 0.5)
        self.pipeline = Pipeline(request, [self.listener], self.failed.append, recorder=recorder.upgrade(connection))
        self.wait(0.21)
        headers = [(b"Sec-WebSocket-Extensions", extensions)] if extensions else []
        self.pipeline.answered(Handshake(outcome, headers, 0.1, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.pipeline.tick(self.now)

    def send(self, sender: Side, kind: int, payload: bytes = b"", **options: Any) -> None:
        """A side sends a frame."""
        mask = b"abcd" if sender is Side.CLIENT else None
        for _ in self.pipeline.chunk(Chunk(sender, frame(kind, payload, mask=mask, **options), self.now)) or ():
            pass

    def text(self, sender: Side, content: object) -> None:
        """A side sends a text: bytes as they are, anything else as JSON."""
        self.send(sender, 1, content if isinstance(content, bytes) else msgspec.json.encode(content))

    def end(self, by: Side | None = Side.CLIENT, *, reset: bool = False) -> None:
        """The transports end."""
        self.pipeline.closed(Ending(by, reset, self.now))
        self.pipeline.close()

    @property
    def file(self) -> Path:
        """The recording, written as far as there is something of it."""
        self.writer.write_waiting()
        [file] = self.directory.iterdir()
        return file


def replayed(file: Path) -> list[Fact]:
    """What a replay of the file tells."""
    listener = Listener()
    with open_recording(file) as recording:
        header = recording.header
        request = UpgradeRequest(header.target or "/", (), OPENED_AT)
        pipeline = Pipeline(request, [listener], listener_failed)
        at = OPENED_AT + (header.switched_at_ms or 0) / 1000
        pipeline.answered(Handshake("101", (), None, at))
        by, reset = None, False
        for entry in recording:
            at = OPENED_AT + entry.at
            if isinstance(entry, Received):
                pipeline.message(entry.sender, entry.message, at)
            else:
                by, reset = entry.by, entry.reset
        pipeline.closed(Ending(by, reset, at))
        pipeline.close()
    return listener.facts


def listener_failed(name: str) -> None:
    """A sink of the test does not fail."""
    raise AssertionError(name)


def comparable(facts: list[Fact], *, content: bool) -> list[Any]:
    """The facts to the microsecond; without what a recording does not have: bytes, handshakes, maybe content.

    The name of an unknown event may be content too.
    """
    hidden = () if content else ("message", "close_reason")

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 5)
        if isinstance(value, str) and not content and not NAME.fullmatch(value):
            return "elided"
        if isinstance(value, dict):
            return {key: rounded(one) for key, one in value.items() if key not in hidden}
        return [rounded(one) for one in value] if isinstance(value, list) else value

    return [
        (type(fact).__name__, rounded(msgspec.to_builtins(fact, enc_hook=str)))
        for fact in facts
        if not isinstance(fact, BytesRelayed | HandshakeAnswered)
    ]
