"""Proxy: do calls get through, how do they end, and is voicetap itself well?"""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import (
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
    SINK_FAILURES,
    SURPRISES,
    TELEMETRY_DROPPED,
    UNKNOWN_EVENTS,
    UPSTREAM_CONNECT,
)

from .. import objectives
from ..board import Row, board, row
from ..foreign import UP
from ..panels import COLOURS, GOOD, NEUTRAL, Query, figure, good_below, lines, ranking, spread, stack
from ..promql import greatest, ratio, some, total
from . import faults, processes
from .queries import RANGE, a_minute, buckets, during, of, of_voicetap, per_second, share_beyond, times
from .thresholds import at_least_one, at_most, within


def build() -> Dashboard:
    """Top to bottom: the way of a call from its request to its end, what was seen of it, who saw it, and how much."""
    return board(
        "proxy",
        "Proxy",
        "Do calls get through voicetap, can its figures be trusted, and is it well itself? The figures at the top are "
        "for the time range chosen.",
        _verdict(),
        _arrivals(),
        _ends(),
        _trust(),
        processes.wellbeing(),
        _traffic(),
    )


def _verdict() -> Row:
    return row(
        "Does voicetap do its work?",
        figure(
            "Upgrades that failed",
            "Upgrade requests that the server refused, or that could not be brought to it; the next row says which. "
            "Without those that clients gave up, or voicetap refused. Objective: at most "
            f"{objectives.SESSION_START.budget:.0%}.",
            units.PercentUnit,
            Query(faults.handshakes_failed(RANGE)),
            within(objectives.SESSION_START),
        ),
        figure(
            "Connections without a session",
            "Connections that were open and never became a session: keys and models that the server refuses only "
            "after the 101, and servers that close or are silent. "
            f"Objective: at most {objectives.SESSION_START.budget:.0%}.",
            units.PercentUnit,
            Query(faults.sessions_not_started(RANGE)),
            within(objectives.SESSION_START),
        ),
        figure(
            "Abnormal ends",
            "Of the connections that ended, those that one side cut off: without a Close frame, or with a code that is "
            "neither regular (1000, 1001) nor a refusal (3000, 4000). Of the side that does so most; the row How do "
            "they end? says which. Networks fail, so some are normal.",
            units.PercentUnit,
            Query(faults.abnormal_ends(RANGE)),
            good_below(objectives.ABNORMAL_CLOSE_RATIO, objectives.BREAKDOWN_RATIO),
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
            "Late seconds, worst process",
            "Seconds in which the event loop of the worst process was late by more than "
            f"{objectives.EVENT_LOOP_LAG_SECONDS:g} s: so much voicetap may have added to its calls. Which process it "
            "is: the row Is voicetap itself well?",
            units.PercentUnit,
            Query(
                greatest(
                    share_beyond(EVENT_LOOP_LAG, objectives.EVENT_LOOP_LAG_SECONDS, over=RANGE, by=processes.PROCESS)
                )
            ),
            at_most(objectives.EVENT_LOOP_LAG_RATIO),
        ),
        figure(
            "Processes that answer",
            "Processes whose last scrape came to something, of those that answered within the time range. Fewer than "
            "were started: the row Is voicetap itself well? says which is missing.",
            units.LocaleFormat,
            Query(total(of_voicetap(of(UP), RANGE))),
            at_least_one(),
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
            Query(some(a_minute(HANDSHAKES, by=("outcome",))), "{{outcome}}"),
            colours=COLOURS,
        ),
        stack(
            "Starts of sessions a minute",
            "What became of connections that were open: started; refused with an error; closed before a session; or "
            "nothing for 30 s. api.openai.com refuses bad keys here, after a 101.",
            units.Short,
            Query(some(a_minute(SESSION_STARTS, by=("outcome",))), "{{outcome}}"),
            colours=COLOURS,
        ),
        stack(
            "Plain HTTP requests a minute",
            "What is passed on besides calls: client secrets, WebRTC and SIP. By route and class of status; 4xx on "
            "client_secrets means users who cannot begin a call at all.",
            units.Short,
            Query(some(a_minute(HTTP_REQUESTS, by=("route", "status"))), "{{route}} {{status}}"),
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
            Query(some(a_minute(SESSIONS, by=("end",))), "{{end}}"),
            colours=COLOURS,
        ),
        ranking(
            "Close codes",
            "By who sent the first Close frame. 1000 and 1001 are regular, 1005 is a frame without a code, 1006 no "
            "frame at all, 1011 a fault of the sender; 3000 and 4000 are the server's own.",
            units.LocaleFormat,
            Query(some(times(CLOSE_CODES, by=("closed_by", "code")))),
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
            colours={"from the client": NEUTRAL, "from the server": GOOD},
        ),
        stack(
            "Items a minute",
            "What enters conversations: messages by role, calls of functions and their outputs. No messages of users "
            "where there are calls: nobody is heard. Calls without outputs: clients that do not run them.",
            units.Short,
            Query(some(a_minute(ITEMS, by=("role", "type"))), "{{type}} ({{role}})"),
        ),
        ranking(
            "Which events passed",
            "In the time range, by type and sender. Audio comes first in both directions; error, or anything else that "
            "is not usually here, is worth a look.",
            units.LocaleFormat,
            Query(some(times(EVENTS, by=("type", "from")))),
            "events",
        ),
        widths=(7, 7, 10),
    )


def _trust() -> Row:
    return row(
        "Can the figures be trusted?",
        lines(
            "What is missing, a minute",
            "Gaps: traffic that was relayed and not understood (backlog: more than voicetap could look at in time). "
            "Sinks that were given up: recordings, spans or logs of a call that break off. What did not reach its "
            "collector: is it there?",
            units.Short,
            Query(some(a_minute(OBSERVER_GAPS, by=("reason",))), "gap: {{reason}}"),
            Query(some(a_minute(SINK_FAILURES, by=("sink",))), "sink given up: {{sink}}"),
            Query(some(a_minute(TELEMETRY_DROPPED, by=("signal",))), "not delivered: {{signal}}"),
            empty="none, as it should be",
        ),
        lines(
            "What makes no sense, a minute",
            "Events of types that no catalogue has: a new version of the API, most likely. Messages that are no "
            "event. Events that had no place where they came. Calls go on; steady lines after a release of the "
            "server or of a client are worth a report.",
            units.Short,
            Query(some(a_minute(UNKNOWN_EVENTS, by=("from",))), "unknown type, from the {{from}}"),
            Query(some(a_minute(MALFORMED_MESSAGES, by=("from", "reason"))), "no event: {{reason}}, from the {{from}}"),
            Query(some(a_minute(SURPRISES, by=("kind",))), "surprise: {{kind}}"),
            empty="none, as it should be",
        ),
        spread(
            "Lag of the observer",
            "How long after its relay a piece of traffic was looked at: the worst of each second. It costs calls "
            "nothing, and no latency on the boards, which is taken at the relay. Where it grows, gaps come next.",
            units.Seconds,
            Query(buckets(OBSERVER_LAG)),
        ),
    )
