"""Latency: how long do users wait, and for what?"""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    AUDIO_DELTA_GAP,
    COMMIT_TO_RESPONSE,
    GENERATED_AUDIO,
    INTERRUPTION_STOP,
    PLAYBACK_UNDERRUNS,
    RESPONSE_DURATION,
    SESSION_SETUP,
    SPOKEN_ANSWERS,
    TIME_TO_FIRST_AUDIO,
    TOOL_RESUME,
    TOOL_ROUND_TRIP,
    TURN_LATENCY,
    TURN_LATENCY_RAW,
    UNDERRUN_SECONDS,
    UPSTREAM_CONNECT,
    VAD_WAIT,
)

from .. import objectives
from ..board import Row, board, row
from ..panels import (
    Query,
    bars,
    comparison,
    figure,
    good_above,
    good_below,
    leading_to,
    lines,
    ranking,
    spread,
    stack,
)
from ..promql import rate, ratio, total
from .queries import (
    RANGE,
    RATE,
    beyond,
    buckets,
    during,
    mean,
    of_any_model,
    per_second,
    percentile,
    percentile_during,
    share_within,
)

_IN_TIME, _FAST, _SLOW = (
    objectives.TURN_LATENCY_SECONDS,
    objectives.FAST_TURN_SECONDS,
    objectives.SLOW_TURN_SECONDS,
)
_NOT_AFTER_A_TOOL = 'trigger!="tool"'
_SHARES = {0.99: "99 of 100", 0.95: "95 of 100", 0.5: "half"}
_COLOURS = {"99 of 100": "red", "95 of 100": "orange", "half": "blue"}
_PARTS = {
    "silence": "yellow",
    "response begins": "purple",
    "first audio": "blue",
    "tools": "orange",
    "after tools": "green",
}


def build() -> Dashboard:
    """Top to bottom: how long it takes, what part takes it, which model, and what comes after and before a turn."""
    return board(
        "latency",
        "Latency",
        "How long do users wait, and for what? Times are taken at voicetap, so without the client's network and "
        "playback. Points in the heatmaps are single turns: each opens its trace.",
        _waits(),
        _parts(),
        _models(),
        _after(),
        _before(),
    )


