"""Every event type of either side, and the model that it is read into.

A type that is looked into gets a model of its own in `client` or `server`; to know a further one takes a row here.
"""

from collections.abc import Mapping

from ..chunks import Side
from .client import (
    AudioAppend,
    AudioClear,
    AudioCommit,
    ItemCreate,
    ItemDelete,
    ItemTruncate,
    PlaybackClear,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from .event import Event
from .server import (
    ArgumentsDelta,
    ArgumentsDone,
    ContentPartAdded,
    ContentPartDone,
    ConversationCreated,
    DtmfReceived,
    ErrorOccurred,
    InputCleared,
    InputCommitted,
    InputTimedOut,
    ItemAdded,
    ItemDeleted,
    ItemDone,
    ItemTruncated,
    McpArgumentsDelta,
    McpArgumentsDone,
    McpCallCompleted,
    McpCallFailed,
    McpCallInProgress,
    OutputAudioDelta,
    OutputAudioDone,
    OutputItemAdded,
    OutputItemDone,
    OutputTextDelta,
    OutputTextDone,
    OutputTranscriptDelta,
    OutputTranscriptDone,
    PlaybackCleared,
    PlaybackStarted,
    PlaybackStopped,
    RateLimitsReported,
    ResponseCreated,
    ResponseDone,
    SessionClosed,
    SessionDescribed,
    SpeechStarted,
    SpeechStopped,
    TranscriptionCompleted,
    TranscriptionDelta,
    TranscriptionFailed,
    TranslatedAudioDelta,
)

Types = dict[str, type[Event]]

# api.openai.com now: Realtime (GA) and, at the end of each, Realtime translation. openai 3.52, `openai.types.realtime`.

_OPENAI_CLIENT: Types = {
    "conversation.item.create": ItemCreate,
    "conversation.item.delete": ItemDelete,
    "conversation.item.retrieve": Event,
    "conversation.item.truncate": ItemTruncate,
    "input_audio_buffer.append": AudioAppend,
    "input_audio_buffer.clear": AudioClear,
    "input_audio_buffer.commit": AudioCommit,
    "output_audio_buffer.clear": PlaybackClear,
    "response.cancel": ResponseCancel,
    "response.create": ResponseCreate,
    "session.update": SessionUpdate,
    "session.close": Event,
    "session.input_audio_buffer.append": AudioAppend,
}

_OPENAI_SERVER: Types = {
    "conversation.created": ConversationCreated,
    "conversation.item.added": ItemAdded,
    "conversation.item.created": ItemAdded,
    "conversation.item.deleted": ItemDeleted,
    "conversation.item.done": ItemDone,
    "conversation.item.input_audio_transcription.completed": TranscriptionCompleted,
    "conversation.item.input_audio_transcription.delta": TranscriptionDelta,
    "conversation.item.input_audio_transcription.failed": TranscriptionFailed,
    "conversation.item.input_audio_transcription.segment": TranscriptionDelta,
    "conversation.item.retrieved": Event,
    "conversation.item.truncated": ItemTruncated,
    "error": ErrorOccurred,
    "input_audio_buffer.cleared": InputCleared,
    "input_audio_buffer.committed": InputCommitted,
    "input_audio_buffer.dtmf_event_received": DtmfReceived,
    "input_audio_buffer.speech_started": SpeechStarted,
    "input_audio_buffer.speech_stopped": SpeechStopped,
    "input_audio_buffer.timeout_triggered": InputTimedOut,
    "mcp_list_tools.completed": Event,
    "mcp_list_tools.failed": Event,
    "mcp_list_tools.in_progress": Event,
    "output_audio_buffer.cleared": PlaybackCleared,
    "output_audio_buffer.started": PlaybackStarted,
    "output_audio_buffer.stopped": PlaybackStopped,
    "rate_limits.updated": RateLimitsReported,
    "response.content_part.added": ContentPartAdded,
    "response.content_part.done": ContentPartDone,
    "response.created": ResponseCreated,
    "response.done": ResponseDone,
    "response.function_call_arguments.delta": ArgumentsDelta,
    "response.function_call_arguments.done": ArgumentsDone,
    "response.mcp_call.completed": McpCallCompleted,
    "response.mcp_call.failed": McpCallFailed,
    "response.mcp_call.in_progress": McpCallInProgress,
    "response.mcp_call_arguments.delta": McpArgumentsDelta,
    "response.mcp_call_arguments.done": McpArgumentsDone,
    "response.output_audio.delta": OutputAudioDelta,
    "response.output_audio.done": OutputAudioDone,
    "response.output_audio_transcript.delta": OutputTranscriptDelta,
    "response.output_audio_transcript.done": OutputTranscriptDone,
    "response.output_item.added": OutputItemAdded,
    "response.output_item.done": OutputItemDone,
    "response.output_text.delta": OutputTextDelta,
    "response.output_text.done": OutputTextDone,
    "session.created": SessionDescribed,
    "session.updated": SessionDescribed,
    "session.closed": SessionClosed,
    "session.input_transcript.delta": Event,
    "session.output_audio.delta": TranslatedAudioDelta,
    "session.output_transcript.delta": Event,
}

# The beta, which lives on at Azure, in compatible servers and in old recordings.

_BETA_CLIENT: Types = {"transcription_session.update": Event}

_BETA_SERVER: Types = {
    "response.audio.delta": OutputAudioDelta,
    "response.audio.done": OutputAudioDone,
    "response.audio_transcript.delta": OutputTranscriptDelta,
    "response.audio_transcript.done": OutputTranscriptDone,
    "response.text.delta": OutputTextDelta,
    "response.text.done": OutputTextDone,
    "transcription_session.created": SessionDescribed,
    "transcription_session.updated": SessionDescribed,
}

# Azure Voice Live: Azure/azure-rest-api-specs, specification/ai/data-plane/VoiceLive/events.tsp.

_VOICE_LIVE_CLIENT: Types = {
    "byom_credential.update": Event,
    "input_audio.clear": Event,
    "input_audio.turn.append": Event,
    "input_audio.turn.cancel": Event,
    "input_audio.turn.end": Event,
    "input_audio.turn.start": Event,
    "input_text.delta": Event,
    "input_text.done": Event,
    "mcp_approval_response": Event,
    "rtc.call.sdp.create": Event,
    "session.avatar.connect": Event,
}

_VOICE_LIVE_SERVER: Types = {
    "byom_credential.updated": Event,
    "response.animation_blendshapes.delta": Event,
    "response.animation_blendshapes.done": Event,
    "response.animation_viseme.delta": Event,
    "response.animation_viseme.done": Event,
    "response.audio_timestamp.delta": Event,
    "response.audio_timestamp.done": Event,
    "response.audio_transcript.annotation.added": Event,
    "response.file_search_call.completed": Event,
    "response.file_search_call.in_progress": Event,
    "response.file_search_call.searching": Event,
    "response.invocation.delta": Event,
    "response.video.delta": Event,
    "response.web_search_call.completed": Event,
    "response.web_search_call.in_progress": Event,
    "response.web_search_call.searching": Event,
    "rtc.call.error": Event,
    "rtc.call.sdp.created": Event,
    "session.avatar.connecting": Event,
    "session.avatar.switch_to_idle": Event,
    "session.avatar.switch_to_speaking": Event,
    "warning": Event,
}

# Others: xAI (`ping`, `.updated`), Qwen (`session.finish`, `session.finished`, images), vLLM (`transcription.*`).

_OTHER_CLIENT: Types = {
    "input_image_buffer.append": Event,
    "session.finish": Event,
}

_OTHER_SERVER: Types = {
    "conversation.item.input_audio_transcription.updated": TranscriptionDelta,
    "ping": Event,
    "session.finished": Event,
    "transcription.delta": Event,
    "transcription.done": Event,
}

CATALOGUE: Mapping[Side, Mapping[str, type[Event]]] = {
    Side.CLIENT: _OPENAI_CLIENT | _BETA_CLIENT | _VOICE_LIVE_CLIENT | _OTHER_CLIENT,
    Side.SERVER: _OPENAI_SERVER | _BETA_SERVER | _VOICE_LIVE_SERVER | _OTHER_SERVER,
}
"""(side, type) -> model."""

OPENAI: Mapping[Side, frozenset[str]] = {
    Side.CLIENT: frozenset(_OPENAI_CLIENT),
    Side.SERVER: frozenset(_OPENAI_SERVER),
}
"""The types that api.openai.com has now."""
