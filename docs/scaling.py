"""Writes docs/scaling.md from the figures of measured.py; `make docs` does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill

from measured import MEASURED

KIB = 1024


@dataclass(frozen=True)
class Call:
    """Who talks how."""

    name: str
    append_ms: int
    """How much audio each event of the client has."""

    @property
    def client(self) -> float:
        """Events a second: the microphone is open all the time."""
        return 1000 / self.append_ms

    @property
    def events(self) -> float:
        """A second, in both directions."""
        return self.client + SERVER_EVENTS / TURN_SECONDS


SERVER_EVENTS = 67
"""Of a recorded turn at api.openai.com (server VAD, transcription on)."""
SERVER_KB = 187
"""Of the same turn, with 2.7 s of audio in its answer."""
TURN_SECONDS = 8.2
"""The same turn: 5.5 s in which the user speaks, 2.7 s of answer."""
MINUTES = 5
"""That a call lasts. An assumption, as the next ones are."""
FULL = 0.6
"""Of a core that is planned with: the rest is for peaks, and for latency."""
SCRAPE_SECONDS = 15
BATCH, BATCH_SECONDS = 512, 5
"""Spans and seconds after which a batch leaves (OTEL_BSP_*)."""
SAMPLED = 0.01
"""Share of the sessions whose traces are kept where all would be too many."""
PORTS = 28_232
"""Ports that Linux gives to outgoing connections of one address to one other (net.ipv4.ip_local_port_range)."""
SERIES_KIB = 4
"""That a Prometheus takes for a series: a rule of thumb."""

CALLS = (Call("100 ms an append", 100), Call("40 ms an append", 40), Call("20 ms an append", 20))
USUAL = CALLS[1]
SIZES = (1_000, 10_000, 100_000, 1_000_000)


def a_core(call: Call, event_us: float) -> float:
    """Sessions, at FULL."""
    return FULL / (call.events * event_us / 1e6)


def replicas(sessions: int) -> int:
    """With traces, one core each."""
    return max(2, -(-sessions // int(a_core(USUAL, MEASURED.event_us_traces))))


def gib(sessions: int) -> float:
    """Resident memory of all replicas: active sessions, traces, an upstream over TLS."""
    found = MEASURED
    each = found.active_kib_traces + found.tls_kib
    return (replicas(sessions) * found.base_mib * KIB + sessions * each) / KIB / KIB


def spans(sessions: int) -> float:
    """A second, all sampled; the handshake and the summary of each call with them."""
    return sessions * (MEASURED.spans_a_turn / TURN_SECONDS + 2 / (MINUTES * 60))


def batches(sessions: int) -> float:
    """A second: a replica sends one when it is full, or old enough."""
    each = spans(sessions) / replicas(sessions)
    return replicas(sessions) * max(each / BATCH, min(1 / BATCH_SECONDS, each))


def gbit(sessions: int) -> float:
    """A second, of both directions, that a proxy takes in and gives out again."""
    client_kb = 24_000 * 2 * 4 / 3 / 1000 + 0.1 * USUAL.client
    return sessions * (client_kb + SERVER_KB / TURN_SECONDS) * 8 / 1e6


def lines(sessions: int) -> float:
    """Of the log a second: one at the end of each call, those of failures not counted."""
    return sessions / (MINUTES * 60)


def number(value: float) -> str:
    """With no more digits than it deserves."""
    if value >= 100 or isinstance(value, int):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measured() -> str:
    """What is known."""
    found = MEASURED
    rows = [
        ("an event, metrics and logs", f"{found.event_us:g} µs of a core", "`make bench`"),
        ("an event, traces too", f"{found.event_us_traces:g} µs", "`make bench`"),
        ("the same in HAProxy, which only passes on", f"{found.balancer_us:g} µs", "`make bench`"),
        (
            "an upgrade; with traces",
            f"{found.handshake_ms:g} ms; {found.handshake_ms_traces:g} ms",
            "`make handshakes`",
        ),
        ("a process without sessions", f"{found.base_mib:g} MiB", "`make memory`"),
        ("a session at rest", f"{found.idle_kib:g} KiB", "`make memory`"),
        (
            "a session after 30 turns; with traces",
            f"{found.active_kib:g} KiB; {found.active_kib_traces:g} KiB",
            "`make memory`",
        ),
        ("what TLS to the upstream adds", f"{found.tls_kib:g} KiB", "`make memory`"),
        ("`/metrics` with three models", f"{found.series:,} series, {found.scrape_kib:g} KiB (gzip)", "`make scrape`"),
        ("a scrape", f"{found.scrape_ms:g} ms, on a thread of its own", "`make scrape`"),
        ("a turn", f"{found.spans_a_turn:g} spans of {found.span_bytes:g} bytes", "`make stages`"),
        ("the end of a session", f"a line of {found.line_bytes:g} bytes", "[logs.md](logs.md)"),
    ]
    return table(("measured", "", "by"), rows)


def per_core() -> str:
    """How many calls a core carries."""
    rows = [
        (
            call.name,
            number(call.client),
            f"{SERVER_EVENTS / TURN_SECONDS:.1f}",
            number(a_core(call, MEASURED.event_us)),
            number(a_core(call, MEASURED.event_us_traces)),
        )
        for call in CALLS
    ]
    return table(("client", "events/s of it", "of the server", "sessions a core", "with traces"), rows)


def up_to_a_million() -> str:
    """The arithmetic."""
    found = MEASURED
    figures: list[tuple[str, Callable[[int], float]]] = [
        ("replicas of one core", replicas),
        ("memory of all, GiB", gib),
        ("traffic in, and out again, Gbit/s", gbit),
        ("upgrades/s", lambda n: n / (MINUTES * 60)),
        ("series", lambda n: replicas(n) * found.series),
        (f"samples/s, a scrape every {SCRAPE_SECONDS} s", lambda n: replicas(n) * found.series / SCRAPE_SECONDS),
        ("scrapes, MB/s", lambda n: replicas(n) * found.scrape_kib * KIB / SCRAPE_SECONDS / 1e6),
        ("memory of Prometheus for them, GiB", lambda n: replicas(n) * found.series * SERIES_KIB / KIB / KIB),
        ("spans/s, all sampled", spans),
        ("OTLP, MB/s, all sampled", lambda n: spans(n) * found.span_bytes / 1e6),
        ("OTLP batches/s, all sampled", batches),
        (f"OTLP, MB/s, {SAMPLED:.0%} sampled", lambda n: spans(n) * found.span_bytes * SAMPLED / 1e6),
        ("log lines/s", lines),
        ("logs, MB/s", lambda n: lines(n) * found.line_bytes / 1e6),
        ("addresses to dial one upstream address from", lambda n: max(1, -(-n // PORTS))),
    ]
    rows = [(name, *(number(figure(sessions)) for sessions in SIZES)) for name, figure in figures]
    return table(("computed for sessions at a time", *(f"{sessions:,}" for sessions in SIZES)), rows)


def breaks() -> str:
    """In the order in which it happens."""
    found = MEASURED
    core = int(a_core(USUAL, found.event_us_traces))
    spans_at = 50e6 / (spans(100_000) / 100_000 * found.span_bytes)
    rows = [
        (
            f"{core:,} in a process",
            "its core. Latency grows, and observing waits: `voicetap_observer_lag_seconds` says so. Past 64 MiB of "
            "what waits there are gaps (`voicetap_observer_gaps_total`); what is relayed is whole even then",
            "another replica",
        ),
        (
            "about 500 in a process",
            "`ulimit -n` where it is 1,024, for a session has two sockets: calls go on, further ones get a 502 "
            "(`voicetap_handshakes_total`, `connect_error`)",
            "`LimitNOFILE=65536` in a unit; containers mostly have more",
        ),
        (
            f"{PORTS:,} behind an address",
            "ports: each session is a connection to the same upstream. One NAT gateway before all replicas is the "
            "place where it happens; further calls get a 502 (`connect_error`)",
            "more addresses to the outside, or replicas with addresses of their own",
        ),
        (
            f"about {round(spans_at, -4):,.0f}",
            "a collector that takes 50 MB/s of spans (assumed); a replica keeps 2,048, then drops them, and "
            "`voicetap_telemetry_dropped_total` counts",
            "`OTEL_TRACES_SAMPLER=parentbased_traceidratio`, which keeps or drops whole sessions; or a collector "
            "beside each replica",
        ),
        (
            "where the balancer copies bytes",
            f"{found.balancer_us:g} µs an event (HAProxy, `mode http`): half as many cores as voicetap itself",
            "a balancer that routes packets (IPVS, a cloud's network load balancer), or sidecars, which need none",
        ),
        (
            f"{round(5e6 / found.series * core, -5):,.0f}",
            "a Prometheus that holds 5 million series (assumed)",
            "several, each with a part of the replicas; or recording rules that add the replicas up, and nothing else "
            "kept for long",
        ),
        (
            "at any number",
            "the limits of the provider: calls at a time, tokens a minute",
            "`voicetap_rate_limit_remaining` tells",
        ),
    ]
    return table(("sessions", "what breaks", "what helps"), rows)


def shown() -> str:
    """What `bench.replicas` showed."""
    found = MEASURED
    return fill(
        "**Shown here**, by `make replicas`: two voicetap behind HAProxy in TCP mode. "
        f"{found.replicas_sessions} sessions were spread evenly, and {found.replicas_events:,} events counted once by "
        "both /metrics together. One replica got SIGTERM while all of them talked: no session was cut, new ones went "
        f"to the other alone, and the process ended with status 0, {found.replicas_ends_s:g} s after its last session.",
        120,
    )


def a_turn() -> str:
    """What the computed tables are computed for."""
    return fill(
        f"Of a recorded turn at api.openai.com the server says {SERVER_EVENTS} events; it is taken to last "
        f"{TURN_SECONDS:g} s (55 appends and 27 pieces of an answer, 100 ms each). A client sends audio all the time, "
        "in pieces whose length it chooses, and that choice decides more than anything else. Computed, for a core that "
        f"is used by {FULL:.0%}:",
        120,
    )


def loss() -> str:
    """Of one replica."""
    core = int(a_core(USUAL, MEASURED.event_us_traces))
    again = core * MEASURED.handshake_ms_traces / 1e3
    return fill(
        "What does not grow: memory with the length of a session beyond its bounds, series with the number of sessions "
        "(labels are bounded), and what a replica knows with the number of others. The loss of a replica is the loss "
        f"of its calls, about {core} of them; their clients dial again at once, which takes {again:.1f} s of a core, "
        "spread over all others.",
        120,
    )


def half_life() -> str:
    """How calls end that drain."""
    return fill(
        f"- With calls of {MINUTES} minutes, half of a replica's are gone after {MINUTES * 0.69:.1f} minutes, and one "
        f"in a thousand is left after {MINUTES * 6.9:.0f}, where their lengths are spread as waiting times are.",
        120,
        subsequent_indent="  ",
    )


def page() -> str:
    """The whole of docs/scaling.md."""
    found = MEASURED
    return f"""\
