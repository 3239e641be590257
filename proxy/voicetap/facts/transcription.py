"""Transcription of what the user said."""

from typing import Literal

from .fact import Fact


class TranscriptionStarted(Fact, frozen=True, gc=False):
    """User audio was committed in a session that transcribes: an outcome of this item is due."""

    item_id: str
    transcription_model: str | None


class TranscriptionFinished(Fact, frozen=True, gc=False):
    """The one outcome of an item's transcription, unless it is forgotten."""

    item_id: str | None
    """None where the server named none."""
    outcome: Literal["completed", "empty", "failed", "timed_out", "session_closed"]
    """`completed` has text, `empty` came without; `timed_out`: nothing for 15 s, `session_closed`: nor to the end."""
    code: str | None
    """Of a failure: `error.code`, else `error.type`, else "unknown"; else None."""
    message: str | None
    """Of a failure. Content."""
    transcription_model: str | None
    """The session's, when the audio was committed."""
    announced: bool
    """A TranscriptionStarted came before it."""
    seconds: float | None = None
    """From the commit to a result with or without text; None for other outcomes, and where no commit was seen."""
    confidence: float | None = None
    """Mean probability of the tokens, 0 to 1, where the server gives their logarithms."""


class TranscriptionForgotten(Fact, frozen=True, gc=False):
    """What the server sends is not understood any more: the outcome of a started transcription will not be known."""

    item_id: str


class TranscriptionLate(Fact, frozen=True, gc=False):
    """A result came after the item's outcome. Repeats of a cumulative server are one, however many there are."""

    item_id: str
    outcome: Literal["completed", "empty", "failed"]
    """What came."""
    transcription_model: str | None
    code: str | None = None
    """Of a failure, as in TranscriptionFinished."""
    message: str | None = None
    """Of a failure. Content."""
