"""voicetap itself is gone, is slow, does not understand, or cannot tell."""

from pathlib import Path

import pytest

from support.promtool import (
    FAULT,
    HEALTH,
    ONE_FAILURE,
    RESOLVED,
    Firing,
    Moment,
    Phase,
    Story,
    grows,
    holds,
    names,
    stays,
)

LABELS = {"job": "voicetap"}
BOARD = "/d/voicetap-proxy?var-job=voicetap"
A = 'job="voicetap", instance="10.0.0.1:9464"'
B = 'job="voicetap", instance="10.0.0.2:9464"'
MIB = 2.0**20


def told(alert: str, severity: str, summary: str, description: str, **labels: str) -> Firing:
    return Firing(alert, severity, {**LABELS, **labels}, summary, description, BOARD)


def silent(phase: Phase, *times: str) -> list[Moment]:
    return [Moment(at, phase) for at in times]


DOWN = told(
    "VoicetapDown",
    "critical",
    "No process of voicetap answers",
    "For 5 minutes Prometheus has reached none. Calls that go through voicetap do not come about, and nothing is "
    "measured: all other alerts are blind.",
)
INSTANCE_DOWN = told(
    "VoicetapInstanceDown",
    "warning",
    "10.0.0.2:9464 of voicetap does not answer",
    "For 5 minutes Prometheus has not reached it, but others of the job. Calls through this process are lost, or not "
    "measured.",
    instance="10.0.0.2:9464",
)
BOTH = ("VoicetapDown", "VoicetapInstanceDown")
OTHER_JOB = 'up{job="another", instance="10.0.0.9:80"}'

GONE = [
    Story(
        "both processes stop to answer",
        BOTH,
        {f"up{{{A}}}": stays((60, 1), (15, 0), (30, 1)), f"up{{{B}}}": stays((60, 1), (15, 0), (30, 1))},
        [
            *silent(HEALTH, "55m", "1h"),
            Moment("1h5m", FAULT, [DOWN]),
            Moment("1h10m", FAULT, [DOWN]),
            *silent(RESOLVED, "1h15m"),
        ],
    ),
    Story(
        "there is nothing to scrape any more",
        BOTH,
        {f"up{{{A}}}": stays((60, 1), (30, None), (30, 1)), OTHER_JOB: stays((120, 1))},
        [
            *silent(HEALTH, "55m", "1h"),
            Moment("1h15m", FAULT, [DOWN]),
            *silent(RESOLVED, "1h30m"),
        ],
    ),
    Story(
        "one process of two hangs; another job has nothing to do with it",
        BOTH,
        {f"up{{{A}}}": stays((120, 1)), f"up{{{B}}}": stays((60, 1), (15, 0), (45, 1)), OTHER_JOB: stays((120, 0))},
        [
            *silent(HEALTH, "55m", "1h"),
            Moment("1h5m", FAULT, [INSTANCE_DOWN]),
            *silent(RESOLVED, "1h15m"),
        ],
    ),
    Story(
        "a restart: three scrapes fail",
        BOTH,
        {f"up{{{A}}}": stays((58, 1), (3, 0), (60, 1)), f"up{{{B}}}": stays((118, 1), (3, 0), (60, 1))},
        silent(ONE_FAILURE, "1h", "1h5m", "1h10m", "2h", "2h5m", "2h10m"),
    ),
]

BEGAN = f"process_start_time_seconds{{{B}}}"
RESTARTS = [
    Story(
        "one process of two is killed every ten minutes, and is there at each scrape",
        ("VoicetapRestarting",),
        {
            BEGAN: stays((60, 1000), (10, 4600), (10, 5200), (120, 5800)),
            BEGAN.replace("0.2:", "0.1:"): stays((200, 1000)),
        },
        [
            *silent(HEALTH, "1h", "1h15m"),
            Moment(
                "1h20m",
                FAULT,
                [
                    told(
                        "VoicetapRestarting",
                        "critical",
                        "10.0.0.2:9464 of voicetap restarts again and again",
                        "3 times in the last hour. Each time its calls are cut off, and no other alert sees it: what "
                        "they counted is lost.",
                        instance="10.0.0.2:9464",
                    )
                ],
            ),
            *silent(RESOLVED, "2h5m"),
        ],
    ),
    Story(
        "a rollout, and its being taken back",
        ("VoicetapRestarting",),
        {BEGAN: stays((60, 1000), (10, 4600), (120, 5200))},
        silent(ONE_FAILURE, "1h5m", "1h15m", "2h"),
    ),
]

