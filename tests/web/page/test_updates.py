"""What has changed since a revision: all of it, once, and written once for however many ask."""

import asyncio
import json
from itertools import count
from typing import Any

import pytest

from support.paged import Call, told
from voicetap.signals.live import Event, LiveView
from voicetap.signals.live.events import EventLog
from voicetap.web.page.encoder import SLICE, Encoder
from voicetap.web.page.models import Reset, SessionChanged, SessionsChanged
from voicetap.web.page.position import Position
from voicetap.web.page.updates import NOTHING, Update, Updates

EPOCH = "7abed12d"
MODELS: dict[str, Any] = {"reset": Reset, "session": SessionChanged, "sessions": SessionsChanged}


class Counting(Encoder):
    """It counts how often it has to write."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    async def __call__(self, model: Any, **values: Any) -> bytes:
        self.count += 1
        return await super().__call__(model, **values)


@pytest.fixture
def view() -> LiveView:
    return LiveView()


class AtOnce:
    """A tick whenever somebody waits."""

    async def next(self) -> bool:
        await asyncio.sleep(0)
        return True


def updates_of(view: LiveView, encode: Encoder | None = None) -> Updates:
    return Updates(view, EPOCH, encode or Encoder(), AtOnce())


def events(update: Update) -> dict[str, Any]:
    """The data of each event; that it is what the models say, and that the last one says where to go on."""
    found: dict[str, Any] = {}
    blocks = update.data.decode().split("\n\n")
    assert blocks.pop() == ""
    for number, block in enumerate(blocks, 1):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        assert lines.get("id") == (f"{EPOCH}.{update.revision}" if number == len(blocks) else None)
        MODELS[lines["event"]].model_validate_json(lines["data"], strict=True, extra="forbid")
        data = json.loads(lines["data"])
        assert (data["epoch"], data["revision"]) == (EPOCH, update.revision)
        found[lines["event"]] = data
    return found


async def test_who_has_nothing_gets_all_there_is(view: LiveView) -> None:
    calls = [told(view, number) for number in (1, 2)]
    update = await updates_of(view).next(calls[0].id, NOTHING)
    found = events(update)
    assert list(found) == ["session", "sessions"]
    assert [summary["id"] for summary in found["sessions"]["sessions"]] == [call.id for call in calls]
    assert found["sessions"]["gone"] == []
    assert found["session"]["id"] == calls[0].id
    assert {name: len(found["session"][name]) for name in ("spans", "marks", "turns", "events")} == {
        "spans": 6,
        "marks": 4,
        "turns": 1,
        "events": 19,
    }
    assert update.revision == view.revision


async def test_before_any_call_that_is_an_empty_list(view: LiveView) -> None:
    found = events(await updates_of(view).next(None, NOTHING))
    assert (list(found), found["sessions"]["sessions"]) == (["sessions"], [])


async def test_who_has_everything_gets_nothing(view: LiveView) -> None:
    call = told(view)
    assert await updates_of(view).next(call.id, view.revision) == (b"", view.revision, True)


async def test_what_has_changed_and_nothing_else(view: LiveView) -> None:
    call, other = Call(view, 1).started(), Call(view, 2).started()
    assert isinstance(call, Call)
    assert isinstance(other, Call)
    call.turn(1)
    before = view.revision
    other.turn(1)
    call.push_to_talk("item_U2")
    found = events(await updates_of(view).next(call.id, before))
    session = found["session"]
    assert {span["lane"] for span in session["spans"]} == {"user", "transcription"}
    assert session["turns"][-1]["turn"] == 2
    assert [event["type"] for event in session["events"]] == [
        "input_audio_buffer.commit",
        "input_audio_buffer.committed",
    ]
    assert session["figures"] is None
    assert {summary["id"] for summary in found["sessions"]["sessions"]} == {call.id, other.id}


async def test_of_another_session_only_the_summary_changes(view: LiveView) -> None:
    watched, other = Call(view, 1), Call(view, 2)
    before = view.revision
    other.started()
    found = events(await updates_of(view).next(watched.id, before))
    assert [summary["id"] for summary in found["sessions"]["sessions"]] == [other.id]
    assert list(found) == ["sessions"]


async def test_of_a_session_that_is_not_there_nothing_comes(view: LiveView) -> None:
    told(view)
    assert list(events(await updates_of(view).next("no such", NOTHING))) == ["sessions"]


async def test_a_session_that_was_forgotten_is_gone() -> None:
    view = LiveView(sessions=2)
    first = told(view, 1)
    before = view.revision
    for number in (2, 3):
        told(view, number)
    found = events(await updates_of(view).next(first.id, before))
    assert found["sessions"]["gone"] == [first.id]
    assert "session" not in found


async def test_who_is_too_far_behind_has_to_begin_anew() -> None:
    view = LiveView(sessions=1)
    told(view, 0)
    before = view.revision
    for number in range(1, 1100):
        Call(view, number).end()
    update = await updates_of(view).next(None, before)
    assert list(events(update)) == ["reset"]
    assert update.revision == view.revision


async def test_a_reset_says_where_to_go_on(view: LiveView) -> None:
    told(view)
    update = await updates_of(view).reset()
    assert list(events(update)) == ["reset"]
    assert update.revision == view.revision


def test_positions_of_this_run_are_known(view: LiveView) -> None:
    told(view)
    updates, latest = updates_of(view), view.revision
    assert updates.knows(Position(EPOCH, latest))
    assert updates.knows(Position(EPOCH, 0))
    assert not updates.knows(Position(EPOCH, latest + 1))
    assert not updates.knows(Position("0badbeef", latest))


async def test_what_several_wait_for_is_written_once(view: LiveView) -> None:
    call, encode = told(view), Counting()
    updates = updates_of(view, encode)
    same = [asyncio.create_task(updates.next(call.id, NOTHING)) for _ in range(10)]
    listing = [asyncio.create_task(updates.next(None, NOTHING)) for _ in range(10)]
    await asyncio.sleep(0)
    same[0].cancel()  # takes nothing from the others
    first, *rest = await asyncio.gather(*same[1:], *listing)
    assert all(update.data == first.data for update in rest[:8])
    assert all(first.data.endswith(update.data) and update.data for update in rest[8:])
    assert encode.count == 2


async def test_whoever_comes_later_is_with_the_others_from_the_next_tick(view: LiveView) -> None:
    call, encode = told(view), Counting()
    updates = updates_of(view, encode)
    have = (await updates.next(call.id, NOTHING)).revision
    told(view, 2)
    both = await asyncio.gather(updates.next(call.id, have), updates.next(None, NOTHING))
    assert len({update.revision for update in both}) == 1
    told(view, 3)
    encode.count = 0
    await asyncio.gather(*(updates.next(session, both[0].revision) for session in (call.id, None)))
    assert encode.count == 1


@pytest.mark.parametrize("since", [NOTHING, 1], ids=["new", "back"])
async def test_whoever_wants_much_is_in_nobodys_way(
    view: LiveView, monkeypatch: pytest.MonkeyPatch, since: int
) -> None:
    """Of the event log no more is made at a time than is written then."""
    call = Call(view)
    call.started()
    for number in range(300):
        call.turn(number)
    made = 0

    def entry(log: EventLog, index: int) -> Event:
        nonlocal made
        made += 1
        return make(log, index)

    make = EventLog._entry
    monkeypatch.setattr(EventLog, "_entry", entry)
    # By its clock, each item takes half of a slice.
    updating = asyncio.create_task(updates_of(view, Encoder(clock=count(0, SLICE / 2).__next__)).next(call.id, since))
    at_a_time = []
    while not updating.done():
        before = made
        await asyncio.sleep(0)
        at_a_time.append(made - before)
    assert len(events(await updating)["session"]["events"]) == sum(at_a_time) > 1500
    assert max(at_a_time) <= 3


async def test_a_bug_is_told_to_all_who_wait_and_the_next_tick_comes(
    view: LiveView, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates = updates_of(view)

    def summaries(since: int) -> None:
        raise KeyError("what Ada said")

    with monkeypatch.context() as patched:
        patched.setattr(view, "summaries", summaries)
        waiting = [updates.next(None, NOTHING), updates.next("id", NOTHING)]
        assert [type(one) for one in await asyncio.gather(*waiting, return_exceptions=True)] == [KeyError] * 2
    assert events(await updates.next(None, NOTHING))


async def test_what_changes_while_it_is_written_comes_the_next_time(view: LiveView) -> None:
    call = Call(view)
    call.started()
    for number in range(200):
        call.turn(number)
    updates = updates_of(view)
    writing = asyncio.create_task(updates.next(call.id, NOTHING))
    for _ in range(3):
        await asyncio.sleep(0)
    call.push_to_talk("item_late")
    update = await writing
    assert update.revision < view.revision
    told_first = {span["id"] for span in events(update)["session"]["spans"]}
    following = events(await updates.next(call.id, update.revision))["session"]
    assert following["spans"]
    assert not told_first & {span["id"] for span in following["spans"]}
    assert [event["type"] for event in following["events"]][-1] == "input_audio_buffer.committed"
