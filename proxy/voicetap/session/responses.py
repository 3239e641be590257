"""The responses of a session: which request each of them answers, and how it ended."""

from collections import deque
from collections.abc import Generator, Iterable
from math import nan

from msgspec import UNSET, Struct

from ..facts import Fact, NounForgotten, OutputBegan, ResponseFinished, ResponseStarted, SpeechCommitted
from ..realtime import client, server
from ..realtime.event import Event
from ..realtime.objects import ErrorDetail, ResponseObject, StatusDetails
from .bounded import Bounded
from .nouns import Response, Status, Trigger, Turn
from .settings import Settings
from .times import elapsed
from .transitions import RESPONSE
from .turns import Turns

REQUESTS = 100
"""Requests open at a time."""

LIVE = 100
"""Responses that are being made at a time; the API makes one of the conversation, and others beside it."""

STALE = 2.0
"""Seconds after which a request was refused without a word, if the user has spoken by then, or the client has asked
again."""

_REFUSED = "conversation_already_has_active_response"
_STATUSES: dict[str, Status] = {
    "completed": "completed",
    "cancelled": "cancelled",
    "failed": "failed",
    "incomplete": "incomplete",
}


class _Request(Struct, frozen=True, eq=False):
    """A `response.create` that no response has followed yet."""

    at: float
    event_id: str | None
    in_band: bool
    turn: Turn | None
    """None: found when the response begins, unless it is out of band."""
    trigger: Trigger


