"""A conversation told line by line, as a trace has it, on a clock that the test moves."""

import json
from base64 import b64encode
from typing import Any, TypeVar

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
BYTES_PER_MS = 48
"""Of pcm16 at 24 kHz, the API's default."""

SERVER_VAD = {"type": "server_vad", "silence_duration_ms": 500, "prefix_padding_ms": 300}

F = TypeVar("F", bound=Fact)


def message(content: object) -> Message:
    """A whole text message: bytes and text as they are, anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Message(Kind.TEXT, payload, len(payload), b"")


def described(transcription: str | None = TRANSCRIBER, **more: Any) -> dict[str, Any]:
    """The `session` of a GA server; `more` is of the session, or, by the API's names, of its audio.

    `turn_detection`, `input_format` and `output_format` stand in `audio` in GA.
    """
    audio: dict[str, Any] = {"input": {"transcription": {"model": transcription} if transcription else None}}
    if "turn_detection" in more:
        audio["input"]["turn_detection"] = more.pop("turn_detection")
    if "input_format" in more:
        audio["input"]["format"] = more.pop("input_format")
    if "output_format" in more:
        audio["output"] = {"format": more.pop("output_format")}
    return {"id": "sess_1", "model": MODEL, "audio": audio, **more}


def sound(milliseconds: float, bytes_per_ms: float = BYTES_PER_MS) -> str:
    """So much silence, as an event carries it."""
    return b64encode(bytes(round(milliseconds * bytes_per_ms))).decode()


class Dialogue:
    """One connection. What a step brings is returned, without the EventReceived of the step itself.

    Steps that stand for several events bear a name of their own; the others are named after what they do, as in a
    script: `ask`, `begin`, `audio`, `done`.
    """

    def __init__(self, target: str = TARGET, at: float = OPENED_AT, *, content: bool = False) -> None:
        """`at` is the time of the upgrade request; NaN: times are unknown. `content`: what is said makes facts too."""
        self.now = at
        self.facts: list[Fact] = []
        """All so far, without EventReceived."""
        self._session = Session(target, at, content=content)

    def client(self, type: str, **fields: Any) -> list[Fact]:
        return self._send(Side.CLIENT, type, fields)

    def server(self, type: str, **fields: Any) -> list[Fact]:
        return self._send(Side.SERVER, type, fields)

    def raw(self, sender: Side, content: object) -> list[Fact]:
        """Any message; nothing is taken out of what it brings."""
        return self._keep(self._session.receive(sender, decode(sender, message(content)), self.now))

    def started(self, transcription: str | None = TRANSCRIBER, **more: Any) -> "Dialogue":
        """The usual beginning: a session that transcribes."""
        self.server("session.created", session=described(transcription, **more))
        return self

    # What the user and the client do.

    def append(self, milliseconds: float, bytes_per_ms: float = BYTES_PER_MS) -> list[Fact]:
        return self.client("input_audio_buffer.append", audio=sound(milliseconds, bytes_per_ms))

    def speech(self, item_id: str | None, seconds: float = 1.0, audio_end_ms: float | None = None) -> list[Fact]:
        """The server hears the user speak for so long; it has not committed that."""
        facts = self.server("input_audio_buffer.speech_started", item_id=item_id)
        facts += self.wait(seconds)
        return facts + self.server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=audio_end_ms)

    def commit(self, item_id: str | None) -> list[Fact]:
        """The server commits what was said."""
        return self.server("input_audio_buffer.committed", item_id=item_id)

    def push_to_talk(self, item_id: str | None) -> list[Fact]:
        """The client commits what was said, and the server does it."""
        return self.client("input_audio_buffer.commit") + self.commit(item_id)

    def write(self, text: str = "Hello", role: str = "user") -> list[Fact]:
        """The client puts a message into the conversation."""
        content = [{"type": "input_text", "text": text}]
        return self.client("conversation.item.create", item={"type": "message", "role": role, "content": content})

    def ask(self, event_id: str | None = None, **response: Any) -> list[Fact]:
        """`response.create`."""
        fields: dict[str, Any] = {"event_id": event_id} if event_id else {}
        if response:
            fields["response"] = response
        return self.client("response.create", **fields)

    def output(self, call_id: str) -> list[Fact]:
        """The client gives the output of a function."""
        item = {"type": "function_call_output", "call_id": call_id, "output": "{}"}
        return self.client("conversation.item.create", item=item)

    # What the server answers.

    def begin(self, response_id: str | None, **response: Any) -> list[Fact]:
        """`response.created`."""
        return self.server("response.created", response={"id": response_id, "status": "in_progress", **response})

    def audio(
        self,
        response_id: str | None,
        item_id: str | None,
        milliseconds: float = 100,
        *,
        content_index: int = 0,
        bytes_per_ms: float = BYTES_PER_MS,
    ) -> list[Fact]:
        """One delta."""
        return self.server(
            "response.output_audio.delta",
            response_id=response_id,
            item_id=item_id,
            content_index=content_index,
            delta=sound(milliseconds, bytes_per_ms),
        )

    def text(self, response_id: str | None, item_id: str | None) -> list[Fact]:
        """One delta."""
        return self.server("response.output_text.delta", response_id=response_id, item_id=item_id, delta="Hi")

    def call(self, response_id: str | None, call_id: str, name: str = "get_time") -> list[Fact]:
        """The arguments of a function are complete."""
        fields = {"response_id": response_id, "item_id": f"item_{call_id}", "call_id": call_id, "name": name}
        return self.server("response.function_call_arguments.done", **fields, arguments="{}")

    def done(self, response_id: str | None, status: str | None = "completed", **response: Any) -> list[Fact]:
        """`response.done`."""
        return self.server("response.done", response={"id": response_id, "status": status, **response})

    def answer(self, response_id: str, item_id: str | None = None, milliseconds: float = 100) -> list[Fact]:
        """A whole response, of so much audio, made at once."""
        facts = self.begin(response_id)
        facts += self.audio(response_id, item_id or f"item_of_{response_id}", milliseconds)
        return facts + self.done(response_id)

    def error(self, code: str | None = None, **error: Any) -> list[Fact]:
        return self.server("error", error={"type": "invalid_request_error", "code": code, **error})

    # What neither side says.

    def wait(self, seconds: float) -> list[Fact]:
        self.now += seconds
        return self._keep(self._session.tick(self.now))

    def close_frame(self, sender: Side, code: int | None = 1000, reason: str = "") -> list[Fact]:
        return self._keep(self._session.close_frame(sender, code, reason, self.now))

    def blind(self, sender: Side | None) -> list[Fact]:
        return self._keep(self._session.blind(sender, self.now))

    def end(self, by: Side | None = Side.CLIENT, *, reset: bool = False) -> list[Fact]:
        return self._keep(self._session.close(Ending(by, reset, self.now)))

    def told(self, *kinds: type[F]) -> list[F]:
        """What all steps so far have brought of these kinds, in order."""
        return [fact for fact in self.facts if isinstance(fact, kinds)]

    def _send(self, sender: Side, type: str, fields: dict[str, Any]) -> list[Fact]:
        facts = self.raw(sender, {"type": type, **fields})
        received = next(fact for fact in facts if isinstance(fact, EventReceived))
        facts.remove(received)
        return facts

    def _keep(self, facts: list[Fact]) -> list[Fact]:
        self.facts += [fact for fact in facts if not isinstance(fact, EventReceived)]
        return facts
