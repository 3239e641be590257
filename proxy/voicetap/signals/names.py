"""The one catalogue of metrics: names, kinds, units, labels, buckets, and what they mean.

Base units (seconds, bytes), the prefix `voicetap_`, `_total` on counters: prometheus.io/docs/practices/naming. Labels
are bounded: `signals.labels` says which values each of them takes. The bounds of latencies have those of the usual
objectives among them: 0.5, 0.8, 1.0 and 1.5 s.
"""

from .metric import Kind, Metric

COUNTER, GAUGE, HISTOGRAM = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM

_LATENCY = (0.3, 0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
"""What a caller waits for."""
_FIRST = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0)
"""The same with fewer bounds, for what there is four of for each model."""
_SHORT = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 3.0)
"""Parts of that."""
_CONNECT = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_SETUP = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_WORK = (0.2, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_CALL = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 2700.0, 3600.0)
_OWN = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
"""Of voicetap itself."""
_RATIO = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

# Connections and sessions.
SESSIONS_ACTIVE = Metric("sessions_active", GAUGE, "Relayed connections now", ("model",), unit="{session}")
SESSIONS = Metric(
    "sessions_total", COUNTER, "Relayed connections that ended, by who ended them", ("model", "end"), unit="{session}"
)
SESSION_STARTS = Metric(
    "session_starts_total",
    COUNTER,
    "Relayed connections by whether a session started on them; a 101 is no start",
    ("outcome",),
    unit="{session}",
)
SESSION_SETUP = Metric(
    "session_setup_seconds",
    HISTOGRAM,
    "From the upgrade request to the first session.* event",
    unit="s",
    buckets=_SETUP,
)
SESSION_DURATION = Metric(
    "session_duration_seconds",
    HISTOGRAM,
    "From the upgrade request to the end of the connection",
    unit="s",
    buckets=_CALL,
)
SESSIONS_EXPIRING = Metric(
    "sessions_expiring",
    GAUGE,
    "Sessions that the server will end within this time, by their expires_at",
    ("within",),
    unit="{session}",
)
HANDSHAKES = Metric(
    "handshakes_total",
    COUNTER,
    "Upgrade requests by the upstream's status, or why there was none: bad_request and draining are voicetap's own",
    ("outcome",),
    unit="{request}",
)
UPSTREAM_CONNECT = Metric(
    "upstream_connect_seconds",
    HISTOGRAM,
    "From the dial to the established upstream connection, TLS included",
    unit="s",
    buckets=_CONNECT,
)
CLOSE_CODES = Metric(
    "close_codes_total",
    COUNTER,
    "Relayed connections that ended, by the first Close frame; 1006: without one",
    ("closed_by", "code"),
    unit="{session}",
)
RELAYED_BYTES = Metric("relayed_bytes_total", COUNTER, "Bytes handed to the other side", ("from",), unit="By")
HTTP_REQUESTS = Metric(
    "http_requests_total", COUNTER, "Plain HTTP requests passed on and answered", ("route", "status"), unit="{request}"
)

# Events.
EVENTS = Metric("events_total", COUNTER, "Events of the API, as named on the wire", ("from", "type"), unit="{event}")
UNKNOWN_EVENTS = Metric(
    "unknown_events_total", COUNTER, "Events of types that are not in the catalogue", ("from",), unit="{event}"
)
MALFORMED_MESSAGES = Metric(
    "malformed_messages_total", COUNTER, "Messages that are no event of the API", ("from", "reason"), unit="{message}"
)
SURPRISES = Metric("surprises_total", COUNTER, "Events that made no sense where they came", ("kind",), unit="{event}")
API_ERRORS = Metric("api_errors_total", COUNTER, "error events", ("model", "code"), unit="{error}")

