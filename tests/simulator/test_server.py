"""The server on real sockets: what only a socket shows. What is said in a session is tested without one."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from simulator.served import PATH, QUICK, Served, by, next_event, serving
from support.simulated import TRANSCRIBING
from support.waiting import eventually, within
from voicetap.simulator import server as server_module
from voicetap.simulator.audio import silence, voice
from voicetap.simulator.scenario import Outage

Connect = Callable[..., Any]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(by()) as served:
        yield served


async def until(socket: ClientWebSocketResponse, kind: str) -> list[dict[str, Any]]:
    """What comes, up to the first event of this type."""
    events = [await next_event(socket)]
    while events[-1]["type"] != kind:
        events.append(await next_event(socket))
    return events


async def speak(socket: ClientWebSocketResponse, ms: int = 600) -> None:
    audio = base64.b64encode(voice(ms) + silence(200)).decode()
    await socket.send_json({"type": "input_audio_buffer.append", "audio": audio})


async def test_a_spoken_turn(served: Served) -> None:
    async with served.client.ws_connect(PATH, protocols=("realtime",)) as socket:
        assert socket.protocol == "realtime"
        assert (await next_event(socket))["session"]["model"] == "gpt-realtime"
        await socket.send_json({"type": "session.update", "session": TRANSCRIBING})
        await speak(socket)
        events = await until(socket, "conversation.item.input_audio_transcription.completed")
    received = Counter(event["type"] for event in events)
    assert received["response.output_audio.delta"] == 5
    assert received["conversation.item.input_audio_transcription.completed"] == 1
    await eventually(served.closes)
    assert served.closes() == [{"by": "client", "code": 1000, "reason": ""}]
    counted = served.tally()
    assert counted.sent == received + Counter(["session.created"])
    assert counted.received == Counter(["session.update", "input_audio_buffer.append"])


async def test_an_outage_is_timed_from_the_servers_beginning() -> None:
    trouble = replace(QUICK, transcription_failure_rate=1.0)
    outage = Outage(begins=0, lasts=60, every=1e9, behaviour=trouble)
    async with serving(by(outage=outage)) as served, served.client.ws_connect(PATH) as socket:
        await socket.send_json({"type": "session.update", "session": TRANSCRIBING})
        await speak(socket)
        await until(socket, "conversation.item.input_audio_transcription.failed")


@pytest.mark.parametrize(
    "path", ["/openai/v1/realtime?model=m", "/realtime?deployment=m", "/v1/realtime?model=m&x=%20"]
)
async def test_any_path_that_ends_so_is_the_api(served: Served, path: str) -> None:
    async with served.client.ws_connect(path) as socket:
        assert (await next_event(socket))["session"]["model"] == "m"


async def test_a_transcription_session(served: Served) -> None:
    async with served.client.ws_connect("/v1/realtime?intent=transcription") as socket:
        assert (await next_event(socket))["session"]["type"] == "transcription"


@pytest.mark.parametrize(
    ("path", "key", "code", "reason"),
    [
        (PATH, "sk-bad", 3000, "invalid_request_error.invalid_api_key"),
        ("/v1/realtime", "sk-1", 4000, "invalid_request_error.missing_model"),
    ],
)
async def test_a_refusal_is_an_error_and_a_close(served: Served, path: str, key: str, code: int, reason: str) -> None:
    """Both come after a 101, as from api.openai.com."""
    async with served.client.ws_connect(path, headers={"Authorization": f"Bearer {key}"}) as socket:
        error = await next_event(socket)
        assert error["error"]["code"] == reason.partition(".")[2]
        message = await within(socket.receive())
    assert (message.type, message.data, message.extra) == (WSMsgType.CLOSE, code, reason)
    assert served.closes() == [{"by": "server", "code": code, "reason": reason}]
    assert served.tally().started == 0


async def test_frames_are_compact_json_text(served: Served) -> None:
    async with served.client.ws_connect(PATH) as socket:
        text = await within(socket.receive_str())
    assert text == json.dumps(json.loads(text), separators=(",", ":"))


async def test_a_binary_message_is_answered_with_an_error(served: Served) -> None:
    async with served.client.ws_connect(PATH) as socket:
        await next_event(socket)
        await socket.send_bytes(b"\x00")
        assert (await next_event(socket))["error"]["code"] == "invalid_event"


async def test_an_append_of_15_mib(served: Served) -> None:
    audio = base64.b64encode(bytes(15 * 1024 * 1024)).decode()
    async with served.client.ws_connect(PATH) as socket:
        await next_event(socket)
        await socket.send_json({"type": "input_audio_buffer.append", "audio": audio})
        await socket.send_json({"type": "input_audio_buffer.commit"})
        assert (await within(socket.receive_json(), 30))["type"] == "input_audio_buffer.committed"


async def test_a_client_that_breaks_off(served: Served) -> None:
    socket = await served.client.ws_connect(PATH)
    await next_event(socket)
    connection = socket._conn
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()
    await eventually(served.closes)
    assert served.closes() == [{"by": "client", "code": None, "reason": ""}]


async def test_a_close_is_answered_with_its_own_code(served: Served) -> None:
    socket = await served.client.ws_connect(PATH)
    await next_event(socket)
    await socket.close(code=4321, message=b"enough")
    assert socket.close_code == 4321
    assert served.closes() == [{"by": "client", "code": 4321, "reason": "enough"}]


async def test_shutting_down_closes_sessions_with_1001(served: Served) -> None:
    async with served.client.ws_connect(PATH) as socket:
        await next_event(socket)
        stopping = asyncio.create_task(served.client.server.close())
        message = await within(socket.receive())
        await within(stopping)
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    assert served.closes() == [{"by": "server", "code": 1001, "reason": "Server shutting down"}]


async def test_it_pings(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "PING_SECONDS", 0.02)
    async with served.client.ws_connect(PATH, autoping=False) as socket:
        await next_event(socket)
        message = await within(socket.receive())
        assert (message.type, message.data) == (WSMsgType.PING, b"ping")


async def test_it_answers_pings(served: Served) -> None:
    async with served.client.ws_connect(PATH, autoping=False) as socket:
        await next_event(socket)
        await socket.ping(b"there?")
        message = await within(socket.receive())
        assert (message.type, message.data) == (WSMsgType.PONG, b"there?")


async def test_a_client_that_does_not_read_is_not_read_from(served: Served) -> None:
    """Answers must not pile up: the server stops taking what it would have to answer."""
    async with served.client.ws_connect(PATH) as socket:
        await next_event(socket)
        connection = socket._conn
        assert connection is not None
        assert connection.protocol is not None
        connection.protocol.pause_reading()
        asked = 0
        wrong = json.dumps({"type": "response.cancel", "event_id": "x" * 4000})
        stuck = False
        while not stuck:
            sending = asyncio.create_task(socket.send_str(wrong))
            stuck = not (await asyncio.wait({sending}, timeout=0.3))[0]
            asked += 1
            assert asked < 20_000
        connection.protocol.resume_reading()
        for _ in range(asked):
            assert (await next_event(socket))["error"]["code"] == "response_cancel_not_active"
        await sending


async def test_the_nth_sessions_of_equal_seeds_are_equal() -> None:
    async def first_two() -> list[str]:
        async with serving(by()) as served:
            ids = []
            for _ in range(2):
                async with served.client.ws_connect(PATH) as socket:
                    ids.append((await next_event(socket))["session"]["id"])
        return ids

    one, other = await first_two(), await first_two()
    assert one == other
    assert len(set(one)) == 2


class TestOverHttp:
    SECRETS = "/v1/realtime/client_secrets"

    async def test_a_client_secret(self, served: Served) -> None:
        session = {"type": "realtime", "model": "gpt-realtime", "audio": {"output": {"voice": "ash"}}}
        async with served.client.post(self.SECRETS, json={"session": session}) as answer:
            assert answer.status == 200
            body = await answer.json()
        assert body["value"].startswith("ek_")
        assert body["session"]["audio"]["output"]["voice"] == "ash"
        protocols = ("realtime", f"openai-insecure-api-key.{body['value']}")
        async with served.client.ws_connect("/v1/realtime", protocols=protocols) as socket:
            created = await next_event(socket)
        assert created["session"]["audio"]["output"]["voice"] == "ash"

    @pytest.mark.parametrize(
        ("path", "what"),
        [
            ("/v1/realtime/calls", "WebRTC"),
            ("/v1/realtime/calls/rtc_1/hangup", "WebRTC"),
            ("/v1/realtime/translations/client_secrets", "translation"),
            ("/v1/realtime/sessions", "client_secrets"),
            ("/v1/live/sessions", "live"),
        ],
    )
    async def test_what_there_is_not_is_said(self, served: Served, path: str, what: str) -> None:
        async with served.client.post(path, data=b"v=0") as answer:
            assert answer.status == 404
            error = (await answer.json())["error"]
        assert error["code"] == "not_simulated"
        assert what in error["message"]

    @pytest.mark.parametrize("path", ["/v1/realtime?call_id=rtc_1", "/v1/realtime/translations?model=m"])
    async def test_nor_is_there_to_an_upgrade(self, served: Served, path: str) -> None:
        with pytest.raises(WSServerHandshakeError) as caught:
            await served.client.ws_connect(path)
        assert caught.value.status == 404

    @pytest.mark.parametrize(
        ("key", "body", "status", "code"),
        [
            ("sk-bad", b"", 401, "invalid_api_key"),
            ("sk-1", b"nonsense", 400, "invalid_json"),
            ("sk-1", b'{"session": {"type": "translation"}}', 400, "invalid_value"),
            ("sk-1", b'{"session": {"type": "realtime", "temperature": 1}}', 400, "unknown_parameter"),
        ],
    )
    async def test_a_refusal(self, served: Served, key: str, body: bytes, status: int, code: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        async with served.client.post(self.SECRETS, data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)

    @pytest.mark.parametrize(("path", "status"), [(PATH, 400), ("/v1/models", 404), ("/v1/surrealtime", 404)])
    async def test_other_requests(self, served: Served, path: str, status: int) -> None:
        async with served.client.get(path) as answer:
            assert answer.status == status
            assert (await answer.json())["error"]["type"] == "invalid_request_error"
