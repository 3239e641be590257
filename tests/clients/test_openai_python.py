"""The official Python SDK, pointed here by OPENAI_BASE_URL alone."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from support.processes import Process
from support.scrape import scrape_until
from support.turn import QUIET_SECONDS, SESSION, Turn, assert_counted, pieces, utterance


@pytest.fixture
async def client(proxy: Process, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncOpenAI]:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://{proxy.listen}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    async with AsyncOpenAI() as client:
        yield client


async def listen(connection: AsyncRealtimeConnection, turn: Turn, until: str) -> None:
    while not getattr(turn, until):
        turn.take((await asyncio.wait_for(connection.recv(), 20)).to_dict())


async def listen_until_quiet(connection: AsyncRealtimeConnection, turn: Turn) -> None:
    while True:
        try:
            turn.take((await asyncio.wait_for(connection.recv(), QUIET_SECONDS)).to_dict())
        except TimeoutError:
            return


@pytest.mark.parametrize(
    ("server", "outcome"), [("clean", "completed"), ("untranscribed", "failed")], indirect=["server"]
)
async def test_a_spoken_turn_and_its_truncation(client: AsyncOpenAI, proxy: Process, outcome: str) -> None:
    turn = Turn()
    spoken = list(pieces(utterance()))
    async with client.realtime.connect(model="gpt-realtime") as connection:
        await connection.session.update(session=SESSION)  # type: ignore[arg-type]
        for piece in spoken:
            await connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
        await listen(connection, turn, "answered")
        assert turn.answer is not None
        await connection.conversation.item.truncate(item_id=turn.answer, content_index=0, audio_end_ms=100)
        await listen(connection, turn, "truncated")
        await listen_until_quiet(connection, turn)

    sent = {"session.update": 1, "input_audio_buffer.append": len(spoken), "conversation.item.truncate": 1}
    samples = await assert_counted(proxy, turn, sent)
    assert samples.by("outcome", "voicetap_transcriptions_total") == {outcome: 1}
    assert samples.total("voicetap_handshakes_total", outcome="101") == 1
    assert samples.total("voicetap_session_starts_total", outcome="started") == 1


async def test_a_client_secret(client: AsyncOpenAI, proxy: Process) -> None:
    secret = await client.realtime.client_secrets.create(session={"type": "realtime", "model": "gpt-realtime"})

    assert secret.value.startswith("ek_")
    samples = await scrape_until(proxy.admin, lambda found: found.total("voicetap_http_requests_total") == 1)
    assert samples.total("voicetap_http_requests_total") == 1
