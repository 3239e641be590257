from math import nan
from typing import Any

import pytest

from support.lanes import Lanes
from voicetap.facts import ContentSeen, SpeechCommitted, SpeechStarted, SpeechStopped, TurnOpened
from voicetap.signals.live.lanes.user import TYPED, UNCLAIMED, User


class Lane(Lanes):
    def __init__(self, at: float = 100.0) -> None:
        super().__init__(at)
        self.user = User(self.spans, self.turns)

    def speaks(self, item_id: str | None, began: float, ended: float | None, noticed: float) -> None:
        """The user speaks; the server notices the end later."""
        self.user.started(SpeechStarted(began, item_id))
        wait = None if ended is None else noticed - ended
        self.user.stopped(SpeechStopped(noticed, item_id, ended, wait))

    def opens(self, turn: int = 1, opened_by: str = "speech", *, at: float, began_at: float) -> None:
        self.user.opened(self.open(turn, opened_by, at=at, began_at=began_at))


def test_speech_that_is_committed_and_opens_a_turn() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, 102.0, 102.5)
    lane.user.committed(SpeechCommitted(102.5, "item_1"))
    assert lane.told() == ["user 1000-2000 'speech' committed [silence 2000-2500] item_id=item_1 wait_ms=500.0"]
    lane.opens(at=102.5, began_at=101.0)
    assert lane.told() == [
        "user 1000-2000 'speech' committed of turn 1 [silence 2000-2500] item_id=item_1 wait_ms=500.0"
    ]


def test_the_end_is_when_the_server_noticed_it_where_the_real_one_is_not_known() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, None, 102.5)
    assert lane.told() == ["user 1000-2500 'speech' item_id=item_1"]


def test_a_cough_that_ended_before_the_server_said_that_it_had_begun() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, 100.9, 101.4)
    assert lane.told() == ["user 1000-1000 'speech' [silence 1000-1400] item_id=item_1 wait_ms=500.0"]


def test_an_end_of_which_the_server_did_not_tell_the_beginning() -> None:
    lane = Lane()
    lane.user.stopped(SpeechStopped(102.5, "item_1", 102.0, 0.5))
    lane.opens(at=103.0, began_at=102.5)
    assert lane.told() == ["user 2500-2500 'speech' of turn 1 item_id=item_1 wait_ms=500.0"]


def test_speech_that_is_answered_without_a_commit() -> None:
    lane = Lane()
    lane.speaks(None, 101.0, 102.0, 102.5)
    lane.opens(at=103.0, began_at=101.0)
    assert lane.told() == ["user 1000-2000 'speech' of turn 1 [silence 2000-2500] wait_ms=500.0"]


def test_speech_that_the_client_commits_ends_with_that() -> None:
    lane = Lane()
    lane.user.started(SpeechStarted(101.0, "item_1"))
    lane.user.committed(SpeechCommitted(102.0, "item_1"))
    lane.opens(at=102.0, began_at=101.0)
    assert lane.told() == ["user 1000-2000 'speech' committed of turn 1 item_id=item_1"]


def test_push_to_talk_is_known_when_it_is_committed() -> None:
    lane = Lane()
    lane.user.committed(SpeechCommitted(102.0, "item_1"))
    lane.opens(at=102.0, began_at=101.0)
    lane.user.said(ContentSeen(103.0, "user_transcript", "Hello", item_id="item_1"))
    assert lane.told() == ["user 1000-2000 'speech' committed of turn 1 item_id=item_1 text=Hello"]


def test_push_to_talk_does_not_take_what_was_said_and_thrown_away() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, 102.0, 102.5)
    lane.user.committed(SpeechCommitted(106.0, "item_2"))
    lane.opens(at=106.0, began_at=105.0)
    assert lane.told() == [
        "user 1000-2000 'speech' [silence 2000-2500] item_id=item_1 wait_ms=500.0",
        "user 5000-6000 'speech' committed of turn 1 item_id=item_2",
    ]


