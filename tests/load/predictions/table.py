"""The shape of the modules beside this one, and what more than one of them says."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from load.account import Wanted
from load.between import Between, Table, each, one
from load.truth import Truth

Prediction: TypeAlias = Callable[[Truth], Table]
Predictions: TypeAlias = Mapping[tuple[str, str], Prediction]
"""By the title of the panel, and the letter of the target."""

HOUR, MINUTE = 3600, 60
FAILED_HANDSHAKES = ("401", "403", "404", "429", "5xx", "connect_error", "timeout")
NOT_STARTED = ("refused", "closed", "timeout")


def transcriptions(outcome: str, *by: str) -> Prediction:
    """The share that came to this."""
    return lambda truth: truth.now.share("transcriptions_total", {"outcome": outcome}, *by)


def responses_failed(truth: Truth) -> Table:
    """Their share."""
    return truth.now.share("responses_total", {"status": "failed"})


def not_started(truth: Truth) -> Table:
    """The share of connections."""
    return truth.now.share("session_starts_total", {"outcome": NOT_STARTED})


def calls_not_started(truth: Truth) -> Table:
    """Those, and what never became a connection."""
    refused = truth.now.increase("handshakes_total", outcome=FAILED_HANDSHAKES)
    not_started = truth.now.increase("session_starts_total", outcome=NOT_STARTED)
    return (refused + not_started) / (refused + truth.now.increase("session_starts_total"))


def dead_air(truth: Truth) -> Table:
    """Waits, of turns."""
    return truth.now.increase("dead_air_total") / truth.now.increase("turns_total")


def silent_sessions(truth: Truth) -> Table:
    """The same of those."""
    return truth.now.increase("silent_sessions_total") / truth.now.increase("turns_total")


def cut_off(*by: str) -> Prediction:
    """Truncations, of spoken answers."""

    def prediction(truth: Truth) -> Table:
        cut = truth.now.increase("truncations_total", *by, outcome="acknowledged")
        return cut / truth.now.increase("spoken_answers_total", *by)

    return prediction


def unheard(*by: str) -> Prediction:
    """Seconds, of those that were generated."""

    def prediction(truth: Truth) -> Table:
        lost = truth.now.increase("unheard_audio_seconds_total", *by)
        return lost / truth.now.increase("generated_audio_seconds_total", *by)

    return prediction


def a_minute(metric: str, *by: str, **wanted: Wanted) -> Prediction:
    """How fast a counter moves."""
    return lambda truth: truth.now.rate(metric, *by, **wanted) * MINUTE


def grown(metric: str, *by: str, **wanted: Wanted) -> Prediction:
    """How far a counter moved."""
    return lambda truth: truth.now.increase(metric, *by, **wanted)


def whole(metric: str, *by: str, **wanted: Wanted) -> Prediction:
    """The same, rounded, as it is where a number is read and not a line."""

    def prediction(truth: Truth) -> Table:
        return each(
            truth.now.increase(metric, *by, **wanted), lambda moved: Between(round(moved.low), round(moved.high))
        )

    return prediction


def quantile(share: float, metric: str, *by: str) -> Prediction:
    """Of a histogram."""
    return lambda truth: truth.now.quantile(share, metric, *by)


def spread(metric: str) -> Prediction:
    """Of a histogram over its buckets."""
    return lambda truth: truth.now.buckets(metric)


def within(metric: str, bound: float) -> Prediction:
    """The share of a histogram's samples."""
    return lambda truth: truth.now.within(metric, bound)


def beyond(metric: str, bound: float) -> Prediction:
    """What remains."""
    return lambda truth: one(1.0) - truth.now.within(metric, bound)
