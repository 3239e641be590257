"""Playback as it must be at the client: it starts with the first audio, and runs in real time over what was received.

It really is the client's, and nothing on the wire says how it goes, except where the server plays the audio itself
(WebRTC, SIP) and sends `output_audio_buffer.*`.
"""

from collections.abc import Iterable
from math import inf

from ..facts import AnswerEnded, Fact, Interrupted, PlaybackUnderran, ResponseFinished, ResponseStarted
from ..realtime import server
from .nouns import Response
from .responses import Responses
from .transitions import PLAYBACK

TOLERANCE = 0.02
"""Seconds that audio may come late and go unnoticed: one packet of a telephone, which every client buffers."""


LIMIT = 100
"""Answers that may be heard after they are made; there are more only where a server says that it plays, and not that it
has stopped."""


class Playback:
    """The answers that are being made or heard, one after the other in one loudspeaker."""

    __slots__ = ("_responses", "_until", "answers", "due")

    def __init__(self, responses: Responses) -> None:
        self._responses = responses
        self._until = -inf
        """When what was received so far will have been heard."""
        self.answers: list[Response] = []
        """Responses of the conversation that are being made or heard, in order."""
        self.due = inf
        """When `tick` has something to do."""

    def started(self, fact: ResponseStarted, at: float) -> Iterable[Fact]:
        """An answer is being made."""
        response = self._responses.get(fact.response_id)
        if response is None or not response.in_band:
            return ()
        self.answers.append(response)
        made = [answer for answer in self.answers if answer.state == "done"]
        return self._over(made[0], at) if len(made) > LIMIT else ()

    def play(self, response: Response, seconds: float, at: float) -> PlaybackUnderran | None:
        """A piece of its audio has come."""
        if response.playback == "silent":
            response.playback = PLAYBACK.moved(response.playback, "audio")
        elif response.playback != "estimated":
            return None
        late = at - self._until
        underrun = None
        if not late <= 0:  # or it is not known
            if late > TOLERANCE and -inf < response.playing_until == self._until:
                underrun = PlaybackUnderran(at, response.id, response.item_id, late)
            self._until = at
        self._until += seconds
        response.playing_until = self._until
        return underrun

    def server_plays(self, event: server.PlaybackStarted, at: float) -> Iterable[Fact]:
        """The server has begun to play it, and plays no other any more."""
        response = self._responses.get(event.response_id)
        if response is None:
            return
        for other in [other for other in self.answers if other is not response and other.playback == "playing"]:
            yield from self._silenced(other, "stopped", at)
        response.playback = PLAYBACK.moved(response.playback, "started")

    def server_stops(self, event: server.PlaybackStopped | server.PlaybackCleared, at: float) -> Iterable[Fact]:
        """The server has played it to its end, or not so far."""
        response = self.heard(event.response_id)
        return () if response is None else self._silenced(response, "stopped", at)

    def heard(self, response_id: str | None) -> Response | None:
        """The response of this id; without one, the answer that the server plays, else the latest that is not over."""
        if response_id is not None:
            return self._responses.get(response_id)
        playing = (answer for answer in self.answers if answer.playback == "playing")
        return next(playing, self.answers[-1] if self.answers else None)

    def interrupted(self, fact: Interrupted, at: float) -> Iterable[Fact]:
        """The client has stopped, or is about to."""
        response = self._responses.get(fact.response_id)
        return () if response is None else self._silenced(response, "interrupted", at)

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """An answer is made; it may go on being heard."""
        response = self._responses.get(fact.response_id)
        return () if response is None else self._end(response, at)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended, and what was still being heard."""
        for response in self.answers:
            yield AnswerEnded(at, response.id, response.turn_number, at)

    def tick(self, now: float) -> Iterable[Fact]:
        """Let time pass."""
        if now < self.due:
            return
        for response in list(self.answers):
            yield from self._end(response, now)

    def server_blind(self) -> None:
        """What becomes of them will not be seen."""
        self.answers.clear()
        self.due = inf

    def _silenced(self, response: Response, move: str, at: float) -> Iterable[Fact]:
        response.playback = PLAYBACK.moved(response.playback, move)
        response.playing_until = at
        self._until = max([at, *(answer.playing_until for answer in self.answers)])
        return self._end(response, at)

    def _end(self, response: Response, at: float) -> Iterable[Fact]:
        if response.state == "done" and response in self.answers and not response.playing(at):
            return self._over(response, at)
        self._schedule(at)
        return ()

    def _over(self, response: Response, at: float) -> Iterable[Fact]:
        self.answers.remove(response)
        self._schedule(at)
        cut_at = response.interrupted_at
        return (AnswerEnded(at, response.id, response.turn_number, at if cut_at is None else cut_at),)

    def _schedule(self, at: float) -> None:
        ends = [answer.playing_until for answer in self.answers if answer.state == "done"]
        self.due = min((end for end in ends if end > at), default=inf)
