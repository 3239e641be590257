"""What a live connection leaves behind, and that a replay of it tells the same."""

import asyncio
import base64
import json
import logging
import signal
import stat
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st

from support.frames import BINARY, CLOSE, PING, PONG, TEXT
from support.processes import serve, simulate
from support.recorded import Recorded, comparable, replayed
from support.requires import REPOSITORY, requires_path
from support.secrets import CREDENTIALS
from voicetap import __version__
from voicetap.chunks import Chunk, Side
from voicetap.cli import main
from voicetap.facts import (
    ConnectionClosed,
    EventReceived,
    Fact,
    MessageMalformed,
    TranscriptionFinished,
    TruncationFinished,
    UnknownEventReceived,
)
from voicetap.observe.lines import Censor
from voicetap.recording import Elider, Header, Received, Scrubber, open_recording
from voicetap.wire import Kind, Message

CAPTURES = Path("../shared/captures")
FILES = sorted(path.name for path in (REPOSITORY / CAPTURES).glob("*.jsonl")) or ["none"]

CLIENT, SERVER = Side.CLIENT, Side.SERVER

CENSORS: dict[str, Callable[[], Censor]] = {
    "elided": partial(Elider, keep_audio=False),
    "audio": partial(Elider, keep_audio=True),
    "content": partial(Scrubber, keep_audio=False),
    "all": partial(Scrubber, keep_audio=True),
}
"""What the operator may ask for."""

AUDIO = base64.b64encode(bytes(4800)).decode()
"""100 ms of it."""


def lines(recorded: Recorded) -> list[Any]:
    """The lines of the file, without the header."""
    return [json.loads(line) for line in recorded.file.read_text().splitlines()[1:]]


def talk(call: Recorded) -> None:
    """A call in which much goes wrong."""
    session = {
        "id": "sess_1",
        "model": "gpt-realtime",
        "instructions": "Be nice to Ann.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "gpt-4o-transcribe"},
                "turn_detection": {"type": "server_vad", "silence_duration_ms": 500, "create_response": True},
            }
        },
    }
    call.text(SERVER, {"type": "session.created", "event_id": "event_1", "session": session})
    for turn in ("A", "B"):
        user, answer, response = f"item_U{turn}", f"item_{turn}", f"resp_{turn}"
        for _ in range(10):
            call.wait(0.1)
            call.text(CLIENT, {"type": "input_audio_buffer.append", "audio": AUDIO})
        for type in ("speech_started", "speech_stopped", "committed"):
            fields = {"audio_start_ms": 100} if type == "speech_started" else {"audio_end_ms": 900}
            call.text(SERVER, {"type": f"input_audio_buffer.{type}", "item_id": user, **fields})
        call.text(SERVER, {"type": "response.created", "response": {"id": response, "status": "in_progress"}})
        for _ in range(3):
            call.wait(0.04)
            delta = {"response_id": response, "item_id": answer, "content_index": 0, "delta": AUDIO}
            call.text(SERVER, {"type": "response.output_audio.delta", **delta})
        call.text(SERVER, {"type": "brand.new", "item_id": answer, "what": "Ann said"})
        call.send(SERVER, PING, b"1234")
        call.send(CLIENT, PONG, b"1234")
        truncate = {"type": "conversation.item.truncate", "item_id": answer, "content_index": 0, "audio_end_ms": 5678}
        call.text(CLIENT, truncate)
        message = "Audio content of 300ms is already shorter than 5678ms"
        call.text(SERVER, {"type": "error", "error": {"type": "invalid_request_error", "message": message}})
        usage = {"total_tokens": 30, "input_tokens": 10, "output_tokens": 20}
        output = [{"id": answer, "type": "message", "content": [{"type": "output_audio", "transcript": "Hello Ann"}]}]
        done = {"id": response, "status": "completed", "output": output, "usage": usage}
        call.text(SERVER, {"type": "response.done", "response": done})
    transcription = "conversation.item.input_audio_transcription"
    call.text(SERVER, {"type": f"{transcription}.completed", "item_id": "item_UA", "transcript": "I am Ann"})
    error = {"type": "server_error", "message": "no item 'item_UB' of Ann's: 429 Too Many Requests"}
    call.text(SERVER, {"type": f"{transcription}.failed", "item_id": "item_UB", "error": error})
    for content in (b"Ann {", b'["Ann"]', b'{"type":"Ann\xff"}', b'{"a":' * 3000, b'{"no":"Ann"}', b'{"type":5}'):
        call.text(CLIENT, content)
    call.text(CLIENT, {"type": "conversation.item.truncate", "audio_end_ms": "Ann"})
    call.send(CLIENT, BINARY, b"Ann")


