"""Proxy: do calls get through, how do they end, and is voicetap itself well?"""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.metric import Metric
from voicetap.signals.names import (
    BUILD_INFO,
    CLOSE_CODES,
    EVENT_LOOP_LAG,
    EVENTS,
    HANDSHAKES,
    HTTP_REQUESTS,
    ITEMS,
    MALFORMED_MESSAGES,
    OBSERVER_GAPS,
    OBSERVER_LAG,
    RELAYED_BYTES,
    SESSION_DURATION,
    SESSION_STARTS,
    SESSIONS,
    SESSIONS_ACTIVE,
    SINK_FAILURES,
    SURPRISES,
    TELEMETRY_DROPPED,
    UNKNOWN_EVENTS,
    UPSTREAM_CONNECT,
)

from .. import objectives
from ..board import Row, board, row
from ..foreign import (
    GC_COLLECTIONS,
    MOST_FILES,
    OPEN_FILES,
    PROCESS_CPU,
    PROCESS_START,
    RESIDENT_MEMORY,
    SCRAPE_SECONDS,
    UP,
)
from ..panels import COLOURS, Query, figure, lines, ranking, spread, stack
from ..promql import ratio, some, total
from .queries import (
    RANGE,
    buckets,
    busiest,
    during,
    now,
    of_any_model,
    per_second,
    percentile,
    share_within,
)
from .thresholds import at_most, within

_PROCESS = ("instance",)
_TRIED = 'outcome!~"abandoned|bad_request|draining"'
_ABNORMAL = 'code!~"1000|1001|1005"'
_TYPES = 10


def build() -> Dashboard:
    """Top to bottom: the way of a call from its request to its end, what was seen of it, and who saw it."""
    return board(
        "proxy",
        "Proxy",
        "Do calls get through voicetap, can its figures be trusted, and is it well itself? The figures at the top are "
        "for the time range chosen.",
        _verdict(),
        _arrivals(),
        _ends(),
        _traffic(),
        _trust(),
        _processes(),
    )


def _verdict() -> Row:
    return row(
        "Does voicetap do its work?",
        figure(
            "Upgrades that failed",
            "Upgrade requests that the server refused, or that could not be brought to it; the next row says which. "
            "Without those that clients gave up, and those that voicetap refused. Judged like calls that do not start.",
            units.PercentUnit,
            Query(ratio(during(HANDSHAKES, _TRIED, 'outcome!~"101|3xx"'), during(HANDSHAKES, _TRIED))),
            within(objectives.SESSION_START),
        ),
        figure(
            "Connections without a session",
            "Connections that were open and never became a session: keys and models that the server refuses only "
            "after the 101, and servers that close or are silent. "
            f"Objective: at most {objectives.SESSION_START.budget:.0%}.",
            units.PercentUnit,
            Query(ratio(during(SESSION_STARTS, 'outcome!="started"'), during(SESSION_STARTS))),
            within(objectives.SESSION_START),
        ),
        figure(
            "Abnormal ends",
            "Of the connections that ended, those without a Close frame, or with another code than 1000 and 1001: cut "
            "off, or refused. Networks fail, so some are normal; How do they end? says whose they are.",
            units.PercentUnit,
            Query(ratio(during(CLOSE_CODES, _ABNORMAL), during(CLOSE_CODES))),
            at_most(objectives.ABNORMAL_CLOSE_RATIO),
        ),
        figure(
            "Traffic not understood",
            "Gaps in what voicetap understood, for each connection. Calls do not suffer from them; the figures on all "
            "boards are too low by what was missed.",
            units.PercentUnit,
            Query(ratio(during(OBSERVER_GAPS), during(HANDSHAKES, 'outcome="101"'))),
            at_most(objectives.OBSERVER_GAP_RATIO),
        ),
        figure(
            "Late seconds",
            f"Seconds in which the event loop was late by more than {objectives.EVENT_LOOP_LAG_SECONDS:g} s: so much "
            "voicetap may have added to the calls of that process. Which process it was: the last row.",
            units.PercentUnit,
            Query(f"1 - {share_within(EVENT_LOOP_LAG, objectives.EVENT_LOOP_LAG_SECONDS, over=RANGE)}"),
            at_most(objectives.EVENT_LOOP_LAG_RATIO),
        ),
        figure(
            "Processes that answer",
            "Processes whose last scrape came to something. Fewer than were started: look at the last row for the one "
            "that is missing.",
            units.LocaleFormat,
            Query(now(UP)),
        ),
    )


