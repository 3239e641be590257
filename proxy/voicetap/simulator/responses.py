"""The responses of a session: beside the conversation there may be many, in it there is one at a time."""

from collections.abc import Callable, Iterator
from random import Random

from .agenda import Agenda, Script
from .conversation import Conversation, Tokens
from .identity import Ids
from .limits import TokensPerMinute
from .protocol import ApiError, Event, Output, Send
from .response import Response
from .scenario import Scenario

RATE_LIMITS_SECONDS = 0.043
"""From `response.done` to `rate_limits.updated`, as measured on api.openai.com."""

Heard = Callable[[float], Script[Output]]
"""What follows an answer, and how many seconds its playback goes on after it was generated."""


class Responses:
    """Those of one session, from their beginning to what follows them."""

    def __init__(
        self,
        conversation: Conversation,
        conversation_id: str,
        limit: TokensPerMinute,
        random: Random,
        ids: Ids,
        agenda: Agenda[Output],
        heard: Heard,
    ) -> None:
        """`heard` is asked for what follows the complete answers that are part of the conversation."""
        self._conversation = conversation
        self._conversation_id = conversation_id
        self._limit = limit
        self._random = random
        self._ids = ids
        self._agenda = agenda
        self._heard = heard
        self._running: dict[str, tuple[Response, Script[Output]]] = {}
        self._cached = Tokens()
        self.active: Response | None = None
        """The one in the conversation."""
        self.spoken = False
        """There has been audio, so that the voice stays what it is."""

    def begin(self, session: Event, request: Event, scenario: Scenario, at: float) -> Iterator[Event]:
        """Start one; what is said of it at once. Raises ApiError."""
        if session["type"] == "transcription":
            raise ApiError("invalid_value", "A transcription session creates no responses.", param="type")
        conversation, conversation_id = self._conversation, self._conversation_id
        luck, ids, cached = self._random, self._ids, self._cached
        response = Response(session, request, conversation, conversation_id, scenario, luck, ids, cached)
        if response.in_conversation:
            if self.active:
                message = (
                    f"Conversation already has an active response in progress: {self.active.id}."
                    " Wait until the response is finished before creating a new one."
                )
                raise ApiError("conversation_already_has_active_response", message)
            self.active = response
        response.failure = self._limit.refusal(session["model"], response.prompt.total, at) or response.failure
        script = self._run(response)
        self._running[response.id] = response, script
        self._agenda.add(script, at)
        yield response.created()

    def find(self, response_id: str | None) -> Response:
        """The one of this id, without one the active; raise ApiError where it is not running."""
        response = self.active
        if response_id is not None:
            response = self._running[response_id][0] if response_id in self._running else None
        if response is None:
            raise ApiError("response_cancel_not_active", "Cancellation failed: no active response found")
        return response

    def cancel(self, response: Response, reason: str, at: float) -> Iterator[Event]:
        """Cut it off; `reason` is turn_detected or client_cancelled."""
        self._agenda.drop(self._running[response.id][1])
        yield from response.cancel(reason)
        self._over(response, at)
        if response.began:
            self._agenda.add(self._report_limits(), at)

    def _run(self, response: Response) -> Script[Output]:
        seconds, first_audio = 0.0, 0.0
        for step in response.generate():
            if isinstance(step, dict):
                yield Send(step)
            else:
                first_audio = first_audio if response.audio_ms else seconds + step
                seconds += step
                yield step
        self._over(response, self._agenda.now)
        yield from self._report_limits()
        if response.in_conversation:
            playback = first_audio + response.audio_ms / 1000 - seconds - RATE_LIMITS_SECONDS
            yield from self._heard(max(0.0, playback))

    def _over(self, response: Response, at: float) -> None:
        del self._running[response.id]
        self._limit.take(response.tokens, at)
        self.spoken |= response.spoken and response.began
        if response is self.active:
            self.active = None
            self._cached = response.prompt

    def _report_limits(self) -> Script[Output]:
        yield RATE_LIMITS_SECONDS
        yield Send(self._limit.updated(self._agenda.now))
