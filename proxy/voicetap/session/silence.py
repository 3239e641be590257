"""What the user does not hear: an answer that takes long, or none ever after an error."""

from collections.abc import Iterable
from math import inf
from typing import Literal

from ..facts import (
    DeadAirNoticed,
    ErrorReported,
    Fact,
    Interrupted,
    OutputBegan,
    ResponseFinished,
    ResponseStarted,
    SessionFellSilent,
    SpeechCommitted,
    SpeechStarted,
    ToolFinished,
)
from ..realtime import client
from .playback import Playback
from .responses import Responses
from .settings import Settings
from .speech import UserSpeech
from .tools import Tools
from .turns import Turns

DEAD_AIR = 5.0
"""Seconds that the user is kept waiting."""

SILENT = 30.0
"""Seconds without a response after an error."""

After = Literal["speech", "request", "tool_output"]


class Silence:
    """One wait for the next output, and one for any response."""

    __slots__ = (
        "_after",
        "_failed",
        "_output_due",
        "_playback",
        "_response_due",
        "_responses",
        "_settings",
        "_speech",
        "_tools",
        "_turns",
    )

    def __init__(
        self,
        settings: Settings,
        speech: UserSpeech,
        turns: Turns,
        responses: Responses,
        playback: Playback,
        tools: Tools,
    ) -> None:
        self._settings = settings
        self._speech = speech
        self._turns = turns
        self._responses = responses
        self._playback = playback
        self._tools = tools
        self._after: After = "speech"
        self._output_due = inf
        self._response_due = inf
        self._failed = False
        """An error came, and no response since."""

    @property
    def due(self) -> float:
        """When `tick` has something to do."""
        return min(self._output_due, self._response_due)

    # What begins a wait.

    def committed(self, fact: SpeechCommitted, at: float) -> Iterable[Fact]:
        """The user has finished; where the server answers by itself, the wait begins."""
        commit = self._speech.commit
        if commit is not None and not commit.asked and self._settings.creates_responses:
            self._wait("speech", at)
        return ()

    def requested(self, event: client.ResponseCreate, at: float) -> Iterable[Fact]:
        """The client asks for an answer."""
        if event.response is None or event.response.conversation != "none":
            self._wait("request", at)
        return ()

    def returned(self, fact: ToolFinished, at: float) -> Iterable[Fact]:
        """The client has given the output of a function, and the user still waits."""
        if fact.outcome == "answered" and not self._tools.outstanding(fact.turn):
            self._wait("tool_output", at)
        return ()

    # What ends it.

    def speech_started(self, fact: SpeechStarted, at: float) -> Iterable[Fact]:
        """The user speaks, and does not wait."""
        self._output_due = inf
        self._expect(at)
        return ()

    def began(self, fact: OutputBegan, at: float) -> Iterable[Fact]:
        """An answer has come."""
        response = self._responses.get(fact.response_id)
        if response is None or response.in_band:
            self._output_due = inf
        return ()

    def over(self, fact: Interrupted | ResponseFinished, at: float) -> Iterable[Fact]:
        """What was waited for was cut off, or has ended without any output."""
        if isinstance(fact, Interrupted):
            awaited = fact.phase != "playing"
        else:
            response = self._responses.get(fact.response_id)
            awaited = response is None or (response.in_band and response.interrupted_at is None)
        if awaited:
            self._output_due = inf
        return ()

    def started(self, fact: ResponseStarted, at: float) -> Iterable[Fact]:
        """The session is alive."""
        self._failed = False
        self._response_due = inf
        return ()

    def failed(self, fact: ErrorReported, at: float) -> Iterable[Fact]:
        """An error may have been the last word; one that refuses a request ends the wait for it."""
        self._failed = True
        if self._after == "request" and not (self._responses.awaited or self._being_made()):
            self._output_due = inf
        return ()

    def tick(self, now: float) -> Iterable[Fact]:
        """Let time pass."""
        if now >= self._output_due:
            self._output_due = inf
            current = self._turns.current
            yield DeadAirNoticed(now, current.number if current is not None else None, self._after)
        if now >= self._response_due:
            self._response_due = inf
            self._failed = False
            yield SessionFellSilent(now)

    def server_blind(self) -> None:
        """Nothing will be seen to come."""
        self._output_due = self._response_due = inf

    def _wait(self, after: After, at: float) -> None:
        self._expect(at)
        if self._settings.purpose != "realtime" or self._output_due < inf or self._being_made():
            return
        self._after = after
        self._output_due = _later(at, DEAD_AIR)

    def _being_made(self) -> bool:
        return any(answer.state == "active" and answer.interrupted_at is None for answer in self._playback.answers)

    def _expect(self, at: float) -> None:
        """The user or the client has asked; after an error it is counted how long nothing comes."""
        if self._failed and self._response_due == inf and self._settings.purpose == "realtime":
            self._response_due = _later(at, SILENT)


def _later(at: float, seconds: float) -> float:
    """Where times are unknown: never."""
    due = at + seconds
    return due if due == due else inf
