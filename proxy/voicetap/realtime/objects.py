"""What the events are about: sessions, items, responses, errors, and text that a recording may have left out."""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from .audio import AudioFormat, bytes_per_ms
from .usage import Usage
from .values import Code, Milliseconds, Name, Number, Word


class Elided(Struct, frozen=True, gc=False):
    """What stands in a recording for private text."""

    elided_chars: int = 0


Text = str | Elided | None


def has_text(text: Text) -> bool:
    """Whether it has any character; the same for a text and for what a recording left of it."""
    return text.elided_chars > 0 if isinstance(text, Elided) else bool(text)


Content = Raw | UnsetType
"""What somebody said or wrote, as JSON that is read when it is asked for, and not before. It may have any shape."""

_read_text = msgspec.json.Decoder(str).decode


def text_of(content: Content) -> str:
    """The text; empty where there is none, where it is no string, or where a recording left it out."""
    if isinstance(content, UnsetType):
        return ""
    try:
        return _read_text(content)
    except ValueError:
        return ""


class ErrorDetail(Struct, frozen=True, gc=False):
    """The object `error` of the events `error` and `….failed`, and of a response that failed."""

    type: Code = None
    code: Code = None
    """Null in many of the API's own errors; some compatible servers put the code into `type`."""
    message: Text = None
    event_id: Name = None
    """Of the client's event that it answers; null where that had none."""

    def said(self) -> str | None:
        """The message; None where there is none, or a recording left it out."""
        return self.message if isinstance(self.message, str) else None

    def name(self) -> str:
        """The code, else the type, else "unknown"."""
        return str(self.code or self.type or "unknown")


class Transcription(Struct, frozen=True, gc=False):
    """How input is transcribed."""

    model: Name = None


class TurnDetection(Struct, frozen=True, gc=False):
    """How the server finds out that the user speaks, and has spoken."""

    type: Name | UnsetType = UNSET
    """`server_vad`, `semantic_vad`; others have more."""
    silence_duration_ms: Milliseconds = None
    """How much silence ends speech; it is part of what `speech_stopped` reports. Not with `semantic_vad`."""
    prefix_padding_ms: Milliseconds = None
    """How much before the speech is taken for a part of it."""
    create_response: bool | None = None
    """Whether the end of speech makes a response. Null and absent: not said; the API's default is true."""
    interrupt_response: bool | None = None
    """Whether speech cancels the response in progress. Null and absent: not said; the API's default is true."""
    idle_timeout_ms: Milliseconds = None
    """After how much silence the server commits it and responds; null: never."""


_OFF = (None, "none", "client_vad")
"""Types that stand for no turn detection by the server: null from xAI, "none" in Azure's beta, the last from GLM."""


class AudioInput(Struct, frozen=True, gc=False):
    """`session.audio.input`."""

    format: AudioFormat | Name = None
    """A string in the API's own example of a transcription session."""
    transcription: Transcription | UnsetType | None = UNSET
    turn_detection: TurnDetection | UnsetType | None = UNSET


class AudioOutput(Struct, frozen=True, gc=False):
    """`session.audio.output`."""

    format: AudioFormat | Name = None


class Audio(Struct, frozen=True, gc=False):
    """`session.audio`."""

    input: AudioInput | None = None
    output: AudioOutput | None = None


class SessionObject(Struct, frozen=True, gc=False):
    """The session, as a server describes it: GA and translation (`audio.input`, `audio.output`), beta, Voice Live and
    xAI (the fields beside `audio`). Servers that have the fields of both fill in one or both."""

    id: Name = None
    type: Name = None
    """`realtime`, `transcription`, `translation`. GA only."""
    model: Name = None
    """Null from some compatible servers."""
    expires_at: Number = None
    """When the server ends the session, in seconds since 1970 (Unix time)."""
    output_modalities: list[Word] | None = None
    """`["audio"]` or `["text"]`."""
    modalities: list[Word] | None = None
    """The same before GA, where audio brings its transcript: `["audio", "text"]`."""
    audio: Audio | None = None
    input_audio_transcription: Transcription | UnsetType | None = UNSET
    beta_turn_detection: TurnDetection | UnsetType | None = field(name="turn_detection", default=UNSET)
    input_audio_format: AudioFormat | Name = None
    output_audio_format: AudioFormat | Name = None
    input_audio_sampling_rate: Number = None
    """Samples per second. Voice Live."""
    instructions: Content = UNSET
    """What the model was told to be and do."""

    def transcription(self) -> Transcription | UnsetType | None:
        """None: input is not transcribed. UNSET: nothing is said about it."""
        ga = self.audio.input.transcription if self.audio and self.audio.input else UNSET
        beta = self.input_audio_transcription
        for found in (ga, beta):
            if isinstance(found, Transcription):
                return found
        return None if ga is None or beta is None else UNSET

    def turn_detection(self) -> TurnDetection | UnsetType | None:
        """None: the client says when the user has spoken. UNSET: nothing is said about it."""
        ga = self.audio.input.turn_detection if self.audio and self.audio.input else UNSET
        beta = self.beta_turn_detection
        for found in (ga, beta):
            if isinstance(found, TurnDetection) and found.type not in _OFF:
                return found
        return UNSET if ga is UNSET and beta is UNSET else None

    def input_format(self) -> float | UnsetType | None:
        """Bytes per millisecond of what the client appends. None: no format that is known. UNSET: nothing is said."""
        ga = self.audio.input.format if self.audio and self.audio.input else None
        rate = self.input_audio_sampling_rate
        if rate is None and self.output_audio_format == _NAMED_BY_RATE:
            rate = _RATE_OF_PCM16
        return _first_known(ga, self.input_audio_format, rate)

    def output_format(self) -> float | UnsetType | None:
        """Bytes per millisecond of the audio in answers. None: no format that is known. UNSET: nothing is said."""
        ga = self.audio.output.format if self.audio and self.audio.output else None
        return _first_known(ga, self.output_audio_format, None)


