"""Calls in a view, and the page port that shows them, asked as browsers and programs ask it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDict

from support.dialogue import OPENED_AT, SERVER_VAD, TARGET
from support.metered import Metered
from support.waiting import within
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import Connection, HandshakeAnswered, TraceIds
from voicetap.session import Session
from voicetap.signals.live import LiveView
from voicetap.web.page import Page

REQUESTED_AT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC).timestamp()


class Call(Metered):
    """A call that the view hears of, as it is told line by line."""

    def __init__(self, view: LiveView, number: int = 1, *, content: bool = False) -> None:
        self.id = f"{0x5E55100000000000 + number:x}"
        connection = Connection(self.id, UpgradeRequest(TARGET, (), OPENED_AT), REQUESTED_AT + number)
        sink = view.connection(connection, TraceIds())
        super().__init__(sink)
        if content:
            self._session = Session(TARGET, OPENED_AT, content=True)
        self.tell(HandshakeAnswered(OPENED_AT + 0.05, "101", 0.02))

    def turn(self, number: int, milliseconds: float = 400) -> "Call":
        """A question and its answer."""
        self.append(100)
        self.speech(f"item_U{number}", 0.5)
        self.commit(f"item_U{number}")
        self.wait(0.1)
        self.answer(f"resp_{number}", f"item_A{number}", milliseconds)
        self.wait(milliseconds / 1000)
        return self


class Answer(NamedTuple):
    """What came of a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@asynccontextmanager
async def listening(view: LiveView, host: str = "127.0.0.1", **options: Any) -> AsyncIterator[Page]:
    """A page port, on a port of its own choice."""
    page = Page(view, **options)
    await page.start(host, 0)
    try:
        yield page
    finally:
        await within(page.stop())


async def get(page: Page, path: str, **headers: str) -> Answer:
    """Ask for something, as a program does."""
    async with aiohttp.ClientSession() as http, http.get(url(page, path), headers=headers) as answer:
        return Answer(answer.status, answer.headers, await answer.read())


def url(page: Page, path: str) -> str:
    return f"http://127.0.0.1:{page.port}{path}"


async def raw(page: Page, request: str) -> Answer:
    """Send these lines, whatever they are; `PORT` stands for the port."""
    lines = request.replace("PORT", str(page.port)).splitlines()
    reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
    writer.write("".join(f"{line}\r\n" for line in [*lines, "Connection: close", ""]).encode())
    head, _, body = (await within(reader.read())).partition(b"\r\n\r\n")
    writer.close()
    status, *fields = head.decode().splitlines()
    headers = CIMultiDict(field.split(": ", 1) for field in fields)
    return Answer(int(status.split()[1]), headers, body)


class Message(NamedTuple):
    """An event of a stream."""

    name: str
    data: Any
    id: str | None


class Stream:
    """What a reader gets, event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.comments = 0
        self.retry: int | None = None
        self.last_id: str | None = None

    async def next(self) -> Message | None:
        """The next event; None: there is no more."""
        fields: dict[str, str] = {}
        while line := (await within(self.answer.content.readline())).decode():
            name, colon, value = line.rstrip("\n").partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            elif colon:
                self.comments += 1
            elif "data" in fields:
                self.last_id = fields.get("id", self.last_id)
                return Message(fields["event"], json.loads(fields["data"]), fields.get("id"))
            elif "retry" in fields:
                self.retry = int(fields.pop("retry"))
        return None


@asynccontextmanager
async def streaming(page: Page, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    """A reader of the stream."""
    async with (
        aiohttp.ClientSession(read_bufsize=2**22) as http,
        http.get(url(page, f"/api/stream{query}"), headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.read()
        yield Stream(answer)


def told(view: LiveView, number: int = 1, *, content: bool = False) -> Call:
    """A short call with something in every lane, and a transcription that fails; the client ends it."""
    call = Call(view, number, content=content)
    call.wait(0.2)
    call.started(turn_detection=SERVER_VAD)
    call.server("input_audio_buffer.speech_started", item_id="item_U1", audio_start_ms=0)
    for _ in range(15):
        call.append(100)
        call.wait(0.1)
    call.server("input_audio_buffer.speech_stopped", item_id="item_U1", audio_end_ms=1500)
    call.commit("item_U1")
    call.begin("resp_1")
    call.wait(0.3)
    call.call("resp_1", "call_1")
    call.done("resp_1")
    call.wait(0.2)
    call.output("call_1")
    call.ask()
    call.begin("resp_2")
    call.wait(0.25)
    call.audio("resp_2", "item_A1", 1000)
    call.server("response.output_audio_transcript.done", response_id="resp_2", item_id="item_A1", transcript=SAID)
    call.server(
        "conversation.item.input_audio_transcription.failed",
        item_id="item_U1",
        content_index=0,
        error={"code": "audio_unintelligible", "message": SAID},
    )
    call.done("resp_2", usage=USED)
    call.server("rate_limits.updated", rate_limits=[LEFT])
    call.wait(0.5)
    call.client("conversation.item.truncate", item_id="item_A1", content_index=0, audio_end_ms=400)
    call.server("conversation.item.truncated", item_id="item_A1", content_index=0, audio_end_ms=400)
    call.raw(Side.SERVER, {"type": "<b>new</b>"})
    call.close_frame(Side.CLIENT)
    call.end()
    return call


SAID = "about Ada"
"""Content."""

LEFT = {"name": "tokens", "limit": 20000, "remaining": 18000, "reset_seconds": 1.5}

USED = {
    "input_tokens": 100,
    "input_token_details": {"text_tokens": 40, "audio_tokens": 60},
    "output_tokens": 50,
    "output_token_details": {"text_tokens": 20, "audio_tokens": 30},
}
