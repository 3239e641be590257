"""How the server makes one response: it thinks, speaks or writes, calls functions, and ends, or is cut."""

from typing import TYPE_CHECKING, Any

from calls.agenda import Process
from calls.conversation import Item, function_call, message
from calls.history import Answer, ToolRun
from calls.plans import Plan, Tool
from calls.sound import Audio, Private

if TYPE_CHECKING:
    from calls.server import Server

ARGUMENTS = '{"city": "London"}'
WORDS = "It is foggy and twelve degrees in London. "


class Cut(Exception):
    """The response has ended while it was being made."""


class Generation:
    """Sends the events of one response in the order of the GA API."""

    def __init__(self, server: "Server", answer: Answer, plan: Plan) -> None:
        self.answer = answer
        self._server = server
        self._plan = plan
        self._open: Item | None = None
        self._output: list[Item] = []
        self._text_tokens = 0
        self._words = 0

    def run(self) -> Process:
        """From `response.created` to `response.done`."""
        self._send("response.created", then=self._created, response=self._response("in_progress"))
        try:
            yield from self._make()
        except Cut:
            return
        self.finish(self._plan.ends, self._plan.reason)

    def finish(self, status: str, reason: str | None = None) -> None:
        """End it; what is open is closed as incomplete."""
        answer = self.answer
        if answer.status is not None:
            return
        answer.status = status
        if self._open is not None:
            self._close_item("incomplete")
        details, answer.reason = _status_details(status, reason)
        usage = self._server.meter.response(answer, self._text_tokens) if self._plan.usage else None
        done = {**self._response(status, details), "output": self._output, "usage": usage}
        self._send("response.done", then=lambda now: self._done(usage, now), response=done)
        self._server.finished(self, usage)

    def _make(self) -> Process:
        yield from self._pause(self._plan.thinking_ms)
        if self._plan.audio_ms:
            yield from (self._write() if self._plan.text else self._speak())
        for tool in self._plan.tools:
            yield from self._call(tool)
        if self._plan.audio_ms or self._plan.tools:
            yield from self._pause(self._plan.wrap_up_ms)

    def _pause(self, ms: float) -> Process:
        yield ms
        if self.answer.status is not None:
            raise Cut

    def _speak(self) -> Process:
        item_id = self._open_message({"type": "audio", "transcript": ""})
        self.answer.item_id = item_id
        bytes_per_ms = self._server.settings.output_format.bytes_per_ms
        left = round(self._plan.audio_ms * bytes_per_ms)
        while left:
            size = min(left, self._plan.delta_bytes)
            left -= size
            ms = size / bytes_per_ms
            self._say(Private(WORDS.split()[self._words % 8] + " "))
            self.answer.generated_ms += ms
            self._server.voice.speak(self, Audio(size), ms)
            yield from self._pause(ms / self._plan.speed)
        self._close_item("completed")

    def _write(self) -> Process:
        self._open_message({"type": "text", "text": ""})
        for _ in range(max(1, round(self._plan.audio_ms / 40))):
            delta = Private(WORDS.split()[self._words % 8] + " ")
            self._part("response.output_text.delta", then=self._sounded, delta=delta)
            self._words += 1
            self._text_tokens += 1
            yield from self._pause(40.0)
        self._close_item("completed")

    def _say(self, word: Private) -> None:
        self._words += 1
        self._text_tokens += 1
        self._part("response.output_audio_transcript.delta", delta=word)

    def _call(self, tool: Tool) -> Process:
        item_id, call_id = self._name("item"), self._name("call")
        self._open_item(function_call(item_id, tool.name, call_id, "", "in_progress"))
        half = len(ARGUMENTS) // 2
        for piece in (ARGUMENTS[:half], ARGUMENTS[half:]):
            self._about("response.function_call_arguments.delta", call_id=call_id, delta=Private(piece))
            self._text_tokens += 4
            yield from self._pause(tool.arguments_ms / 2)

        def known(now: float) -> None:
            self._server.call.history.tools[call_id] = ToolRun(self.answer, now)
            self._server.call.client.works_at(call_id, tool)

        done = {"call_id": call_id, "name": tool.name, "arguments": Private(ARGUMENTS)}
        self._about("response.function_call_arguments.done", then=known, **done)
        self._close_item("completed")

    def _open_message(self, part: dict[str, Any]) -> str:
        item = message(self._name("item"), "assistant", [], "in_progress")
        self._open_item(item)
        self._part("response.content_part.added", part=part)
        return str(item["id"])

    def _open_item(self, item: Item) -> None:
        self._open = item
        self._words = 0
        self._send("response.output_item.added", response_id=self.answer.id, output_index=len(self._output), item=item)
        if self.answer.turn is not None:
            self._server.add_item(item)

    def _close_item(self, status: str) -> None:
        item = self._open
        assert item is not None
        said = Private((WORDS * (self._words // 8 + 1))[: self._words * 5])
        if item["type"] == "message" and self._plan.text:
            self._part("response.output_text.done", text=said)
            self._part("response.content_part.done", part={"type": "text", "text": said})
            item = {**item, "status": status, "content": [{"type": "output_text", "text": said}]}
        elif item["type"] == "message":
            self._part("response.output_audio.done")
            self._part("response.output_audio_transcript.done", transcript=said)
            self._part("response.content_part.done", part={"type": "audio", "transcript": said})
            item = {**item, "status": status, "content": [{"type": "output_audio", "transcript": said}]}
        else:
            item = {**item, "status": status, "arguments": Private(ARGUMENTS if status == "completed" else "")}
        if self.answer.turn is not None:
            self._send("conversation.item.done", previous_item_id=None, item=item)
        self._send("response.output_item.done", response_id=self.answer.id, output_index=len(self._output), item=item)
        self._output.append(item)
        self._open = None

    def audio_delta(self, audio: Audio, ms: float) -> None:
        """The client gets a piece of the speech."""
        self._part(
            "response.output_audio.delta",
            then=lambda now: self._server.call.client.receives(self.answer, ms),
            delta=audio,
        )

    def _part(self, type: str, then: Any = None, **fields: Any) -> None:
        self._about(type, then, content_index=0, **fields)

    def _about(self, type: str, then: Any = None, **fields: Any) -> None:
        assert self._open is not None
        place = {"response_id": self.answer.id, "item_id": self._open["id"], "output_index": len(self._output)}
        self._send(type, then, **place, **fields)

    def _send(self, type: str, then: Any = None, **fields: Any) -> None:
        self._server.send(type, then=then, **fields)

    def _name(self, kind: str) -> str:
        return self._server.conversation.name(kind)

    def _response(self, status: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.answer.id,
            "status": status,
            "status_details": details,
            "output": [],
            "conversation_id": self._server.conversation.id if self.answer.turn is not None else None,
            "output_modalities": ["text"] if self._plan.text else ["audio"],
            "usage": None,
            "metadata": None,
        }

    def _created(self, now: float) -> None:
        self.answer.created_at = now
        self._server.call.history.answers.append(self.answer)
        if self.answer.asked_at is not None:
            self._server.call.client.is_answered(now)

    def _sounded(self, now: float) -> None:
        self._server.call.client.notices(self.answer)

    def _done(self, usage: dict[str, Any] | None, now: float) -> None:
        if self.answer.status == "cancelled":
            self.answer.stop(now)
        self.answer.done_at = now
        self.answer.usage = usage


def _status_details(status: str, reason: str | None) -> tuple[dict[str, Any] | None, str | None]:
    """The details, and the reason that a report should give."""
    if status == "completed":
        return None, None
    if status == "failed":
        error = {"type": "server_error", "code": reason, "message": "The server had an error."}
        return {"type": "failed", "error": error}, reason or "server_error"
    return {"type": status, "reason": reason}, reason
