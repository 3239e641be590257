"""Turns: which exchange the user or the agent has begun, when it was answered, and how it ended.

A turn is over with its last answer and the playback of it, or when it is interrupted, or when the next one begins. What
belongs to it may still come then, so its end is told a little later.
"""

from collections.abc import Generator, Iterable
from math import inf

from ..facts import (
    AnswerEnded,
    Fact,
    Interrupted,
    ResponseFinished,
    SpeechCommitted,
    ToolCalled,
    ToolFinished,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
)
from ..realtime import client
from .bounded import Bounded
from .nouns import OpenedBy, Outcome, Speech, Status, Trigger, Turn
from .settings import Settings
from .speech import UserSpeech
from .times import elapsed
from .transitions import TURN

SETTLING = 2.0
"""Seconds from the end of a turn in which what belongs to it is waited for."""

UNSETTLED = 8
"""Turns that may settle at a time; where times are unknown, nothing else would end that."""

Opening = Generator[Fact, None, tuple[Turn | None, Trigger]]
"""Tells what has opened, and gives the turn of a response and what triggered it."""


class Turns:
    """The turn that was opened last, and those that have not settled yet."""

    __slots__ = (
        "_calls",
        "_numbered",
        "_settings",
        "_speech",
        "_text_at",
        "_tool_turn",
        "_unsettled",
        "current",
        "due",
    )

    def __init__(self, settings: Settings, speech: UserSpeech) -> None:
        self._settings = settings
        self._speech = speech
        self._numbered = 0
        self._unsettled: list[Turn] = []
        """Those whose end was not told, in order."""
        self._calls: Bounded[str, Turn] = Bounded()
        """Whose function it is, by the id of the call."""
        self._text_at: float | None = None
        """Time of the first user item that no turn has taken up."""
        self._tool_turn: Turn | None = None
        """Whose function has given its output, and neither a response of it nor a further turn has followed."""
        self.current: Turn | None = None
        """Opened last; it may be over."""
        self.due = inf
        """When `tick` has something to do."""

    # What opens a turn, and which one a response belongs to.

    def committed(self, fact: SpeechCommitted, at: float) -> Iterable[Fact]:
        """User audio has become an item."""
        commit = self._speech.commit
        if self._settings.purpose != "realtime" or commit is None:
            return
        if commit.silence:
            yield from self._open("timeout", at)
        else:
            turn = yield from self._open("speech", at, speech=commit.speech)
            turn.committed_at = at

    def item_created(self, event: client.ItemCreate, at: float) -> Iterable[Fact]:
        """What the user wrote waits for the next response, or for speech; so does the output of a function."""
        item = event.item
        if item is None:
            return ()
        if item.role == "user" and item.type in ("message", None):
            if self._text_at is None:
                self._text_at = at
        elif item.type == "function_call_output":
            turn = self._calls.get(item.call_id or "")
            if turn is not None:
                turn.outputs += 1
                self._tool_turn = turn
        return ()

    def requested(self, at: float) -> Opening:
        """The client asks for a response of the conversation; without a turn, that is found when it begins."""
        current = self.current
        if self._settings.purpose != "realtime":
            return None, "client"
        if self._tool_turn is not None:
            self._text_at = None
            return self._tool_turn, "tool"
        if self._text_at is not None:
            current = yield from self._open("text", at)
        elif not _unanswered(current):
            return None, "client"
        assert current is not None
        current.requested = True
        return current, "client"

    def requested_begins(
        self, turn: Turn | None, trigger: Trigger, requested_at: float, at: float
    ) -> Generator[Fact, None, Turn | None]:
        """What the client asked for has begun, in the turn that it asked for; the user may have opened one since."""
        current = self.current
        if self._settings.purpose != "realtime" or trigger == "tool":
            return turn
        if _unanswered(current) or (turn is None and current is not None and current.state == "waiting"):
            return current
        if turn is not None:
            return turn
        if self._speech.stopped_without_commit:
            return (yield from self._open("speech", at, speech=self._speech.claim(at)))
        return (yield from self._open("agent_initiated", at, began_at=requested_at))

    def unrequested_begins(self, at: float) -> Opening:
        """A response of the conversation has begun that nobody is known to have asked for."""
        current = self.current
        if self._settings.purpose != "realtime":
            return None, "client"
        if self._speech.stopped_without_commit:
            return (yield from self._open("speech", at, speech=self._speech.claim(at))), "vad"
        if current is not None and current.state == "waiting":
            triggers: dict[OpenedBy, Trigger] = {"speech": "vad", "timeout": "timeout"}
            return current, triggers.get(current.opened_by, "client")
        if self._tool_turn is not None:
            return self._tool_turn, "tool"
        if self._text_at is not None:
            return (yield from self._open("text", at)), "client"
        if current is not None and current.open and current.calls:
            # The output went by unseen: another connection gave it.
            return current, "tool"
        return (yield from self._open("agent_initiated", at)), "client"

    # What becomes of it.

    def response(self, turn: Turn) -> None:
        """A response of it has begun."""
        turn.active += 1
        turn.outputs = 0
        turn.status = None
        if turn is self._tool_turn:
            self._tool_turn = None
        turn.state = TURN.moved(turn.state, "response")

    def answered(self, turn: Turn | None, at: float) -> Iterable[Fact]:
        """The user gets to hear the first of an answer, or to read it."""
        if turn is None or turn.answered or turn.state != "answering":
            return ()
        turn.answered = True
        speech = turn.speech
        if speech is None or (speech.ended_at is not None and at < speech.ended_at):
            return ()
        seconds = None if speech.ended_at is None else elapsed(speech.ended_at, at)
        raw = None if speech.stopped_at is None else elapsed(speech.stopped_at, at)
        return (TurnAnswered(at, turn.number, seconds, raw, speech.measured_from),)

    def finished(self, fact: ResponseFinished, at: float) -> Iterable[Fact]:
        """A response is over."""
        turn = self._find(fact.turn)
        if turn is not None:
            turn.status = fact.status
        return ()

    def ended(self, fact: AnswerEnded, at: float) -> Iterable[Fact]:
        """And heard."""
        turn = self._find(fact.turn)
        if turn is not None:
            turn.active -= 1
            turn.quiet_at = fact.ended_at
            waiting = turn.active or turn.calls or turn.outputs or turn.status == "unfinished"
            if turn.state == "answering" and not waiting:
                self._over(turn, "finished", turn.quiet_at, at)
        return ()

    def interrupted(self, fact: Interrupted, at: float) -> Iterable[Fact]:
        """One of its answers was cut off."""
        turn = self._find(fact.turn)
        if turn is not None:
            turn.interrupted = True
            self._over(turn, "interrupted", at, at)
        return ()

    def called(self, fact: ToolCalled, at: float) -> Iterable[Fact]:
        """It is not over before its functions have given their output."""
        turn = self._find(fact.turn)
        if turn is not None and fact.kind == "function":
            turn.calls += 1
            self._calls.put(fact.call_id, turn)
        return ()

    def returned(self, fact: ToolFinished, at: float) -> Iterable[Fact]:
        """A function has given its output, or the call is void."""
        turn = self._calls.get(fact.call_id)
        if turn is not None:
            turn.calls -= 1
        return ()

    def tick(self, now: float) -> Iterable[Fact]:
        """Tell the end of those that have settled."""
        if now < self.due:
            return
        for turn in [turn for turn in self._unsettled if turn.settles_at <= now]:
            yield self._settle(turn, "settled", now)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        for turn in list(self._unsettled):
            turn.closed = turn.open
            if turn.closed:
                turn.ended_at = at
            yield self._settle(turn, "closed", at)

    def server_blind(self) -> None:
        """What becomes of them will not be seen."""
        self._unsettled.clear()
        self.due = inf

    def _open(
        self, by: OpenedBy, at: float, *, speech: Speech | None = None, began_at: float | None = None
    ) -> Generator[Fact, None, Turn]:
        current = self.current
        if current is not None and current.open:
            quiet = not current.active and not current.calls and current.quiet_at > -inf
            self._over(current, "next_turn", current.quiet_at if quiet else at, at)
        if len(self._unsettled) >= UNSETTLED:
            yield self._settle(self._unsettled[0], "settled", at)
        if began_at is None:
            began_at = speech.started_at if speech is not None else at if self._text_at is None else self._text_at
        self._tool_turn = None
        if by != "agent_initiated":
            self._text_at = None
        self._numbered += 1
        turn = Turn(self._numbered, by, speech)
        turn.state = TURN.moved(turn.state, "opened")
        self.current = turn
        self._unsettled.append(turn)
        yield TurnOpened(at, turn.number, by, began_at)
        return turn

    def _over(self, turn: Turn, move: str, ended_at: float, at: float) -> None:
        turn.ended_at = ended_at
        turn.settles_at = at + SETTLING
        turn.state = TURN.moved(turn.state, move)
        self._schedule()

    def _settle(self, turn: Turn, move: str, at: float) -> Fact:
        turn.state = TURN.moved(turn.state, move)
        self._unsettled.remove(turn)
        self._schedule()
        return TurnEnded(at, turn.number, turn.opened_by, _outcome(turn), turn.ended_at)

    def _find(self, number: int | None) -> Turn | None:
        return next((turn for turn in self._unsettled if turn.number == number), None)

    def _schedule(self) -> None:
        self.due = min((turn.settles_at for turn in self._unsettled if turn.settles_at < inf), default=inf)


def _unanswered(turn: Turn | None) -> bool:
    """Whether it waits for a response that nobody has asked for."""
    return turn is not None and turn.state == "waiting" and not turn.requested


_OUTCOMES: dict[Status, Outcome] = {
    "completed": "completed",
    "cancelled": "interrupted",
    "failed": "failed",
    "incomplete": "incomplete",
    "unfinished": "incomplete",
}


def _outcome(turn: Turn) -> Outcome:
    if turn.interrupted:
        return "interrupted"
    if turn.closed:
        return "session_closed"
    if turn.status is None:
        return "incomplete" if turn.active else "no_response"
    return _OUTCOMES[turn.status]
