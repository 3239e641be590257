"""How the model's speech reaches the caller: as deltas over the WebSocket, or as media beside it (WebRTC)."""

from typing import TYPE_CHECKING

from calls.agenda import Process
from calls.history import Answer
from calls.playback import Playback
from calls.sound import Audio

if TYPE_CHECKING:
    from calls.generation import Generation
    from calls.server import Server


class Deltas:
    """The client gets the audio, and plays it."""

    def __init__(self, server: "Server") -> None:
        self._server = server

    def speak(self, generation: "Generation", audio: Audio, ms: float) -> None:
        """Send a piece."""
        generation.audio_delta(audio, ms)

    def hush(self) -> None:
        """Cut what the server thinks is being played: it only knows when it sent the first audio, and how much."""
        now = self._server.call.agenda.now
        for answer in self._server.call.history.answers:
            if answer.cut is None and answer.turn is not None and answer.sounded_at is not None:
                heard = min(answer.generated_ms, now - answer.sounded_at)
                if heard < answer.generated_ms or answer.status is None:
                    self._server.shortening.unasked(answer, int(heard), "server")


class Media:
    """The server plays the audio to the caller in real time, one answer after the other, and tells of it."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._queue: dict[str, Playback] = {}
        """Response -> what is left of it."""

    @property
    def audible(self) -> Playback | None:
        """What is being played."""
        return next(iter(self._queue.values()), None)

    def speak(self, generation: "Generation", audio: Audio, ms: float) -> None:
        """Queue a piece for the caller."""
        now = self._server.call.agenda.now
        answer = generation.answer
        if answer.id not in self._queue:
            self._queue[answer.id] = Playback(max([now, *(playback.ends_at for playback in self._queue.values())]))
            self._server.call.agenda.start(self._play(answer, self._queue[answer.id]))
        self._queue[answer.id].receive(ms, now)

    def hush(self) -> None:
        """Drop what has not been played, and shorten the item to what has."""
        now = self._server.call.agenda.now
        for answer in self._server.call.history.answers:
            playback = self._queue.get(answer.id)
            if playback is not None and playback.begins_at <= now:
                self._tell("cleared", answer)
                self._server.shortening.unasked(answer, int(playback.heard(now)), "unknown")
        self._queue.clear()

    def _play(self, answer: Answer, playback: Playback) -> Process:
        agenda = self._server.call.agenda
        yield playback.begins_at - agenda.now
        if answer.id in self._queue:
            self._tell("started", answer)
        while answer.id in self._queue and (answer.status is None or playback.left(agenda.now)):
            yield max(10.0, playback.left(agenda.now))
        if answer.id in self._queue:
            del self._queue[answer.id]
            self._tell("stopped", answer)

    def _tell(self, what: str, answer: Answer) -> None:
        client = self._server.call.client
        then = {"started": client.media_began, "stopped": client.media_ended, "cleared": client.media_cleared}[what]
        self._server.send(f"output_audio_buffer.{what}", then=lambda now: then(answer), response_id=answer.id)
