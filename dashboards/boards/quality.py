"""Conversation quality: what goes wrong between a user and the model, and why."""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    API_ERRORS,
    AUDIO_DELTA_GAP,
    DEAD_AIR,
    GENERATED_AUDIO,
    INTERRUPTION_STOP,
    INTERRUPTIONS,
    LATE_TRANSCRIPTIONS,
    OVERLAPS,
    PLAYBACK_UNDERRUNS,
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
    UNDERRUN_SECONDS,
    UNHEARD_AUDIO,
)

from .. import objectives, variables
from ..board import Row, board, row
from ..panels import (
    COLOURS,
    GOOD,
    NEUTRAL,
    WARNING,
    Query,
    bars,
    figure,
    good_below,
    leading_to,
    lines,
    ranking,
    spread,
    stack,
)
from ..promql import increase, rate, ratio, total
from .queries import (
    RANGE,
    RATE,
    a_minute,
    buckets,
    during,
    for_each,
    now,
    of_any_model,
    per_second,
    percentile,
    share,
    times,
)
from .thresholds import at_most, within

_FAILED = 'outcome="failed"'
_NEVER_CAME = 'outcome="timed_out"'
_ACKNOWLEDGED = 'outcome="acknowledged"'
_TO_NOTHING = 'outcome=~"failed|incomplete|no_response"'
_BY_CLIENT = 'initiator="client"'
_TRANSCRIBER = ("transcription_model",)
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
        _heard(),
        _interruptions(),
        _silence(),
        _model(),
        _playback(),
        choices=(variables.transcription_model(),),
    )


