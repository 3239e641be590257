"""The children of one model, at hand, from the moment that it is first seen.

Counters are exposed at 0 from then on: all that can be foreseen of a model with a name. Of `unknown`, where a session
stands until a server has named its model, those of what happens until then; of combinations of the operator's labels,
each of which has all of these children, those alone that the first questions are about. Histograms of models with a
name are exposed at once too. The others are from their first sample on.
"""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from .. import labels, names
from ..metric import Metric
from .families import Families
from .first_names import FirstNames
from .operator import OperatorLabels
from .series import Children, Number, Numbers

MODELS = 20
"""Models, and as many transcription models, that are kept apart in one process."""
PAIRS = 60
"""Models, and as many transcription models, with a combination of the operator's labels that are; that there is no
name yet is none of them."""

Expected = frozenset[Metric]
"""Metrics whose children are exposed at 0."""

NAMED: Expected = frozenset(names.METRICS)
HEADLINE: Expected = frozenset(
    {
        names.SESSIONS_ACTIVE,
        names.TRANSCRIPTIONS,
        names.SPOKEN_ANSWERS,
        names.UNHEARD_AUDIO,
        names.TRUNCATIONS,
        names.COST,
    }
)
UNNAMED: Expected = HEADLINE | {names.SESSIONS, names.API_ERRORS, names.TRANSCRIPTION_FAILURES}
NOTHING: Expected = frozenset()


T = TypeVar("T")


class Place(NamedTuple):
    """Which children of a metric: a model's, or a transcription model's."""

    model: str
    """The value of the label."""
    operator: tuple[str, ...]
    """The values of the operator's labels."""
    expected: Expected

    def number(self, family: Numbers, *values: str) -> Number:
        """The one child with these values, or the only one."""
        return family.child(self.model, *values, *self.operator, expected=family.metric in self.expected)

    def numbers(self, family: Numbers, foreseen: Iterable[str]) -> Children[str]:
        """Those of a further label."""
        return Children(family, lambda value: (self.model, value, *self.operator), self._at_once(family, foreseen))

    def pairs(self, family: Numbers, foreseen: Iterable[tuple[str, str]]) -> Children[tuple[str, str]]:
        """Those of two."""
        return Children(family, lambda pair: (self.model, *pair, *self.operator), self._at_once(family, foreseen))

    def tokens(self, family: Numbers, usage: str, foreseen: Iterable[str]) -> Children[str]:
        """Those of the kinds of the partition."""
        return Children(
            family,
            lambda kind: (self.model, usage, *labels.TOKENS[kind], *self.operator),
            self._at_once(family, foreseen),
        )

    def _at_once(self, family: Numbers, foreseen: Iterable[T]) -> Iterable[T]:
        return foreseen if family.metric in self.expected else ()

    @property
    def named(self) -> bool:
        """It is a model by itself."""
        return self.model not in (labels.UNKNOWN, labels.OTHER)


class ModelSeries:
    """Of a model, and of one combination of the operator's labels; histograms do not have those."""

    __slots__ = (
        "active",
        "audio_delta_gap",
        "commit_to_response",
        "cost",
        "ends",
        "errors",
        "generated_audio",
        "input_audio",
        "interruptions",
        "name",
        "playback_underruns",
        "response_duration",
        "responses",
        "spoken_answers",
        "time_to_first_audio",
        "tokens",
        "truncations",
        "turn_latency",
        "turn_latency_raw",
        "turns",
        "underrun_seconds",
        "unheard_audio",
        "vad_wait",
    )

    def __init__(self, families: Families, place: Place) -> None:
        self.name = place.model
        """The value of the label."""
        self.active = place.number(families.sessions_active)
        self.ends = place.numbers(families.sessions, labels.ENDS)
        self.errors = place.numbers(
            families.api_errors, labels.ERROR_CODES_OF_SESSIONS if place.named else labels.ERROR_CODES
        )
        self.turns = place.pairs(families.turns, labels.FORESEEN_TURNS)
        self.input_audio = place.number(families.input_audio)
        self.responses = place.pairs(families.responses, labels.FORESEEN_RESPONSES)
        self.playback_underruns = place.number(families.playback_underruns)
        self.underrun_seconds = place.number(families.underrun_seconds)
        self.spoken_answers = place.number(families.spoken_answers)
        self.generated_audio = place.number(families.generated_audio)
        self.unheard_audio = place.number(families.unheard_audio)
        self.interruptions = place.pairs(families.interruptions, labels.INTERRUPTIONS)
        self.truncations = place.pairs(families.truncations, labels.TRUNCATIONS)
        self.tokens = place.tokens(families.tokens, "response", labels.RESPONSE_TOKENS)
        self.cost = place.number(families.cost, "response")

        model, named = place.model, place.named
        self.turn_latency = families.turn_latency.child(model, expected=named)
        self.turn_latency_raw = families.turn_latency_raw.child(model, expected=named)
        self.vad_wait = families.vad_wait.child(model, expected=named)
        self.commit_to_response = families.commit_to_response.child(model, expected=named)
        self.response_duration = families.response_duration.child(model, expected=named)
        self.audio_delta_gap = families.audio_delta_gap.child(model, expected=named)
        self.time_to_first_audio = {
            trigger: families.time_to_first_audio.child(model, trigger, expected=named) for trigger in labels.TRIGGERS
        }


