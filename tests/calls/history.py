"""What truly happened in a call: the things of the simulated world, and the figures that they carry."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from calls.playback import Playback


@dataclass
class Turn:
    """Something that wants an answer."""

    opened_by: str
    """speech, items, timeout or agent."""
    speech_ended_at: float | None = None
    """When the caller's voice ended."""
    blur_ms: float = 0.0
    """By how much what the wire can tell of that moment may differ from it."""
    stop_known_at: float | None = None
    """When the client was told that the caller had stopped; never in push-to-talk."""
    answered_at: float | None = None
    """When the first output was there: audio, or text in text mode."""
    over: bool = False
    """An answer was cut, or the next turn has begun: what comes now is too late to answer it."""


@dataclass
class Answer:
    """A response, as it is made and as it reaches the client."""

    id: str
    turn: Turn | None
    """None for one that is no part of the conversation."""
    asked_at: float | None
    """When the client asked for it; None if nobody did."""
    status: str | None = None
    reason: str | None = None
    usage: dict[str, Any] | None = None
    generated_ms: float = 0.0
    item_id: str | None = None
    """The item that is spoken."""
    created_at: float | None = None
    sounded_at: float | None = None
    """When the first audio, or text in text mode, reached the client (sideband: began to play)."""
    done_at: float | None = None
    playback: Playback | None = None
    cut: str | None = None
    """The phase in which it was cut."""
    talked_over: list[str] = field(default_factory=list)
    """The phases in which the caller began to speak without stopping it."""

    @property
    def active(self) -> bool:
        """As far as the client knows."""
        return self.created_at is not None and self.done_at is None

    def playing(self, now: float) -> bool:
        """Whether there is anything left to hear."""
        return self.playback is not None and self.playback.left(now) > 0

    def phase(self, now: float) -> str | None:
        """How far it has come, as the client sees it; None once it is over, or if it is no part of the conversation."""
        if self.turn is None or not (self.active or self.playing(now)):
            return None
        return "playing" if not self.active else "generating" if self.sounded_at is not None else "before_audio"

    def stop(self, now: float) -> None:
        """It is cut, if there is still something to cut."""
        if self.turn is not None and self.cut is None:
            self.cut = self.phase(now)
            self.turn.over |= self.cut is not None


@dataclass
class Transcription:
    """The transcription of one committed item, as far as the client knows."""

    item_id: str
    committed_at: float
    outcome: str = "pending"
    code: str | None = None
    finished_at: float | None = None
    repeated: bool = False
    usage: dict[str, Any] | None = None


@dataclass
class Truncation:
    """An answer shortened to what was heard."""

    answer: Answer | None
    """None if it was meant for something that is no answer."""
    item_id: str
    told_ms: int
    initiator: str
    outcome: str = "unanswered"
    settled_at: float = 0.0


@dataclass
class ToolRun:
    """A function that the model called."""

    answer: Answer
    known_at: float
    answered_at: float | None = None


@dataclass
class History:
    """Everything, each list in the order of its beginning."""

    turns: list[Turn] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    transcriptions: list[Transcription] = field(default_factory=list)
    truncations: list[Truncation] = field(default_factory=list)
    tools: dict[str, ToolRun] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    rate_limits: dict[str, dict[str, float]] = field(default_factory=dict)
    close: dict[str, Any] | None = None
