"""The board Conversation quality."""

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
    ("Audio that nobody heard", "A"): unheard(),
    ("Transcriptions a minute", "A"): a_minute("transcriptions_total", "outcome"),
    ("Not transcribed, by model", "A"): transcriptions("failed", "transcription_model"),
    ("Not transcribed, by model", "B"): transcriptions("timed_out", "transcription_model"),
    ("Why transcriptions fail", "A"): whole("transcription_failures_total", "code", "transcription_model"),
    ("Waiting, lost, late", "A"): lambda truth: one(PENDING),
    ("Waiting, lost, late", "B"): a_minute("transcriptions_total", outcome="timed_out"),
    ("Waiting, lost, late", "C"): a_minute("late_transcriptions_total"),
    ("How long a transcription takes", "A"): quantile(0.95, "transcription_latency_seconds", "transcription_model"),
    ("How long a transcription takes", "B"): quantile(0.5, "transcription_latency_seconds", "transcription_model"),
    ("How sure transcriptions are", "A"): spread("transcription_confidence_ratio"),
    ("Answers cut off, by model", "A"): cut_off("model"),
    ("Who truncates, and with what result", "A"): whole("truncations_total", "initiator", "outcome"),
    ("Truncations refused", "A"): lambda truth: truth.now.share(
        "truncations_total", {"outcome": "rejected"}, "model", initiator="client"
    ),
    ("How much of a cut-off answer was heard", "A"): spread("truncated_answer_heard_ratio"),
    ("Seconds of answers a minute", "A"): a_minute("generated_audio_seconds_total"),
    ("Seconds of answers a minute", "B"): a_minute("unheard_audio_seconds_total"),
    ("Interruptions of spoken answers", "A"): lambda truth: (
        truth.now.increase("interruptions_total", "model") / truth.now.increase("spoken_answers_total", "model")
    ),
    ("Interruptions of spoken answers", "B"): lambda truth: (
        truth.now.increase("overlaps_total") / truth.now.increase("spoken_answers_total")
    ),
    ("When and by what", "A"): whole("interruptions_total", "cause", "phase"),
    ("How fast an interruption takes effect", "A"): quantile(0.95, "interruption_stop_seconds"),
    ("How fast an interruption takes effect", "B"): quantile(0.5, "interruption_stop_seconds"),
    ("Silence a minute", "A"): a_minute("dead_air_total", "after"),
    ("Silence a minute", "B"): a_minute("silent_sessions_total"),
    ("Turns that came to nothing", "A"): whole("turns_total", "opened_by", "outcome", outcome=FAILED),
    ("Responses by status and reason", "A"): whole("responses_total", "reason", "status"),
    ("Errors of the API", "A"): whole("api_errors_total", "code", "model"),
    ("Tool calls by outcome", "A"): whole("tool_calls_total", "outcome"),
    ("Playback that ran dry", "A"): lambda truth: (
        truth.now.increase("playback_underruns_total", "model") / truth.now.increase("spoken_answers_total", "model")
    ),
    ("Playback that ran dry", "B"): lambda truth: (
        truth.now.increase("underrun_seconds_total", "model")
        / truth.now.increase("generated_audio_seconds_total", "model")
    ),
    ("Longest wait between two pieces of audio", "A"): quantile(0.95, "audio_delta_gap_seconds", "model"),
    ("Longest wait between two pieces of audio", "B"): quantile(0.5, "audio_delta_gap_seconds", "model"),
}
