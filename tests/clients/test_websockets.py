"""The websockets library at both ends, compressing as the extension allows it: the tap must inflate as they do."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)

from support.processes import serve as serve_voicetap
from support.scrape import scrape_until

SENT = [{"type": "input_audio_buffer.append", "audio": "AAAA" * size} for size in (1, 40, 2_000, 2_000, 20_000)]
ANSWERS = [
    {"type": "session.created", "event_id": "event_1", "session": {"type": "realtime", "model": "gpt-realtime"}},
    *({"type": "rate_limits.updated", "event_id": f"event_{n}", "rate_limits": []} for n in range(2, 40)),
]


async def answer(connection: ServerConnection) -> None:
    """Answers once everything has come: then both directions have a compression context worth taking over."""
    for expected in SENT:
        assert json.loads(await connection.recv()) == expected
    for event in ANSWERS:
        await connection.send(json.dumps(event))
    await connection.wait_closed()


@asynccontextmanager
async def upstream(**parameters: Any) -> AsyncIterator[str]:
    extensions = [ServerPerMessageDeflateFactory(**parameters)]
    async with serve(answer, "127.0.0.1", 0, compression=None, extensions=extensions) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"server_no_context_takeover": True},
        {"client_no_context_takeover": True},
        {"server_no_context_takeover": True, "client_no_context_takeover": True},
        {"server_max_window_bits": 9, "client_max_window_bits": 10},
    ],
    ids=lambda parameters: ", ".join(parameters) or "context taken over",
)
async def test_deflated_messages_pass_and_are_understood(parameters: dict[str, Any]) -> None:
    async with upstream(**parameters) as address:
        with serve_voicetap(address) as proxy:
            offer = ClientPerMessageDeflateFactory(**{"client_max_window_bits": True, **parameters})
            url = f"ws://{proxy.listen}/v1/realtime?model=gpt-realtime"
            async with connect(url, compression=None, extensions=[offer], max_size=None) as client:
                assert [type(extension) for extension in client.protocol.extensions] == [PerMessageDeflate]
                for event in SENT:
                    await client.send(json.dumps(event))
                assert [json.loads(await client.recv()) for _ in ANSWERS] == ANSWERS

            wanted = (
                {"session.created": 1, "rate_limits.updated": len(ANSWERS) - 1},
                {"input_audio_buffer.append": len(SENT)},
            )
            samples = await scrape_until(
                proxy.admin,
                lambda found: (
                    tuple(found.by("type", "voicetap_events_total", from_=side) for side in ("server", "client"))
                    == wanted
                ),
            )
            assert samples.by("type", "voicetap_events_total", from_="server") == wanted[0]
            assert samples.by("type", "voicetap_events_total", from_="client") == wanted[1]
            assert samples.total("voicetap_observer_gaps_total") == 0
