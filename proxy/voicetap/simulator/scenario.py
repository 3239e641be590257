"""Scenarios: how the simulated server behaves, as data."""

from dataclasses import dataclass, replace
from typing import NamedTuple

Range = tuple[float, float]
"""From and to, both included; a value between them is drawn each time."""


class Failure(NamedTuple):
    """The `error` of a failed transcription, where "{item_id}" in the message is filled in, or of a failed response."""

    type: str
    code: str | None
    message: str


OVERLOADED = Failure("server_error", None, "Input transcription failed for item '{item_id}'. 429 Too Many Requests")
"""As api.openai.com sends it: a type, no code."""
UNINTELLIGIBLE = Failure("transcription_error", "audio_unintelligible", "The audio could not be transcribed.")
"""As the API's reference describes it."""

LIMITED = Failure("tokens", "rate_limit_exceeded", "Rate limit reached for the model. Please try again in 1.2s.")
BROKEN = Failure("server_error", None, "The server had an error while processing your request.")


class Outage(NamedTuple):
    """Times of trouble that come again and again; in seconds, the first since the server began to serve."""

    begins: float
    lasts: float
    every: float
    """From the beginning of one to the beginning of the next."""
    behaviour: "Scenario"
    """Of the server meanwhile. What a session begins with stays: its length, and the silence that its VAD waits for."""

    def on(self, seconds: float) -> bool:
        """Whether there is trouble so many seconds after the server began."""
        since = seconds - self.begins
        return since >= 0 and since % self.every < self.lasts


@dataclass(frozen=True)
class Scenario:
    """Rates are probabilities, 0 to 1; what is left of the transcriptions completes with text."""

    transcription_failure_rate: float = 0.15
    transcription_failures: tuple[Failure, ...] = (OVERLOADED, OVERLOADED, UNINTELLIGIBLE)
    """One of them is drawn for each failure; one that stands here twice comes twice as often."""
    empty_transcript_rate: float = 0.05
    missing_transcription_rate: float = 0.0
    """Neither a transcript nor a failure ever comes."""
    repeated_transcript_rate: float = 0.0
    """A transcript comes once more, as servers send it that transcribe while the user speaks."""
    transcription_seconds: Range = (0.2, 0.6)
    """From the commit to the transcription's first event."""

    response_seconds: Range = (0.25, 0.5)
    """From `response.created` to the first output."""
    reply_ms: Range = (1500, 4000)
    """Length of a spoken answer."""
    delta_ms: int = 100
    """Audio in one `response.output_audio.delta`."""
    generation_speed: float = 5.0
    """Generated audio per time: servers generate faster than anybody can listen."""

    response_failure_rate: float = 0.0
    response_failures: tuple[Failure, ...] = (LIMITED, BROKEN)
    """One of them is drawn for each failure."""
    stall_rate: float = 0.0
    """The model stops, before the first output or in the middle of the audio, and goes on after a while."""
    stall_seconds: Range = (5.5, 6.0)
    tool_call_rate: float = 0.0
    """A function is called, where the client has given any, in place of an answer."""

    silence_duration_ms: int = 200
    """Of server VAD, where the client does not choose; what a new session on api.openai.com has."""
    session_seconds: float = 3600.0
    """How long a session lives."""

    outage: Outage | None = None

    def at(self, seconds: float) -> "Scenario":
        """What holds for that which begins so many seconds after the server began."""
        return self.outage.behaviour if self.outage and self.outage.on(seconds) else self

    def __post_init__(self) -> None:
        """Refuse rates that leave nothing to draw from, and an outage that is not over when the next begins."""
        outcomes = (self.transcription_failure_rate, self.empty_transcript_rate, self.missing_transcription_rate)
        others = (self.repeated_transcript_rate, self.response_failure_rate, self.stall_rate, self.tool_call_rate)
        if min(*outcomes, *others) < 0 or max(*others, sum(outcomes)) > 1:
            raise ValueError("the rates of a scenario must lie between 0 and 1, those of transcriptions together too")
        if self.outage and not (self.outage.begins >= 0 and 0 < self.outage.lasts <= self.outage.every):
            raise ValueError("an outage begins at 0 or later, and is over when the next one begins")


DEFAULT = Scenario()

_EVERYDAY = Scenario(
    transcription_failure_rate=0.002,
    empty_transcript_rate=0.02,
    repeated_transcript_rate=0.05,
    response_failure_rate=0.001,
    tool_call_rate=0.2,
)
"""A good service: it fails now and then, far below what anybody is told of."""
_UNTRANSCRIBED_EVERYDAY = replace(
    _EVERYDAY,
    transcription_failure_rate=0.8,
    transcription_failures=(OVERLOADED,),
    transcription_seconds=(1.0, 3.0),
)
"""The model that transcribes is overloaded, the one that talks is not: calls go on as if nothing were wrong."""

SCENARIOS = {
    "default": DEFAULT,
    "clean": Scenario(transcription_failure_rate=0.0, empty_transcript_rate=0.0),
    "troubled": Scenario(transcription_failure_rate=0.25, empty_transcript_rate=0.08, missing_transcription_rate=0.04),
    "eventful": Scenario(
        empty_transcript_rate=0.08,
        missing_transcription_rate=0.08,
        repeated_transcript_rate=0.2,
        response_failure_rate=0.1,
        stall_rate=0.2,
        tool_call_rate=0.5,
        session_seconds=600.0,
    ),
    "untranscribed": Scenario(transcription_failure_rate=1.0, empty_transcript_rate=0.0),
    "outage": replace(
        _EVERYDAY, outage=Outage(begins=120.0, lasts=180.0, every=600.0, behaviour=_UNTRANSCRIBED_EVERYDAY)
    ),
}
"""By the name that `--scenario` takes.

    default        15 % of transcriptions fail, 5 % are empty; each has a result
    clean          nothing fails
    troubled       a quarter of transcriptions fails, some are empty, some never come
    eventful       whatever a client has to cope with: responses that fail or stall, functions, sessions of 10 minutes
    untranscribed  every transcription fails
    outage         a good service, but from the third minute on, for three minutes of every ten, four of five
                   transcriptions fail: alerts fire and end
"""
