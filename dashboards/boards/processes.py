"""The row about voicetap's own processes: what they have in common with other programs, and how late they are."""

from grafana_foundation_sdk.models import units

from voicetap.signals.names import BUILD_INFO, EVENT_LOOP_LAG, SESSIONS_ACTIVE

from .. import objectives
from ..board import Row, row
from ..foreign import (
    GC_COLLECTIONS,
    MOST_FILES,
    OPEN_FILES,
    PROCESS_CPU,
    PROCESS_START,
    RESIDENT_MEMORY,
    SCRAPE_SECONDS,
)
from ..panels import Query, lines, ranking, spread
from ..promql import rate, ratio, total
from .queries import RATE, buckets, now, of, of_any_model, of_voicetap, percentile

PROCESS = ("instance",)
_FULL = 'generation="2"'


def wellbeing() -> Row:
    """Each panel by process."""
    return row(
        "Is voicetap itself well?",
        ranking(
            "Processes",
            "Each process that is scraped, its version, and for how long it has run. A short time that nobody "
            "deployed is a crash: look at its last log lines.",
            units.Seconds,
            Query(
                f"{now(BUILD_INFO, by=('job', 'instance', 'version'))}\n"
                f"  * on (job, instance) group_left () (time() - {now(PROCESS_START, by=('job', 'instance'))})"
            ),
            "running for",
        ),
        lines(
            "Calls, by process",
            "How calls are shared among the processes. One that has far more than the others was there first: calls "
            "are long, and a balancer moves only new ones.",
            units.Short,
            Query(now(SESSIONS_ACTIVE, by=PROCESS), "{{instance}}"),
        ),
        lines(
            "Lag of the event loop",
            f"In one second of a hundred it was later than this. Dashed: {objectives.EVENT_LOOP_LAG_SECONDS:g} s, what "
            "users begin to hear. With the processor at its limit: add processes.",
            units.Seconds,
            Query(percentile(0.99, EVENT_LOOP_LAG, by=PROCESS), "{{instance}}"),
            limit=objectives.EVENT_LOOP_LAG_SECONDS,
        ),
        spread(
            "Spread of the event loop's lag",
            "The worst of each second, of all processes: this bounds what voicetap adds to calls. The bottom band is "
            "normal; single cells far above it are starts, or a machine with too much to do.",
            units.Seconds,
            Query(buckets(EVENT_LOOP_LAG)),
        ),
        lines(
            "Processor",
            "Of one core, and a process cannot use much more than one. Near 100 % calls are delayed: add processes, "
            "or take fewer calls on each.",
            units.PercentUnit,
            Query(_now(rate(of(PROCESS_CPU), RATE)), "{{instance}}"),
            room=1,
        ),
        lines(
            "Memory",
            "Resident. It follows the number of calls and not their length: a line that climbs for days while calls "
            "do not is a leak, and worth a report.",
            units.BytesIEC,
            Query(_now(of(RESIDENT_MEMORY)), "{{instance}}"),
        ),
        lines(
            "Memory for each call",
            "Resident memory by calls, what the process needs for itself included: high with few calls, and level "
            "with many. No line where there are no calls.",
            units.BytesIEC,
            Query(
                ratio(_now(of(RESIDENT_MEMORY)), total(of_any_model(SESSIONS_ACTIVE), *PROCESS)),
                "{{instance}}",
            ),
        ),
        lines(
            "Open files",
            "Of those that the process may have open; a call takes two. At 100 % new calls fail: raise the limit "
            "(ulimit -n).",
            units.PercentUnit,
            Query(ratio(_now(of(OPEN_FILES)), _now(of(MOST_FILES))), "{{instance}}"),
            room=1,
        ),
        lines(
            "Full garbage collections a minute",
            "Runs of Python's collector over everything, each a stall of some milliseconds. Compare with the lag of "
            "the event loop: peaks at the same time have this cause.",
            units.Short,
            Query(f"{_now(rate(of(GC_COLLECTIONS, _FULL), RATE))} * 60", "{{instance}}"),
        ),
        lines(
            "Time of a scrape",
            "How long Prometheus waits for /metrics. Some hundredths of a second are normal; near the timeout of "
            "the scrape the boards get holes.",
            units.Seconds,
            Query(_now(of(SCRAPE_SECONDS)), "{{instance}}"),
        ),
        widths=(12, 12, 12, 12, 8, 8, 8, 8, 8, 8),
    )


def _now(series: str) -> str:
    """Of voicetap's processes alone."""
    return total(of_voicetap(series), *PROCESS)