def _waits() -> Row:
    return row(
        "How long do users wait?",
        figure(
            "Answered in time",
            f"Turns whose answer began within {_IN_TIME:g} s of the end of the user's speech. Objective: "
            f"{objectives.TURN_LATENCY.good:.0%}. Where it is missed, the next row says what takes the time.",
            units.PercentUnit,
            Query(share_within(TURN_LATENCY, _IN_TIME, over=RANGE)),
            good_above(1 - objectives.STEADY_BURN.rate * objectives.TURN_LATENCY.budget, objectives.TURN_LATENCY.good),
        ),
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
            colours=_COLOURS,
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


def _parts() -> Row:
    return row(
        "Which part of it?",
        stack(
            "The average wait and its parts",
            "Areas: the seconds of each part on an average turn, so that tools weigh as often as they are called. "
            "Line: the mean of voice to voice. The two need not meet: between them is what is no part by itself, as a "
            "response that only calls a tool. Where agents greet, or speak before a tool is done, and where turns "
            "are given up, the areas can reach above the line. Tools are those of all models.",
            units.Seconds,
            *(Query(query, name) for name, query in _parts_of_a_turn().items()),
            across=Query(mean(TURN_LATENCY, over=RATE), "voice to voice"),
            colours=_PARTS,
        ),
        bars(
            "Each part where it occurs",
            "Means over the time range, each of its own occurrences. First audio is told apart by what made the "
            "server begin: turn detection (vad), the client's request, the output of a tool, or an idle timeout.",
            units.Seconds,
            Query(mean(VAD_WAIT, over=RANGE), "silence"),
            Query(mean(COMMIT_TO_RESPONSE, over=RANGE), "response begins"),
            Query(mean(TIME_TO_FIRST_AUDIO, over=RANGE, by=("trigger",)), "first audio ({{trigger}})"),
            Query(mean(TOOL_ROUND_TRIP, over=RANGE), "a tool"),
            Query(mean(TOOL_RESUME, over=RANGE), "after a tool"),
        ),
        lines(
            "Slow parts",
            "95 of 100 were faster, of each part where it occurs. The line that leaves its course is where to look; "
            "these do not add up, for it is seldom one turn that is slow in all of them.",
            units.Seconds,
            Query(percentile(0.95, VAD_WAIT), "silence"),
            Query(percentile(0.95, COMMIT_TO_RESPONSE), "response begins"),
            Query(percentile(0.95, TOOL_ROUND_TRIP), "tools"),
            Query(percentile(0.95, TOOL_RESUME), "after tools"),
            colours={name: colour for name, colour in _PARTS.items() if name != "first audio"},
        ),
        lines(
            "Slow first audio, by what asked for it",
            "From the request of a response to its first audio, the model alone: 95 of 100 were faster. Dashed: "
            f"{objectives.FIRST_AUDIO_SECONDS:g} s, what is asked of the model. Above it, compare models and regions, "
            "and look at the length of the prompt.",
            units.Seconds,
            Query(percentile(0.95, TIME_TO_FIRST_AUDIO, by=("trigger",)), "{{trigger}}"),
            limit=objectives.FIRST_AUDIO_SECONDS,
        ),
        spread(
            "Silence",
            "From the real end of speech until the server says so. With server_vad it is silence_duration_ms "
            f"({objectives.VAD_WAIT_SECONDS:g} s where nobody sets it): the cheapest part to shorten, at the price of "
            "more interruptions of people who only pause.",
            units.Seconds,
            Query(buckets(VAD_WAIT)),
        ),
        spread(
            "Response begins",
            "From the commit of the user's audio to the response.created that the server makes of it. Normally next to "
            "nothing; more is a server that is busy. Responses that the client asks for are not in it.",
            units.Seconds,
            Query(buckets(COMMIT_TO_RESPONSE)),
        ),
        spread(
            "First audio",
            "From the request of a response to its first audio: the model. A second band is another model, or the "
            "answers after tools.",
            units.Seconds,
            Query(buckets(TIME_TO_FIRST_AUDIO)),
        ),
        spread(
            "Tools",
            "From the complete arguments of a function call to the output that the client gives: the client's own "
            "work. Open a slow one: its span has the tool's name.",
            units.Seconds,
            Query(buckets(TOOL_ROUND_TRIP)),
        ),
        spread(
            "After tools",
            "From the output of a function to the first output of the next response: the client that asks for it, "
            "and the model. Clients that wait for several tools before they ask show here.",
            units.Seconds,
            Query(buckets(TOOL_RESUME)),
        ),
        widths=(16, 8, 12, 12, 8, 8, 8, 12, 12),
    )


def _parts_of_a_turn() -> dict[str, str]:
    """The parts of a turn, in their order. Silence and the begin of a response are on every turn, answered or not, so
    they are divided by their own number; the others by that of answered turns."""
    return {
        "silence": mean(VAD_WAIT, over=RATE),
        "response begins": mean(COMMIT_TO_RESPONSE, over=RATE),
        "first audio": ratio(
            per_second(TIME_TO_FIRST_AUDIO, _NOT_AFTER_A_TOOL, part="_sum"),
            per_second(TURN_LATENCY, part="_count"),
        ),
        "tools": _on_a_turn(TOOL_ROUND_TRIP),
        "after tools": _on_a_turn(TOOL_RESUME),
    }


def _on_a_turn(metric: Metric) -> str:
    """The seconds of what has no model, on an average turn of any."""
    turns = total(rate(of_any_model(TURN_LATENCY, part="_count"), RATE))
    return ratio(per_second(metric, part="_sum"), turns)


def _models() -> Row:
    return row(
        "By model",
        ranking(
            "Slowest models",
            "Voice to voice over the time range: 95 of 100 turns of the model were faster. Compare only models that "
            "have the same work; a model with tools waits for them too.",
            units.Seconds,
            Query(percentile_during(0.95, TURN_LATENCY, by=("model",))),
            "95 of 100",
        ),
        lines(
            "Voice to voice, by model",
            "95 of 100 turns were faster. Dashed: the objective. One line that rises alone is that model; all of "
            "them together, the network or voicetap (board Proxy).",
            units.Seconds,
            Query(percentile(0.95, TURN_LATENCY, by=("model",)), "{{model}}"),
            limit=_IN_TIME,
        ),
        lines(
            "In time, as clients see it",
            f"Turns answered within {_IN_TIME:g} s, from the end of speech and, as most clients measure, from the "
            "arrival of speech_stopped. What lies between is the silence before it: users wait for that as well, and "
            "the figures of clients do not have it. Dashed: the objective.",
            units.PercentUnit,
            Query(share_within(TURN_LATENCY, _IN_TIME, over=RATE), "from the end of speech"),
            Query(share_within(TURN_LATENCY_RAW, _IN_TIME, over=RATE), "from speech_stopped"),
            limit=objectives.TURN_LATENCY.good,
            colours={"from the end of speech": "blue", "from speech_stopped": "text"},
        ),
    )


def _after() -> Row:
    return row(
        "After the first sound",
        spread(
            "Gaps in answers",
            "The longest wait between two pieces of an answer's audio. Some tenths of a second are nothing where "
            "pieces are long; what users hear of it is the panel beside it.",
            units.Seconds,
            Query(buckets(AUDIO_DELTA_GAP)),
        ),
        lines(
            "Answers that falter",
            "Times that playback, as estimated, ran out of audio, for each spoken answer. Normal is none: servers "
            "make audio faster than it is heard. More is a server that does not keep up, or a slow network to it.",
            units.Short,
            Query(
                ratio(per_second(PLAYBACK_UNDERRUNS, by=("model",)), per_second(SPOKEN_ANSWERS, by=("model",))),
                "{{model}}",
            ),
        ),
        lines(
            "Silence within answers",
            "Time for which playback, as estimated, waited for audio, beside the audio that was made. Beside the "
            "panel before it: many short breaks, or few long ones.",
            units.PercentUnit,
            Query(
                ratio(per_second(UNDERRUN_SECONDS, by=("model",)), per_second(GENERATED_AUDIO, by=("model",))),
                "{{model}}",
            ),
        ),
        lines(
            "Length of responses",
            "From response.created to response.done: how long it takes to make them, not to hear them. Longer "
            "answers cost more, and more of them is cut off unheard (board Conversation quality).",
            units.Seconds,
            Query(percentile(0.95, RESPONSE_DURATION), "95 of 100"),
            Query(percentile(0.5, RESPONSE_DURATION), "half"),
            colours=_COLOURS,
        ),
        lines(
            "Stopping when interrupted",
            "From the interruption of an answer that was still being made to the last audio that came of it; 0 where "
            "none did. Users hear this as an agent that talks on, unless the client drops it.",
            units.Seconds,
            Query(percentile(0.95, INTERRUPTION_STOP), "95 of 100"),
            Query(percentile(0.5, INTERRUPTION_STOP), "half"),
            colours=_COLOURS,
        ),
        widths=(8, 8, 8, 12, 12),
    )


def _before() -> Row:
    return row(
        "Before the first word",
        leading_to(
            "proxy",
            "Do calls get through?",
            lines(
                "Until a call can begin",
                "From the upgrade request to the first session event, and the part of it in which voicetap connects to "
                "the server: name, TCP, TLS. If both rise, it is the network; if only the first does, the server.",
                units.Seconds,
                Query(percentile(0.95, SESSION_SETUP), "session, 95 of 100"),
                Query(percentile(0.5, SESSION_SETUP), "session, half"),
                Query(percentile(0.95, UPSTREAM_CONNECT), "connection, 95 of 100"),
                Query(percentile(0.5, UPSTREAM_CONNECT), "connection, half"),
                colours={
                    "session, 95 of 100": "orange",
                    "session, half": "blue",
                    "connection, 95 of 100": "yellow",
                    "connection, half": "purple",
                },
            ),
        ),
    )
