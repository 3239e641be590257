"""A tap counts what it cannot understand, and never lets its own fault out."""

import pytest

from support.frames import TEXT, frame
from support.observing import Listener, Turns
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import BytesRelayed, EventReceived, Fact, GapOpened
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
    assert observed.facts(EventReceived, GapOpened, BytesRelayed)[3:] == [BytesRelayed(104.0, Side.CLIENT, len(CREATE))]
    observed.tap.tick(105.0)
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
    assert observed.facts(BytesRelayed) == [BytesRelayed(101.0, Side.CLIENT, len(CREATE))]
