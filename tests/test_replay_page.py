"""Recordings in the page of live traffic: all of each file that can be read, until somebody has seen enough."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from voicetap.cli import main
from voicetap.config import Replay
from voicetap.prices import load_prices
from voicetap.recording import RecordingError
from voicetap.replay import FAILED
from voicetap.replay_page import show
from voicetap.signals.live import LiveView
from voicetap.signals.live.items import Close

HEADER = {"voicetap_recording": 1, "started_at": "2026-11-02T09:00:00Z", "target": "/v1/realtime?model=gpt-realtime"}
CALL = [
    {"at_ms": 10, "from": "server", "event": {"type": "session.created", "session": {"id": "sess_1"}}},
    {"at_ms": 500, "from": "client", "event": {"type": "response.create"}},
    {"at_ms": 600, "from": "server", "event": {"type": "response.created", "response": {"id": "resp_1"}}},
    {
        "at_ms": 700,
        "from": "server",
        "event": {
            "type": "response.function_call_arguments.done",
            "response_id": "resp_1",
            "call_id": "call_1",
            "name": "f",
            "arguments": "Ada",
        },
    },
    {"at_ms": 2000.5, "from": "client", "close": {"code": 1000, "reason": ""}},
]


@pytest.fixture
def recording(tmp_path: Path) -> str:
    return write(tmp_path / "call.jsonl")


def write(path: Path, *more: Any, **header: Any) -> str:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in ({**HEADER, **header}, *CALL, *more)))
    return str(path)


def shown(file: str, **options: Any) -> Any:
    """The view, with one session in it."""
    view = LiveView(**options)
    show(view, load_prices(), file)
    [summary] = view.summaries()
    session = view.session(summary.id)
    assert session is not None
    return summary, session


def test_a_recording_is_a_session_of_the_view(recording: str) -> None:
    summary, session = shown(recording)
    assert (summary.recording, summary.started_at) == ("call.jsonl", "2026-11-02T09:00:00.000Z")
    assert (summary.state, summary.end, summary.duration_ms) == ("ended", "client_closed", 2000.5)
    assert summary.close == Close(1000, "client", None)
    assert [span.lane for span in session.changes().spans] == ["response", "tool"]


def test_one_that_has_no_end_says_no_other(tmp_path: Path) -> None:
    """Nor that voicetap, which plays it back, has ended the connection."""
    file = tmp_path / "cut.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in (HEADER, *CALL[:-1])))
    summary, session = shown(str(file))
    assert (summary.state, summary.end, summary.close) == ("ended", None, None)
    assert not any(span.open for span in session.changes().spans)


def test_one_that_was_refused_and_has_no_end_was_refused(tmp_path: Path) -> None:
    error = {"at_ms": 10, "from": "server", "event": {"type": "error", "error": {"code": "invalid_api_key"}}}
    file = tmp_path / "refused.jsonl"
    file.write_text(f"{json.dumps(HEADER)}\n{json.dumps(error)}\n")
    summary, _ = shown(str(file))
    assert (summary.state, summary.end, summary.close) == ("refused", "refused", None)


@pytest.mark.parametrize("started_at", [None, "yesterday"])
def test_one_that_does_not_say_when_it_began(tmp_path: Path, started_at: str | None) -> None:
    summary, _ = shown(write(tmp_path / "a.jsonl", started_at=started_at))
    assert (summary.started_at, summary.duration_ms) == (None, 2000.5)


@pytest.mark.parametrize("content", [False, True])
def test_what_people_said_is_shown_if_that_is_wanted(recording: str, content: bool) -> None:
    _, session = shown(recording, content=content)
    [tool] = [span for span in session.changes().spans if span.lane == "tool"]
    assert ("Ada" in str(tool.detail)) is content


def test_of_a_bad_file_all_is_shown_up_to_the_bad_line(tmp_path: Path) -> None:
    view = LiveView()
    bad = write(tmp_path / "bad.jsonl", {"at_ms": 1, "from": "nobody", "ping": 0})
    with pytest.raises(RecordingError, match=r"bad\.jsonl:7: "):
        show(view, load_prices(), bad)
    [summary] = view.summaries()
    assert summary.state == "ended"


@contextmanager
def replaying(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`voicetap replay --open` as a process, and the line that it prints first."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VOICETAP_") and name not in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "voicetap", "replay", "--open", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=kept,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_them_until_it_is_told_to_stop(recording: str, tmp_path: Path, number: signal.Signals) -> None:
    other = write(tmp_path / "other.jsonl")
    with replaying(recording, other) as (process, line):
        found = re.fullmatch(r"(http://127\.0\.0\.1:\d+/) shows 2 recordings; Ctrl-C ends it\n", line)
        assert found is not None
        with urllib.request.urlopen(f"{found[1]}api/sessions", timeout=5) as answer:
            names = [session["recording"] for session in json.load(answer)["sessions"]]
        with urllib.request.urlopen(found[1], timeout=5) as answer:
            assert answer.headers["Content-Type"].startswith("text/html")
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert names == ["call.jsonl", "other.jsonl"]
    assert (process.returncode, out, err) == (0, "", "")


def test_what_cannot_be_read_is_said_and_the_rest_is_shown(recording: str) -> None:
    with replaying(recording, "missing.jsonl") as (process, line):
        assert line.endswith(" shows 1 recording; Ctrl-C ends it\n")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (
        FAILED,
        "voicetap replay: missing.jsonl: cannot be read: No such file or directory\n",
    )


def test_where_nothing_can_be_read_there_is_nothing_to_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--open", "missing.jsonl"]) == FAILED
    assert capsys.readouterr().out == ""


def test_bad_prices_are_a_bad_configuration(recording: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text("nonsense")
    assert main(["replay", "--open", recording, "--prices", str(prices)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"voicetap replay: --prices: {prices}: ")


def test_the_browser_is_opened_where_there_is_one(recording: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def opening(url: str) -> None:
        opened.append(url)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("voicetap.browser.has_screen", lambda: True)
    monkeypatch.setattr("voicetap.browser.show", opening)
    assert main(["replay", "--open", recording]) == 0
    [url] = opened
    assert url.startswith("http://127.0.0.1:")
    assert Replay(open=True).open  # type: ignore[call-arg]
