from itertools import count
from math import nan
from typing import Any

from support.lanes import room
from support.viewed import line
from voicetap import facts
from voicetap.chunks import Side
from voicetap.signals.live import Mark
from voicetap.signals.live.marks import REMEMBERED, Marks
from voicetap.signals.live.ordered import Ordered
from voicetap.signals.live.times import Times


class Moments:
    """Of a session whose request came at 100."""

    def __init__(self, *, content: bool = False, at: float = 100.0) -> None:
        revisions = count(1)
        self.items: Ordered[Mark] = Ordered(lambda: next(revisions), 1000, room())
        self.marks = Marks(self.items, Times(at), content=content)

    def told(self) -> list[str]:
        return [line(mark).replace("\n ", "") for mark in self.items.since(0)]


def cut(item_id: str | None, outcome: Any = "acknowledged") -> facts.TruncationFinished:
    return facts.TruncationFinished(103.0, item_id, "client", outcome, 450.0)


def measured(item_id: str | None, turn: int | None = 1) -> facts.TruncationMeasured:
    return facts.TruncationMeasured(104.0, item_id, turn, "client", 450.0, 1000.0, 550.0)


def test_an_interruption_and_when_it_took_effect() -> None:
    moments = Moments()
    moments.marks.interrupted(facts.Interrupted(101.0, "resp_1", "item_1", 1, "generating", "turn_detected"))
    moments.marks.interrupted(facts.Interrupted(102.0, "resp_2", None, 2, "before_audio", "client_cancelled"))
    moments.marks.took_effect(facts.InterruptionTookEffect(103.0, "resp_1", 1, 0.12345))
    moments.marks.took_effect(facts.InterruptionTookEffect(103.0, "resp_9", 1, 0.5))
    assert moments.told() == [
        "* interruption 1000 'generating' info playback of turn 1"
        " cause=turn_detected response_id=resp_1 item_id=item_1 stop_ms=123.5",
        "* interruption 2000 'before_audio' info playback of turn 2 cause=client_cancelled response_id=resp_2",
    ]


def test_a_truncation_and_what_went_unheard() -> None:
    moments = Moments()
    moments.marks.truncated(cut("item_1"), None)
    moments.marks.truncated(cut("item_2", "rejected"), 2)
    moments.marks.measured(measured("item_1", turn=1))
    moments.marks.measured(measured("item_9"))
    assert moments.told() == [
        "* truncation 3000 'acknowledged' info playback of turn 1"
        " initiator=client item_id=item_1 audio_end_ms=450.0 generated_ms=1000.0 unheard_ms=550.0",
        "* truncation 3000 'rejected' warning playback of turn 2 initiator=client item_id=item_2 audio_end_ms=450.0",
    ]


def test_an_overlap_is_where_the_user_spoke() -> None:
    moments = Moments()
    moments.marks.overlapped(facts.Overlapped(105.0, "resp_1", 1, 102.0))
    moments.marks.overlapped(facts.Overlapped(105.0, "resp_1", 1, nan))
    assert [mark.at_ms for mark in moments.items.since(0)] == [2000.0, 5000.0]


def test_silence_of_all_kinds_is_bad() -> None:
    moments = Moments()
    moments.marks.dead_air(facts.DeadAirNoticed(105.0, 1, "tool_output"))
    moments.marks.fell_silent(facts.SessionFellSilent(130.0), 1)
    moments.marks.start_failed(facts.SessionStartFailed(130.0, "refused", "invalid_api_key"))
    moments.marks.turned_away("401", 100.5)
    assert moments.told() == [
        "* dead_air 5000 'tool_output' bad of turn 1",
        "* silent 30000 'silent' bad of turn 1",
        "* start_failed 30000 'refused' bad code=invalid_api_key",
        "* start_failed 500 '401' bad",
    ]


def test_faults_of_one_kind_are_one_mark_while_no_second_passes_between() -> None:
    moments = Moments()
    for at in (101.0, 101.9, 102.8, 103.9):
        moments.marks.error(facts.ErrorReported(at, "server_error", None), None)
    moments.marks.error(facts.ErrorReported(104.0, "rate_limit_exceeded", None), 2)
    assert moments.told() == [
        "* error 1000 'server_error' warning count=3",
        "* error 3900 'server_error' warning",
        "* error 4000 'rate_limit_exceeded' warning of turn 2",
    ]


def test_faults_without_times_are_one_mark() -> None:
    moments = Moments(at=nan)
    for _ in range(3):
        moments.marks.gap(facts.GapOpened(nan, None, "oversize"), None)
    assert moments.told() == ["* gap ? 'oversize' warning count=3"]


def test_what_was_not_understood() -> None:
    moments = Moments()
    moments.marks.gap(facts.GapOpened(101.0, Side.SERVER, "inflate"), 1)
    moments.marks.surprise(facts.Surprise(101.0, "order", "response.done", "response: done while done"), 1)
    moments.marks.malformed(facts.MessageMalformed(101.0, Side.CLIENT, "schema", "response.create"), 1)
    moments.marks.unknown(facts.UnknownEventReceived(101.0, Side.SERVER, "session.sparkle"), "session.sparkle", 1)
    assert moments.told() == [
        "* gap 1000 'inflate' warning of turn 1 sender=server",
        "* surprise 1000 'order' info of turn 1 type=response.done detail=response: done while done",
        "* malformed 1000 'schema' warning of turn 1 sender=client type=response.create",
        "* unknown 1000 'session.sparkle' info of turn 1 sender=server",
    ]


def test_a_message_is_content() -> None:
    private, public = Moments(content=False), Moments(content=True)
    for moments in (private, public):
        moments.marks.error(facts.ErrorReported(101.0, "a sentence, said by Alice", "Alice said so"), None)
    assert private.told() == ["* error 1000 'elided' warning"]
    assert public.told() == ["* error 1000 'elided' warning message=Alice said so"]


def test_what_is_remembered_of_them_is_bounded() -> None:
    moments = Moments()
    for number in range(3 * REMEMBERED):
        moments.marks.interrupted(facts.Interrupted(101.0, f"r{number}", None, 1, "playing", "cleared"))
        moments.marks.truncated(cut(f"i{number}"), None)
        moments.marks.error(facts.ErrorReported(101.0, f"c{number}", None), None)
    remembered = (moments.marks._interruptions, moments.marks._truncations, moments.marks._faults)
    assert [len(table) for table in remembered] == [REMEMBERED] * 3
