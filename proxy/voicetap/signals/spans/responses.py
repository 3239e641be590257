"""`chat {model}`: one span for each response, written when it is over."""

import json
from datetime import UTC, datetime
from math import isnan

from msgspec import Struct
from opentelemetry.trace import SpanKind

from ...facts import AudioBegan, OutputBegan, ResponseFinished, ResponseStarted, SpanIds, ToolCalled, UsageReported
from ...session.bounded import Bounded
from ..identifiers import shown
from . import semconv as s
from .attributes import Attributes
from .content import Messages
from .provider import openinference_provider
from .turns import Turn
from .usage import usage_attributes
from .writer import SpanWriter

OPERATION = "chat"
"""Every backend takes it for what it is; `realtime_inference` is a proposal (semantic-conventions-genai #394)."""


class Response(Struct):
    """What is known of a response until it is over."""

    started: ResponseStarted | None = None
    model: Attributes = {}
    """The attributes that name it, as the session had it when the response began."""
    first_chunk_seconds: float | None = None
    first_audio_at: float | None = None
    first_audio_seconds: float | None = None
    resumed_seconds: float | None = None
    usage: UsageReported | None = None
    called: bool = False
    """It calls a tool."""
    messages: Messages | None = None
    """With content only."""


class Responses:
    """Those of one connection that are not over, by id."""

    def __init__(self, writer: SpanWriter) -> None:
        self._writer = writer
        self._responses: Bounded[str | None, Response] = Bounded()
        self._began: Response | None = None
        """Whose output began last."""
        self._unplaced: UsageReported | None = None
        """Of no response that is known by the id that came with it."""

    def started(self, fact: ResponseStarted, model: Attributes, messages: Messages | None) -> None:
        """The server has begun to make it."""
        self._responses.put(fact.response_id, Response(fact, model, messages=messages))

    def output_began(self, fact: OutputBegan) -> None:
        """Its first piece has come."""
        response = self._began = self.find(fact.response_id)
        response.first_chunk_seconds = fact.seconds

    def audio_began(self, fact: AudioBegan) -> None:
        """Its first audio has come."""
        response = self.find(fact.response_id)
        response.first_audio_at, response.first_audio_seconds = fact.at, fact.seconds

    def used(self, fact: UsageReported) -> None:
        """What one has used; told just before it is over."""
        response = self._responses.get(fact.response_id)
        if response is not None:
            response.usage = fact
        else:
            self._unplaced = fact

    def called(self, fact: ToolCalled) -> None:
        """It calls a tool."""
        if fact.response_id is not None:
            self.find(fact.response_id).called = True

    def resumed(self, seconds: float | None) -> None:
        """The one whose output began just now goes on after the output of a function."""
        if self._began is not None:
            self._began.resumed_seconds = seconds

    def find(self, response_id: str | None) -> Response:
        """A response, announced or not."""
        response = self._responses.get(response_id)
        if response is None:
            response = Response()
            self._responses.put(response_id, response)
        return response

    def finished(self, fact: ResponseFinished, model: Attributes, turn: Turn | None) -> SpanIds:
        """It is over: write its span, in its turn's trace, or in one of its own where it is out of band."""
        response = self._responses.pop(fact.response_id, None) or Response()
        model = response.model or model
        reason = _finish_reason(fact, response.called)
        usage = response.usage or self._usage_beside(fact)
        exact: Attributes = {} if usage is None else usage_attributes(usage)
        if response.first_audio_at is not None:
            exact[s.LANGFUSE_COMPLETION_START] = _iso(self._writer.nanoseconds(response.first_audio_at))
        if response.messages is not None:
            if turn is not None and turn.messages is not None:
                # The transcript of what the user said mostly comes while the answer is made.
                response.messages.inputs = turn.messages.inputs.copy()
            exact |= response.messages.attributes(reason)
        name = model.get(s.REQUEST_MODEL)
        error = (fact.reason or "_OTHER") if fact.status == "failed" else None
        if turn is not None:
            turn.error = error
        return self._writer.write(
            f"{OPERATION} {name}" if name else OPERATION,
            max(_began_at(fact, response.started), turn.opened_at if turn is not None else 0.0),
            fact.at,
            {
                s.OPERATION: OPERATION,
                s.SPAN_KIND: "LLM",
                **model,
                s.LLM_MODEL: name,
                s.LLM_SYSTEM: "openai",
                s.LLM_PROVIDER: openinference_provider(self._writer.provider),
                s.RESPONSE_ID: _id_of_the_server(fact.response_id),
                s.FINISH_REASONS: [reason] if reason is not None else None,
                s.OUTPUT_TYPE: _output_type(response),
                s.TIME_TO_FIRST_CHUNK: response.first_chunk_seconds,
                s.RESPONSE_STATUS: fact.status,
                s.RESPONSE_REASON: fact.reason,
                s.RESPONSE_TIME_TO_FIRST_AUDIO_SECONDS: response.first_audio_seconds,
                s.RESPONSE_TOOL_RESUME_SECONDS: response.resumed_seconds,
                **_start(response.started),
            },
            parent=turn.context if turn is not None else None,
            kind=SpanKind.CLIENT,
            error=error,
            exact=exact,
        )

    def _usage_beside(self, fact: ResponseFinished) -> UsageReported | None:
        """That of the same message: where servers leave out ids, the order of messages tells which response is over."""
        usage = self._unplaced
        if usage is None or fact.status == "unfinished":
            return None
        if usage.response_id != fact.response_id and usage.at != fact.at:
            return None
        self._unplaced = None
        return usage


def _id_of_the_server(response_id: str | None) -> str | None:
    """Those that a session makes up have a space in them."""
    return None if response_id is None or " " in response_id else response_id


def _began_at(fact: ResponseFinished, started: ResponseStarted | None) -> float:
    if started is not None and not isnan(started.requested_at):
        return started.requested_at
    return fact.at - (fact.seconds or 0.0)


def _start(started: ResponseStarted | None) -> dict[str, str | float | None]:
    if started is None:
        return {}
    return {
        s.CONVERSATION_ID: started.conversation_id,
        s.RESPONSE_TRIGGER: started.trigger,
        s.RESPONSE_COMMIT_TO_RESPONSE_SECONDS: started.commit_seconds,
    }


def _finish_reason(fact: ResponseFinished, called: bool) -> str | None:
    """As the conventions name it; of what was cancelled the reason that the server gives, since that is no error."""
    if fact.status == "completed":
        return "tool_call" if called else "stop"
    if fact.status == "incomplete":
        return "content_filter" if fact.reason == "content_filter" else "length"
    if fact.status == "cancelled":
        return shown(fact.reason) if fact.reason else "cancelled"
    return "error" if fact.status == "failed" else None


def _output_type(response: Response) -> str | None:
    if response.first_audio_at is not None:
        return "speech"
    return "text" if response.first_chunk_seconds is not None and not response.called else None


def _iso(nanoseconds: int) -> str:
    """As Langfuse reads it: JSON of an ISO 8601 time."""
    moment = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    return json.dumps(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