_NAMED_BY_RATE = "pcm24"
_RATE_OF_PCM16 = 16_000
"""Whoever calls 24 kHz `pcm24` (Qwen) means 16 kHz by `pcm16`; the API means 16 bits."""


def _first_known(ga: AudioFormat | Name, beta: AudioFormat | Name, rate: Number) -> float | UnsetType | None:
    said = [format for format in (ga, beta) if format is not None]
    for format in said:
        known = bytes_per_ms(format, rate)
        if known is not None:
            return known
    return None if said else UNSET


class ContentPart(Struct, frozen=True, gc=False):
    """A part of a message. Its type (`input_text`, `output_text`, beta's `text`, …) says no more than its fields."""

    text: Content = UNSET
    transcript: Content = UNSET
    """Of audio."""


_read_parts = msgspec.json.Decoder(list[ContentPart]).decode


class ItemObject(Struct, frozen=True, gc=False):
    """An item of the conversation, as either side describes it."""

    id: Name = None
    """Clients may choose one, and mostly leave it to the server."""
    type: Name = None
    """`message`, `function_call`, `function_call_output`, `mcp_call`, `mcp_list_tools`, …."""
    role: Name = None
    """Of a message: `user`, `assistant`, `system`. Voice Live gives outputs of functions one too: `tool`."""
    status: Name = None
    """`in_progress`, `completed`, `incomplete`."""
    call_id: Name = None
    """What ties an output to the function call that it answers."""
    name: Name = None
    """Of the function that is called."""
    arguments: Content = UNSET
    """Of a function call: JSON in a string."""
    output: Content = UNSET
    """Of a function."""
    content: Content = UNSET
    """Of a message: its parts."""

    def parts(self) -> list[ContentPart]:
        """The parts of a message; none where it has none, or not in a list of objects."""
        if isinstance(self.content, UnsetType):
            return []
        try:
            return _read_parts(self.content)
        except ValueError:
            return []


class StatusDetails(Struct, frozen=True, gc=False):
    """Why a response ended as it did."""

    type: Name = None
    """The status once more."""
    reason: Name = None
    """Cancelled: `turn_detected`, `client_cancelled`; incomplete: `max_output_tokens`, `content_filter`."""
    error: ErrorDetail | str | None = None
    """Of a response that failed."""


class ResponseObject(Struct, frozen=True, gc=False):
    """A response, as the server describes it."""

    id: Name = None
    status: Name = None
    """`in_progress`, `completed`, `cancelled`, `failed`, `incomplete`."""
    status_details: StatusDetails | str | None = None
    """xAI sends the string "unimplemented"."""
    output: list[ItemObject] | None = None
    """The items that it made."""
    usage: Usage | None = None
    conversation_id: Name | UnsetType = UNSET
    """Null: the response is no part of the conversation (`conversation: "none"`). Absent: not said, as some servers do
    (xAI)."""
    metadata: Raw | UnsetType = UNSET
    """JSON as it came: what the client put into `response.create`, by which it knows its out-of-band responses."""


class ResponseParams(Struct, frozen=True, gc=False):
    """What a client asks of a response."""

    conversation: Name | UnsetType = UNSET
    """`auto`, or `none` for a response that is no part of the conversation."""
    metadata: Raw | UnsetType = UNSET
    """JSON as it came; the response has the same."""


class RateLimit(Struct, frozen=True, gc=False):
    """One of the limits, and what is left of it."""

    name: Name = None
    """`requests`, `tokens`."""
    limit: Number = None
    """Requests or tokens."""
    remaining: Number = None
    """Requests or tokens."""
    reset_seconds: Number = None
    """Until all of it is there again."""


class Logprob(Struct, frozen=True, gc=False):
    """How sure the transcription is of one token."""

    logprob: Number = None
    """The natural logarithm of its probability, so 0 or less."""
