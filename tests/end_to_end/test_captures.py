"""Recorded sessions, played through voicetap by a server and a client: /metrics says exactly what is in the file.

What is expected is read from the file by plain JSON; nothing of voicetap takes part in that.
"""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest
from aiohttp import web

from support.processes import serve
from support.requires import REPOSITORY, requires_path
from support.scrape import Samples, scrape_until
from support.waiting import within

pytestmark = pytest.mark.slow

CAPTURES = Path("../shared/captures")
FILES = sorted(path.name for path in (REPOSITORY / CAPTURES).glob("*.jsonl")) or ["none"]

Event = dict[str, Any]


class Line(NamedTuple):
    """One message of a recording."""

    sender: str
    event: Event


def recording(path: Path) -> list[Line]:
    """The messages of a file, what was elided filled in again."""
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return [Line(line["from"], filled(line["event"])) for line in lines]


def filled(value: Any) -> Any:
    """Zero bytes for elided audio, x for elided text."""
    if isinstance(value, list):
        return [filled(member) for member in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"elided_bytes"}:
        return base64.b64encode(bytes(value["elided_bytes"])).decode()
    if value.keys() == {"elided_chars"}:
        return "x" * value["elided_chars"]
    return {name: filled(member) for name, member in value.items()}


UNKNOWN = {"nope", "<raw>", "transcription", "translation"}
"""What stands as a type in these files and is an event of no API; counted together as `other`."""


def types(lines: list[Line], sender: str) -> Counter[str]:
    """How often that side sent which type; what has none is no event."""
    names = [line.event["type"] for line in lines if line.sender == sender and "type" in line.event]
    return Counter("other" if name in UNKNOWN else name for name in names)


def malformed(lines: list[Line], sender: str) -> int:
    """How often that side sent what has no type."""
    return sum(line.sender == sender and "type" not in line.event for line in lines)


def transcriptions(lines: list[Line]) -> dict[str, str]:
    """Item -> outcome: the first result that is final, `failed:CODE` for a failure.

    An item committed while its session transcribes has one in any case, if only that the session closed.
    """
    outcomes: dict[str, str] = {}
    transcribes = False
    pending: dict[str, str] = {}
    for _, event in lines:
        match event.get("type"):
            case (
                "session.created"
                | "session.updated"
                | "transcription_session.created"
                | "transcription_session.updated"
            ):
                transcribes = bool(transcription_of(event["session"]))
            case "input_audio_buffer.committed" if transcribes:
                pending[event["item_id"]] = "session_closed"
            case "conversation.item.input_audio_transcription.completed":
                if event.get("status") in (None, "completed"):
                    outcomes.setdefault(event["item_id"], "completed" if event["transcript"] else "empty")
            case "conversation.item.input_audio_transcription.failed":
                outcomes.setdefault(event["item_id"], f"failed:{event['error']['code']}")
    return pending | outcomes


def transcription_of(session: Event) -> Any:
    """The configuration of transcription, in the API's present shape or in the one before."""
    return (session.get("audio") or {}).get("input", {}).get("transcription") or session.get(
        "input_audio_transcription"
    )


def truncations(lines: list[Line]) -> Counter[tuple[str, str]]:
    """By initiator and outcome."""
    counts: Counter[tuple[str, str]] = Counter()
    unanswered: list[Event] = []
    for _, event in lines:
        if event.get("type") == "conversation.item.truncate":
            unanswered.append(event)
        elif event.get("type") == "conversation.item.truncated":
            asked = [
                t
                for t in unanswered
                if (t["item_id"], t["content_index"]) == (event["item_id"], event["content_index"])
            ]
            counts["client" if asked else "server", "acknowledged"] += 1
            unanswered = [t for t in unanswered if t not in asked[:1]]
        elif event.get("type") == "error":
            refused = [t for t in unanswered if answers(event["error"], t)]
            counts["client", "rejected"] += len(refused[:1])
            unanswered = [t for t in unanswered if t not in refused[:1]]
    counts["client", "unanswered"] += len(unanswered)
    return +counts


def answers(error: Event, truncate: Event) -> bool:
    """Whether the error names the truncation's event, or its item."""
    by_event = error.get("event_id") is not None and error["event_id"] == truncate.get("event_id")
    return by_event or truncate["item_id"] in error["message"]


