"""Overview: do calls go well, and what changed?"""

from collections.abc import Callable

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import BUILD_INFO, SESSIONS, SESSIONS_ACTIVE, TURN_LATENCY, TURNS

from .. import objectives, variables
from ..board import Row, board, row
from ..panels import (
    BAD,
    COLOURS,
    NEUTRAL,
    SHADES,
    WARNING,
    Query,
    comparison,
    figure,
    leading_to,
    lines,
    stack,
)
from ..promql import some
from . import faults, money, verdicts
from .queries import RANGE, RATE, a_minute, during, now, percentile, percentile_during
from .thresholds import within


def build() -> Dashboard:
    """Top to bottom: a verdict in seven figures and a price, what it is made of, and what is different from before."""
    return board(
        "overview",
        "Overview",
        "Do calls go well? The figures at the top are for the time range chosen; green is within the objective, orange "
        "beyond it, and red so far beyond that it wakes somebody.",
        _verdict(),
        _course(),
        _changes(),
        _running(),
        choices=(variables.transcription_model(),),
    )


def _verdict() -> Row:
    """The state of things; each figure leads to the board that says why."""
    return row(
        "Do calls go well?",
        figure("Calls now", "Relayed connections at this moment.", units.LocaleFormat, Query(now(SESSIONS_ACTIVE))),
        leading_to("latency", "Where the time goes", verdicts.answered_in_time()),
        leading_to("quality", "Why", verdicts.transcriptions_failed()),
        leading_to("quality", "Why", verdicts.responses_failed()),
        leading_to(
            "proxy",
            "Why",
            figure(
                "Calls that did not start",
                "Calls whose handshake failed, and connections that never became a session: servers out of reach, "
                "refused keys and models, servers that closed or were silent. "
                f"Objective: at most {objectives.SESSION_START.budget:.0%}.",
                units.PercentUnit,
                Query(faults.calls_not_started(RANGE)),
                within(objectives.SESSION_START),
            ),
        ),
        leading_to("quality", "After what", verdicts.dead_air()),
        leading_to("quality", "How much was heard", verdicts.answers_cut_off()),
        leading_to("cost", "Of what", verdicts.cost_an_hour()),
    )


def _course() -> Row:
    """What they are made of, as time goes on."""
    return row(
        "What goes on",
        leading_to(
            "latency",
            "Where the time goes",
            lines(
                "Voice to voice",
                "From the end of the user's speech to the first audio of the answer: of half of the turns, and of 95 "
                "of 100. Dashed: the objective. Where it goes: the board Latency.",
                units.Seconds,
                Query(percentile(0.95, TURN_LATENCY), "95 of 100"),
                Query(percentile(0.5, TURN_LATENCY), "half"),
                limit=objectives.TURN_LATENCY_SECONDS,
                colours=SHADES,
            ),
        ),
        lines(
            "What goes wrong",
            "Each as a share of what it may happen to: transcriptions, responses, calls, turns. Missing: neither came "
            "nor failed within 15 s. Silent: nothing came for 30 s after an error. A line that leaves the floor says "
            "where to look: Conversation quality, or Proxy for calls that do not start.",
            units.PercentUnit,
            Query(faults.transcriptions_failed(RATE), "transcriptions failed"),
            Query(faults.transcriptions_that_never_came(RATE), "transcriptions missing"),
            Query(faults.responses_failed(RATE), "responses failed"),
            Query(faults.calls_not_started(RATE), "calls that did not start"),
            Query(faults.dead_air(RATE), "dead air"),
            Query(faults.silent_sessions(RATE), "silent calls"),
            colours={
                "transcriptions failed": BAD,
                "transcriptions missing": WARNING,
                "responses failed": "purple",
                "calls that did not start": "yellow",
                "dead air": NEUTRAL,
                "silent calls": "text",
            },
        ),
        stack(
            "Calls",
            "Relayed connections, by model: unknown until the server names one.",
            units.Short,
            Query(some(now(SESSIONS_ACTIVE, by=("model",))), "{{model}}"),
        ),
        stack(
            "Turns a minute",
            "By how they ended. Interrupted ones were answered, and the user spoke before the end of it.",
            units.Short,
            Query(some(a_minute(TURNS, by=("outcome",))), "{{outcome}}"),
            colours=COLOURS,
        ),
        stack(
            "Cost an hour, by model",
            "What is used at each moment, as it would be for an hour, by the model that answers or transcribes.",
            units.Dollars,
            Query(some(f"{money.spent_per_second('model')} * {money.AN_HOUR}"), "{{model}}"),
        ),
        widths=(12, 12, 8, 8, 8),
    )


def _changes() -> Row:
    """The same figures for the time range chosen, and for the one before it."""
    return row(
        "What changed against the time range before",
        *(
            comparison(title, description, unit, Query(query(""), "now"), Query(query(RANGE), "before"))
            for title, description, unit, query in _COMPARED
        ),
    )


def _running() -> Row:
    """What is in use, and how it ends."""
    return row(
        "What runs, and how it ends",
        lines(
            "Versions",
            "Processes of voicetap by their version. Two lines are a rollout.",
            units.Short,
            Query(now(BUILD_INFO, by=("version",)), "{{version}}"),
        ),
        leading_to(
            "proxy",
            "With which codes",
            stack(
                "How calls end",
                "Ended connections a minute: by the client's Close, as it should be, or by something else.",
                units.Short,
                Query(some(a_minute(SESSIONS, by=("end",))), "{{end}}"),
                colours=COLOURS,
            ),
        ),
    )


_COMPARED: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
    ("Turns", "How much was talked.", units.LocaleFormat, lambda offset: during(TURNS, offset=offset)),
    (
        "Slowest turns",
        "Voice to voice: 95 of 100 turns were faster.",
        units.Seconds,
        lambda offset: percentile_during(0.95, TURN_LATENCY, offset=offset),
    ),
    (
        "Failed transcriptions",
        "Of all transcriptions.",
        units.PercentUnit,
        lambda offset: faults.transcriptions_failed(RANGE, offset=offset),
    ),
    (
        "Failed responses",
        "Of all responses.",
        units.PercentUnit,
        lambda offset: faults.responses_failed(RANGE, offset=offset),
    ),
    (
        "Cut-off answers",
        "Truncations, of spoken answers.",
        units.PercentUnit,
        lambda offset: faults.answers_cut_off(RANGE, offset=offset),
    ),
    (
        "Cost of a turn",
        "Responses and transcription, by the price table; of all models, whichever is chosen.",
        units.Dollars,
        lambda offset: money.of_a_turn(offset=offset),
    ),
)
