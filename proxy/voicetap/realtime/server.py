"""Events of servers that something looks into."""

from .event import Event
from .objects import Code, ErrorDetail, Milliseconds, Name, SessionObject, Text


class SessionDescribed(Event, frozen=True, gc=False):
    """`session.created`, `session.updated` and their transcription-session names: the session as it now is."""

    session: SessionObject | None = None


class ErrorOccurred(Event, frozen=True, gc=False):
    """`error`."""

    error: ErrorDetail | str | None = None
    """vLLM sends a string, with the code beside it."""
    code: Code = None

    def detail(self) -> ErrorDetail:
        """The error as the API has it."""
        if isinstance(self.error, ErrorDetail):
            return self.error
        return ErrorDetail(code=self.code, message=self.error)


class InputCommitted(Event, frozen=True, gc=False):
    """`input_audio_buffer.committed`: user audio has become an item."""

    item_id: Name = None


class TranscriptionCompleted(Event, frozen=True, gc=False):
    """`conversation.item.input_audio_transcription.completed`."""

    item_id: Name = None
    transcript: Text = None
    status: str | None = None
    """Of servers that send the event again and again as the text grows (xAI): `in_progress` until `completed`."""


class TranscriptionFailed(Event, frozen=True, gc=False):
    """`conversation.item.input_audio_transcription.failed`."""

    item_id: Name = None
    error: ErrorDetail | None = None


class ItemTruncated(Event, frozen=True, gc=False):
    """`conversation.item.truncated`: an answer was cut, asked for or not."""

    item_id: Name = None
    content_index: int | None = None
    audio_end_ms: Milliseconds = None


class OutputAudioDelta(Event, frozen=True, gc=False):
    """`response.output_audio.delta`, in beta `response.audio.delta`: a piece of an answer's audio."""

    item_id: Name = None
    response_id: Name = None


class PlaybackStarted(Event, frozen=True, gc=False):
    """`output_audio_buffer.started` (WebRTC, SIP): the server begins to play a response to the user."""

    response_id: Name = None
