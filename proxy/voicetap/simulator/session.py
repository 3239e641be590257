"""One session: the client's events, audio and the passing of time go in, the server's events come out.

It knows no socket and no clock: times (`at`, `now`) are seconds on whatever clock the caller has. What was due before
an event comes out before what answers it, however late anybody asks.
"""

from collections.abc import Callable, Iterator
from random import Random

from . import mcp, settings
from .admission import Refused
from .agenda import Agenda, Script
from .audio import Format
from .buffer import InputBuffer
from .conversation import Conversation, Item
from .identity import Ids
from .items import decoded, new_item
from .limits import TokensPerMinute
from .protocol import ApiError, Close, Event, Output, Send, optional, required, type_of
from .responses import Responses
from .scenario import Scenario
from .transcription import transcribe
from .vad import SpeechStarted, SpeechStopped

COMMIT_AT_LEAST_MS = 100


class Session:
    """A simulated session; equal arguments and equal input give equal output."""

    def __init__(
        self, model: str, scenario: Scenario, seed: str, *, began: float, at: float, created: int, kind: str
    ) -> None:
        """`began` is when the server did; `created` is the wall clock in whole seconds, for `expires_at`.

        `kind` is realtime or transcription.
        """
        self._scenario = scenario
        self._server_began = began
        self._ids = Ids(Random(f"{seed} ids"))
        # A stream of its own for each kind of choice: what a response draws moves no transcription's luck.
        self._transcriptions = Random(f"{seed} transcriptions")
        self._pauses = Random(f"{seed} pauses")
        self._tools = Random(f"{seed} tools")
        self.id = self._ids.new("sess")
        conversation_id = self._ids.new("conv")
        expires_at = created + round(scenario.session_seconds)
        self._defaults = defaults_of(scenario)
        self._settings = settings.new(self.id, model, expires_at, kind=kind, defaults=self._defaults)
        self._buffer = InputBuffer(self._settings["audio"]["input"])
        self._utterance: tuple[str, int] | None = None
        """Of running speech: the id that its item will get, and where it starts."""
        self._conversation = Conversation()
        self._listed: set[str] = set()
        """Labels of MCP servers whose tools are known."""
        self._agenda: Agenda[Output] = Agenda()
        self._responses = Responses(
            self._conversation,
            conversation_id,
            TokensPerMinute(scenario.tokens_per_minute, at),
            Random(f"{seed} responses"),
            self._ids,
            self._agenda,
            self._wait_for_speech,
        )
        self._stirred = 0
        """How often the user or the client has done something that ends the waiting for speech."""
        self._agenda.add(_expire(scenario.session_seconds), at)

    silent = False

    @property
    def due(self) -> float | None:
        """When there is something to say again by itself."""
        return self._agenda.due

    def configure(self, change: Event, at: float) -> None:
        """Begin with what the client's secret stands for: the `session` of a valid `session.update`."""
        self._settings = settings.updated(self._settings, change, self._defaults)
        self._buffer.configure(self._settings["audio"]["input"])
        self._list_tools(at)

    def begin(self) -> list[Output]:
        """What a client gets first."""
        return [self._stamped(Send({"type": "session.created", "session": self._settings}))]

    def refuse(self, refused: Refused) -> list[Output]:
        """What a client gets that may not have a session."""
        return [self._stamped(Send(refused.event())), Close(refused.close_code, refused.close_reason)]

    def advance(self, now: float) -> list[Output]:
        """What is to be said until now."""
        return [self._stamped(output) for output in self._agenda.run(now)]

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        """Take what `protocol.read` made of a message; an event may still be wrong in any way."""
        outputs = self.advance(at)
        kind: str | None = None
        event_id: str | None = None
        try:
            if isinstance(message, ApiError):
                raise message
            event_id = optional(message, "event_id", str)
            kind = type_of(message, _HANDLERS)
            answers = list(_HANDLERS[kind](self, message, at))
        except ApiError as error:
            answers = [error.event(event_id)]
        return outputs + [self._stamped(Send(answer, kind)) for answer in answers]

    def _stamped(self, output: Output) -> Output:
        if not isinstance(output, Send):
            return output
        event = output.event
        return Send({"type": event["type"], "event_id": self._ids.new("event"), **event}, output.answers)

    # One method for each event of clients. It returns what answers at once; what takes time goes on the agenda.

    def _update(self, event: Event, at: float) -> Iterator[Event]:
        change = required(event, "session", dict)
        new = settings.updated(self._settings, change, self._defaults)
        if self._responses.spoken and new["audio"]["output"]["voice"] != self._settings["audio"]["output"]["voice"]:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise ApiError("cannot_update_voice", message)
        self._settings = new
        if self._buffer.configure(new["audio"]["input"]):
            self._utterance = None
        yield {"type": "session.updated", "session": new}
        self._list_tools(at)

    def _list_tools(self, at: float) -> None:
        """Of the MCP servers that are new."""
        for label, names in mcp.servers(self._settings.get("tools")).items():
            if label not in self._listed:
                self._listed.add(label)
                scenario = self._scenario_at(at)
                listing = mcp.list_tools(label, names, self._conversation, scenario, self._tools, self._ids)
                self._agenda.add(_sending(listing), at)

    def _append(self, event: Event, at: float) -> Iterator[Event]:
        for moment in self._buffer.append(decoded(required(event, "audio", str), "audio")):
            if isinstance(moment, SpeechStarted):
                yield from self._speech_started(moment, at)
            else:
                yield from self._speech_stopped(moment, at)

    def _speech_started(self, moment: SpeechStarted, at: float) -> Iterator[Event]:
        self._stirred += 1
        item_id = self._ids.new("item")
        self._utterance = item_id, moment.audio_start_ms
        started = {"audio_start_ms": moment.audio_start_ms, "item_id": item_id}
        yield {"type": "input_audio_buffer.speech_started", **started}
        if self._responses.active and self._detection.get("interrupt_response"):
            yield from self._responses.cancel(self._responses.active, "turn_detected", at)

    def _speech_stopped(self, moment: SpeechStopped, at: float) -> Iterator[Event]:
        assert self._utterance is not None
        item_id, start_ms = self._utterance
        stopped = {"audio_end_ms": moment.audio_end_ms, "item_id": item_id}
        yield {"type": "input_audio_buffer.speech_stopped", **stopped}
        self._buffer.commit(moment.audio_end_ms)
        yield from self._commit_item(item_id, moment.audio_end_ms - start_ms, at)
        if self._detection.get("create_response"):
            first, last = self._scenario_at(at).automatic_response_seconds
            if last > 0:
                self._agenda.add(self._answer_later(self._pauses.uniform(first, last), self._stirred), at)
            elif not self._responses.active:
                # Where it may not interrupt, the model that is still speaking does not answer this one.
                yield from self._respond({}, at)

    def _answer_later(self, seconds: float, stirred: int) -> Script[Output]:
        """Nobody is answered who speaks again before that, or has asked for the answer."""
        yield seconds
        if stirred == self._stirred and not self._responses.active:
            yield from _sending(self._respond({}, self._agenda.now))

    def _commit(self, event: Event, at: float) -> Iterator[Event]:
        buffered = self._buffer.buffered_ms
        if buffered < COMMIT_AT_LEAST_MS:
            message = (
                "Error committing input audio buffer: buffer too small."
                f" Expected at least {COMMIT_AT_LEAST_MS}ms of audio, but buffer only has {buffered:.2f}ms of audio."
            )
            raise ApiError("input_audio_buffer_commit_empty", message)
        item_id = self._utterance[0] if self._utterance else self._ids.new("item")
        self._buffer.commit()
        return self._commit_item(item_id, buffered, at)

    def _commit_item(self, item_id: str, audio_ms: int, at: float) -> Iterator[Event]:
        self._stirred += 1
        self._utterance = None
        content = [{"type": "input_audio", "transcript": None}]
        body = {"id": item_id, "type": "message", "status": "completed", "role": "user", "content": content}
        item = Item(body, audio_ms)
        committed = {"previous_item_id": self._conversation.last_id(), "item_id": item_id}
        yield {"type": "input_audio_buffer.committed", **committed}
        yield from self._add(item)
        if asked := self._settings["audio"]["input"]["transcription"]:
            model = asked["model"] or ""
            logprobs = settings.LOGPROBS in (self._settings["include"] or ())
            scenario = self._scenario_at(at)
            script = transcribe(item, model, scenario, self._transcriptions, self._ids, logprobs=logprobs)
            self._agenda.add(_sending(script), at)

    def _clear(self, event: Event, at: float) -> Iterator[Event]:
        self._buffer.commit()
        self._utterance = None
        yield {"type": "input_audio_buffer.cleared"}

    def _create_item(self, event: Event, at: float) -> Iterator[Event]:
        item = new_item(required(event, "item", dict), self._heard, self._ids)
        return self._add(item, optional(event, "previous_item_id", str))

    def _add(self, item: Item, after: str | None = None) -> Iterator[Event]:
        previous = self._conversation.add(item, after)
        yield {"type": "conversation.item.added", "previous_item_id": previous, "item": item.shown()}
        yield {"type": "conversation.item.done", "previous_item_id": previous, "item": item.shown()}

    def _retrieve_item(self, event: Event, at: float) -> Iterator[Event]:
        item = self._conversation.retrieve(required(event, "item_id", str))
        yield {"type": "conversation.item.retrieved", "item": item.shown()}

    def _delete_item(self, event: Event, at: float) -> Iterator[Event]:
        item_id = required(event, "item_id", str)
        self._conversation.delete(item_id)
        yield {"type": "conversation.item.deleted", "item_id": item_id}

    def _truncate_item(self, event: Event, at: float) -> Iterator[Event]:
        item_id = required(event, "item_id", str)
        content_index = required(event, "content_index", int)
        audio_end_ms = required(event, "audio_end_ms", int)
        self._conversation.truncate(item_id, content_index, audio_end_ms)
        cut = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
        yield {"type": "conversation.item.truncated", **cut}

    def _create_response(self, event: Event, at: float) -> Iterator[Event]:
        return self._respond(optional(event, "response", dict) or {}, at)

    def _respond(self, request: Event, at: float) -> Iterator[Event]:
        self._stirred += 1
        return self._responses.begin(self._settings, request, self._scenario_at(at), at)

    def _cancel_response(self, event: Event, at: float) -> Iterator[Event]:
        response = self._responses.find(optional(event, "response_id", str))
        return self._responses.cancel(response, "client_cancelled", at)

    def _wait_for_speech(self, playback_seconds: float) -> Script[Output]:
        """After an answer: a user who stays silent too long is taken to have said nothing, and is answered."""
        stirred = self._stirred
        yield playback_seconds
        start_ms = self._buffer.written_ms
        timeout_ms = self._detection.get("idle_timeout_ms")
        if stirred != self._stirred or timeout_ms is None:
            return
        yield timeout_ms / 1000
        if stirred != self._stirred or self._utterance or not self._detection.get("idle_timeout_ms"):
            return
        at, end_ms, item_id = self._agenda.now, self._buffer.written_ms, self._ids.new("item")
        silence = {"audio_start_ms": start_ms, "audio_end_ms": end_ms, "item_id": item_id}
        yield Send({"type": "input_audio_buffer.timeout_triggered", **silence})
        self._buffer.commit()
        yield from _sending(self._commit_item(item_id, end_ms - start_ms, at))
        yield from _sending(self._respond({}, at))

    @property
    def _heard(self) -> Format:
        """In what format the client gives audio."""
        return settings.format_of(self._settings["audio"]["input"])

    @property
    def _detection(self) -> Event:
        """The session's turn detection; empty where it has none."""
        return self._settings["audio"]["input"]["turn_detection"] or {}

    def _scenario_at(self, at: float) -> Scenario:
        return self._scenario.at(at - self._server_began)


def defaults_of(scenario: Scenario) -> settings.Defaults:
    """What a new session has, and what one begins with that changes its turn detection."""
    return settings.Defaults(
        scenario.silence_duration_ms, scenario.idle_timeout_ms, scenario.turn_detection, scenario.output_modality
    )


def _expire(seconds: float) -> Script[Output]:
    message = f"Your session hit the maximum duration of {seconds / 60:g} minutes."
    yield seconds
    yield Send(ApiError("session_expired", message).event())
    yield Close(1001, message)


def _sending(script: Script[Event] | Iterator[Event]) -> Script[Output]:
    for step in script:
        yield Send(step) if isinstance(step, dict) else step


_HANDLERS: dict[str, Callable[[Session, Event, float], Iterator[Event]]] = {
    "session.update": Session._update,
    "input_audio_buffer.append": Session._append,
    "input_audio_buffer.commit": Session._commit,
    "input_audio_buffer.clear": Session._clear,
    "conversation.item.create": Session._create_item,
    "conversation.item.retrieve": Session._retrieve_item,
    "conversation.item.delete": Session._delete_item,
    "conversation.item.truncate": Session._truncate_item,
    "response.create": Session._create_response,
    "response.cancel": Session._cancel_response,
}
