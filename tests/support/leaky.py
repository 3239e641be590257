"""A call that has a key or a private word in every place where one can occur, and the server that takes part in it."""

import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web

from .marked import WORD_MARK, key, opaque, words

Event = dict[str, Any]

HEADERS = {
    "Authorization": f"Bearer {opaque('authorization')}",
    "Cookie": f"session={opaque('cookie')}",
    "api-key": opaque("apikey"),
    "OpenAI-Organization": opaque("organization"),
    f"X-{opaque('headername')}": opaque("headervalue"),
    "User-Agent": words("useragent"),
    "baggage": f"user={opaque('baggage')}",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}
PROTOCOLS = ("realtime", f"openai-insecure-api-key.{opaque('subprotocol')}")
QUERY = {
    "model": "gpt-realtime",
    "api_key": opaque("query"),
    "token": key("token"),
    opaque("queryname"): "1",
    "voice": key("voice", "ek_"),
    "user": words("query"),
}

TOOL = {
    "type": "function",
    "name": key("toolname"),
    "description": words("tooldescription"),
    "parameters": {"type": "object", "properties": {key("parameter"): {"type": "string"}}},
}
MCP = {
    "type": "mcp",
    "server_label": key("label"),
    "server_url": f"https://user:{opaque('serverurl')}@mcp.example/",
    "authorization": opaque("mcp"),
    "headers": {"Authorization": f"Bearer {opaque('mcpheader')}"},
}


def session(**more: Any) -> Event:
    return {
        "type": "realtime",
        "id": "sess_1",
        "object": "realtime.session",
        "model": "gpt-realtime",
        "instructions": words("instructions"),
        "prompt": {"id": key("prompt"), "variables": {"name": words("variable")}},
        "tools": [TOOL, MCP],
        "tracing": {"workflow_name": words("workflow"), "metadata": {"user": words("tracing")}},
        "audio": {
            "input": {
                "transcription": {"model": "gpt-4o-transcribe", "prompt": words("transcriptionprompt")},
                "turn_detection": {"type": "server_vad", "silence_duration_ms": 200},
            },
            "output": {"voice": key("voicename")},
        },
        **more,
    }


def turn(number: int, name: Callable[[str], str]) -> list[Event]:
    """A turn with all that can go wrong in it; `name` makes its ids, codes and names."""
    user, item, call = name("user"), name("item"), name("call")
    response, tool = name("response"), name("tool")
    transcription = {"item_id": user, "content_index": 0}
    output = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    failure = {"type": name("errortype"), "code": name("code"), "message": words("message") + " " + key("message")}
    return [
        {"type": "input_audio_buffer.speech_started", "item_id": user, "audio_start_ms": 0},
        {"type": "input_audio_buffer.speech_stopped", "item_id": user, "audio_end_ms": 500},
        {"type": "input_audio_buffer.committed", "item_id": user, "previous_item_id": None},
        {
            "type": "conversation.item.added",
            "item": {"id": user, "type": "message", "role": "user", "content": [{"type": "input_audio"}]},
        },
        {
            "type": "response.created",
            "response": {"id": response, "status": "in_progress", "metadata": {"user": words("metadata")}},
        },
        {
            "type": "response.output_item.added",
            "response_id": response,
            "output_index": 0,
            "item": {"id": item, "type": "message", "role": "assistant", "content": []},
        },
        {"type": "response.output_audio.delta", **output, "delta": "AAAA" * 2400},
        {"type": "response.output_audio_transcript.delta", **output, "delta": words("delta")},
        {
            "type": "response.output_audio_transcript.done",
            **output,
            "transcript": words("answer") + " " + key("answer"),
        },
        {"type": "response.output_text.done", **output, "text": words("text")},
        {
            "type": "response.function_call_arguments.done",
            **output,
            "item_id": name("callitem"),
            "call_id": call,
            "name": tool,
            "arguments": json.dumps({"password": opaque("argument"), "who": words("argument"), "key": key("argument")}),
        },
        {
            "type": "conversation.item.input_audio_transcription.delta",
            **transcription,
            "delta": words("transcriptdelta"),
            "logprobs": [{"token": words("logprob"), "logprob": -0.1, "bytes": [1]}],
        },
        {"type": "conversation.item.input_audio_transcription.failed", **transcription, "error": failure}
        if number % 2
        else {
            "type": "conversation.item.input_audio_transcription.completed",
            **transcription,
            "transcript": words("transcript") + " " + key("transcript"),
            "usage": {"type": "tokens", "total_tokens": 3, "input_tokens": 2, "output_tokens": 1},
        },
        {"type": "error", "error": {**failure, "param": name("param"), "event_id": name("event")}},
        {
            "type": "response.done",
            "response": {
                "id": response,
                "status": "failed",
                "status_details": {"type": "failed", "error": failure},
                "output": [
                    {
                        "id": item,
                        "type": "message",
                        "role": "assistant",
                        "content": [{"type": "audio", "transcript": words("output")}],
                    }
                ],
                "usage": {"total_tokens": 30, "input_tokens": 10, "output_tokens": 20},
                "metadata": {"user": words("metadata")},
            },
        },
        {
            "type": "rate_limits.updated",
            "rate_limits": [{"name": name("limit"), "limit": 10, "remaining": 1, "reset_seconds": 60}],
        },
        {"type": name("unknowntype"), "text": words("unknown"), "key": opaque("unknown")},
    ]


