"""Connections that no recording shows: several at a time, cut in the middle, not understood any more, refused, and
facts in any order. No maker of signals fails, and when they are over nothing is held of them."""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agreement.metrics import HELD
from agreement.pairs import differences
from agreement.process import Connected, Figures, Signalled, log_lines
from agreement.recordings import SESSIONS
from agreement.spans import of_spans
from agreement.traces import dangling, handshakes, torn
from support.observing import Listener
from support.requires import REPOSITORY
from voicetap import facts
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import Fact, Tokens
from voicetap.observe.pipeline import Pipeline
from voicetap.prices import load_prices
from voicetap.realtime import CATALOGUE
from voicetap.recording import Received, open_recording
from voicetap.replay import feed

PRICES = load_prices()
TARGET = "/v1/realtime?model=gpt-realtime"
CALLS = ("barge-in", "responses", "tools", "transcriptions", "truncations")
each_call = pytest.mark.parametrize("name", CALLS)


def path_of(name: str) -> Path:
    return REPOSITORY / SESSIONS / f"{name}.jsonl"


def facts_of(name: str) -> list[Fact]:
    """What comes of a recording, from its handshake to its end."""
    listener = Listener()
    with open_recording(path_of(name)) as opened:
        feed(opened, [listener], PRICES)
    return listener.facts


def held(process: Signalled) -> dict[str, float]:
    """What the gauges have of connections, where it is not 0."""
    figures = Figures(process.registry.gauges())
    return {gauge: total for gauge in HELD if (total := figures.total(gauge))}


def check_nothing_is_left(process: Signalled, *connections: Connected) -> None:
    assert held(process) == {}
    assert process.spans_left_open == 0
    for connected in connections:
        assert (connected.ids.current, connected.ids.handshake) == (None, None)


# Several connections.


def test_two_sessions_at_a_time_say_what_each_says_alone() -> None:
    alone = [Signalled(), Signalled()]
    together = Signalled()
    calls = [facts_of("tools"), facts_of("barge-in")]
    with log_lines() as lines:
        lonely = [process.connection(TARGET, PRICES) for process in alone]
        for connected, call in zip(lonely, calls, strict=True):
            connected.tell(call)
        apart = lines.copy()
        lines.clear()
        connections = [together.connection(TARGET, PRICES) for _ in calls]
        both = [(fact.at, number, fact) for number, call in enumerate(calls) for fact in call]
        for _, number, fact in sorted(both, key=lambda one: one[:2]):
            connections[number].tell([fact])
    check_nothing_is_left(together)
    counts: Counter[str] = Counter()
    for process in alone:
        counts.update(summed(process))
    assert summed(together) == pytest.approx(dict(counts))
    assert [connected.report for connected in connections] == [connected.report for connected in lonely]
    for process, connected in zip(alone, connections, strict=True):
        spans = [span for span in together.exported if span.attributes["session.id"] == connected.id]
        assert len(spans) == len(process.exported)
        assert [*torn(spans)] == differences(of_spans(connected.report, process.figures(), spans)) == []
        of_this = [line for line in lines if line["session.id"] == connected.id]
        assert [*dangling(spans, of_this)] == []
    assert Counter(line["message"] for line in lines) == Counter(line["message"] for line in apart)


