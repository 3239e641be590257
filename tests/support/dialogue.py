"""A conversation told line by line, as a trace has it, on a clock that the test moves."""

import json
from typing import Any

from voicetap.chunks import Ending, Side
from voicetap.facts import EventReceived, Fact
from voicetap.realtime import decode
from voicetap.session import Session
from voicetap.wire import Kind, Message

MODEL = "gpt-realtime"
TRANSCRIBER = "gpt-4o-transcribe"
TARGET = f"/v1/realtime?model={MODEL}"
SIDEBAND = "/v1/realtime?call_id=rtc_1"
OPENED_AT = 100.0


def message(content: object) -> Message:
    """A whole text message: bytes and text as they are, anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Message(Kind.TEXT, payload, len(payload), b"")


def described(transcription: str | None = TRANSCRIBER, **more: Any) -> dict[str, Any]:
    """The `session` of a GA server."""
    shape = {"model": transcription} if transcription else None
    return {"id": "sess_1", "model": MODEL, "audio": {"input": {"transcription": shape}}, **more}


class Dialogue:
    """One connection. What a step brings is returned, without the EventReceived of the step itself."""

    def __init__(self, target: str = TARGET) -> None:
        self.now = OPENED_AT
        self._session = Session(target, OPENED_AT)

    def client(self, type: str, **fields: Any) -> list[Fact]:
        return self._send(Side.CLIENT, type, fields)

    def server(self, type: str, **fields: Any) -> list[Fact]:
        return self._send(Side.SERVER, type, fields)

    def raw(self, sender: Side, content: object) -> list[Fact]:
        """Any message; nothing is taken out of what it brings."""
        return self._session.receive(sender, decode(sender, message(content)), self.now)

    def started(self, transcription: str | None = TRANSCRIBER) -> "Dialogue":
        """The usual beginning: a session that transcribes."""
        self.server("session.created", session=described(transcription))
        return self

    def wait(self, seconds: float) -> list[Fact]:
        self.now += seconds
        return self._session.tick(self.now)

    def close_frame(self, sender: Side, code: int | None = 1000, reason: str = "") -> list[Fact]:
        return self._session.close_frame(sender, code, reason, self.now)

    def blind(self, sender: Side | None) -> list[Fact]:
        return self._session.blind(sender, self.now)

    def end(self, by: Side | None = Side.CLIENT, *, reset: bool = False) -> list[Fact]:
        return self._session.close(Ending(by, reset, self.now))

    def _send(self, sender: Side, type: str, fields: dict[str, Any]) -> list[Fact]:
        facts = self.raw(sender, {"type": type, **fields})
        facts.remove(EventReceived(self.now, sender, type))
        return facts
