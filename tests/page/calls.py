"""The calls of the page's pictures: what real ones have, told by scripts, so that they are the same each time."""

import random
from collections.abc import Callable
from typing import Any

from support.browsed import Talk
from support.dialogue import MODEL, OPENED_AT, SERVER_VAD, TRANSCRIBER
from voicetap.chunks import Side
from voicetap.signals.live import LiveView

PIECE = 0.2
"""Seconds of audio in an event."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
REQUESTS = {"name": "requests", "limit": 1000, "reset_seconds": 26.0}
TOKENS = {"name": "tokens", "limit": 40_000, "reset_seconds": 4.2}


class Call(Talk):
    """A talk in which audio comes piece by piece, tokens are counted, and limits are said. Its times are in seconds."""

    def __init__(self, view: LiveView, number: int, *, lasts: float, now: float) -> None:
        self._random = random.Random(number)
        super().__init__(view, self._random.getrandbits(62), lasts=lasts, now=now)
        self._now = now
        self._answers = 0
        self._response: str | None = None
        """The one that is being made."""
        self._said: tuple[int, bool] | None = None
        """What has no transcript yet, and whether it gets one."""
        self._left = 40_000

    def connected(self, model: str = MODEL) -> "Call":
        """The session has started."""
        self.hear(0.3)
        about = {"id": self._id("sess"), "model": model, "expires_at": int(self._now) + 3300}
        self.started(TRANSCRIBER, turn_detection=SERVER_VAD, **about)
        self.hear(0.6)
        return self

    def says(self, number: int, seconds: float, *, misheard: bool = False) -> "Call":
        """The user speaks."""
        self.server("input_audio_buffer.speech_started", item_id=f"item_U{number}")
        return self.said(number, seconds, misheard=misheard)

    def said(self, number: int, seconds: float, *, misheard: bool = False) -> "Call":
        """The user, who had begun, has spoken for so long; `misheard`: there will be no transcript."""
        self.hear(seconds + 0.5).asked(number)
        self._said = (number, misheard)
        return self

    def answers(self, after: float, seconds: float, *, heard: float | None = None, stalls: float = 0) -> "Call":
        """An answer, made twice as fast as it is heard, but it `stalls` in the middle; all of it, or what is `heard` of
        it, goes by."""
        self._begin(after)
        self._answers += 1
        item = f"item_A{self._answers}"
        self.server("conversation.item.added", item={"id": item, "type": "message", "role": "assistant"})
        until = self.now + (seconds if heard is None else heard)
        pieces = round(seconds / PIECE)
        for piece in range(pieces):
            if heard is not None and self.now >= until:
                return self
            self.audio(self._response, item, PIECE * 1000)
            self.hear(PIECE / 2 + (stalls if piece == pieces // 2 else 0))
        self._finish(seconds)
        self.hear(until - self.now)
        return self

    def uses(self, tool: str, after: float, takes: float) -> "Call":
        """A response that calls a tool, whose output is to be answered."""
        self._begin(after)
        call = self._id("call")
        self.call(self._response, call, tool)
        self._finish(1)
        self.hear(takes)
        self.output(call)
        self.ask()
        return self

    def interrupted(self, heard: float, by: int, *, rejected: bool = False) -> "Call":
        """The user speaks into the answer, and the client cuts it off after what was `heard` of it."""
        self.server("input_audio_buffer.speech_started", item_id=f"item_U{by}")
        if self._response is not None:
            self._finish(1, status="cancelled", status_details={"type": "cancelled", "reason": "turn_detected"})
        fields = {"item_id": f"item_A{self._answers}", "content_index": 0, "audio_end_ms": round(heard * 1000)}
        self.client("conversation.item.truncate", event_id=f"event_{by}", **fields)
        if rejected:
            self.error("invalid_value", message="Audio content is already shorter", event_id=f"event_{by}")
        else:
            self.server("conversation.item.truncated", **fields)
        return self

    def _begin(self, after: float) -> None:
        """The response has its first output after so long; by then what the user said is transcribed."""
        self._response = self._id("resp")
        self.begin(self._response)
        self.hear(after)
        if self._said is not None:
            number, misheard = self._said
            (self.misheard if misheard else self.heard)(number)
            self._said = None

    def _finish(self, seconds: float, **more: Any) -> None:
        """All that was said goes in again, and what had gone in before is cached."""
        text, audio = 240 + 60 * self._answers, 90 * self._answers
        cached = 60 * self._answers
        spoken = round(20 * seconds)
        usage = {
            "input_tokens": text + audio,
            "input_token_details": {
                "text_tokens": text,
                "audio_tokens": audio,
                "cached_tokens": cached,
                "cached_tokens_details": {"text_tokens": cached, "audio_tokens": 0},
            },
            "output_tokens": 5 * spoken // 4,
            "output_token_details": {"text_tokens": spoken // 4, "audio_tokens": spoken},
        }
        self.done(self._response, usage=usage, **more)
        self._response = None
        self._left -= text + audio
        limits = [{**REQUESTS, "remaining": 980 - self._answers}, {**TOKENS, "remaining": self._left}]
        self.server("rate_limits.updated", rate_limits=limits)

    def _id(self, kind: str) -> str:
        return f"{kind}_{''.join(self._random.choices(LETTERS, k=21))}"


def troubled(call: Call) -> None:
    """Cut off and unheard, slow for two tools, misheard, starved of audio, a truncation rejected; it goes on."""
    call.connected().says(1, 1.4).answers(0.4, 2.8).hear(0.5)
    call.says(2, 1.7).answers(0.45, 4.6, heard=1.9).interrupted(1.9, by=3)
    call.said(3, 1.2).uses("find_order", 0.5, 0.7).uses("check_stock", 0.35, 0.4).answers(0.35, 3.2).hear(0.7)
    call.says(4, 1.5, misheard=True).answers(0.38, 4.4, heard=1.4).interrupted(1.4, by=5)
    call.said(5, 0.9).answers(0.42, 3.6, stalls=2.0).hear(0.6)
    call.says(6, 1.8).answers(0.5, 3.4, heard=2.4).interrupted(2.9, by=7, rejected=True)
    call.said(7, 1.1).answers(0.41, 2.4).hear(0.8)
    call.says(8, 1.6, misheard=True).uses("find_order", 0.5, 1.0).answers(0.3, 2.8).hear(0.5)
    call.says(9, 1.3).answers(0.4, 4.2, heard=1.7).interrupted(1.7, by=10)
    call.said(10, 1.0).answers(0.36, 3.0, heard=1.6)


def troubled_and_over(call: Call) -> None:
    """The same, until the client hangs up."""
    troubled(call)
    call.hang_up()


def good(call: Call) -> None:
    """Nothing stands out; it goes on."""
    call.connected()
    for turn in (1, 2, 3):
        call.says(turn, 1.2 + turn / 5).answers(0.3 + turn / 20, 2.2).hear(0.4)


def good_and_over(call: Call) -> None:
    """The same, until the client hangs up."""
    good(call)
    call.hang_up()


def closed(call: Call) -> None:
    """The server fails in the middle of an answer, and closes the connection."""
    call.connected("gpt-realtime-mini").says(1, 1.6).answers(0.4, 2.0).hear(0.5)
    call.says(2, 1.1).answers(0.5, 3.0, heard=0.8)
    call.error("server_error", message="The server had an error")
    call.close_frame(Side.SERVER, 1011)
    call.end(Side.SERVER)


def refused(call: Call) -> None:
    """The key is wrong."""
    call.wait(0.2)
    call.error("invalid_api_key", message="Incorrect API key provided")
    call.close_frame(Side.SERVER, 3000)
    call.end(Side.SERVER)


CALLS: list[tuple[Callable[[Call], None], float]] = [
    (good_and_over, 840),
    (good_and_over, 700),
    (refused, 520),
    (closed, 400),
    (good_and_over, 260),
    (troubled_and_over, 75),
    (good, 0),
    (troubled, 0),
]
"""Scripts, and how many seconds ago they came to their end."""


def tell(view: LiveView, now: float) -> Call:
    """All calls, told to a view at a time of day, in seconds since 1970; the last of them."""
    for number, (script, ago) in enumerate(CALLS):
        rehearsal = Call(LiveView(), number, lasts=0, now=now)
        script(rehearsal)
        call = Call(view, number, lasts=rehearsal.now - OPENED_AT, now=now - ago)
        script(call)
    return call
