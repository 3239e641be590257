"""Sessions do not come about, break off, or come to the end of their time."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.burning import Burning, stories
from support.promtool import FAULT, HEALTH, ONE_FAILURE, RESOLVED, Firing, Moment, Story, grows, holds, names, stays

LABELS = {"job": "voicetap"}
BOARD = "/d/voicetap-proxy?var-job=voicetap"
TARGET = 'job="voicetap", instance="10.0.0.1:9464"'


def refused(good: str, bad: str, every: str) -> Mapping[str, str]:
    return {
        f'voicetap_session_starts_total{{{TARGET}, outcome="started"}}': good,
        f'voicetap_session_starts_total{{{TARGET}, outcome="refused"}}': bad,
        f'voicetap_session_starts_total{{{TARGET}, outcome="timeout"}}': grows((1000, 0)),
        f'voicetap_api_errors_total{{{TARGET}, model="unknown", code="invalid_api_key"}}': bad,
        # Errors of sessions that run are no reason.
        f'voicetap_api_errors_total{{{TARGET}, model="gpt-realtime", code="invalid_value"}}': every,
    }


def unreachable(good: str, bad: str, every: str) -> Mapping[str, str]:
    """Clients that give up, and requests that voicetap refuses, are no failures of the upstream."""
    return {
        f'voicetap_handshakes_total{{{TARGET}, outcome="101"}}': good,
        f'voicetap_handshakes_total{{{TARGET}, outcome="5xx"}}': bad,
        f'voicetap_handshakes_total{{{TARGET}, outcome="abandoned"}}': every,
        f'voicetap_handshakes_total{{{TARGET}, outcome="bad_request"}}': every,
    }


STARTS = Burning(
    alert="VoicetapSessionsNotStarting",
    labels=LABELS,
    budget=0.01,
    outage=(15, ("1h", "3d")),
    scraped=refused,
    summary="Sessions of voicetap do not start: calls are refused after the handshake",
    figure="connections never became a session",
    details="Outcomes: refused ({bad}). Errors: invalid_api_key ({bad}).",
    board=BOARD,
)
HANDSHAKES = Burning(
    alert="VoicetapHandshakeFailures",
    labels=LABELS,
    budget=0.01,
    outage=(15, ("1h", "3d")),
    scraped=unreachable,
    summary="Calls of voicetap do not get through to the upstream",
    figure="handshakes failed",
    details="Outcomes: 5xx ({bad}).",
    board=BOARD,
)


def closed(by: str, code: str) -> str:
    return f'voicetap_close_codes_total{{{TARGET}, closed_by="{by}", code="{code}"}}'


def cut_off(severity: str, window: str, share: str, during: str, limit: str, lost: str) -> Firing:
    return Firing(
        "VoicetapAbnormalCloses",
        severity,
        {**LABELS, "closed_by": "client", "window": window},
        "Calls of voicetap are cut off: client ends them",
        f"{share} of the connections that ended in the last {during} were cut off by client; {limit} is the limit. "
        f"Codes: 1006 ({lost}).",
        BOARD,
    )


BROKEN_OFF = Story(
    "the server loses every fifth connection",
    ("VoicetapAbnormalCloses",),
    {
        closed("client", "1000"): grows((120, 0.95), (60, 0.8), (60, 0.95)),
        closed("client", "1006"): grows((240, 0.02)),
        closed("server", "1006"): grows((120, 0.03), (60, 0.15), (60, 0.03)),
        closed("server", "1011"): grows((120, 0), (60, 0.05), (60, 0)),
        # The longest time that the API allows is over: no fault. Nor is a refusal one of this alert.
        closed("server", "1001"): grows((240, 0.05)),
        closed("server", "3000"): grows((240, 0.05)),
    },
    [
        Moment("2h", HEALTH),
        Moment(
            "3h",
            FAULT,
            [
                Firing(
                    "VoicetapAbnormalCloses",
                    "warning",
                    {**LABELS, "closed_by": "server", "window": "1h"},
                    "Calls of voicetap are cut off: server ends them",
                    "17.86% of the connections that ended in the last hour were cut off by server; 10% is the limit. "
                    "Codes: 1006 (9), 1011 (3).",
                    BOARD,
                )
            ],
        ),
        Moment("4h", RESOLVED),
    ],
)
BREAKDOWN = Story(
    "each client is lost after some seconds",
    ("VoicetapAbnormalCloses",),
    {
        closed("client", "1000"): grows((120, 1), (45, 0), (90, 1)),
        closed("client", "1006"): grows((120, 0.01), (45, 1), (90, 0.01)),
        closed("server", "1006"): grows((255, 0)),
    },
    [
        Moment("2h", HEALTH),
        Moment("2h20m", FAULT, [cut_off("critical", "30m", "66.78%", "30 minutes", "50%", "20")]),
        Moment(
            "2h45m",
            FAULT,
            [
                cut_off("critical", "30m", "100%", "30 minutes", "50%", "30"),
                cut_off("warning", "1h", "75.06%", "hour", "10%", "45"),
            ],
        ),
        Moment("3h10m", RESOLVED, [cut_off("warning", "1h", "58.51%", "hour", "10%", "35")]),
        Moment("4h", RESOLVED),
    ],
)
ONE_BROKEN_OFF = Story(
    "one call, and it breaks off",
    ("VoicetapAbnormalCloses",),
    {closed("client", "1000"): grows((180, 0)), closed("server", "1006"): grows((60, 0), (1, 1), (119, 0))},
    [Moment(at, ONE_FAILURE) for at in ("1h5m", "1h20m", "2h")],
)
EXPIRING = Story(
    "calls that began together come to their end together",
    ("VoicetapSessionsExpiring",),
    {
        f'voicetap_sessions_expiring{{{TARGET}, within="5m"}}': stays((60, 0), (5, 2), (60, 0)),
        'voicetap_sessions_expiring{job="voicetap", instance="10.0.0.2:9464", within="5m"}': stays(
            (60, 0), (5, 2), (60, 0)
        ),
        f'voicetap_sessions_expiring{{{TARGET}, within="15m"}}': stays((125, 10)),
        f'voicetap_sessions_total{{{TARGET}, model="gpt-realtime", end="expired"}}': grows((40, 0), (1, 1), (80, 0)),
    },
    [
        Moment("55m", HEALTH),
        Moment(
            "1h",
            FAULT,
            [
                Firing(
                    "VoicetapSessionsExpiring",
                    "info",
                    LABELS,
                    "The server is about to cut off long calls of voicetap",
                    "4 sessions reach the longest time that the API allows within 5 minutes. "
                    "Cut off so in the last hour: expired (1).",
                    "/d/voicetap-cost?var-job=voicetap",
                )
            ],
        ),
        Moment("1h5m", RESOLVED),
    ],
)
ONE_EXPIRING = Story(
    "one long call",
    ("VoicetapSessionsExpiring",),
    {f'voicetap_sessions_expiring{{{TARGET}, within="5m"}}': stays((60, 0), (5, 1), (60, 0))},
    [Moment("1h", ONE_FAILURE)],
)

DAY = 24 * 60.0
ARRIVED = f'voicetap_handshakes_total{{{TARGET}, outcome="101"}}'
TURNED_AWAY = f'voicetap_handshakes_total{{{TARGET}, outcome="bad_request"}}'
STOPPED = Story(
    "a client that nobody can talk with any more after its update",
    ("VoicetapNoCalls",),
    {
        ARRIVED: grows((240, 2), (7 * DAY - 240, 0), (60, 2), (90, 0), (60, 2)),
        TURNED_AWAY: grows((7 * DAY + 60, 0), (90, 2), (60, 0)),
    },
    [
        Moment("7d1h", HEALTH),
        # There are none since half an hour, but not for long.
        Moment("7d1h40m", HEALTH),
        Moment(
            "7d1h50m",
            FAULT,
            [
                Firing(
                    "VoicetapNoCalls",
                    "critical",
                    LABELS,
                    "Calls do not come to voicetap any more",
                    "None in the last 30 minutes; a week ago at this time there were 60, and earlier today there were "
                    "some. Given up by clients, or refused by voicetap: bad_request (60).",
                    BOARD,
                )
            ],
        ),
        Moment("7d2h40m", RESOLVED),
    ],
)
HOLIDAY = Story(
    "nobody works today",
    ("VoicetapNoCalls",),
    {ARRIVED: grows((240, 2), (7 * DAY, 0))},
    [Moment(at, HEALTH) for at in ("7d2h", "7d3h")],
)
ONE_CALL = Story(
    "many calls this morning, and then none; a week ago at that time there was one",
    ("VoicetapNoCalls",),
    {ARRIVED: grows((60, 0), (1, 1), (7 * DAY - 121, 0), (90, 1), (60, 0))},
    [Moment(at, ONE_FAILURE) for at in ("7d1h15m", "7d1h20m", "7d1h25m")],
)

STORIES = [
    *stories(STARTS, few=True),
    *stories(HANDSHAKES, few=True),
    BROKEN_OFF,
    BREAKDOWN,
    ONE_BROKEN_OFF,
    STOPPED,
    HOLIDAY,
    ONE_CALL,
    EXPIRING,
    ONE_EXPIRING,
]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
