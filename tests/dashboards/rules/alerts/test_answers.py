"""Answers fail, are cut off too often, or cannot be cut off any more."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.burning import Burning, stories
from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, grows, holds, names

LABELS = {"job": "voicetap", "model": "gpt-realtime"}
BOARD = "/d/voicetap-quality?var-job=voicetap"
OF = 'job="voicetap", instance="10.0.0.1:9464", model="gpt-realtime"'

SPOKEN = f"voicetap_spoken_answers_total{{{OF}}}"
PLAYING = f'voicetap_interruptions_total{{{OF}, phase="playing", cause="turn_detected"}}'
GENERATING = PLAYING.replace("playing", "generating")
REJECTED = f'voicetap_truncations_total{{{OF}, initiator="client", outcome="rejected"}}'
ACKNOWLEDGED = REJECTED.replace("rejected", "acknowledged")
UNASKED = ACKNOWLEDGED.replace("client", "server")


def failed(good: str, bad: str, every: str) -> Mapping[str, str]:
    return {
        f'voicetap_responses_total{{{OF}, status="completed", reason="none"}}': good,
        f'voicetap_responses_total{{{OF}, status="failed", reason="rate_limit_exceeded"}}': bad,
        f'voicetap_responses_total{{{OF}, status="failed", reason="server_error"}}': grows((1000, 0)),
    }


FAILURES = Burning(
    alert="VoicetapResponseFailures",
    labels=LABELS,
    budget=0.01,
    outage=(15, ("1h", "3d")),
    scraped=failed,
    summary="gpt-realtime fails to answer",
    figure="responses failed",
    details="Reasons: rate_limit_exceeded ({bad}).",
    board=BOARD,
)


def told(alert: str, summary: str, description: str) -> list[Firing]:
    return [Firing(alert, "warning", LABELS, summary, description, BOARD)]


REJECTIONS = Story(
    "a client whose clock runs ahead of the audio: every fourth truncation is refused",
    ("VoicetapRejectedTruncations",),
    {
        ACKNOWLEDGED: grows((120, 0.98), (60, 0.75), (60, 0.98)),
        REJECTED: grows((120, 0.02), (60, 0.25), (60, 0.02)),
        f'voicetap_api_errors_total{{{OF}, code="invalid_value"}}': grows((120, 0.02), (60, 0.25), (60, 0.02)),
        # Of the server's own nobody asked, so that none is refused.
        UNASKED: grows((240, 50)),
    },
    [
        Moment("2h", HEALTH),
        Moment(
            "3h",
            FAULT,
            told(
                "VoicetapRejectedTruncations",
                "gpt-realtime takes callers to have heard what was cut off",
                "25% of the truncations that clients asked for in the last hour were rejected; 10% is the limit. "
                "Errors: invalid_value (15).",
            ),
        ),
        Moment("4h", RESOLVED),
    ],
)
ONE_REJECTION = Story(
    "one truncation, and it is refused",
    ("VoicetapRejectedTruncations",),
    {ACKNOWLEDGED: grows((180, 0)), REJECTED: grows((60, 0), (1, 1), (119, 0))},
    [Moment(at, ONE_FAILURE) for at in ("1h5m", "1h20m", "2h")],
)
ECHO = Story(
    "echo is taken for speech",
    ("VoicetapManyInterruptions",),
    {
        SPOKEN: grows((240, 5)),
        PLAYING: grows((120, 1), (60, 2.5), (60, 1)),
        GENERATING: grows((120, 0), (60, 1), (60, 0)),
    },
    [
        Moment("2h", HEALTH),
        Moment(
            "3h",
            FAULT,
            told(
                "VoicetapManyInterruptions",
                "Most answers of gpt-realtime are cut off",
                "70% of spoken answers were interrupted in the last hour; 50% is the limit. "
                "How far they had come: playing (150), generating (60).",
            ),
        ),
        Moment("4h", RESOLVED),
    ],
)
ONE_INTERRUPTION = Story(
    "one answer, and it is interrupted",
    ("VoicetapManyInterruptions", "VoicetapNoInterruptions"),
    {SPOKEN: grows((60, 0), (1, 1), (119, 0)), PLAYING: grows((60, 0), (1, 1), (119, 0))},
    [Moment(at, ONE_FAILURE) for at in ("1h5m", "1h20m", "2h", "3h")],
)
DEAF = Story(
    "a rollout, after which nobody hears callers who speak over an answer",
    ("VoicetapNoInterruptions",),
    {SPOKEN: grows((720, 5)), PLAYING: grows((420, 1), (120, 0), (180, 1))},
    [
        Moment("7h", HEALTH),
        Moment("8h30m", HEALTH),
        Moment(
            "9h",
            FAULT,
            told(
                "VoicetapNoInterruptions",
                "Callers cannot interrupt gpt-realtime any more",
                "0% of spoken answers were interrupted in the last two hours, 15.56% in the last week. People have not "
                "changed: speech over an answer is not heard, or does not stop it.",
            ),
        ),
        Moment("10h", RESOLVED),
    ],
)
QUIET = Story(
    "a quiet evening: too few answers to miss interruptions",
    ("VoicetapNoInterruptions",),
    {SPOKEN: grows((420, 5), (180, 0.5)), PLAYING: grows((420, 1), (180, 0))},
    [Moment("7h", HEALTH), Moment("10h", HEALTH)],
)

STORIES = [
    *stories(FAILURES, few=True),
    REJECTIONS,
    ONE_REJECTION,
    ECHO,
    ONE_INTERRUPTION,
    DEAF,
    QUIET,
]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