@pytest.mark.parametrize("censor", CENSORS)
def test_a_replay_tells_what_was_told_live(tmp_path: Path, censor: str) -> None:
    call = Recorded(tmp_path, CENSORS[censor])
    talk(call)
    call.wait(1)
    call.send(CLIENT, CLOSE, b"\x03\xe8bye, Ann")
    call.send(SERVER, CLOSE, b"\x03\xe8")
    call.end()
    live = call.listener.facts
    outcomes = [fact.outcome for fact in live if isinstance(fact, TranscriptionFinished | TruncationFinished)]
    assert outcomes == ["rejected", "rejected", "completed", "failed"]
    content = censor in ("content", "all")
    assert comparable(replayed(call.file), content=content) == comparable(live, content=content)
    text = call.file.read_text()
    assert ("Ann" in text, AUDIO in text) == (content, censor in ("audio", "all"))
    assert call.failed == []


@pytest.mark.parametrize("censor", CENSORS)
@pytest.mark.parametrize("name", FILES)
def test_a_replay_of_a_real_session_tells_what_was_told_live(tmp_path: Path, name: str, censor: str) -> None:
    with open_recording(requires_path(CAPTURES / name)) as recording:
        entries = list(recording)
    call = Recorded(tmp_path, CENSORS[censor], target="/?call_id=rtc_1" if "sideband" in name else "/?model=m")
    for entry in entries:
        assert isinstance(entry, Received)
        call.wait(0.03)
        call.pipeline.message(entry.sender, entry.message, call.now)
    call.end()
    content = censor in ("content", "all")
    assert comparable(replayed(call.file), content=content) == comparable(call.listener.facts, content=content)
    assert call.failed == []


def test_the_file_its_name_and_its_header(tmp_path: Path) -> None:
    call = Recorded(tmp_path, target="/v1/realtime?model=gpt-realtime&api-key=hunter2")
    file = call.file
    assert file.name.startswith("20261121T115426.623Z-")  # The request was half a second ago.
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with open_recording(file) as recording:
        target = "/v1/realtime?model=gpt-realtime&elided=elided"
        assert recording.header == Header(1, "2026-11-21T11:54:26.623Z", target, 210.0, __version__)


@pytest.mark.parametrize("outcome", ["401", "503", "timeout", "abandoned"])
def test_without_a_101_there_is_no_file(tmp_path: Path, outcome: str) -> None:
    call = Recorded(tmp_path, outcome=outcome)
    call.pipeline.close()
    call.writer.write_waiting()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("by", "reset", "expected"),
    [
        (CLIENT, False, {"from": "client", "close": {"code": 1006, "reason": ""}}),
        (SERVER, True, {"from": "server", "close": {"code": 1006, "reason": "", "reset": True}}),
        (None, False, None),
    ],
)
def test_an_end_without_a_close_frame(tmp_path: Path, by: Side | None, reset: bool, expected: Any) -> None:
    call = Recorded(tmp_path)
    call.wait(1)
    call.end(by, reset=reset)
    assert lines(call) == ([{"at_ms": 1210.0, **expected}] if expected else [])
    if by is not None:
        [live] = [fact for fact in call.listener.facts if isinstance(fact, ConnectionClosed)]
        [again] = [fact for fact in replayed(call.file) if isinstance(fact, ConnectionClosed)]
        assert (again.end, again.closed_by, again.close_code) == (live.end, live.closed_by, live.close_code)


def test_an_end_after_a_close_frame_is_told_by_that(tmp_path: Path) -> None:
    call = Recorded(tmp_path)
    call.send(SERVER, CLOSE)
    call.send(CLIENT, CLOSE, b"\x03\xe8")
    call.end(reset=True)
    assert [line["close"]["code"] for line in lines(call)] == [None, 1000]


def test_a_code_that_no_peer_may_send_is_not_taken_for_the_end(tmp_path: Path) -> None:
    call = Recorded(tmp_path)
    call.send(SERVER, CLOSE, (1006).to_bytes(2))
    assert lines(call)[0]["close"]["code"] is None


