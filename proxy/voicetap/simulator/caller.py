"""A scripted caller: speaks, listens in real time, cuts answers off, and tells the server what it heard of them.

It behaves as clients do (a microphone that never stops, playback slower than generation, truncation by its own
clock), and it knows a server only by what comes over the wire.
"""

import asyncio
import base64
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp

from .audio import PCM, silence, voice
from .settings import LOGPROBS

PATIENCE_SECONDS = 8.0
"""Without an answer for so long, the caller says something else."""
LAST_WORDS_SECONDS = 3.0
"""How long it stays on the line, once it has nothing more to say, for what is still to come."""
HANG_UP_SECONDS = 5.0
"""How long it waits for the server's Close. Who stops a container gives it 10 s."""
MAX_MESSAGE_BYTES = 32 * 1024 * 1024


class Nonsense(Exception):
    """The server sent what is no event of the Realtime API. Says nothing of the content, which may be private."""

    def __init__(self) -> None:
        super().__init__("the server sends what is no event of the Realtime API")


@dataclass(frozen=True)
class Habits:
    """What sort of caller it is; rates are probabilities for each turn."""

    pace: float = 1.0
    """How many times faster than real time it speaks, listens and waits."""
    append_ms: int = 60
    """Audio in one `input_audio_buffer.append`."""
    transcription_model: str = "gpt-4o-mini-transcribe"
    greeted: bool = False
    """Lets the model speak first."""
    labelled: bool = False
    """Gives its truncations an `event_id`, by which an error names what it answers; most clients do not."""
    interruptible: bool = True
    """The model stops when the caller speaks; else it talks on, and answers nothing that is said meanwhile."""
    tools: bool = False
    """Gives the model a function to call, and its output a moment after the call."""
    logprobs: bool = False
    """Asks how probable each word of a transcription is."""
    impatient_rate: float = 0.2
    """Speaks while the answer is still being generated."""
    interrupting_rate: float = 0.4
    """Speaks while the answer is played, long after it was generated."""
    overshooting_rate: float = 0.15
    """Claims, as clients with a loose clock do, to have heard more of an answer than there is."""


class Playback:
    """What the caller hears of one answer: real time over the audio that has come."""

    def __init__(self, item_id: str, now: float) -> None:
        """Starts with the first piece of audio."""
        self.item_id = item_id
        self.received_ms = 0
        self._started = now

    def heard_ms(self, now: float) -> int:
        """How much of it has been played."""
        return min(round((now - self._started) * 1000), self.received_ms)

    def left_ms(self, now: float) -> int:
        """How much is still to be played."""
        return self.received_ms - self.heard_ms(now)


