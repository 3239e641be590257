"""What the events have in common: identifiers, codes, and text that a recording may have left out."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(max_length=512)] | None
"""An id, or the name of a model. The API allows 512 characters for an event_id; what is longer is refused here, for
these are kept as long as the session lasts."""

Code = str | int | None
"""Of an error. A string in the API; compatible servers send numbers."""

Milliseconds = int | float | None
"""Integers in the API; servers written in JavaScript send fractions."""


class Elided(Struct, frozen=True, gc=False):
    """What stands in a recording for private text."""

    elided_chars: int = 0


Text = str | Elided | None


def has_text(text: Text) -> bool:
    """Whether it has any character; the same for a text and for what a recording left of it."""
    return text.elided_chars > 0 if isinstance(text, Elided) else bool(text)


class ErrorDetail(Struct, frozen=True, gc=False):
    """The object `error` of the events `error` and `….failed`."""

    type: Code = None
    code: Code = None
    """Null in many of the API's own errors; some compatible servers put the code into `type`."""
    message: str | None = None
    event_id: Name = None
    """Of the client's event that it answers; null where that had none."""

    def name(self) -> str:
        """The code, else the type, else "unknown"."""
        return str(self.code or self.type or "unknown")


class Transcription(Struct, frozen=True, gc=False):
    """How input is transcribed."""

    model: Name = None


class AudioInput(Struct, frozen=True, gc=False):
    """`session.audio.input`."""

    transcription: Transcription | UnsetType | None = UNSET


class Audio(Struct, frozen=True, gc=False):
    """`session.audio`."""

    input: AudioInput | None = None


class SessionObject(Struct, frozen=True, gc=False):
    """The session, as a server describes it: GA and translation (`audio.input.transcription`), beta, Voice Live and
    xAI (`input_audio_transcription`)."""

    id: Name = None
    model: Name = None
    """Null from some compatible servers."""
    audio: Audio | None = None
    input_audio_transcription: Transcription | UnsetType | None = UNSET

    def transcription(self) -> Transcription | UnsetType | None:
        """None: input is not transcribed. UNSET: nothing is said about it."""
        ga = self.audio.input.transcription if self.audio and self.audio.input else UNSET
        beta = self.input_audio_transcription
        # Servers that have both fields fill in one or both.
        for found in (ga, beta):
            if isinstance(found, Transcription):
                return found
        return None if ga is None or beta is None else UNSET
