"""The one catalogue of metrics: names, kinds, labels, buckets, and what they mean.

Base units (seconds, bytes), the prefix `voicetap_`, `_total` on counters: prometheus.io/docs/practices/naming. Labels
are bounded: `signals.labels` says which values each of them takes.
"""

from enum import Enum

from msgspec import Struct

PREFIX = "voicetap_"


class Kind(Enum):
    """Of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(Struct, frozen=True):
    """What /metrics says of one metric."""

    name: str
    """Without the prefix."""
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds, in the unit of the name; `+Inf` is added."""


SESSIONS_ACTIVE = Metric("sessions_active", Kind.GAUGE, "Relayed connections now", ("model",))
SESSIONS = Metric("sessions_total", Kind.COUNTER, "Relayed connections that ended, by who ended them", ("model", "end"))
SESSION_STARTS = Metric(
    "session_starts_total",
    Kind.COUNTER,
    "Relayed connections by whether a session started on them; a 101 is no start",
    ("outcome",),
)
SESSION_SETUP = Metric(
    "session_setup_seconds",
    Kind.HISTOGRAM,
    "From the upgrade request to the first session.* event",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0),
)
HANDSHAKES = Metric(
    "handshakes_total", Kind.COUNTER, "Upgrade requests by the upstream's status, or why there was none", ("outcome",)
)
UPSTREAM_CONNECT = Metric(
    "upstream_connect_seconds",
    Kind.HISTOGRAM,
    "From the dial to the established upstream connection, TLS included",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
)
CLOSE_CODES = Metric(
    "close_codes_total",
    Kind.COUNTER,
    "Relayed connections that ended, by the first Close frame; 1006: without one",
    ("closed_by", "code"),
)
RELAYED_BYTES = Metric("relayed_bytes_total", Kind.COUNTER, "Bytes handed to the other side", ("from",))
HTTP_REQUESTS = Metric(
    "http_requests_total", Kind.COUNTER, "Plain HTTP requests passed on and answered", ("route", "status")
)
EVENTS = Metric("events_total", Kind.COUNTER, "Events of the API, as named on the wire", ("from", "type"))
UNKNOWN_EVENTS = Metric(
    "unknown_events_total", Kind.COUNTER, "Events of types that are not in the catalogue", ("from",)
)
MALFORMED_MESSAGES = Metric(
    "malformed_messages_total", Kind.COUNTER, "Messages that are no event of the API", ("from", "reason")
)
API_ERRORS = Metric("api_errors_total", Kind.COUNTER, "error events", ("model", "code"))
TRANSCRIPTIONS = Metric(
    "transcriptions_total",
    Kind.COUNTER,
    "Transcriptions of what users said, one outcome for each item",
    ("transcription_model", "outcome"),
)
LATE_TRANSCRIPTIONS = Metric(
    "late_transcriptions_total",
    Kind.COUNTER,
    "Results that came after the outcome of their item",
    ("transcription_model", "outcome"),
)
TRANSCRIPTION_FAILURES = Metric(
    "transcription_failures_total",
    Kind.COUNTER,
    "Failed transcriptions by the code of the error",
    ("transcription_model", "code"),
)
TRANSCRIPTIONS_PENDING = Metric(
    "transcriptions_pending", Kind.GAUGE, "Committed user audio whose transcription has no outcome yet"
)
TRUNCATIONS = Metric(
    "truncations_total",
    Kind.COUNTER,
    "Answers cut off at what the user heard, or asked to be",
    ("model", "initiator", "outcome"),
)
SPOKEN_ANSWERS = Metric("spoken_answers_total", Kind.COUNTER, "Assistant items that had audio", ("model",))
OBSERVER_GAPS = Metric(
    "observer_gaps_total", Kind.COUNTER, "Times that traffic was relayed without being understood", ("reason",)
)
OBSERVER_LAG = Metric(
    "observer_lag_seconds",
    Kind.HISTOGRAM,
    "How long after its read a chunk was looked at: the worst of each second",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0),
)
SINK_FAILURES = Metric("sink_failures_total", Kind.COUNTER, "Sinks that failed and were given up", ("sink",))
BUILD_INFO = Metric("build_info", Kind.GAUGE, "Always 1; the version that runs", ("version",))

METRICS = (
    SESSIONS_ACTIVE,
    SESSIONS,
    SESSION_STARTS,
    SESSION_SETUP,
    HANDSHAKES,
    UPSTREAM_CONNECT,
    CLOSE_CODES,
    RELAYED_BYTES,
    HTTP_REQUESTS,
    EVENTS,
    UNKNOWN_EVENTS,
    MALFORMED_MESSAGES,
    API_ERRORS,
    TRANSCRIPTIONS,
    LATE_TRANSCRIPTIONS,
    TRANSCRIPTION_FAILURES,
    TRANSCRIPTIONS_PENDING,
    TRUNCATIONS,
    SPOKEN_ANSWERS,
    OBSERVER_GAPS,
    OBSERVER_LAG,
    SINK_FAILURES,
    BUILD_INFO,
)
"""In the order of the exposition."""
