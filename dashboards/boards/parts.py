"""The rows about the parts of a wait: the silence that ends speech, the model, tools."""

from grafana_foundation_sdk.models import units

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    COMMIT_TO_RESPONSE,
    TIME_TO_FIRST_AUDIO,
    TOOL_RESUME,
    TOOL_ROUND_TRIP,
    TURN_LATENCY,
    VAD_WAIT,
)

from .. import objectives
from ..board import Row, row
from ..panels import Query, bars, lines, spread, stack
from ..promql import rate, ratio, total
from .queries import RANGE, RATE, buckets, mean, of_any_model, per_second, percentile

_NOT_AFTER_A_TOOL = 'trigger!="tool"'
_PARTS = {
    "silence": "yellow",
    "response begins": "purple",
    "first audio": "blue",
    "tools": "orange",
    "after tools": "green",
}


def averages() -> Row:
    """Which part takes the time, on average and where it is slow."""
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
        widths=(16, 8, 12, 12),
    )


def spreads() -> Row:
    """Each part in detail."""
    return row(
        "How is each part spread?",
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
        widths=(8, 8, 8, 12, 12),
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