def _arrivals() -> Row:
    return row(
        "Do calls get through?",
        stack(
            "Upgrade requests a minute",
            "By the server's status, or why there was none. 401 and 403 are keys, 429 a limit, 5xx the server, "
            "connect_error and tls_error the way to it; bad_request and draining are voicetap's own answers.",
            units.Short,
            Query(some(_a_minute(HANDSHAKES, "outcome")), "{{outcome}}"),
            colours=COLOURS,
        ),
        stack(
            "Starts of sessions a minute",
            "What became of connections that were open: started; refused with an error; closed before a session; or "
            "nothing for 30 s. api.openai.com refuses bad keys here, after a 101.",
            units.Short,
            Query(some(_a_minute(SESSION_STARTS, "outcome")), "{{outcome}}"),
            colours={**COLOURS, "closed": "orange", "timeout": "orange"},
        ),
        stack(
            "Plain HTTP requests a minute",
            "What is passed on besides calls: client secrets, WebRTC and SIP. By route and class of status; 4xx on "
            "client_secrets means users who cannot begin a call at all.",
            units.Short,
            Query(some(_a_minute(HTTP_REQUESTS, "route", "status")), "{{route}} {{status}}"),
        ),
        spread(
            "Time to connect to the server",
            "From the dial to the established connection, TLS included. One narrow band is normal: the distance to "
            "the server. A second one is another region, a proxy in between, or a resolver that is slow.",
            units.Seconds,
            Query(buckets(UPSTREAM_CONNECT)),
        ),
        widths=(12, 12, 12, 12),
    )


def _ends() -> Row:
    return row(
        "How do they end?",
        stack(
            "Ends a minute",
            "client_closed is as it should be. client_lost: the network or the app of the user; upstream_lost: the "
            "server or the way to it; expired: the server's limit on the length of sessions; drained: a restart of "
            "voicetap.",
            units.Short,
            Query(some(_a_minute(SESSIONS, "end")), "{{end}}"),
            colours={
                **COLOURS,
                "client_closed": "green",
                "server_closed": "blue",
                "client_lost": "orange",
                "upstream_lost": "dark-red",
                "expired": "yellow",
                "drained": "text",
            },
        ),
        ranking(
            "Close codes",
            "By who sent the first Close frame. 1000 and 1001 are regular, 1005 is a frame without a code, 1006 no "
            "frame at all, 1011 a fault of the sender; 3000 and 4000 are the server's own.",
            units.LocaleFormat,
            Query(some(during(CLOSE_CODES, by=("closed_by", "code")))),
            "connections",
        ),
        spread(
            "Length of calls",
            "Of those that ended. A band at the server's limit (60 minutes at OpenAI) is calls that it cut off; one "
            "within the first second is clients that give up, or try again and again. Points open the call's trace.",
            units.Seconds,
            Query(buckets(SESSION_DURATION)),
        ),
        widths=(8, 8, 8),
    )


def _traffic() -> Row:
    return row(
        "What passes?",
        lines(
            "Bytes a second",
            "On the wire, by who sent them. Servers send answers faster than they are heard, so theirs come in "
            "bursts; clients send all the time while the microphone is open.",
            units.BytesPerSecondSI,
            Query(per_second(RELAYED_BYTES, by=("from",)), "from the {{from}}"),
            colours={"from the client": "blue", "from the server": "green"},
        ),
        stack(
            "Items a minute",
            "What enters conversations: messages by role, calls of functions and their outputs. No messages of users "
            "where there are calls: nobody is heard. Calls without outputs: clients that do not run them.",
            units.Short,
            Query(some(_a_minute(ITEMS, "role", "type")), "{{type}} ({{role}})"),
        ),
        lines(
            "Events a second, by type",
            f"The {_TYPES} most frequent of the time range. Audio comes first in both directions; error, or anything "
            "else that is not usually here, is worth a look.",
            units.EventsPerSecond,
            Query(busiest(_TYPES, EVENTS, by=("type",)), "{{type}}"),
        ),
        lines(
            "What makes no sense, a minute",
            "Events of types that no catalogue has: a new version of the API, most likely. Messages that are no "
            "event. Events that had no place where they came. Calls go on; steady lines after a release of the "
            "server or of a client are worth a report.",
            units.Short,
            Query(some(_a_minute(UNKNOWN_EVENTS, "from")), "unknown type, from the {{from}}"),
            Query(some(_a_minute(MALFORMED_MESSAGES, "from", "reason")), "no event: {{reason}}, from the {{from}}"),
            Query(some(_a_minute(SURPRISES, "kind")), "surprise: {{kind}}"),
        ),
        widths=(12, 12, 12, 12),
    )


