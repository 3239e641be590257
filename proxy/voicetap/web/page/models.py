"""What the API says, with a description of each field: openapi.json is made from these.

Times are in milliseconds since the session's upgrade request if nothing else is said; null: not known. Ids, names and
codes come from peers: they are short words, or `elided`. Keys may be added; none changes its meaning.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...signals.live.items import Lane, MarkKind, Scalar, Severity

Milliseconds = float
"""To a tenth."""

Seconds = float
"""To a thousandth."""


class Model(BaseModel):
    """What all have in common: they are made from whatever has such attributes."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Close(Model):
    """How the connection was closed."""

    code: int | None = Field(description="of the first Close frame; 1005: it had none, 1006: there was no frame")
    by: Literal["client", "server"] | None = Field(description="who sent it, or whose transport ended; null: voicetap")
    reason: str | None = Field(description="of the first Close frame; null without `--content`, and where it had none")


class Trouble(Model):
    """One sort of what went wrong."""

    kind: str = Field(
        description="start_failed, silent, response_failed, dead_air, transcription_failed, transcription_missing, "
        "lost, expired, no_response, response_incomplete, tool_failed, truncation_rejected, slow_turn (above 1.5 s), "
        "error, gap, malformed, surprise, unknown"
    )
    count: int = Field(description="how often")


class TurnLatency(Model):
    """From the end of the user's speech to the first output, of the last 500 turns."""

    last: Milliseconds
    p50: Milliseconds
    p95: Milliseconds


class Summary(Model):
    """A session in the list."""

    id: str = Field(description="voicetap's own of the connection: `session.id` of spans and log lines")
    session_id: str | None = Field(description="the server's: `sess_…`")
    model: str | None
    transcription_model: str | None
    purpose: Literal["realtime", "transcription", "translation"]
    started_at: str | None = Field(description="time of the upgrade request, ISO 8601, UTC")
    duration_ms: Milliseconds | None = Field(description="up to the last thing known of it; that it grows is no change")
    state: Literal["connecting", "live", "ended", "refused"]
    end: str | None = Field(
        description="client_closed, server_closed, client_lost, upstream_lost, expired, refused, drained; the outcome "
        "of a handshake that came to nothing; unknown; null while it goes on, and where a recording has no end"
    )
    close: Close | None
    recording: str | None = Field(description="name of the file that this was read from")
    trace_id: str | None = Field(description="of the trace with the handshake, 32 hex digits")
    health: Literal["good", "fair", "bad"]
    troubles: list[Trouble] = Field(description="the heaviest first")
    turns: int
    interruptions: int
    truncations: int
    tool_calls: int
    turn_latency_ms: TurnLatency | None
    cost_usd: float | None = Field(description="so far, by the price table; null where a price is missing")
    expires_at: str | None = Field(description="when the server ends the session, ISO 8601, UTC")
    revision: int = Field(description="of its last change")


class Part(Model):
    """A stretch of a span that is drawn apart."""

    start_ms: Milliseconds
    end_ms: Milliseconds | None
    kind: Literal["wait", "unheard", "underrun", "silence"] = Field(
        description="wait: until the first output; unheard: cut off by a truncation; underrun: playback without audio; "
        "silence: until turn detection noticed the end of speech"
    )


class Span(Model):
    """A bar of the timeline."""

    id: int = Field(description="counted from 1 within the session")
    lane: Lane
    start_ms: Milliseconds | None
    end_ms: Milliseconds | None = Field(description="null while it goes on, and where it is not known")
    open: bool = Field(description="it goes on")
    turn: int | None
    label: str
    outcome: str | None
    detail: dict[str, Scalar]
    parts: list[Part]
    trace_id: str | None


class Mark(Model):
    """A moment of the timeline."""

    id: int = Field(description="counted from 1 within the session")
    at_ms: Milliseconds | None
    lane: Lane | None
    kind: MarkKind
    turn: int | None
    label: str
    detail: dict[str, Scalar]
    severity: Severity


class LatencyParts(Model):
    """Where the time went between the end of the user's speech and the first output."""

    total_ms: Milliseconds | None
    raw_ms: Milliseconds | None = Field(description="from the arrival of speech_stopped on")
    vad_wait_ms: Milliseconds | None = Field(description="until turn detection noticed the end of speech")
    model_ms: Milliseconds | None
    tools_ms: Milliseconds | None
    rest_ms: Milliseconds | None = Field(description="what of the total is none of these, at least 0")


