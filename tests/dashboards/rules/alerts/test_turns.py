"""Users wait too long, or for ever."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.burning import Burning, stories
from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, grows, holds, names

TARGET = 'job="voicetap", instance="10.0.0.1:9464"'
LATENCY = f'{TARGET}, model="gpt-realtime"'
SILENT = f"voicetap_silent_sessions_total{{{TARGET}}}"
TURNS = f'voicetap_turns_total{{{TARGET}, model="gpt-realtime", opened_by="speech", outcome="completed"}}'
ERRORS = f'voicetap_api_errors_total{{{TARGET}, model="gpt-realtime", code="server_error"}}'


def slow(good: str, bad: str, every: str) -> Mapping[str, str]:
    """Another bucket is as full as it is in health: that of 1.5 s counts."""
    return {
        f'voicetap_turn_latency_seconds_bucket{{{LATENCY}, le="1.5"}}': good,
        f'voicetap_turn_latency_seconds_bucket{{{LATENCY}, le="10.0"}}': every,
        f"voicetap_turn_latency_seconds_count{{{LATENCY}}}": every,
    }


def unanswered(good: str, bad: str, every: str) -> Mapping[str, str]:
    return {
        f'voicetap_dead_air_total{{{TARGET}, after="speech"}}': bad,
        f'voicetap_dead_air_total{{{TARGET}, after="request"}}': grows((1000, 0)),
        TURNS: good,
        TURNS.replace("completed", "no_response"): bad,
    }


SLOW = Burning(
    alert="VoicetapSlowTurns",
    labels={"job": "voicetap", "model": "gpt-realtime"},
    budget=0.05,
    outage=(45, ("1h", "3d")),
    scraped=slow,
    summary="Callers wait too long for answers of gpt-realtime",
    figure="turns were answered more than 1.5 s after the last word",
    details="The board shows what takes so long: the wait for silence, the model, or tools.",
    board="/d/voicetap-latency?var-job=voicetap",
    severities=("critical", "warning", "warning"),
)
DEAD_AIR = Burning(
    alert="VoicetapDeadAir",
    labels={"job": "voicetap"},
    budget=0.02,
    outage=(20, ("1h", "3d")),
    scraped=unanswered,
    summary="Callers of voicetap talk and hear nothing",
    figure="turns had a wait of more than 5 s with nothing to hear",
    details="They waited after: speech ({bad}).",
    board="/d/voicetap-quality?var-job=voicetap",
)


def fell_silent(description: str) -> list[Firing]:
    return [
        Firing(
            "VoicetapSilentSessions",
            "critical",
            {"job": "voicetap"},
            "Calls of voicetap are dead after an error, with the line open",
            description,
            "/d/voicetap-quality?var-job=voicetap",
        )
    ]


SILENT_SESSIONS = Story(
    "one session in fifty turns falls silent",
    ("VoicetapSilentSessions",),
    {
        TURNS: grows((180, 20)),
        # In health one of 200: more than three in half an hour, and less than 1 %.
        SILENT: grows((60, 0.1), (30, 0.4), (90, 0.1)),
        ERRORS: grows((60, 0.1), (30, 0.4), (90, 0.1)),
    },
    [
        Moment("1h", HEALTH),
        Moment(
            "1h30m",
            FAULT,
            fell_silent(
                "12 times in half an hour a session gave no answer for 30 s after an error, in more than 1% of turns. "
                "Errors: server_error (12)."
            ),
        ),
        Moment("2h", RESOLVED),
    ],
)
NOTHING_BUT_SILENCE = Story(
    "every session falls silent, so that no turn ends",
    ("VoicetapSilentSessions",),
    {SILENT: grows((60, 0), (10, 1), (60, 0))},
    [
        Moment("1h", HEALTH),
        Moment(
            "1h10m",
            FAULT,
            fell_silent(
                "10 times in half an hour a session gave no answer for 30 s after an error, in more than 1% of turns. "
                "Errors: none."
            ),
        ),
        Moment("1h45m", RESOLVED),
    ],
)
ONE_SILENT_SESSION = Story(
    "one session of a few falls silent",
    ("VoicetapSilentSessions",),
    {TURNS: grows((120, 0.1)), SILENT: grows((60, 0), (1, 1), (60, 0))},
    [Moment(at, ONE_FAILURE) for at in ("1h5m", "1h30m", "2h")],
)

BEGUN = f'voicetap_session_starts_total{{{TARGET}, outcome="started"}}'
UNHEARD = Story(
    "the server takes the audio, and hears nothing in it",
    ("VoicetapNoTurns",),
    {
        BEGUN: grows((300, 2)),
        f'voicetap_session_starts_total{{{TARGET}, outcome="refused"}}': grows((300, 0)),
        TURNS: grows((180, 10), (60, 1), (60, 10)),
    },
    [
        Moment("3h", HEALTH),
        # Half as many turns are no silence.
        Moment("3h15m", HEALTH),
        Moment(
            "3h30m",
            FAULT,
            [
                Firing(
                    "VoicetapNoTurns",
                    "critical",
                    {"job": "voicetap"},
                    "Calls of voicetap begin, and hardly a word is exchanged",
                    "30 turns in the last 30 minutes, less than 20% of what so many calls have had over three days. "
                    "Callers are not heard, or their audio does not reach the server.",
                    "/d/voicetap-quality?var-job=voicetap",
                )
            ],
        ),
        Moment("4h15m", RESOLVED),
    ],
)
INSTALLED = Story(
    "nobody knows yet what is usual",
    ("VoicetapNoTurns",),
    {BEGUN: grows((90, 1)), TURNS: grows((30, 10), (60, 0))},
    [Moment(at, HEALTH) for at in ("30m", "1h", "1h30m")],
)
WRONG_NUMBER = Story(
    "one call, and nobody says anything",
    ("VoicetapNoTurns",),
    {BEGUN: grows((180, 3), (60, 0), (1, 1), (59, 0)), TURNS: grows((180, 30), (120, 0))},
    [Moment(at, ONE_FAILURE) for at in ("4h5m", "4h30m", "5h")],
)

STORIES = [
    *stories(SLOW, few=False),
    *stories(DEAD_AIR, few=True),
    SILENT_SESSIONS,
    NOTHING_BUT_SILENCE,
    ONE_SILENT_SESSION,
    UNHEARD,
    INSTALLED,
    WRONG_NUMBER,
]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