class TranscriptionSeries:
    """Of a transcription model, and of one combination of the operator's labels."""

    __slots__ = ("confidence", "cost", "failures", "late", "latency", "outcomes", "tokens")

    def __init__(self, families: Families, place: Place) -> None:
        self.outcomes = place.numbers(families.transcriptions, labels.TRANSCRIPTION_OUTCOMES)
        self.late = place.numbers(families.late_transcriptions, labels.LATE_OUTCOMES)
        self.failures = place.numbers(families.transcription_failures, labels.FAILURE_CODES)
        self.tokens = place.tokens(families.tokens, "transcription", labels.TRANSCRIPTION_TOKENS)
        self.cost = place.number(families.cost, "transcription")
        self.latency = families.transcription_latency.child(place.model, expected=place.named)
        self.confidence = families.transcription_confidence.child(place.model, expected=False)


S = TypeVar("S")


class _Models(Generic[S]):
    """The children of all models of one kind so far."""

    def __init__(
        self,
        families: Families,
        operator: OperatorLabels,
        make: Callable[[Families, Place], S],
    ) -> None:
        self._families = families
        self._operator = operator
        self._make = make
        self._names = FirstNames(MODELS)
        self._found: dict[tuple[str, ...], S] = {}
        self._apart = 0
        """Pairs of a name and a combination."""
        self.of(None, operator.unknown)

    def of(self, model: str | None, operator: tuple[str, ...]) -> S:
        return self._of(self._names.label(model), operator)

    def _of(self, label: str, operator: tuple[str, ...]) -> S:
        found = self._found.get((label, *operator))
        if found is None:
            found = self._found[label, *operator] = self._new(label, operator)
        return found

    def _new(self, label: str, operator: tuple[str, ...]) -> S:
        if operator == self._operator.unknown:
            expected = UNNAMED if label == labels.UNKNOWN else NAMED
        elif label == labels.UNKNOWN:
            expected = NOTHING
        elif operator == self._operator.others:
            expected = HEADLINE
        elif self._apart < PAIRS:
            self._apart += 1
            expected = HEADLINE
        else:
            return self._of(label, self._operator.others)
        return self._make(self._families, Place(label, operator, expected))


class ByModel:
    """The children of all models and transcription models so far; the labels are bounded."""

    def __init__(self, families: Families, operator: OperatorLabels) -> None:
        """Those of models without a name are there at once."""
        self._models = _Models(families, operator, ModelSeries)
        self._transcription_models = _Models(families, operator, TranscriptionSeries)

    def model(self, model: str | None, operator: tuple[str, ...]) -> ModelSeries:
        """Those of a model with these operator labels; None for a model that no server named."""
        return self._models.of(model, operator)

    def transcription_model(self, model: str | None, operator: tuple[str, ...]) -> TranscriptionSeries:
        """Those of a transcription model with these operator labels; None for one that no server named."""
        return self._transcription_models.of(model, operator)
