"""Recordings replayed: what is reported, what is said of what cannot be read, and how it ends."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from support.requires import lacks
from voicetap import replay as module
from voicetap.chunks import Side
from voicetap.cli import main
from voicetap.facts import ConnectionClosed, Fact, HandshakeAnswered
from voicetap.prices import load_prices
from voicetap.recording import open_recording
from voicetap.replay import BROKEN_PIPE, FAILED, INTERRUPTED, Bug, feed, replay
from voicetap.signals.report import ReportSink

HEADER = {"voicetap_recording": 1, "started_at": "2026-11-02T09:00:00Z", "target": "/v1/realtime?model=gpt-realtime"}
CREATED = {"type": "session.created", "session": {"id": "sess_1", "model": "gpt-realtime"}}
ERROR = {"type": "error", "error": {"code": "invalid_value", "message": "about Ada"}}

Line = dict[str, Any]


def server(at_ms: float | None, event: Line) -> Line:
    return {"at_ms": at_ms, "from": "server", "event": event}


def client(at_ms: float | None, event: Line) -> Line:
    return {"at_ms": at_ms, "from": "client", "event": event}


def close(at_ms: float | None, side: str, code: int | None, **more: Any) -> Line:
    return {"at_ms": at_ms, "from": side, "close": {"code": code, "reason": "", **more}}


CALL = [server(10, CREATED), client(500, {"type": "response.create"}), close(2000.5, "client", 1000)]


class Files:
    """Recordings in a directory of their own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def write(self, name: str, *lines: Line | str, **header: Any) -> str:
        path = self.directory / name
        texts = [line if isinstance(line, str) else json.dumps(line) for line in ({**HEADER, **header}, *lines)]
        path.write_text("".join(f"{text}\n" for text in texts))
        return str(path)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Keeper:
    """A sink that keeps every fact."""

    name = "keeper"

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def receive(self, fact: Fact) -> None:
        self.facts.append(fact)

    def close(self) -> None: ...


def told(path: str) -> list[Fact]:
    """The facts of a recording."""
    keeper = Keeper()
    with open_recording(path) as recording:
        feed(recording, [keeper], None)
    return keeper.facts


def session(path: str) -> Any:
    return replay(path, load_prices()).session


class TestTheConnection:
    def test_it_begins_with_the_upgrade_and_ends_with_the_last_line(self, files: Files) -> None:
        first, *_, last = told(files.write("call.jsonl", *CALL, switched_at_ms=7.5))
        assert first == HandshakeAnswered(0.0075, "101", None)
        assert isinstance(last, ConnectionClosed)
        assert (last.end, last.close_code, last.closed_by) == ("client_closed", 1000, Side.CLIENT)
        assert (last.at, last.duration_seconds) == (2.0005, 2.0005)

    def test_a_lost_transport(self, files: Files) -> None:
        path = files.write("call.jsonl", CALL[0], close(900, "server", 1006, reset=True))
        assert (session(path).end, session(path).duration_ms) == ("upstream_lost", 900)
        assert session(path).close.by == "server"

    def test_no_end_at_all(self, files: Files) -> None:
        found = session(files.write("call.jsonl", *CALL[:-1]))
        assert (found.close, found.end, found.duration_ms) == (None, None, 500)

    def test_unknown_times_give_no_duration_and_no_latency(self, files: Files) -> None:
        lines = [server(None, CREATED), close(None, "server", 1001)]
        path = files.write("call.jsonl", *lines, started_at=None)
        found = session(path)
        assert (found.duration_ms, found.setup_ms, found.end) == (None, None, "server_closed")

    def test_time_does_not_go_back(self, files: Files) -> None:
        path = files.write("call.jsonl", server(800, CREATED), client(500, {"type": "response.create"}))
        assert session(path).duration_ms == 800
        assert [fact.at for fact in told(path)] == sorted(fact.at for fact in told(path))

    def test_a_header_alone(self, files: Files) -> None:
        found = session(files.write("call.jsonl"))
        assert (found.model, found.start, found.close) == ("gpt-realtime", "closed", None)

    def test_a_recording_without_a_target(self, files: Files) -> None:
        assert session(files.write("call.jsonl", target=None)).model is None


