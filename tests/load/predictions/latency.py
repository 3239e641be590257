"""The board Latency."""

from load.between import Between, Table, each
from load.predictions.table import Prediction, Predictions, beyond, quantile, spread, within
from load.truth import Truth

TURN, RAW = "turn_latency_seconds", "turn_latency_raw_seconds"
SILENCE, BEGINS, FIRST = "vad_wait_seconds", "commit_to_response_seconds", "time_to_first_audio_seconds"
TOOL, RESUME = "tool_round_trip_seconds", "tool_resume_seconds"
ASKED_AT_ONCE = ("vad", "client", "timeout")


def mean(metric: str, *by: str) -> Prediction:
    """Of a histogram."""
    return lambda truth: truth.now.mean(metric, *by)


def of_a_turn(metric: str) -> Prediction:
    """What all samples come to, spread over the turns that have a latency."""
    return lambda truth: truth.now.total(metric) / truth.now.count(TURN)


def slow_turns(truth: Truth) -> Table:
    """Those of more than 3 s, as a whole number."""
    more = truth.now.count(TURN) - Table({(): truth.now.buckets(TURN)["3.0",]})
    return each(more, lambda moved: Between(round(moved.low), round(moved.high)))


PREDICTIONS: Predictions = {
    ("Answered in time", "A"): within(TURN, 1.5),
    ("Answered at once", "A"): within(TURN, 0.8),
    ("Waits", "A"): quantile(0.5, TURN),
    ("Waits", "B"): quantile(0.95, TURN),
    ("Waits", "C"): quantile(0.99, TURN),
    ("Slow turns", "A"): slow_turns,
    ("Turns measured", "A"): lambda truth: truth.now.count(TURN),
    ("Voice to voice", "A"): quantile(0.99, TURN),
    ("Voice to voice", "B"): quantile(0.95, TURN),
    ("Voice to voice", "C"): quantile(0.5, TURN),
    ("Spread of voice to voice", "A"): spread(TURN),
    ("The average wait and its parts", "A"): mean(SILENCE),
    ("The average wait and its parts", "B"): mean(BEGINS),
    ("The average wait and its parts", "C"): lambda truth: truth.now.mean(FIRST, trigger=ASKED_AT_ONCE),
    ("The average wait and its parts", "D"): of_a_turn(TOOL),
    ("The average wait and its parts", "E"): of_a_turn(RESUME),
    ("The average wait and its parts", "F"): mean(TURN),
    ("Each part where it occurs", "A"): mean(SILENCE),
    ("Each part where it occurs", "B"): mean(BEGINS),
    ("Each part where it occurs", "C"): mean(FIRST, "trigger"),
    ("Each part where it occurs", "D"): mean(TOOL),
    ("Each part where it occurs", "E"): mean(RESUME),
    ("Slow parts", "A"): quantile(0.95, SILENCE),
    ("Slow parts", "B"): quantile(0.95, BEGINS),
    ("Slow parts", "C"): quantile(0.95, TOOL),
    ("Slow parts", "D"): quantile(0.95, RESUME),
    ("Slow first audio, by what asked for it", "A"): quantile(0.95, FIRST, "trigger"),
    ("Silence", "A"): spread(SILENCE),
    ("Response begins", "A"): spread(BEGINS),
    ("First audio", "A"): spread(FIRST),
    ("Tools", "A"): spread(TOOL),
    ("After tools", "A"): spread(RESUME),
    ("Slowest models", "A"): quantile(0.95, TURN, "model"),
    ("Voice to voice, by model", "A"): quantile(0.95, TURN, "model"),
    ("Late, as clients see it", "A"): beyond(TURN, 1.5),
    ("Late, as clients see it", "B"): beyond(RAW, 1.5),
    ("Gaps in answers", "A"): spread("audio_delta_gap_seconds"),
    ("Answers that falter", "A"): lambda truth: (
        truth.now.increase("playback_underruns_total", "model") / truth.now.increase("spoken_answers_total", "model")
    ),
    ("Silence within answers", "A"): lambda truth: (
        truth.now.increase("underrun_seconds_total", "model")
        / truth.now.increase("generated_audio_seconds_total", "model")
    ),
    ("Length of responses", "A"): quantile(0.95, "response_duration_seconds"),
    ("Length of responses", "B"): quantile(0.5, "response_duration_seconds"),
    ("Stopping when interrupted", "A"): quantile(0.95, "interruption_stop_seconds"),
    ("Stopping when interrupted", "B"): quantile(0.5, "interruption_stop_seconds"),
    ("Until a call can begin", "A"): quantile(0.95, "session_setup_seconds"),
    ("Until a call can begin", "B"): quantile(0.5, "session_setup_seconds"),
    ("Until a call can begin", "C"): quantile(0.95, "upstream_connect_seconds"),
    ("Until a call can begin", "D"): quantile(0.5, "upstream_connect_seconds"),
}
