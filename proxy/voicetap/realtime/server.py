"""Events of servers that something looks into."""

from msgspec import UNSET

from .audio import AudioData, audio_bytes
from .event import Event
from .objects import Content, ErrorDetail, ItemObject, Logprob, RateLimit, ResponseObject, SessionObject, Text
from .usage import Usage
from .values import Code, Index, Milliseconds, Name


class SessionDescribed(Event, frozen=True, gc=False):
    """`session.created`, `session.updated` and their transcription-session names: the session as it now is."""

    session: SessionObject | None = None


class SessionClosed(Event, frozen=True, gc=False):
    """`session.closed`: the answer to the client's `session.close` (translation)."""


class ConversationCreated(Event, frozen=True, gc=False):
    """`conversation.created`; not from OpenAI any more."""


class ErrorOccurred(Event, frozen=True, gc=False):
    """`error`."""

    error: ErrorDetail | str | None = None
    """vLLM sends a string, with the code beside it."""
    code: Code = None

    def detail(self) -> ErrorDetail:
        """The error as the API has it."""
        if not isinstance(self.error, ErrorDetail):
            return ErrorDetail(code=self.code, message=self.error)
        # A recording may have left out what is a string on the wire.
        return self.error if self.code is None or self.error.code is not None else ErrorDetail(code=self.code)


class RateLimitsReported(Event, frozen=True, gc=False):
    """`rate_limits.updated`."""

    rate_limits: list[RateLimit] | None = None
    """It may be empty, or lack one of them."""


# What the user says.


class SpeechStarted(Event, frozen=True, gc=False):
    """`input_audio_buffer.speech_started`: the server hears the user speak."""

    item_id: Name = None
    """Of the item that the speech will become."""
    audio_start_ms: Milliseconds = None
    """Of the audio written to the input buffer in this session; the prefix padding counts as speech."""


class SpeechStopped(Event, frozen=True, gc=False):
    """`input_audio_buffer.speech_stopped`: the user has been silent for long enough."""

    item_id: Name = None
    audio_end_ms: Milliseconds = None
    """Of the audio written to the input buffer in this session; the silence counts as speech."""


class InputTimedOut(Event, frozen=True, gc=False):
    """`input_audio_buffer.timeout_triggered`: the user has said nothing for `idle_timeout_ms`."""

    item_id: Name = None
    """Of the item that the silence will become."""
    audio_start_ms: Milliseconds = None
    """Of the audio written to the input buffer: where the silence begins."""
    audio_end_ms: Milliseconds = None
    """Of the audio written to the input buffer: where the silence ends."""


class InputCommitted(Event, frozen=True, gc=False):
    """`input_audio_buffer.committed`: user audio has become an item."""

    item_id: Name = None
    previous_item_id: Name = None
    """The item that it follows; null: none."""


class InputCleared(Event, frozen=True, gc=False):
    """`input_audio_buffer.cleared`: the answer to the client's `input_audio_buffer.clear`."""


class DtmfReceived(Event, frozen=True, gc=False):
    """`input_audio_buffer.dtmf_event_received` (SIP): a key of the telephone was pressed; which one is private."""


class TranscriptionDelta(Event, frozen=True, gc=False):
    """`conversation.item.input_audio_transcription.delta`, `….segment`, and xAI's `….updated`: a part of the result."""

    item_id: Name = None
    content_index: Index = None


class TranscriptionCompleted(Event, frozen=True, gc=False):
    """`conversation.item.input_audio_transcription.completed`."""

    item_id: Name = None
    content_index: Index = None
    transcript: Text = None
    status: Name = None
    """Of servers that send the event again and again as the text grows (xAI): `in_progress` until `completed`."""
    usage: Usage | None = None
    logprobs: list[Logprob] | None = None
    """Per token; only where the session asks to `include` them."""


class TranscriptionFailed(Event, frozen=True, gc=False):
    """`conversation.item.input_audio_transcription.failed`."""

    item_id: Name = None
    content_index: Index = None
    error: ErrorDetail | str | None = None
    """A string from servers whose `error` event has one too."""

    def detail(self) -> ErrorDetail:
        """The error as the API has it."""
        return self.error if isinstance(self.error, ErrorDetail) else ErrorDetail(message=self.error)


# What the conversation consists of.


class ItemAdded(Event, frozen=True, gc=False):
    """`conversation.item.added`, in beta `conversation.item.created`: the conversation has a further item.

    It may still lack its content; in beta an item of the user does not.
    """

    item: ItemObject | None = None
    previous_item_id: Name = None
    """The item that it follows; null: none."""


class ItemDone(Event, frozen=True, gc=False):
    """`conversation.item.done`: an item is complete."""

    item: ItemObject | None = None


class ItemDeleted(Event, frozen=True, gc=False):
    """`conversation.item.deleted`: the answer to the client's `conversation.item.delete`."""

    item_id: Name = None


