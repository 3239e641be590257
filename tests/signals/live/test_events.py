from itertools import count
from math import nan

import pytest

from support.lanes import room
from support.viewed import line
from voicetap.chunks import Side
from voicetap.signals.live.events import BEGINNINGS, CHANGES, NAMES, EventLog
from voicetap.signals.live.times import Times

CLIENT, SERVER = Side.CLIENT, Side.SERVER
APPEND, DELTA = "input_audio_buffer.append", "response.output_audio.delta"


class Log:
    """Of a session whose request came at 100."""

    def __init__(self, limit: int = 100, at: float = 100.0) -> None:
        self.revisions = count(1)
        self.log = EventLog(lambda: next(self.revisions), Times(at), limit, room())

    def event(self, sender: Side, type: str, at: float, note: str | None = None) -> None:
        if not self.log.grow(sender, type, at):
            self.log.add(sender, type, at, note)

    def told(self) -> list[str]:
        return [line(event) for event in self.log.page(0, 1000).events]


def test_frequent_events_are_one_entry_while_no_second_passes_between_two_of_them() -> None:
    log = Log()
    for at in (101.0, 101.5, 102.4, 103.5):
        log.event(CLIENT, APPEND, at)
        log.event(SERVER, DELTA, at)
        log.event(SERVER, "error", at)
    assert log.told() == [
        "1 1000-2400 client input_audio_buffer.append x3",
        "2 1000-2400 server response.output_audio.delta x3",
        "3 1000 server error",
        "4 1500 server error",
        "5 2400 server error",
        "6 3500 client input_audio_buffer.append",
        "7 3500 server response.output_audio.delta",
        "8 3500 server error",
    ]


def test_what_has_a_note_is_frequent() -> None:
    log = Log()
    for at in (101.0, 101.1):
        log.event(SERVER, "session.sparkle", at, "unknown")
    assert log.told() == ["1 1000-1100 server session.sparkle x2 (unknown)"]


def test_without_times_all_that_follows_is_one() -> None:
    log = Log(at=nan)
    for _ in range(3):
        log.event(CLIENT, APPEND, nan)
    assert log.told() == ["1 ? client input_audio_buffer.append x3"]


def test_a_side_may_begin_anew() -> None:
    log = Log()
    for at in (101.0, 101.1):
        log.event(CLIENT, APPEND, at)
        log.event(SERVER, DELTA, at)
    log.log.end_runs(CLIENT)
    log.event(CLIENT, APPEND, 101.2)
    log.event(SERVER, DELTA, 101.2)
    assert log.told() == [
        "1 1000-1100 client input_audio_buffer.append x2",
        "2 1000-1200 server response.output_audio.delta x3",
        "3 1200 client input_audio_buffer.append",
    ]


def test_what_is_of_an_answer_has_the_turn_of_the_latest_response() -> None:
    log = Log()
    log.log.turn, log.log.answering = 2, 1
    types = ["response.done", "output_audio_buffer.cleared", "rate_limits.updated", "conversation.item.done"]
    for type in types:
        log.event(SERVER, type, 101.0)
    log.event(CLIENT, "response.create", 101.0)
    assert [event.turn for event in log.log.page(0, 10).events] == [1, 1, 1, 2, 2]


def test_a_turn_has_what_came_since_it_began_but_for_the_answer_before_it() -> None:
    log = Log()
    log.log.turn = log.log.answering = 1
    log.event(CLIENT, APPEND, 101.0)
    log.event(SERVER, "input_audio_buffer.speech_started", 102.0)
    log.event(SERVER, "response.done", 102.1)
    log.event(SERVER, "conversation.item.input_audio_transcription.completed", 102.2)
    log.log.remark(102.2, 1)
    log.event(SERVER, "input_audio_buffer.committed", 103.0)
    log.log.opened(2, 102.0)
    assert [event.turn for event in log.log.page(0, 10).events] == [1, 2, 1, 1, 2]
    log.event(CLIENT, "response.create", 103.0)
    assert log.log.page(5, 10).events[0].turn == 2


def test_the_beginning_of_a_session_is_of_no_turn_though_the_user_speaks_at_once() -> None:
    log = Log()
    for type in (*BEGINNINGS, "input_audio_buffer.speech_started", "input_audio_buffer.committed"):
        log.event(SERVER, type, 101.0)
    log.log.opened(1, 101.0)
    assert [event.turn for event in log.log.page(0, 10).events] == [None, None, None, 1, 1]


def test_without_times_a_turn_has_the_event_that_opened_it() -> None:
    log = Log(at=nan)
    for _ in range(2):
        log.event(SERVER, "input_audio_buffer.committed", nan)
    log.log.opened(1, nan)
    assert [event.turn for event in log.log.page(0, 10).events] == [None, 1]


def test_a_fact_remarks_only_on_the_event_that_has_brought_it() -> None:
    log = Log()
    log.log.remark(101.0, 7, "nobody there")
    log.event(SERVER, "response.done", 101.0)
    log.log.remark(101.0, 3, "cancelled: turn_detected")
    log.event(SERVER, "error", 102.0)
    log.log.remark(101.9, 4, "given up")
    assert log.told() == ["1 1000 server response.done of turn 3 (cancelled: turn_detected)", "2 2000 server error"]