# Transcription.
TRANSCRIPTIONS = Metric(
    "transcriptions_total",
    COUNTER,
    "Transcriptions of what users said, one outcome for each item",
    ("transcription_model", "outcome"),
    unit="{transcription}",
)
LATE_TRANSCRIPTIONS = Metric(
    "late_transcriptions_total",
    COUNTER,
    "Results that came after the outcome of their item",
    ("transcription_model", "outcome"),
    unit="{transcription}",
)
TRANSCRIPTION_FAILURES = Metric(
    "transcription_failures_total",
    COUNTER,
    "Failed transcriptions by the code of the error",
    ("transcription_model", "code"),
    unit="{transcription}",
)
TRANSCRIPTIONS_PENDING = Metric(
    "transcriptions_pending",
    GAUGE,
    "Committed user audio whose transcription has no outcome yet",
    unit="{transcription}",
)
TRANSCRIPTION_LATENCY = Metric(
    "transcription_latency_seconds",
    HISTOGRAM,
    "From the commit of user audio to the result of its transcription",
    ("transcription_model",),
    unit="s",
    buckets=_LATENCY,
)
TRANSCRIPTION_CONFIDENCE = Metric(
    "transcription_confidence_ratio",
    HISTOGRAM,
    "Mean probability of a transcription's tokens, where the server gives their logprobs",
    ("transcription_model",),
    unit="1",
    buckets=_RATIO,
)

# Turns.
TURNS = Metric(
    "turns_total",
    COUNTER,
    "Turns by what opened them and how they ended",
    ("model", "opened_by", "outcome"),
    unit="{turn}",
)
TURN_LATENCY = Metric(
    "turn_latency_seconds",
    HISTOGRAM,
    "From the real end of the user's speech to the first audio of the answer (in text mode, text), tools included",
    ("model",),
    unit="s",
    buckets=_LATENCY,
)
TURN_LATENCY_RAW = Metric(
    "turn_latency_raw_seconds",
    HISTOGRAM,
    "The same from the arrival of speech_stopped, which comes after the silence that ends speech",
    ("model",),
    unit="s",
    buckets=_LATENCY,
)
VAD_WAIT = Metric(
    "vad_wait_seconds",
    HISTOGRAM,
    "From the real end of speech to the arrival of speech_stopped",
    ("model",),
    unit="s",
    buckets=_SHORT,
)
COMMIT_TO_RESPONSE = Metric(
    "commit_to_response_seconds",
    HISTOGRAM,
    "From the commit of user audio to the response.created that it made",
    ("model",),
    unit="s",
    buckets=_SHORT,
)
DEAD_AIR = Metric(
    "dead_air_total", COUNTER, "Times that the user waited for 5 s and nothing came", ("after",), unit="{wait}"
)
SILENT_SESSIONS = Metric(
    "silent_sessions_total", COUNTER, "Times that a session gave no response for 30 s after an error", unit="{time}"
)
ITEMS = Metric("items_total", COUNTER, "Items that entered a conversation", ("role", "type"), unit="{item}")
INPUT_AUDIO = Metric("input_audio_seconds_total", COUNTER, "Audio that clients appended", ("model",), unit="s")

