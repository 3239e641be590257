"""What readers get of one session, whatever is told of it."""

import copy
import inspect
import tracemalloc
from collections.abc import Iterable
from math import nan
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.random_calls import random_call
from support.viewed import Viewed, merged, merged_events
from voicetap import facts
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import Connection, EventReceived, Fact, HandshakeAnswered, Tokens, TraceIds
from voicetap.recording import open_recording
from voicetap.replay import feed
from voicetap.signals.live import Changes, Event, Limits, LiveView, SessionView, Trouble
from voicetap.signals.live.session import Revisions

CONNECTION = Connection("1", UpgradeRequest("/", (), 0.0), 0.0)
SMALL = Limits(sessions=3, spans=12, marks=4, turns=3, events=30)
ROOMY = Limits(sessions=3, spans=10_000, marks=10_000, turns=10_000, events=100_000)


class Told:
    """One session, told facts."""

    def __init__(self, limits: Limits = ROOMY, *, content: bool = True) -> None:
        self.view = LiveView(limits=limits, content=content)
        self.sink = self.view.connection(CONNECTION, TraceIds())

    @property
    def page(self) -> SessionView:
        session = self.view.session("1")
        assert session is not None
        return session

    def tell(self, *told: Fact) -> None:
        for fact in told:
            self.sink.receive(fact)


class Kept:
    """A sink that keeps what it is told."""

    name = "kept"

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def receive(self, fact: Fact) -> None:
        self.facts.append(fact)

    def close(self) -> None:
        pass


def facts_of(seed: int, directory: Path) -> list[Fact]:
    """What is told of a call by chance."""
    file = directory / f"{seed}.jsonl"
    file.write_text("\n".join(random_call(seed).lines) + "\n")
    kept = Kept()
    with open_recording(file) as recording:
        feed(recording, [kept], None)
    return kept.facts


Known = tuple[Changes, list[Event]]


def everything(page: SessionView) -> Known:
    """A snapshot that does not change any more."""
    return copy.deepcopy(page.changes()), list(page.events_since(0))


def check(page: SessionView, *, over: bool) -> None:
    """What holds for every session at any time."""
    changes = page.changes()
    for span in changes.spans:
        assert span.start_ms is None or span.end_ms is None or span.start_ms <= span.end_ms
        assert not (over and span.open)
        for part in span.parts:
            assert part.end_ms is not None or not over
            assert part.end_ms is None or part.start_ms <= part.end_ms
    assert not over or all(turn.outcome for turn in changes.turns)
    for items, name in ((changes.spans, "spans"), (changes.marks, "marks"), (changes.turns, "turns")):
        assert len(items) <= getattr(SMALL if page.spans._limit == SMALL.spans else ROOMY, name)
    msgspec.json.encode((changes, page.summary, page.configuration, page.figures, page.events()))


def follow(told: Iterable[Fact], limits: Limits, random: Random) -> Told:
    """Three readers take changes into what they have, at moments of their own; they have all there is."""
    one = Told(limits)
    readers = [everything(one.page) for _ in range(3)]
    for fact in told:
        one.tell(fact)
        for number, reader in enumerate(readers):
            if random.random() < (0.5, 0.1, 0.02)[number]:
                readers[number] = _caught_up(one.page, reader)
    one.sink.close()
    for reader in readers:
        _caught_up(one.page, reader)
    return one


def _caught_up(page: SessionView, reader: Known) -> Known:
    before, log = reader
    known = merged(before, copy.deepcopy(page.changes(before.revision)))
    log = merged_events(log, page.events_since(before.revision), known.dropped.events)
    assert (known, log) == everything(page)
    assert page.changes(known.revision) == Changes(known.revision, [], [], [], None, known.dropped)
    assert list(page.events_since(known.revision)) == []
    return known, log


