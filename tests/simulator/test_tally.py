import io
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from support.simulated import BRIEF, TRANSCRIBING, Talk, only
from voicetap.simulator.audio import voice
from voicetap.simulator.log import Log
from voicetap.simulator.protocol import read
from voicetap.simulator.scenario import OVERLOADED, UNINTELLIGIBLE, Scenario
from voicetap.simulator.session import Send
from voicetap.simulator.tally import Tally, tally

ITEM = "conversation.item."


def counted(*events: dict[str, Any]) -> Tally:
    return tally(json.dumps({"at_ms": 0, "session": "s", "from": "server", **event}) for event in events)


def committed(item: str) -> dict[str, Any]:
    return {"type": "input_audio_buffer.committed", "item_id": item}


TRANSCRIBES = {"type": "session.updated", "transcription_model": "whisper-1"}


def test_an_empty_log() -> None:
    assert tally([]) == Tally()
    assert (Tally().transcription_failure_rate, Tally().truncation_frequency) == (0, 0)


def test_transcriptions_by_outcome_and_failures_by_code() -> None:
    result = counted(
        TRANSCRIBES,
        *map(committed, "abcde"),
        {"type": ITEM + "input_audio_transcription.delta", "item_id": "a"},
        {"type": ITEM + "input_audio_transcription.completed", "item_id": "a", "characters": 3},
        {"type": ITEM + "input_audio_transcription.completed", "item_id": "b", "characters": 0},
        {"type": ITEM + "input_audio_transcription.failed", "item_id": "c", "error_type": "server_error"},
        {"type": ITEM + "input_audio_transcription.failed", "item_id": "d", "error_type": "t", "code": "noise"},
    )
    assert result.transcriptions == Counter(completed=1, empty=1, failed=2, missing=1)
    assert result.failures == Counter(server_error=1, noise=1)
    assert result.transcription_failure_rate == 2 / 5


def test_where_nothing_is_transcribed_nothing_is_missing() -> None:
    assert counted({"type": "session.created"}, committed("a")).transcriptions == Counter()
    assert counted(TRANSCRIBES, {"type": "session.updated"}, committed("a")).transcriptions == Counter()


def test_an_answer_is_spoken_once_however_many_pieces_it_has() -> None:
    delta = {"type": "response.output_audio.delta"}
    assert counted(*({**delta, "item_id": item} for item in "aabbb")).spoken_answers == 2


def test_truncations_by_how_they_were_answered() -> None:
    asked = {"answers": "conversation.item.truncate"}
    result = counted(
        {"type": "response.output_audio.delta", "item_id": "a"},
        {"type": ITEM + "truncated", "item_id": "a", **asked},
        {"type": "error", "code": "invalid_value", **asked},
        {"type": "error", "code": "invalid_value", "answers": "response.cancel"},
        {"type": "error", "code": "session_expired"},
    )
    assert result.truncations == Counter(acknowledged=1, rejected=1)
    assert result.truncation_frequency == 1.0


def test_connections_and_events() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="default", seed=1)
    log.opened("s", "/v1/realtime", "m")
    log.said("s", Send({"type": "session.created"}))
    log.received("s", {"type": "response.create"})
    log.received("s", read("nonsense"))
    log.said("s", Send({"type": "response.done", "response": {"status": "completed"}}))
    log.closed("s", "client", 1000, "")
    log.opened("t", "/v1/realtime", "m")
    log.closed("t", "client", None, "")
    result = tally(stream.getvalue().splitlines())
    assert (result.opened, result.started) == (2, 1)
    assert result.closes == Counter({("client", 1000): 1, ("client", None): 1})
    assert result.received == Counter({"response.create": 1, "": 1})
    assert result.sent == Counter({"session.created": 1, "response.done": 1})
    assert result.responses == Counter(completed=1)


@pytest.mark.parametrize(
    ("scenario", "transcriptions", "failures"),
    [
        (BRIEF, {"completed": 4}, {}),
        (replace(BRIEF, missing_transcription_rate=1.0), {"missing": 4}, {}),
        (replace(BRIEF, empty_transcript_rate=1.0), {"empty": 4}, {}),
        (
            replace(BRIEF, transcription_failure_rate=1.0, transcription_failures=(OVERLOADED,)),
            {"failed": 4},
            {"server_error": 4},
        ),
        (
            replace(BRIEF, transcription_failure_rate=1.0, transcription_failures=(UNINTELLIGIBLE,)),
            {"failed": 4},
            {"audio_unintelligible": 4},
        ),
    ],
)
def test_it_counts_what_a_session_did(
    scenario: Scenario, transcriptions: dict[str, int], failures: dict[str, int]
) -> None:
    """Four questions; the last answer is cut off, heard to its 200th millisecond."""
    stream = io.StringIO()
    log, talk = Log(stream, scenario="", seed=1), Talk(scenario)
    talk.send("session.update", session=TRANSCRIBING)
    for _ in range(4):
        talk.speak()
        talk.wait(0.65)
    answer = [event["item_id"] for event in talk.all if event["type"] == "response.output_audio.delta"][-1]
    talk.append(voice(100))
    talk.wait(5)
    for event in talk.all:
        log.said(talk.session.id, Send(event))
    cut = {"type": "conversation.item.truncate", "item_id": answer, "content_index": 0}
    for end_ms in (200, 300):
        for output in talk.session.receive({**cut, "audio_end_ms": end_ms}, talk.now):
            assert isinstance(output, Send)
            log.said(talk.session.id, output)

    result = tally(stream.getvalue().splitlines())
    assert result.transcriptions == Counter(transcriptions)
    assert result.failures == Counter(failures)
    assert result.spoken_answers == 4
    assert result.truncations == Counter(acknowledged=1, rejected=1)
    assert result.responses["cancelled"] > 0
    assert only(talk.all, "session.created")


def test_refusals_and_what_is_no_event() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="refusing", seed=1)
    for status in (429, 503, 429):
        log.refused("/v1/realtime", status)
    log.said("s", Send({"no": "type"}))
    result = tally(stream.getvalue().splitlines())
    assert (result.refused, result.opened) == (Counter({429: 2, 503: 1}), 0)
    assert result.sent == Counter({"": 1})


def test_the_betas_names() -> None:
    stream = io.StringIO()
    log = Log(stream, scenario="beta", seed=1)
    session = {"id": "s", "input_audio_transcription": {"model": "whisper-1"}}
    log.said("s", Send({"type": "transcription_session.created", "session": session}))
    log.said("s", Send({"type": "input_audio_buffer.committed", "item_id": "said"}))
    log.said("s", Send({"type": "response.audio.delta", "item_id": "answer"}))
    result = tally(stream.getvalue().splitlines())
    assert (result.started, result.spoken_answers, result.transcriptions) == (1, 1, Counter(missing=1))
