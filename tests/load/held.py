"""Sessions that are open as long as the load is played: what gauges say at the end of it is theirs."""

import time
from dataclasses import replace
from typing import Any, NamedTuple

from calls.session import described
from calls.settings import Settings
from load.account import Account
from load.ends import End
from load.player import Cue, Player, framed
from load.scenes import FIRST, OTHER, SECOND, USUAL

HOUR_S = 3600.0
START_S = 0.05
"""From the upgrade request to the session."""


class Held(NamedTuple):
    """One of them."""

    instance: int
    settings: Settings
    limits: dict[str, tuple[int, int]]
    """By name: the limit, and what is left of it."""
    expires_in: float
    """Seconds, when it begins."""

    def cues(self, expires_at: float) -> list[Cue]:
        """The session, as it is told of, and its limits."""
        limits = [
            {"name": name, "limit": limit, "remaining": left, "reset_seconds": HOUR_S}
            for name, (limit, left) in self.limits.items()
        ]
        session = {**described(self.settings, configured=True), "expires_at": expires_at}
        events: list[dict[str, Any]] = [
            {"type": "session.created", "event_id": "event_1", "session": session},
            {"type": "session.updated", "event_id": "event_2", "session": session},
            {"type": "rate_limits.updated", "event_id": "event_3", "rate_limits": limits},
        ]
        return [Cue(START_S, "server", framed({"from": "server", "event": event})) for event in events]


LARGE, SMALL = replace(USUAL, turn_detection=False), replace(OTHER, turn_detection=False)
HELD = {
    "held": Held(FIRST, LARGE, {"requests": (1000, 640), "tokens": (200_000, 52_000)}, 280.0),
    "held, small": Held(FIRST, SMALL, {"requests": (500, 490), "tokens": (100_000, 60_000)}, HOUR_S),
    "held elsewhere": Held(SECOND, LARGE, {"requests": (1000, 830), "tokens": (200_000, 14_000)}, HOUR_S),
    "held elsewhere, small": Held(SECOND, SMALL, {"requests": (400, 20), "tokens": (100_000, 99_000)}, 800.0),
}


class Holding:
    """Keeps them open, and has one of them wait for a transcription at the end."""

    def __init__(self, player: Player, addresses: list[str]) -> None:
        self._player, self._addresses = player, addresses
        self._open: dict[str, tuple[End, End]] = {}
        self._cues: dict[str, list[Cue]] = {}
        self.expiries: list[float] = []
        """Unix times."""

    async def begin(self) -> None:
        """All of them."""
        for name, held in HELD.items():
            client, server = await self._player.open(self._addresses[held.instance], name, "/v1/realtime")
            self._open[name] = client, server
            self.expiries.append(time.time() + held.expires_in)
            self._cues[name] = held.cues(self.expiries[-1])
            await self._player.go_on(client, server, self._cues[name])

    def accounts(self) -> list[Account]:
        """What their beginning comes to, for each instance."""
        accounts = [Account(), Account()]
        for name, cues in self._cues.items():
            account = accounts[HELD[name].instance]
            account.add("handshakes_total", outcome="101")
            account.add("session_starts_total", outcome="started")
            account.add("relayed_bytes_total", sum(len(cue.data) for cue in cues), from_="server")
            account.observe("session_setup_seconds", START_S)
            account.observe("upstream_connect_seconds", 0.0)
            for type in ("session.created", "session.updated", "rate_limits.updated"):
                account.add("events_total", from_="server", type=type)
        return accounts

    async def speak(self, name: str) -> Account:
        """Somebody has said something in it, and its transcription is awaited."""
        client, server = self._open[name]
        item = {"id": "item_0001", "type": "message", "role": "user", "status": "completed", "content": []}
        events = [
            {"type": "input_audio_buffer.committed", "event_id": "event_4", "item_id": "item_0001"},
            {"type": "conversation.item.added", "event_id": "event_5", "item": item},
        ]
        sent = [framed({"from": "server", "event": event}) for event in events]
        await self._player.go_on(client, server, [Cue(0.0, "server", data) for data in sent])
        account = Account()
        for event in events:
            account.add("events_total", from_="server", type=event["type"])
        account.add("items_total", role="user", type="message")
        account.add("relayed_bytes_total", sum(map(len, sent)), from_="server")
        return account

    async def end(self) -> None:
        """Hang up."""
        for name, (client, server) in self._open.items():
            await self._player.end(self._addresses[HELD[name].instance], client, server)
