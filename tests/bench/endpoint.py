"""One end of all benched sessions: sends when it was told to, counts what comes, understands nothing.

Both ends obey the same command, a JSON line on stdin, and answer it with a JSON line on stdout:
`{"start": seconds on the monotonic clock, "each": events a session, "offsets": [seconds of each session]}` gives
`{"received": events, "expected": events, "lost": sessions, "foreign": events}`, where foreign are those that whoever
is between the two has made up.
"""

import asyncio
import gc
import json
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from bench.board import Direction, Moments
from bench.frames import MessageCount
from bench.pacing import Alarm, due
from bench.traffic import Script

_ROOM = memoryview(bytearray(1 << 20))
"""Read buffer of every session of this process; its contents are looked at during the handshake only."""

GRACE = 3.0
"""Seconds after the last event is due, for what is still on its way."""


@dataclass(frozen=True)
class Load:
    """How much traffic."""

    sessions: int
    rate: float
    """Events a second, session and direction."""


class Leg(asyncio.BufferedProtocol, ABC):
    """One session's connection at this end."""

    def __init__(self, sessions: int, script: Script) -> None:
        """`script` is the other side's."""
        self.transport: asyncio.Transport | None = None
        self.index = 0
        """Which of the sessions this is; known once the handshake is over."""
        self.lost = False
        self.received = 0
        """Events of the current run."""
        self.foreign = 0
        """Events that the other side did not send."""
        self._head = bytearray()
        self._messages = MessageCount()
        self._before: int | None = None
        """Events that come before those of the first run; None: the handshake is not over."""
        self._sessions = sessions
        self._least = min(len(frame) for _, _, frame in script.events) // 2
        """Bytes that an event of the other side has, however it was packed anew on its way."""
        self._entry = 0
        self._arrived: Moments | None = None

    @abstractmethod
    def handshake(self, head: bytes) -> int:
        """Deal with the other end's head; how many events after it belong to no run."""

    def opened(self) -> None:
        """All that comes from here on is events."""

    def expect(self, arrived: Moments) -> None:
        """A run begins, in which arrivals are noted here."""
        self.received = 0
        self._entry = self.index
        self._arrived = arrived

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not inherit it

    def get_buffer(self, sizehint: int) -> memoryview:
        return _ROOM

    def buffer_updated(self, nbytes: int) -> None:
        piece = _ROOM[:nbytes]
        if self._before is None:
            self._head += piece
            blank = self._head.find(b"\r\n\r\n")
            if blank < 0:
                return
            self._before = self.handshake(bytes(self._head[:blank]))
            piece = memoryview(bytes(self._head[blank + 4 :]))
            if not self._before:
                self.opened()
        lengths = self._messages.completed(piece)
        if lengths:
            self._came(lengths)

    def _came(self, lengths: Sequence[int]) -> None:
        now = time.monotonic()
        for length in lengths:
            if length < self._least:
                self.foreign += 1
            elif self._before:
                self._before -= 1
                if not self._before:
                    self.opened()
            else:
                self.received += 1
                if self._arrived is not None and self._entry < len(self._arrived):
                    self._arrived[self._entry] = now
                    self._entry += self._sessions

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


class Endpoint:
    """The legs of all sessions, and the pace at which they send."""

    def __init__(self, load: Load, script: Script, outgoing: Direction, incoming: Direction) -> None:
        """`script` is what this end sends."""
        self.legs: dict[int, Leg] = {}
        self._load = load
        self._frames = [frame for _, _, frame in script.events]
        self._next = [script.first(session, load.sessions) for session in range(load.sessions)]
        """Of each session, the number of the event that it sends next."""
        self._outgoing = outgoing
        self._incoming = incoming

    async def obey(self) -> None:
        """Carry out commands until stdin ends."""
        gc.freeze()
        gc.disable()
        commands = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := await commands.readline():
            command = json.loads(line)
            say(await self._run(command["start"], command["each"], command["offsets"]))

    async def _run(self, start: float, each: int, offsets: Sequence[float]) -> dict[str, int]:
        legs = [self.legs[index] for index in range(self._load.sessions)]
        expected = each * len(legs)
        for leg in legs:
            leg.expect(self._incoming.arrived)
        await self._send_all(legs, start, each, offsets)
        received = sum(leg.received for leg in legs)
        deadline = start + each / self._load.rate + GRACE
        while received < expected and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            received = sum(leg.received for leg in legs)
        lost, foreign = sum(leg.lost for leg in legs), sum(leg.foreign for leg in legs)
        return {"received": received, "expected": expected, "lost": lost, "foreign": foreign}

    async def _send_all(self, legs: Sequence[Leg], start: float, each: int, offsets: Sequence[float]) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        alarm = Alarm()
        writes = [leg.transport.write for leg in legs if leg.transport is not None]
        frames, sent, rate = self._frames, self._outgoing.sent, self._load.rate
        count, pool, total = len(legs), len(frames), each * len(legs)
        numbers = self._next
        entry = 0

        def send_due() -> None:
            nonlocal entry
            while entry < total:
                now = time.monotonic()
                at = start + due(entry, offsets, rate)
                if at > now:
                    alarm.set(at)
                    return
                sent[entry] = now
                session = entry % count
                writes[session](frames[numbers[session] % pool])
                numbers[session] += 1
                entry += 1
            loop.remove_reader(alarm.fd)
            done.set_result(None)

        alarm.set(start)
        loop.add_reader(alarm.fd, send_due)
        try:
            await done
        finally:
            alarm.close()


def say(message: object) -> None:
    """One line of JSON to whoever commands this end."""
    os.write(1, json.dumps(message).encode() + b"\n")
