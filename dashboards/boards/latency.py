"""Latency: how long do users wait, and for what?"""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import (
    AUDIO_DELTA_GAP,
    GENERATED_AUDIO,
    INTERRUPTION_STOP,
    PLAYBACK_UNDERRUNS,
    RESPONSE_DURATION,
    SESSION_SETUP,
    SPOKEN_ANSWERS,
    TURN_LATENCY,
    TURN_LATENCY_RAW,
    UNDERRUN_SECONDS,
    UPSTREAM_CONNECT,
)

from .. import objectives
from ..board import Row, board, row
from ..panels import (
    NEUTRAL,
    SHADES,
    Query,
    comparison,
    figure,
    good_below,
    leading_to,
    lines,
    ranking,
    spread,
)
from . import parts, verdicts
from .queries import (
    RANGE,
    RATE,
    beyond,
    buckets,
    during,
    for_each,
    percentile,
    percentile_during,
    share_beyond,
    share_within,
)

_IN_TIME, _FAST, _SLOW = (
    objectives.TURN_LATENCY_SECONDS,
    objectives.FAST_TURN_SECONDS,
    objectives.SLOW_TURN_SECONDS,
)
_SHARES = {0.99: "99 of 100", 0.95: "95 of 100", 0.5: "half"}
_MODEL = ("model",)


def build() -> Dashboard:
    """Top to bottom: how long it takes, what part takes it, which model; then the same in detail, and other waits."""
    return board(
        "latency",
        "Latency",
        "How long do users wait, and for what? Times are taken at voicetap, so without the client's network and "
        "playback. Points in the heatmaps are single turns: each opens its trace.",
        _waits(),
        parts.averages(),
        _models(),
        parts.spreads(),
        _others(),
    )


def _waits() -> Row:
    return row(
        "How long do users wait?",
        verdicts.answered_in_time(),
        figure(
            "Answered at once",
            f"Turns whose answer began within {_FAST:g} s, as people answer each other. No objective: few services "
            "come near 100 %, and a silence of half a second before turns end leaves little for the rest.",
            units.PercentUnit,
            Query(share_within(TURN_LATENCY, _FAST, over=RANGE)),
        ),
        comparison(
            "Waits",
            "Voice to voice, over the time range: half of the turns were faster than the first figure, and so on. "
            f"Green is below {_IN_TIME:g} s, red is from {_SLOW:g} s on.",
            units.Seconds,
            *(Query(percentile_during(share, TURN_LATENCY), name) for share, name in reversed(_SHARES.items())),
            steps=good_below(_IN_TIME, _SLOW),
        ),
        figure(
            "Slow turns",
            f"Turns that took more than {_SLOW:g} s: callers think that nobody listens, and talk over the answer. "
            "The points at the top of the heatmap open some of them.",
            units.LocaleFormat,
            Query(beyond(TURN_LATENCY, _SLOW)),
        ),
        figure(
            "Turns measured",
            "Answered turns of which the end of the speech is known. With few of them, one slow turn moves every "
            "figure here. Semantic turn detection does not tell that end: then there is only the raw latency below.",
            units.LocaleFormat,
            Query(during(TURN_LATENCY, part="_count")),
        ),
        lines(
            "Voice to voice",
            "From the end of the user's speech to the first audio of the answer. Dashed: the objective. If only the "
            "upper lines move, look for tools or one model; if all do, for the server or the turn detection.",
            units.Seconds,
            *(Query(percentile(share, TURN_LATENCY), name) for share, name in _SHARES.items()),
            limit=_IN_TIME,
            colours=SHADES,
        ),
        spread(
            "Spread of voice to voice",
            "Darker: more turns took so long. Two bands are two kinds of turns, as with and without tools. Each point "
            "is a turn; it opens the trace in which the wait can be seen.",
            units.Seconds,
            Query(buckets(TURN_LATENCY)),
        ),
        widths=(4, 4, 8, 4, 4, 12, 12),
    )


