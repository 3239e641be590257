"""What both ends of a benched session send: WebSocket frames, built once and long before they are sent."""

import base64
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import mean

from bench.frames import text_frame
from bench.talk import ANSWER, Sent, audio, exchange, opening

TRAFFICS = {
    "mix": "audio of the client, 20 to 100 ms an event; the server's side of turns, 60 % of it audio of 4 to 16 KB",
    "turns": "the client's audio, and the server's side of spoken turns: 27 of 67 events are audio, the others short",
    "audio": "nothing but audio, in one response that does not end",
}

POOL = 64
"""How many different events one direction repeats; each has an `event_id` and audio of its own."""

LONG_ANSWER = 60
"""Pieces of audio in an answer where they are 60 % of what the server sends."""

_PLAYED_LATER = 22
"""Events of the server that an answer takes longer to play than its audio alone would take to come: 16 events of
transcript come in between, and 15 others follow before the user speaks again."""

_RESPONSE = "resp_CkBench000000000000001"
_ITEM = "item_CkBench000000000000001"
_AUDIO_FORMAT = {"type": "audio/pcm", "rate": 24000}

_PRELUDE: list[dict[str, object]] = [
    {
        "type": "session.created",
        "event_id": "event_CkBench000000000000001",
        "session": {
            "type": "realtime",
            "object": "realtime.session",
            "id": "sess_CkBench000000000000001",
            "model": "gpt-realtime",
            "output_modalities": ["audio"],
            "instructions": "Answer briefly.",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": 4102444800,
            "audio": {
                "input": {
                    "format": _AUDIO_FORMAT,
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": None,
                },
                "output": {"format": _AUDIO_FORMAT, "voice": "marin", "speed": 1.0},
            },
            "include": None,
        },
    },
    {
        "type": "response.created",
        "event_id": "event_CkBench000000000000002",
        "response": {
            "object": "realtime.response",
            "id": _RESPONSE,
            "status": "in_progress",
            "status_details": None,
            "output": [],
            "conversation_id": "conv_CkBench000000000000001",
            "output_modalities": ["audio"],
            "usage": None,
            "metadata": None,
        },
    },
    {
        "type": "response.output_item.added",
        "event_id": "event_CkBench000000000000003",
        "response_id": _RESPONSE,
        "output_index": 0,
        "item": {
            "id": _ITEM,
            "type": "message",
            "object": "realtime.item",
            "status": "in_progress",
            "role": "assistant",
            "content": [],
        },
    },
    {
        "type": "response.content_part.added",
        "event_id": "event_CkBench000000000000004",
        "response_id": _RESPONSE,
        "item_id": _ITEM,
        "output_index": 0,
        "content_index": 0,
        "part": {"type": "audio", "transcript": ""},
    },
]


@dataclass(frozen=True)
class Script:
    """What one side sends in each session, over and over."""

    before: Sequence[Sent]
    """Sent at once when the session opens; not measured."""
    events: Sequence[Sent]
    period: int
    """Events after which the talk is where it was. Each session is at another place of it when the load begins, as
    calls are that began by themselves."""

    def first(self, session: int, sessions: int) -> int:
        """With which of the events the session begins, once it is open."""
        return session * self.period // sessions

    def prelude(self, session: int, sessions: int) -> bytes:
        """What is sent before that event."""
        sent = (*self.before, *self.events[: self.first(session, sessions)])
        return b"".join(frame for _, _, frame in sent)

    def before_load(self, session: int, sessions: int) -> int:
        """How many events that are."""
        return len(self.before) + self.first(session, sessions)

    def types(self, sessions: int, each: int) -> Counter[str]:
        """How many of each type all sessions have sent, preludes and `each` events of every session."""
        found: Counter[str] = Counter()
        for session in range(sessions):
            upto = self.first(session, sessions) + each
            found.update(kind for _, kind, _ in self.before)
            found.update(self.events[number % len(self.events)][1] for number in range(upto))
        return found


def client_script(traffic: str, size: int) -> Script:
    """Audio, in masked frames with an `input_audio_buffer.append` each."""
    dice = random.Random(3)
    return Script((), _appends([_appended(dice, traffic, size) for _ in range(POOL)]), 1)


