"""Answers that were cut off: each once, by whatever shows it first.

The server makes an answer faster than it is heard, so most interruptions come when the response is complete, and only
the playback is cut.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal

from ..facts import (
    AnswerEnded,
    Fact,
    Interrupted,
    InterruptionTookEffect,
    Overlapped,
    ResponseFinished,
    SpeechStarted,
    TruncationFinished,
)
from ..realtime import client, server
from .answers import Answers
from .nouns import Response
from .playback import Playback
from .responses import Responses
from .settings import Settings
from .times import elapsed

OVERLAPS = 100
"""Of one answer that are remembered."""

Cause = Literal["turn_detected", "client_cancelled", "cleared"]

_BY_CLIENT = "client_cancelled"


class Interruptions:
    """Looks at every answer that is being made or heard."""

    __slots__ = ("_answers", "_overlapped", "_playback", "_responses", "_settings")

    def __init__(self, settings: Settings, responses: Responses, playback: Playback, answers: Answers) -> None:
        self._settings = settings
        self._responses = responses
        self._playback = playback
        self._answers = answers
        self._overlapped: deque[Response] = deque()
        """Without times: answers that are made, and may still have been heard when something stopped them."""

    def speech_started(self, fact: SpeechStarted, at: float) -> Iterable[Fact]:
        """The user speaks; where the server does not stop for that, it may be no interruption."""
        if self._settings.interrupts:
            for response in list(self._playback.answers):
                yield from self._cut(response, "turn_detected", at)
            return
        # Others may be waiting behind the one that is heard: the user has spoken over that one.
        heard = next((answer for answer in self._playback.answers if answer.interrupted_at is None), None)
        if heard is not None and len(heard.overlaps) < OVERLAPS:
            heard.overlaps = [*heard.overlaps, at]

    def cancelling(self, event: client.ResponseCancel, at: float) -> Iterable[Fact]:
        """The client stops one answer, or whatever is being said."""
        if event.response_id is not None:
            named = self._responses.get(event.response_id)
            targets = [named] if named is not None and named in self._playback.answers else []
        else:
            targets = list(self._playback.answers)
        for response in targets:
            yield from self._cut(response, "client_cancelled", at)

    def truncating(self, event: client.ItemTruncate, at: float) -> Iterable[Fact]:
        """The client has stopped playing an answer."""
        return self._cut_item(event.item_id, "client_cancelled", at)

    def truncated(self, fact: TruncationFinished, at: float) -> Iterable[Fact]:
        """The server has cut an answer off by itself, because it heard the user."""
        return () if fact.initiator == "client" else self._cut_item(fact.item_id, "turn_detected", at)

    def cleared(self, event: server.PlaybackCleared, at: float) -> Iterable[Fact]:
        """The server has stopped playing."""
        response = self._playback.heard(event.response_id)
        if response is None or (response.state == "done" and response.playback == "over"):
            return ()
        return self._cut(response, "cleared", at)

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """A response that was cancelled was cut off, also where nothing has shown it before."""
        response = self._responses.get(fact.response_id)
        if response is None:
            return
        if fact.status == "cancelled":
            # It is over by now; it was not when it was cut off.
            cause: Cause = "client_cancelled" if fact.reason == _BY_CLIENT else "turn_detected"
            yield from self._cut(response, cause, at, "generating" if _begun(response) else "before_audio")
        if response.phase == "generating" and response.interrupted_at is not None:
            cut_at, last = response.interrupted_at, response.last_piece_at
            late = elapsed(cut_at, last if last == last else cut_at)
            yield InterruptionTookEffect(at, response.id, response.turn_number, late)

    def ended(self, fact: AnswerEnded, at: float) -> Iterable[Fact]:
        """The user has spoken over it, and it went on to its end."""
        response = self._responses.get(fact.response_id)
        if response is None or not response.overlaps:
            return
        if at == at:
            yield from _told(response, at)
            return
        if len(self._overlapped) >= OVERLAPS:
            yield from _told(self._overlapped.popleft(), at)
        self._overlapped.append(response)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        while self._overlapped:
            yield from _told(self._overlapped.popleft(), at)

    def _cut_item(self, item_id: str | None, cause: Cause, at: float) -> Iterable[Fact]:
        answer = self._answers.get(item_id)
        return () if answer is None or answer.response is None else self._cut(answer.response, cause, at)

    def _cut(
        self,
        response: Response,
        cause: Cause,
        at: float,
        phase: Literal["before_audio", "generating", "playing"] | None = None,
    ) -> Iterable[Fact]:
        if response.interrupted_at is not None or not response.in_band:
            return ()
        if phase is None:
            phase = "playing" if response.state == "done" else "generating" if _begun(response) else "before_audio"
        response.interrupted_at = at
        response.phase = phase
        return (Interrupted(at, response.id, response.item_id, response.turn_number, phase, cause),)


def _told(response: Response, at: float) -> Iterable[Fact]:
    if response.interrupted_at is None:
        for spoke_at in response.overlaps:
            yield Overlapped(at, response.id, response.turn_number, spoke_at)


def _begun(response: Response) -> bool:
    """Whether the user has got something of it: audio, or text where it answers in writing."""
    return response.audible or response.written
