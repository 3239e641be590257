"""Transcribes what was committed, in its own time, or fails to."""

from collections import deque
from typing import TYPE_CHECKING, Any

from calls.agenda import Process
from calls.history import Transcription
from calls.plans import Heard
from calls.sound import Private

if TYPE_CHECKING:
    from calls.server import Server

PREFIX = "conversation.item.input_audio_transcription"
FAILURE = "server_error"
"""The type of a failure; it is all there is to tell of one without a code."""


class Transcriber:
    """One for all items; they may finish in any order."""

    def __init__(self, server: "Server") -> None:
        self.plans: deque[Heard] = deque()
        self.working = 0
        self._server = server
        self._known: dict[str, Transcription] = {}

    def begins(self, item_id: str, now: float) -> None:
        """The client knows of the item."""
        if self._server.settings.transcription_model:
            self._known[item_id] = Transcription(item_id, now)
            self._server.call.history.transcriptions.append(self._known[item_id])

    def works_at(self, item_id: str, audio_ms: float) -> None:
        """An item was committed."""
        plan = self.plans.popleft() if self.plans else Heard()
        if self._server.settings.transcription_model and plan.outcome != "never":
            self._server.call.agenda.start(self._work(item_id, audio_ms, plan))

    def _work(self, item_id: str, audio_ms: float, plan: Heard) -> Process:
        self.working += 1
        for word in plan.words.split() if plan.deltas else []:
            yield plan.after_ms / 10
            self._send("delta", item_id, delta=Private(word + " "))
        yield plan.after_ms * (1 - len(plan.words.split()) / 10 * plan.deltas)
        if plan.outcome == "failed":
            message = f"Input transcription failed for item '{item_id}'. 429 Too Many Requests"
            error = {"type": FAILURE, "code": plan.code, "message": message, "param": None}
            self._send("failed", item_id, then=self._ended(item_id, "failed", plan.code or FAILURE), error=error)
        else:
            yield from self._complete(item_id, audio_ms, plan)
        for _ in range(plan.repeats):
            yield 100.0
            words = Private(plan.words or "Hm.")
            status = {"status": "completed"} if plan.cumulative else {}
            self._send("completed", item_id, then=self._repeated(item_id), transcript=words, **status)
        self.working -= 1

    def _complete(self, item_id: str, audio_ms: float, plan: Heard) -> Process:
        words = plan.words.split()
        for count in range(plan.cumulative):
            so_far = Private(" ".join(words[: count + 1]))
            self._send("completed", item_id, transcript=so_far, status="in_progress")
            yield 80.0
        usage = self._server.meter.transcription(plan.words, audio_ms, self._server.settings.transcribed_seconds)
        final = {"status": "completed"} if plan.cumulative else {}
        outcome = "completed" if plan.words else "empty"
        then = self._ended(item_id, outcome, usage=usage)
        self._send("completed", item_id, then=then, transcript=Private(plan.words), usage=usage, **final)

    def _ended(self, item_id: str, outcome: str, code: str | None = None, usage: dict[str, Any] | None = None) -> Any:
        def told(now: float) -> None:
            transcription = self._known[item_id]
            transcription.outcome, transcription.code, transcription.usage = outcome, code, usage
            transcription.finished_at = now

        return told

    def _repeated(self, item_id: str) -> Any:
        def told(now: float) -> None:
            self._known[item_id].repeated = True

        return told

    def _send(self, what: str, item_id: str, then: Any = None, **fields: Any) -> None:
        self._server.send(f"{PREFIX}.{what}", then=then, item_id=item_id, content_index=0, **fields)