def plain(number: int) -> Callable[[str], str]:
    return lambda place: f"{place}_{number}"


NAMED: list[Callable[[str], str]] = [
    plain(1),
    plain(2),
    key,
    lambda place: key(place, "ek_"),
    lambda place: f"item_{place}/{key(place)}",
    lambda place: words(f"as{place}"),
    lambda place: f"{WORD_MARK}{place}@example.org",
    lambda place: f"{WORD_MARK}{place}" * 2_000,
    lambda place: f'\r\n{{"level": "info", "message": "{WORD_MARK}{place}"}}\n\x1b[2J\u202e\x00\u2028',
]
"""Ids, codes and names as they should be; that are keys; that are no ids at all, and would forge a line."""


def from_client() -> list[Event | str]:
    return [
        {"type": "session.update", "event_id": key("clientevent"), "session": session(id=key("sessionid"))},
        {
            "type": "conversation.item.create",
            "item": {
                "id": key("created"),
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": words("typed") + " " + key("typed")}],
            },
        },
        {
            "type": "conversation.item.create",
            "item": {
                "type": "function_call_output",
                "call_id": "call_1",
                "output": words("result") + " " + key("result"),
            },
        },
        {"type": "conversation.item.truncate", "item_id": key("truncated"), "content_index": 0, "audio_end_ms": 50},
        {
            "type": "response.create",
            "response": {"instructions": words("asked"), "metadata": {"user": words("askedfor"), "key": key("meta")}},
        },
        {"type": key("clienttype"), "text": words("clienttype")},
        f"no json: {words('malformed')} {key('malformed')}",
        json.dumps([words("list")]),
    ]


def from_server() -> list[Event | str]:
    secret = {"value": opaque("clientsecret"), "expires_at": 1_900_000_000}
    return [
        {"type": "session.created", "event_id": key("event"), "session": session(client_secret=secret)},
        {"type": "session.updated", "session": session(id=key("renamed"), model=key("model"))},
        {"type": "session.updated", "session": session(model=words("model"))},
        {"type": "session.updated", "session": session()},
        *(event for number, name in enumerate(NAMED, 1) for event in turn(number, name)),
        {"type": "error", "error": words("errortext")},
        f"{{broken {words('broken')} {key('broken')}",
    ]


REJECTED = {
    "type": "invalid_request_error",
    "code": key("truncation"),
    "message": f"Audio content of 20ms is already shorter than 50ms, {words('truncation')}",
}


class Upstream:
    """A server that says all of that, and remembers what came, so that nothing was lost before it could leak."""

    def __init__(self) -> None:
        self.heads = ""
        self.messages = ""

    def application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/v1/realtime", self._realtime),
                web.get("/refused/v1/realtime", self._refuse),
                web.post("/v1/realtime/client_secrets", self._client_secret),
            ]
        )
        return application

    def _note(self, request: web.Request) -> None:
        self.heads += request.raw_path + "".join(f"\n{name}: {value}" for name, value in request.headers.items())

    async def _client_secret(self, request: web.Request) -> web.Response:
        self._note(request)
        self.messages += await request.text()
        return web.json_response({"value": key("issued", "ek_"), "session": session()})

    async def _refuse(self, request: web.Request) -> web.Response:
        self._note(request)
        error = {"code": key("refusal"), "message": f"Incorrect API key provided: {opaque('refusal')}"}
        headers = {"WWW-Authenticate": f'Bearer realm="{opaque("realm")}"', f"X-{opaque('answer')}": "1"}
        return web.json_response({"error": error}, status=401, reason=opaque("phrase"), headers=headers)

    async def _realtime(self, request: web.Request) -> web.WebSocketResponse:
        self._note(request)
        socket = web.WebSocketResponse(protocols=("realtime",))
        await socket.prepare(request)
        for message in from_server():
            await socket.send_str(message if isinstance(message, str) else json.dumps(message))
        async for message in socket:
            self.messages += message.data
            if "item.truncate" in message.data:
                await socket.send_json({"type": "error", "error": REJECTED})
            if "the end" in message.data:
                await socket.close(code=4000, message=f"{key('reason')} {words('reason')}"[:120].encode())
        return socket


@contextlib.asynccontextmanager
async def upstream() -> AsyncIterator[tuple[Upstream, str]]:
    server = Upstream()
    runner = web.AppRunner(server.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield server, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
