"""T13: whatever two peers do with a relayed connection, in whatever order, each receives what the other sent.

A hypothesis state machine: writes of any size in any slices, half-closes, resets, and readers that pause (nothing
reads unless a rule says so), before and after the 101. At the end both sides read what is left.
"""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any, ClassVar, TypeVar

import uvloop
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from support import handshake
from support.observer import RecordingObserver
from support.peer import End, Peer
from support.upstream import ScriptedUpstream
from support.waiting import within
from voicetap.chunks import Side
from voicetap.relay import Relay, Upstream

T = TypeVar("T")

STREAMS = {side: random.Random(side.value).randbytes(8_000_000) for side in Side}
"""What each side sends, in this order; no part of it looks like another."""

SIDES = st.sampled_from(Side)
SIZES = st.sampled_from([1, 2, 13, 125, 1460, 65_536, 300_000, 2_000_000])
OTHER = {Side.CLIENT: Side.SERVER, Side.SERVER: Side.CLIENT}


class Line:
    """A relay and its upstream on a loop of their own, which runs while a rule runs."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.escaped: list[dict[str, Any]] = []
        """Exceptions that nobody caught."""
        self.observer = RecordingObserver()
        self.run(self._start())

    def run(self, awaitable: Awaitable[T]) -> T:
        """Let the loop run until this is done."""

        async def run() -> T:
            return await awaitable

        return self.runner.run(run())

    async def _start(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.escaped.append(context))
        self.upstream = ScriptedUpstream()
        self.relay = Relay(Upstream("127.0.0.1", self.upstream.port, None), self.observer)
        await self.relay.start("127.0.0.1", 0)

    async def stop(self) -> None:
        """Leave nothing behind."""
        await self.relay.stop()
        await self.upstream.close()


class Scenario(RuleBasedStateMachine):
    """One relayed connection."""

    line: ClassVar[Line]

    def __init__(self) -> None:
        super().__init__()
        self.peers: dict[Side, Peer] = {}
        self.sent = dict.fromkeys(Side, b"")
        self.half_closed: set[Side] = set()
        self.reset_by: Side | None = None

    @initialize(early_client=SIZES, early_server=SIZES, slices=st.sampled_from([1, 50, 1_000_000]))
    def upgrade(self, early_client: int, early_server: int, slices: int) -> None:
        self.line.run(self._upgrade(min(early_client, 1460), min(early_server, 1460), slices))

    async def _upgrade(self, early_client: int, early_server: int, slices: int) -> None:
        client = await Peer.connect(self.line.relay.port)
        await client.send_in_slices(handshake.upgrade() + self._next(Side.CLIENT, early_client), slices)
        server = await self.line.upstream.accept()
        await server.read_head()
        await server.send_in_slices(handshake.SWITCHING + self._next(Side.SERVER, early_server), slices)
        self.peers = {Side.CLIENT: client, Side.SERVER: server}

    def _next(self, side: Side, size: int) -> bytes:
        start = len(self.sent[side])
        data = STREAMS[side][start : start + size]
        self.sent[side] += data
        return data

    @rule(side=SIDES, size=SIZES, slices=st.sampled_from([1, 7, 1000, 10_000_000]))
    def write(self, side: Side, size: int, slices: int) -> None:
        """As far as the kernel takes it, at most a thousand slices."""
        if side in self.half_closed or self.reset_by is not None:
            return
        start = len(self.sent[side])
        data = STREAMS[side][start : start + min(size, slices * 1000)]
        taken = 0
        while taken < len(data) and (took := self.peers[side].send_what_fits(data[taken : taken + slices])):
            taken += took
        self.sent[side] += data[:taken]

    @rule(side=SIDES)
    def half_close(self, side: Side) -> None:
        if side not in self.half_closed and self.reset_by is None:
            self.peers[side].half_close()
            self.half_closed.add(side)

    @precondition(lambda self: self.half_closed != set(Side))
    @rule(side=SIDES)
    def reset(self, side: Side) -> None:
        """What the kernel has not delivered by then is lost, whoever relays."""
        if self.reset_by is None:
            self.peers[side].reset()
            self.reset_by = side

    @rule(side=SIDES)
    def read(self, side: Side) -> None:
        if side is not self.reset_by:
            self.peers[side].read_what_there_is()

    @rule(milliseconds=st.sampled_from([0, 1, 5]))
    def pause(self, milliseconds: int) -> None:
        """Let the relay run."""
        self.line.run(asyncio.sleep(milliseconds / 1000))

    def teardown(self) -> None:
        if self.peers:
            self.line.run(self._finish())
            assert self.line.escaped == []

    async def _finish(self) -> None:
        present = [side for side in Side if side is not self.reset_by]
        for side in present:
            if side not in self.half_closed:
                try:
                    self.peers[side].half_close()
                except OSError:
                    assert self.reset_by is not None
        rests = await within(asyncio.gather(*(self.peers[side].read_to_end() for side in present)))
        await within(self.line.relay.idle())
        for side, rest in zip(present, rests, strict=True):
            sender = OTHER[side]
            expected = (handshake.SWITCHING if side is Side.CLIENT else b"") + self.sent[sender]
            received = bytes(self.peers[side].received)
            if side is Side.SERVER:
                received = received.partition(b"\r\n\r\n")[2]
            self.peers[side].close()
            if self.reset_by is None:
                assert received == expected
                assert rest.end is End.FIN
            else:
                assert received == expected[: len(received)]
                # A reset may overtake the end sent before it.
                assert rest.end is End.RESET or sender in self.half_closed
        if self.reset_by is None:
            tap = self.line.observer.taps[-1]
            assert {side: tap.sent_by(side) for side in Side} == self.sent
        self.line.observer.taps.clear()


def test_whatever_two_peers_do_each_receives_what_the_other_sent() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        line = Line(runner)

        class ScenarioOnTheLine(Scenario):
            pass

        ScenarioOnTheLine.line = line
        try:
            run_state_machine_as_test(ScenarioOnTheLine)
        finally:
            runner.run(line.stop())
