"""What the model and the transcriber will do; a script tells them in advance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Answered: TypeAlias = Callable[[Any], object]


@dataclass(frozen=True)
class Tool:
    """A function that the model calls, and how long the client's work takes; None: it never answers."""

    works_ms: float | None = 400.0
    arguments_ms: float = 60.0
    name: str = "look_up"


@dataclass(frozen=True)
class Plan:
    """One response: silence, speech (or text), calls, and how it ends."""

    thinking_ms: float = 300.0
    audio_ms: float = 2000.0
    """0: it says nothing."""
    text: bool = False
    """Text instead of audio; audio_ms is then how long it takes to write."""
    tools: tuple[Tool, ...] = ()
    speed: float = 4.0
    """Milliseconds of audio generated in a millisecond."""
    delta_bytes: int = 4800
    ends: str = "completed"
    reason: str | None = None
    """Of an incomplete response; the error's code of a failed one (None: the server gives a type only)."""
    wrap_up_ms: float = 10.0
    """From the last item to the end of the response."""
    usage: bool = True


@dataclass(frozen=True)
class Heard:
    """What comes of a transcription."""

    after_ms: float = 350.0
    words: str = "What is the weather in London?"
    outcome: str = "completed"
    """completed (empty, if there are no words), failed, or never."""
    code: str | None = None
    repeats: int = 0
    cumulative: int = 0
    """Unfinished `completed` events that come first."""
    deltas: bool = True
