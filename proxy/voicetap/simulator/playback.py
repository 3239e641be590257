"""A recording played back as the server (docs/simulator.md says what is promised).

What the recorded server sent comes in its order. A message waits for what the recorded client had sent before it, of
the same type, however it looks; then it comes at its recorded distance from that. An answer that has begun, and a
transcription, go on without waiting: clients differ in when they react.
"""

from collections import defaultdict, deque
from itertools import count

from .calls import Answer, Asked
from .protocol import ApiError, Event, Note, Output, Peer, Send
from .recorded import Awaited, Recorded, Said, is_append, known, type_of_message
from .renaming import Renaming
from .settings import STANDARD
from .subject import Subjects

PATIENCE_SECONDS = 3.0
"""After so long without a reaction that the recorded client had shown, the playback goes on without it."""

_EARLY = 1000
"""Events of one type that may come before their time; of more, the oldest are forgotten."""

_CAUSES = frozenset(
    (
        *("session.update", "transcription_session.update", "conversation.item.create", "response.create"),
        *("input_audio_buffer.commit", "session.close", "session.finish"),
    )
)
"""Without these, and without audio, nothing would happen: they are waited for without end."""


class Playback:
    """One connection."""

    silent = False

    def __init__(self, recorded: Recorded, name: str, at: float, pace: float) -> None:
        """`at` is when the upgrade was answered; `pace`: so many times as fast as it was recorded."""
        self.id = name
        self._parts = recorded.parts
        self._subjects = Subjects()
        self._pace = pace
        self._place = 0
        self._shift = at - recorded.switched_at / pace
        """From recorded time to that of now."""
        self._last = at
        """When the message before was due."""
        self._owed: list[Awaited] = []
        """What has been passed without its having come."""
        self._early: defaultdict[str | None, deque[tuple[Event, float]]] = defaultdict(_few)
        """What has come before its time."""
        self._appended: set[str] = set()
        self._blocked: tuple[int, float] | None = None
        """Which message waits, and until when it does so in silence."""
        self._renaming = Renaming()

    @property
    def due(self) -> float | None:
        """When the next message comes, or patience ends."""
        part = self._next()
        if part is None:
            return None
        if self._waits_for(part) is None:
            return max(self._last, self._time(part.at))
        return self._blocked[1] if self._blocked else self._last

    def begin(self) -> list[Output]:
        """What a client gets first."""
        return self.advance(self._last)

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        """Take what the client sends; what it has in common with the recorded client is the type."""
        outputs = self.advance(at)
        type = type_of_message(message)
        event: Event = {} if isinstance(message, ApiError) else message
        if type is not None and is_append(type):
            if type in self._appended:
                return outputs
            self._appended.add(type)
        awaited = next((one for one in self._owed if one.type == type), None)
        if awaited is None:
            self._early[type].append((event, at))
        else:
            self._owed.remove(awaited)
            self._blocked = None
            self._met(awaited, event, at)
        return outputs + self.advance(at)

    def advance(self, now: float) -> list[Output]:
        """What is to be said until now."""
        outputs: list[Output] = []
        while (part := self._next()) is not None:
            awaited = self._waits_for(part)
            if awaited is None:
                due = max(self._last, self._time(part.at))
                if due > now:
                    break
                self._last, self._blocked = due, None
                self._place += 1
                outputs.append(self._said(part.output))
            elif self._blocked is None or self._blocked[0] != self._place:
                self._blocked = self._place, now + PATIENCE_SECONDS
                break
            elif now < self._blocked[1]:
                break
            else:
                outputs.append(self._impatient(awaited, now))
        return outputs

    def _next(self) -> Said | None:
        """The next message of the server; what it comes after is either met on the way, or owed."""
        while self._place < len(self._parts):
            part = self._parts[self._place]
            if isinstance(part, Said):
                return part
            self._place += 1
            self._subjects.ask(part)
            if self._early[part.type]:
                self._met(part, *self._early[part.type].popleft())
            else:
                self._owed.append(part)
        return None

    def _waits_for(self, part: Said) -> Awaited | None:
        return next((one for one in self._owed if not self._subjects.goes_on_without(part.output, one)), None)

    def _met(self, awaited: Awaited, event: Event, at: float) -> None:
        if known(awaited.at):
            self._shift = at - awaited.at / self._pace
        self._last = max(self._last, at)
        self._renaming.learn(awaited.event, event)
        self._learn_item(awaited, event)

    def _learn_item(self, awaited: Awaited, event: Event) -> None:
        """An item that the client names, where the recorded client left that to the server."""
        before, now = awaited.event.get("item"), event.get("item")
        if not (isinstance(before, dict) and isinstance(now, dict)):
            return
        if isinstance(before.get("id"), str):
            self._subjects.claim(before["id"])
        elif isinstance(now.get("id"), str) and (found := self._subjects.added_for(before, self._parts, self._place)):
            self._renaming.choose(found, now["id"])

    def _said(self, output: Output) -> Output:
        if not isinstance(output, Send):
            return output
        self._subjects.say(output.event)
        return Send(self._renaming.renamed(output.event))

    def _impatient(self, awaited: Awaited, now: float) -> Note:
        what = f"{awaited.type or 'a message that is no event'} (message {awaited.number} of the recording)"
        if awaited.type in _CAUSES or is_append(awaited.type):
            self._blocked = self._place, float("inf")
            return Note(f"waits for {what}")
        self._owed.remove(awaited)
        self._last = max(self._last, now)
        self._blocked = None
        return Note(f"goes on without {what}")

    def _time(self, at: float) -> float:
        """In the time of now; what has no time follows at once."""
        return at / self._pace + self._shift if known(at) else self._last


class RecordingCalls:
    """Every call gets the recording, from its beginning."""

    bytes_per_second: int | None = None
    pings = False
    sidebands = True
    defaults = STANDARD

    def __init__(self, recorded: Recorded, pace: float = 1.0) -> None:
        """`pace`: so many times as fast as it was recorded."""
        self._recorded = recorded
        self._pace = pace
        self._numbers = count(1)

    def answer(self, number: int, now: float) -> Answer:
        """With 101, as long after the request as it was."""
        return Answer(self._recorded.switched_at / self._pace)

    def open(self, number: int, asked: Asked, now: float) -> tuple[Peer, list[Output]]:
        """Whoever asks, for whatever model, with whatever key."""
        peer = Playback(self._recorded, f"call_{number}", now, self._pace)
        return peer, peer.begin()


def _few() -> deque[tuple[Event, float]]:
    return deque(maxlen=_EARLY)