def test_messages_too_large_to_be_read_leave_their_type_and_size(tmp_path: Path) -> None:
    call = Recorded(tmp_path, CENSORS["all"])
    for kind, start in ((TEXT, '{"type":"response.create",'), (TEXT, '{"type":"brand.new",'), (TEXT, "{")):
        call.send(CLIENT, kind, f'{start}"pad":"{"x" * 1_100_000}"}}'.encode())
    call.send(CLIENT, BINARY, bytes(17_000_000))
    size = 1_100_000 + len('{"type":"response.create","pad":""}')
    first, second, third, fourth = lines(call)
    assert (first["event"], first["message_bytes"]) == ({"type": "response.create"}, size)
    assert second["event"] == {"type": "brand.new"}
    assert third["text"] == ""
    assert fourth["binary_bytes"] == 17_000_000
    call.end()
    live = [fact for fact in comparable(call.listener.facts, content=True) if fact[0] != "GapOpened"]
    assert comparable(replayed(call.file), content=True) == live


@pytest.mark.parametrize("fault", ["framing", "backlog"])
def test_what_is_not_understood_any_more_is_not_recorded(tmp_path: Path, fault: str) -> None:
    call = Recorded(tmp_path)
    call.text(CLIENT, {"type": "response.create"})
    if fault == "framing":
        for _ in call.pipeline.chunk(Chunk(SERVER, b"\xff\xff", call.now)) or ():
            pass
    else:
        call.pipeline.gap(fault, call.now)
    call.text(CLIENT, {"type": "response.cancel"})
    call.end()
    assert [line["event"]["type"] for line in lines(call)] == ["response.create"]
    assert call.failed == []


def test_a_recording_ends_at_its_greatest_size_with_a_whole_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    call = Recorded(tmp_path, max_bytes=1000)
    with caplog.at_level(logging.INFO):
        for _ in range(100):
            call.text(CLIENT, {"type": "response.create"})
    call.end()
    size = call.file.stat().st_size
    assert 1000 - 80 < size <= 1000
    assert all(line["event"] == {"type": "response.create"} for line in lines(call))
    assert call.failed == []
    assert len(caplog.records) == 1


def test_a_writer_that_cannot_keep_up_breaks_the_recording_off(tmp_path: Path) -> None:
    call = Recorded(tmp_path, limit=1000)
    for _ in range(100):
        call.text(CLIENT, {"type": "response.create"})
    file = call.file
    call.text(CLIENT, {"type": "response.create"})
    call.end()
    assert file.stat().st_size <= 1000
    assert len(replayed(file)) > 0
    assert call.failed == ["recorder"]


def test_a_disk_that_fails_is_counted_once_and_nothing_else_happens(tmp_path: Path) -> None:
    call = Recorded(tmp_path)
    tmp_path.rmdir()
    call.writer.write_waiting()
    for _ in range(3):
        call.text(CLIENT, {"type": "response.create"})
    call.end()
    call.writer.write_waiting()
    assert call.failed == ["writer"]
    assert sum(type(fact) is ConnectionClosed for fact in call.listener.facts) == 1


class Broken(Elider):
    """Fails at every event."""

    def __init__(self) -> None:
        super().__init__(keep_audio=False)

    def event(self, type: str | None, payload: bytes) -> bytes:
        """Fail."""
        raise RuntimeError("broken")


def no_censor() -> Censor:
    raise RuntimeError("broken")


@pytest.mark.parametrize("censor", [Broken, no_censor])
def test_a_recorder_that_fails_does_not_darken_the_rest(
    tmp_path: Path, censor: Callable[[], Censor], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL + 1):
        call = Recorded(tmp_path, censor)
        for _ in range(3):
            call.text(CLIENT, {"type": "response.create"})
    call.end()
    assert call.failed == ["recorder"]
    assert [type for type, _ in comparable(call.listener.facts, content=True)].count("EventReceived") == 3


MESSAGES = st.one_of(
    st.dictionaries(st.sampled_from(["type", "item_id", "delta", "audio", "x"]), st.text() | st.integers()).map(
        lambda event: (Kind.TEXT, json.dumps(event).encode())
    ),
    st.binary().map(lambda payload: (Kind.TEXT, payload)),
    st.binary().map(lambda payload: (Kind.BINARY, payload)),
    st.binary(max_size=125).map(lambda payload: (Kind.PING, payload)),
    st.binary(max_size=125).map(lambda payload: (Kind.CLOSE, payload)),
)


def received(facts: list[Fact]) -> list[Any]:
    """What was received, apart from when: that is compared more exactly."""
    kinds = (EventReceived, UnknownEventReceived, MessageMalformed)
    found = comparable([fact for fact in facts if isinstance(fact, kinds)], content=False)
    return [(name, {**fact, "at": None}) for name, fact in found]


