"""What a session remembers of its turns, responses and answers."""

from math import inf, nan
from typing import Literal

from msgspec import Struct

from .transitions import PLAYBACK, RESPONSE, TURN

OpenedBy = Literal["speech", "text", "timeout", "agent_initiated"]
Trigger = Literal["vad", "client", "tool", "timeout"]
Status = Literal["completed", "cancelled", "failed", "incomplete", "unfinished"]
Outcome = Literal["completed", "interrupted", "failed", "incomplete", "no_response", "session_closed"]


class Speech(Struct, eq=False):
    """One utterance of the user."""

    item_id: str | None
    started_at: float
    """Arrival of `speech_started`; of the first audio where there was none."""
    stopped_at: float | None = None
    """Arrival of `speech_stopped`."""
    ended_at: float | None = None
    """When the user really stopped."""
    measured_from: Literal["curve", "arrival", "commit", "unknown"] = "unknown"


class Turn(Struct, eq=False):
    """An exchange."""

    number: int
    opened_by: OpenedBy
    speech: Speech | None = None
    """That opened it."""
    committed_at: float | None = None
    """When that speech was committed; some servers answer it without."""
    state: str = TURN.first
    answered: bool = False
    """Its first output was told."""
    requested: bool = False
    """While it waits: the client has asked for the response to it."""
    active: int = 0
    """Answers that are being made, or heard."""
    calls: int = 0
    """Function calls without output."""
    outputs: int = 0
    """Outputs of functions that no response has followed yet."""
    status: Status | None = None
    """Of its last response, once that is over."""
    quiet_at: float = -inf
    """The end of its answers so far, playback included."""
    ended_at: float = nan
    """When it was over."""
    settles_at: float = inf
    """When its end is told."""
    interrupted: bool = False
    closed: bool = False
    """The connection ended first."""

    @property
    def open(self) -> bool:
        """It is not over."""
        return self.state in ("waiting", "answering")


class Response(Struct, eq=False):
    """What the model says to one request."""

    id: str
    """Empty where nothing names it."""
    turn: Turn | None
    in_band: bool
    """It belongs to the conversation."""
    trigger: Trigger
    requested_at: float
    created_at: float
    announced: bool = True
    """Its `response.created` was seen."""
    named: bool = True
    """By the server; else it is known by a made-up id."""
    state: str = RESPONSE.first
    began: bool = False
    """A first piece of output was seen."""
    audible: bool = False
    """Its first audio was seen."""
    server_plays: bool = False
    """Not the client: its audio was not seen before its playback began."""
    written: bool = False
    """It answers in text."""
    item_id: str | None = None
    """The item being spoken."""
    last_piece_at: float = nan
    playback: str = PLAYBACK.first
    playing_until: float = -inf
    """As estimated; the future moves with each piece."""
    interrupted_at: float | None = None
    phase: Literal["before_audio", "generating", "playing"] | None = None
    """In which it was interrupted."""
    overlaps: list[float] = []
    """When the user spoke over it, and did not stop it thereby."""

    @property
    def turn_number(self) -> int | None:
        """As facts name the turn."""
        return self.turn.number if self.turn is not None else None

    def playing(self, now: float) -> bool:
        """Whether the user hears it, as far as is known."""
        return self.playback == "playing" or (self.playback == "estimated" and now < self.playing_until)


class Answer(Struct, eq=False):
    """An assistant item, and the audio that was seen of it."""

    item_id: str
    response: Response | None
    parts: dict[int, float]
    """Milliseconds of audio by content index."""
    last_at: float = nan
    """Time of the last piece."""
    longest_gap: float | None = None
    """Seconds between two pieces."""
