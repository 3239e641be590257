"""What readers get. Times are in milliseconds since the upgrade request, to a tenth; None: not known.

Spans, marks, turns and event entries are numbered from 1 in their session, and the oldest are dropped first.
"""

from typing import Literal

from msgspec import Struct

from ..tokens import TokenSums

Scalar = str | int | float | bool

Lane = Literal["user", "transcription", "response", "playback", "tool"]

UNKNOWN = "unknown"
"""The outcome of what was closed because nothing more will be told of it."""


PartKind = Literal["wait", "unheard", "underrun", "silence"]


class Part(Struct, frozen=True, gc=False):
    """A stretch of a span, or behind it."""

    start_ms: float
    end_ms: float | None
    """None while it goes on."""
    kind: PartKind
    """`wait`: of a response, up to its first output. `unheard`, behind an answer: what a truncation cut off.
    `underrun`: playback had no audio. `silence`, behind speech: until the server said that it was over."""


class Span(Struct, gc=False):
    """A bar of the timeline."""

    id: int
    lane: Lane
    start_ms: float | None
    label: str
    """A short word, never content."""
    turn: int | None = None
    trace_id: str | None = None
    end_ms: float | None = None
    """Not before `start_ms`. None while it goes on, and where the time is not known."""
    open: bool = True
    """It goes on."""
    outcome: str | None = None
    detail: dict[str, Scalar] = {}
    parts: tuple[Part, ...] = ()
    revision: int = 0


MarkKind = Literal[
    "interruption",
    "truncation",
    "dead_air",
    "silent",
    "error",
    "gap",
    "surprise",
    "overlap",
    "start_failed",
    "malformed",
    "unknown",
]

Severity = Literal["info", "warning", "bad"]


class Mark(Struct, gc=False):
    """A moment of the timeline."""

    id: int
    at_ms: float | None
    kind: MarkKind
    label: str
    severity: Severity
    lane: Lane | None = None
    turn: int | None = None
    detail: dict[str, Scalar] = {}
    """`count`, where it stands for several of its kind."""
    revision: int = 0


class Latency(Struct, frozen=True, gc=False):
    """Where the time of a turn went, in milliseconds; None: not known."""

    total_ms: float | None
    """From the real end of the user's speech to the first output."""
    raw_ms: float | None
    """The same from the arrival of `speech_stopped`."""
    vad_wait_ms: float | None
    """From the one to the other."""
    model_ms: float | None
    """In which a response of the turn was being made."""
    tools_ms: float | None
    """In which none was, and a tool was called."""
    rest_ms: float | None
    """What is left: the way from the commit to the response, a client that takes its time."""


class Turn(Struct, gc=False):
    """An exchange."""

    turn: int
    opened_by: Literal["speech", "text", "timeout", "agent_initiated"]
    began_ms: float | None
    ended_ms: float | None = None
    outcome: str | None = None
    """None while it goes on."""
    latency: Latency | None = None
    trace_id: str | None = None
    revision: int = 0


class Event(Struct, frozen=True, gc=False):
    """An entry of the event log: one event, or a run of those of one type."""

    n: int
    at_ms: float | None
    until_ms: float | None
    """Of the last of them."""
    sender: Literal["client", "server"]
    type: str
    count: int
    turn: int | None
    note: str | None


class EventPage(Struct, frozen=True, gc=False):
    """A piece of the event log, in order."""

    events: list[Event]
    next: int | None
    """Ask for what is after this number; None: that was all."""
    dropped: int


class Dropped(Struct, frozen=True, gc=False):
    """The number up to which there is nothing any more, for each kind of item."""

    spans: int
    marks: int
    turns: int
    events: int


class Trouble(Struct, frozen=True, gc=False):
    """What went wrong, and how often."""

    kind: str
    count: int


class Close(Struct, frozen=True, gc=False):
    """How the WebSocket ended: see ConnectionClosed."""

    code: int | None
    by: Literal["client", "server"] | None
    """None: voicetap."""
    reason: str | None
    """Content: None where that is off, and where there was none."""


class TurnLatency(Struct, frozen=True, gc=False):
    """Of the turns so far, the last 500, in milliseconds."""

    last: float
    p50: float
    p95: float


class Summary(Struct, gc=False):
    """A session in one line."""

    id: str
    """Of the connection: the `session.id` of spans and log lines."""
    recording: str | None = None
    """The name of the file that it was read from, without its directory."""
    started_at: str | None = None
    """Of the upgrade request: ISO 8601, UTC."""
    session_id: str | None = None
    model: str | None = None
    transcription_model: str | None = None
    purpose: Literal["realtime", "transcription", "translation"] = "realtime"
    duration_ms: float | None = None
    """Up to the last fact. That it grows is no change."""
    state: Literal["connecting", "live", "ended", "refused"] = "connecting"
    end: str | None = None
    """In the words of ConnectionClosed, or the outcome of a handshake that came to nothing; `unknown`: nothing was
    told of it. None while it goes on, and where a recording has no end: it was cut off, or voicetap ended the
    connection."""
    close: Close | None = None
    trace_id: str | None = None
    """Of the trace with the handshake."""
    health: Literal["good", "fair", "bad"] = "good"
    troubles: list[Trouble] = []
    """The heaviest first."""
    turns: int = 0
    interruptions: int = 0
    truncations: int = 0
    """Acknowledged."""
    tool_calls: int = 0
    turn_latency_ms: TurnLatency | None = None
    cost_usd: float | None = None
    """None where nothing was used, and where part of it has no price."""
    expires_at: str | None = None
    """ISO 8601, UTC."""
    revision: int = 0


Point = tuple[int | None, float]
"""A turn and milliseconds."""


class Latencies(Struct, frozen=True, gc=False):
    """The last 500 of each, in the order in which they ended."""

    turn: list[Point]
    first_audio: list[Point]
    transcription: list[Point]
    tool: list[Point]


class RateLimit(Struct, frozen=True, gc=False):
    """The last word of the server on a limit."""

    limit: float | None
    remaining: float | None
    reset_seconds: float | None
    """From `at_ms` until it is whole again."""
    at_ms: float | None


class Figures(Struct, frozen=True, gc=False):
    """What a session came to so far."""

    tokens: TokenSums
    cost_usd: float | None
    transcription_seconds: float
    """Of audio, where transcription is billed by time."""
    input_audio_seconds: float
    generated_audio_seconds: float
    unheard_audio_seconds: float
    rate_limits: dict[str, RateLimit]
    """By name."""
    latencies: Latencies


class Changes(Struct, frozen=True, gc=False):
    """What is different from an earlier revision: each item in its latest state, by number. Not the event log."""

    revision: int
    """Ask for what comes after this one next."""
    spans: list[Span]
    marks: list[Mark]
    turns: list[Turn]
    figures: Figures | None
    """None: they are the same."""
    dropped: Dropped


class Limits(Struct, frozen=True, gc=False):
    """How much is kept: sessions of the process, and items of each."""

    sessions: int
    spans: int
    marks: int
    turns: int
    events: int
