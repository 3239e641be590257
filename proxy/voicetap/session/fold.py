"""Event -> [Fact] for one connection: which concern looks at which event, and in which order."""

from collections.abc import Callable, Iterable
from typing import Any

from ..chunks import Ending, Side
from ..facts import ErrorReported, EventReceived, Fact, MessageMalformed, UnknownEventReceived
from ..realtime import Event, Malformed, Unknown
from ..realtime.client import ItemTruncate
from ..realtime.server import (
    ErrorOccurred,
    InputCommitted,
    ItemTruncated,
    OutputAudioDelta,
    PlaybackStarted,
    SessionDescribed,
    TranscriptionCompleted,
    TranscriptionFailed,
)
from .answers import Answers
from .closing import Closing
from .settings import Settings
from .starts import Starts
from .transcriptions import Transcriptions
from .truncations import Truncations

Handler = Callable[[Any, float], Iterable[Fact]]


class Session:
    """What is understood of one connection, from its upgrade request to its end.

    Times (`at`, `now`) are seconds on the monotonic clock, and never go back. What has been waited for in vain by the
    time of a message is said before what the message brings, so it does not matter how often `tick` is called.
    """

    __slots__ = ("_closed", "_closing", "_handlers", "_starts", "_transcriptions", "_truncations")

    def __init__(self, target: str, at: float, switched_at: float | None = None) -> None:
        """`target` is the request target of the upgrade, with its query; `at` is the time of that request.

        `switched_at` is the time of the 101, where that is known.
        """
        settings = Settings(target)
        starts = self._starts = Starts(settings, at, at if switched_at is None else switched_at)
        transcriptions = self._transcriptions = Transcriptions(settings)
        truncations = self._truncations = Truncations(settings)
        closing = self._closing = Closing(at)
        answers = Answers()
        self._closed = False
        self._handlers: dict[type[Event], tuple[Handler, ...]] = {
            SessionDescribed: (settings.described,),
            ErrorOccurred: (_reported, starts.error, truncations.error, closing.error),
            InputCommitted: (transcriptions.committed,),
            TranscriptionCompleted: (transcriptions.completed,),
            TranscriptionFailed: (transcriptions.failed,),
            ItemTruncate: (truncations.asked,),
            ItemTruncated: (truncations.truncated,),
            OutputAudioDelta: (answers.audio,),
            PlaybackStarted: (answers.playback,),
        }

    def receive(self, sender: Side, event: Event | Unknown | Malformed, at: float) -> list[Fact]:
        """Take the next message of a side, and the time of its last byte."""
        facts = self.tick(at)
        if isinstance(event, Event):
            facts.append(EventReceived(at, sender, event.type))
            for handle in self._handlers.get(event.model, ()):
                facts += handle(event, at)
        elif isinstance(event, Unknown):
            facts.append(UnknownEventReceived(at, sender, event.type))
        else:
            facts.append(MessageMalformed(at, sender, event.reason, event.type))
        if self._starts.outcome is None and sender is Side.SERVER:
            facts += self._starts.server_sent(event.type, at)
        return facts

    def close_frame(self, sender: Side, code: int | None, reason: str, at: float) -> list[Fact]:
        """Take the payload of a Close frame; only the first of the connection matters."""
        facts = self.tick(at)
        if not self._closing.closing:
            self._closing.close_frame(sender, code, reason)
            facts += self._starts.close_frame(sender, code, at)
        return facts

    def blind(self, sender: Side | None, at: float) -> list[Fact]:
        """What a side sends is not seen any more; None: what either sends.

        What only the server could answer is not awaited any more, and nothing is said of it: an answer that is not
        seen is none that was not given.
        """
        facts = self.tick(at)
        self._closing.blind(sender)
        if sender is not Side.SERVER:
            self._truncations.client_blind()
        if sender is not Side.CLIENT:
            self._starts.server_blind()
            self._truncations.server_blind()
            facts += self._transcriptions.server_blind(at)
        return facts

    def tick(self, now: float) -> list[Fact]:
        """Say what has been waited for in vain until now."""
        starts, transcriptions, truncations = self._starts, self._transcriptions, self._truncations
        if now < starts.due and now < transcriptions.due and now < truncations.due:
            return []
        return [*starts.tick(now), *transcriptions.tick(now), *truncations.tick(now)]

    def close(self, ending: Ending) -> list[Fact]:
        """Take the end of the transports; nothing follows. Said again, it is no news."""
        if self._closed:
            return []
        self._closed = True
        at = ending.at
        return [
            *self.tick(at),
            *self._starts.close(at),
            *self._transcriptions.close(at),
            *self._truncations.close(at),
            self._closing.ended(ending, refused=self._starts.outcome == "refused"),
        ]


def _reported(event: ErrorOccurred, at: float) -> Iterable[Fact]:
    detail = event.detail()
    return (ErrorReported(at, detail.name(), detail.message),)
