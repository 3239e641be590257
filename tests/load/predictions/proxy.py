"""The board Proxy."""

from collections.abc import Callable
from math import inf

import voicetap
from load.account import But, Sample
from load.between import Between, Table, one
from load.expected import BUCKETS, at_most, le
from load.predictions.table import (
    FAILED_HANDSHAKES,
    MINUTE,
    Prediction,
    Predictions,
    a_minute,
    not_started,
    spread,
    whole,
)
from load.run import Machine
from load.truth import Truth
from support.prometheus import JOB

LAG = "event_loop_lag_seconds"
TOLD_EVERY_S = 1.0
BUSY_S = 0.1
"""A machine that does nothing else is on time by more than this."""


def upgrades_failed(truth: Truth) -> Table:
    """Those that a server had to answer, and that got no 101."""
    asked = But("abandoned", "bad_request", "draining")
    return truth.now.share("handshakes_total", {"outcome": FAILED_HANDSHAKES}, outcome=asked)


def abnormal_ends(truth: Truth) -> Table:
    """Those with another code than a call that was hung up or refused, of the side that has most of them."""
    sides = truth.now.increase(
        "close_codes_total", "closed_by", code=But("1000", "1001", "1005", "3000", "4000")
    ).values()
    most = Between(max(side.low for side in sides), max(side.high for side in sides))
    return one(most) / truth.now.increase("close_codes_total")


def not_understood(truth: Truth) -> Table:
    """Gaps, of connections."""
    return truth.now.increase("observer_gaps_total") / truth.now.increase("handshakes_total", outcome="101")


def late_seconds(truth: Truth) -> Table:
    """Those in which a process stood still, and as many again if others keep the machine busy."""
    [stalls] = {len(alone.account.seen(LAG)[()]) for alone in truth.apart.values()}
    return one(Between(0.95 * stalls / truth.window.seconds, 2.1 * stalls / truth.window.seconds))


def lag(truth: Truth) -> Table:
    """By process: they stood still in more than one second of a hundred."""
    bounds = (0.0, *BUCKETS[LAG])
    [stall] = {sample for samples in truth.now.account.seen(LAG).values() for sample in samples}
    below = max(bound for bound in bounds if bound < stall.low)
    above = min(bound for bound in bounds if bound > stall.high)
    return Table({(instance,): Between(below, above) for instance in truth.load.instances})


def told_each_second(metric: str, least: float) -> Prediction:
    """The spread of what is told once a second by each process, at least in this share of seconds."""

    def prediction(truth: Truth) -> Table:
        most = len(truth.load.instances) * (truth.window.seconds / TOLD_EVERY_S + 1)
        known: list[Sample] = truth.now.account.seen(metric).get((), [])
        table = {}
        for bound in (*BUCKETS[metric], inf):
            sure = at_most(bound, known)
            others = most - len(known)
            on_time = least * others if bound >= 2 * BUSY_S else 0.0
            table[le(bound),] = Between(0.9 * (sure.low + on_time), 1.05 * (sure.high + others))
        return Table(table)

    return prediction


def by_instance(figure: Callable[[Truth, Machine], Between]) -> Prediction:
    """What the kernel says of each process."""
    return lambda truth: Table(
        {
            (instance,): figure(truth, machine)
            for instance, machine in zip(truth.load.instances, truth.load.machines, strict=True)
        }
    )


def _about(value: float, share: float = 0.1) -> Between:
    return Between(value * (1 - share), value * (1 + share))


def _memory_of_a_call(truth: Truth, machine: Machine) -> Between:
    return _about(machine.resident_bytes) / (truth.held()[()].low / len(truth.load.instances))


def _processor(truth: Truth, machine: Machine) -> Between:
    """Prometheus sees it a second earlier or later than we do."""
    spent = machine.cpu_seconds / machine.over_seconds
    return Between(0.7 * spent, 1.3 * spent)


def _age(truth: Truth, machine: Machine) -> Between:
    seconds = truth.window.end - machine.started_at
    return Between(seconds - 2, seconds + 2)


def processes(truth: Truth) -> Table:
    """How long each has run, by its version too."""
    return Table({(instance, JOB, voicetap.__version__): age for (instance,), age in by_instance(_age)(truth).items()})


PREDICTIONS: Predictions = {
    ("Upgrades that failed", "A"): upgrades_failed,
    ("Connections without a session", "A"): not_started,
    ("Abnormal ends", "A"): abnormal_ends,
    ("Traffic not understood", "A"): not_understood,
    ("Late seconds, worst process", "A"): late_seconds,
    ("Processes that answer", "A"): lambda truth: one(len(truth.load.instances)),
    ("Upgrade requests a minute", "A"): a_minute("handshakes_total", "outcome"),
    ("Starts of sessions a minute", "A"): a_minute("session_starts_total", "outcome"),
    ("Plain HTTP requests a minute", "A"): a_minute("http_requests_total", "route", "status"),
    ("Time to connect to the server", "A"): spread("upstream_connect_seconds"),
    ("Ends a minute", "A"): a_minute("sessions_total", "end"),
    ("Close codes", "A"): whole("close_codes_total", "closed_by", "code"),
    ("Length of calls", "A"): spread("session_duration_seconds"),
    ("Bytes a second", "A"): lambda truth: truth.now.rate("relayed_bytes_total", "from"),
    ("Which events passed", "A"): whole("events_total", "from", "type"),
    ("Items a minute", "A"): a_minute("items_total", "role", "type"),
    ("What makes no sense, a minute", "A"): a_minute("unknown_events_total", "from"),
    ("What makes no sense, a minute", "B"): a_minute("malformed_messages_total", "from", "reason"),
    ("What makes no sense, a minute", "C"): a_minute("surprises_total", "kind"),
    ("What is missing, a minute", "A"): a_minute("observer_gaps_total", "reason"),
    ("What is missing, a minute", "B"): a_minute("sink_failures_total", "sink"),
    ("What is missing, a minute", "C"): a_minute("telemetry_dropped_total", "signal"),
    ("Lag of the observer", "A"): told_each_second("observer_lag_seconds", least=0.4),
    ("Processes", "A"): processes,
    ("Calls, by process", "A"): lambda truth: truth.held("instance"),
    ("Lag of the event loop", "A"): lag,
    ("Spread of the event loop's lag", "A"): told_each_second(LAG, least=0.9),
    ("Processor", "A"): by_instance(_processor),
    ("Memory", "A"): by_instance(lambda truth, machine: _about(machine.resident_bytes)),
    ("Memory for each call", "A"): by_instance(_memory_of_a_call),
    ("Open files", "A"): by_instance(lambda truth, machine: _about(machine.open_files / machine.most_files)),
    # Python alone knows when it collects; that it is not more often than once a second is all there is to predict.
    ("Full garbage collections a minute", "A"): by_instance(lambda truth, machine: Between(0.0, MINUTE)),
    ("Time of a scrape", "A"): by_instance(lambda truth, machine: Between(0.0, 1.0)),
}