def summed(process: Signalled) -> dict[str, float]:
    """All samples but the version."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in process.registry.collect()
        for sample in family.samples
        if family.name != "voicetap_build_info" and sample.value
    }


# Connections of which the end is not told, or not seen.


@each_call
def test_a_session_may_be_cut_at_any_moment(name: str) -> None:
    process, call = Signalled(), facts_of(name)
    for until in range(1, len(call), 3):
        with log_lines() as lines:
            connected = process.connection(TARGET, PRICES)
            connected.tell(call[:until])
            assert Figures(process.registry.gauges()).total("sessions_active") == 1
            connected.close()
            connected.close()
        check_nothing_is_left(process, connected)
        assert lines[-1]["end"] == "unknown"
        spans = [span for span in process.exported if span.attributes["session.id"] == connected.id]
        assert [*torn(spans), *dangling(spans, lines[:-1])] == []


def failed(name: str) -> None:
    """Called while the exception is handled."""
    raise AssertionError(name)


@each_call
@pytest.mark.parametrize("side", [*Side, None], ids=str)
def test_a_side_may_not_be_understood_any_more_at_any_moment(name: str, side: Side | None) -> None:
    with open_recording(path_of(name)) as opened:
        entries = [entry for entry in opened if isinstance(entry, Received)]
    process = Signalled()
    for blind_at in range(0, len(entries), 3):
        with log_lines() as lines:
            connected = process.connection(TARGET, PRICES)
            pipeline = Pipeline(UpgradeRequest(TARGET, (), 0.0), connected.sinks, failed, prices=PRICES)
            pipeline.answered(Handshake("101", (), 0.01, 0.02))
            for number, entry in enumerate(entries):
                if number == blind_at:
                    go_blind(pipeline, side, entry.at)
                if number < blind_at or (side is not None and entry.sender is not side):
                    pipeline.message(entry.sender, entry.message, entry.at)
            pipeline.tick(entries[-1].at + 40)
            pipeline.closed(Ending(Side.CLIENT, False, entries[-1].at + 41))
            pipeline.close()
        check_nothing_is_left(process, connected)
        assert lines[-1]["observer_gaps"] == 1
        spans = [span for span in process.exported if span.attributes["session.id"] == connected.id]
        assert [*torn(spans), *dangling(spans, lines)] == []


def go_blind(pipeline: Pipeline, side: Side | None, at: float) -> None:
    """A side sends what is no frame; None: the observer has had enough of both."""
    if side is None:
        pipeline.gap("backlog", at)
    else:
        for _ in pipeline.chunk(Chunk(side, b"\xff" * 20, at)) or ():
            pass


@pytest.mark.parametrize("end", ["close", "facts"])
def test_after_a_101_nothing_may_come(end: str) -> None:
    process = Signalled()
    with log_lines() as lines:
        connected = process.connection(TARGET, PRICES)
        connected.tell([facts.HandshakeAnswered(0.25, "101", 0.1)])
        assert held(process) == {"sessions_active": 1}
        if end == "facts":
            connected.tell([facts.ConnectionClosed(9.0, "client_lost", 1006, "", Side.CLIENT, 9.0)])
        connected.close()
    check_nothing_is_left(process, connected)
    assert [line["message"] for line in lines] == ["session ended"]
    assert [span.name for span in process.exported] == ["GET /realtime", *["realtime_session"] * (end == "facts")]


@pytest.mark.parametrize("outcome", ["302", "401", "403", "418", "503", "connect_error", "tls_error", "timeout"])
def test_a_handshake_may_fail(outcome: str) -> None:
    process = Signalled()
    with log_lines() as lines:
        connected = process.connection(TARGET, PRICES)
        connected.tell([facts.HandshakeAnswered(0.25, outcome, None)])
        assert held(process) == {}
        connected.close()
    check_nothing_is_left(process, connected)
    assert [line["message"] for line in lines] == ["handshake failed"]
    assert [*torn(process.exported), *dangling(process.exported, lines)] == []
    assert process.figures().total("handshakes_total") == 1
    assert process.figures().total("sessions_total") == 0


# Any facts, in any order.

KINDS = [
    kind for kind in vars(facts).values() if isinstance(kind, type) and issubclass(kind, Fact) and kind is not Fact
]
KINDS.remove(facts.HttpAnswered)  # it belongs to no connection

NAMES = st.sampled_from(["one", "two", "three", "", "a b", "ü", "x" * 300, "\x00"])
OWN = {
    (facts.EventReceived, "type"): st.sampled_from([*CATALOGUE[Side.CLIENT], *CATALOGUE[Side.SERVER]]),
    (facts.GapOpened, "reason"): st.sampled_from(["framing", "oversize", "inflate", "backlog", "error"]),
    (facts.HandshakeAnswered, "outcome"): st.sampled_from(["101", "401", "503", "connect_error", "abandoned"]),
    (facts.MessageMalformed, "reason"): st.sampled_from(["binary", "utf8", "json", "schema"]),
    (facts.ConnectionClosed, "close_code"): st.none() | st.integers(0, 0xFFFF),
}
"""Voicetap's own words, and what has two bytes on the wire."""
TIMES = {"began_at", "ended_at", "requested_at", "spoke_at"}
OF_PEERS = {"audio_end_ms", "expires_at", "limit", "remaining", "reset_seconds"}
ANY_NUMBER = st.floats(allow_nan=False, allow_infinity=False)
"""That JSON can have, so a peer can send it."""
FIGURES = st.floats(0, 1e6) | st.sampled_from([0.0, 0.5, 3.0])
SINCE = st.sampled_from([0.0, 0.02, 1.0, 20.0, 700.0])
"""Seconds from fact to fact."""