def test_changes_are_new_entries_and_those_that_have_grown() -> None:
    log = Log()
    log.event(CLIENT, APPEND, 101.0)
    log.event(SERVER, "error", 101.1)
    assert [event.n for event in log.log.since(0)] == [1, 2]
    assert list(log.log.since(2)) == []
    log.event(CLIENT, APPEND, 101.2)
    assert list(log.log.since(2)) == [], "not yet written down"
    log.log.settle()
    assert [line(event) for event in log.log.since(2)] == ["1 1000-1200 client input_audio_buffer.append x2"]
    log.log.settle()
    assert list(log.log.since(3)) == []
    log.event(SERVER, "error", 101.3)
    assert [event.n for event in log.log.since(2)] == [1, 3]


def test_each_is_made_when_it_is_asked_for() -> None:
    log = Log(limit=4)
    for at in (101.0, 102.0, 103.0):
        log.event(CLIENT, "response.create", at)
    changes = log.log.since(0)
    assert next(changes).n == 1
    log.log.remark(103.0, 7)
    for at in (104.0, 105.0, 106.0):
        log.event(SERVER, "error", at)
    assert log.log.dropped == 2
    assert [line(event) for event in changes] == ["3 3000 client response.create of turn 7"]
    assert [event.n for event in log.log.since(3)] == [3, 4, 5, 6]


def test_who_is_too_far_behind_gets_all_entries() -> None:
    log = Log(limit=5)
    for at in (101.0, 102.0, 103.0):
        log.event(CLIENT, "response.create", at)
    log.event(CLIENT, APPEND, 104.0)
    log.event(SERVER, DELTA, 104.0)
    for _ in range(50 * CHANGES):
        log.event(CLIENT, APPEND, 104.1)
        log.event(SERVER, DELTA, 104.1)
        log.log.settle()
    assert [event.n for event in log.log.since(4)] == [1, 2, 3, 4, 5]
    latest = next(log.revisions) - 1
    assert [event.n for event in log.log.since(latest - 1)] == [5]
    assert list(log.log.since(latest)) == []
    assert len(log.log._changed) <= CHANGES * 5


def test_the_oldest_entries_go_first_some_at_a_time() -> None:
    log = Log(limit=20)
    for number in range(20):
        log.event(SERVER, "error", 101.0 + number)
    assert (len(log.log), log.log.dropped) == (20, 0)
    log.event(SERVER, "error", 121.0)
    assert (len(log.log), log.log.dropped) == (19, 2)
    events = log.log.page(0, 100).events
    assert (events[0].n, events[0].at_ms, events[-1].n) == (3, 3000.0, 21)


def test_an_entry_that_was_dropped_may_grow_and_nobody_sees_it() -> None:
    log = Log(limit=2)
    log.event(CLIENT, APPEND, 101.0)
    for _ in range(3):
        log.event(SERVER, "error", 101.0)
    log.event(CLIENT, APPEND, 101.5)
    assert log.told() == ["3 1000 server error", "4 1000 server error"]


def test_what_was_noted_of_dropped_entries_goes_with_them() -> None:
    log = Log(limit=10)
    for number in range(1000):
        log.event(SERVER, f"type.{number}", 101.0 + number, "unknown")
        log.log.remark(101.0 + number, number, "again")
    assert len(log.log._notes) <= 10


def test_a_page_goes_on_after_the_one_before() -> None:
    log = Log()
    for number in range(5):
        log.event(SERVER, "error", 101.0 + number)
    first = log.log.page(0, 2)
    second = log.log.page(first.next or 0, 2)
    third = log.log.page(second.next or 0, 2)
    assert [[event.n for event in page.events] for page in (first, second, third)] == [[1, 2], [3, 4], [5]]
    assert (first.next, second.next, third.next) == (2, 4, None)


def test_a_page_that_is_just_full_may_be_the_last() -> None:
    log = Log()
    for number in range(2):
        log.event(SERVER, "error", 101.0 + number)
    assert log.log.page(0, 2).next is None


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ({"turn": 1}, [2, 3]),
        ({"type": "response.done"}, [3, 4]),
        ({"type": "response"}, []),
        ({"search": "RESPONSE"}, [2, 3, 4]),
        ({"search": "turn_DETECTED"}, [4]),
        ({"search": "done", "turn": 2}, [4]),
        ({"search": "nothing"}, []),
        ({"search": ""}, [1, 2, 3, 4]),
    ],
)
def test_entries_are_found_by_turn_type_and_letters(question: dict[str, object], numbers: list[int]) -> None:
    log = Log()
    log.event(SERVER, "session.created", 101.0)
    log.log.turn = log.log.answering = 1
    log.event(CLIENT, "response.create", 102.0)
    log.event(SERVER, "response.done", 103.0)
    log.log.turn = log.log.answering = 2
    log.event(SERVER, "response.done", 104.0)
    log.log.remark(104.0, 2, "cancelled: turn_detected")
    assert [event.n for event in log.log.page(0, 100, **question).events] == numbers  # type: ignore[arg-type]


def test_a_peer_that_makes_up_types_gets_no_more_than_a_thousand() -> None:
    log = Log(limit=5 * NAMES)
    for number in range(3 * NAMES):
        log.event(SERVER, f"type.{number}", 101.0, "unknown")
    events = log.log.page(0, 5 * NAMES).events
    assert len({event.type for event in events}) == NAMES + 1
    assert events[-1].type == "other"
    assert len(log.log.server_runs) <= NAMES
