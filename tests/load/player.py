"""Plays a call live: each line is sent by its side at its time, and passes the proxy in the order of the script."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from calls.wire import Recording, Variant
from load.ends import End, Upstream, connect
from support import frames

OPCODES = {"ping": frames.PING, "pong": frames.PONG}


class Cue(NamedTuple):
    """What a side sends, and when (seconds since the upgrade request)."""

    at: float
    sender: str
    data: bytes
    """As frames; nothing: it ends its connection."""


def cues(recording: Recording) -> list[Cue]:
    """The lines of a generated call, whole, as frames on the wire."""
    lines = (json.loads(line) for line in recording.written(Variant())[1:])
    return [Cue(line["at_ms"] / 1000, line["from"], framed(line)) for line in lines]


def framed(line: dict[str, Any]) -> bytes:
    """One line of a recording; a close with code 1006 is none on the wire."""
    mask = frames.MASK if line["from"] == "client" else None
    match line:
        case {"event": event}:
            return frames.frame(frames.TEXT, json.dumps(event).encode(), mask=mask)
        case {"text": text}:
            return frames.frame(frames.TEXT, text.encode(), mask=mask)
        case {"close": {"code": 1006}}:
            return b""
        case {"close": {"code": code, "reason": reason}}:
            return frames.close(code, reason.encode(), mask=mask)
    [kind] = line.keys() & OPCODES.keys()
    return frames.frame(OPCODES[kind], bytes(line[kind]), mask=mask)


@dataclass
class Player:
    """Plays calls through proxies, and keeps account of what no script can know."""

    upstream: Upstream
    bytes: dict[tuple[str, str], int] = field(default_factory=dict)
    """(address of the proxy, sender) -> what has reached the other side."""

    async def play(self, address: str, name: str, target: str, script: Iterable[Cue]) -> float:
        """From the upgrade to the end of both connections; how late anything was in it, at worst, in seconds."""
        began = asyncio.get_running_loop().time()
        client, server = await self.open(address, name, target)
        late = await self.go_on(client, server, script, began)
        await self.end(address, client, server)
        return late

    async def open(self, address: str, name: str, target: str) -> tuple[End, End]:
        """The client's and the server's end of a new connection."""
        arriving = self.upstream.expect(name.encode())
        status, client = await connect(address, target, name)
        assert status == 101, f"{name}: {status}"
        return client, await arriving

    async def go_on(self, client: End, server: End, script: Iterable[Cue], began: float | None = None) -> float:
        """Play the next of the script, to which `began` (now) is 0, and wait until all of it has come."""
        clock = asyncio.get_running_loop().time
        began = clock() if began is None else began
        ends, last, latest = {"client": client, "server": server}, client, 0.0
        for cue in script:
            end = ends[cue.sender]
            await asyncio.sleep(max(0.0, began + cue.at - clock()))
            if end is not last:
                # What came before, from the other side, has passed the proxy once it is here.
                await end.got(last.sent)
            latest = max(latest, clock() - began - cue.at)
            if not cue.data:
                end.finish()
                return latest
            end.send(cue.data)
            last = end
        await ends["server" if last is client else "client"].got(last.sent)
        return latest

    async def end(self, address: str, client: End, server: End) -> None:
        """Both connections; unless the script had somebody vanish, the server's goes first (RFC 6455 section 7.1.1)."""
        first, second = (client, server) if client.finished else (server, client)
        first.finish()
        await second.ended()
        second.finish()
        await first.ended()
        for end in (first, second):
            await end.close()
        for sender, receiver in (("client", server), ("server", client)):
            self.bytes[address, sender] = self.bytes.get((address, sender), 0) + receiver.received