def of_hint(kind: type[Fact], name: str, hint: Any) -> st.SearchStrategy[Any]:
    """What a member can be."""
    if (kind, name) in OWN:
        return OWN[kind, name]
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_args(hint):
        return st.one_of([of_hint(kind, name, one) for one in get_args(hint)])
    if hint is Tokens:
        return st.builds(Tokens, **dict.fromkeys(Tokens.__struct_fields__, st.integers(0, 2**53)))
    counts = st.integers(1, 3) if name == "turn" else st.integers(0, 2**53)
    figures = ANY_NUMBER if name in OF_PEERS else FIGURES
    known = {str: NAMES, int: counts, float: figures, bool: st.booleans(), type(None): st.none()}
    return st.sampled_from(Side) if hint is Side else known[hint]


def of_kind(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    """Facts of a kind; when they happen is told later."""
    hints = get_type_hints(kind)
    members = {name: of_hint(kind, name, hint) for name, hint in hints.items() if name not in {"at", *TIMES}}
    made = st.builds(kind, at=st.just(0.0), **dict.fromkeys(TIMES & hints.keys(), SINCE), **members)
    if kind is facts.TruncationFinished:  # nobody but the client can have asked in vain
        return made.filter(lambda fact: fact.initiator == "client" or fact.outcome == "acknowledged")
    return made


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[int, Fact]]:
    """Facts of two connections. Time does not go back, and turns are counted."""
    told: list[tuple[int, Fact]] = []
    now, turns = 1000.0, [0, 0]
    for _ in range(draw(st.integers(5, 60))):
        fact = draw(ANY)
        number = draw(st.integers(0, 1))
        now += draw(SINCE)
        times = {name: now - getattr(fact, name) for name in TIMES & set(fact.__struct_fields__)}
        if isinstance(fact, facts.TurnOpened):
            turns[number] += 1
            times["turn"] = turns[number]
        told.append((number, replace(fact, at=now, **times)))
    return told


ANY = st.one_of([of_kind(kind) for kind in KINDS])


def negative(process: Signalled) -> Iterator[str]:
    for family in process.registry.gauges():
        if not family.name.startswith("voicetap_rate_limit"):  # that is what a server says
            yield from (f"{sample}" for sample in family.samples if not 0 <= sample.value < math.inf)


@given(streams())
def test_facts_may_come_in_any_order(told: list[tuple[int, Fact]]) -> None:
    process = Signalled()
    with log_lines() as lines:
        connections = [process.connection(TARGET, PRICES) for _ in range(2)]
        connections[0].tell([facts.HandshakeAnswered(1000.0, "101", 0.1)])
        for number, fact in told:
            connections[number].tell([fact])
            assert [*negative(process)] == []
        for connected in connections:
            connected.close()
    check_nothing_is_left(process, *connections)
    process.openmetrics()
    for connected in connections:
        spans = [span for span in process.exported if span.attributes["session.id"] == connected.id]
        if len(handshakes(spans)) == 1:
            of_this = [line for line in lines if line["session.id"] == connected.id and "trace_id" in line]
            assert [*torn(spans), *dangling(spans, of_this)] == []