def _verdict() -> Row:
    """Each against its objective."""
    return row(
        "Are conversations as they should be?",
        figure(
            "Transcriptions failed",
            "Of what users said, how much the transcription failed on. Whatever reads transcripts is blind there, and "
            f"the call goes on. Objective: at most {objectives.TRANSCRIPTION.budget:.0%}. Why: the row below.",
            units.PercentUnit,
            Query(share(TRANSCRIPTIONS, _FAILED, over=RANGE)),
            within(objectives.TRANSCRIPTION),
        ),
        figure(
            "Transcriptions that never came",
            "Of what users said: neither a text nor a failure within 15 s. No event tells of it. Objective: at most "
            f"{objectives.TRANSCRIPTION.budget:.0%}.",
            units.PercentUnit,
            Query(share(TRANSCRIPTIONS, _NEVER_CAME, over=RANGE)),
            within(objectives.TRANSCRIPTION),
        ),
        figure(
            "Responses failed",
            "Responses with status failed: the user asked, and got nothing. Objective: at most "
            f"{objectives.RESPONSE.budget:.0%}. Why: the row Does the model answer?",
            units.PercentUnit,
            Query(share(RESPONSES, 'status="failed"', over=RANGE)),
            within(objectives.RESPONSE),
        ),
        figure(
            "Dead air",
            "Waits in which nothing came for more than 5 s, of turns of all models. Callers ask whether anybody is "
            f"there. Objective: at most {objectives.DEAD_AIR_RATIO:.0%}.",
            units.PercentUnit,
            Query(ratio(during(DEAD_AIR), total(increase(of_any_model(TURNS), RANGE)))),
            good_below(objectives.DEAD_AIR_RATIO, 3 * objectives.DEAD_AIR_RATIO),
        ),
        figure(
            "Answers cut off",
            "Truncations of spoken answers: users stopped listening. One in five is a lively conversation; from "
            f"{objectives.TRUNCATION_RATIO:.0%} on, suspect echo, noise, or answers that are too long.",
            units.PercentUnit,
            Query(ratio(during(TRUNCATIONS, _ACKNOWLEDGED), during(SPOKEN_ANSWERS))),
            at_most(objectives.TRUNCATION_RATIO),
        ),
        figure(
            "Audio that nobody heard",
            "Of the audio that was generated, what truncations cut away. It is paid for. From "
            f"{objectives.UNHEARD_RATIO:.0%} on, ask the model for shorter answers.",
            units.PercentUnit,
            Query(ratio(during(UNHEARD_AUDIO), during(GENERATED_AUDIO))),
            at_most(objectives.UNHEARD_RATIO),
        ),
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
            Query(a_minute(TRANSCRIPTIONS, by=("outcome",)), "{{outcome}}"),
            colours=COLOURS,
        ),
        lines(
            "Not transcribed, by model",
            "The share that failed and the share that never came, by the model that transcribes: it is not the one "
            "that answers. Dashed: the objective. All models at once is the provider; one alone is that model, its "
            "name, or its quota.",
            units.PercentUnit,
            Query(share(TRANSCRIPTIONS, _FAILED, over=RATE, by=_TRANSCRIBER), "{{transcription_model}}: failed"),
            Query(
                share(TRANSCRIPTIONS, _NEVER_CAME, over=RATE, by=_TRANSCRIBER), "{{transcription_model}}: never came"
            ),
            limit=objectives.TRANSCRIPTION.budget,
        ),
        ranking(
            "Why transcriptions fail",
            "Failures by code. A rate limit or quota: raise it, or transcribe by another model. model_not_found: the "
            "session asks for a wrong name. audio_unintelligible: the microphone. server_error: the provider.",
            units.LocaleFormat,
            Query(_some(TRANSCRIPTION_FAILURES, by=("transcription_model", "code"))),
            "failures",
        ),
        lines(
            "Waiting, lost, late",
            "Pending: audio without an outcome at this moment; it goes up and down with the talk, and must not climb. "
            "Late: results after the outcome. Beside timed-out ones, a slow service; else one that repeats itself.",
            units.Short,
            Query(now(TRANSCRIPTIONS_PENDING), "pending now"),
            Query(a_minute(TRANSCRIPTIONS, _NEVER_CAME), "timed out a minute"),
            Query(a_minute(LATE_TRANSCRIPTIONS), "came late a minute"),
            colours={"pending now": NEUTRAL, "timed out a minute": WARNING, "came late a minute": "purple"},
        ),
        lines(
            "How long a transcription takes",
            "From the commit of the user's audio to the text: of half of them, and of 95 of 100. An agent that waits "
            "for the text before it acts waits so long.",
            units.Seconds,
            Query(percentile(0.95, TRANSCRIPTION_LATENCY, by=_TRANSCRIBER), "{{transcription_model}}: 95 of 100"),
            Query(percentile(0.5, TRANSCRIPTION_LATENCY, by=_TRANSCRIBER), "{{transcription_model}}: half"),
        ),
        spread(
            "How sure transcriptions are",
            "The mean probability of their tokens. Below one half the text is a guess: a wrong language, noise, or a "
            "bad line. Only sessions that include logprobs have it, so it may be empty.",
            units.PercentUnit,
            Query(buckets(TRANSCRIPTION_CONFIDENCE)),
        ),
        widths=(8,) * 6,
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
            Query(for_each(SPOKEN_ANSWERS, TRUNCATIONS, _ACKNOWLEDGED, by=_MODEL), "{{model}}"),
            limit=objectives.TRUNCATION_RATIO,
        ),
        bars(
            "Who truncates, and with what result",
            "Client: it told the server what was heard. Server: it did so by itself, as with WebRTC. Rejected and "
            "unanswered ones leave the model believing that the user heard everything.",
            units.LocaleFormat,
            Query(times(TRUNCATIONS, by=("initiator", "outcome")), "{{initiator}}: {{outcome}}"),
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
        spread(
            "How much of a cut-off answer was heard",
            "Share of its audio. Dark near the floor: users (or their echo) cut answers off as soon as they begin. "
            "Dark near the top: they only spare themselves the last words.",
            units.PercentUnit,
            Query(buckets(TRUNCATED_ANSWER_HEARD)),
        ),
        lines(
            "Seconds of answers a minute",
            "What models said in a minute, in all calls, and what of it truncations cut away unheard: that comes a "
            "moment after the audio itself.",
            units.Seconds,
            Query(a_minute(GENERATED_AUDIO), "generated"),
            Query(a_minute(UNHEARD_AUDIO), "unheard"),
            colours={"generated": GOOD, "unheard": WARNING},
        ),
        widths=(8, 8, 8, 12, 12),
    )


