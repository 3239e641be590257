"""How connections begin, what is missed of them, and how they end."""

import pytest

from support.viewed import Viewed, script
from support.viewed_calls import answering, begun
from voicetap.chunks import Side
from voicetap.facts import GapOpened
from voicetap.signals.live import Trouble
from voicetap.signals.live.items import Close


def turned_away() -> Viewed:
    call = Viewed(handshake="connect_error")
    call.sink.close()
    return call


def test_a_client_that_is_turned_away() -> None:
    call = turned_away()
    assert call.timeline() == script(
        """
        * start_failed 0 'connect_error' bad
        """
    )
    summary = call.page.summary
    assert (summary.state, summary.end, summary.close, summary.health) == ("refused", "connect_error", None, "bad")
    assert summary.troubles == [Trouble("start_failed", 1)]
    assert summary.trace_id == "0" * 31 + "1"


def blinded() -> Viewed:
    call = answering(500)
    call.tell(GapOpened(call.now, Side.SERVER, "framing"))
    call.blind(Side.SERVER)
    call.wait(3)
    return call


def test_where_the_server_is_not_understood_any_more_nothing_goes_on() -> None:
    call = blinded()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2400 'gpt-4o-transcribe' forgotten of turn 1
          item_id=item_1
        response 2000-2400 'vad' unknown of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-2400 'answer' unknown of turn 1
          response_id=resp_1 item_id=item_2
        * gap 2400 'framing' warning of turn 1
          sender=server
        turn 1 by speech 1000-2400 unknown answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


def with_a_gap() -> Viewed:
    call = answering(500)
    call.tell(GapOpened(call.now, Side.SERVER, "inflate"))
    call.wait(0.1)
    call.audio("resp_1", "item_2", 500)
    call.done("resp_1")
    call.wait(3)
    return call


def test_what_goes_on_behind_a_gap_after_all_has_the_end_that_it_has() -> None:
    call = with_a_gap()
    assert call.timeline() == script(
        """
        user 1000-1500 'speech' committed of turn 1 [silence 1500-2000]
          item_id=item_1 wait_ms=500.0
        transcription 2000-2400 'gpt-4o-transcribe' unknown of turn 1
          item_id=item_1
        response 2000-2500 'vad' completed of turn 1 [wait 2000-2400]
          response_id=resp_1 commit_ms=0.0 first_output_ms=400.0 first_audio_ms=400.0 item_id=item_2
        playback 2400-3400 'answer' ended of turn 1
          response_id=resp_1 item_id=item_2 generated_ms=1000.0
        * gap 2400 'inflate' warning of turn 1
          sender=server
        turn 1 by speech 1000-3400 completed answered after 900 (400): wait 500 model 400 tools 0 rest 0
        """
    )


@pytest.mark.parametrize("content", [False, True])
@pytest.mark.parametrize(
    ("reason", "shown"), [("bye, Ada", "bye, Ada"), ("key sk-abcdef123456", "key …elided"), ("", None)]
)
def test_why_it_was_closed_is_content(reason: str, shown: str | None, content: bool) -> None:
    call = Viewed(content=content).started()
    call.close_frame(Side.SERVER, 1011, reason)
    call.end(Side.SERVER)
    assert call.page.summary.close == Close(1011, "server", shown if content else None)


def test_one_that_voicetap_ends_was_drained() -> None:
    call = begun()
    call.end(None)
    summary = call.page.summary
    assert (summary.end, summary.close) == ("drained", Close(1006, None, None))