def _trust() -> Row:
    return row(
        "Can the figures be trusted?",
        lines(
            "What is missing, a minute",
            "Empty is normal. Gaps: traffic that was relayed and not understood (backlog: more than voicetap could "
            "look at in time). Sinks that were given up: recordings, spans or logs of a call that break off. What did "
            "not reach its collector: is it there?",
            units.Short,
            Query(some(_a_minute(OBSERVER_GAPS, "reason")), "gap: {{reason}}"),
            Query(some(_a_minute(SINK_FAILURES, "sink")), "sink given up: {{sink}}"),
            Query(some(_a_minute(TELEMETRY_DROPPED, "signal")), "not delivered: {{signal}}"),
        ),
        spread(
            "Lag of the observer",
            "How long after its relay a piece of traffic was looked at: the worst of each second. It costs calls "
            "nothing, and no latency on the boards, which is taken at the relay. Where it grows, gaps come next.",
            units.Seconds,
            Query(buckets(OBSERVER_LAG)),
        ),
    )


def _processes() -> Row:
    return row(
        "Is voicetap itself well?",
        ranking(
            "Processes",
            "Each process that is scraped, its version, and for how long it has run. A short time that nobody "
            "deployed is a crash: look at its last log lines.",
            units.Seconds,
            Query(
                f"{now(BUILD_INFO, by=('instance', 'version'))}\n"
                f"  * on (instance) group_left () (time() - {now(PROCESS_START, by=_PROCESS)})"
            ),
            "running for",
        ),
        lines(
            "Calls, by process",
            "How calls are shared among the processes. One that has far more than the others was there first: calls "
            "are long, and a balancer moves only new ones.",
            units.Short,
            Query(now(SESSIONS_ACTIVE, by=_PROCESS), "{{instance}}"),
        ),
        lines(
            "Lag of the event loop",
            f"In one second of a hundred it was later than this. Dashed: {objectives.EVENT_LOOP_LAG_SECONDS:g} s, what "
            "users begin to hear. With the processor at its limit: add processes.",
            units.Seconds,
            Query(percentile(0.99, EVENT_LOOP_LAG, by=_PROCESS), "{{instance}}"),
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
            Query(per_second(PROCESS_CPU, by=_PROCESS), "{{instance}}"),
        ),
        lines(
            "Memory",
            "Resident. It follows the number of calls and not their length: a line that climbs for days while calls "
            "do not is a leak, and worth a report.",
            units.BytesIEC,
            Query(now(RESIDENT_MEMORY, by=_PROCESS), "{{instance}}"),
        ),
        lines(
            "Memory for each call",
            "Resident memory by calls, what the process needs for itself included: high with few calls, and level "
            "with many. No line where there are no calls.",
            units.BytesIEC,
            Query(
                ratio(now(RESIDENT_MEMORY, by=_PROCESS), total(of_any_model(SESSIONS_ACTIVE), *_PROCESS)),
                "{{instance}}",
            ),
        ),
        lines(
            "Open files",
            "Of those that the process may have open; a call takes two. At 100 % new calls fail: raise the limit "
            "(ulimit -n).",
            units.PercentUnit,
            Query(ratio(now(OPEN_FILES, by=_PROCESS), now(MOST_FILES, by=_PROCESS)), "{{instance}}"),
        ),
        lines(
            "Full garbage collections a minute",
            "Runs of Python's collector over everything, each a stall of some milliseconds. Compare with the lag of "
            "the event loop: peaks at the same time have this cause.",
            units.Short,
            Query(_a_minute(GC_COLLECTIONS, *_PROCESS, where=('generation="2"',)), "{{instance}}"),
        ),
        lines(
            "Time of a scrape",
            "How long Prometheus waits for /metrics. Some hundredths of a second are normal; near the timeout of "
            "the scrape the boards get holes.",
            units.Seconds,
            Query(now(SCRAPE_SECONDS, by=_PROCESS), "{{instance}}"),
        ),
        widths=(12, 12, 12, 12, 8, 8, 8, 8, 8, 8),
    )


def _a_minute(metric: Metric, *by: str, where: tuple[str, ...] = ()) -> str:
    return f"{per_second(metric, *where, by=by)} * 60"