class Caller:
    """One call."""

    def __init__(self, name: str, habits: Habits, told: Callable[[str, str], None]) -> None:
        """`told` is called with "client" or "server" and the type of each event, as it is sent or received."""
        self._habits = habits
        self._random = Random(name)
        self._told = told
        self._to_say: deque[bytes] = deque()
        self._playback: Playback | None = None
        self._changed = asyncio.Event()
        self._generating = False
        self._answers = 0
        self._untranscribed: set[str] = set()
        self._truncating: set[str] = set()
        self._calls: deque[str] = deque()
        """Of functions, without an output so far."""

    async def call(self, url: str, key: str, seconds: float) -> None:
        """Call for so many seconds of the caller's own time, stay for the last words, and hang up with 1000.

        Raises ConnectionError where the server hangs up first, aiohttp.ClientError where there is no connection, and
        Nonsense.
        """
        headers = {"Authorization": f"Bearer {key}"}
        closing = aiohttp.ClientWSTimeout(ws_close=HANG_UP_SECONDS)
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.ws_connect(url, protocols=("realtime",), timeout=closing, max_msg_size=MAX_MESSAGE_BYTES) as socket,
        ):
            listening = asyncio.create_task(self._listen(socket))
            speaking = asyncio.create_task(self._speak(socket))
            working = asyncio.create_task(self._work(socket))
            conversing = asyncio.create_task(self._converse(socket, seconds))
            tasks = {conversing, speaking, listening, working}
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (speaking, conversing, working):
                    task.cancel()
                # Not by cancelling the listener: aiohttp would then not wait for the server's Close.
                await socket.close()
                await asyncio.wait(tasks)
            for task in done:
                if not isinstance(task.exception(), ConnectionError):
                    task.result()
            if conversing not in done or conversing.exception():
                raise ConnectionError("the server hung up")

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
        end = self._now() + seconds
        await self._send(socket, {"type": "session.update", "session": self._session()})
        if self._habits.greeted:
            await self._send(socket, {"type": "response.create"})
            await self._hear_out()
        while self._now() < end:
            if await self._ask():
                await self._listen_for_a_while()
        await self._hear_out()
        await self._until(lambda: not (self._untranscribed or self._truncating or self._generating), LAST_WORDS_SECONDS)

    async def _ask(self) -> bool:
        """Put an utterance before the microphone; True once an answer to it is heard."""
        answers = self._answers
        self._to_say.extend([voice(50)] * self._random.randrange(10, 24))
        return await self._until(lambda: self._answers > answers, PATIENCE_SECONDS)

    async def _listen_for_a_while(self) -> None:
        """Hear the answer out, or lose patience: what is said next then cuts it off."""
        draw = self._random.random()
        if draw < self._habits.impatient_rate:
            await self._sleep(self._random.uniform(0.05, 0.2))
        elif draw < self._habits.impatient_rate + self._habits.interrupting_rate:
            await self._until(lambda: not self._generating, PATIENCE_SECONDS)
            await self._sleep(self._random.uniform(0.2, 0.7))
        else:
            await self._hear_out()
            await self._sleep(self._random.uniform(0.1, 0.4))

    async def _hear_out(self) -> None:
        await self._until(lambda: not self._generating, PATIENCE_SECONDS)
        if self._playback:
            await self._sleep(self._playback.left_ms(self._now()) / 1000)
            self._playback = None

    async def _speak(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """The microphone: an append every so often, of speech where there is some, of silence where not."""
        step, size = self._habits.append_ms / 1000, self._habits.append_ms * PCM.bytes_per_ms
        due, rest = self._now(), b""
        while True:
            while len(rest) < size and self._to_say:
                rest += self._to_say.popleft()
            piece, rest = (rest + silence(self._habits.append_ms))[:size], rest[size:]
            audio = base64.b64encode(piece).decode()
            await self._send(socket, {"type": "input_audio_buffer.append", "audio": audio})
            due += step
            await self._sleep(due - self._now())

    async def _work(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Do what the model asks for, once it has done talking, and let it go on."""
        while True:
            while not self._calls or self._generating:
                self._changed.clear()
                await self._changed.wait()
            await self._sleep(0.3)
            output = {"type": "function_call_output", "call_id": self._calls.popleft(), "output": "42"}
            await self._send(socket, {"type": "conversation.item.create", "item": output})
            await self._send(socket, {"type": "response.create"})

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            try:
                event = message.json()
                self._told("server", event["type"])
                await self._take(socket, event)
            except (ValueError, TypeError, LookupError) as error:
                # No JSON, no object, a field that is missing or of another type; also what breaks the protocol.
                raise Nonsense from error
            self._changed.set()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, event: dict[str, Any]) -> None:
        now = self._now()
        match event["type"]:
            case "input_audio_buffer.speech_started" if self._playback and self._habits.interruptible:
                await self._stop_playback(socket, self._playback, now)
            case "input_audio_buffer.committed":
                self._untranscribed.add(event["item_id"])
            case (
                "conversation.item.input_audio_transcription.completed"
                | "conversation.item.input_audio_transcription.failed"
            ):
                self._untranscribed.discard(event["item_id"])
            case "conversation.item.truncated":
                self._truncating.discard(event["item_id"])
            case "error":
                self._truncating.clear()
            case "response.created":
                self._generating = True
            case "response.output_audio.delta":
                if self._playback is None or self._playback.item_id != event["item_id"]:
                    self._playback = Playback(event["item_id"], now)
                    self._answers += 1
                self._playback.received_ms += len(base64.b64decode(event["delta"])) // PCM.bytes_per_ms
            case "response.function_call_arguments.done":
                self._calls.append(event["call_id"])
            case "response.done":
                self._generating = False

    async def _stop_playback(self, socket: aiohttp.ClientWebSocketResponse, playback: Playback, now: float) -> None:
        """Somebody speaks: be quiet, and tell the server what was heard, unless it was all."""
        self._playback = None
        if not playback.left_ms(now) and not self._generating:
            return
        heard = playback.heard_ms(now)
        if self._random.random() < self._habits.overshooting_rate:
            heard = playback.received_ms + 500
        self._truncating.add(playback.item_id)
        truncate = {"item_id": playback.item_id, "content_index": 0, "audio_end_ms": heard}
        label = {"event_id": f"truncate_{playback.item_id}"} if self._habits.labelled else {}
        await self._send(socket, {"type": "conversation.item.truncate", **label, **truncate})

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, event: dict[str, Any]) -> None:
        await socket.send_json(event)
        self._told("client", event["type"])

    def _now(self) -> float:
        """Seconds on the caller's own clock."""
        return asyncio.get_running_loop().time() * self._habits.pace

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._habits.pace)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until it holds; False where it does not within so many seconds."""
        try:
            async with asyncio.timeout(seconds / self._habits.pace):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _session(self) -> dict[str, Any]:
        turn_detection = {"type": "server_vad", "silence_duration_ms": 400}
        if not self._habits.interruptible:
            turn_detection["interrupt_response"] = False
        transcription = {"model": self._habits.transcription_model}
        heard = {"transcription": transcription, "turn_detection": turn_detection}
        session: dict[str, Any] = {"type": "realtime", "audio": {"input": heard}}
        if self._habits.tools:
            session["tools"] = [_FUNCTION]
        if self._habits.logprobs:
            session["include"] = [LOGPROBS]
        return session


_FUNCTION = {
    "type": "function",
    "name": "look_up",
    "description": "Looks up what the caller asks about.",
    "parameters": {"type": "object", "properties": {"question": {"type": "string"}}},
}
