"""However the bytes of a connection are cut into chunks, its facts are the same."""

from itertools import groupby
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from support.dialogue import OPENED_AT, TARGET, message
from support.frames import CLOSE, CONTINUATION, MASK, PING, TEXT, frame
from support.observing import Listener
from support.traffic import Step, Steps, traffic
from voicetap.chunks import Chunk, Ending, Handshake, Side, UpgradeRequest
from voicetap.facts import ConnectionClosed, EventReceived, Fact
from voicetap.observe.pipeline import PIECE, Pipeline


class Connection:
    """A pipeline whose chunks have the time of the test's clock."""

    def __init__(self) -> None:
        self.now = OPENED_AT
        self._listener = Listener()
        self._pipeline = Pipeline(UpgradeRequest(TARGET, (), self.now), [self._listener], [].append)
        self._pipeline.answered(Handshake("101", (), 0.1, self.now))

    def read(self, sender: Side, data: bytes) -> None:
        for _ in self._pipeline.chunk(Chunk(sender, data, self.now)) or ():
            pass

    def end(self) -> list[Fact]:
        self._pipeline.closed(Ending(Side.CLIENT, False, self.now))
        return self._listener.facts


def frames(step: Step, *, fragments: bool = False) -> bytes:
    """What a step is on the wire; in `fragments`, with a ping between them (RFC 6455 section 5.4)."""
    sender, content = step
    mask = MASK if sender is Side.CLIENT else None
    payload = message(content).payload
    if not fragments:
        return frame(TEXT, payload, mask=mask)
    half = len(payload) // 2
    first, last = frame(TEXT, payload[:half], fin=False, mask=mask), frame(CONTINUATION, payload[half:], mask=mask)
    return first + frame(PING, b"beep", mask=mask) + last


def bursts(steps: Steps) -> list[list[Step]]:
    """What is sent between two waits."""
    kept = [step for step in steps if step[0] == "wait" or isinstance(step[0], Side)]
    return [list(burst) for _, burst in groupby(kept, key=lambda step: step[0] == "wait")]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % len(data) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False) if start < end]


def facts_of(steps: Steps, places: list[int] | None = None, *, fragments: bool = False) -> list[Fact]:
    """Without places, each event is a chunk; else the bytes of all that a side sends at a time are cut there."""
    connection = Connection()
    for burst in bursts(steps):
        if burst[0][0] == "wait":
            connection.now += sum(step[1] for step in burst)
            continue
        for sender, run in groupby(burst, key=lambda step: step[0]):
            sent: list[bytes] = [frames(step, fragments=fragments) for step in run]
            for data in sent if places is None else cut(b"".join(sent), places):
                connection.read(sender, data)
    connection.read(Side.CLIENT, frame(CLOSE, b"\x03\xe8bye", mask=MASK))
    return connection.end()


PLACES = st.lists(st.integers(0, 100_000), max_size=30)


@given(traffic(), PLACES, st.booleans())
def test_any_cut_gives_the_same_facts(steps: Steps, places: list[int], fragments: bool) -> None:
    assert facts_of(steps, places, fragments=fragments) == facts_of(steps)


def test_byte_by_byte() -> None:
    delta: dict[str, Any] = {"type": "response.output_audio.delta", "response_id": "resp_1", "item_id": "item_A"}
    steps: Steps = [
        (Side.SERVER, {"type": "session.created", "session": {"id": "sess_1"}}),
        (Side.CLIENT, {"type": "response.create", "pad": "x" * 200}),
        (Side.SERVER, {"type": "response.created", "response": {"id": "resp_1"}}),
        ("wait", 0.5),
        (Side.SERVER, {**delta, "delta": "A" * 2 * PIECE}),
        (Side.SERVER, {"type": "response.done", "response": {"id": "resp_1", "status": "completed"}}),
    ]
    facts = facts_of(steps, list(range(3 * PIECE)), fragments=True)
    assert facts == facts_of(steps)
    assert sum(isinstance(fact, EventReceived) for fact in facts) == 5
    assert isinstance(facts[-1], ConnectionClosed)