def _models() -> Row:
    return row(
        "By model",
        ranking(
            "Slowest models",
            "Voice to voice over the time range: 95 of 100 turns of the model were faster. Compare only models that "
            "have the same work; a model with tools waits for them too.",
            units.Seconds,
            Query(percentile_during(0.95, TURN_LATENCY, by=_MODEL)),
            "95 of 100",
        ),
        lines(
            "Voice to voice, by model",
            "95 of 100 turns were faster. Dashed: the objective. One line that rises alone is that model; all of "
            "them together, the network or voicetap (board Proxy).",
            units.Seconds,
            Query(percentile(0.95, TURN_LATENCY, by=_MODEL), "{{model}}"),
            limit=_IN_TIME,
        ),
        lines(
            "Late, as clients see it",
            f"Turns answered later than {_IN_TIME:g} s, from the end of speech and, as most clients measure, from the "
            "arrival of speech_stopped. What lies between is the silence before it: users wait for that as well, and "
            "the figures of clients do not have it. Dashed: what the objective allows.",
            units.PercentUnit,
            Query(share_beyond(TURN_LATENCY, _IN_TIME, over=RATE), "from the end of speech"),
            Query(share_beyond(TURN_LATENCY_RAW, _IN_TIME, over=RATE), "from speech_stopped"),
            limit=objectives.TURN_LATENCY.budget,
            room=0.1,
            colours={"from the end of speech": NEUTRAL, "from speech_stopped": "text"},
        ),
    )


def _others() -> Row:
    return row(
        "What else do users wait for?",
        leading_to(
            "proxy",
            "Do calls get through?",
            lines(
                "Until a call can begin",
                "From the upgrade request to the first session event, and the part of it in which voicetap connects to "
                "the server: name, TCP, TLS. If both rise, it is the network; if only the first does, the server. "
                "Level at 25 or 47.5 ms: all are below 50 ms, the finest that is counted.",
                units.Seconds,
                Query(percentile(0.95, SESSION_SETUP), "session, 95 of 100"),
                Query(percentile(0.5, SESSION_SETUP), "session, half"),
                Query(percentile(0.95, UPSTREAM_CONNECT), "connection, 95 of 100"),
                Query(percentile(0.5, UPSTREAM_CONNECT), "connection, half"),
                colours={
                    "session, 95 of 100": "blue",
                    "session, half": "light-blue",
                    "connection, 95 of 100": "purple",
                    "connection, half": "light-purple",
                },
            ),
        ),
        lines(
            "Length of responses",
            "From response.created to response.done: how long it takes to make them, not to hear them. Longer "
            "answers cost more, and more of them is cut off unheard (board Conversation quality).",
            units.Seconds,
            Query(percentile(0.95, RESPONSE_DURATION), "95 of 100"),
            Query(percentile(0.5, RESPONSE_DURATION), "half"),
            colours=SHADES,
        ),
        lines(
            "Stopping when interrupted",
            "From the interruption of an answer that was still being made to the last audio that came of it. Users "
            "hear this as an agent that talks on, unless the client drops it. Level at 25 or 47.5 ms: all are below "
            "50 ms, or none came.",
            units.Seconds,
            Query(percentile(0.95, INTERRUPTION_STOP), "95 of 100"),
            Query(percentile(0.5, INTERRUPTION_STOP), "half"),
            colours=SHADES,
        ),
        spread(
            "Gaps in answers",
            "The longest wait between two pieces of an answer's audio. Some tenths of a second are nothing where "
            "pieces are long: a client that buffers more than this plays without a break.",
            units.Seconds,
            Query(buckets(AUDIO_DELTA_GAP)),
        ),
        lines(
            "Answers that falter",
            "Times that playback, as estimated for a client without a buffer, ran out of audio, of spoken answers; "
            "one that does so twice counts twice. Normal is none: servers make audio faster than it is heard. More is "
            "a server that does not keep up, or a slow network to it.",
            units.PercentUnit,
            Query(for_each(SPOKEN_ANSWERS, PLAYBACK_UNDERRUNS, by=_MODEL), "{{model}}"),
        ),
        lines(
            "Silence within answers",
            "Time for which playback, as estimated, waited for audio, of the audio that was made. With the panel "
            "before it: many short breaks, or few long ones.",
            units.PercentUnit,
            Query(for_each(GENERATED_AUDIO, UNDERRUN_SECONDS, by=_MODEL), "{{model}}"),
        ),
        widths=(8,) * 6,
    )
