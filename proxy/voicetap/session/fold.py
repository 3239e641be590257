"""Event -> [Fact] for one connection: which concern looks at which event or fact, and in which order."""

from collections.abc import Callable, Iterable
from typing import Any

from .. import facts
from ..chunks import Ending, Side
from ..facts import ErrorReported, EventReceived, Fact, MessageMalformed, Surprise, UnknownEventReceived
from ..prices import PriceTable
from ..realtime import Event, Malformed, Unknown, client, server
from .answers import Answers
from .closing import Closing
from .contents import Contents
from .interruptions import Interruptions
from .items import Items
from .playback import Playback
from .rate_limits import rate_limits_reported
from .responses import Responses
from .settings import Settings
from .silence import Silence
from .speech import UserSpeech
from .starts import Starts
from .tools import Tools
from .transcriptions import Transcriptions
from .truncations import Truncations
from .turns import Turns
from .unheard import Unheard
from .usage import Usages

EventHandler = Callable[[Any, float], Iterable[Fact]]
FactHandler = Callable[[Any, float], Iterable[Fact]]

_STEADY = frozenset(
    {
        client.AudioAppend,
        server.OutputAudioDelta,
        server.OutputTranscriptDelta,
        server.OutputTextDelta,
        server.ArgumentsDelta,
    }
)
"""Most of the traffic; these begin and end no wait unless they bring a fact."""


