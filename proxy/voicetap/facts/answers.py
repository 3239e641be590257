"""The assistant's answers: responses, their audio, and how they were cut off."""

from typing import Literal

from .fact import Fact


class ResponseStarted(Fact, frozen=True, gc=False):
    """The server has begun to make a response."""

    response_id: str
    turn: int | None
    """Number of the turn that it belongs to; None: out of band."""
    trigger: Literal["vad", "client", "tool", "timeout"]
    """What made the server begin: it heard that the user stopped, or that nobody spoke; the client asked; the client
    asked after it had given the output of a function."""
    requested_at: float
    """Time of the client's `response.create`; of `response.created` where the server began by itself."""
    commit_seconds: float | None = None
    """From the commit of the user's speech, where that made the server begin."""
    conversation_id: str | None = None
    """`conv_…`, where the server says it."""


class OutputBegan(Fact, frozen=True, gc=False):
    """The first piece of a response has come: audio, text, a transcript, or arguments."""

    response_id: str
    turn: int | None
    seconds: float | None
    """Since it was requested."""


class AudioBegan(Fact, frozen=True, gc=False):
    """The first audio of a response of the conversation has come; never told of one without audio, or out of band."""

    response_id: str
    item_id: str | None
    turn: int | None
    trigger: Literal["vad", "client", "tool", "timeout"]
    seconds: float | None
    """Since it was requested: the time to first audio."""


class ResponseFinished(Fact, frozen=True, gc=False):
    """A response is over, or there will be no word of it any more."""

    response_id: str | None
    """None where the server named none."""
    turn: int | None
    status: Literal["completed", "cancelled", "failed", "incomplete", "unfinished"]
    """As the server put it; `unfinished`: it said nothing until the end."""
    reason: str | None
    """Of one that was not completed: `turn_detected`, `client_cancelled`, `max_output_tokens`, …; of a failed one the
    code of its error."""
    seconds: float | None
    """From `response.created` on."""
    message: str | None = None
    """Of a failed one. Content."""


class AnswerSpoken(Fact, frozen=True, gc=False):
    """An answer has become audible: the first audio of an assistant item."""

    item_id: str | None
    """None where only the start of playback was seen, which names the response."""
    response_id: str | None


class AnswerGenerated(Fact, frozen=True, gc=False):
    """All audio of an assistant item has been received: its response is over."""

    item_id: str
    response_id: str | None
    seconds: float
    """Of audio."""
    longest_gap_seconds: float | None
    """Between two pieces of it; None where there were less than two, or times are unknown."""


class PlaybackUnderran(Fact, frozen=True, gc=False):
    """Playback ran out of audio while the response was still being made. Playback is estimated: it starts with the
    first piece, and runs in real time over what was received."""

    response_id: str
    item_id: str | None
    seconds: float
    """Without audio."""


class AnswerEnded(Fact, frozen=True, gc=False):
    """A response of the conversation is over, and has been heard as far as it will be, as estimated."""

    response_id: str
    turn: int | None
    ended_at: float
    """The end of the response or of its playback, whichever is later; or when it was cut off."""


class Interrupted(Fact, frozen=True, gc=False):
    """An answer was cut off; told once for each, by whatever shows it first."""

    response_id: str
    item_id: str | None
    """The item that was being spoken, where one was."""
    turn: int | None
    phase: Literal["before_audio", "generating", "playing"]
    """`playing`: the response was complete; its playback was not."""
    cause: Literal["turn_detected", "client_cancelled", "cleared"]


class InterruptionTookEffect(Fact, frozen=True, gc=False):
    """No more audio comes of an answer that was cut off while it was generated."""

    response_id: str
    turn: int | None
    seconds: float | None
    """From the interruption to the last piece relayed after it; 0 where none was."""


class Overlapped(Fact, frozen=True, gc=False):
    """The user spoke over an answer, and it was not cut off for that. Told when it has ended."""

    response_id: str
    turn: int | None
    spoke_at: float


class TruncationFinished(Fact, frozen=True, gc=False):
    """An answer was cut off at what the user heard, or was to be."""

    item_id: str | None
    initiator: Literal["client", "server", "unknown"]
    """`server`: nobody asked for it. `unknown`: on a sideband, where another connection may have asked, or where
    the client is not understood any more."""
    outcome: Literal["acknowledged", "rejected", "unanswered"]
    """`rejected`: an `error` answered. `unanswered`: nothing did for 15 s, or until the end."""
    audio_end_ms: float | None
    """Where it was cut, in milliseconds of the item's audio: acknowledged, else asked for."""
    content_index: int = 0
    """Of the part of the item that was cut."""


class TruncationMeasured(Fact, frozen=True, gc=False):
    """How much of an answer went unheard: told when the truncation is acknowledged and the response is over."""

    item_id: str | None
    turn: int | None
    initiator: Literal["client", "server", "unknown"]
    audio_end_ms: float | None
    """As acknowledged."""
    generated_ms: float | None
    """Of audio that was seen; None: none was."""
    unheard_ms: float | None
    """`generated_ms` less `audio_end_ms`, and not below 0."""
