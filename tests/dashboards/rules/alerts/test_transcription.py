"""Transcription fails, or does not come."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.burning import Burning, stories
from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, grows, holds, names, stays

LABELS = {"job": "voicetap", "transcription_model": "gpt-4o-transcribe"}
BOARD = "/d/voicetap-quality?var-job=voicetap"
OF = 'job="voicetap", instance="10.0.0.1:9464", transcription_model="gpt-4o-transcribe"'


def failed(good: str, bad: str, every: str) -> Mapping[str, str]:
    return {
        f'voicetap_transcriptions_total{{{OF}, outcome="completed"}}': good,
        f'voicetap_transcriptions_total{{{OF}, outcome="failed"}}': bad,
        f'voicetap_transcriptions_total{{{OF}, outcome="timed_out"}}': grows((1000, 0)),
        f'voicetap_transcription_failures_total{{{OF}, code="server_error"}}': bad,
        f'voicetap_transcription_failures_total{{{OF}, code="rate_limit_exceeded"}}': grows((1000, 0)),
    }


def late(good: str, bad: str, every: str) -> Mapping[str, str]:
    return {
        f'voicetap_transcriptions_total{{{OF}, outcome="completed"}}': good,
        f'voicetap_transcriptions_total{{{OF}, outcome="failed"}}': grows((1000, 0)),
        f'voicetap_transcriptions_total{{{OF}, outcome="timed_out"}}': bad,
        f'voicetap_late_transcriptions_total{{{OF}, outcome="completed"}}': bad,
    }


FAILURES = Burning(
    alert="VoicetapTranscriptionFailures",
    labels=LABELS,
    budget=0.01,
    outage=(15, ("1h", "3d")),
    scraped=failed,
    summary="Transcription by gpt-4o-transcribe fails; calls go on without a transcript",
    figure="transcriptions failed",
    details="Codes: server_error ({bad}).",
    board=BOARD,
)
MISSING = Burning(
    alert="VoicetapTranscriptionsMissing",
    labels=LABELS,
    budget=0.01,
    outage=(15, ("1h", "3d")),
    scraped=late,
    summary="Transcriptions by gpt-4o-transcribe do not come; calls go on without a transcript",
    figure="transcriptions did not come within 15 s",
    details="Results that came after all: completed ({bad}).",
    board=BOARD,
)


def counted(instance: str, outcome: str) -> str:
    return (
        f'voicetap_transcriptions_total{{job="voicetap", instance="{instance}", '
        f'transcription_model="gpt-4o-transcribe", outcome="{outcome}"}}'
    )


def told(description: str, **labels: str) -> Firing:
    return Firing(FAILURES.alert, "critical", {**LABELS, **labels}, FAILURES.summary, description, BOARD)


REPLICAS = Story(
    "two replicas, neither of which has traffic enough to be told of",
    (FAILURES.alert,),
    {
        counted("10.0.0.1:9464", "completed"): grows((60, 0.25), (60, 0.1)),
        counted("10.0.0.1:9464", "failed"): grows((60, 0), (60, 0.15)),
        counted("10.0.0.2:9464", "completed"): grows((60, 0.25), (60, 0.2)),
        counted("10.0.0.2:9464", "failed"): grows((60, 0), (60, 0.05)),
    },
    [
        Moment("1h", HEALTH),
        Moment(
            "2h",
            FAULT,
            [
                # 12 of 30 in the hour.
                told(
                    "In the last hour 40% of transcriptions failed. Allowed are 1% in 30 days, and in so short a time "
                    "14.4%. Codes: none.",
                    window="1h",
                ),
                told(
                    "In the last 6 hours 20% of transcriptions failed. Allowed are 1% in 30 days, and in so short a "
                    "time 6%. Codes: none.",
                    window="6h",
                ),
            ],
        ),
    ],
)
NEVER_BEFORE = Story(
    "a model that fails from its first transcription on, and has no other outcome",
    (FAILURES.alert,),
    {counted("10.0.0.1:9464", "failed"): stays((60, None)) + " " + grows((30, 1))},
    [
        Moment("1h", HEALTH),
        Moment(
            "1h30m",
            FAULT,
            [
                told(
                    "In the last hour 100% of transcriptions failed. Allowed are 1% in 30 days, and in so short a time "
                    "14.4%. Codes: none.",
                    window="1h",
                )
            ],
        ),
    ],
)
CUT_OFF = Story(
    "callers hang up before four of five transcriptions",
    ("VoicetapTranscriptionsCutOff",),
    {
        counted("10.0.0.1:9464", "completed"): grows((120, 8), (60, 2), (60, 8)),
        counted("10.0.0.1:9464", "session_closed"): grows((120, 2), (60, 8), (60, 2)),
    },
    [
        Moment("2h", HEALTH),
        # More than half since 2h35m, but not for long.
        Moment("2h45m", HEALTH),
        Moment(
            "2h50m",
            FAULT,
            [
                Firing(
                    "VoicetapTranscriptionsCutOff",
                    "warning",
                    LABELS,
                    "Calls end before gpt-4o-transcribe has transcribed what was said",
                    "70% of transcriptions in the last hour had not come when their call ended. What a caller says "
                    "last before hanging up is lost so; more than 50% means that they do not come at all, in calls too "
                    "short for the timeout of 15 s.",
                    BOARD,
                )
            ],
        ),
        Moment("3h50m", RESOLVED),
    ],
)
ONE_CUT_OFF = Story(
    "one call a day in which nothing else was said",
    ("VoicetapTranscriptionsCutOff",),
    {
        counted("10.0.0.1:9464", "completed"): grows((180, 0)),
        counted("10.0.0.1:9464", "session_closed"): grows((60, 0), (1, 1), (120, 0)),
    },
    [Moment(at, ONE_FAILURE) for at in ("1h5m", "1h20m", "2h")],
)

TURNS = 'voicetap_turns_total{job="voicetap", instance="10.0.0.1:9464", model="gpt-realtime", opened_by="speech", '
TURNS += 'outcome="completed"}'
SWITCHED_OFF = Story(
    "a rollout, after which sessions do not ask for transcription; before it another model is taken",
    ("VoicetapNoTranscriptions",),
    {
        TURNS: grows((360, 10)),
        counted("10.0.0.1:9464", "completed"): grows((120, 9), (240, 0)),
        counted("10.0.0.1:9464", "completed").replace("gpt-4o-transcribe", "whisper-1"): grows(
            (120, 0), (120, 9), (60, 0.5), (60, 9)
        ),
    },
    [
        Moment("2h", HEALTH),
        Moment("3h", HEALTH),
        Moment("4h", HEALTH),
        Moment(
            "5h",
            FAULT,
            [
                Firing(
                    "VoicetapNoTranscriptions",
                    "warning",
                    {"job": "voicetap"},
                    "What callers of voicetap say is not transcribed any more",
                    "0.05 transcriptions for each turn in the last hour, of whatever outcome: less than 20% of what "
                    "there have been for each over three days. Sessions do not ask for them any more.",
                    BOARD,
                )
            ],
        ),
        Moment("5h30m", RESOLVED),
    ],
)
INSTALLED = Story(
    "nobody knows yet what is usual",
    ("VoicetapNoTranscriptions",),
    {TURNS: grows((200, 1)), counted("10.0.0.1:9464", "completed"): grows((100, 1), (100, 0))},
    [Moment(at, HEALTH) for at in ("1h40m", "2h40m", "3h20m")],
)
NEVER_ASKED_FOR = Story(
    "sessions that have never asked for transcription, and one turn that is not transcribed in little traffic",
    ("VoicetapNoTranscriptions",),
    {
        TURNS: grows((180, 3), (60, 0), (1, 1), (119, 0)),
        counted("10.0.0.1:9464", "completed"): grows((180, 3), (180, 0)),
        TURNS.replace('"voicetap"', '"another"'): grows((360, 10)),
        counted("10.0.0.1:9464", "completed").replace('"voicetap"', '"another"'): grows((360, 0)),
    },
    [Moment(at, ONE_FAILURE) for at in ("4h5m", "4h30m", "5h", "6h")],
)

STORIES = [
    *stories(FAILURES, few=True),
    *stories(MISSING, few=True),
    REPLICAS,
    NEVER_BEFORE,
    CUT_OFF,
    ONE_CUT_OFF,
    SWITCHED_OFF,
    INSTALLED,
    NEVER_ASKED_FOR,
]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
