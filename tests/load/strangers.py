"""What comes to voicetap besides calls: those whom a server turns away, plain HTTP, connections that become nothing."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiohttp

from load.account import Account
from load.ends import NAME, answer, ask
from load.player import Cue, Player, framed
from load.scenes import FIRST, SECOND
from support.handshake import UPGRADE, request, status_of, upgrade

TARGET = "/v1/realtime?model=gpt-realtime"
REFUSED = {"type": "invalid_request_error", "code": "invalid_api_key", "message": "Incorrect API key provided."}
UNSTARTED_S = 31.0
"""A session has 30 s to start."""


class Stranger(NamedTuple):
    """One of them; it is told the name that it goes by."""

    instance: int
    come: Callable[[Player, str, str], Awaitable[object]]
    account: Account


def _relayed(end: str, start: str, closed_by: str, code: str, seconds: float) -> Account:
    """A connection on which no session starts."""
    account = Account()
    account.add("handshakes_total", outcome="101")
    account.add("session_starts_total", outcome=start)
    account.add("sessions_total", model="unknown", end=end)
    account.add("close_codes_total", closed_by=closed_by, code=code)
    account.observe("session_duration_seconds", seconds)
    account.open_for(seconds, model="unknown")
    account.observe("upstream_connect_seconds", 0.0)
    return account


def bad_key(instance: int) -> Stranger:
    """It is let in, told so, and sent away."""

    async def come(player: Player, address: str, name: str) -> None:
        refusal = {"from": "server", "event": {"type": "error", "event_id": "event_1", "error": REFUSED}}
        close = {"close": {"code": 3000, "reason": "invalid_request_error"}}
        cues = [Cue(0.05, "server", framed(refusal))]
        cues += [Cue(0.06, side, framed({"from": side, **close})) for side in ("server", "client")]
        await player.play(address, name, TARGET, cues)

    account = _relayed("refused", "refused", "server", "3000", 0.06)
    account.add("api_errors_total", model="unknown", code="invalid_api_key")
    account.add("events_total", from_="server", type="error")
    return Stranger(instance, come, account)


def leaves(instance: int, after: float, start: str) -> Stranger:
    """It says nothing, and is told nothing."""

    async def come(player: Player, address: str, name: str) -> None:
        close = {"close": {"code": 1000, "reason": ""}}
        await player.play(
            address, name, TARGET, [Cue(after, side, framed({"from": side, **close})) for side in ("client", "server")]
        )

    return Stranger(instance, come, _relayed("client_closed", start, "client", "1000", after))


def garbler(instance: int) -> Stranger:
    """What it sends is no WebSocket; the server takes offence."""

    async def come(player: Player, address: str, name: str) -> None:
        cues = [
            Cue(0.05, "client", b"\xff" * 64),
            Cue(0.10, "server", framed({"from": "server", "close": {"code": 1011, "reason": "what?"}})),
        ]
        await player.play(address, name, TARGET, cues)

    account = _relayed("server_closed", "closed", "server", "1011", 0.1)
    account.add("observer_gaps_total", reason="framing")
    return Stranger(instance, come, account)


def refused(instance: int, status: int, outcome: str) -> Stranger:
    """The server does not let it in."""

    async def come(player: Player, address: str, name: str) -> None:
        player.upstream.expect(name.encode(), answer(status, {}, "no"))
        assert await ask(address, TARGET, name) == status

    account = Account()
    account.add("handshakes_total", outcome=outcome)
    account.observe("upstream_connect_seconds", 0.0)
    return Stranger(instance, come, account)


def unanswered(instance: int) -> Stranger:
    """The server says nothing, and voicetap gives up."""

    async def come(player: Player, address: str, name: str) -> None:
        player.upstream.expect(name.encode(), b"")
        assert await ask(address, TARGET, name) == 504

    account = Account()
    account.add("handshakes_total", outcome="timeout")
    account.observe("upstream_connect_seconds", 0.0)
    return Stranger(instance, come, account)


def impatient(instance: int) -> Stranger:
    """The server says nothing, and it goes away."""

    async def come(player: Player, address: str, name: str) -> None:
        player.upstream.expect(name.encode(), b"")
        _, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(upgrade(TARGET.encode(), (NAME, name.encode())))
        await asyncio.sleep(1.0)
        # By a reset: who only says that it has nothing more to say may still be waiting.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    account = Account()
    account.add("handshakes_total", outcome="abandoned")
    account.observe("upstream_connect_seconds", 0.0)
    return Stranger(instance, come, account)


def misshapen(instance: int) -> Stranger:
    """An upgrade with a body: nobody is asked."""

    async def come(player: Player, address: str, name: str) -> None:
        reader, writer = await asyncio.open_connection(*address.split(":"))
        writer.write(request(b"GET", TARGET.encode(), (*UPGRADE, (b"Content-Length", b"2")), b"{}"))
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == 400
        writer.close()
        await writer.wait_closed()

    account = Account()
    account.add("handshakes_total", outcome="bad_request")
    return Stranger(instance, come, account)


def unreachable(instance: int) -> Stranger:
    """There is no server just now."""

    async def come(player: Player, address: str, name: str) -> None:
        assert await ask(address, TARGET, name) == 502

    account = Account()
    account.add("handshakes_total", outcome="connect_error")
    return Stranger(instance, come, account)


def plain(instance: int, path: str, status: int, route: str) -> Stranger:
    """A request without upgrade."""

    async def come(player: Player, address: str, name: str) -> None:
        player.upstream.expect(name.encode(), answer(status, {"Content-Type": "application/json"}, "{}"))
        async with (
            aiohttp.ClientSession(headers={NAME.decode(): name}) as http,
            http.post(f"http://{address}{path}", json={}) as answered,
        ):
            assert answered.status == status

    account = Account()
    account.add("http_requests_total", route=route, status=f"{status // 100}xx")
    return Stranger(instance, come, account)


STRANGERS = {
    "bad key": bad_key(FIRST),
    "another bad key": bad_key(SECOND),
    "leaves at once": leaves(FIRST, 0.2, "closed"),
    "waits in vain": leaves(SECOND, UNSTARTED_S, "timeout"),
    "garbler": garbler(SECOND),
    "unauthorised": refused(FIRST, 401, "401"),
    "forbidden": refused(SECOND, 403, "403"),
    "not found": refused(FIRST, 404, "404"),
    "too many": refused(SECOND, 429, "429"),
    "too many again": refused(SECOND, 429, "429"),
    "broken": refused(FIRST, 503, "5xx"),
    "kept waiting": unanswered(FIRST),
    "impatient": impatient(SECOND),
    "misshapen": misshapen(SECOND),
    "secret": plain(FIRST, "/v1/realtime/client_secrets", 200, "/realtime/client_secrets"),
    "secret elsewhere": plain(SECOND, "/v1/realtime/client_secrets", 200, "/realtime/client_secrets"),
    "no secret": plain(FIRST, "/v1/realtime/client_secrets", 401, "/realtime/client_secrets"),
    "no call": plain(SECOND, "/v1/realtime/calls", 500, "/realtime/calls"),
}
"""Who comes while the load is played."""

UNREACHABLE = {
    "unreachable": unreachable(FIRST),
    "unreachable elsewhere": unreachable(SECOND),
    "unreachable again": unreachable(SECOND),
}
"""Who comes while the server is away."""