class Responses:
    """Every response, by id. There is no link from a response to what it answers: the order tells."""

    __slots__ = ("_alone", "_by_id", "_requests", "_settings", "_turns", "_unnamed", "live")

    def __init__(self, settings: Settings, turns: Turns) -> None:
        self._settings = settings
        self._turns = turns
        self._by_id: Bounded[str, Response] = Bounded()
        self._requests: deque[_Request] = deque(maxlen=REQUESTS)
        self._alone = not settings.sideband
        """Nobody asks for responses but the client that is seen."""
        self._unnamed = 0
        """Responses that came without an id."""
        self.live: list[Response] = []
        """Those that are being made, in band or not."""

    def get(self, response_id: str | None) -> Response | None:
        """The response of this id; without one the latest that is being made."""
        if response_id is None:
            return self.live[-1] if self.live else None
        known = self._by_id.get(response_id)
        if known is None:
            # One that began long ago, or without an id.
            known = next((live for live in self.live if live.id == response_id or not live.named), None)
        return known

    @property
    def awaited(self) -> bool:
        """Whether the client has asked for a response of the conversation that has not begun."""
        return any(request.in_band for request in self._requests)

    # What the client asks for.

    def requested(self, event: client.ResponseCreate, at: float) -> Iterable[Fact]:
        """The client asks for a response."""
        if event.response is not None and event.response.conversation == "none":
            self._requests.append(_Request(at, event.event_id, False, None, "client"))
            return
        turn, trigger = yield from self._turns.requested(at)
        self._requests.append(_Request(at, event.event_id, True, turn, trigger))

    def error(self, event: server.ErrorOccurred, at: float) -> Iterable[Fact]:
        """A request may have been refused."""
        request = self._refused_by(event.detail())
        if request is not None:
            self._requests.remove(request)
        return ()

    def spoke(self, fact: SpeechCommitted, at: float) -> Iterable[Fact]:
        """The user's speech was committed: where the server answers that, what was asked for long before is void."""
        if self._settings.creates_responses:
            while self._requests and at - self._requests[0].at > STALE:
                self._requests.popleft()
        return ()

    # What the server makes.

    def created(self, event: server.ResponseCreated, at: float) -> Iterable[Fact]:
        """The server has begun."""
        made = event.response or ResponseObject()
        known = self._by_id.get(made.id) if made.id is not None else None
        if known is not None and (known.announced or known.state == "done"):
            yield RESPONSE.surprise(at, event.type, known.state, "created")
            return
        request = self._answered_by(made)
        in_band = self._in_band(made) if request is None else request.in_band
        requested_at = at if request is None else request.at
        turn: Turn | None = None
        trigger: Trigger = "client"
        if in_band and request is None:
            turn, trigger = yield from self._turns.unrequested_begins(at)
        elif in_band and request is not None:
            trigger = request.trigger
            turn = yield from self._turns.requested_begins(request.turn, trigger, requested_at, at)
        if known is None:
            response_id = made.id
            if response_id is None:
                self._unnamed += 1
                response_id = f"response {self._unnamed}"
            known = Response(response_id, turn, in_band, trigger, requested_at, at, named=made.id is not None)
            yield from self._begin(known, at)
        else:
            known.turn, known.in_band, known.trigger = turn, in_band, trigger
            known.requested_at, known.created_at, known.announced = requested_at, at, True
        committed_at = turn.committed_at if turn is not None and trigger == "vad" else None
        if turn is not None:
            self._turns.response(turn)
        commit_seconds = None if committed_at is None else elapsed(committed_at, at)
        conversation_id = made.conversation_id or None
        yield ResponseStarted(at, known.id, known.turn_number, trigger, requested_at, commit_seconds, conversation_id)

    def output(self, event: Event, response_id: str | None, at: float) -> Iterable[Fact]:
        """A piece of output has come; only the first says something, so that is all this is called for."""
        response = yield from self._of(event, response_id, "output", at)
        if response is None and response_id is not None and response_id not in self._by_id:
            response = Response(response_id, self._turns.current, True, "client", nan, nan, announced=False)
            yield from self._begin(response, at)
        if response is not None:
            response.began = True
            yield OutputBegan(at, response.id, response.turn_number, elapsed(response.requested_at, at))

    def done(self, event: server.ResponseDone, at: float) -> Iterable[Fact]:
        """The server has finished."""
        made = event.response or ResponseObject()
        response = yield from self._of(event, made.id, "done", at)
        if response is None:
            if made.id in self._by_id:
                return
            in_band = made.conversation_id is not None
            turn = self._turns.current if in_band else None
            response = Response(made.id or "", turn, in_band, "client", at, at, announced=False)
            yield from self._begin(response, at)
        status = _status(made)
        reason, message = _why(made, status)
        yield self._finish(response, status, reason, at, message)

    def close(self, at: float) -> Iterable[Fact]:
        """The connection has ended."""
        for response in list(self.live):
            if response.announced:
                yield self._finish(response, "unfinished", None, at)

    def client_blind(self) -> None:
        """What is asked for will not be seen."""
        self._alone = False

    def server_blind(self) -> None:
        """What becomes of them will not be seen."""
        self.live.clear()

    def _of(
        self, event: Event, response_id: str | None, move: str, at: float
    ) -> Generator[Fact, None, Response | None]:
        """The response that is being made and that an event is of; told is that there is none."""
        response = self.get(response_id)
        state = RESPONSE.first if response is None else response.state
        if RESPONSE.after(state, move) is not None:
            return response
        # Whoever joins a call hears the end of what began before.
        if response is not None or not self._settings.sideband:
            yield RESPONSE.surprise(at, event.type, state, move)
        return None

    def _begin(self, response: Response, at: float) -> Iterable[Fact]:
        if len(self.live) >= LIVE:
            yield self._finish(self.live[0], "unfinished", None, at)
        response.state = RESPONSE.moved(response.state, "created")
        self.live.append(response)
        if response.id and self._by_id.put(response.id, response):
            yield NounForgotten(at, "response")

    def _finish(
        self, response: Response, status: Status, reason: str | None, at: float, message: str | None = None
    ) -> Fact:
        response.state = RESPONSE.moved(response.state, "done")
        self.live.remove(response)
        seconds = elapsed(response.created_at, at) if response.announced else None
        return ResponseFinished(at, response.id or None, response.turn_number, status, reason, seconds, message)

    def _answered_by(self, made: ResponseObject) -> _Request | None:
        """The oldest request that this may be the answer to: out of band, the conversation of a response is null."""
        fitting = [
            request
            for request in self._requests
            if made.conversation_id is UNSET or request.in_band == (made.conversation_id is not None)
        ]
        if not fitting and made.conversation_id is None and self._in_band(made):
            fitting = list(self._requests)
        while len(fitting) > 1 and fitting[1].at - fitting[0].at > STALE:
            self._requests.remove(fitting.pop(0))
        if not fitting:
            return None
        self._requests.remove(fitting[0])
        return fitting[0]

    def _in_band(self, made: ResponseObject) -> bool:
        """Of a response that was not asked for out of band.

        Its conversation is null, and another connection asked for it; without others, it is the server that leaves the
        conversation out.
        """
        return made.conversation_id is not None or self._alone

    def _refused_by(self, error: ErrorDetail) -> _Request | None:
        if error.event_id:
            return next((request for request in self._requests if request.event_id == error.event_id), None)
        if error.name() != _REFUSED:
            return None
        return next((request for request in self._requests if request.in_band), None)


def _status(made: ResponseObject) -> Status:
    """Some servers leave it out; one that the API does not have is no completion."""
    if made.status is None:
        return "completed"
    return _STATUSES.get(made.status, "incomplete")


def _why(made: ResponseObject, status: Status) -> tuple[str | None, str | None]:
    """Reason and message; xAI sends a string in place of both."""
    details = made.status_details
    if status == "completed" or not isinstance(details, StatusDetails):
        return None, None
    if status != "failed":
        return details.reason, None
    error = details.error
    if not isinstance(error, ErrorDetail):
        return details.reason, error
    code = error.code or error.type
    return details.reason if code is None else str(code), error.said()