class Turn(Model):
    """A turn of the conversation."""

    turn: int = Field(description="counted from 1")
    opened_by: str
    began_ms: Milliseconds | None
    ended_ms: Milliseconds | None = Field(description="null while it goes on")
    outcome: str | None
    latency: LatencyParts | None
    trace_id: str | None


class Event(Model):
    """An entry of the event log: one event, or a run of one frequent type."""

    n: int = Field(description="counted from 1 within the session; an entry that grows keeps it")
    at_ms: Milliseconds | None
    until_ms: Milliseconds | None = Field(description="of its last event")
    sender: Literal["client", "server"]
    type: str
    count: int = Field(description="how many events it stands for")
    turn: int | None
    note: str | None = Field(description="`unknown`, `malformed: json`, …")


Point = tuple[int | None, Milliseconds]
"""A turn, and its figure."""


class Latencies(Model):
    """Pairs of a turn and its milliseconds, in order of occurrence: the last 500 of each."""

    turn: list[Point]
    first_audio: list[Point]
    transcription: list[Point]
    tool: list[Point]


class Tokens(Model):
    """Tokens, as the server reported them."""

    input: int
    input_cached: int
    input_text: int
    input_audio: int
    input_image: int
    output: int
    output_text: int
    output_audio: int
    transcription_input: int
    transcription_output: int


class RateLimit(Model):
    """The last word of the server on a limit."""

    limit: float | None
    remaining: float | None
    reset_seconds: Seconds | None = Field(description="from `at_ms` until all of it is there again")
    at_ms: Milliseconds | None = Field(description="when the server said so")


class Figures(Model):
    """What the session came to so far."""

    tokens: Tokens
    cost_usd: float | None = Field(description="by the price table; null where a price is missing")
    transcription_seconds: Seconds = Field(description="of audio, where transcription is billed by time")
    input_audio_seconds: Seconds
    generated_audio_seconds: Seconds
    unheard_audio_seconds: Seconds
    rate_limits: dict[str, RateLimit] = Field(description="by name: requests, tokens, …")
    latencies: Latencies


class Dropped(Model):
    """What is gone of a session, for there was too much: of each kind, everything up to this number."""

    spans: int
    marks: int
    turns: int
    events: int


class Limits(Model):
    """How much is kept."""

    sessions: int = Field(description="the latest; live ones are not dropped before ended ones")
    spans: int = Field(description="of a session")
    marks: int = Field(description="of a session")
    turns: int = Field(description="of a session")
    events: int = Field(description="entries of a session's event log")


Epoch = Annotated[str, Field(description="of this run of voicetap: revisions of another one mean nothing here")]
Revision = Annotated[int, Field(description="grows with every change; EPOCH.REVISION is where a stream goes on from")]


class Sessions(Model):
    """`GET /api/sessions`"""

    epoch: Epoch
    revision: Revision
    version: str = Field(description="of voicetap")
    content: bool = Field(description="whether labels and details quote what people and models said (`--content`)")
    limits: Limits
    sessions: list[Summary]


class Session(Model):
    """`GET /api/sessions/{id}`"""

    epoch: Epoch
    revision: Revision
    summary: Summary
    configuration: dict[str, Scalar] = Field(description="turn detection, audio formats and the like, by their names")
    spans: list[Span]
    marks: list[Mark]
    turns: list[Turn]
    figures: Figures
    dropped: Dropped


class Events(Model):
    """`GET /api/sessions/{id}/events`"""

    events: list[Event]
    next: int | None = Field(description="ask for `after` this for more; null: there is no more")
    dropped: int = Field(description="entries up to this n are gone")


class SessionsChanged(Model):
    """`event: sessions` of the stream: sessions that changed, and those that voicetap has forgotten."""

    epoch: Epoch
    revision: Revision
    sessions: list[Summary]
    gone: list[str]


class SessionChanged(Model):
    """`event: session` of the stream: what changed of the session that was asked for, each in its latest state."""

    epoch: Epoch
    revision: Revision
    id: str
    summary: Summary
    configuration: dict[str, Scalar]
    spans: list[Span]
    marks: list[Mark]
    turns: list[Turn]
    events: list[Event]
    figures: Figures | None = Field(description="null: the same as before")
    dropped: Dropped


class Reset(Model):
    """`event: reset` of the stream: what the reader has is of another run, or too old. It has to ask for all anew."""

    epoch: Epoch
    revision: Revision


class Error(Model):
    """Of every answer that is none."""

    error: str
