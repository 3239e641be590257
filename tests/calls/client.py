"""The voice agent's client: plays what comes, stops when the caller speaks, runs the tools."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from calls.agenda import Process
from calls.history import Answer, ToolRun, Truncation, Turn
from calls.plans import Plan, Tool
from calls.playback import Playback
from calls.session import wanted
from calls.sound import Audio, Private
from calls.wire import Event

if TYPE_CHECKING:
    from calls.call import Call


class Client:
    """What it does by itself, and what a script can make it do."""

    def __init__(self, call: "Call") -> None:
        self.pressed: list[Turn] = []
        """Turns of push-to-talk that the server does not know yet."""
        self.truncations: dict[str, Truncation] = {}
        """Item -> what the server was asked for."""
        self.ready = False
        self._call = call
        self._numbered = 0
        self._tools: dict[str, tuple[ToolRun, Tool]] = {}
        self._free_at = 0.0
        self._wishes = 0

    @property
    def answers(self) -> list[Answer]:
        """All that the client knows of, the oldest first."""
        return self._call.history.answers

    @property
    def quiet(self) -> bool:
        """Nothing plays, nothing is expected, no tool works."""
        now = self._call.agenda.now
        waiting = self._wishes or any(tool.works_ms is not None for _, tool in self._tools.values())
        return not waiting and not any(answer.active or answer.playing(now) for answer in self.answers)

    def receive(self, event: Event) -> None:
        """An event of the server; what it means for the world is told by the other methods."""
        match event["type"]:
            case "session.created":
                self.configures()
            case "session.updated":
                self.ready = True
            case "input_audio_buffer.speech_stopped" if self._call.settings.muted_between_turns:
                if not self._call.caller.speaking:
                    self._call.microphone.mute()

    def sends(self, type: str, **fields: Any) -> None:
        """An event to the server."""
        event: Event = {"type": type, **fields}
        if self._call.settings.event_ids:
            self._numbered += 1
            event["event_id"] = f"client_{self._numbered:04}"
        self._call.proxy.from_client(event)

    def configures(self) -> None:
        """Say what the session should be."""
        self.sends("session.update", session=wanted(self._call.settings))

    # The caller's side

    def appends(self, audio: Audio) -> None:
        """What the microphone gives; in WebRTC it goes as media, and not by the proxy."""
        event = {"type": "input_audio_buffer.append", "audio": audio}
        self._call.proxy.from_client(event, recorded=not self._call.settings.sideband)

    def commits(self, released_at: float) -> None:
        """The button was released; all audio is sent: commit it, and ask for the answer."""
        now = self._call.agenda.now
        self.pressed.append(Turn("speech", released_at, blur_ms=now - released_at))
        self.sends("input_audio_buffer.commit")
        self.asks()

    def types(self, *texts: str, answer: Plan | None = None) -> None:
        """Text of the caller, and the wish for an answer."""
        self.adds("user", *texts)
        self.asks(answer)

    def adds(self, role: str, *texts: str) -> None:
        """Items that ask for nothing by themselves."""
        kind = "output_text" if role == "assistant" else "input_text"
        for text in texts:
            content = [{"type": kind, "text": Private(text)}]
            self.sends("conversation.item.create", item={"type": "message", "role": role, "content": content})

    def asks(self, answer: Plan | None = None, **response: Any) -> None:
        """The wish for a response."""
        if answer:
            self._call.server.expect(answer)
        self._wishes += 1
        self.sends("response.create", **({"response": response} if response else {}))

    def asks_apart(self, answer: Plan) -> None:
        """The wish for a response outside the conversation."""
        self.asks(answer, conversation="none", metadata={"topic": "summary"}, output_modalities=["text"])

    def is_answered(self, now: float) -> None:
        """A wish for a response was granted, or refused."""
        self._wishes -= 1

    # Playing

    def receives(self, answer: Answer, ms: float) -> None:
        """Audio has come."""
        now = self._call.agenda.now
        if answer.playback is None:
            answer.playback = Playback(max(now + self._call.settings.playout_delay_ms, self._free_at))
            if answer.cut:
                answer.playback.stop(now)
        self.notices(answer)
        answer.playback.receive(ms, now)
        if not answer.cut:
            self._free_at = answer.playback.ends_at

    def notices(self, answer: Answer) -> None:
        """There is something of the answer."""
        now = self._call.agenda.now
        if answer.sounded_at is None:
            answer.sounded_at = now
            turn = answer.turn
            if turn is not None and not turn.over and turn.answered_at is None:
                turn.answered_at = now

    def turns_to(self, turn: Turn) -> None:
        """The caller has said something new: what was asked before is over."""
        for earlier in self._call.history.turns[: self._call.history.turns.index(turn)]:
            earlier.over = True

    def media_began(self, answer: Answer) -> None:
        """The server plays the answer to the caller."""
        answer.playback = Playback(float("inf"))
        self.notices(answer)

    def media_cleared(self, answer: Answer) -> None:
        """The server has dropped what was left of it to play."""
        answer.stop(self._call.agenda.now)
        self.media_ended(answer)

    def media_ended(self, answer: Answer) -> None:
        """The server has no more of it to play."""
        if answer.playback:
            answer.playback.stop(self._call.agenda.now)

    def hears_of_speech(self, now: float) -> None:
        """The server says that the caller speaks: stop, or go on."""
        if self._call.settings.interrupt_response:
            self.stops(truncating=self._call.settings.truncates and not self._call.settings.auto_truncate)
            return
        for answer in self.answers:
            answer.talked_over += [phase for phase in [answer.phase(now)] if phase]

    def presses_stop(self) -> None:
        """The caller wants silence, and says so with a button."""
        if any(answer.active and answer.turn is not None for answer in self.answers):
            self.sends("response.cancel")
        if not self._call.settings.sideband:
            self.stops(truncating=True)
            return
        self.sends("output_audio_buffer.clear")
        for answer in self.answers:
            if answer.active:
                answer.stop(self._call.agenda.now)

    def stops(self, truncating: bool) -> None:
        """Stop playing, and perhaps tell the server how much was heard."""
        now = self._call.agenda.now
        for answer in self.answers:
            audible = answer.cut is None and answer.phase(now)
            answer.stop(now)
            if not audible or answer.playback is None or self._call.settings.sideband:
                continue
            told = self._estimate(answer, answer.playback, now)
            answer.playback.stop(now)
            self._free_at = now
            if truncating:
                self.truncates(answer, answer.item_id, told)

    def truncates(self, answer: Answer | None, item_id: str | None, told_ms: int) -> None:
        """Tell the server how much of an item was heard; without an answer, a client's mistake."""
        assert item_id is not None
        truncation = Truncation(answer, item_id, told_ms, "client")
        self._call.history.truncations.append(truncation)
        self.truncations[item_id] = truncation
        self.sends("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=told_ms)

    def _estimate(self, answer: Answer, playback: Playback, now: float) -> int:
        assert answer.sounded_at is not None
        elapsed = now - answer.sounded_at
        estimates: dict[str, Callable[[], float]] = {
            "heard": lambda: playback.heard(now),
            "elapsed": lambda: elapsed,
            "clamped": lambda: min(elapsed, playback.received_ms),
        }
        return int(estimates[self._call.settings.estimate]())

    # Tools

    def works_at(self, call_id: str, tool: Tool) -> None:
        """The model has called a function."""
        run = self._call.history.tools[call_id]
        self._tools[call_id] = run, tool
        if tool.works_ms is not None:
            self._call.agenda.start(self._work(call_id, run, tool.works_ms))

    def _work(self, call_id: str, run: ToolRun, ms: float) -> Process:
        yield ms
        output = Private("It is foggy and 12 degrees in London.")
        run.answered_at = self._call.agenda.now
        self.sends(
            "conversation.item.create", item={"type": "function_call_output", "call_id": call_id, "output": output}
        )
        yield lambda: run.answer.done_at is not None
        together = [key for key, (other, _) in self._tools.items() if other.answer is run.answer]
        if together and all(self._tools[key][0].answered_at is not None for key in together):
            for key in together:
                del self._tools[key]
            self.asks()