def test_what_was_said_before_and_has_opened_no_turn_belongs_to_the_next() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, None, 102.0)
    lane.speaks("item_2", 103.0, None, 104.0)
    lane.user.committed(SpeechCommitted(104.0, "item_2"))
    lane.opens(at=104.0, began_at=103.0)
    assert lane.told() == [
        "user 1000-2000 'speech' of turn 1 item_id=item_1",
        "user 3000-4000 'speech' committed of turn 1 item_id=item_2",
    ]


def test_a_commit_that_comes_when_the_user_speaks_again_is_of_what_was_said_before() -> None:
    lane = Lane()
    lane.speaks("item_1", 101.0, None, 102.0)
    lane.user.started(SpeechStarted(102.1, "item_2"))
    lane.user.committed(SpeechCommitted(102.2, "item_1"))
    lane.opens(at=102.2, began_at=101.0)
    assert lane.told() == [
        "user 1000-2000 'speech' committed of turn 1 item_id=item_1",
        "user 2100- 'speech' item_id=item_2",
    ]


def test_a_beginning_after_a_beginning_ends_the_one_before() -> None:
    lane = Lane()
    lane.user.started(SpeechStarted(101.0, "item_1"))
    lane.user.started(SpeechStarted(102.0, "item_2"))
    assert lane.told() == ["user 1000-2000 'speech' item_id=item_1", "user 2000- 'speech' item_id=item_2"]


@pytest.mark.parametrize("opened_by", ["timeout", "agent_initiated"])
def test_what_nobody_said_is_not_shown(opened_by: str) -> None:
    lane = Lane()
    lane.user.said(ContentSeen(100.5, "user_text", "Hello"))
    lane.opens(opened_by=opened_by, at=102.0, began_at=101.0)
    assert lane.told() == []
    lane.opens(2, "text", at=103.0, began_at=100.5)
    assert lane.told() == ["user 500-3000 'text' committed of turn 2 text=Hello"]


def test_what_was_written_before_somebody_spoke_belongs_to_what_is_said() -> None:
    lane = Lane()
    lane.user.said(ContentSeen(100.5, "user_text", "Hello"))
    lane.speaks("item_1", 101.0, None, 102.0)
    lane.opens(at=102.0, began_at=101.0)
    assert lane.told() == ["user 1000-2000 'speech' of turn 1 item_id=item_1 text=Hello"]


def test_without_times_the_latest_that_was_said_opens_the_turn() -> None:
    lane = Lane(at=nan)
    lane.speaks("item_1", nan, None, nan)
    lane.user.committed(SpeechCommitted(nan, "item_1"))
    lane.opens(at=nan, began_at=nan)
    lane.user.committed(SpeechCommitted(nan, "item_2"))
    lane.opens(2, at=nan, began_at=nan)
    assert lane.told() == [
        "user ?-? 'speech' committed of turn 1 item_id=item_1",
        "user ?-? 'speech' committed of turn 2 item_id=item_2",
    ]


def test_ids_that_are_no_names_are_not_shown() -> None:
    lane = Lane()
    lane.user.started(SpeechStarted(101.0, "call me at home"))
    lane.user.started(SpeechStarted(101.0, "+15551234567"))
    assert lane.told() == ["user 1000-1000 'speech'", "user 1000- 'speech' item_id=elided"]


def test_what_is_remembered_is_bounded() -> None:
    lane = Lane()
    for number in range(300):
        lane.speaks(f"item_{number}", 101.0, None, 102.0)
        lane.user.said(ContentSeen(102.0, "user_text", "Hello"))
    sizes: list[Any] = [lane.user._unclaimed, lane.user._items, lane.user._typed]
    assert [len(table) for table in sizes] == [UNCLAIMED, 100, TYPED]
    lane.user.opened(TurnOpened(102.0, 1, "speech", 101.0))
    assert [len(table) for table in sizes] == [0, 100, 0]
