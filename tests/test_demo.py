"""The demonstration: that it compares honestly, says what went wrong, and leaves nothing running."""

import asyncio
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from support.requires import lacks
from voicetap.config import Demo
from voicetap.demo import DIFFERENT, INTERRUPTED, Failed, Row, child, figures, report, run, while_alive
from voicetap.simulator.tally import Tally

EXPOSITION = """\
# TYPE voicetap_session_starts_total counter
voicetap_session_starts_total{outcome="started"} 6
voicetap_session_starts_total{outcome="refused"} 1
# TYPE voicetap_sessions_total counter
voicetap_sessions_total{model="gpt-realtime",end="client_closed"} 6
voicetap_sessions_total{model="gpt-realtime",end="server_closed"} 0
# TYPE voicetap_events_total counter
voicetap_events_total{from="client",type="input_audio_buffer.append"} 2000
voicetap_events_total{from="client",type="session.update"} 6
voicetap_events_total{from="server",type="response.done"} 25
# TYPE voicetap_malformed_messages_total counter
voicetap_malformed_messages_total{from="client",reason="json"} 1
voicetap_malformed_messages_total{from="server",reason="json"} 0
# TYPE voicetap_transcriptions_total counter
voicetap_transcriptions_total{transcription_model="whisper-1",outcome="completed"} 10
voicetap_transcriptions_total{transcription_model="gpt-4o-mini-transcribe",outcome="completed"} 4
voicetap_transcriptions_total{transcription_model="whisper-1",outcome="empty"} 1
voicetap_transcriptions_total{transcription_model="whisper-1",outcome="failed"} 5
voicetap_transcriptions_total{transcription_model="whisper-1",outcome="timed_out"} 1
voicetap_transcriptions_total{transcription_model="whisper-1",outcome="session_closed"} 1
# TYPE voicetap_transcriptions_pending gauge
voicetap_transcriptions_pending 0
# TYPE voicetap_transcription_failures_total counter
voicetap_transcription_failures_total{transcription_model="whisper-1",code="server_error"} 3
voicetap_transcription_failures_total{transcription_model="whisper-1",code="audio_unintelligible"} 2
voicetap_transcription_failures_total{transcription_model="whisper-1",code="other"} 0
# TYPE voicetap_truncations_total counter
voicetap_truncations_total{model="gpt-realtime",initiator="client",outcome="acknowledged"} 8
voicetap_truncations_total{model="gpt-realtime",initiator="client",outcome="rejected"} 2
# TYPE voicetap_spoken_answers_total counter
voicetap_spoken_answers_total{model="gpt-realtime"} 20
"""

LOGGED = Tally(
    opened=7,
    started=6,
    closes=Counter({("client", 1000): 5, ("client", 4000): 1, ("client", None): 1, ("server", 3000): 1}),
    received=Counter({"input_audio_buffer.append": 2000, "session.update": 6, "": 1}),
    sent=Counter({"response.done": 25}),
    transcriptions=Counter(completed=14, empty=1, failed=5, missing=2),
    failures=Counter(server_error=3, audio_unintelligible=2),
    truncations=Counter(acknowledged=8, rejected=2),
    spoken_answers=20,
)


def printed(rows: list[Row]) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=100)
    status = report(console, rows)
    return status, console.file.getvalue()  # type: ignore[attr-defined]


def test_what_both_counted_stands_side_by_side() -> None:
    assert figures(EXPOSITION, LOGGED) == [
        Row("sessions started", "6", "6"),
        Row("sessions ended by the client", "6", "6"),
        Row("messages from clients", "2,007", "2,007"),
        Row("messages from the server", "25", "25"),
        Row("transcriptions completed", "14", "14"),
        Row("transcriptions empty", "1", "1"),
        Row("transcriptions that never came", "2", "2"),
        Row("transcriptions failed", "5", "5"),
        Row("  audio_unintelligible", "2", "2"),
        Row("  server_error", "3", "3"),
        Row("spoken answers", "20", "20"),
        Row("truncations acknowledged", "8", "8"),
        Row("truncations rejected", "2", "2"),
        Row("transcription failure rate", "22.7%", "22.7%"),
        Row("truncation frequency", "40.0%", "40.0%"),
    ]


def test_where_they_agree_it_says_so_and_what_to_do_next() -> None:
    status, text = printed(figures(EXPOSITION, LOGGED))
    assert status == 0
    assert "agree in all 15 figures" in text
    assert "DIFFERENT" not in text
    assert "OPENAI_BASE_URL=http://127.0.0.1:8080/v1" in text


