"""Overview: do calls go well, and what changed?"""

from collections.abc import Callable

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    BUILD_INFO,
    COST,
    DEAD_AIR,
    RESPONSES,
    SESSION_STARTS,
    SESSIONS,
    SESSIONS_ACTIVE,
    SPOKEN_ANSWERS,
    TRANSCRIPTIONS,
    TRUNCATIONS,
    TURN_LATENCY,
    TURNS,
)

from .. import objectives
from ..board import Row, board, row
from ..panels import (
    BAD,
    COLOURS,
    GOOD,
    NEUTRAL,
    WARNING,
    Query,
    average,
    comparison,
    figure,
    good_above,
    good_below,
    leading_to,
    lines,
    stack,
)
from ..promql import increase, rate, ratio, some, total
from .queries import (
    RANGE,
    RATE,
    a_minute,
    during,
    now,
    of_any_model,
    per_second,
    percentile,
    percentile_during,
    share,
    share_within,
)
from .thresholds import at_most, within

_ACKNOWLEDGED = 'outcome="acknowledged"'
_FAILED = 'outcome="failed"'


def build() -> Dashboard:
    """Top to bottom: a verdict in seven figures, what it is made of over time, and what is different from before."""
    return board(
        "overview",
        "Overview",
        "Do calls go well? The figures at the top are for the time range chosen; green is within the objective.",
        _verdict(),
        _course(),
        _changes(),
        _running(),
    )


