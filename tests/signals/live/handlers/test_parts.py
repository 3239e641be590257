"""What a connection's page remembers is bounded, and ends with it."""

from support.viewed import Viewed
from voicetap.chunks import Side
from voicetap.facts import EventReceived, OutputBegan, SpeechStarted, TurnOpened
from voicetap.signals.live.handlers.parts import RESPONSES


def test_all_that_goes_on_ends_with_it() -> None:
    call = Viewed()
    call.tell(SpeechStarted(101.0, "item_1"), TurnOpened(101.0, 1, "speech", 101.0))
    call.tell(EventReceived(101.0, Side.CLIENT, "input_audio_buffer.append"))
    call.sink.close()
    changes = call.page.changes()
    assert [span.open for span in changes.spans] == [False]
    assert [turn.outcome for turn in changes.turns] == ["unknown"]
    assert call.page.log.client_runs == {}


def test_a_server_that_begins_response_after_response_gets_no_more_room() -> None:
    call = Viewed()
    for number in range(2 * RESPONSES):
        call.tell(OutputBegan(101.0, f"resp_{number}", 1, None))
    assert len(call.sink._parts.turn_of_response) == RESPONSES  # type: ignore[attr-defined]
