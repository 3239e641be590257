from voicetap.chunks import Side
from voicetap.facts import AnswerSpoken, EventReceived, ResponseFinished, TranscriptionFinished
from voicetap.signals.counts import Counts


def test_facts_are_counted_by_what_became_of_them() -> None:
    counts = Counts()
    for fact in (
        AnswerSpoken(1.0, "item_1", "resp_1"),
        EventReceived(1.0, Side.SERVER, "response.done"),
        ResponseFinished(1.0, "resp_1", 1, "completed", None, 1.0),
        ResponseFinished(1.0, "resp_2", 1, "completed", None, 1.0),
        TranscriptionFinished(1.0, "item_0", "failed", "server_error", "private", "whisper-1", True),
    ):
        counts.receive(fact)
    assert (counts.numbers["spoken_answers"], sum(counts.numbers.values())) == (1, 1)
    assert counts.outcomes == {
        "responses": {"completed": 2},
        "transcriptions": {"failed": 1},
        "truncations": {},
        "tool_calls": {},
    }
