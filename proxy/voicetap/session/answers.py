"""Which answers were spoken: the assistant items that had audio, each counted once."""

from collections.abc import Iterable

from ..facts import AnswerSpoken, Fact
from ..realtime.server import OutputAudioDelta, PlaybackStarted
from .bounded import Bounded


class Answers:
    """An answer is spoken with the first piece of its audio. Where the audio goes elsewhere (a sideband, WebRTC),
    it is with the start of playback, which names only the response."""

    __slots__ = ("_current", "_items", "_responses")

    def __init__(self) -> None:
        self._current: str | None = None
        """The item whose audio came last; most of the traffic is more of the same."""
        self._items: Bounded[str, None] = Bounded()
        self._responses: Bounded[str, bool] = Bounded()
        """True: counted by its playback."""

    def audio(self, event: OutputAudioDelta, at: float) -> Iterable[Fact]:
        """A piece of an answer's audio."""
        answer = event.item_id or event.response_id
        if answer is None or answer == self._current:
            return ()
        self._current = answer
        if answer in self._items:
            return ()
        self._items.put(answer, None)
        response = event.response_id
        if response is not None:
            if self._responses.get(response):
                return ()
            self._responses.put(response, False)
        return (AnswerSpoken(at, event.item_id, response),)

    def playback(self, event: PlaybackStarted, at: float) -> Iterable[Fact]:
        """The server begins to play a response to the user."""
        response = event.response_id
        if response is None or response in self._responses:
            return ()
        self._responses.put(response, True)
        return (AnswerSpoken(at, None, response),)