OPENED = f'voicetap_handshakes_total{{{A}, outcome="101"}}'


def gap(reason: str) -> str:
    return f'voicetap_observer_gaps_total{{{A}, reason="{reason}"}}'


GAPS = [
    Story(
        "a client sends what cannot be inflated, in every tenth connection",
        ("VoicetapObserverGaps",),
        {
            OPENED: grows((240, 10)),
            # In health 6 an hour, which is one in a hundred connections.
            gap("inflate"): grows((60, 0.1), (60, 1), (120, 0.1)),
            gap("backlog"): grows((240, 0)),
        },
        [
            *silent(HEALTH, "1h"),
            Moment(
                "2h",
                FAULT,
                [
                    told(
                        "VoicetapObserverGaps",
                        "warning",
                        "Part of the traffic of voicetap is not understood",
                        "60 times in the last hour traffic was relayed without being understood, in more than 1% of "
                        "connections. Calls are not affected; their figures are incomplete. Reasons: inflate (60).",
                    )
                ],
            ),
            *silent(RESOLVED, "3h"),
        ],
    ),
    Story(
        "one gap in one call",
        ("VoicetapObserverGaps",),
        {OPENED: grows((60, 0), (1, 1), (60, 0)), gap("oversize"): grows((60, 0), (1, 1), (60, 0))},
        silent(ONE_FAILURE, "1h5m", "1h30m", "2h"),
    ),
]


def sink(name: str) -> str:
    return f'voicetap_sink_failures_total{{{A}, sink="{name}"}}'


SINKS = [
    Story(
        "the disk for recordings is full",
        ("VoicetapSinkFailures",),
        {
            OPENED: grows((180, 1)),
            sink("recording"): grows((60, 0), (10, 1), (110, 0)),
            sink("traces"): grows((180, 0)),
        },
        [
            *silent(HEALTH, "1h"),
            Moment(
                "1h10m",
                FAULT,
                [
                    told(
                        "VoicetapSinkFailures",
                        "warning",
                        "Calls of voicetap lose their recording",
                        "10 calls in the last hour: what makes their recording failed, and was given up until the end "
                        "of the call. The calls go on.",
                        sink="recording",
                    )
                ],
            ),
            *silent(RESOLVED, "2h15m"),
        ],
    ),
    Story(
        "one call loses its traces",
        ("VoicetapSinkFailures",),
        {sink("traces"): grows((60, 0), (1, 1), (60, 0))},
        silent(ONE_FAILURE, "1h5m", "1h30m", "2h"),
    ),
]


def dropped(signal: str) -> str:
    return f'voicetap_telemetry_dropped_total{{{A}, signal="{signal}"}}'


TELEMETRY = [
    Story(
        "the collector is down for half an hour",
        ("VoicetapTelemetryDropped",),
        {dropped("traces"): grows((60, 0), (30, 51), (60, 0)), dropped("metrics"): grows((150, 0))},
        [
            *silent(HEALTH, "1h", "1h15m"),
            Moment(
                "1h20m",
                FAULT,
                [
                    told(
                        "VoicetapTelemetryDropped",
                        "warning",
                        "traces of voicetap do not reach their collector",
                        "510 were dropped in the last 10 minutes, and some all the time for 15 minutes. Calls are not "
                        "affected.",
                        signal="traces",
                    )
                ],
            ),
            *silent(RESOLVED, "1h40m"),
        ],
    ),
    Story(
        "one batch is lost",
        ("VoicetapTelemetryDropped",),
        {dropped("traces"): grows((60, 0), (1, 512), (60, 0))},
        silent(ONE_FAILURE, "1h5m", "1h10m", "1h15m", "1h20m", "1h30m"),
    ),
]

