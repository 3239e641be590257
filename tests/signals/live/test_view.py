"""Which sessions are kept, and what is known of those that are not."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from support.marked import KEY_MARK, key, opaque
from support.viewed import Viewed
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import (
    Connection,
    ConnectionClosed,
    ErrorReported,
    EventReceived,
    HandshakeAnswered,
    Sink,
    TraceIds,
    TurnOpened,
)
from voicetap.signals.live import Limits, LiveView, TooOld, view
from voicetap.signals.live.room import ENTRIES, LEAST
from voicetap.signals.live.view import REMEMBERED, TURNED_AWAY


def begin(view: LiveView, id: str, *, handshake: str = "101", recording: str | None = None) -> Sink:
    """A connection, and what its handshake has come to."""
    connection = Connection(id, UpgradeRequest("/v1/realtime", (), 0.0), 1_795_262_400.0)
    sink = view.connection(connection, TraceIds(), recording)
    sink.receive(HandshakeAnswered(0.0, handshake, 0.0))
    return sink


def end(sink: Sink, word: Any = "client_closed") -> None:
    sink.receive(ConnectionClosed(1.0, word, 1000, "", Side.CLIENT, 1.0))
    sink.close()


def talk(sink: Sink, turns: int, since: int = 1) -> None:
    """An event, and a turn, so many times."""
    for turn in range(since, since + turns):
        sink.receive(EventReceived(turn, Side.CLIENT, "response.create"))
        sink.receive(TurnOpened(turn, turn, "agent_initiated", turn))


def kept(view: LiveView, id: str) -> tuple[int, int, int]:
    """Turns of a session, the number of the first, and entries of the event log."""
    session = view.session(id)
    assert session is not None
    return len(session.turns), session.turns.dropped + 1, len(session.log)


def ids(view: LiveView, since: int = 0) -> list[str]:
    return [summary.id for summary in view.summaries(since)]


class TestWhatIsKept:
    def test_the_latest_that_are_over(self) -> None:
        view = LiveView(sessions=3)
        for id in "abcde":
            end(begin(view, id))
        assert ids(view) == ["c", "d", "e"]
        assert (view.session("b"), view.gone(0)) == (None, ["a", "b"])

    def test_that_goes_first_which_ended_first(self) -> None:
        view = LiveView(sessions=2)
        long, short = begin(view, "long"), begin(view, "short")
        end(short)
        end(long)
        begin(view, "next")
        assert ids(view) == ["long", "next"]

    def test_what_goes_on_is_kept_however_much_it_is(self) -> None:
        view = LiveView(sessions=2)
        sinks = [begin(view, str(number)) for number in range(5)]
        assert ids(view) == ["0", "1", "2", "3", "4"]
        for sink in sinks:
            end(sink)
        assert ids(view) == ["3", "4"]

    def test_those_that_were_refused_leave_room_for_the_others(self) -> None:
        view = LiveView(sessions=8)
        for number in range(3):
            end(begin(view, f"call {number}"))
        for number in range(50):
            begin(view, f"401 {number}", handshake="401").close()
            end(begin(view, f"refused {number}"), "refused")
        assert 8 // TURNED_AWAY == 2
        assert ids(view) == ["call 0", "call 1", "call 2", "401 49", "refused 49"]

    def test_what_is_large_takes_the_room_of_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(view, "ITEMS", 500)
        of_process = LiveView(sessions=100)
        for number in range(10):
            sink = begin(of_process, str(number))
            for turn in range(1, 201):
                sink.receive(TurnOpened(turn, turn, "agent_initiated", turn))
            end(sink)
        assert ids(of_process) == ["8", "9"]

    def test_what_goes_on_takes_the_room_of_what_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(view, "ITEMS", 500)
        of_process = LiveView()
        for number in range(2):
            sink = begin(of_process, f"over {number}")
            talk(sink, 200)
            end(sink)
        talk(begin(of_process, "goes on"), 150)
        assert ids(of_process) == ["over 1", "goes on"]

    def test_when_all_goes_on_each_has_its_share_of_the_latest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(view, "ITEMS", 500)
        limits = Limits(sessions=200, spans=1000, marks=100, turns=400, events=1600)
        of_process = LiveView(limits=limits)
        first = begin(of_process, "first")
        talk(first, 400)
        assert kept(of_process, "first") == (400, 1, 400)
        others = [begin(of_process, str(number)) for number in range(20)]
        for sink in others:
            talk(sink, 400)
        talk(first, 400, since=401)
        alone, sessions = 1000 + 100 + 400 + 1600 // ENTRIES, 21
        for id in ids(of_process):
            turns, first_turn, entries = kept(of_process, id)
            assert turns >= 400 * 500 // alone // sessions
            assert entries > 1600 * 500 // alone // sessions - 2 * ENTRIES
            assert first_turn + turns - 1 == (800 if id == "first" else 400)
        assert of_process._room.taken <= 500 + 2 * sessions
        for sink in (first, *others):
            end(sink)
        assert ids(of_process)[-1] == "19"
        assert of_process._room.taken <= 500

    def test_however_many_go_on_each_has_the_least(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(view, "ITEMS", 500)
        of_process = LiveView(limits=Limits(sessions=200, spans=1000, marks=100, turns=400, events=1600))
        for number in range(300):
            talk(begin(of_process, str(number)), 20)
        assert {kept(of_process, id)[:2] for id in ids(of_process)[-200:]} == {(400 // LEAST + 1, 20 - 400 // LEAST)}

    def test_what_was_forgotten_takes_no_room(self) -> None:
        of_process = LiveView(sessions=1)
        for id in "ab":
            sink = begin(of_process, id)
            talk(sink, 100)
            sink.receive(TurnOpened(100, 100, "agent_initiated", 100))
            end(sink)
        session = of_process.session("b")
        assert session is not None
        assert of_process._room.taken == session.weight == 100 + 100 // ENTRIES

    def test_what_has_ended_without_a_word_has_ended(self) -> None:
        view = LiveView(sessions=1)
        for id in "ab":
            sink = begin(view, id)
            for _ in range(2):
                sink.close()
        assert ids(view) == ["b"]

    def test_a_sink_does_not_bring_back_what_was_forgotten(self) -> None:
        view = LiveView(sessions=1)
        first = begin(view, "a")
        end(first)
        end(begin(view, "b"))
        first.receive(ErrorReported(2.0, "late", None))
        first.receive(EventReceived(2.0, Side.SERVER, "error"))
        end(first)
        assert ids(view) == ["b"]


class TestChanges:
    def test_of_summaries_in_the_order_of_their_beginning(self) -> None:
        view = LiveView()
        sinks = {id: begin(view, id) for id in "abc"}
        revision = view.revision
        for id in "ca":
            sinks[id].receive(ErrorReported(1.0, "server_error", None))
        assert ids(view, revision) == ["a", "c"]
        assert ids(view, view.revision) == []

    def test_a_session_that_is_forgotten_is_told_once(self) -> None:
        view = LiveView(sessions=1)
        end(begin(view, "a"))
        revision = view.revision
        end(begin(view, "b"))
        assert (view.gone(revision), view.gone(view.revision)) == (["a"], [])

    def test_of_what_is_gone_too_long_nobody_knows(self) -> None:
        view = LiveView(sessions=1)
        end(begin(view, "first"))
        revision = view.revision
        for number in range(REMEMBERED):
            end(begin(view, str(number)))
        assert view.gone(revision)[0] == "first"
        end(begin(view, "last"))
        with pytest.raises(TooOld):
            view.gone(revision)
        assert len(view.gone(view.revision - 1)) <= 1

    def test_a_recording_has_its_name(self) -> None:
        view = LiveView()
        begin(view, "a", recording="my call.jsonl")
        assert [summary.recording for summary in view.summaries()] == ["my call.jsonl"]

    @given(st.lists(st.tuples(st.sampled_from(["begin", "end", "error", "look"]), st.integers(0, 9)), max_size=80))
    def test_whoever_takes_them_has_what_there_is(self, steps: list[tuple[str, int]]) -> None:
        view, sinks, begun = LiveView(sessions=3), dict[int, Sink](), 0
        known, revision = dict[str, int](), 0
        for step, number in steps:
            if step == "begin":
                sinks[begun] = begin(view, str(begun), handshake="401" if number == 0 else "101")
                begun += 1
            elif step == "end" and number in sinks:
                end(sinks[number])
            elif step == "error" and number in sinks:
                sinks[number].receive(ErrorReported(1.0, "server_error", None))
            elif step == "look":
                known |= {summary.id: summary.revision for summary in view.summaries(revision)}
                for id in view.gone(revision):
                    known.pop(id, None)
                revision = view.revision
                assert known == {summary.id: summary.revision for summary in view.summaries()}


class TestLimits:
    def test_they_are_told(self) -> None:
        assert LiveView(sessions=7).limits == Limits(sessions=7, spans=6000, marks=2000, turns=1000, events=20_000)

    def test_a_long_call_stays_within_them_and_says_what_is_gone(self) -> None:
        limits = Limits(sessions=1, spans=20, marks=5, turns=4, events=50)
        call = Viewed(view=LiveView(sessions=1, limits=limits)).started()
        for number in range(1, 31):
            call.speech(f"item_{number}")
            call.commit(f"item_{number}")
            call.answer(f"resp_{number}")
            call.error("server_error")
            call.wait(3)
        changes, events = call.page.changes(), list(call.page.events_since(0))
        assert [len(items) for items in (changes.spans, changes.marks, changes.turns)] == [20, 5, 4]
        assert 45 <= len(events) <= 50
        assert (changes.dropped.turns, changes.turns[0].turn) == (26, 27)
        assert changes.dropped.spans == changes.spans[0].id - 1 == 100
        assert changes.dropped.marks == changes.marks[0].id - 1 == 25
        assert changes.dropped.events == events[0].n - 1
        assert call.page.summary.turns == 30


def held(root: object) -> Iterator[str]:
    """Every text that an object holds, however deep."""
    seen, left = set[int](), [root]
    while left:
        found = left.pop()
        if id(found) in seen or isinstance(found, type):
            continue
        seen.add(id(found))
        if isinstance(found, str | bytes):
            yield found if isinstance(found, str) else found.decode("latin-1")
        if isinstance(found, Struct):  # those without gc are not looked into by it
            left += [getattr(found, name) for name in found.__struct_fields__]
        if not callable(found):
            left += gc.get_referents(found)


def test_nothing_of_the_request_is_held() -> None:
    """Its headers have the caller's key, and its target may have one."""
    headers = [(b"Authorization", f"Bearer {opaque('header')}".encode()), (b"api-key", key("header").encode())]
    request = UpgradeRequest(f"/v1/realtime?model=gpt-realtime&api_key={opaque('query')}", headers, 0.0)
    view = LiveView(content=True)
    sink = view.connection(Connection("an id of its own", request, 0.0), TraceIds())
    texts = [*held([view, view._sessions, sink, *(getattr(sink, name) for name in type(sink).__slots__)])]
    assert "an id of its own" in texts
    assert [text for text in texts if KEY_MARK in text or "api_key" in text] == []
