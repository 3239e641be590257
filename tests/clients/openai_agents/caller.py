"""A caller made with openai-agents: two utterances, the second while the first answer plays: the SDK then truncates it.

    caller.py WEBSOCKET_URL PCM_FILE

Prints {"received": {event type: count}, "errors": [...]}.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from agents.realtime import RealtimeAgent, RealtimeRunner
from agents.realtime.session import RealtimeSession

PIECE = 4_800
FINAL = ".input_audio_transcription."


async def main(url: str, speech: Path) -> None:
    received: Counter[str] = Counter()
    errors: list[str] = []

    async def listen(session: RealtimeSession) -> None:
        async for event in session:
            if event.type == "raw_model_event" and event.data.type == "raw_server_event":
                received[event.data.data["type"]] += 1
            elif event.type == "error":
                errors.append(str(event.error))

    async def until(*wanted: tuple[str, int]) -> None:
        async with asyncio.timeout(20):
            while any(sum(n for name, n in received.items() if part in name) < count for part, count in wanted):
                await asyncio.sleep(0.01)

    runner = RealtimeRunner(RealtimeAgent(name="caller", instructions="Answer briefly."))
    settings = {
        "model_name": "gpt-realtime",
        "input_audio_transcription": {"model": "gpt-4o-mini-transcribe"},
        "turn_detection": {"type": "server_vad", "silence_duration_ms": 500, "interrupt_response": True},
    }
    audio = speech.read_bytes()
    session = await runner.run(model_config={"url": url, "api_key": "sk-test", "initial_model_settings": settings})
    async with session:
        listener = asyncio.create_task(listen(session))
        for spoken in (1, 2):
            for start in range(0, len(audio), PIECE):
                await session.send_audio(audio[start : start + PIECE])
            if spoken == 1:
                await until((FINAL, 1), ("response.output_audio.delta", 3))
        await until((FINAL, 2), ("conversation.item.truncated", 1), ("response.done", 2))
        quiet_since = received.total()
        while True:
            await asyncio.sleep(0.5)
            if received.total() == quiet_since:
                break
            quiet_since = received.total()
    await listener
    print(json.dumps({"received": received, "errors": errors}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
