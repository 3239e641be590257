from math import nan
from typing import Any

from support.lanes import Lanes
from voicetap.facts import (
    AnswerEnded,
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    ContentSeen,
    Interrupted,
    PlaybackUnderran,
    TruncationMeasured,
)
from voicetap.signals.live.lanes.playback import ANSWERS, Playback


class Lane(Lanes):
    def __init__(self) -> None:
        super().__init__()
        self.playback = Playback(self.spans, self.turns)

    def sounds(self, response_id: str, at: float, item_id: str | None = None) -> None:
        self.playback.audio_began(AudioBegan(at, response_id, item_id, 1, "client", None))

    def ends(self, response_id: str, at: float, ended_at: float | None = None) -> None:
        self.playback.ended(AnswerEnded(at, response_id, 1, at if ended_at is None else ended_at))

    def cut(self, response_id: str, at: float) -> None:
        self.playback.interrupted(Interrupted(at, response_id, None, 1, "playing", "turn_detected"))

    def measured(self, item_id: str | None, unheard_ms: float | None, heard_ms: float = 100.0) -> None:
        generated: Any = None if unheard_ms is None else heard_ms + unheard_ms
        self.playback.measured(TruncationMeasured(109.0, item_id, 1, "client", heard_ms, generated, unheard_ms))


def test_from_the_first_audio_to_the_end() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0, "item_1")
    lane.playback.generated(AnswerGenerated(102.0, "item_1", "resp_1", 1.5, None))
    lane.ends("resp_1", 103.0, 102.5)
    assert lane.told() == [
        "playback 1000-2500 'answer' ended of turn 1 response_id=resp_1 item_id=item_1 generated_ms=1500.0"
    ]


def test_all_items_of_a_response_are_one_answer() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0, "item_1")
    lane.playback.spoken(AnswerSpoken(101.5, "item_2", "resp_1"), 1)
    for item_id in ("item_1", "item_2"):
        lane.playback.generated(AnswerGenerated(102.0, item_id, "resp_1", 0.5, None))
    lane.measured("item_2", 200.0)
    assert lane.told() == [
        "playback 1000- 'answer' of turn 1 response_id=resp_1 item_id=item_1"
        " generated_ms=1000.0 heard_ms=100.0 unheard_ms=200.0"
    ]
    assert [lane.playback.turn_of(item) for item in ("item_1", "item_2", "item_9", None)] == [1, 1, None, None]


def test_the_server_may_say_that_it_plays() -> None:
    lane = Lane()
    lane.playback.spoken(AnswerSpoken(101.0, None, "resp_1"), 3)
    lane.playback.spoken(AnswerSpoken(101.0, None, None), 3)
    lane.ends("resp_1", 102.0)
    assert lane.told() == ["playback 1000-2000 'answer' ended of turn 3 response_id=resp_1"]


def test_audio_out_of_band_is_not_heard() -> None:
    lane = Lane()
    lane.playback.spoken(AnswerSpoken(101.0, "item_1", "resp_1"), None)
    assert lane.playback.generated(AnswerGenerated(102.0, "item_1", "resp_1", 0.5, None)) is None
    lane.ends("resp_1", 102.0)
    assert lane.told() == []


def test_an_answer_is_heard_when_the_one_before_it_has_ended() -> None:
    lane = Lane()
    for number in (1, 2, 3):
        lane.sounds(f"resp_{number}", 100.0 + number)
    lane.ends("resp_1", 105.0)
    lane.ends("resp_2", 106.0)
    lane.ends("resp_3", 107.0)
    assert [(span.start_ms, span.end_ms) for span in lane.items.since(0)] == [
        (1000.0, 5000.0),
        (5000.0, 6000.0),
        (6000.0, 7000.0),
    ]


def test_what_was_cut_off_is_not_heard_again() -> None:
    lane = Lane()
    lane.cut("resp_1", 101.0)
    lane.sounds("resp_1", 101.5)
    lane.sounds("resp_2", 102.0)
    lane.cut("resp_2", 103.0)
    lane.cut("resp_2", 104.0)
    lane.ends("resp_2", 105.0)
    assert lane.told() == ["playback 2000-3000 'answer' cut of turn 1 response_id=resp_2"]


def test_what_would_have_followed_stands_behind_what_was_heard() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0, "item_1")
    lane.cut("resp_1", 102.0)
    for unheard_ms in (500.0, 800.0):
        lane.measured("item_1", unheard_ms)
    [line] = lane.told()
    assert line.startswith("playback 1000-2000 'answer' cut of turn 1 [unheard 2000-2800] response_id=resp_1")
    lane.measured("item_1", 0.0)
    assert "unheard 2000" not in lane.told()[0]


def test_a_truncation_of_what_is_not_known_changes_nothing() -> None:
    lane = Lane()
    lane.measured("item_9", 500.0)
    lane.measured(None, None)
    assert lane.told() == []


def test_an_answer_that_waits_has_its_figures_when_it_is_heard() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0)
    lane.sounds("resp_2", 102.0, "item_2")
    lane.playback.generated(AnswerGenerated(103.0, "item_2", "resp_2", 1.5, None))
    lane.playback.underran(PlaybackUnderran(103.0, "resp_2", "item_2", 0.5))
    lane.measured("item_2", 500.0)
    assert len(lane.told()) == 1
    lane.ends("resp_1", 104.0)
    assert lane.told()[1] == (
        "playback 4000- 'answer' of turn 1 response_id=resp_2 item_id=item_2"
        " generated_ms=1500.0 heard_ms=100.0 unheard_ms=500.0"
    )


def test_playback_without_audio() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0)
    for at in (102.0, 103.0):
        lane.playback.underran(PlaybackUnderran(at, "resp_1", None, 0.25))
    lane.playback.underran(PlaybackUnderran(104.0, "resp_9", None, 0.25))
    assert lane.told() == [
        "playback 1000- 'answer' of turn 1 [underrun 1750-2000] [underrun 2750-3000] response_id=resp_1 underruns=2"
    ]


def test_without_times() -> None:
    lane = Lane()
    for response_id in ("resp_1", "resp_2"):
        lane.sounds(response_id, nan)
    lane.ends("resp_1", nan)
    lane.ends("resp_2", nan)
    assert lane.told() == [
        f"playback ?-? 'answer' ended of turn 1 response_id={response_id}" for response_id in ("resp_1", "resp_2")
    ]


def test_what_it_says() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0)
    for response_id in ("resp_1", "resp_9", None):
        lane.playback.said(ContentSeen(102.0, "assistant_transcript", "Hello", response_id=response_id))
    assert lane.told() == ["playback 1000- 'answer' of turn 1 response_id=resp_1 text=Hello"]


def test_what_is_remembered_is_bounded() -> None:
    lane = Lane()
    for number in range(3 * ANSWERS):
        lane.sounds(f"resp_{number}", 101.0, f"item_{number}")
        lane.playback.spoken(AnswerSpoken(101.0, f"other_{number}", f"resp_{number}"), 1)
        lane.playback.interrupted(Interrupted(101.0, f"gone_{number}", None, 1, "playing", "cleared"))
    tables = (lane.playback._answers, lane.playback._queue, lane.playback._cut, lane.playback._responses)
    assert [len(table) for table in tables] == [ANSWERS] * 4


def test_what_waits_when_nothing_more_is_told_is_not_heard() -> None:
    lane = Lane()
    lane.sounds("resp_1", 101.0)
    lane.sounds("resp_2", 102.0)
    lane.playback.close()
    lane.spans.close(103.0)
    assert lane.told() == ["playback 1000-3000 'answer' unknown of turn 1 response_id=resp_1"]