def seeds(few: int, many: int) -> list[Any]:
    """Some for every day, more for the long run."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(few, many))]


@pytest.mark.parametrize("seed", seeds(2, 30))
@pytest.mark.parametrize("limits", [SMALL, ROOMY], ids=["small", "roomy"])
def test_whoever_takes_changes_has_what_there_is(seed: int, limits: Limits, tmp_path: Path) -> None:
    check(follow(facts_of(seed, tmp_path), limits, Random(seed)).page, over=True)


@pytest.mark.parametrize("seed", seeds(4, 100))
def test_facts_that_are_missing_doubled_or_out_of_order_do_no_harm(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    told = [fact for fact in facts_of(seed, tmp_path) if random.random() < 0.8]
    told = [fact for fact in told for _ in range(1 + (random.random() < 0.1))]
    swapped = sorted(range(len(told)), key=lambda place: place + random.uniform(0, 6))
    check(follow([told[place] for place in swapped], SMALL, random).page, over=True)


KINDS = [kind for _, kind in inspect.getmembers(facts, inspect.isclass) if issubclass(kind, Fact) and kind is not Fact]
NAMES = ["a", "b", "response 1", "sk-abcdef123456", "what somebody said", "x" * 300, ""]
TIMES = st.one_of(st.just(nan), st.floats(-10, 100))


def values(kind: Any, name: str) -> st.SearchStrategy[Any]:
    """What a member of this type can be; ids, names and numbers are few, so that facts have something to do."""
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_args(kind):
        return st.one_of([values(one, name) for one in get_args(kind)])
    if kind is float:
        return TIMES if name == "at" or name.endswith("_at") else st.floats(0, 1e4)
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: st.sampled_from(NAMES),
        int: st.integers(1, 5),
        bool: st.booleans(),
        type(None): st.none(),
        Side: st.sampled_from(Side),
        Tokens: st.just(Tokens(input=1)),
    }
    return known[kind]


def any_fact(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    return st.builds(kind, **{name: values(hint, name) for name, hint in get_type_hints(kind).items()})


@settings(max_examples=50)
@given(st.lists(st.sampled_from(KINDS).flatmap(any_fact), max_size=60), st.integers(0, 1000))
def test_no_facts_whatsoever_do_any_harm(told: list[Fact], seed: int) -> None:
    check(follow(told, SMALL, Random(seed)).page, over=True)


def test_a_summary_says_what_is_known_so_far() -> None:
    call = Viewed().started(expires_at=1_795_266_000)
    call.wait(1)
    summary = call.page.summary
    assert msgspec.to_builtins(summary) == {
        "id": "5e55100000000001",
        "recording": None,
        "started_at": "2026-11-21T12:00:00.000Z",
        "session_id": "sess_1",
        "model": "gpt-realtime",
        "transcription_model": "gpt-4o-transcribe",
        "purpose": "realtime",
        "duration_ms": 0.0,
        "state": "live",
        "end": None,
        "close": None,
        "trace_id": "0" * 31 + "1",
        "health": "good",
        "troubles": [],
        "turns": 0,
        "interruptions": 0,
        "truncations": 0,
        "tool_calls": 0,
        "turn_latency_ms": None,
        "cost_usd": None,
        "expires_at": "2026-11-21T13:00:00.000Z",
        "revision": summary.revision,
    }


def test_a_summary_that_was_told_does_not_change_any_more() -> None:
    call = Viewed().started()
    before = call.page.summary
    call.error("server_error")
    call.end()
    assert (before.state, before.troubles) == ("live", [])
    assert call.page.summary.troubles == [Trouble("lost", 1), Trouble("error", 1)]


def test_that_time_goes_on_is_no_change() -> None:
    call = Viewed().started()
    revision = call.view.revision
    call.tell(facts.BytesRelayed(call.now + 7, Side.CLIENT, 10))
    assert (call.page.summary.duration_ms, call.view.revision) == (7000.0, revision)


def test_the_configuration_is_by_name_and_has_no_secrets() -> None:
    call = Viewed()
    call.tell(
        facts.SessionConfigured(
            call.now, "sess_1", "sk-abcdef123456", True, True, "whisper-1", turn_detection="server_vad"
        )
    )
    assert call.page.configuration == {
        "purpose": "realtime",
        "model": "elided",
        "model_confirmed": True,
        "turn_detection": "server_vad",
        "transcribes": True,
        "transcription_model": "whisper-1",
    }


def test_figures_are_told_when_they_have_changed() -> None:
    call = Viewed().started()
    revision = call.page.revision
    call.error("server_error")
    assert call.page.changes(revision).figures is None
    call.tell(facts.InputAudioReceived(call.now, 1.5))
    figures = call.page.changes(revision).figures
    assert figures is not None
    assert figures.input_audio_seconds == 1.5


def test_what_grows_is_a_change_for_whoever_looks() -> None:
    call = Viewed().started()
    call.append(20)
    before = call.page.revision
    for _ in range(5):
        call.append(20)
    assert call.view.revision == call.page.revision == before + 1
    [event] = call.page.events_since(before)
    assert (event.type, event.count) == ("input_audio_buffer.append", 6)


def test_revisions_are_those_of_the_process() -> None:
    revisions = Revisions()
    assert [revisions.next(), revisions.next(), revisions.latest] == [1, 2, 2]


def test_most_events_leave_nothing_behind() -> None:
    """What an event costs is measured by the bench; that it keeps no memory is seen here."""
    one = Told()
    one.tell(HandshakeAnswered(0.0, "101", 0.0))
    told = [EventReceived(0.01 * number, Side.SERVER, "response.output_audio.delta") for number in range(2000)]
    one.tell(*told[:1000])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        one.tell(*told[1000:])
        assert tracemalloc.get_traced_memory()[0] - before < 500
    finally:
        tracemalloc.stop()
