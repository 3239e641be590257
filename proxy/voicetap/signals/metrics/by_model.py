"""The children of one model, at hand: all of them from the moment that it is first seen.

Counters are exposed at 0 from then on, also those of `unknown`, where a session stands until a server has named its
model. Histograms are, of models with a name; the others, and those of single triggers, from their first sample on.
"""

from .. import labels
from .families import Families
from .models import Models
from .series import Number


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

    def __init__(self, families: Families, model: str, operator: tuple[str, ...]) -> None:
        """`model` is the value of the label."""
        self.name = model
        self.active = families.sessions_active.child(model, *operator)
        self.ends = {end: families.sessions.child(model, end, *operator) for end in labels.ENDS}
        self.errors = {code: families.api_errors.child(model, code, *operator) for code in labels.ERROR_CODES}
        self.turns = {turn: families.turns.child(model, *turn, *operator) for turn in labels.TURNS}
        self.input_audio = families.input_audio.child(model, *operator)
        self.responses = {pair: families.responses.child(model, *pair, *operator) for pair in labels.RESPONSES}
        self.playback_underruns = families.playback_underruns.child(model, *operator)
        self.underrun_seconds = families.underrun_seconds.child(model, *operator)
        self.spoken_answers = families.spoken_answers.child(model, *operator)
        self.generated_audio = families.generated_audio.child(model, *operator)
        self.unheard_audio = families.unheard_audio.child(model, *operator)
        self.interruptions = {
            pair: families.interruptions.child(model, *pair, *operator) for pair in labels.INTERRUPTIONS
        }
        self.truncations = {pair: families.truncations.child(model, *pair, *operator) for pair in labels.TRUNCATIONS}
        self.tokens = _tokens(families, model, "response", operator)
        self.cost = families.cost.child(model, "response", *operator)

        named = model not in (labels.UNKNOWN, labels.OTHER)
        self.turn_latency = families.turn_latency.child(model, expected=named)
        self.turn_latency_raw = families.turn_latency_raw.child(model, expected=named)
        self.vad_wait = families.vad_wait.child(model, expected=named)
        self.commit_to_response = families.commit_to_response.child(model, expected=named)
        self.response_duration = families.response_duration.child(model, expected=named)
        self.audio_delta_gap = families.audio_delta_gap.child(model, expected=named)
        self.time_to_first_audio = {
            trigger: families.time_to_first_audio.child(model, trigger, expected=False) for trigger in labels.TRIGGERS
        }


class TranscriptionSeries:
    """Of a transcription model, and of one combination of the operator's labels."""

    __slots__ = ("confidence", "cost", "failures", "late", "latency", "outcomes", "tokens")

    def __init__(self, families: Families, model: str, operator: tuple[str, ...]) -> None:
        """`model` is the value of the label."""
        self.outcomes = {
            outcome: families.transcriptions.child(model, outcome, *operator)
            for outcome in labels.TRANSCRIPTION_OUTCOMES
        }
        self.late = {
            outcome: families.late_transcriptions.child(model, outcome, *operator) for outcome in labels.LATE_OUTCOMES
        }
        self.failures = {
            code: families.transcription_failures.child(model, code, *operator) for code in labels.FAILURE_CODES
        }
        self.tokens = _tokens(families, model, "transcription", operator)
        self.cost = families.cost.child(model, "transcription", *operator)
        named = model not in (labels.UNKNOWN, labels.OTHER)
        self.latency = families.transcription_latency.child(model, expected=named)
        self.confidence = families.transcription_confidence.child(model, expected=False)


def _tokens(families: Families, model: str, usage: str, operator: tuple[str, ...]) -> dict[str, Number]:
    """By the kinds of the partition; those that no server reports are exposed if one does."""
    return {
        kind: families.tokens.child(
            model,
            usage,
            *values,
            *operator,
            expected=usage == "response" or kind in labels.TRANSCRIPTION_TOKENS,
        )
        for kind, values in labels.TOKENS.items()
    }


class ByModel:
    """The children of all models and transcription models so far; the labels are bounded."""

    def __init__(self, families: Families, unknown: tuple[str, ...]) -> None:
        """`unknown` are the operator's labels where nothing is known of them: those children are there at once."""
        self._families = families
        self._models = Models()
        self._series: dict[tuple[str, ...], ModelSeries] = {}
        self._transcription_models = Models()
        self._transcription_series: dict[tuple[str, ...], TranscriptionSeries] = {}
        self.model(None, unknown)
        self.transcription_model(None, unknown)

    def model(self, model: str | None, operator: tuple[str, ...]) -> ModelSeries:
        """Those of a model with these operator labels; None for a model that no server named."""
        label = self._models.label(model)
        found = self._series.get((label, *operator))
        if found is None:
            found = self._series[label, *operator] = ModelSeries(self._families, label, operator)
        return found

    def transcription_model(self, model: str | None, operator: tuple[str, ...]) -> TranscriptionSeries:
        """Those of a transcription model with these operator labels; None for one that no server named."""
        label = self._transcription_models.label(model)
        found = self._transcription_series.get((label, *operator))
        if found is None:
            found = self._transcription_series[label, *operator] = TranscriptionSeries(self._families, label, operator)
        return found