@given(st.lists(st.tuples(st.sampled_from(Side), MESSAGES, st.floats(0, 100)), max_size=10))
@settings(max_examples=100, deadline=None)
def test_the_reader_gives_back_what_the_recorder_took(
    tmp_path_factory: pytest.TempPathFactory, messages: list[tuple[Side, tuple[Kind, bytes], float]]
) -> None:
    for censor in CENSORS.values():
        call = Recorded(tmp_path_factory.mktemp("recordings"), censor)
        expected = []
        for sender, (kind, payload), seconds in messages:
            call.now += seconds
            call.pipeline.message(sender, Message(kind, payload, len(payload), b""), call.now)
            expected.append((sender, kind, call.now - 100.0))
        call.pipeline.close()
        assert call.failed == []
        with open_recording(call.file) as recording:
            found = list(recording)
        for entry, (sender, kind, at) in zip(found, expected, strict=True):
            assert isinstance(entry, Received)
            assert (entry.sender, entry.message.kind) == (sender, kind)
            assert entry.at == pytest.approx(at, abs=1e-6)
        assert received(replayed(call.file)) == received(call.listener.facts)


def test_a_long_call_takes_no_memory_for_its_recording(tmp_path: Path) -> None:
    call = Recorded(tmp_path)
    delta = {"type": "response.output_audio.delta", "response_id": "resp_1", "item_id": "item_1", "delta": AUDIO}

    def go_on(count: int) -> None:
        for number in range(count):
            call.text(SERVER, {**delta, "event_id": f"event_{number}"})
            call.writer.write_waiting()
            call.listener.facts.clear()

    go_on(1500)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        go_on(3000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 300_000


# The process.


async def one_turn(proxy: str, **headers: str) -> None:
    """A client asks in text, and has the answer."""
    target = f"ws://{proxy}/v1/realtime?model=gpt-realtime&token={CREDENTIALS['ephemeral']}"
    async with websockets.connect(target, proxy=None, max_size=None, additional_headers=headers) as client:
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "I am Ann"}]}
        for event in ({"type": "conversation.item.create", "item": item}, {"type": "response.create"}):
            await client.send(json.dumps(event))
        async with asyncio.timeout(10):
            while json.loads(await client.recv())["type"] != "response.done":
                pass


def types(file: Path) -> list[str]:
    """The types of the events in a recording that is read to its end."""
    with open_recording(file) as recording:
        events = [
            json.loads(one.message.payload)
            for one in recording
            if isinstance(one, Received) and one.message.kind is Kind.TEXT
        ]
    return [event["type"] for event in events]


async def test_a_real_call_is_recorded_without_what_is_private(tmp_path: Path) -> None:
    key = CREDENTIALS["openai"]
    with simulate() as server, serve(f"http://{server.listen}", "--record", str(tmp_path)) as proxy:
        await one_turn(proxy.listen, Authorization=f"Bearer {key}")
        proxy.signal()
        assert await asyncio.to_thread(proxy.wait) == 0
    [file] = tmp_path.iterdir()
    found = types(file)
    assert found[-1] == "response.done"
    assert {"session.created", "response.create", "response.output_audio.delta"} <= set(found)
    text = file.read_text()
    assert '"close":{"code":1000' in text
    for private in ("Ann", key, CREDENTIALS["ephemeral"], "Bearer"):
        assert private not in text


async def test_a_process_that_is_killed_leaves_a_recording_that_reads(tmp_path: Path) -> None:
    with simulate() as server, serve(f"http://{server.listen}", "--record", str(tmp_path), "--content") as proxy:
        async with websockets.connect(f"ws://{proxy.listen}/v1/realtime?model=m", proxy=None) as client:

            async def recorded() -> Path:
                while True:
                    await client.send('{"type":"input_audio_buffer.clear"}')
                    await client.recv()
                    for file in tmp_path.iterdir():
                        if b"input_audio_buffer.cleared" in file.read_bytes():
                            return file

            file = await asyncio.wait_for(recorded(), 10)
            proxy.signal(signal.SIGKILL)
            await asyncio.to_thread(proxy.wait)
    with file.open("ab") as appending:
        appending.write(file.read_bytes().splitlines()[1][:-5])  # What a crash in the middle of a line leaves.
    assert {"session.created", "input_audio_buffer.clear", "input_audio_buffer.cleared"} == set(types(file))


def test_a_directory_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as end:
        main(["serve", "--upstream", "https://a.example", "--record", str(tmp_path / "file")])
    assert end.value.code == 2
