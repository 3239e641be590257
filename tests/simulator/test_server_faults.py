"""What goes wrong on real sockets, as a scenario or a recording says: handshakes, ends, silence, a trickle."""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, WSMsgType, WSServerHandshakeError

from simulator.served import PATH, by, next_event, serving
from support.simulated import TRANSCRIBING
from support.waiting import eventually, within
from voicetap.simulator import playback as playback_module
from voicetap.simulator.disturbance import End, Hush, Reset
from voicetap.simulator.playback import RecordingCalls
from voicetap.simulator.recorded import read_recorded
from voicetap.simulator.refusal import Refusal


class TestTheHandshake:
    async def test_a_refusal_has_the_apis_body(self) -> None:
        refusal = Refusal(status=429, retry_after=3)
        async with serving(by(refusals=(refusal,))) as served:
            with pytest.raises(WSServerHandshakeError) as caught:
                await served.client.ws_connect(PATH)
            assert caught.value.status == 429
            assert caught.value.headers is not None
            assert caught.value.headers["Retry-After"] == "3"
            headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
            async with served.client.get(PATH, headers=headers) as answer:
                assert await answer.json() == refusal.body()
            assert (served.tally().refused, served.tally().opened) == (Counter({429: 2}), 0)

    async def test_it_may_take_its_time(self) -> None:
        async with serving(by(handshake_seconds=(0.3, 0.3))) as served:
            began = time.monotonic()
            async with served.client.ws_connect(PATH) as socket:
                assert time.monotonic() - began >= 0.3
                await next_event(socket)

    async def test_it_may_never_come(self) -> None:
        async with serving(by(unanswered_rate=1.0)) as served:
            with pytest.raises(TimeoutError):
                await within(served.client.ws_connect(PATH), 0.5)
            assert served.tally().opened == 0

    async def test_a_server_that_stops_keeps_nobody_waiting(self) -> None:
        async with serving(by(unanswered_rate=1.0)) as served:
            waiting = asyncio.create_task(served.client.ws_connect(PATH))
            await asyncio.sleep(0.05)
            await within(served.client.server.close())
            with pytest.raises(ClientError):
                await within(waiting)


class TestTheEnd:
    @pytest.mark.parametrize("disturbance", [Reset(on="session.updated", do="reset"), End(at=0.05, do="end")])
    async def test_the_connection_breaks(self, disturbance: Any) -> None:
        async with serving(by(disturbances=(disturbance,))) as served:
            async with served.client.ws_connect(PATH) as socket:
                await next_event(socket)
                await socket.send_json({"type": "session.update", "session": TRANSCRIBING})
                message = await within(socket.receive())
                while message.type is WSMsgType.TEXT:
                    message = await within(socket.receive())
                assert message.type in (WSMsgType.CLOSED, WSMsgType.ERROR)
            assert served.closes() == [{"by": "server", "code": None, "reason": ""}]

    async def test_silence_without_a_close(self) -> None:
        async with serving(by(disturbances=(Hush(on="session.updated", do="hush"),))) as served:
            async with served.client.ws_connect(PATH, autoping=False) as socket:
                await next_event(socket)
                await socket.send_json({"type": "session.update", "session": TRANSCRIBING})
                await socket.ping(b"there?")
                with pytest.raises(TimeoutError):
                    await within(socket.receive(), 0.3)
                assert served.closes() == []
            await eventually(served.closes)

    async def test_after_a_short_silence_all_comes_at_once(self) -> None:
        hush = Hush(on="session.created", do="hush", seconds=0.3)
        async with serving(by(disturbances=(hush,))) as served:
            began = time.monotonic()
            async with served.client.ws_connect(PATH, autoping=False) as socket:
                await socket.ping(b"there?")
                await socket.send_json({"type": "session.update", "session": TRANSCRIBING})
                kinds = {(await within(socket.receive())).type for _ in range(2)}
                assert time.monotonic() - began >= 0.3
                assert kinds == {WSMsgType.PONG, WSMsgType.TEXT}


async def test_a_trickle() -> None:
    """200 bytes each tenth of a second; timers may be a little early."""
    began = time.monotonic()
    async with serving(by(bytes_per_second=2000)) as served, served.client.ws_connect(PATH) as socket:
        size = len(await within(socket.receive_str()))
        assert time.monotonic() - began >= (size // 200 - 1) * 0.1 >= 0.2


class TestARecording:
    @staticmethod
    def written(path: Path, *lines: dict[str, Any]) -> RecordingCalls:
        header = {"voicetap_recording": 1, "switched_at_ms": 100}
        path.write_text("".join(json.dumps({"at_ms": 150, **line}) + "\n" for line in (header, *lines)))
        return RecordingCalls(read_recorded(path))

    async def test_it_is_played_back(self, tmp_path: Path) -> None:
        created = {"type": "session.created", "session": {"id": "sess_of_recording"}}
        calls = self.written(
            tmp_path / "call.jsonl",
            {"from": "server", "event": created},
            {"from": "client", "event": {"type": "session.update"}},
            {"from": "server", "ping": 4},
            {"from": "server", "text": "no json"},
            {"from": "server", "binary_bytes": 3},
            {"from": "server", "close": {"code": 1001, "reason": "bye"}},
        )
        path = "/any/realtime?call_id=rtc_1"  # it may be the recording of a sideband
        async with serving(calls) as served, served.client.ws_connect(path, autoping=False) as socket:
            assert await within(socket.receive_json()) == created
            await socket.send_json({"type": "session.update"})
            kinds = []
            while not kinds or kinds[-1] is not WSMsgType.CLOSE:
                message = await within(socket.receive())
                kinds.append(message.type)
            assert kinds == [WSMsgType.PING, WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CLOSE]
            assert (message.data, message.extra) == (1001, "bye")

    async def test_a_close_without_a_code(self, tmp_path: Path) -> None:
        calls = self.written(tmp_path / "call.jsonl", {"from": "server", "close": {"code": None, "reason": ""}})
        async with serving(calls) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.client.server.port)
            writer.write(RAW_UPGRADE)
            await within(reader.readuntil(b"\r\n\r\n"))
            assert await within(reader.readexactly(2)) == b"\x88\x00"
            writer.write(b"\x88\x80\0\0\0\0")
            assert await within(reader.read()) == b""
            writer.close()
            assert served.closes() == [{"by": "server", "code": 1005, "reason": ""}]

    async def test_it_says_what_it_waits_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(playback_module, "PATIENCE_SECONDS", 0.05)
        event = {"from": "server", "event": {"type": "response.created"}}
        calls = self.written(tmp_path / "call.jsonl", {"from": "client", "event": {"type": "response.create"}}, event)
        async with serving(calls) as served, served.client.ws_connect(PATH) as socket:
            with pytest.raises(TimeoutError):
                await within(socket.receive(), 0.3)
            assert served.notes() == ["waits for response.create (message 1 of the recording)"]


RAW_UPGRADE = (
    b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
