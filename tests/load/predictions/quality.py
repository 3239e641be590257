"""The board Conversation quality."""

from load.account import But
from load.between import one
from load.predictions.table import (
    Predictions,
    a_minute,
    cut_off,
    dead_air,
    quantile,
    responses_failed,
    spread,
    transcriptions,
    unheard,
    whole,
)
from load.run import PENDING

FAILED = ("failed", "incomplete", "no_response")


PREDICTIONS: Predictions = {
    ("Transcriptions failed", "A"): transcriptions("failed"),
    ("Transcriptions that never came", "A"): transcriptions("timed_out"),
    ("Responses failed", "A"): responses_failed,
    ("Dead air", "A"): dead_air,
    ("Answers cut off", "A"): cut_off(),
    ("Audio not heard", "A"): unheard(),
    ("Transcriptions a minute", "A"): a_minute("transcriptions_total", "outcome"),
    ("Not transcribed, by model", "A"): lambda truth: truth.now.share(
        "transcriptions_total", {"outcome": ("failed", "timed_out")}, "transcription_model"
    ),
    ("Why transcriptions fail", "A"): whole("transcription_failures_total", "code", "transcription_model"),
    ("Pending, timed out, late", "A"): lambda truth: one(PENDING),
    ("Pending, timed out, late", "B"): a_minute("transcriptions_total", outcome="timed_out"),
    ("Pending, timed out, late", "C"): a_minute("late_transcriptions_total"),
    ("How long a transcription takes", "A"): quantile(0.95, "transcription_latency_seconds", "transcription_model"),
    ("How sure transcriptions are", "A"): spread("transcription_confidence_ratio"),
    ("Answers cut off, by model", "A"): cut_off("model"),
    ("Who truncates, and with what result", "A"): whole("truncations_total", "initiator", "outcome"),
    ("Truncations refused", "A"): lambda truth: truth.now.share(
        "truncations_total", {"outcome": "rejected"}, "model", initiator="client"
    ),
    ("How much of a cut-off answer was heard", "A"): spread("truncated_answer_heard_ratio"),
    ("Interruptions of spoken answers", "A"): lambda truth: (
        truth.now.increase("interruptions_total", "model") / truth.now.increase("spoken_answers_total", "model")
    ),
    ("Interruptions of spoken answers", "B"): lambda truth: (
        truth.now.increase("overlaps_total") / truth.now.increase("spoken_answers_total")
    ),
    ("When and by what", "A"): whole("interruptions_total", "cause", "phase"),
    ("Silence a minute", "A"): a_minute("dead_air_total", "after"),
    ("Silence a minute", "B"): a_minute("silent_sessions_total"),
    ("Turns that came to nothing", "A"): whole("turns_total", "opened_by", "outcome", outcome=FAILED),
    ("Responses a minute", "A"): a_minute("responses_total", "status"),
    ("Why responses are not completed", "A"): whole("responses_total", "reason", "status", status=But("completed")),
    ("Errors of the API", "A"): whole("api_errors_total", "code", "model"),
    ("Tool calls a minute", "A"): a_minute("tool_calls_total", "outcome"),
}
