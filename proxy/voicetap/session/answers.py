"""The assistant's answers: whose audio comes, how much of it, and which of them were spoken."""

from collections.abc import Iterable

from ..facts import AnswerGenerated, AnswerSpoken, AudioBegan, Fact, ResponseFinished
from ..realtime import server
from .bounded import Bounded
from .nouns import Answer, Response
from .playback import Playback
from .responses import Responses
from .settings import Settings
from .times import elapsed
from .turns import Turns

OfResponse = (
    server.OutputAudioDelta
    | server.OutputTranscriptDelta
    | server.OutputTextDelta
    | server.ArgumentsDelta
    | server.McpArgumentsDelta
    | server.OutputItemAdded
    | server.OutputItemDone
    | server.PlaybackStarted
)

PARTS = 100
"""Content parts of an item whose audio is measured apart; the API makes one."""


class Answers:
    """The items that responses make, by id; one that is spoken counts with the first piece of its audio.

    Where the audio goes elsewhere (a sideband, WebRTC), it counts with the start of playback, which names the response.
    """

    __slots__ = ("_by_id", "_current", "_playback", "_responses", "_settings", "_spoken", "_turns", "_unfinished")

    def __init__(self, settings: Settings, turns: Turns, responses: Responses, playback: Playback) -> None:
        self._settings = settings
        self._turns = turns
        self._responses = responses
        self._playback = playback
        self._by_id: Bounded[str, Answer] = Bounded()
        self._current: Answer | None = None
        """Whose audio came last, while its response is being made; most of the traffic is more of the same."""
        self._unfinished: Bounded[str, Answer] = Bounded()
        """Those with audio whose response is not over."""
        self._spoken: Bounded[str, None] = Bounded()
        """Ids of those that had audio."""

    def get(self, item_id: str | None) -> Answer | None:
        """The item of this id, if it is one that a response makes."""
        return None if item_id is None else self._by_id.get(item_id)

    def added(self, event: server.OutputItemAdded | server.OutputItemDone, at: float) -> Iterable[Fact]:
        """A response makes an item; that it begins one is not output yet."""
        if event.model is server.OutputItemDone or not _being_made(self._responses.get(event.response_id)):
            yield from self._began(event, at)
        item = event.item
        if item is not None and item.id is not None and item.type in ("message", None):
            self._of(item.id, event.response_id)

    def audio(self, event: server.OutputAudioDelta, at: float) -> Iterable[Fact]:
        """A piece of an answer's audio."""
        facts: Iterable[Fact] = ()
        answer = self._current
        if answer is None or answer.item_id != event.item_id:
            answer, facts = self._first(event, at)
            if answer is None:
                return facts
        milliseconds = event.audio_bytes() / self._settings.output_bytes_per_ms
        parts, part = answer.parts, event.content_index or 0
        if part in parts:
            parts[part] += milliseconds
        elif len(parts) < PARTS:
            parts[part] = milliseconds
        gap = at - answer.last_at
        if gap >= 0 and (answer.longest_gap is None or gap > answer.longest_gap):
            answer.longest_gap = gap
        answer.last_at = at
        response = answer.response
        if response is not None and response.in_band:
            response.last_piece_at = at
            underrun = self._playback.play(response, milliseconds / 1000, at)
            if underrun is not None:
                return [*facts, underrun]
        return facts

    def output(self, event: OfResponse, at: float) -> Iterable[Fact]:
        """A piece of anything that is neither audio nor the text of an answer."""
        return self._began(event, at)

    def text(self, event: server.OutputTextDelta, at: float) -> Iterable[Fact]:
        """A piece of an answer in writing, where text is what audio is to others."""
        facts = list(self._began(event, at))
        response = self._responses.get(event.response_id)
        if response is None or response.state != "active":
            return facts
        response.last_piece_at = at
        if not response.written:
            response.written = True
            facts += self._turns.answered(response.turn, at)
        return facts

    def server_plays(self, event: server.PlaybackStarted, at: float) -> Iterable[Fact]:
        """The server begins to play a response to the user."""
        if self._responses.get(event.response_id) is None:
            yield from self._began(event, at)
        response = self._responses.get(event.response_id)
        if response is None or response.audible:
            return
        response.audible = response.server_plays = True
        yield AnswerSpoken(at, None, response.id)
        yield from self._turns.answered(response.turn, at)

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """No more audio comes of its items."""
        self._current = None
        for answer in [answer for answer in self._unfinished.values() if _belongs(answer, fact.response_id)]:
            yield self._generated(answer, at)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        for answer in list(self._unfinished.values()):
            yield self._generated(answer, at)

    def server_blind(self) -> None:
        """Whether all of their audio was received will not be seen."""
        self._unfinished.clear()

    def _first(self, event: server.OutputAudioDelta, at: float) -> tuple[Answer | None, list[Fact]]:
        """Audio of another item than before: the answer that it is of, unless it is of none, and what that tells."""
        facts = list(self._began(event, at))
        response = self._responses.get(event.response_id)
        item_id = event.item_id or event.response_id or (response.id if response is not None else None)
        if item_id is None or (response is not None and response.state != "active"):
            return None, facts
        answer = self._of(item_id, event.response_id)
        self._current = answer if _being_made(answer.response) else None
        if answer.parts:
            return answer, facts
        self._unfinished.put(item_id, answer)
        if item_id not in self._spoken and (response is None or not response.server_plays):
            facts.append(AnswerSpoken(at, event.item_id, event.response_id))
        self._spoken.put(item_id, None)
        if response is not None and response.in_band:
            response.item_id = item_id
            if not response.audible:
                seconds = elapsed(response.requested_at, at) if response.announced else None
                facts.append(AudioBegan(at, response.id, item_id, response.turn_number, response.trigger, seconds))
                facts += self._turns.answered(response.turn, at)
            response.audible = True
        return answer, facts

    def _of(self, item_id: str, response_id: str | None) -> Answer:
        """The item of this id that the response makes. Servers that number the items of each response anew make others
        of the same id: they are heard apart, and counted once, by id."""
        response = self._responses.get(response_id)
        answer = self._by_id.get(item_id)
        if answer is None or (response_id is not None and response is not None and answer.response is not response):
            answer = Answer(item_id, response, {})
            self._by_id.put(item_id, answer)
        return answer

    def _began(self, event: OfResponse, at: float) -> Iterable[Fact]:
        response = self._responses.get(event.response_id)
        if response is not None and response.began and response.state == "active":
            return ()
        return self._responses.output(event, event.response_id, at)

    def _generated(self, answer: Answer, at: float) -> Fact:
        self._unfinished.pop(answer.item_id, None)
        response_id = answer.response.id if answer.response else None
        return AnswerGenerated(at, answer.item_id, response_id, sum(answer.parts.values()) / 1000, answer.longest_gap)


def _being_made(response: Response | None) -> bool:
    return response is not None and response.state == "active"


def _belongs(answer: Answer, response_id: str | None) -> bool:
    return answer.response is not None and answer.response.id == response_id