# Past one machine

A voicetap is one process on one core. It knows nothing of others: no state is shared, nothing is looked up, no leader
is chosen. So more calls than a core carries take more of them, behind any balancer of TCP connections or, as a sidecar,
beside each application, where no balancer is needed.

This page is written by `make docs` from the measured figures in `docs/measured.py`, where each has one place; the
computed ones follow from them in `docs/scaling.py`. Tables say which they are.

## Why any balancer will do

- **A WebSocket stays where it is.** It is one TCP connection from the upgrade to the end, so stickiness is free: all of
  a session passes the replica that took it. A client that reconnects begins a new session with the API, too.
- **Balance by connections**, not in turns: calls last minutes, and a replica that is new has none. In HAProxy
  `balance leastconn`, in nginx `least_conn`.
- **Ask `/readyz`** on the admin port. It says 503 from SIGTERM on, while calls go on and stragglers are still taken.
- **Plain HTTP** (`/v1/realtime/client_secrets`, `/calls`) may go to any replica.
- A sideband (`?call_id=`) that goes to another replica than others of the same call is a session of its own there, as
  it is anywhere.

```
listen voicetap
    bind :8080
    mode tcp
    balance leastconn
    option httpchk GET /readyz
    default-server inter 1s fall 1 rise 1
    server one 10.0.0.1:8080 check port 9464
    server two 10.0.0.2:8080 check port 9464
```

