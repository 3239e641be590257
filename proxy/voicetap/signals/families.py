"""All metrics of the process in one registry, with their children by model at hand."""

from prometheus_client import CollectorRegistry

from .. import __version__
from ..chunks import Side
from ..facts import TruncationFinished
from ..realtime import OPENAI
from ..realtime.event import REASONS
from . import labels, names
from .series import Counter, Tally, counter, gauge, histogram


class ModelSeries:
    """The children of one model, all of them from the moment that it is first seen."""

    __slots__ = ("_errors", "_truncations", "active", "ends", "spoken_answers")

    def __init__(self, families: "Families", model: str) -> None:
        self.active = families.sessions_active.labels(model)
        self.ends = {end: families.sessions.labels(model, end) for end in labels.ENDS}
        self.spoken_answers = families.spoken_answers.labels(model)
        self._errors = {code: families.api_errors.labels(model, code) for code in labels.ERROR_CODES}
        self._truncations = {
            (initiator, outcome): families.truncations.labels(model, initiator, outcome)
            for initiator, outcome in labels.TRUNCATIONS
        }

    def errors(self, code: str) -> Counter:
        """`error` events of a code, whatever that is."""
        return self._errors[labels.error_code(code)]

    def truncations(self, fact: TruncationFinished) -> Counter:
        """Truncations like this one."""
        return self._truncations[fact.initiator, fact.outcome]


class TranscriptionSeries:
    """The children of one transcription model, all of them from the moment that it is first seen."""

    __slots__ = ("_failures", "late", "outcomes")

    def __init__(self, families: "Families", model: str) -> None:
        self.outcomes = {name: families.transcriptions.labels(model, name) for name in labels.TRANSCRIPTION_OUTCOMES}
        self.late = {name: families.late_transcriptions.labels(model, name) for name in labels.LATE_OUTCOMES}
        self._failures = {code: families.transcription_failures.labels(model, code) for code in labels.FAILURE_CODES}

    def failures(self, code: str) -> Counter:
        """Failures of a code, whatever that is."""
        return self._failures[labels.failure_code(code)]


class Families:
    """The metrics of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers all of names.METRICS."""
        sides = [(side,) for side in labels.SIDES]
        self.sessions_active = gauge(names.SESSIONS_ACTIVE, registry)
        self.sessions = counter(names.SESSIONS, registry)
        self.starts = counter(names.SESSION_STARTS, registry, [(outcome,) for outcome in labels.START_OUTCOMES])
        self.setup_seconds = histogram(names.SESSION_SETUP, registry)
        self.handshakes = counter(names.HANDSHAKES, registry, [(outcome,) for outcome in labels.HANDSHAKE_OUTCOMES])
        self.connect_seconds = histogram(names.UPSTREAM_CONNECT, registry)
        self.close_codes = counter(names.CLOSE_CODES, registry, labels.CLOSES)
        self.relayed_bytes = Tally(names.RELAYED_BYTES, registry, sides)
        self.http_requests = counter(
            names.HTTP_REQUESTS,
            registry,
            [(route, status) for route in labels.ROUTES for status in labels.STATUSES],
        )
        expected = [(side.value, name) for side in Side for name in (*sorted(OPENAI[side]), labels.OTHER)]
        self.events = Tally(names.EVENTS, registry, expected)
        self.unknown_events = counter(names.UNKNOWN_EVENTS, registry, sides)
        reasons = [(side, reason) for side in labels.SIDES for reason in REASONS]
        self.malformed_messages = counter(names.MALFORMED_MESSAGES, registry, reasons)
        self.api_errors = counter(names.API_ERRORS, registry)
        self.transcriptions = counter(names.TRANSCRIPTIONS, registry)
        self.late_transcriptions = counter(names.LATE_TRANSCRIPTIONS, registry)
        self.transcription_failures = counter(names.TRANSCRIPTION_FAILURES, registry)
        self.transcriptions_pending = gauge(names.TRANSCRIPTIONS_PENDING, registry)
        self.truncations = counter(names.TRUNCATIONS, registry)
        self.spoken_answers = counter(names.SPOKEN_ANSWERS, registry)
        self.gaps = counter(names.OBSERVER_GAPS, registry, [(reason,) for reason in labels.GAPS])
        self.lag_seconds = histogram(names.OBSERVER_LAG, registry)
        self.sink_failures = counter(names.SINK_FAILURES, registry, [(sink,) for sink in labels.SINKS])
        gauge(names.BUILD_INFO, registry).labels(__version__).set(1)
        self._models = labels.Models()
        self._by_model: dict[str, ModelSeries] = {}
        self._transcription_models = labels.Models()
        self._by_transcription_model: dict[str, TranscriptionSeries] = {}
        self.model(None)
        self.transcription_model(None)

    def model(self, model: str | None) -> ModelSeries:
        """The children of a model; None for one that no server named."""
        label = self._models.label(model)
        if label not in self._by_model:
            self._by_model[label] = ModelSeries(self, label)
        return self._by_model[label]

    def transcription_model(self, model: str | None) -> TranscriptionSeries:
        """The children of a transcription model; None for one that no server named."""
        label = self._transcription_models.label(model)
        if label not in self._by_transcription_model:
            self._by_transcription_model[label] = TranscriptionSeries(self, label)
        return self._by_transcription_model[label]
