"""Figures that stand on top of more than one board, each against its objective, over the time range chosen."""

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import units

from voicetap.signals.names import TURN_LATENCY

from .. import objectives
from ..panels import Query, average, figure
from . import faults
from .money import AN_HOUR, spent_per_second
from .queries import RANGE, share_within
from .thresholds import at_most, kept, within


def answered_in_time() -> stat.Panel:
    """Of turns whose latency is known."""
    return figure(
        "Answered in time",
        f"Turns whose answer began within {objectives.TURN_LATENCY_SECONDS:g} s of the end of the user's speech. "
        f"Objective: {objectives.TURN_LATENCY.good:.0%}. Voice to voice at voicetap: the silence after which the "
        "server takes speech to be over, the model, and tools; without the client's playback.",
        units.PercentUnit,
        Query(share_within(TURN_LATENCY, objectives.TURN_LATENCY_SECONDS, over=RANGE)),
        kept(objectives.TURN_LATENCY, objectives.LATENCY_BURNS),
    )


def transcriptions_failed() -> stat.Panel:
    """Of all transcriptions."""
    return figure(
        "Transcriptions failed",
        "Of what users said, how much the transcription failed on. Whatever reads transcripts is blind there; the call "
        f"goes on, and nothing in it tells. Objective: at most {objectives.TRANSCRIPTION.budget:.0%}.",
        units.PercentUnit,
        Query(faults.transcriptions_failed(RANGE)),
        within(objectives.TRANSCRIPTION),
    )


def responses_failed() -> stat.Panel:
    """Of all responses."""
    return figure(
        "Responses failed",
        "Responses with status failed: questions that nobody answered. "
        f"Objective: at most {objectives.RESPONSE.budget:.0%}.",
        units.PercentUnit,
        Query(faults.responses_failed(RANGE)),
        within(objectives.RESPONSE),
    )


def dead_air() -> stat.Panel:
    """Of turns."""
    return figure(
        "Dead air",
        "Waits in which nothing came for more than 5 s, of turns of all models. Callers ask whether anybody is there. "
        f"Objective: at most {objectives.DEAD_AIR.budget:.0%}.",
        units.PercentUnit,
        Query(faults.dead_air(RANGE)),
        within(objectives.DEAD_AIR),
    )


def answers_cut_off() -> stat.Panel:
    """Of spoken answers."""
    return figure(
        "Answers cut off",
        "Truncations of spoken answers: what clients tell the server that users stopped listening to. One in five is a "
        f"lively conversation; from {objectives.TRUNCATION_RATIO:.0%} on, suspect echo, noise, or answers that are too "
        "long.",
        units.PercentUnit,
        Query(faults.answers_cut_off(RANGE)),
        at_most(objectives.TRUNCATION_RATIO),
    )


def audio_not_heard() -> stat.Panel:
    """Of what was generated."""
    return figure(
        "Audio not heard",
        "Of the audio that was generated, and paid for, what truncations cut away. From "
        f"{objectives.UNHEARD_RATIO:.0%} on, shorter answers save money.",
        units.PercentUnit,
        Query(faults.audio_not_heard(RANGE)),
        at_most(objectives.UNHEARD_RATIO),
    )


def cost_an_hour() -> stat.Panel:
    """On average."""
    return average(
        "Cost an hour",
        "Responses and transcription, by the price table, on the average of the time range. A model that the table "
        "does not have adds nothing.",
        units.Dollars,
        Query(f"{spent_per_second()} * {AN_HOUR}"),
    )