# Answers.
RESPONSES = Metric(
    "responses_total",
    COUNTER,
    "Responses by status; the reason of those that were not completed",
    ("model", "status", "reason"),
    unit="{response}",
)
RESPONSE_DURATION = Metric(
    "response_duration_seconds",
    HISTOGRAM,
    "From response.created to response.done",
    ("model",),
    unit="s",
    buckets=_WORK,
)
TIME_TO_FIRST_AUDIO = Metric(
    "time_to_first_audio_seconds",
    HISTOGRAM,
    "From the request of a response, or response.created where the server began by itself, to its first audio",
    ("model", "trigger"),
    unit="s",
    buckets=_FIRST,
)
AUDIO_DELTA_GAP = Metric(
    "audio_delta_gap_seconds",
    HISTOGRAM,
    "The longest wait between two pieces of an answer's audio",
    ("model",),
    unit="s",
    buckets=_SHORT,
)
PLAYBACK_UNDERRUNS = Metric(
    "playback_underruns_total",
    COUNTER,
    "Times that an answer's playback, as estimated, ran out of audio",
    ("model",),
    unit="{underrun}",
)
UNDERRUN_SECONDS = Metric(
    "underrun_seconds_total",
    COUNTER,
    "Playback, as estimated, without audio while the response went on",
    ("model",),
    unit="s",
)
SPOKEN_ANSWERS = Metric("spoken_answers_total", COUNTER, "Assistant items that had audio", ("model",), unit="{answer}")
GENERATED_AUDIO = Metric(
    "generated_audio_seconds_total", COUNTER, "Audio of answers, as received", ("model",), unit="s"
)
UNHEARD_AUDIO = Metric(
    "unheard_audio_seconds_total", COUNTER, "Audio of answers that was cut off unheard", ("model",), unit="s"
)
INTERRUPTIONS = Metric(
    "interruptions_total",
    COUNTER,
    "Answers that were cut off, once each",
    ("model", "phase", "cause"),
    unit="{interruption}",
)
INTERRUPTION_STOP = Metric(
    "interruption_stop_seconds",
    HISTOGRAM,
    "From an interruption to the last audio that was still relayed; 0: none was",
    unit="s",
    buckets=_SHORT,
)
OVERLAPS = Metric("overlaps_total", COUNTER, "Times that the user spoke over an answer that went on", unit="{overlap}")
TRUNCATIONS = Metric(
    "truncations_total",
    COUNTER,
    "Answers cut off at what the user heard, or asked to be",
    ("model", "initiator", "outcome"),
    unit="{truncation}",
)
TRUNCATED_ANSWER_HEARD = Metric(
    "truncated_answer_heard_ratio",
    HISTOGRAM,
    "How much of a truncated answer's audio was heard",
    unit="1",
    buckets=_RATIO,
)

# Tools, usage, limits.
TOOL_CALLS = Metric("tool_calls_total", COUNTER, "Tool calls by what became of them", ("outcome",), unit="{call}")
TOOL_ROUND_TRIP = Metric(
    "tool_round_trip_seconds",
    HISTOGRAM,
    "From the complete arguments of a function call to the output that the client gives",
    unit="s",
    buckets=_WORK,
)
TOOL_RESUME = Metric(
    "tool_resume_seconds",
    HISTOGRAM,
    "From the output of a function to the first output of the next response",
    unit="s",
    buckets=_LATENCY,
)
TOKENS = Metric(
    "tokens_total",
    COUNTER,
    "Tokens, each counted once",
    ("model", "usage", "direction", "modality", "cached"),
    unit="{token}",
)
COST = Metric(
    "cost_usd_total",
    COUNTER,
    "What was used, in US dollars by the price table; a model without price adds nothing",
    ("model", "usage"),
    unit="{usd}",
)
RATE_LIMIT_REMAINING = Metric(
    "rate_limit_remaining",
    GAUGE,
    "What is left of a limit: the lowest that a live session was told; gone after its reset",
    ("model", "name"),
)
RATE_LIMIT_LIMIT = Metric("rate_limit_limit", GAUGE, "The limit that goes with it", ("model", "name"))

# voicetap itself.
OBSERVER_GAPS = Metric(
    "observer_gaps_total", COUNTER, "Times that traffic was relayed without being understood", ("reason",), unit="{gap}"
)
OBSERVER_LAG = Metric(
    "observer_lag_seconds",
    HISTOGRAM,
    "How long after its read a chunk was looked at: the worst of each second",
    unit="s",
    buckets=_OWN,
)
SINK_FAILURES = Metric("sink_failures_total", COUNTER, "Sinks that failed and were given up", ("sink",), unit="{sink}")
TELEMETRY_DROPPED = Metric(
    "telemetry_dropped_total",
    COUNTER,
    "Spans, and pushes of metrics, that did not reach their collector",
    ("signal",),
    unit="{item}",
)
EVENT_LOOP_LAG = Metric(
    "event_loop_lag_seconds",
    HISTOGRAM,
    "How late the event loop does what is due: the worst of each second",
    unit="s",
    buckets=_OWN,
)
BUILD_INFO = Metric("build_info", GAUGE, "Always 1; the version that runs", ("version",))

METRICS = tuple(metric for metric in list(globals().values()) if isinstance(metric, Metric))
"""In the order of the exposition, which is that of this page."""
