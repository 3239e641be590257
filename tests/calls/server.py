"""The Realtime server: session, input buffer, turn detection, items, responses."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from calls.agenda import Process
from calls.conversation import Conversation, Item, message
from calls.detector import Detector, Onset, Pause
from calls.generation import Generation
from calls.history import Answer, Turn
from calls.meter import Meter
from calls.plans import Heard, Plan
from calls.session import described
from calls.shortening import Shortening
from calls.sound import Audio
from calls.transcriber import Transcriber
from calls.voice import Deltas, Media
from calls.wire import Event

if TYPE_CHECKING:
    from calls.call import Call

HELLO_MS = 50.0
LIMITS_AFTER_MS = 43.0


class Server:
    """Does to what the client sends what the API does."""

    def __init__(self, call: "Call") -> None:
        self.call = call
        self.settings = call.settings
        self.conversation = Conversation()
        self.meter = Meter(call.random)
        self.voice = Media(self) if self.settings.sideband else Deltas(self)
        self.detector = Detector(self.settings)
        self.transcriber = Transcriber(self)
        self.shortening = Shortening(self)
        self.last_turn: Turn | None = None
        self._plans: deque[Plan] = deque()
        self._active: Generation | None = None
        self._apart: dict[str, Generation] = {}
        self._creation: object | None = None
        self._idle = 0
        self._owed: list[Turn] = []
        self._unread = False
        self._results_of: Turn | None = None
        self._spoken_item: str = ""
        self._committed_until = 0.0

    @property
    def busy(self) -> bool:
        """Something is being said, made, or about to be."""
        return self._active is not None or bool(self._apart) or self._creation is not None or self.detector.speaking

    def expect(self, *plans: Plan, heard: Heard | None = None) -> None:
        """What the next responses and the next transcription will be; the usual ones where nothing is said."""
        self._plans.extend(plans)
        if heard:
            self.transcriber.plans.append(heard)

    def begin(self) -> Process:
        """The session; a sideband joins one that has long begun."""
        yield HELLO_MS
        if not self.settings.sideband:
            self.send("session.created", session=described(self.settings, configured=False))

    def send(self, type: str, then: Callable[[float], object] | None = None, **fields: Any) -> None:
        """An event to the client; `then` is told when it arrives."""
        self.call.proxy.from_server({"type": type, **fields}, then)

    def receive(self, event: Event, sent_at: float) -> None:
        """An event from the client."""
        match event["type"]:
            case "session.update":
                self.send("session.updated", session=described(self.settings, configured=True))
            case "input_audio_buffer.append":
                self._hear(event["audio"])
            case "input_audio_buffer.commit":
                self._commit(self.conversation.name("item"))
            case "conversation.item.create":
                self._take(event["item"])
            case "response.create":
                self._asked(event, sent_at)
            case "response.cancel":
                self._cancel(event)
            case "conversation.item.truncate":
                self.shortening.asked(event)
            case "output_audio_buffer.clear":
                self.voice.hush()
            case other:
                self.refuse("invalid_value", f"Invalid value: '{other}'.", event)

    def refuse(self, code: str | None, text: str, event: Event, then: Callable[[float], object] | None = None) -> None:
        """An `error` event; it names the client's event if that has an id."""
        kind = "invalid_request_error"

        def told(now: float) -> None:
            self.call.history.errors[code or kind] += 1
            if then:
                then(now)

        error = {"type": kind, "code": code, "message": text, "param": None, "event_id": event.get("event_id")}
        self.send("error", then=told, error=error)

    # Hearing

    def _hear(self, audio: Audio) -> None:
        if not self.settings.turn_detection:
            self.detector.position += audio.size / self.settings.input_format.bytes_per_ms
            return
        for found in self.detector.hear(audio):
            if isinstance(found, Onset):
                self._speech_began(found)
            else:
                self._speech_ended(found)

    def _speech_began(self, onset: Onset) -> None:
        self._spoken_item = self.conversation.name("item")
        self._creation = None
        self._idle += 1
        active = self._active
        cuts = self.settings.interrupt_response
        if cuts and active and self.settings.cancelled_first:
            active.finish("cancelled", "turn_detected")
        self.send(
            "input_audio_buffer.speech_started",
            then=self.call.client.hears_of_speech,
            audio_start_ms=onset.audio_start_ms,
            item_id=self._spoken_item,
        )
        if not cuts:
            return
        if active:
            self._cut(active, "turn_detected")
        if self.settings.auto_truncate or self.settings.sideband:
            self.voice.hush()

    def _speech_ended(self, pause: Pause) -> None:
        item_id = self._spoken_item
        turn = Turn("speech", pause.voice_ended_at, pause.rounding_ms + self.call.lateness_ms)

        def known(now: float) -> None:
            turn.stop_known_at = now

        self.send("input_audio_buffer.speech_stopped", then=known, audio_end_ms=pause.audio_end_ms, item_id=item_id)
        self._commit(item_id, turn)

    def _commit(self, item_id: str, turn: Turn | None = None) -> None:
        turn = turn or self.call.client.pressed.pop(0)
        self._open_turn(turn)
        self._committed(item_id, turn)
        if self.settings.turn_detection and self.settings.create_response:
            self._create_soon(turn)
        else:
            self._owed.append(turn)

    def _committed(self, item_id: str, turn: Turn) -> None:
        def told(now: float) -> None:
            self.transcriber.begins(item_id, now)
            self.call.client.turns_to(turn)

        audio_ms = self.detector.position - self._committed_until
        self._committed_until = self.detector.position
        previous = self.conversation.last_item
        self.send(
            "input_audio_buffer.committed",
            then=told,
            previous_item_id=previous,
            item_id=item_id,
        )
        self.add_item(message(item_id, "user", [{"type": "input_audio", "transcript": None}]), done=True)
        self.transcriber.works_at(item_id, audio_ms)

    def _idle_out(self) -> None:
        item_id, end = self.conversation.name("item"), int(self.detector.position)
        start = int(self._committed_until)
        self.send("input_audio_buffer.timeout_triggered", audio_start_ms=start, audio_end_ms=end, item_id=item_id)
        turn = Turn("timeout")
        self._open_turn(turn)
        self._committed(item_id, turn)
        self._create_soon(turn)

    # Items

    def add_item(self, item: Item, done: bool = False) -> None:
        """Append an item to the conversation; `done` if it is complete already."""
        previous = self.conversation.add(item["id"])
        self.send("conversation.item.added", previous_item_id=previous, item=item)
        if done:
            self.send("conversation.item.done", previous_item_id=previous, item=item)

    def _take(self, item: Item) -> None:
        self._idle += 1
        if item["type"] == "function_call_output":
            self._results_of = self.call.history.tools[item["call_id"]].answer.turn
        elif item["role"] == "user":
            self._unread = True
        item_id = item.get("id") or self.conversation.name("item")
        self.add_item({"status": "completed", **item, "id": item_id}, done=True)

    def _open_turn(self, turn: Turn) -> None:
        self._unread = False
        self.last_turn = turn
        self.call.history.turns.append(turn)

    # Responses

    def _asked(self, event: Event, sent_at: float) -> None:
        if event.get("response", {}).get("conversation") == "none":
            generation = self._generate(None, sent_at)
            self._apart[generation.answer.id] = generation
        elif self._active:
            text = f"Conversation already has an active response: {self._active.answer.id}."
            self.refuse("conversation_already_has_active_response", text, event, self.call.client.is_answered)
        else:
            self._active = self._generate(self._turn_of_request(), sent_at)
            if self.detector.speaking and self.settings.turn_detection and self.settings.interrupt_response:
                self._cut(self._active, "turn_detected")

    def _turn_of_request(self) -> Turn:
        results_of, self._results_of = self._results_of, None
        owed, self._owed = self._owed, []
        if results_of is not None:
            return results_of
        if owed and not self._unread:
            return owed[-1]
        turn = Turn("items" if self._unread else "agent")
        self._open_turn(turn)
        return turn

    def _create_soon(self, turn: Turn) -> None:
        mine = self._creation = object()

        def create() -> None:
            if self._creation is not mine:
                return
            if self._active:
                self.call.agenda.after(10.0, create)
            else:
                self._creation = None
                self._active = self._generate(turn, None)

        self.call.agenda.after(self.settings.creation_ms, create)

    def _generate(self, turn: Turn | None, asked_at: float | None) -> Generation:
        self._idle += 1
        plan = self._plans.popleft() if self._plans else Plan(text=self.settings.text_only)
        generation = Generation(self, Answer(self.conversation.name("resp"), turn, asked_at), plan)
        self.call.agenda.after(0.0, lambda: self.call.agenda.start(generation.run()))
        return generation

    def _cancel(self, event: Event) -> None:
        wanted = event.get("response_id")
        generation = self._apart.get(wanted) if wanted in self._apart else self._active
        if generation is None or wanted not in {None, generation.answer.id}:
            self.refuse("response_cancel_not_active", "Cancellation failed: no active response found", event)
        else:
            generation.finish("cancelled", "client_cancelled")

    def _cut(self, generation: Generation, reason: str) -> None:
        lag = self.settings.cancel_lag_ms if generation.answer.generated_ms else 0.0
        self.call.agenda.after(lag, lambda: generation.finish("cancelled", reason))

    def finished(self, generation: Generation, usage: dict[str, Any] | None) -> None:
        """Called by a response that has ended."""
        if generation is self._active:
            self._active = None
        self._apart.pop(generation.answer.id, None)
        if self.settings.rate_limits and usage and usage["total_tokens"]:
            limits = self.meter.limits(usage["total_tokens"])
            self.call.agenda.after(LIMITS_AFTER_MS, lambda: self._tell_limits(limits))
        if self.settings.idle_timeout_ms and not self.detector.speaking:
            self._idle += 1
            mine = self._idle
            wait = generation.answer.generated_ms + self.settings.idle_timeout_ms
            self.call.agenda.after(wait, lambda: self._idle_out() if self._idle == mine else None)

    def _tell_limits(self, limits: list[dict[str, Any]]) -> None:
        def told(now: float) -> None:
            for limit in limits:
                figures = {name: limit[name] for name in ("limit", "remaining", "reset_seconds")}
                self.call.history.rate_limits[limit["name"]] = figures

        self.send("rate_limits.updated", then=told, rate_limits=limits)

    def expires(self) -> None:
        """The session has lasted as long as sessions may."""
        text = "Your session hit the maximum duration of 60 minutes."
        self.refuse("session_expired", text, {})
        self.call.server_closes(1001, text)
