from math import nan

from support.dialogue import Dialogue
from support.spanned import Spanned
from voicetap.facts import (
    DeadAirNoticed,
    Fact,
    Overlapped,
    PlaybackUnderran,
    ResponseStarted,
    SessionFellSilent,
    TruncationFinished,
    TurnEnded,
    TurnOpened,
)
from voicetap.signals.spans.turns import MOST_EVENTS

OPENED = TurnOpened(101.0, 1, "text", 101.0)
BEGUN = ResponseStarted(101.5, "resp_1", 1, "client", 101.0)
ENDED = TurnEnded(120.0, 1, "text", "completed", 118.0)


def events(*facts: Fact) -> list[tuple[str, float, dict[str, object]]]:
    """Of the root, once the turn is over."""
    spanned = Spanned().answered()
    spanned.receive([OPENED, BEGUN, *facts, ENDED])
    [root] = spanned.named("invoke_agent")
    began = root.start_time
    return [(event.name, (event.timestamp - began) / 1e9, dict(event.attributes)) for event in root.events]


def test_they_stand_in_the_order_of_time() -> None:
    assert events(
        DeadAirNoticed(110.0, 1, "request"),
        PlaybackUnderran(111.0, "resp_1", "item_1", 0.25),
        Overlapped(113.0, "resp_1", 1, 112.0),
        Overlapped(114.0, "resp_1", 1, nan),
        SessionFellSilent(112.5),
    ) == [
        ("voicetap.dead_air", 9.0, {"voicetap.after": "request"}),
        ("voicetap.playback_underrun", 10.0, {"voicetap.seconds": 0.25, "voicetap.item.id": "item_1"}),
        ("voicetap.overlap", 11.0, {"gen_ai.response.id": "resp_1"}),
        ("voicetap.session_fell_silent", 11.5, {}),
        ("voicetap.overlap", 13.0, {"gen_ai.response.id": "resp_1"}),
    ]


def test_a_rejected_truncation_is_one_too() -> None:
    call = Dialogue().started()
    call.write()
    call.ask()
    call.begin("resp_1")
    call.audio("resp_1", "item_1", 1000)
    call.facts.append(TruncationFinished(call.now, "item_1", "client", "rejected", 1500))
    call.done("resp_1")
    call.end()
    spanned = Spanned().answered()
    spanned.receive(call.facts)
    [root] = spanned.named("invoke_agent")
    [event] = root.events
    assert dict(event.attributes) == {
        "voicetap.item.id": "item_1",
        "voicetap.initiator": "client",
        "voicetap.outcome": "rejected",
        "voicetap.audio_end_ms": 1500.0,
    }


def test_there_are_so_many_and_no_more() -> None:
    spanned = Spanned().answered()
    spanned.receive([OPENED, *[DeadAirNoticed(102.0, 1, "request")] * (MOST_EVENTS + 3), ENDED])
    [root] = spanned.named("invoke_agent")
    assert (len(root.events), root.attributes["voicetap.turn.events_left_out"]) == (MOST_EVENTS, 3)
