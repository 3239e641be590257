"""voicetap itself: it is gone, is slow, does not understand, or cannot tell.

Its replicas are told apart where it is a process that has the trouble, and not its calls.
"""

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    EVENT_LOOP_LAG,
    EVENTS,
    HANDSHAKES,
    OBSERVER_GAPS,
    SESSIONS_ACTIVE,
    SINK_FAILURES,
    TELEMETRY_DROPPED,
    UNKNOWN_EVENTS,
)

from ... import objectives
from ...promql import increase, ratio, selector, total
from ..breakdown import most_frequent
from ..rule import Alert, words
from ..share import above, counted

_BOARD = "voicetap-proxy"
_UP = f'up{{job="{objectives.JOB}"}}'
_MEMORY = f'process_resident_memory_bytes{{job="{objectives.JOB}"}}'
_BEGUN = f'process_start_time_seconds{{job="{objectives.JOB}"}}'
_PROCESS = ("job", "instance")


def alerts() -> list[Alert]:
    """All of this module."""
    return [
        _down(),
        _instance_down(),
        _restarting(),
        _gaps(),
        _sinks(),
        _telemetry(),
        _lag(),
        _memory(),
        _unknown_events(),
    ]


def _down() -> Alert:
    return Alert(
        name="VoicetapDown",
        severity="critical",
        lasting=objectives.DOWN_FOR,
        expression=f"max by (job) ({_UP}) == 0 or absent({_UP})",
        summary="No process of {{ $labels.job }} answers",
        description=f"For {words(objectives.DOWN_FOR)} Prometheus has reached none. Calls that go "
        "through voicetap do not come about, and nothing is measured: all other alerts are blind.",
        board=_BOARD,
    )


def _instance_down() -> Alert:
    return Alert(
        name="VoicetapInstanceDown",
        severity="warning",
        lasting=objectives.DOWN_FOR,
        expression=f"{_UP} == 0\nand on (job) {_UP} == 1",
        summary="{{ $labels.instance }} of {{ $labels.job }} does not answer",
        description=f"For {words(objectives.DOWN_FOR)} Prometheus has not reached it, but others of the job. "
        "Calls through this process are lost, or not measured.",
        board=_BOARD,
    )


def _restarting() -> Alert:
    return Alert(
        name="VoicetapRestarting",
        severity="critical",
        # It may be there at each scrape, and what it counted of the calls that it cut off is gone.
        expression=f"max by (job, instance) (changes({_BEGUN}[{objectives.WINDOW}])) >= {objectives.RESTARTS}",
        summary="{{ $labels.instance }} of {{ $labels.job }} restarts again and again",
        description=f"{{{{ $value }}}} times in the last {words(objectives.WINDOW)}. Each time its calls are cut off, "
        "and no other alert sees it: what they counted is lost.",
        board=_BOARD,
    )


def _gaps() -> Alert:
    window = objectives.WINDOW
    gaps, connections = _of_job(OBSERVER_GAPS), _of_job(HANDSHAKES, 'outcome="101"')
    return Alert(
        name="VoicetapObserverGaps",
        severity="warning",
        # Not a ratio: gaps may come of connections that are older than the window.
        expression=f"{gaps} >= {objectives.FEW.bad}\n"
        f"unless {gaps} <= {objectives.OBSERVER_GAP_RATIO:g} * {connections}",
        summary="Part of the traffic of {{ $labels.job }} is not understood",
        description='{{ $value | printf "%.0f" }} times in the last hour traffic was relayed without being understood, '
        f"in more than {objectives.OBSERVER_GAP_RATIO:.0%} of connections. Calls are not affected; their figures are "
        "incomplete. Reasons: " + most_frequent(OBSERVER_GAPS, "reason", window) + ".",
        board=_BOARD,
    )


