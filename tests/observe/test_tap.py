"""A tap counts what it cannot understand, and never lets its own fault out."""

import pytest

from support.frames import TEXT, frame
from support.observing import Listener, Turns
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import BytesRelayed, ConnectionClosed, EventReceived, Fact, GapOpened
from voicetap.observe import pipeline as pipelines
from voicetap.observe.backlog import Backlog
from voicetap.observe.pipeline import Pipeline
from voicetap.observe.tap import ConnectionTap


class Observed:
    """A tap, what hears of it, and the loop that it works on."""

    def __init__(self, limit: int = 1000) -> None:
        self.loop = Turns()
        self.listener = Listener()
        self.forgotten: list[ConnectionTap] = []
        backlog = Backlog(self.loop, limit=limit, clock=lambda: 0.0)
        request = UpgradeRequest("/v1/realtime?model=m", (), 100.0)
        pipeline = Pipeline(request, [self.listener], lambda _: None)
        self.tap = ConnectionTap(pipeline, backlog, self.forgotten.append)

    def facts(self, *types: type[Fact]) -> list[Fact]:
        self.loop.turn()
        return [fact for fact in self.listener.facts if isinstance(fact, types)]


SWITCHED = Handshake("101", (), 0.1, 100.1)
CREATE = frame(TEXT, b'{"type":"response.create"}', mask=b"abcd")


def client(data: bytes, at: float) -> Chunk:
    return Chunk(Side.CLIENT, data, at)


def test_nothing_is_looked_at_before_the_next_turn() -> None:
    observed = Observed()
    observed.tap.answered(SWITCHED)
    observed.tap.chunk(client(CREATE, 101.0))
    assert observed.listener.facts == []
    assert observed.facts(EventReceived) == [EventReceived(101.0, Side.CLIENT, "response.create")]


def test_the_end_is_told_after_everything_else_and_once() -> None:
    observed = Observed()
    observed.tap.answered(SWITCHED)
    observed.tap.chunk(client(CREATE, 101.0))
    observed.tap.closed(Ending(Side.CLIENT, False, 102.0))
    observed.loop.turn()
    assert (observed.listener.closed, observed.forgotten) == (1, [observed.tap])
    assert observed.listener.facts[-1].at == 102.0


def test_a_refused_handshake_is_the_end() -> None:
    observed = Observed()
    observed.tap.answered(Handshake("401", (), 0.1, 100.1))
    observed.loop.turn()
    assert (observed.listener.closed, observed.forgotten) == (1, [observed.tap])


def test_a_missing_chunk_makes_the_connection_dark_but_its_bytes_are_counted() -> None:
    observed = Observed(limit=len(CREATE) + 10)
    observed.tap.answered(SWITCHED)
    for at in (101.0, 102.0, 103.0):
        observed.tap.chunk(client(CREATE, at))
    assert observed.facts(EventReceived, GapOpened) == [
        EventReceived(101.0, Side.CLIENT, "response.create"),
        GapOpened(102.0, None, "backlog"),
    ]
    observed.tap.chunk(client(CREATE, 104.0))
    observed.loop.turn()
    observed.tap.tick(105.0)
    assert observed.facts(BytesRelayed) == [BytesRelayed(105.0, Side.CLIENT, 4 * len(CREATE))]
    observed.tap.closed(Ending(Side.CLIENT, False, 106.0))
    observed.loop.turn()
    assert observed.listener.closed == 1


@pytest.mark.parametrize("fails", ["answered", "chunk", "tick", "closed"])
def test_a_fault_of_the_observer_makes_it_dark(fails: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_fault(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(pipelines.Pipeline, fails, raise_fault)
    observed = Observed()
    observed.tap.answered(SWITCHED)
    observed.tap.chunk(client(CREATE, 101.0))
    observed.loop.turn()
    observed.tap.tick(102.0)
    observed.tap.closed(Ending(Side.CLIENT, False, 103.0))
    at = {"answered": 100.1, "chunk": 101.0, "tick": 102.0, "closed": 103.0}[fails]
    assert observed.facts(GapOpened) == [GapOpened(at, None, "error")]
    assert observed.listener.closed == 1
    assert observed.facts(BytesRelayed) == [BytesRelayed(102.0, Side.CLIENT, len(CREATE))]


def test_what_was_not_taken_is_counted_once_and_told_of_in_one_go() -> None:
    observed = Observed(limit=len(CREATE))
    observed.tap.answered(SWITCHED)
    observed.loop.turn()
    observed.tap.chunk(client(CREATE, 101.0))
    for at in (102.0, 103.0, 104.0):
        observed.tap.chunk(client(CREATE, at))
        observed.tap.chunk(Chunk(Side.SERVER, b"12", at))
    observed.tap.closed(Ending(Side.SERVER, False, 105.0))
    assert observed.facts(BytesRelayed, GapOpened, ConnectionClosed) == [
        GapOpened(102.0, None, "backlog"),
        BytesRelayed(105.0, Side.CLIENT, 4 * len(CREATE)),
        BytesRelayed(105.0, Side.SERVER, 6),
        ConnectionClosed(105.0, "server_closed", None, "", Side.SERVER, 5.0),
    ]


@pytest.mark.parametrize("by", ["tick", "closed"])
def test_bytes_are_told_in_one_go_whether_they_were_taken_or_not(by: str) -> None:
    observed = Observed(limit=len(CREATE))
    observed.tap.answered(SWITCHED)
    for at in (101.0, 102.0):
        observed.tap.chunk(client(CREATE, at))
    observed.loop.turn()
    observed.listener.facts.clear()
    for at in (103.0, 104.0):
        observed.tap.chunk(client(CREATE * 2, at))
    assert observed.loop.turn() == 0
    if by == "tick":
        observed.tap.tick(105.0)
    else:
        observed.tap.closed(Ending(Side.CLIENT, False, 105.0))
    assert observed.facts(BytesRelayed) == [BytesRelayed(105.0, Side.CLIENT, 6 * len(CREATE))]


def test_a_fault_in_the_middle_of_a_chunk_makes_it_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_fault(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(pipelines.Pipeline, "message", raise_fault)
    observed = Observed()
    observed.tap.answered(SWITCHED)
    observed.tap.chunk(client(CREATE * 3, 101.0))
    observed.tap.chunk(client(CREATE, 102.0))
    observed.tap.closed(Ending(Side.CLIENT, False, 103.0))
    assert observed.facts(GapOpened, ConnectionClosed) == [
        GapOpened(101.0, None, "error"),
        ConnectionClosed(103.0, "client_closed", None, "", Side.CLIENT, 3.0),
    ]
