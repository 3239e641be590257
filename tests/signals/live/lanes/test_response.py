from math import nan
from typing import Any

from support.lanes import Lanes
from voicetap.facts import (
    AudioBegan,
    ContentSeen,
    OutputBegan,
    ResponseFinished,
    ResponseStarted,
    Tokens,
    UsageReported,
)
from voicetap.signals.live.lanes.response import Response


class Lane(Lanes):
    def __init__(self) -> None:
        super().__init__()
        self.response = Response(self.spans, self.turns)

    def starts(self, id: str, at: float, asked: float | None = None, turn: int | None = None, **more: Any) -> None:
        self.response.started(ResponseStarted(at, id, turn, "client", at if asked is None else asked, **more))

    def ends(
        self, id: str | None, at: float, status: Any = "completed", reason: str | None = None, **more: Any
    ) -> None:
        self.response.finished(ResponseFinished(at, id, None, status, reason, more.get("seconds")))


def test_from_the_request_to_the_end() -> None:
    lane = Lane()
    lane.starts("resp_1", 101.1, 101.0, commit_seconds=0.05)
    assert lane.told() == ["response 1000- 'client' [wait 1000-?] response_id=resp_1 commit_ms=50.0"]
    lane.response.output_began(OutputBegan(101.4, "resp_1", None, 0.4))
    lane.response.audio_began(AudioBegan(101.5, "resp_1", "item_1", None, "client", 0.5))
    lane.response.used(
        UsageReported(102.0, "response", "resp_1", None, "m", Tokens(input=7, output=9), None, 0.0123456789)
    )
    lane.ends("resp_1", 102.0)
    assert lane.told() == [
        "response 1000-2000 'client' completed [wait 1000-1400]"
        " response_id=resp_1 commit_ms=50.0 first_output_ms=400.0 first_audio_ms=500.0 item_id=item_1"
        " input_tokens=7 output_tokens=9 cost_usd=0.012346"
    ]


def test_one_without_output_waits_to_its_end() -> None:
    lane = Lane()
    lane.starts("resp_1", 101.0)
    lane.ends("resp_1", 102.0, "failed", "server_error")
    assert lane.told() == ["response 1000-2000 'client' failed [wait 1000-2000] response_id=resp_1 reason=server_error"]


def test_one_that_nobody_announced() -> None:
    lane = Lane()
    lane.response.output_began(OutputBegan(101.0, "resp_1", None, None))
    lane.ends("resp_1", 102.0)
    lane.ends("resp_2", 103.0, seconds=0.5)
    lane.ends(None, 104.0)
    assert lane.told() == [
        "response 1000-2000 'unknown' completed response_id=resp_1",
        "response 2500-3000 'unknown' completed response_id=resp_2",
        "response 4000-4000 'unknown' completed",
    ]


def test_one_that_is_announced_when_it_has_begun() -> None:
    lane = Lane()
    lane.response.output_began(OutputBegan(101.0, "resp_1", None, None))
    lane.starts("resp_1", 101.2, 100.9)
    assert lane.told() == ["response 1000- 'client' response_id=resp_1"]


def test_without_times() -> None:
    lane = Lane()
    lane.starts("resp_1", nan)
    lane.response.output_began(OutputBegan(nan, "resp_1", None, None))
    lane.ends("resp_1", nan)
    assert lane.told() == ["response ?-? 'client' completed response_id=resp_1"]


def test_facts_of_none_that_is_open_change_nothing() -> None:
    lane = Lane()
    lane.response.audio_began(AudioBegan(101.5, "resp_1", "item_1", None, "client", 0.5))
    for id in ("resp_1", None):
        lane.response.used(UsageReported(102.0, "response", id, None, "m", Tokens(), None, None))
        lane.response.said(ContentSeen(102.0, "assistant_text", "Hello", response_id=id))
    assert lane.told() == []


def test_an_id_that_the_session_made_up_is_not_shown() -> None:
    lane = Lane()
    lane.starts("response 1", 101.0)
    lane.ends("response 1", 102.0)
    assert lane.told() == ["response 1000-2000 'client' completed [wait 1000-2000]"]


def test_what_it_says() -> None:
    lane = Lane()
    lane.starts("resp_1", 101.0)
    for text in ("Hello", "there"):
        lane.response.said(ContentSeen(102.0, "assistant_transcript", text, response_id="resp_1"))
    span = lane.items.get(1)
    assert span is not None
    assert span.detail["text"] == "Hello\nthere"


def test_its_time_counts_for_its_turn() -> None:
    lane = Lane()
    lane.open(1, at=101.0, began_at=100.0)
    lane.starts("resp_1", 101.0, 100.9, turn=1)
    lane.response.finished(ResponseFinished(102.0, "resp_1", 1, "completed", None, 1.0))
    work = lane.turns._work[1]
    assert work.responses == {"resp_1": (100.9, 102.0)}
