"""The call: a question in writing, and then its spoken answer played back to the model as what the user says.

The first turn asks the model to ask something; its voice is the user's voice of the second. So there is real speech,
and no file of it. The client is OpenAI's own, at its defaults.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from smoke.heard import Answer, Event, Heard

SETUP_SECONDS = 15.0
ANSWER_SECONDS = 40.0
"""From a question to the end of its answer."""
TRANSCRIPTION_SECONDS = 12.0
"""After the answer; voicetap itself gives a transcription up after 15 s, and it is not that which is compared here."""
SILENCE_SECONDS = 8.0
"""After speech, until the server must have noticed that it is over."""
QUIET_SECONDS = 1.0
"""The call is over once nothing has come for so long: rate limits follow the answer."""
HANG_UP_SECONDS = 5.0

_RATE = 24_000
_BYTES_PER_SECOND = 2 * _RATE
_PIECE_SECONDS = 0.1

_ASK = "Ask me, in one short sentence, what the capital of France is. Say nothing else."


class Failed(Exception):
    """The call did not come about as it should; why, in one line."""


async def call(base_url: str, model: str, transcription_model: str, heard: Heard) -> None:
    """Make the call and hang up, with everything noted in `heard`; raise Failed. The key is the environment's."""
    try:
        async with (
            AsyncOpenAI(base_url=base_url) as client,
            # A proxy that the environment names is for other machines.
            client.realtime.connect(
                model=model,
                websocket_connection_options={"proxy": None},  # type: ignore[typeddict-unknown-key]
            ) as connection,
        ):
            line = _Line(connection, heard)
            listening = asyncio.create_task(line.listen())
            try:
                await _converse(line, heard, transcription_model)
            finally:
                # Listened to until the line is dead: what still comes counts.
                await connection.close()
                await asyncio.wait({listening}, timeout=HANG_UP_SECONDS)
                listening.cancel()
    except InvalidStatus as refusal:
        raise Failed(f"the upgrade was answered with status {refusal.response.status_code}") from None
    except OSError as error:
        raise Failed(f"no connection: {error}") from None


async def _converse(line: "_Line", heard: Heard, transcription_model: str) -> None:
    await line.until(lambda: heard.received["session.created"] > 0, SETUP_SECONDS, "a session")
    await line.send({"type": "session.update", "session": _session(transcription_model)})
    await line.until(lambda: heard.received["session.updated"] > 0, SETUP_SECONDS, "session.updated")

    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": _ASK}]}
    await line.send({"type": "conversation.item.create", "item": message})
    await line.send({"type": "response.create"})
    await line.until(lambda: _done(heard) == 1, ANSWER_SECONDS, "the first answer")
    question = next(iter(heard.answers.values()), None)
    if question is None or not question.audio:
        raise Failed(f"the first answer has no audio: {heard.error or ', '.join(map(str, heard.responses.values()))}")

    await _hear_out(question)
    await _speak(line, heard, question.audio)
    await line.until(lambda: _done(heard) > 1 and not heard.answering, ANSWER_SECONDS, "the second answer")
    await line.passes(lambda: heard.transcribed, TRANSCRIPTION_SECONDS)
    while await line.passes(line.something_new(), QUIET_SECONDS):
        pass


def _done(heard: Heard) -> int:
    return sum(status is not None for status in heard.responses.values())


async def _hear_out(answer: Answer) -> None:
    """Servers generate faster than one can listen; who speaks before the end interrupts."""
    await asyncio.sleep(answer.began_at + len(answer.audio) / _BYTES_PER_SECOND - time.monotonic())


async def _speak(line: "_Line", heard: Heard, speech: bytes) -> None:
    """As a microphone does: in real time, and on in silence until the server has noticed the end."""
    due = time.monotonic()
    for number, piece in enumerate(_pieces(speech)):
        if number * _PIECE_SECONDS * _BYTES_PER_SECOND > len(speech) and _noticed(heard):
            return
        await line.send({"type": "input_audio_buffer.append", "audio": base64.b64encode(piece).decode()})
        due += _PIECE_SECONDS
        await asyncio.sleep(due - time.monotonic())
    if not heard.committed:
        raise Failed(f"{SILENCE_SECONDS:g} s after the speech its end was not noticed: {heard.error or 'no error'}")


def _noticed(heard: Heard) -> bool:
    """All speech is committed; of a sentence with a pause in it the server may make two items."""
    return bool(heard.committed) and heard.received["input_audio_buffer.speech_started"] <= len(heard.committed)


def _pieces(speech: bytes) -> Iterator[bytes]:
    size = int(_PIECE_SECONDS * _BYTES_PER_SECOND)
    audio = speech + bytes(-len(speech) % size) + bytes(size * round(SILENCE_SECONDS / _PIECE_SECONDS))
    return (audio[start : start + size] for start in range(0, len(audio), size))


def _session(transcription_model: str) -> Event:
    audio_format = {"type": "audio/pcm", "rate": _RATE}
    return {
        "type": "realtime",
        "instructions": "Speak English. Answer in one short sentence.",
        "output_modalities": ["audio"],
        "audio": {
            "input": {
                "format": audio_format,
                "transcription": {"model": transcription_model},
                "turn_detection": {"type": "server_vad", "silence_duration_ms": 700},
            },
            "output": {"format": audio_format},
        },
    }


class _Line:
    """The client's end: every event passes through here, once."""

    def __init__(self, connection: AsyncRealtimeConnection, heard: Heard) -> None:
        self._connection = connection
        self._heard = heard
        self._changed = asyncio.Event()
        self._end: str | None = None

    async def send(self, event: Event) -> None:
        """Send and count."""
        self._check()
        self._heard.take_sent(event)
        try:
            await self._connection.send(event)  # type: ignore[arg-type]
        except ConnectionClosed as closed:
            self._close(closed)
            self._check()

    async def listen(self) -> None:
        """Receive and count, until the connection ends."""
        try:
            while True:
                self._heard.take_received(await self._connection.recv_bytes())
                self._changed.set()
        except ConnectionClosed as closed:
            self._close(closed)

    def something_new(self) -> Callable[[], bool]:
        """A condition: anything has come since now."""
        before = self._heard.received.total()
        return lambda: self._heard.received.total() > before

    async def passes(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until it holds; False where it does not in so many seconds. Raises Failed where the line is dead."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._check()
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until it holds; raise Failed where it does not in so many seconds."""
        if not await self.passes(condition, seconds):
            error = f"; the last error was {self._heard.error}" if self._heard.error else ""
            raise Failed(f"{what} did not come within {seconds:g} s{error}")

    def _close(self, closed: ConnectionClosed) -> None:
        frame = closed.rcvd
        how = f"{frame.code} {json.dumps(frame.reason)}" if frame else "no close frame"
        self._end = f"the server ended the call ({how})"
        self._changed.set()

    def _check(self) -> None:
        if self._end is not None:
            raise Failed(f"{self._end}: {self._heard.error}" if self._heard.error else self._end)
