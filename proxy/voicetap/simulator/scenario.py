"""Scenarios: how the simulated server behaves, as data. `scenario_file` reads them, `shipped` has some.

Each field is a key of a scenario's file; docs/simulator.md explains them to those who write one.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field

from .disturbance import Disturbance, Failure, Rate, Seconds
from .refusal import Refusal


def _ordered(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError("the first of the two must not be greater than the second")
    return span


Range = Annotated[tuple[Seconds, Seconds], AfterValidator(_ordered)]
"""From and to, both included; a value between them is drawn each time."""
Positive = Annotated[int, Field(gt=0)]

OVERLOADED = Failure("server_error", "Input transcription failed for item '{item_id}'. 429 Too Many Requests")
"""As api.openai.com sends it: a type, no code."""
UNINTELLIGIBLE = Failure("transcription_error", "The audio could not be transcribed.", "audio_unintelligible")
"""As the API's reference describes it."""

LIMITED = Failure("tokens", "Rate limit reached for the model. Please try again in 1.2s.", "rate_limit_exceeded")
BROKEN = Failure("server_error", "The server had an error while processing your request.")


class Outage(NamedTuple):
    """Times of trouble that come again and again; in seconds, the first since the server began to serve."""

    begins: float
    lasts: float
    every: float
    """From the beginning of one to the beginning of the next."""
    behaviour: "Scenario"
    """Of the server meanwhile. What a session begins with stays: `session.created`, its end, its disturbances."""

    def on(self, seconds: float) -> bool:
        """Whether there is trouble so many seconds after the server began."""
        since = seconds - self.begins
        return since >= 0 and since % self.every < self.lasts


@dataclass(frozen=True)
class Scenario:
    """Rates are probabilities, 0 to 1; what is left of the transcriptions completes with text."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    about: str = ""
    """What it is for, in one line."""

    handshake_seconds: Range = (0.0, 0.0)
    """From the upgrade request to its answer."""
    unanswered_rate: Rate = 0.0
    """The upgrade request is never answered."""
    refusals: tuple[Refusal, ...] = ()
    """Of upgrade requests; what is left of them gets a 101."""
    bytes_per_second: Positive | None = None
    """The line to the client: what is sent trickles, a tenth of a second's worth at a time."""

    dialect: Literal["ga", "beta"] = "ga"
    """Whose names and shapes events have: the API's of today, or of its beta."""
    output_modality: Literal["audio", "text"] = "audio"
    """Of a new session."""
    turn_detection: Literal["server_vad", "semantic_vad", "none"] = "server_vad"
    """Of a new session; with none the client says when the user has spoken (push-to-talk)."""
    silence_duration_ms: Positive = 200
    """Of server VAD, where the client does not choose; what a new session on api.openai.com has."""
    idle_timeout_ms: Annotated[int, Field(ge=5000, le=30_000)] | None = None
    """Of server VAD, where the client does not choose."""
    session_seconds: Annotated[float, Field(gt=0)] = 3600.0
    """How long a session lives."""
    tokens_per_minute: Positive = 800_000
    """The rate limit of a session: a response that would have to read more than is left of it fails."""

    transcription_failure_rate: Rate = 0.15
    transcription_failures: Annotated[tuple[Failure, ...], Field(min_length=1)] = (
        OVERLOADED,
        OVERLOADED,
        UNINTELLIGIBLE,
    )
    """One of them is drawn for each failure; one that stands here twice comes twice as often."""
    empty_transcript_rate: Rate = 0.05
    missing_transcription_rate: Rate = 0.0
    """Neither a transcript nor a failure ever comes."""
    repeated_transcript_rate: Rate = 0.0
    """A transcript comes once more, as servers send it that transcribe while the user speaks."""
    transcription_seconds: Range = (0.2, 0.6)
    """From the commit to the transcription's first event."""

    automatic_response_seconds: Range = (0.0, 0.0)
    """From the commit to the `response.created` that the server's turn detection asks for."""
    response_seconds: Range = (0.25, 0.5)
    """From `response.created` to the first output."""
    reply_ms: Range = (1500, 4000)
    """Length of a spoken answer."""
    delta_ms: Positive = 100
    """Audio in one `response.output_audio.delta`."""
    generation_speed: Annotated[float, Field(gt=0)] = 5.0
    """Generated audio per time: servers generate faster than anybody can listen."""

    response_failure_rate: Rate = 0.0
    response_failures: Annotated[tuple[Failure, ...], Field(min_length=1)] = (LIMITED, BROKEN)
    """One of them is drawn for each failure."""
    incomplete_rate: Rate = 0.0
    """An answer ends in the middle."""
    incomplete_reasons: Annotated[tuple[Literal["max_output_tokens", "content_filter"], ...], Field(min_length=1)] = (
        "max_output_tokens",
        "content_filter",
    )
    """One of them is drawn for each."""
    empty_response_rate: Rate = 0.0
    """A response completes without any output."""
    stall_rate: Rate = 0.0
    """The model stops, before the first output or in the middle of the audio, and goes on after a while."""
    stall_seconds: Range = (5.5, 6.0)
    tool_call_rate: Rate = 0.0
    """A function, or a tool of MCP, is called, where the client has given any, in place of an answer."""
    mcp_failure_rate: Rate = 0.0
    """A tool of MCP gives an error, and so does listing what tools a server has."""
    mcp_seconds: Range = (0.3, 1.0)
    """What a tool of MCP takes, and listing them."""

    disturbances: tuple[Disturbance, ...] = ()
    """What goes wrong on the way; each event meets them in this order."""
    outage: Outage | None = None

    def at(self, seconds: float) -> "Scenario":
        """What holds for that which begins so many seconds after the server began."""
        return self.outage.behaviour if self.outage and self.outage.on(seconds) else self

    def __post_init__(self) -> None:
        """Refuse rates that leave nothing to draw from, and an outage that is not over when the next begins."""
        for names in _EXCLUSIVE:
            rates = [getattr(self, name) for name in names]
            if min(rates) < 0 or sum(rates) > 1:
                which = f"{', '.join(names[:-1])} and {names[-1]} together" if len(names) > 1 else names[0]
                raise ValueError(f"{which} must lie between 0 and 1")
        if sum(refusal.rate for refusal in self.refusals) + self.unanswered_rate > 1:
            raise ValueError("the rates of refusals and unanswered_rate together must lie between 0 and 1")
        if self.outage and not (self.outage.begins >= 0 and 0 < self.outage.lasts <= self.outage.every):
            raise ValueError("an outage begins at 0 or later, and is over when the next one begins")


_EXCLUSIVE = (
    ("transcription_failure_rate", "empty_transcript_rate", "missing_transcription_rate"),
    ("repeated_transcript_rate",),
    ("response_failure_rate", "incomplete_rate", "empty_response_rate"),
    ("stall_rate",),
    ("tool_call_rate",),
)
"""Of what is drawn together, at most one happens."""

DEFAULT = Scenario()