class TestOutput:
    def test_json_is_an_array_with_an_object_for_each_file_in_order(
        self, files: Files, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths = [files.write(f"{name}.jsonl", *CALL) for name in ("b", "a")]
        assert main(["replay", *paths, "--json"]) == 0
        reports = json.loads(capsys.readouterr().out)
        assert [report["file"] for report in reports] == paths
        assert reports[0]["session"]["close"] == {"code": 1000, "reason": "", "by": "client"}

    def test_a_bad_file_is_named_with_its_line_and_the_next_is_done(
        self, files: Files, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bad = files.write("bad.jsonl", *CALL, {"at_ms": 1, "from": "nobody", "ping": 0})
        good = files.write("good.jsonl", *CALL)
        assert main(["replay", "--json", bad, "missing.jsonl", good]) == FAILED
        out, err = capsys.readouterr()
        assert [report["file"] for report in json.loads(out)] == [good]
        first, second = err.splitlines()
        assert first.startswith(f"voicetap replay: {bad}:5: ")
        assert second == "voicetap replay: missing.jsonl: cannot be read: No such file or directory"

    def test_without_any_report_the_array_is_empty(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["replay", "--json", "missing.jsonl"]) == FAILED
        assert capsys.readouterr().out == "[]\n"

    def test_reports_for_people_end_with_what_they_come_to(
        self, files: Files, capsys: pytest.CaptureFixture[str]
    ) -> None:
        paths = [files.write(f"{name}.jsonl", *CALL) for name in ("b", "a")]
        assert main(["replay", *paths, "missing.jsonl"]) == FAILED
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line in paths] == paths
        assert lines[-3:] == ["", "All together", "  2 of 3 recordings; 1 could not be read"]
        assert lines == [line.rstrip() for line in lines]

    def test_one_report_needs_no_sum(self, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["replay", files.write("a.jsonl", *CALL)]) == 0
        assert "All together" not in capsys.readouterr().out

    @pytest.mark.parametrize(("options", "said"), [((), False), (("--content",), True)])
    def test_what_people_said_needs_leave(
        self, files: Files, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: bool
    ) -> None:
        failure = {**ERROR, "type": "conversation.item.input_audio_transcription.failed", "item_id": "item_1"}
        path = files.write("a.jsonl", server(5, CREATED), server(6, ERROR), server(7, failure))
        assert main(["replay", path, "--json", *options]) == 0
        [report] = json.loads(capsys.readouterr().out)
        assert report["transcription_failures"][0].get("message") == ("about Ada" if said else None)
        assert ("Ada" in json.dumps(report)) is said

    def test_prices_of_the_users_own(self, files: Files, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        prices = tmp_path / "prices.toml"
        prices.write_text('[models."my-model"]\ninput_text = 2.0\noutput_text = 4.0\n')
        used = {"input_tokens": 1000, "input_token_details": {"text_tokens": 1000}, "output_tokens": 0}
        events = [
            {"type": "session.created", "session": {"id": "sess_1", "model": "my-model"}},
            {"type": "response.created", "response": {"id": "resp_1"}},
            {"type": "response.done", "response": {"id": "resp_1", "status": "completed", "usage": used}},
        ]
        path = files.write("a.jsonl", *(server(1, event) for event in events))
        costs = []
        for options in ([], ["--prices", str(prices)]):
            assert main(["replay", path, "--json", *options]) == 0
            [report] = json.loads(capsys.readouterr().out)
            costs.append((report["cost_usd"], report["unpriced_models"]))
        assert costs == [(None, ["my-model"]), (0.002, [])]

    def test_bad_prices_are_a_bad_configuration(
        self, files: Files, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        prices = tmp_path / "prices.toml"
        prices.write_text("nonsense")
        assert main(["replay", files.write("a.jsonl", *CALL), "--prices", str(prices)]) == 2
        [line] = capsys.readouterr().err.splitlines()
        assert line.startswith(f"voicetap replay: --prices: {prices}: ")


class TestBugs:
    def test_a_sink_that_fails_is_not_hidden(
        self, files: Files, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def receive(self: ReportSink, fact: Fact) -> None:
            raise KeyError("what Ada said")

        path = files.write("a.jsonl", *CALL)
        monkeypatch.setattr(ReportSink, "receive", receive)
        assert main(["replay", "--json", path]) == FAILED
        out, err = capsys.readouterr()
        [line] = err.splitlines()
        assert line.startswith(f"voicetap replay: {path}: not understood because of a bug in voicetap")
        assert "KeyError at " in line
        assert "test_replay.py:" in line
        assert (out, "Ada" in err) == ("[]\n", False)

    def test_nor_is_anything_else(self, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        def message(*told: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(module.Pipeline, "message", message)
        with pytest.raises(Bug, match="ZeroDivisionError at"):
            told(files.write("a.jsonl", *CALL))


class TestProgress:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def bars(self, path: str, monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> bool:
        monkeypatch.setattr(module, "LARGE", 1000)
        monkeypatch.setattr(module, "STRIDE", 1)
        monkeypatch.setattr(module, "Console", lambda stderr: Console(file=stream))
        replay(path, load_prices())
        return "reading" in stream.getvalue()

    def test_a_large_file_has_a_bar_on_a_terminal(self, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        large = files.write("large.jsonl", *CALL[:1], *CALL[1:2] * 50)
        assert self.bars(large, monkeypatch, self.Terminal())
        assert not self.bars(large, monkeypatch, io.StringIO())
        assert not self.bars(files.write("small.jsonl", *CALL), monkeypatch, self.Terminal())


def command(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """`voicetap replay` as a process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VOICETAP_")}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-m", "voicetap", "replay", *arguments], env=environment, **streams)


class TestTheProcess:
    def test_it_reads_standard_input(self, files: Files) -> None:
        with open(files.write("a.jsonl", *CALL), "rb") as stdin:
            out, err = command("--json", "-", stdin=stdin).communicate(timeout=30)
        [report] = json.loads(out)
        assert (report["file"], report["session"]["duration_ms"], err) == ("-", 2000.5, b"")

    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_a_reader_that_goes_ends_it_quietly(self, files: Files, options: tuple[str, ...]) -> None:
        path = files.write("a.jsonl", *CALL)
        reader, writer = os.pipe()
        os.close(reader)
        process = command(path, *options, stdout=writer)
        os.close(writer)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (BROKEN_PIPE, b"")

    def test_ctrl_c_ends_it_quietly(self, files: Files) -> None:
        first = files.write("a.jsonl", *CALL)
        process = command("--json", first, "-", stdin=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"[\n"  # The first is done; the second does not come.
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (INTERRUPTED, b"")

    def test_a_full_disk_is_said(self, files: Files) -> None:
        if not os.path.exists("/dev/full"):
            lacks("/dev/full is absent")
        with open("/dev/full", "wb") as full:
            process = command(files.write("a.jsonl", *CALL), stdout=full)
            _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (
            FAILED,
            b"voicetap replay: the report cannot be written: No space left on device\n",
        )

    def test_a_name_that_is_no_text_is_shown_escaped(self, files: Files) -> None:
        name = os.fsencode(files.directory) + b"/\xff\x1b[31m.jsonl"
        Path(os.fsdecode(name)).write_text(json.dumps(HEADER) + "\n")
        process = command("--json", os.fsdecode(name))
        out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, b"")
        assert json.loads(out)[0]["file"] == f"{files.directory}/\\xff?[31m.jsonl"