LATE = f'voicetap_event_loop_lag_seconds_bucket{{{B}, le="0.1"}}'
SECONDS = f"voicetap_event_loop_lag_seconds_count{{{B}}}"
LAG = [
    Story(
        "one process of two has more to do than it can",
        ("VoicetapEventLoopLag",),
        {
            LATE: grows((60, 60), (40, 54), (60, 60)),
            SECONDS: grows((160, 60)),
            LATE.replace("0.2:", "0.1:"): grows((160, 60)),
            SECONDS.replace("0.2:", "0.1:"): grows((160, 60)),
        },
        [
            *silent(HEALTH, "1h", "1h15m"),
            Moment(
                "1h30m",
                FAULT,
                [
                    told(
                        "VoicetapEventLoopLag",
                        "warning",
                        "10.0.0.2:9464 of voicetap delays calls",
                        "In 10% of the seconds of the last 10 minutes, audio may have waited in voicetap for more than "
                        "0.1 s; 2% is the limit.",
                        instance="10.0.0.2:9464",
                    )
                ],
            ),
            *silent(RESOLVED, "1h55m"),
        ],
    ),
    Story(
        "one late second",
        ("VoicetapEventLoopLag",),
        {LATE: grows((60, 60), (1, 59), (60, 60)), SECONDS: grows((121, 60))},
        silent(ONE_FAILURE, "1h5m", "1h15m", "1h20m", "1h30m"),
    ),
]

DAY = 24 * 60.0
MEMORY = f"process_resident_memory_bytes{{{A}}}"
SESSIONS = f'voicetap_sessions_active{{{A}, model="gpt-realtime"}}'
GROWTH = [
    Story(
        "it takes 120 MiB more than yesterday for 200 calls, as yesterday it did, until it is restarted",
        ("VoicetapMemoryGrowing",),
        {
            MEMORY: stays((DAY, 80 * MIB), (DAY, 200 * MIB), (120, 320 * MIB), (120, 90 * MIB)),
            SESSIONS: stays((2 * DAY + 240, 200)),
            # As much again, for 800 calls.
            MEMORY.replace("0.1:", "0.2:"): stays((DAY, 80 * MIB), (DAY, 200 * MIB), (240, 320 * MIB)),
            SESSIONS.replace("0.1:", "0.2:"): stays((2 * DAY + 240, 800)),
        },
        [
            # One day alone is a step.
            *silent(HEALTH, "1d", "1d1h30m", "2d"),
            Moment(
                "2d1h30m",
                FAULT,
                [
                    told(
                        "VoicetapMemoryGrowing",
                        "warning",
                        "10.0.0.1:9464 of voicetap takes more and more memory",
                        "It takes 120MiB more than at the same time yesterday, after a day in which it grew as well, "
                        "and its sessions do not explain it. At its limit it is killed, and all its calls are cut off.",
                        instance="10.0.0.1:9464",
                    )
                ],
            ),
            *silent(RESOLVED, "2d2h"),
        ],
    ),
    Story(
        "one peak of half an hour",
        ("VoicetapMemoryGrowing",),
        {MEMORY: stays((DAY, 80 * MIB), (30, 500 * MIB), (90, 80 * MIB)), SESSIONS: stays((DAY + 120, 10))},
        silent(ONE_FAILURE, "1d5m", "1d30m", "1d1h", "1d2h"),
    ),
]

UNKNOWN = f'voicetap_unknown_events_total{{{A}, from="server"}}'
EVENTS = f'voicetap_events_total{{{A}, from="server", type="response.output_audio.delta"}}'
NEW_EVENTS = [
    Story(
        "the API has a new event, one for each turn",
        ("VoicetapUnknownEvents",),
        {
            EVENTS: grows((300, 1000)),
            # In health somebody tries something out: twelve an hour.
            UNKNOWN: grows((120, 0.2), (60, 8), (120, 0)),
        },
        [
            *silent(HEALTH, "1h", "2h"),
            Moment(
                "3h",
                FAULT,
                [
                    told(
                        "VoicetapUnknownEvents",
                        "info",
                        "The server of voicetap sends events that voicetap does not know",
                        "480 events in the last hour had types that are not in the catalogue, more than 0.1% of all. "
                        "They are relayed as others are. The API has changed, or a client tries something new.",
                        **{"from": "server"},
                    )
                ],
            ),
            *silent(RESOLVED, "4h"),
        ],
    ),
    Story(
        "one unknown event among a hundred",
        ("VoicetapUnknownEvents",),
        {EVENTS: grows((60, 0), (1, 100), (60, 0)), UNKNOWN: grows((60, 0), (1, 1), (60, 0))},
        silent(ONE_FAILURE, "1h5m", "1h20m", "2h"),
    ),
]

STORIES = [*GONE, *RESTARTS, *GAPS, *SINKS, *TELEMETRY, *LAG, *GROWTH, *NEW_EVENTS]


@pytest.mark.slow
@pytest.mark.parametrize("story", STORIES, ids=names(STORIES))
def test_it_is_told(story: Story, tmp_path: Path) -> None:
    holds(story, tmp_path)
