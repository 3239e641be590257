"""A relay in this process between a scripted upstream and raw clients, all on ports of their own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import trustme

from support import handshake
from support.observer import RecordingObserver
from support.peer import Peer
from support.relaying import Connect, Session, StartRelay
from support.upstream import ScriptedUpstream
from support.waiting import within
from voicetap.relay import Relay, Upstream


@pytest.fixture
def observer() -> RecordingObserver:
    return RecordingObserver()


@pytest.fixture
async def faults() -> AsyncIterator[list[dict[str, Any]]]:
    """Exceptions that nobody caught; the test fails where there is any at its end."""
    escaped: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: escaped.append(context))
    yield escaped
    assert escaped == []


@pytest.fixture
async def upstream() -> AsyncIterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    await server.close()


@pytest.fixture
async def evil() -> AsyncIterator[ScriptedUpstream]:
    """A host that must never be contacted."""
    server = ScriptedUpstream()
    yield server
    assert server.dials == 0
    await server.close()


@pytest.fixture
async def start_relay(observer: RecordingObserver, faults: list[dict[str, Any]]) -> AsyncIterator[StartRelay]:
    started: list[Relay] = []

    async def start(port: int, **options: Any) -> Relay:
        upstream = Upstream(options.pop("host", "127.0.0.1"), port, options.pop("tls", None))
        ssl_context = options.pop("ssl_context", None)
        relay = Relay(upstream, options.pop("observer", observer), **options)
        await relay.start("127.0.0.1", 0, ssl_context=ssl_context)
        started.append(relay)
        return relay

    yield start
    for relay in started:
        await within(relay.stop())


@pytest.fixture
async def relay(start_relay: StartRelay, upstream: ScriptedUpstream) -> Relay:
    return await start_relay(upstream.port)


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    clients: list[Peer] = []

    async def connect(relay: Relay, *, buffers: int | None = None) -> Peer:
        clients.append(await Peer.connect(relay.port, buffers=buffers))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
async def client(relay: Relay, connect: Connect) -> Peer:
    return await connect(relay)


@pytest.fixture
async def session(client: Peer, upstream: ScriptedUpstream, observer: RecordingObserver) -> Session:
    """A connection on which both sides may send frames."""
    await client.send(handshake.upgrade())
    server = await upstream.accept()
    await server.read_head()
    await server.send(handshake.SWITCHING)
    assert await client.read_head() == handshake.SWITCHING
    return Session(client, server, observer.taps[-1])


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()
