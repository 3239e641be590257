"""The report of one session: every key of `voicetap replay --json`, with its unit.

Numbers that are whole are written as such; figures in milliseconds are rounded to three decimals. Null: not known.
Tables by a name that comes from a peer have at most 1,000 names and then "other"; lists have at most 100,000 entries,
and `left_out` says how many more there were.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from ..tokens import TokenSums
from .bounds import Number

Names = dict[str, int]
"""How many of each name, in the order in which the names came up."""

Side = Literal["client", "server"]

Purpose = Literal["realtime", "transcription", "translation"]


class Close(Struct):
    """How the WebSocket ended."""

    code: int | None
    """Of the first Close frame, null where it had none; 1006: a transport ended without a Close frame."""
    reason: str
    """Of that frame, without what looks like a credential."""
    by: Side
    """Who sent that frame, or whose transport ended."""


class Session(Struct):
    """What the session was."""

    id: str | None = None
    """As the server named it (`sess_…`)."""
    model: str | None = None
    """The latest that a `session.*` event named, else what the query asked for."""
    duration_ms: Number | None = None
    """From the upgrade request to the last line of the recording."""
    close: Close | None = None
    """Null where the recording has no end: it was cut off, or voicetap ended the connection."""
    started_at: str | None = None
    """Time of the upgrade request, ISO 8601, from the header of the recording."""
    start: Literal["started", "refused", "closed", "timeout"] | None = None
    """Whether a session came after the upgrade; `closed`, `timeout`: neither a session nor a refusal came."""
    setup_ms: Number | None = None
    """From the upgrade request to the first `session.*`."""
    end: str | None = None
    """client_closed, server_closed, client_lost, upstream_lost, expired, or refused; null like `close`."""
    purpose: Purpose = "realtime"
    """Only a realtime session has turns."""
    turn_detection: str | None = None
    """server_vad, semantic_vad, …; null: the client commits, or nothing is known of it."""
    transcription_model: str | None = None
    """What the session transcribes with, by its latest settings."""


class Events(Struct):
    """Messages of either side."""

    client: Names = field(default_factory=dict)
    """Events of the catalogue by type, as on the wire."""
    server: Names = field(default_factory=dict)
    """The same."""
    unknown: Names = field(default_factory=dict)
    """Events by types that are not in the catalogue, both sides together; they are nowhere else."""
    malformed: int = 0
    """Messages that are no event."""
    malformed_reasons: Names = field(default_factory=dict)
    """The same by reason: binary, utf8, json, depth, not_object, no_type, schema, oversize."""


class Responses(Struct):
    """Responses by how they ended, out-of-band ones too."""

    completed: int = 0
    cancelled: int = 0
    failed: int = 0
    incomplete: int = 0
    unfinished: int = 0
    """Created, and no `response.done` by the end."""


class Transcriptions(Struct):
    """One outcome for each item that the user spoke: the first that is final."""

    completed: int = 0
    """With text."""
    failed: int = 0
    empty: int = 0
    """Completed without text."""
    pending: int = 0
    """No result by the end of the recording."""
    late: int = 0
    """Results after the item's outcome; the repeats of a cumulative server are one."""


class TranscriptionFailure(Struct):
    """A transcription that failed."""

    item_id: str | None
    code: str | None
    """`error.code`, else `error.type`, else "unknown"."""
    message: str | UnsetType | None = UNSET
    """Only with `--content`."""


class Truncations(Struct):
    """Acknowledged truncations by who wanted them, and those that came to nothing."""

    client: int = 0
    server: int = 0
    """Nobody asked for it."""
    unknown: int = 0
    """On a sideband another connection may have asked."""
    rejected: int = 0
    """Answered by an `error`."""
    unanswered: int = 0
    """For 15 s, or until the end."""


class TruncatedItem(Struct):
    """An acknowledged truncation."""

    item_id: str | None
    audio_end_ms: Number | None
    """Of the item's audio was to be heard, as acknowledged."""
    generated_ms: Number | None = None
    """Of audio came for the item; null: none was seen."""
    unheard_ms: Number | None = None
    """The difference, and not below 0."""


class Interruptions(Struct):
    """Answers that were cut off, each once, by how far they were."""

    before_audio: int = 0
    generating: int = 0
    playing: int = 0
    """The response was complete; its playback, as estimated, was not."""


class TurnOpeners(Struct):
    """Turns by what opened them."""

    speech: int = 0
    text: int = 0
    timeout: int = 0
    agent_initiated: int = 0


class TurnOutcomes(Struct):
    """Turns by how they ended."""

    completed: int = 0
    interrupted: int = 0
    failed: int = 0
    incomplete: int = 0
    no_response: int = 0
    session_closed: int = 0


class ToolOutcomes(Struct):
    """Tool calls by what became of them."""

    answered: int = 0
    """A function, and the client gave its output."""
    unanswered: int = 0
    """Nothing by the end."""
    cancelled: int = 0
    """The response was cancelled before the client gave the output."""
    completed: int = 0
    """A call of the Model Context Protocol, which the server makes."""
    failed: int = 0
    """The same."""