def server_script(traffic: str, size: int, rate: float, events: int) -> Script:
    """One of TRAFFICS, for so many events a session at `rate` a second.

    Events of audio have `size` bytes of payload where the traffic does not say how many.
    """
    if traffic == "audio":
        return Script(_prelude(), _deltas(size), 1)
    dice = random.Random(4)
    heard = [_appended(dice, traffic, size) for _ in range(POOL)]
    if traffic == "mix":
        return _turns(heard, [dice.randint(4_000, 16_000) for _ in range(POOL)], LONG_ANSWER, rate, events)
    return _turns(heard, [size], ANSWER, rate, events)


def _appended(dice: random.Random, traffic: str, size: int) -> int:
    """Bytes of an event in which the client sends audio; 20 to 100 ms of it are 960 to 4,800 bytes, in base64."""
    return dice.randint(1_400, 6_500) if traffic == "mix" else size


def _turns(heard: Sequence[int], sizes: Sequence[int], answer: int, rate: float, events: int) -> Script:
    """Spoken turns, one after the other; each has ids of its own.

    `heard` and `sizes` are the payload bytes of the events of audio that either side sends, one after the other and
    over again, `answer` is how many of them an answer has. The audio is declared to be sampled as fast as the load
    makes necessary: the client sends a second of it in a second, and an answer has been played a moment after it has
    come. So nobody is interrupted.
    """
    dice = random.Random(1)
    bare = len(_bare_delta())
    pieces = [audio(dice, (size - bare) // 4 * 3) for size in sizes for _ in range(POOL // len(sizes))]
    next_piece = cycle(pieces).__next__
    interval_ms = 1000 / rate

    def turn(number: int, before: int) -> list[Sent]:
        """The server's part; the speech ends when `before` events have been sent."""
        said = exchange(number, str, next_piece, round(before * interval_ms), answer=answer)
        return [sent for sent in said if sent[0] == "server"]

    period = len(turn(0, 0))
    turns = [turn(number, number * period) for number in range(events // period + 2)]
    heard_hz = mean(heard) * 3 / 4 / 2 * rate
    spoken_hz = answer * mean(map(len, pieces)) * 3 / 4 / 2 * rate / (answer + _PLAYED_LATER)
    before = opening(heard_hz=round(heard_hz), spoken_hz=round(spoken_hz), silence_ms=round(5 * interval_ms))
    return Script(before, [sent for one in turns for sent in one], period)


def _bare_delta() -> bytes:
    """The piece of an answer without its audio."""
    bare = next(frame for _, kind, frame in exchange(1, str, str, 0) if kind == "response.output_audio.delta")
    return bare[4:]


def _prelude() -> list[Sent]:
    """A session, and a response that the audio belongs to."""
    return [
        ("server", str(event["type"]), text_frame(json.dumps(event, separators=(",", ":")).encode()))
        for event in _PRELUDE
    ]


def _deltas(size: int) -> list[Sent]:
    """Unmasked frames with a `response.output_audio.delta` of `size` payload bytes each."""
    dice = random.Random(1)
    event: dict[str, object] = {
        "type": "response.output_audio.delta",
        "event_id": "",
        "response_id": _RESPONSE,
        "item_id": _ITEM,
        "output_index": 0,
        "content_index": 0,
    }
    return [
        (
            "server",
            "response.output_audio.delta",
            text_frame(_with_audio(event | {"event_id": _event_id(dice)}, "delta", size, dice)),
        )
        for _ in range(POOL)
    ]


def _appends(sizes: Sequence[int]) -> list[Sent]:
    dice = random.Random(2)
    kind = "input_audio_buffer.append"
    return [
        (
            "client",
            kind,
            text_frame(
                _with_audio({"type": kind, "event_id": _event_id(dice)}, "audio", size, dice), mask=dice.randbytes(4)
            ),
        )
        for size in sizes
    ]


def _event_id(dice: random.Random) -> str:
    return "event_" + "".join(dice.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789", k=21))


def _with_audio(event: dict[str, object], field: str, size: int, dice: random.Random) -> bytes:
    """The event as JSON of exactly `size` bytes, filled up with base64 audio (and up to three letters of id)."""
    bare = len(json.dumps(event | {field: ""}, separators=(",", ":")))
    groups, rest = divmod(size - bare, 4)
    if groups < 1:
        raise ValueError(f"an event needs at least {bare + 4} bytes, not {size}")
    audio = base64.b64encode(dice.randbytes(groups * 3)).decode()
    event = event | {"event_id": str(event["event_id"]) + "x" * rest, field: audio}
    return json.dumps(event, separators=(",", ":")).encode()
