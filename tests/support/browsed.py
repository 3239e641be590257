"""The live page in headless Chromium, and calls for it to show that are told as fast as they are written."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from support.dialogue import OPENED_AT, SERVER_VAD, TARGET
from support.metered import PRICES, Metered
from support.paged import listening
from support.requires import requires_program
from support.severed import Way, way_to
from voicetap.chunks import Side, UpgradeRequest
from voicetap.facts import Connection, HandshakeAnswered, TraceIds
from voicetap.session import Session
from voicetap.signals.live import LiveView
from voicetap.web.page import Page as Server

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

WATCH = """
  addEventListener("securitypolicyviolation", (event) => console.error("CSP " + event.violatedDirective));
  addEventListener("unhandledrejection", (event) => console.error("rejected " + event.reason));
"""

PATIENCE_MS = 10_000.0

EXPECTED = ("net::ERR_", "willReadFrequently")
"""In what Chromium says of a server that is not there, which the page says too, and of tests that look at canvases."""

COLOURS = """([lane, token]) => import("/static/timeline/lanes.js").then(async ({ layout }) => {
  const { palette } = await import("/static/theme.js");
  const canvas = document.getElementById("timeline-canvas");
  const scale = canvas.width / canvas.clientWidth;
  const at = layout(innerWidth < 760);
  const { y, h } = lane === "marks" ? at.marks : at.lanes[lane];
  const { data, width } = canvas.getContext("2d").getImageData(0, y * scale, canvas.width, h * scale);
  const [red, green, blue] = palette(document.getElementById("probe"))[token].match(/[0-9.]+/g).map(Number);
  const columns = new Set();
  for (let i = 0; i < data.length; i += 4) {
    const near = Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue) < 12;
    if (near && data[i + 3] > 200) columns.add(Math.floor(((i / 4) % width) / scale));
  }
  return [...columns];
})"""
"""At which x a lane of the timeline has a colour of the style sheet."""


class Talk(Metered):
    """A call that a view hears of. It began so long ago that what is told of it ends about now."""

    def __init__(
        self, view: LiveView, number: int = 1, *, lasts: float = 0, now: float | None = None, content: bool = False
    ) -> None:
        """`lasts`: seconds that will be told of it. `now`: seconds since 1970, where it is not by the clock."""
        self.id = f"{0x5E55100000000000 + number:x}"
        self.view = view
        began = (time.time() if now is None else now) - lasts
        connection = Connection(self.id, UpgradeRequest(TARGET, (), OPENED_AT), began)
        super().__init__(view.connection(connection, TraceIds()))
        self._session = Session(TARGET, OPENED_AT, prices=PRICES, content=content)
        self._appended = 0.0
        self.tell(HandshakeAnswered(OPENED_AT + 0.05, "101", 0.02))

    def begun(self) -> "Talk":
        """The session has started, and detects turns."""
        self.wait(0.2)
        self.started(turn_detection=SERVER_VAD)
        return self

    def question(self, number: int, seconds: float = 1.5) -> "Talk":
        """The user speaks, and half a second later the server takes that to be over."""
        self.server("input_audio_buffer.speech_started", item_id=f"item_U{number}")
        return self.hear(seconds + 0.5).asked(number)

    def asked(self, number: int) -> "Talk":
        """The server takes what was said to be over."""
        self.server("input_audio_buffer.speech_stopped", item_id=f"item_U{number}", audio_end_ms=self._appended)
        self.commit(f"item_U{number}")
        return self

    def hear(self, seconds: float) -> "Talk":
        """The client sends audio in real time."""
        for _ in range(round(seconds * 10)):
            self.wait(0.1)
            self.append(100)
            self._appended += 100
        return self

    def reply(self, number: int, after: float = 0.4, milliseconds: float = 2000) -> "Talk":
        """An answer, made faster than it is heard."""
        self.begin(f"resp_{number}")
        self.server("conversation.item.added", item={"id": f"item_A{number}", "type": "message", "role": "assistant"})
        self.wait(after)
        self.audio(f"resp_{number}", f"item_A{number}", milliseconds)
        self.wait(0.2)
        self.done(f"resp_{number}")
        return self

    def heard(self, number: int, text: str = "Hello there") -> "Talk":
        """The transcript of what the user said."""
        fields = {"item_id": f"item_U{number}", "content_index": 0}
        self.server("conversation.item.input_audio_transcription.completed", **fields, transcript=text)
        return self

    def misheard(self, number: int) -> "Talk":
        """There is none."""
        self.server(
            "conversation.item.input_audio_transcription.failed",
            item_id=f"item_U{number}",
            content_index=0,
            error={"code": "audio_unintelligible"},
        )
        return self

    def cut(self, number: int, heard_ms: float, by: int) -> "Talk":
        """The user speaks while an answer plays, and the client cuts it off at what was heard."""
        self.server("input_audio_buffer.speech_started", item_id=f"item_U{by}")
        fields = {"item_id": f"item_A{number}", "content_index": 0, "audio_end_ms": heard_ms}
        self.client("conversation.item.truncate", **fields)
        self.server("conversation.item.truncated", **fields)
        return self.hear(2.0).asked(by)

    def hang_up(self) -> "Talk":
        """The client ends it."""
        self.close_frame(Side.CLIENT)
        self.end()
        return self


EVENTFUL = 20.5
"""Seconds that `eventful` lasts."""


def eventful(view: LiveView, number: int = 1, *, over: bool = True, content: bool = False) -> Talk:
    """Four turns: one goes well; the answer of the next is cut off by the third, which calls a tool and is slow; of the
    fourth the transcription fails. And an event that nobody knows."""
    talk = Talk(view, number, lasts=EVENTFUL, content=content).begun()
    talk.question(1).reply(1).heard(1).wait(2)
    talk.question(2).reply(2, milliseconds=3000).heard(2).wait(0.8)
    talk.cut(2, 1000, by=3).begin("resp_3")
    talk.wait(0.6)
    talk.heard(3)
    talk.call("resp_3", "call_1", "look_up")
    talk.done("resp_3")
    talk.wait(0.9)
    talk.output("call_1")
    talk.ask()
    talk.reply(30, after=0.5)
    talk.raw(Side.SERVER, {"type": "session.novelty"})
    talk.wait(3)
    talk.question(4).reply(4).misheard(4).wait(2.5)
    return talk.hang_up() if over else talk


class Tab:
    """The page in a browser, and all that the browser has to complain of."""

    def __init__(self, page: Page, server: Server, way: Way) -> None:
        self.page = page
        self.way = way
        self.server = server
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            self.complaints.append(message.text)

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server.port}/"

    async def open(self, session: str | None = None) -> "Tab":
        """Load the page anew; with a session, show that."""
        await self.page.goto(self.address if session is None else f"{self.address}#/s/{session}")
        await self.page.wait_for_selector('#link[data-link="live"]', state="attached")
        if session is not None:
            await self.shows(session)
        return self

    async def shows(self, session: str) -> None:
        """Until this is the opened session."""
        await self.page.wait_for_selector(f'#session-ids button[title$="{session}"]')
        await self.drawn()

    async def drawn(self) -> None:
        """Until the opened session has been drawn."""
        await self.page.wait_for_selector("#opened:not([hidden])")
        await self.frames()

    async def frames(self, count: int = 3) -> None:
        """Let some frames pass."""
        wait = "n => new Promise(r => { const f = () => n-- > 0 ? requestAnimationFrame(f) : r(); f(); })"
        await self.page.evaluate(wait, count)

    async def text(self, selector: str) -> str:
        """Of an element, as it is laid out."""
        return " ".join((await self.page.locator(selector).inner_text()).split())

    async def until_text(self, selector: str, part: str) -> None:
        """Until an element says this."""
        said = "([s, t]) => (document.querySelector(s)?.innerText ?? '').replace(/\\s+/g, ' ').includes(t)"
        await self.page.wait_for_function(said, arg=[selector, part])

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Until something is so that only a test knows how to find out."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not await condition():
                await self.frames()

    async def caught_up(self, talk: Talk) -> None:
        """Until the opened session, and its event log without a filter, has all that was told of it."""
        session = talk.view.session(talk.id)
        assert session is not None
        entries = len(session.events(limit=100_000).events)
        shown = "n => document.getElementById('events-count').textContent.split(',')[0] === String(n)"
        await self.page.wait_for_function(shown, arg=entries)
        await self.frames()

    async def columns(self, lane: str, token: str) -> list[int]:
        """At which x a lane has a colour of the style sheet."""
        found: list[int] = await self.page.evaluate(COLOURS, [lane, token])
        return found


@asynccontextmanager
async def browsing(
    view: LiveView,
    *,
    size: dict[str, int] | None = None,
    colours: Literal["light", "dark"] = "light",
    **context: Any,
) -> AsyncIterator[Tab]:
    """The page port of a view and a browser at it, not yet anywhere. In the end nothing may be complained of."""
    async with listening(view) as server, way_to(server.port) as way, chromium(server.port, way.port) as browser:
        page = await browser.new_page(viewport=size or DESK, color_scheme=colours, **context)  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE_MS)
        await page.add_init_script(WATCH)
        tab = Tab(page, server, way)
        yield tab
        assert tab.complaints == []


@asynccontextmanager
async def chromium(port: int, through: int) -> AsyncIterator[Browser]:
    """The system's; what it asks of a port of this machine it asks through another."""
    program = requires_program("chromium", "chromium-browser", "google-chrome")
    rule = f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{through}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[rule])
        try:
            yield browser
        finally:
            await browser.close()