def _verdict() -> Row:
    """The state of things in seven figures and a price."""
    return row(
        "Do calls go well?",
        figure("Calls now", "Relayed connections at this moment.", units.LocaleFormat, Query(now(SESSIONS_ACTIVE))),
        leading_to(
            "latency",
            "Where the time goes",
            figure(
                "Answered in time",
                f"Turns whose answer began within {objectives.TURN_LATENCY_SECONDS:g} s of the end of speech. "
                f"Objective: {objectives.TURN_LATENCY.good:.0%}. Voice to voice at voicetap: the silence after which "
                "the server takes speech to be over, the model, and tools; without the client's playback.",
                units.PercentUnit,
                Query(share_within(TURN_LATENCY, objectives.TURN_LATENCY_SECONDS, over=RANGE)),
                good_above(
                    1 - objectives.STEADY_BURN.rate * objectives.TURN_LATENCY.budget,
                    objectives.TURN_LATENCY.good,
                ),
            ),
        ),
        leading_to(
            "quality",
            "Why",
            figure(
                "Transcriptions failed",
                "Of what users said, how much the transcription failed on. The call goes on without a transcript, and "
                f"nothing in it tells. Objective: at most {objectives.TRANSCRIPTION.budget:.0%}.",
                units.PercentUnit,
                Query(_share(TRANSCRIPTIONS, _FAILED)),
                within(objectives.TRANSCRIPTION),
            ),
        ),
        leading_to(
            "quality",
            "Why",
            figure(
                "Responses failed",
                "Responses with status failed: questions that nobody answered. "
                f"Objective: at most {objectives.RESPONSE.budget:.0%}.",
                units.PercentUnit,
                Query(_share(RESPONSES, 'status="failed"')),
                within(objectives.RESPONSE),
            ),
        ),
        leading_to(
            "proxy",
            "Why",
            figure(
                "Calls that did not start",
                "Connections that never became a session: refused keys and models, servers that closed or were silent. "
                f"Objective: at most {objectives.SESSION_START.budget:.0%}.",
                units.PercentUnit,
                Query(_share(SESSION_STARTS, 'outcome!="started"')),
                within(objectives.SESSION_START),
            ),
        ),
        leading_to(
            "quality",
            "How much was heard",
            figure(
                "Answers cut off",
                "Truncations of spoken answers: what clients tell the server that users stopped listening to. Some are "
                "a sign of a lively conversation; too many, of echo or of answers that are too long.",
                units.PercentUnit,
                Query(ratio(during(TRUNCATIONS, _ACKNOWLEDGED), during(SPOKEN_ANSWERS))),
                at_most(objectives.TRUNCATION_RATIO),
            ),
        ),
        leading_to(
            "quality",
            "After what",
            figure(
                "Dead air",
                "Waits in which nothing came for more than 5 s, of turns. Callers ask whether anybody is there.",
                units.PercentUnit,
                Query(ratio(during(DEAD_AIR), total(increase(of_any_model(TURNS), RANGE)))),
                good_below(objectives.DEAD_AIR_RATIO, 3 * objectives.DEAD_AIR_RATIO),
            ),
        ),
        leading_to(
            "cost",
            "Of what",
            average(
                "Cost an hour",
                "What is used, by the price table, on the average of the time range. A model that the table does not "
                "have adds nothing.",
                units.Dollars,
                Query(_an_hour(COST)),
            ),
        ),
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
                colours={"95 of 100": "orange", "half": "blue"},
            ),
        ),
        lines(
            "What goes wrong",
            "Each as a share of what it may happen to: transcriptions, responses, connections, turns. A line that "
            "leaves the floor says where to look: Conversation quality, or Proxy for calls that do not start.",
            units.PercentUnit,
            Query(share(TRANSCRIPTIONS, _FAILED, over=RATE), "transcriptions failed"),
            Query(share(TRANSCRIPTIONS, 'outcome="timed_out"', over=RATE), "transcriptions that never came"),
            Query(share(RESPONSES, 'status="failed"', over=RATE), "responses failed"),
            Query(share(SESSION_STARTS, 'outcome!="started"', over=RATE), "calls that did not start"),
            Query(ratio(per_second(DEAD_AIR), total(rate(of_any_model(TURNS), RATE))), "dead air"),
            room=0.15,
            colours={
                "transcriptions failed": BAD,
                "transcriptions that never came": WARNING,
                "responses failed": "purple",
                "calls that did not start": "yellow",
                "dead air": NEUTRAL,
            },
        ),
        lines(
            "Calls",
            "Relayed connections, by model.",
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
        lines(
            "Cost an hour, by model",
            "What is used at each moment, as it would be for an hour, in US dollars by the price table.",
            units.Dollars,
            Query(some(_an_hour(COST, by=("model",))), "{{model}}"),
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
        "What runs",
        lines(
            "Versions",
            "Processes of voicetap by their version. Two lines are a rollout.",
            units.Short,
            Query(now(BUILD_INFO, by=("version",)), "{{version}}"),
        ),
        stack(
            "Models",
            "Turns a minute by model: a change of model changes everything else.",
            units.Short,
            Query(some(a_minute(TURNS, by=("model",))), "{{model}}"),
        ),
        stack(
            "How calls end",
            "Ended connections a minute: by the client's Close, as it should be, or by something else.",
            units.Short,
            Query(some(a_minute(SESSIONS, by=("end",))), "{{end}}"),
            colours={"client_closed": GOOD, "server_closed": WARNING, "client_lost": WARNING, "upstream_lost": BAD},
        ),
    )


def _share(metric: Metric, bad: str, offset: str = "") -> str:
    return ratio(during(metric, bad, offset=offset), during(metric, offset=offset))


def _an_hour(metric: Metric, by: tuple[str, ...] = ()) -> str:
    return f"{per_second(metric, by=by)} * 3600"


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
        lambda offset: _share(TRANSCRIPTIONS, _FAILED, offset),
    ),
    (
        "Failed responses",
        "Of all responses.",
        units.PercentUnit,
        lambda offset: _share(RESPONSES, 'status="failed"', offset),
    ),
    (
        "Truncated answers",
        "Of all spoken answers.",
        units.PercentUnit,
        lambda offset: ratio(during(TRUNCATIONS, _ACKNOWLEDGED, offset=offset), during(SPOKEN_ANSWERS, offset=offset)),
    ),
    (
        "Cost of a turn",
        "US dollars by the price table.",
        units.Dollars,
        lambda offset: ratio(during(COST, offset=offset), during(TURNS, offset=offset)),
    ),
)
