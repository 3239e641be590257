"""What happens in a turn at one moment: the events of its root, with their figures."""

from math import isnan

from ...facts import (
    DeadAirNoticed,
    ErrorReported,
    Interrupted,
    InterruptionTookEffect,
    Overlapped,
    PlaybackUnderran,
    SessionFellSilent,
    TruncationFinished,
    TruncationMeasured,
)
from . import semconv as s
from .turns import Happening, Turn


def interruption(fact: Interrupted) -> Happening:
    """An answer was cut off."""
    return Happening(
        "interruption",
        fact.at,
        {
            s.PHASE: fact.phase,
            s.CAUSE: fact.cause,
            s.RESPONSE_ID: fact.response_id,
            s.ITEM_ID: fact.item_id,
        },
    )


def took_effect(turn: Turn, fact: InterruptionTookEffect) -> None:
    """How long that took."""
    happening = turn.find("interruption", s.RESPONSE_ID, fact.response_id)
    if happening is not None:
        happening.attributes[s.STOP_SECONDS] = fact.seconds


def truncation(fact: TruncationFinished) -> Happening:
    """An answer was cut at what was heard of it, or was to be."""
    return Happening(
        "truncation",
        fact.at,
        {
            s.ITEM_ID: fact.item_id,
            s.INITIATOR: fact.initiator,
            s.OUTCOME: fact.outcome,
            s.AUDIO_END_MS: None if fact.audio_end_ms is None else float(fact.audio_end_ms),
        },
    )


def measured(turn: Turn, fact: TruncationMeasured) -> None:
    """How much of it went unheard."""
    happening = turn.find("truncation", s.ITEM_ID, fact.item_id)
    if happening is not None:
        happening.attributes[s.GENERATED_MS] = fact.generated_ms
        happening.attributes[s.UNHEARD_MS] = fact.unheard_ms


def overlap(fact: Overlapped) -> Happening:
    """The user spoke over an answer that went on."""
    at = fact.at if isnan(fact.spoke_at) else fact.spoke_at
    return Happening("overlap", at, {s.RESPONSE_ID: fact.response_id})


def underrun(fact: PlaybackUnderran) -> Happening:
    """Playback ran out of audio."""
    return Happening("playback_underrun", fact.at, {s.SECONDS: fact.seconds, s.ITEM_ID: fact.item_id})


def dead_air(fact: DeadAirNoticed) -> Happening:
    """Nothing came for too long."""
    return Happening("dead_air", fact.at, {s.AFTER: fact.after})


def fell_silent(fact: SessionFellSilent) -> Happening:
    """After an error, nothing came at all."""
    return Happening("session_fell_silent", fact.at, {})


def api_error(fact: ErrorReported) -> Happening:
    """The server sent an `error`."""
    return Happening("api_error", fact.at, {s.ERROR_TYPE: fact.code})