def test_where_they_differ_it_says_that() -> None:
    logged = replace(LOGGED, failures=Counter(server_error=2, audio_unintelligible=2, noise=1), spoken_answers=21)
    status, text = printed(figures(EXPOSITION, logged))
    assert status == DIFFERENT
    assert "differ in 4 of 16 figures" in text
    different = [line for line in text.splitlines() if "DIFFERENT" in line]
    assert [re.findall(r"[\w.%]+", line)[:-1] for line in different] == [
        ["noise", "0", "1"],
        ["server_error", "3", "2"],
        ["spoken", "answers", "20", "21"],
        ["truncation", "frequency", "40.0%", "38.1%"],
    ]


def test_of_a_proxy_that_says_nothing_everything_is_zero() -> None:
    assert {row.voicetap for row in figures("", LOGGED)} == {"0", "0.0%"}


async def test_a_command_that_cannot_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        async with child(tmp_path, "simulate", "--scenario", "perfect"):
            raise AssertionError
    assert str(caught.value).startswith(
        "`voicetap simulate` ended with status 2: voicetap simulate: --scenario: there is no perfect"
    )


async def test_a_command_that_dies_meanwhile_is_named_too(tmp_path: Path) -> None:
    async with child(tmp_path, "simulate", "--listen", "127.0.0.1:0") as server:
        server.process.kill()
        with pytest.raises(Failed, match=r"^`voicetap simulate` ended with status -9$"):
            await while_alive(asyncio.sleep(60), [server])


async def test_what_is_set_for_other_commands_does_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICETAP_SEED", "no number")
    async with child(tmp_path, "simulate", "--listen", "127.0.0.1:0") as server:
        assert server.process.returncode is None
    assert server.process.returncode == 0


def test_without_room_for_the_log_there_is_nothing_to_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    assert run(Demo(seconds=1.0)) == DIFFERENT
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("voicetap demo: [Errno 2] No such file or directory: ")


@pytest.mark.slow
def test_a_short_run_agrees() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voicetap", "demo", "--seconds", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agree in all" in done.stdout
    assert done.stderr == ""
    [started] = re.findall(r"sessions started\D+(\d+)\D+(\d+)", done.stdout)
    assert started == ("6", "6")


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that does nothing but write down what it was told to open, here."""
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    program.chmod(0o700)
    return opened


def _demonstrating(browser: Path, *options: str, stdout: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "voicetap", "demo", "--seconds", "60", *options],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "BROWSER": str(browser.with_name("browser")), "TERM": "xterm"},
    )


def test_stopped_it_leaves_nothing_running(browser: Path) -> None:
    demo = _demonstrating(browser, stdout=subprocess.PIPE)
    assert demo.stdout is not None
    introduction = ""
    while "OPENAI_BASE_URL" not in introduction:
        line = demo.stdout.readline()
        assert line, introduction
        introduction += line
    running = _children(demo.pid)
    assert len(running) == 2
    [page] = re.findall(r"see the calls while they last: +(http://127\.0\.0\.1:\d+/)\n", introduction)
    with urllib.request.urlopen(f"{page}api/sessions", timeout=5) as answer:
        assert json.load(answer)["content"] is False
    demo.terminate()
    _, errors = demo.communicate(timeout=15)
    assert (demo.returncode, errors) == (INTERRUPTED, "voicetap demo: interrupted\n")
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
    assert not browser.exists()  # nobody sits at a pipe


@pytest.mark.parametrize(
    ("options", "opens"), [((), True), pytest.param(("--no-open",), False, marks=pytest.mark.slow)]
)
def test_at_a_terminal_it_opens_the_page_until_interrupted(
    browser: Path, options: tuple[str, ...], opens: bool
) -> None:
    terminal, stdout = os.openpty()
    demo = _demonstrating(browser, *options, stdout=stdout)
    os.close(stdout)
    text = ""
    while "transcriptions failed" not in text:
        text += os.read(terminal, 65536).decode()
    # The whole line, with all of its bar, in the 80 columns of this terminal.
    assert re.search(r"\u2501{8}\S*  0 of 60 s: 0 questions, 0 answers, 0 cut off, 0 transcriptions failed", text)
    running = _children(demo.pid)
    assert len(running) == 2
    if opens:
        deadline = time.monotonic() + 10
        while not (browser.exists() and browser.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)  # noqa: TID251  # no loop is stopped here
        [page] = re.findall(r"see the calls while they last: +(\S+)", text)
        assert browser.read_text() == f"{page}\n"
    demo.send_signal(signal.SIGINT)
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # Linux's way to say that nobody holds the other end
    os.close(terminal)
    _, errors = demo.communicate(timeout=15)
    assert (demo.returncode, errors) == (INTERRUPTED, "voicetap demo: interrupted\n")
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
    assert browser.exists() is opens


def _children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not listing.exists():
        lacks("needs Linux's /proc")
    return [int(text) for text in listing.read_text().split()]
