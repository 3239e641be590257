"""What the user says: the audio that the client appends, and the utterances that the server hears in it.

`audio_end_ms` of the API counts milliseconds of audio written to the input buffer, not of time, and includes the
silence after which the server decides. So the end of speech is looked up on the curve of appended audio against time.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

from ..facts import Fact, InputAudioReceived, SpeechCommitted, SpeechStarted, SpeechStopped
from ..realtime import client, server
from .bounded import Bounded
from .nouns import Speech
from .settings import Settings
from .times import elapsed
from .transitions import SPEECH

POINTS = 512
"""Appends that are remembered at least: 10 s of 20 ms each. The end of an utterance is looked up when the server has
noticed it, a second or so later."""

LONGEST_SILENCE_MS = 60_000
"""Above it the server does not mean it; the API's default is 500."""

COMMITTED = 100
"""Items that are remembered, for those that are committed twice."""

TOLD_MS = 1000.0
"""Milliseconds of audio that are told together."""


class Curve:
    """Cumulative milliseconds of appended audio against the time of their arrival."""

    __slots__ = ("_at", "_forgotten", "_ms", "total")

    def __init__(self) -> None:
        self._ms = array("d")
        self._at = array("d")
        self._forgotten = False
        self.total = 0.0
        """Milliseconds so far."""

    def append(self, milliseconds: float, at: float) -> None:
        """So much audio has arrived."""
        self.total += milliseconds
        self._ms.append(self.total)
        self._at.append(at)
        if len(self._ms) >= 2 * POINTS:
            del self._ms[:POINTS], self._at[:POINTS]
            self._forgotten = True

    def time_of(self, position: float) -> float | None:
        """When the audio up to this position, in milliseconds, had arrived; None where that is not remembered.

        Between two arrivals it is taken to have come evenly; what lies within the first came with it, and what was
        never appended with the last.
        """
        if not self._ms or (self._forgotten and position <= self._ms[0]):
            return None
        index = bisect_left(self._ms, position)
        if index == 0:
            return self._at[0]
        if index == len(self._ms):
            return self._at[-1]
        before, after = self._ms[index - 1], self._ms[index]
        share = (position - before) / (after - before)
        return self._at[index - 1] + share * (self._at[index] - self._at[index - 1])


class Commit(Struct, frozen=True):
    """User audio that has become an item."""

    speech: Speech
    asked: bool
    """The client committed it, not the server."""
    silence: bool
    """It is what an idle timeout made: nobody spoke."""


class UserSpeech:
    """From appended audio to committed speech."""

    __slots__ = (
        "_appended_at",
        "_asked_at",
        "_before",
        "_committed",
        "_curve",
        "_settings",
        "_silence",
        "_state",
        "_untold",
        "commit",
        "spoken",
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._curve = Curve()
        self._state = SPEECH.first
        self._untold = 0.0
        self._appended_at: float | None = None
        """The first audio since the last commit."""
        self._asked_at: float | None = None
        """The client's commit that is not acknowledged yet."""
        self._committed: Bounded[str, None] = Bounded(COMMITTED)
        """Ids of the items that have been told."""
        self._silence: server.InputTimedOut | None = None
        """An idle timeout whose commit is to come."""
        self.commit: Commit | None = None
        """The last one."""
        self.spoken: Speech | None = None
        """The utterance that was begun last and is not committed."""
        self._before: Speech | None = None
        """The one before it, where its commit is still to come."""

    def appended(self, event: client.AudioAppend, at: float) -> Iterable[Fact]:
        """A piece of the user's audio."""
        milliseconds = event.audio_bytes() / self._settings.input_bytes_per_ms
        if milliseconds <= 0:
            return ()
        self._curve.append(milliseconds, at)
        if self._appended_at is None:
            self._appended_at = at
        self._untold += milliseconds
        return () if self._untold < TOLD_MS else self._tell(at)

    def started(self, event: server.SpeechStarted, at: float) -> Iterable[Fact]:
        """The server hears the user."""
        self._before = self.spoken if self._state == "stopped" else None
        yield from self._move("speech_started", event.type, at)
        self.spoken = Speech(event.item_id, at)
        yield SpeechStarted(at, event.item_id)

    def stopped(self, event: server.SpeechStopped, at: float) -> Iterable[Fact]:
        """The server has heard silence for long enough."""
        yield from self._move("speech_stopped", event.type, at)
        speech = self.spoken
        if speech is None or speech.stopped_at is not None:
            speech = self.spoken = Speech(event.item_id, at)
        speech.stopped_at = at
        silence = self._settings.silence_ms
        if silence is not None and silence <= LONGEST_SILENCE_MS and at == at:
            found = None if event.audio_end_ms is None else self._curve.time_of(event.audio_end_ms - silence)
            speech.measured_from = "arrival" if found is None else "curve"
            speech.ended_at = at - silence / 1000 if found is None else min(found, at)
        wait = None if speech.ended_at is None else elapsed(speech.ended_at, at)
        yield SpeechStopped(at, event.item_id, speech.ended_at, wait)

    def committing(self, event: client.AudioCommit, at: float) -> Iterable[Fact]:
        """The client says that the user has finished."""
        self._asked_at = at
        return ()

    def timed_out(self, event: server.InputTimedOut, at: float) -> Iterable[Fact]:
        """Nobody spoke; the server will commit the silence and answer."""
        self._silence = event
        return ()

    def committed(self, event: server.InputCommitted, at: float) -> Iterable[Fact]:
        """User audio has become an item."""
        if event.item_id is not None:
            if event.item_id in self._committed:
                return
            self._committed.put(event.item_id, None)
        speech = self._before
        if speech is None or speech.item_id is None or speech.item_id != event.item_id:
            yield from self._move("committed", event.type, at)
            speech = self._take(at)
        self._before = None
        yield from self._tell(at)
        timed_out = self._silence
        silence = timed_out is not None and timed_out.item_id in (None, event.item_id)
        self.commit = Commit(speech, self._asked_at is not None and speech.stopped_at is None, silence)
        self._asked_at = self._silence = None
        yield SpeechCommitted(at, event.item_id)

    def cleared(self, event: server.InputCleared, at: float) -> Iterable[Fact]:
        """What was not committed is thrown away."""
        yield from self._move("cleared", event.type, at)
        self.spoken = self._before = self._asked_at = self._appended_at = None

    def client_blind(self) -> None:
        """No more audio is seen, so no position in it can be looked up."""
        self._curve = Curve()

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        return self._tell(at)

    @property
    def stopped_without_commit(self) -> bool:
        """The user has spoken, and the server has not said what became of it."""
        return self._state == "stopped"

    def claim(self, at: float) -> Speech:
        """Take an utterance that the server answers without having committed it."""
        self._state = SPEECH.first
        return self._take(at)

    def _take(self, at: float) -> Speech:
        speech = self.spoken
        if speech is None:
            speech = Speech(None, at if self._appended_at is None else self._appended_at)
        asked_at = self._asked_at
        if speech.stopped_at is None and asked_at is not None and asked_at == asked_at:
            speech.ended_at = asked_at
            speech.measured_from = "commit"
        self.spoken = self._appended_at = None
        return speech

    def _tell(self, at: float) -> Iterable[Fact]:
        if not self._untold:
            return ()
        untold, self._untold = self._untold, 0.0
        return (InputAudioReceived(at, untold / 1000),)

    def _move(self, move: str, type: str, at: float) -> Iterable[Fact]:
        state = SPEECH.after(self._state, move)
        if state is None:
            yield SPEECH.surprise(at, type, self._state, move)
            state = "stopped" if move == "speech_stopped" else "speaking"
        self._state = state
