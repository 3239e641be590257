"""aiohttp's client, which livekit's plugin uses; it is asked to compress here."""

import asyncio
import base64

import aiohttp

from support.processes import Process
from support.turn import QUIET_SECONDS, SESSION, Turn, assert_counted, pieces, utterance


async def listen(socket: aiohttp.ClientWebSocketResponse, turn: Turn, until: str) -> None:
    while not getattr(turn, until):
        turn.take(await socket.receive_json(timeout=20))


async def listen_until_quiet(socket: aiohttp.ClientWebSocketResponse, turn: Turn) -> None:
    while True:
        try:
            turn.take(await socket.receive_json(timeout=QUIET_SECONDS))
        except TimeoutError:
            return


async def test_a_spoken_turn_and_its_truncation(proxy: Process) -> None:
    turn = Turn()
    spoken = list(pieces(utterance()))
    url = f"http://{proxy.listen}/v1/realtime?model=gpt-realtime"
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bearer sk-test"}) as http,
        http.ws_connect(url, max_msg_size=0, compress=15) as socket,
    ):
        assert socket.compress
        await socket.send_json({"type": "session.update", "session": SESSION})
        for piece in spoken:
            audio = base64.b64encode(piece).decode()
            await socket.send_json({"type": "input_audio_buffer.append", "audio": audio})
        await listen(socket, turn, "answered")
        truncate = {"item_id": turn.answer, "content_index": 0, "audio_end_ms": 100}
        await socket.send_json({"type": "conversation.item.truncate", **truncate})
        await listen(socket, turn, "truncated")
        await listen_until_quiet(socket, turn)
        await asyncio.wait_for(socket.close(), 5)

    sent = {"session.update": 1, "input_audio_buffer.append": len(spoken), "conversation.item.truncate": 1}
    samples = await assert_counted(proxy, turn, sent)
    assert samples.total("voicetap_close_codes_total", closed_by="client", code="1000") == 1