def _interruptions() -> Row:
    """Whose turn it is."""
    return row(
        "Who interrupts whom?",
        lines(
            "Interruptions of spoken answers",
            "Answers that were cut off, and answers that went on while the user spoke over them. Dashed: too many to "
            "be people. Near zero where it never was: users cannot interrupt any more.",
            units.PercentUnit,
            Query(for_each(SPOKEN_ANSWERS, INTERRUPTIONS, by=_MODEL), "{{model}}: interrupted"),
            Query(ratio(per_second(OVERLAPS), total(rate(of_any_model(SPOKEN_ANSWERS), RATE))), "all: spoken over"),
            limit=objectives.INTERRUPTION_RATIO,
        ),
        ranking(
            "When and by what",
            "playing: heard, and long since generated: the usual case. generating: the user answers quickly. "
            "before_audio: the user had not finished; turn detection is too hasty: let it wait for a longer silence.",
            units.LocaleFormat,
            Query(_some(INTERRUPTIONS, by=("phase", "cause"))),
            "interruptions",
        ),
        lines(
            "How fast an interruption takes effect",
            "From the interruption to the last audio of that answer that still came; of answers cut off while they "
            "were made. More than a few tenths of a second is audio that the client has to throw away by itself.",
            units.Seconds,
            Query(percentile(0.95, INTERRUPTION_STOP), "95 of 100"),
            Query(percentile(0.5, INTERRUPTION_STOP), "half"),
            colours={"95 of 100": WARNING, "half": NEUTRAL},
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
            colours={"silent sessions": "red"},
        ),
        ranking(
            "Turns that came to nothing",
            "By what opened them. failed: the response did. incomplete: cut by a limit of tokens or a filter. "
            "no_response: none ever began, as where a client forgets its response.create.",
            units.LocaleFormat,
            Query(_some(TURNS, _TO_NOTHING, by=("opened_by", "outcome"))),
            "turns",
        ),
    )


def _model() -> Row:
    """What the server makes of what it is asked."""
    return row(
        "Does the model answer?",
        leading_to(
            "cost",
            "What is left of the limits",
            bars(
                "Responses by status and reason",
                "Cancelled is a user who spoke. Failed has the code of the error as its reason: rate limits and quota "
                "are the account's (board Cost and limits), server_error is the provider's.",
                units.LocaleFormat,
                Query(_some(RESPONSES, by=("status", "reason")), "{{status}}: {{reason}}"),
            ),
        ),
        ranking(
            "Errors of the API",
            "error events by code. Most are a client that asks for what cannot be: a bug that repeats with each call. "
            "The session goes on after most of them; look for silent ones.",
            units.LocaleFormat,
            Query(_some(API_ERRORS, by=("model", "code"))),
            "errors",
        ),
        leading_to(
            "latency",
            "How long they take",
            bars(
                "Tool calls by outcome",
                "Answered by the client, or completed by an MCP server. Cancelled goes with interruptions. Unanswered "
                "and failed leave the user without what was looked up. How long they take: board Latency.",
                units.LocaleFormat,
                Query(times(TOOL_CALLS, by=("outcome",)), "{{outcome}}"),
            ),
        ),
    )


def _playback() -> Row:
    """Whether audio comes as fast as it is heard."""
    return row(
        "Is playback smooth?",
        lines(
            "Playback that ran dry",
            "As estimated, for a client without a buffer: how often the audio ran out, for each answer; and the "
            "silence that this made, for each second of audio. Zero is normal; else servers or networks are slow.",
            units.PercentUnit,
            Query(for_each(SPOKEN_ANSWERS, PLAYBACK_UNDERRUNS, by=_MODEL), "{{model}}: gaps for each answer"),
            Query(for_each(GENERATED_AUDIO, UNDERRUN_SECONDS, by=_MODEL), "{{model}}: silence for each second"),
        ),
        lines(
            "Longest wait between two pieces of audio",
            "In each answer; of half of the answers, and of 95 of 100. A client that buffers more than this plays "
            "without a gap.",
            units.Seconds,
            Query(percentile(0.95, AUDIO_DELTA_GAP, by=_MODEL), "{{model}}: 95 of 100"),
            Query(percentile(0.5, AUDIO_DELTA_GAP, by=_MODEL), "{{model}}: half"),
        ),
    )


def _some(metric: Metric, *matchers: str, by: tuple[str, ...]) -> str:
    """What happened in the time range at all: of all that can, most never does."""
    return f"{times(metric, *matchers, by=by)} > 0"