class DeadAir(Struct):
    """Times that the user waited for 5 s and nothing came, by what was waited after."""

    speech: int = 0
    request: int = 0
    tool_output: int = 0


class Surprises(Struct):
    """Events that made no sense where they came."""

    order: int = 0
    unknown_id: int = 0
    orphan_delta: int = 0
    schema: int = 0
    """A field of a type that it cannot have; these are malformed too."""


class RateLimit(Struct):
    """The last word of the server on a limit."""

    limit: Number | None
    remaining: Number | None
    reset_seconds: Number | None
    """Until it is whole again."""


class Latencies(Struct):
    """In milliseconds, in the order in which they ended; what is not known has no entry."""

    turn: list[Number] = field(default_factory=list)
    """Real end of the user's speech -> first output, once a turn, tool rounds included."""
    turn_raw: list[Number] = field(default_factory=list)
    """The same from the arrival of `speech_stopped`."""
    time_to_first_audio: list[Number] = field(default_factory=list)
    """What triggered a response -> its first audio."""
    transcription: list[Number] = field(default_factory=list)
    """Commit -> result with or without text."""
    tool_round_trip: list[Number] = field(default_factory=list)
    """Arguments of a function complete -> the client's output."""
    vad_wait: list[Number] = field(default_factory=list)
    """Real end of the user's speech -> arrival of `speech_stopped`."""
    commit_to_response: list[Number] = field(default_factory=list)
    """Commit of the user's speech -> `response.created`, where the server creates by itself."""
    tool_resume: list[Number] = field(default_factory=list)
    """Output of a function -> first output of the next response."""
    interruption_stop: list[Number] = field(default_factory=list)
    """Interruption -> last audio relayed after it, 0 where none was; of answers that were being generated."""


class Report(Struct):
    """What one session was."""

    file: str
    """As it was named on the command line."""
    session: Session = field(default_factory=Session)
    events: Events = field(default_factory=Events)
    turns: int = 0
    turns_opened_by: TurnOpeners = field(default_factory=TurnOpeners)
    turn_outcomes: TurnOutcomes = field(default_factory=TurnOutcomes)
    responses: Responses = field(default_factory=Responses)
    response_reasons: Names = field(default_factory=dict)
    """Why responses were cancelled, failed (the code) or stayed incomplete."""
    answers: int = 0
    """Responses that belong to a turn; out-of-band ones do not."""
    items: Names = field(default_factory=dict)
    """Items of the conversation by role and type: `user message`, `function_call`, …"""
    transcriptions: Transcriptions = field(default_factory=Transcriptions)
    transcription_failures: list[TranscriptionFailure] = field(default_factory=list)
    truncations: Truncations = field(default_factory=Truncations)
    spoken_answers: int = 0
    """Assistant items that had audio."""
    truncated_items: list[TruncatedItem] = field(default_factory=list)
    """In the order of acknowledgement."""
    interruptions: Interruptions = field(default_factory=Interruptions)
    overlaps: int = 0
    """Times the user spoke over an answer, and it was not cut off for that."""
    tool_calls: int = 0
    """Distinct calls of functions, arguments complete."""
    mcp_calls: int = 0
    """Distinct calls of the Model Context Protocol."""
    tool_outcomes: ToolOutcomes = field(default_factory=ToolOutcomes)
    """Of both kinds."""
    errors: Names = field(default_factory=dict)
    """`error` events by `error.code`, else `error.type`, else "unknown"."""
    dead_air: DeadAir = field(default_factory=DeadAir)
    fell_silent: int = 0
    """Times that after an `error` no response came for 30 s, though the user spoke or the client asked."""
    input_audio_seconds: Number = 0
    """Of audio that the client sent."""
    generated_audio_seconds: Number = 0
    """Of audio in answers."""
    unheard_audio_seconds: Number = 0
    """Of it, what acknowledged truncations cut off."""
    underruns: int = 0
    """Times that playback, as estimated, had no audio left while the response was still being made."""
    underrun_seconds: Number = 0
    tokens: TokenSums = field(default_factory=TokenSums)
    transcription_seconds: Number = 0
    """Of audio, where transcription is billed by time."""
    cost_usd: Number | None = None
    """Of the usage that was reported, by the price table; null where it has no price for part of it, or where nothing
    was reported and it does not have the model."""
    unpriced_models: list[str | None] = field(default_factory=list)
    """Models whose usage was reported and has no price; null in it: usage of a model that nobody named."""
    rate_limits: dict[str, RateLimit] = field(default_factory=dict)
    latency_ms: Latencies = field(default_factory=Latencies)
    forgotten: Names = field(default_factory=dict)
    """Items, responses and calls that were forgotten because there were too many."""
    surprises: Surprises = field(default_factory=Surprises)
    surprise_details: Names = field(default_factory=dict)
    """The same by type of the event, and what there was no move for."""
    left_out: Names = field(default_factory=dict)
    """By place in the report, entries that its list did not take."""