What replicas say adds up: counters and histograms are summed by Prometheus (`sum by (…) (rate(…))`), every span and
every line has its `session.id`, and spans have `service.instance.id`. Two things are of one process: the live page has
the calls of its replica alone, and `--record-keep-bytes` is for its directory.

{shown()}

## What is known

voicetap {found.version}, {found.machine}.

{measured()}

## Sessions a core

{a_turn()}

{per_core()}

Clients that send 100 ms at a time are nearly twice as cheap to everybody as those that send 40. At fewer events a
second than a core can take, each costs more, for more of them wake the process up: do not compute the load of a lone
session from this table.

## Up to a million

Calls of {MINUTES} minutes, {USUAL.name}, upstream over TLS, metrics and traces. Assumed, beside that: cores used by
{FULL:.0%}, {SERIES_KIB} KiB of Prometheus's memory a series, three models. Computed:

{up_to_a_million()}

## What breaks first

Computed, for the same calls:

{breaks()}

{loss()}

## Drain and roll

- SIGTERM, then wait. `--drain-timeout` is how long calls may go on: 3,600 s for a session's longest. The process ends
  with its last session. [deploy/README.md](../deploy/README.md) has what that means in Kubernetes.
- New ones first: replicas that drain keep their calls, so a roll of all at once takes twice the room for up to an hour;
  a quarter at a time takes a quarter more, for up to four.
{half_life()}
- `--drain-refuse` is for balancers that do not ask `/readyz`: what comes later gets a 503 and is to try again.
- Scale by `voicetap_sessions_active` rather than by processor time: sessions are there before their events are. Down
  slowly, for what is taken away drains. The gateway's autoscaler in `deploy/` keeps 100 sessions a replica, far below
  the table, so that the fault of one hits few.
"""


if __name__ == "__main__":
    print(page(), end="")
