"""Conversation quality: what goes wrong between a user and the model, and why."""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import (
    API_ERRORS,
    DEAD_AIR,
    INTERRUPTIONS,
    LATE_TRANSCRIPTIONS,
    OVERLAPS,
    RESPONSES,
    SILENT_SESSIONS,
    SPOKEN_ANSWERS,
    TOOL_CALLS,
    TRANSCRIPTION_CONFIDENCE,
    TRANSCRIPTION_FAILURES,
    TRANSCRIPTION_LATENCY,
    TRANSCRIPTIONS,
    TRANSCRIPTIONS_PENDING,
    TRUNCATED_ANSWER_HEARD,
    TRUNCATIONS,
    TURNS,
)

from .. import objectives, variables
from ..board import Row, board, row
from ..panels import BAD, COLOURS, NEUTRAL, WARNING, Query, figure, leading_to, lines, ranking, spread, stack
from ..promql import rate, ratio, some, total
from . import faults, verdicts
from .queries import RANGE, RATE, a_minute, buckets, for_each, now, of_any_model, per_second, percentile, times
from .thresholds import within

_TO_NOTHING = 'outcome=~"failed|incomplete|no_response"'
_BY_CLIENT = 'initiator="client"'
_MODEL = ("model",)


def build() -> Dashboard:
    """Top to bottom: six figures; then a row for each of the questions that they raise."""
    return board(
        "quality",
        "Conversation quality",
        "Does transcription work, are answers heard, and does anything come at all? The figures at the top are for the "
        "time range chosen; each row below is the question behind one of them.",
        _verdict(),
        _transcription(),
        _model(),
        _silence(),
        _heard(),
        _interruptions(),
        choices=(variables.transcription_model(),),
    )


def _verdict() -> Row:
    """Each against its objective."""
    return row(
        "Are conversations as they should be?",
        verdicts.transcriptions_failed(),
        figure(
            "Transcriptions that never came",
            "Of what users said: neither a text nor a failure within 15 s. No event tells of it. Objective: at most "
            f"{objectives.TRANSCRIPTION.budget:.0%}.",
            units.PercentUnit,
            Query(faults.transcriptions_that_never_came(RANGE)),
            within(objectives.TRANSCRIPTION),
        ),
        verdicts.responses_failed(),
        verdicts.dead_air(),
        verdicts.answers_cut_off(),
        leading_to("cost", "What is paid for", verdicts.audio_not_heard()),
    )


def _transcription() -> Row:
    """What became of what users said."""
    return row(
        "Does transcription work, and why not?",
        stack(
            "Transcriptions a minute",
            "By outcome. Empty is a cough or a noise; session_closed is a caller who hung up before it came: some of "
            "both are normal. Failed and timed_out are not.",
            units.Short,
            Query(some(a_minute(TRANSCRIPTIONS, by=("outcome",))), "{{outcome}}"),
            colours=COLOURS,
        ),
        lines(
            "Not transcribed, by model",
            "The share that failed or never came, by the model that transcribes: it is not the one that answers. "
            "Dashed: the objective of either. All models at once is the provider; one alone is that model, its name, "
            "or its quota.",
            units.PercentUnit,
            Query(faults.not_transcribed(RATE), "{{transcription_model}}"),
            limit=objectives.TRANSCRIPTION.budget,
            room=0.1,
        ),
        ranking(
            "Why transcriptions fail",
            "Failures by code. A rate limit or quota: raise it, or transcribe by another model. model_not_found: the "
            "session asks for a wrong name. audio_unintelligible: the microphone. server_error: the provider.",
            units.LocaleFormat,
            Query(some(times(TRANSCRIPTION_FAILURES, by=("transcription_model", "code")))),
            "failures",
        ),
        lines(
            "How long a transcription takes",
            "From the commit of the user's audio to the text: 95 of 100 were faster. An agent that waits for the text "
            "before it acts waits so long.",
            units.Seconds,
            Query(percentile(0.95, TRANSCRIPTION_LATENCY, by=("transcription_model",)), "{{transcription_model}}"),
        ),
        lines(
            "Pending, timed out, late",
            "Pending: audio without an outcome at this moment; it goes up and down with the talk, and must not climb. "
            "Late: results after the outcome. Beside timed-out ones, a slow service; else one that sends them twice, "
            "which does no harm.",
            units.Short,
            Query(now(TRANSCRIPTIONS_PENDING), "pending now"),
            Query(a_minute(TRANSCRIPTIONS, 'outcome="timed_out"'), "timed out a minute"),
            Query(a_minute(LATE_TRANSCRIPTIONS), "late or twice a minute"),
            colours={"pending now": NEUTRAL, "timed out a minute": WARNING, "late or twice a minute": "text"},
        ),
        spread(
            "How sure transcriptions are",
            "The mean probability of their tokens. Below one half the text is a guess: a wrong language, noise, or a "
            "bad line. Only sessions that include item.input_audio_transcription.logprobs have it.",
            units.PercentUnit,
            Query(buckets(TRANSCRIPTION_CONFIDENCE)),
            empty="only where clients ask for logprobs",
        ),
        widths=(8,) * 6,
    )