def spoken_answers(lines: list[Line]) -> int:
    """Items with audio, and responses that are played although no audio of theirs passes here (a sideband)."""
    audio = [
        event for _, event in lines if event.get("type") in ("response.audio.delta", "response.output_audio.delta")
    ]
    played = {event["response_id"] for _, event in lines if event.get("type") == "output_audio_buffer.started"}
    return len({event["item_id"] for event in audio}) + len(played - {event["response_id"] for event in audio})


class Counts(NamedTuple):
    """What a file says, and what /metrics says."""

    client: Counter[str]
    server: Counter[str]
    unknown: dict[str, int]
    malformed: dict[str, int]
    transcriptions: Counter[str]
    transcription_failures: Counter[str]
    truncations: Counter[tuple[str, str]]
    spoken_answers: int


def counted(samples: Samples) -> Counts:
    """What voicetap says."""
    initiators, outcomes = ("client", "server", "unknown"), ("acknowledged", "rejected", "unanswered")
    truncated = {
        (by, outcome): int(samples.total("voicetap_truncations_total", initiator=by, outcome=outcome))
        for by in initiators
        for outcome in outcomes
    }
    return Counts(
        client=Counter(samples.by("type", "voicetap_events_total", from_="client")),
        server=Counter(samples.by("type", "voicetap_events_total", from_="server")),
        unknown=samples.by("from", "voicetap_unknown_events_total"),
        malformed=samples.by("from", "voicetap_malformed_messages_total"),
        transcriptions=Counter(samples.by("outcome", "voicetap_transcriptions_total")),
        transcription_failures=Counter(samples.by("code", "voicetap_transcription_failures_total")),
        truncations=+Counter(truncated),
        spoken_answers=int(samples.total("voicetap_spoken_answers_total")),
    )


def expected(lines: list[Line]) -> Counts:
    """What the file says."""
    sides = ("client", "server")
    client, server = (types(lines, side) for side in sides)
    outcomes = [outcome.partition(":") for outcome in transcriptions(lines).values()]
    return Counts(
        client=client,
        server=server,
        unknown={side: count for side in sides if (count := types(lines, side)["other"])},
        malformed={side: count for side in sides if (count := malformed(lines, side))},
        transcriptions=Counter(outcome for outcome, _, _ in outcomes),
        transcription_failures=Counter(code for _, _, code in outcomes if code),
        truncations=truncations(lines),
        spoken_answers=spoken_answers(lines),
    )


@asynccontextmanager
async def realtime_server() -> AsyncIterator[tuple[str, "asyncio.Queue[web.WebSocketResponse]"]]:
    """A server that leaves its WebSockets to the test; its address, and where they come."""
    accepted: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
    finished = asyncio.Event()

    async def accept(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        accepted.put_nowait(socket)
        await finished.wait()
        return socket

    application = web.Application()
    application.router.add_get("/v1/realtime", accept)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", accepted
    finally:
        finished.set()
        await runner.cleanup()


async def play(lines: list[Line], proxy: str, target: str, accepted: "asyncio.Queue[web.WebSocketResponse]") -> None:
    """Each message by its sender, the next one only after it has arrived; at the end the client closes."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"http://{proxy}{target}", max_msg_size=0) as client:
        server = await within(accepted.get())
        for sender, event in lines:
            message = json.dumps(event)
            from_, to = (client, server) if sender == "client" else (server, client)
            await from_.send_str(message)
            assert await within(to.receive_str()) == message
        closing = asyncio.create_task(server.receive())
        await within(client.close())
        await within(closing)


@pytest.mark.parametrize("name", FILES)
async def test_a_recorded_session_gives_the_counts_in_its_file(name: str) -> None:
    lines = recording(requires_path(CAPTURES / name))
    target = "/v1/realtime?call_id=rtc_1" if "sideband" in name else "/v1/realtime?model=gpt-realtime"
    async with realtime_server() as (upstream, accepted):
        with serve(upstream) as proxy:
            await play(lines, proxy.listen, target, accepted)
            samples = await scrape_until(proxy.admin, lambda samples: counted(samples) == expected(lines), 3.0)
            assert counted(samples)._asdict() == expected(lines)._asdict()
            assert samples.total("voicetap_observer_gaps_total") == 0
