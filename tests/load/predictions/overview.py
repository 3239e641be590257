"""The board Overview."""

import voicetap
from load.between import Table, exactly
from load.predictions.table import (
    HOUR,
    Predictions,
    a_minute,
    calls_not_started,
    cut_off,
    dead_air,
    grown,
    quantile,
    responses_failed,
    silent_sessions,
    transcriptions,
    within,
)

PREDICTIONS: Predictions = {
    ("Calls now", "A"): lambda truth: truth.held(),
    ("Answered in time", "A"): within("turn_latency_seconds", 1.5),
    ("Transcriptions failed", "A"): transcriptions("failed"),
    ("Responses failed", "A"): responses_failed,
    ("Calls that did not start", "A"): calls_not_started,
    ("Answers cut off", "A"): cut_off(),
    ("Dead air", "A"): dead_air,
    ("Cost an hour", "A"): lambda truth: truth.now.rate("cost_usd_total") * HOUR,
    ("Voice to voice", "A"): quantile(0.95, "turn_latency_seconds"),
    ("Voice to voice", "B"): quantile(0.5, "turn_latency_seconds"),
    ("What goes wrong", "A"): transcriptions("failed"),
    ("What goes wrong", "B"): transcriptions("timed_out"),
    ("What goes wrong", "C"): responses_failed,
    ("What goes wrong", "D"): calls_not_started,
    ("What goes wrong", "E"): dead_air,
    ("What goes wrong", "F"): silent_sessions,
    ("Calls", "A"): lambda truth: truth.held("model"),
    ("Turns a minute", "A"): a_minute("turns_total", "outcome"),
    ("Cost an hour, by model", "A"): lambda truth: truth.now.rate("cost_usd_total", "model") * HOUR,
    ("Turns", "A"): grown("turns_total"),
    ("Turns", "B"): lambda truth: truth.before.increase("turns_total"),
    ("Slowest turns", "A"): quantile(0.95, "turn_latency_seconds"),
    ("Slowest turns", "B"): lambda truth: truth.before.quantile(0.95, "turn_latency_seconds"),
    ("Failed transcriptions", "A"): transcriptions("failed"),
    ("Failed transcriptions", "B"): lambda truth: truth.before.share("transcriptions_total", {"outcome": "failed"}),
    ("Failed responses", "A"): responses_failed,
    ("Failed responses", "B"): lambda truth: truth.before.share("responses_total", {"status": "failed"}),
    ("Cut-off answers", "A"): cut_off(),
    ("Cut-off answers", "B"): lambda truth: (
        truth.before.increase("truncations_total", outcome="acknowledged")
        / truth.before.increase("spoken_answers_total")
    ),
    ("Cost of a turn", "A"): lambda truth: truth.now.increase("cost_usd_total") / truth.now.increase("turns_total"),
    ("Cost of a turn", "B"): lambda truth: (
        truth.before.increase("cost_usd_total") / truth.before.increase("turns_total")
    ),
    ("Versions", "A"): lambda truth: Table({(voicetap.__version__,): exactly(len(truth.load.instances))}),
    ("How calls end", "A"): a_minute("sessions_total", "end"),
}