class Session:
    """What is understood of one connection, from its upgrade request to its end.

    Times (`at`, `now`) are seconds on the monotonic clock, and never go back; NaN where a recording does not have them.
    What has been waited for in vain by the time of a message is said before what the message brings, with the time at
    which the wait was over: it does not matter how often `tick` is called.
    """

    __slots__ = (
        "_closed",
        "_closes",
        "_closing",
        "_due",
        "_events",
        "_facts",
        "_of_client",
        "_of_server",
        "_speech",
        "_starts",
        "_transcriptions",
        "_waiting",
    )

    def __init__(
        self,
        target: str,
        at: float,
        switched_at: float | None = None,
        *,
        prices: PriceTable | None = None,
        content: bool = False,
    ) -> None:
        """`target` is the request target of the upgrade, with its query; `at` is the time of that request.

        `switched_at` is the time of the 101, where that is known. Without prices, nothing has a cost. Only with
        `content` are there facts of what people and models said.
        """
        settings = Settings(target)
        closing = self._closing = Closing(at)
        starts = self._starts = Starts(settings, at, at if switched_at is None else switched_at)
        transcriptions = self._transcriptions = Transcriptions(settings)
        truncations = Truncations(settings)
        speech = self._speech = UserSpeech(settings)
        turns = Turns(settings, speech)
        responses = Responses(settings, turns)
        playback = Playback(responses)
        answers = Answers(settings, turns, responses, playback)
        interruptions = Interruptions(settings, responses, playback, answers)
        unheard = Unheard(answers)
        tools = Tools(settings, responses)
        silence = Silence(settings, speech, turns, responses, playback, tools)
        items = Items(settings)
        usages = Usages(settings, transcriptions, prices)
        contents = Contents(settings, responses)
        said = _all if content else _none

        self._events: dict[type[Event], tuple[EventHandler, ...]] = {
            # Of clients.
            client.AudioAppend: (speech.appended,),
            client.AudioCommit: (speech.committing,),
            client.ItemCreate: (*said(contents.created), turns.item_created, tools.item_created),
            client.ItemTruncate: (truncations.asked, interruptions.truncating),
            client.ResponseCancel: (interruptions.cancelling,),
            client.ResponseCreate: (*said(contents.asked), responses.requested, silence.requested),
            # Of servers.
            server.ArgumentsDelta: (answers.output,),
            server.ArgumentsDone: (answers.output, tools.arguments_done, *said(contents.arguments_done)),
            server.ErrorOccurred: (_reported, starts.error, truncations.error, responses.error, closing.error),
            server.InputCleared: (speech.cleared,),
            server.InputCommitted: (*said(contents.committed), speech.committed, transcriptions.committed),
            server.InputTimedOut: (speech.timed_out,),
            server.ItemAdded: (items.added, *said(contents.added)),
            server.ItemDeleted: (items.deleted,),
            server.ItemDone: (items.done, *said(contents.added)),
            server.ItemTruncated: (items.truncated, truncations.truncated),
            server.McpArgumentsDelta: (answers.output,),
            server.McpArgumentsDone: (answers.output, tools.mcp_arguments_done, *said(contents.mcp_arguments_done)),
            server.McpCallCompleted: (tools.mcp_completed,),
            server.McpCallFailed: (tools.mcp_failed,),
            server.OutputAudioDelta: (answers.audio,),
            server.OutputItemAdded: (tools.item_begun, answers.added),
            server.OutputItemDone: (tools.item_done, answers.added, *said(contents.item_done)),
            server.OutputTextDelta: (answers.text,),
            server.OutputTextDone: said(contents.written),
            server.OutputTranscriptDelta: (answers.output,),
            server.OutputTranscriptDone: said(contents.spoken),
            server.PlaybackCleared: (interruptions.cleared, playback.server_stops),
            server.PlaybackStarted: (playback.server_plays, answers.server_plays),
            server.PlaybackStopped: (playback.server_stops,),
            server.RateLimitsReported: (rate_limits_reported,),
            server.ResponseCreated: (*said(contents.begun), responses.created),
            # What a response has used, and what was said in it, is told before it is over.
            server.ResponseDone: (
                tools.response_done,
                usages.response_done,
                *said(contents.response_done),
                responses.done,
            ),
            server.SessionDescribed: (settings.described, *said(contents.described)),
            server.SpeechStarted: (speech.started,),
            server.SpeechStopped: (speech.stopped,),
            server.TranscriptionCompleted: (usages.transcribed, *said(contents.transcribed), transcriptions.completed),
            server.TranscriptionFailed: (transcriptions.failed,),
        }
        self._facts: dict[type[Fact], tuple[FactHandler, ...]] = {
            facts.AnswerEnded: (interruptions.ended, turns.ended),
            facts.ErrorReported: (silence.failed,),
            facts.Interrupted: (turns.interrupted, playback.interrupted, silence.over),
            facts.OutputBegan: (silence.began, tools.output_began),
            # What cut an answer off is told before it ends.
            facts.ResponseFinished: (
                turns.finished,
                tools.finished,
                answers.finished,
                unheard.finished,
                interruptions.finished,
                playback.finished,
                silence.over,
            ),
            facts.ResponseStarted: (playback.started, silence.started),
            facts.SpeechCommitted: (responses.spoke, turns.committed, silence.committed),
            facts.SpeechStarted: (interruptions.speech_started, silence.speech_started),
            facts.ToolCalled: (turns.called, *said(contents.called)),
            facts.ToolFinished: (turns.returned, silence.returned, *said(contents.returned)),
            facts.TruncationFinished: (interruptions.truncated, unheard.truncated),
        }
        self._waiting = (starts, transcriptions, truncations, playback, turns, silence)
        """What has a `due` and a `tick`."""
        self._closes = (
            *(contents, starts, transcriptions, truncations, speech, tools, responses, answers, unheard),
            # An answer that is still being heard when the connection ends has not come to its end, nor its turn.
            *(turns, playback, interruptions),
        )
        self._of_client = (truncations, speech, responses)
        """What has to know that the client is not understood any more."""
        self._of_server = (starts, truncations, turns, responses, playback, answers, unheard, tools, silence)
        """What is left without a word when the server is not understood any more."""
        self._closed = False
        self._schedule()

    def receive(self, sender: Side, event: Event | Unknown | Malformed, at: float) -> list[Fact]:
        """Take the next message of a side, and the time of its last byte."""
        found = self.tick(at) if at >= self._due else []
        if isinstance(event, Event):
            found.append(EventReceived(at, sender, event.type))
            first = len(found)
            model = event.model
            handlers = self._events.get(model, ())
            for handle in handlers:
                found += handle(event, at)
            if len(found) > first:
                self._follow(found, first, at)
            elif (model in _STEADY or not handlers) and self._starts.outcome is not None:
                return found
        elif isinstance(event, Unknown):
            found.append(UnknownEventReceived(at, sender, event.type))
        else:
            found.append(MessageMalformed(at, sender, event.reason, event.type))
            if event.reason == "schema" and event.type is not None:
                found.append(Surprise(at, "schema", event.type, "schema"))
        if self._starts.outcome is None and sender is Side.SERVER:
            found += self._starts.server_sent(event.type, at)
        self._schedule()
        return found

    def close_frame(self, sender: Side, code: int | None, reason: str, at: float) -> list[Fact]:
        """Take the payload of a Close frame; only the first of the connection matters."""
        found = self.tick(at)
        if not self._closing.closing:
            self._closing.close_frame(sender, code, reason)
            found += self._starts.close_frame(sender, code, at)
            self._schedule()
        return found

    def blind(self, sender: Side | None, at: float) -> list[Fact]:
        """What a side sends is not seen any more; None: what either sends.

        What only the server could bring is not awaited any more, and nothing is said of it: an answer that is not
        seen is none that was not given.
        """
        found = self.tick(at)
        self._closing.blind(sender)
        if sender is not Side.SERVER:
            for of_client in self._of_client:
                of_client.client_blind()
        if sender is not Side.CLIENT:
            found += self._transcriptions.server_blind(at)
            for of_server in self._of_server:
                of_server.server_blind()
            # What a client wants says nothing where it is not seen what it gets.
            self._events = {client.AudioAppend: (self._speech.appended,)}
        self._schedule()
        return found

    def tick(self, now: float) -> list[Fact]:
        """Say what has been waited for in vain until now."""
        found: list[Fact] = []
        while now >= self._due:
            due = self._due
            first = len(found)
            for concern in self._waiting:
                found += concern.tick(due)
            self._follow(found, first, due)
            self._schedule()
        return found

    def close(self, ending: Ending) -> list[Fact]:
        """Take the end of the transports; nothing follows. Said again, it is no news."""
        if self._closed:
            return []
        self._closed = True
        at = ending.at
        found = self.tick(at)
        for concern in self._closes:
            first = len(found)
            found += concern.close(at)
            self._follow(found, first, at)
        found.append(self._closing.ended(ending, refused=self._starts.outcome == "refused"))
        return found

    def _follow(self, found: list[Fact], index: int, at: float) -> None:
        """What a fact means for the other concerns, and so on."""
        handlers = self._facts
        while index < len(found):
            fact = found[index]
            for handle in handlers.get(type(fact), ()):
                found += handle(fact, at)
            index += 1

    def _schedule(self) -> None:
        self._due = min([concern.due for concern in self._waiting])


def _all(*handlers: EventHandler) -> tuple[EventHandler, ...]:
    return handlers


def _none(*handlers: EventHandler) -> tuple[EventHandler, ...]:
    return ()


def _reported(event: server.ErrorOccurred, at: float) -> Iterable[Fact]:
    detail = event.detail()
    return (ErrorReported(at, detail.name(), detail.said()),)