def _model() -> Row:
    """What the server makes of what it is asked."""
    return row(
        "Does the model answer?",
        stack(
            "Responses a minute",
            "By status. Cancelled is a user who spoke; incomplete, a limit of tokens or a filter; unfinished, a call "
            "that ended in the middle. Failed is a question that nobody answered.",
            units.Short,
            Query(some(a_minute(RESPONSES, by=("status",))), "{{status}}"),
            colours=COLOURS,
        ),
        leading_to(
            "cost",
            "What is left of the limits",
            ranking(
                "Why responses are not completed",
                "Failed has the code of the error as its reason: rate limits and quota are the account's (board Cost "
                "and limits), server_error is the provider's. turn_detected is a user who spoke.",
                units.LocaleFormat,
                Query(some(times(RESPONSES, 'status!="completed"', by=("status", "reason")))),
                "responses",
            ),
        ),
        ranking(
            "Errors of the API",
            "error events by code. Most are a client that asks for what cannot be: a bug that repeats with each call. "
            "The session goes on after most of them; look for silent ones.",
            units.LocaleFormat,
            Query(some(times(API_ERRORS, by=("model", "code")))),
            "errors",
        ),
    )


def _silence() -> Row:
    """Users who wait for nothing."""
    return row(
        "When does nothing come?",
        lines(
            "Silence a minute",
            "Times that nothing came for 5 s after the user's speech, a response.create of the client, or the output "
            "of a tool; and sessions in which nothing came for 30 s after an error: those calls are dead.",
            units.Short,
            Query(a_minute(DEAD_AIR, by=("after",)), "after {{after}}"),
            Query(a_minute(SILENT_SESSIONS), "silent sessions"),
            colours={
                "after speech": NEUTRAL,
                "after request": "purple",
                "after tool_output": WARNING,
                "silent sessions": BAD,
            },
        ),
        ranking(
            "Turns that came to nothing",
            "By what opened them. failed: the response did. incomplete: cut by a limit of tokens or a filter. "
            "no_response: none ever began, as where a client forgets its response.create.",
            units.LocaleFormat,
            Query(some(times(TURNS, _TO_NOTHING, by=("opened_by", "outcome")))),
            "turns",
        ),
        leading_to(
            "latency",
            "How long they take",
            stack(
                "Tool calls a minute",
                "Answered by the client, or completed by an MCP server. Cancelled goes with interruptions. Unanswered "
                "and failed leave the user without what was looked up. How long they take: board Latency.",
                units.Short,
                Query(some(a_minute(TOOL_CALLS, by=("outcome",))), "{{outcome}}"),
                colours=COLOURS,
            ),
        ),
    )


def _heard() -> Row:
    """Truncations: how often, how they end, and what they cut away."""
    return row(
        "How much of an answer is heard?",
        lines(
            "Answers cut off, by model",
            "Truncations of spoken answers. Dashed: more than conversations usually have. A jump after a release is a "
            "client that truncates otherwise; a slow climb is answers that grow.",
            units.PercentUnit,
            Query(faults.answers_cut_off(RATE, *_MODEL), "{{model}}"),
            limit=objectives.TRUNCATION_RATIO,
        ),
        spread(
            "How much of a cut-off answer was heard",
            "Share of its audio. Most at the floor: users (or their echo) cut answers off as soon as they begin. Most "
            "at the top: they only spare themselves the last words.",
            units.PercentUnit,
            Query(buckets(TRUNCATED_ANSWER_HEARD)),
        ),
        lines(
            "Truncations refused",
            "Of those that clients ask for. Most often a client claims to have played more audio than there is: its "
            "clock runs from the wrong moment. Dashed: more than chance.",
            units.PercentUnit,
            Query(
                ratio(
                    per_second(TRUNCATIONS, _BY_CLIENT, 'outcome="rejected"', by=_MODEL),
                    per_second(TRUNCATIONS, _BY_CLIENT, by=_MODEL),
                ),
                "{{model}}",
            ),
            limit=objectives.REJECTED_TRUNCATION_RATIO,
        ),
        ranking(
            "Who truncates, and with what result",
            "Client: it told the server what was heard. Server: it did so by itself, as with WebRTC. Rejected and "
            "unanswered ones leave the model believing that the user heard everything.",
            units.LocaleFormat,
            Query(some(times(TRUNCATIONS, by=("initiator", "outcome")))),
            "truncations",
        ),
        widths=(12,) * 4,
    )


def _interruptions() -> Row:
    """Whose turn it is."""
    return row(
        "Who interrupts whom?",
        leading_to(
            "latency",
            "How fast they take effect",
            lines(
                "Interruptions of spoken answers",
                "Answers that were cut off, by model, and those of all models that went on while the user spoke over "
                "them. Dashed: too many to be people. Near zero where it never was: users cannot interrupt any more. "
                "How fast an interruption takes effect: board Latency.",
                units.PercentUnit,
                Query(for_each(SPOKEN_ANSWERS, INTERRUPTIONS, by=_MODEL), "{{model}}"),
                Query(ratio(per_second(OVERLAPS), total(rate(of_any_model(SPOKEN_ANSWERS), RATE))), "spoken over"),
                limit=objectives.INTERRUPTION_RATIO,
            ),
        ),
        ranking(
            "When and by what",
            "playing: heard, and long since generated: the usual case. generating: the user answers quickly. "
            "before_audio: the user had not finished; turn detection is too hasty: let it wait for a longer silence.",
            units.LocaleFormat,
            Query(some(times(INTERRUPTIONS, by=("phase", "cause")))),
            "interruptions",
        ),
    )
