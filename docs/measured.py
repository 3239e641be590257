"""What the benches have found, for the pages that count with it: after a new run, change it here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """What the benches found; each has one place, here. Microseconds, milliseconds, KiB, MiB as the names say."""

    machine: str = "two cores of an AMD EPYC, KVM, Linux 6.18, Python 3.11"
    version: str = "0.5.0"
    # make bench: processor time an event
    event_us: float = 48.0
    event_us_traces: float = 55.0
    balancer_us: float = 27.0
    # make memory: a session, resident; one round, on a machine that did other work besides
    idle_kib: float = 39.0
    active_kib: float = 229.0
    active_kib_traces: float = 282.0
    tls_kib: float = 58.0
    base_mib: float = 66.0
    # make handshakes: processor time an upgrade
    handshake_ms: float = 1.1
    handshake_ms_traces: float = 1.6
    # make scrape: /metrics with three models, as Prometheus asks for it
    series: int = 1_016
    scrape_kib: float = 8.0
    scrape_ms: float = 3.0
    # a conversation of 20 turns through the encoder of bench.stages, uncompressed
    spans_a_turn: float = 4.0
    span_bytes: float = 937.0
    # docs/logs.md: the line of a session's end
    line_bytes: float = 720.0
    # make replicas
    replicas_sessions: int = 100
    replicas_events: int = 43_700
    replicas_ends_s: float = 0.6


MEASURED = Measured()
