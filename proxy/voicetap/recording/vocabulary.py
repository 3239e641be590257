"""What a recording may say without the operator's leave: the keys and sentences of the API that hold nothing private.

A key that is not here is not written, nor what it holds; so what a server or a client brings up tomorrow is private
until somebody has looked at it.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMES = _words(
    """
    type event_id id object item_id previous_item_id response_id call_id conversation_id conversation
    approval_request_id rid model status role code reason param name voice format
    input_audio_format output_audio_format language languages modalities output_modalities include tool_choice
    truncation eagerness effort delay detail phase mode anchor tracing server_label
    max_output_tokens max_response_output_tokens require_approval version status_details latency transport
    """
)
"""Strings under these are ids or one of the API's words. They are kept if they look like one (no spaces, 512 characters
at most: the API's own limit for ids)."""

IDS = ("event_id", "item_id", "response_id", "call_id")
"""Of an event whose type the API does not have, these are kept."""

TEXTS = _words(
    """
    text transcript delta arguments output instructions prompt description server_description refusal summary event
    speaker keywords image_url file_data file_url filename
    """
)
"""Strings under these are what people and models said, or were told; of these the length is kept. `event` is a key that
was pressed on a telephone."""

AUDIO = _words("audio")
"""Strings under these are audio in base64."""

AUDIO_DELTAS = _words("response.output_audio.delta response.audio.delta session.output_audio.delta")
"""The types of events whose `delta` is audio too."""

MESSAGES = _words("message error")
"""Strings under these are sentences for people, which quote what was sent. `error` is an object in the API; compatible
servers have the sentence in its place."""

FREE = _words("metadata parameters input_schema annotations variables")
"""Objects under these have keys of the application's own choice; of these the length is kept."""

PARTS = _words(
    """
    session item response usage content part input transcription turn_detection input_audio_transcription
    noise_reduction input_audio_noise_reduction tools rate_limits logprobs reasoning token_limits
    input_token_details output_token_details input_tokens_details output_tokens_details cached_tokens_details
    content_index output_index audio_start_ms audio_end_ms received_at
    threshold silence_duration_ms prefix_padding_ms idle_timeout_ms create_response interrupt_response
    rate sample_rate channels input_audio_sampling_rate speed temperature strength parallel_tool_calls
    expires_at retention_ratio post_instructions limit remaining reset_seconds
    total_tokens input_tokens output_tokens text_tokens audio_tokens image_tokens cached_tokens reasoning_tokens
    grok_tokens seconds billable_audio_seconds output_audio_seconds start end start_time start_ms end_ms elapsed_ms
    logprob audio_duration_ms speech_duration_ms approve timestamp ts
    enable_noise_suppression enable_phonetic_spelling keep_context auto_truncate strict
    elided_bytes elided_chars
    """
)
"""Objects and numbers under these are of the API's making. A string under them is not, and is hidden."""

_NUMBER = r"\d{1,12}(?:\.\d{1,6})?"

SENTENCES = re.compile(
    "|".join(
        [
            # A rejected truncation is known by these (session.truncations); the code beside them was null for long.
            rf"Audio content of {_NUMBER} ?ms is already shorter than {_NUMBER} ?ms",
            r"Only model output audio messages can be truncated",
            # A session that has lasted its maximum says so in an error and in its close reason (session.closing).
            rf"Your session hit the maximum duration of {_NUMBER} minutes",
            # Nothing is derived from these; they tell a reader what failed.
            r"Input transcription failed for item",
            r"\b[45]\d\d (?:Too Many Requests|Bad Request|Unauthorized|Internal Server Error|Service Unavailable)",
            r"Conversation already has an active response in progress",
            r"Cannot create response while another response is in progress or pending",
            r"Cancellation failed: no active response found",
            r"The audio could not be transcribed",
            r"\b(?:invalid_request|authentication|server|api)_error\b(?:\.[a-z_]{1,60}\b)?",
            # What WebSocket libraries close with.
            r"keepalive ping timeout|ping timeout|[Gg]oing away|[Nn]ormal closure",
        ]
    )
)
"""Parts of messages and close reasons that hold nothing but fixed words and numbers; what stands around them goes."""