class ItemTruncated(Event, frozen=True, gc=False):
    """`conversation.item.truncated`: an answer was cut, asked for or not."""

    item_id: Name = None
    content_index: Index = None
    audio_end_ms: Milliseconds = None
    """Of the item's audio: what is kept."""


# What the model answers.


class ResponseCreated(Event, frozen=True, gc=False):
    """`response.created`: the model begins to answer."""

    response: ResponseObject | None = None


class ResponseDone(Event, frozen=True, gc=False):
    """`response.done`: the response has ended, however it did."""

    response: ResponseObject | None = None
    usage: Usage | None = None
    """xAI has it here; in the response it then is `{}`."""

    def used(self) -> Usage | None:
        """What the response has used, where the server says it."""
        of_response = self.response.usage if self.response else None
        return of_response if of_response is not None and of_response.says_something() else self.usage


class OutputItemAdded(Event, frozen=True, gc=False):
    """`response.output_item.added`: a response begins to make an item."""

    response_id: Name = None
    item: ItemObject | None = None


class OutputItemDone(Event, frozen=True, gc=False):
    """`response.output_item.done`: a response has made an item."""

    response_id: Name = None
    item: ItemObject | None = None


class _OfContent(Event, frozen=True, gc=False):
    """What is said of a content part of an item that a response makes."""

    item_id: Name = None
    response_id: Name = None
    content_index: Index = None


class ContentPartAdded(_OfContent, frozen=True, gc=False):
    """`response.content_part.added`."""


class ContentPartDone(_OfContent, frozen=True, gc=False):
    """`response.content_part.done`."""


class OutputAudioDelta(_OfContent, frozen=True, gc=False):
    """`response.output_audio.delta`, in beta `response.audio.delta`: a piece of an answer's audio."""

    delta: AudioData = None

    def audio_bytes(self) -> int:
        """Bytes of audio in it."""
        return audio_bytes(self.delta)


class OutputAudioDone(_OfContent, frozen=True, gc=False):
    """`response.output_audio.done`, in beta `response.audio.done`."""


class _OfItem(Event, frozen=True, gc=False):
    """What is said of an item that a response makes."""

    item_id: Name = None
    response_id: Name = None


class OutputTranscriptDelta(_OfItem, frozen=True, gc=False):
    """`response.output_audio_transcript.delta`, in beta `response.audio_transcript.delta`."""


class OutputTranscriptDone(_OfItem, frozen=True, gc=False):
    """`response.output_audio_transcript.done`, in beta `response.audio_transcript.done`."""

    transcript: Content = UNSET


class OutputTextDelta(_OfItem, frozen=True, gc=False):
    """`response.output_text.delta`, in beta `response.text.delta`."""


class OutputTextDone(_OfItem, frozen=True, gc=False):
    """`response.output_text.done`, in beta `response.text.done`."""

    text: Content = UNSET


class ArgumentsDelta(_OfItem, frozen=True, gc=False):
    """`response.function_call_arguments.delta`."""

    call_id: Name = None


class ArgumentsDone(_OfItem, frozen=True, gc=False):
    """`response.function_call_arguments.done`: the function can be called."""

    call_id: Name = None
    name: Name = None
    """Of the function."""
    arguments: Content = UNSET
    """JSON in a string."""


class McpArgumentsDelta(_OfItem, frozen=True, gc=False):
    """`response.mcp_call_arguments.delta`."""


class McpArgumentsDone(_OfItem, frozen=True, gc=False):
    """`response.mcp_call_arguments.done`."""

    arguments: Content = UNSET
    """JSON in a string."""


class _OfMcpCall(Event, frozen=True, gc=False):
    """What becomes of a tool that the server calls itself."""

    item_id: Name = None
    """Of the item that is the call."""


class McpCallInProgress(_OfMcpCall, frozen=True, gc=False):
    """`response.mcp_call.in_progress`."""


class McpCallCompleted(_OfMcpCall, frozen=True, gc=False):
    """`response.mcp_call.completed`."""


class McpCallFailed(_OfMcpCall, frozen=True, gc=False):
    """`response.mcp_call.failed`."""


# What the user hears.


class _OfPlayback(Event, frozen=True, gc=False):
    """What becomes of an answer where the media goes by WebRTC or SIP, and the server plays it."""

    response_id: Name = None


class PlaybackStarted(_OfPlayback, frozen=True, gc=False):
    """`output_audio_buffer.started`: the server begins to play it to the user."""


class PlaybackStopped(_OfPlayback, frozen=True, gc=False):
    """`output_audio_buffer.stopped`: it was played to its end."""


class PlaybackCleared(_OfPlayback, frozen=True, gc=False):
    """`output_audio_buffer.cleared`: the server has stopped before the end."""


class TranslatedAudioDelta(Event, frozen=True, gc=False):
    """`session.output_audio.delta` (translation): a piece of the translation's audio."""

    delta: AudioData = None

    def audio_bytes(self) -> int:
        """Bytes of audio in it."""
        return audio_bytes(self.delta)