def _sinks() -> Alert:
    return Alert(
        name="VoicetapSinkFailures",
        severity="warning",
        expression=f"{_of_job(SINK_FAILURES, by=('job', 'sink'))} >= {objectives.FEW.bad}",
        summary="Calls of {{ $labels.job }} lose their {{ $labels.sink }}",
        description='{{ $value | printf "%.0f" }} calls in the last hour: what makes their {{ $labels.sink }} failed, '
        "and was given up until the end of the call. The calls go on.",
        board=_BOARD,
    )


def _telemetry() -> Alert:
    dropped = total(increase(selector(TELEMETRY_DROPPED), objectives.MOMENT), "job", "signal")
    return Alert(
        name="VoicetapTelemetryDropped",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{dropped} > 0",
        summary="{{ $labels.signal }} of {{ $labels.job }} do not reach their collector",
        description='{{ $value | printf "%.0f" }} were dropped in the last '
        f"{words(objectives.MOMENT)}, and some all the time for {words(objectives.LASTING)}. Calls are not "
        "affected.",
        board=_BOARD,
    )


def _lag() -> Alert:
    moment = objectives.MOMENT
    late = above(EVENT_LOOP_LAG, objectives.EVENT_LOOP_LAG_SECONDS, by=_PROCESS)(moment)
    every = counted(EVENT_LOOP_LAG, by=_PROCESS, part="_count")(moment)
    return Alert(
        name="VoicetapEventLoopLag",
        severity="warning",
        lasting=objectives.LASTING,
        expression=f"{ratio(late, every)} > {objectives.EVENT_LOOP_LAG_RATIO:g}",
        summary="{{ $labels.instance }} of {{ $labels.job }} delays calls",
        description="In {{ $value | humanizePercentage }} of the seconds of the last "
        f"{words(objectives.MOMENT)}, audio may have waited in voicetap for more than "
        f"{objectives.EVENT_LOOP_LAG_SECONDS:g} s; {objectives.EVENT_LOOP_LAG_RATIO:.0%} is the limit.",
        board=_BOARD,
    )


def _memory() -> Alert:
    today, yesterday, before = (
        f"min by (job, instance) (min_over_time({_MEMORY}[1h]{offset}))" for offset in ("", " offset 1d", " offset 2d")
    )
    sessions = f"{objectives.MEMORY_SESSION_BYTES} * {total(selector(SESSIONS_ACTIVE), *_PROCESS)}"
    return Alert(
        name="VoicetapMemoryGrowing",
        severity="warning",
        expression=f"{today}\n  - {yesterday}\n> {objectives.MEMORY_GROWTH_BYTES} + {sessions}\n"
        f"and {yesterday}\n  - {before}\n> {objectives.MEMORY_GROWTH_BYTES} + {sessions}",
        summary="{{ $labels.instance }} of {{ $labels.job }} takes more and more memory",
        description="It takes {{ $value | humanize1024 }}B more than at the same time yesterday, after a day in "
        "which it grew as well, and its sessions do not explain it. At its limit it is killed, and all its calls are "
        "cut off.",
        board=_BOARD,
    )


def _unknown_events() -> Alert:
    unknown, events = (_of_job(metric, by=("job", "from")) for metric in (UNKNOWN_EVENTS, EVENTS))
    return Alert(
        name="VoicetapUnknownEvents",
        severity="info",
        lasting=objectives.LASTING,
        expression=f"{unknown} >= {objectives.UNKNOWN_EVENTS}\n"
        f"and {unknown} > {objectives.UNKNOWN_EVENT_RATIO:g} * {events}",
        summary="The {{ $labels.from }} of {{ $labels.job }} sends events that voicetap does not know",
        description='{{ $value | printf "%.0f" }} events in the last hour had types that are not in the catalogue, '
        f"more than {objectives.UNKNOWN_EVENT_RATIO:.1%} of all. They are relayed as others are. The API has changed, "
        "or a client tries something new.",
        board=_BOARD,
    )


def _of_job(metric: Metric, *matchers: str, by: tuple[str, ...] = ("job",)) -> str:
    return counted(metric, *matchers, by=by)(objectives.WINDOW)
