"""What is typed wrong is answered in one line that names what to change, with exit status 2."""

from pathlib import Path

import pytest

from voicetap import __version__
from voicetap.cli import main
from voicetap.config import Demo, Serve

CANARY = "sk-canary-0123456789"


def fail(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "voicetap serve: --upstream: is required"),
        (("--upstream",), "voicetap serve: argument --upstream: expected one argument"),
        (("--frobnicate",), "voicetap serve: there is no option --frobnicate"),
        (("--api-key", CANARY, f"--other={CANARY}"), "voicetap serve: there is no option --api-key, --other"),
        ((CANARY,), "voicetap serve: options begin with --"),
        (
            ("--upstream", f"https://{CANARY}@host"),
            "voicetap serve: --upstream: must be a URL of scheme and host alone, as in https://api.openai.com",
        ),
        (
            ("--upstream", "https://a.example", "--listen", "8080"),
            "voicetap serve: --listen: must be HOST:PORT, as in 127.0.0.1:8080",
        ),
        (
            ("--upstream", "https://a.example", "--page", "9465"),
            "voicetap serve: --page: must be HOST:PORT, as in 127.0.0.1:9465, or off",
        ),
        (
            ("--upstream", "https://a.example", "--page", "0.0.0.0:9465"),
            "voicetap serve: --page would show all calls to whoever reaches it, without a password; use a loopback "
            "address (docs/page.md says how to see it from elsewhere), or say --allow-remote-page",
        ),
        (
            ("--upstream", "https://a.example", "--drain-timeout", CANARY),
            "voicetap serve: --drain-timeout: Input should be a valid number, unable to parse string as a number",
        ),
        (
            ("--upstream", "https://a.example", "--connect-timeout", "0"),
            "voicetap serve: --connect-timeout: Input should be greater than 0",
        ),
        (
            ("--upstream", "https://a.example", "--tls-cert", "nowhere.pem"),
            "voicetap serve: --tls-cert: Path does not point to a file",
        ),
        (
            ("--upstream", "https://a.example", "--label", CANARY),
            "voicetap serve: --label: must be NAME=HEADER, as in tenant=x-tenant",
        ),
        (
            ("--upstream", "https://a.example", "--label", f"{CANARY}=x-tenant"),
            "voicetap serve: --label: NAME must be one of letters, digits and _, that begins with no digit and not "
            "with __",
        ),
        (
            ("--upstream", "https://a.example", "--label", f"tenant=x {CANARY}"),
            "voicetap serve: --label: HEADER must be the name of an HTTP header, as in x-tenant",
        ),
        (
            ("--upstream", "https://a.example", "--label", "a=x-a", "--label", "b=authorization"),
            "voicetap serve: --label: HEADER may carry a credential, and labels are public",
        ),
        (
            ("--upstream", "https://a.example", *(word for n in "abcd" for word in ("--label", f"{n}=x-{n}"))),
            "voicetap serve: --label: there may be three at most",
        ),
        (
            ("--upstream", "https://a.example", "--label", "a=x-a", "--label", "a=x-b"),
            "voicetap serve: --label: each needs a NAME of its own",
        ),
    ],
)
def test_one_line_names_the_option(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str) -> None:
    assert fail(capsys, "serve", *arguments) == line + "\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--label", "tenant=x-tenant", "--label", "team=x-team"),
        ("--label", "tenant=x-tenant,team=x-team"),
        ("--label", '["tenant=x-tenant", "team=x-team"]'),
    ],
)
def test_labels_are_given_one_by_one_or_together(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    served: list[Serve] = []
    monkeypatch.setattr("voicetap.app.run", lambda settings: len(served.append(settings) or served) - 1)
    assert main(["serve", "--upstream", "https://a.example", *arguments]) == 0
    assert [settings.label for settings in served] == [["tenant=x-tenant", "team=x-team"]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("frob = 1", "there is no option frob"),
        ("upstream = ", "Invalid value"),
        ("config = 'other.toml'", "there is no option config"),
    ],
)
def test_a_bad_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "voicetap.toml"
    file.write_text(content)
    [line] = fail(capsys, "serve", "--upstream", "https://a.example", "--config", str(file)).splitlines()
    assert line.startswith(f"voicetap serve: --config: {file}: ")
    assert problem in line


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "name at least one recording: FILE…"),
        (("--json",), "name at least one recording: FILE…"),
        (("call.jsonl", "--jsn"), "there is no option --jsn"),
        (("call.jsonl", "--prices", "nowhere.toml"), "--prices: Path does not point to a file"),
        (("call.jsonl", "--open", "--json"), "--open and --json exclude each other"),
    ],
)
def test_replay_wants_files(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str) -> None:
    assert fail(capsys, "replay", *arguments) == f"voicetap replay: {line}\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "--url: is required"),
        (("--url", f"ws://{CANARY}@host"), "--url: must be the URL of a Realtime server, as in ws://127.0.0.1:8080"),
        (("--url", "ws://host", "--callers", "0"), "--callers: Input should be greater than 0"),
        (("--url", "ws://host", "--seconds", "-1"), "--seconds: Input should be greater than 0"),
    ],
)
def test_call_wants_a_server(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str) -> None:
    assert fail(capsys, "call", *arguments) == f"voicetap call: {line}\n"


@pytest.mark.parametrize(("arguments", "opened"), [((), True), (("--open",), True), (("--no-open",), False)])
def test_demo_opens_the_page_unless_told_not_to(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], opened: bool
) -> None:
    seen: list[Demo] = []
    monkeypatch.setattr("voicetap.demo.run", lambda settings: len(seen.append(settings) or seen) - 1)
    assert main(["demo", *arguments]) == 0
    assert [settings.open for settings in seen] == [opened]


@pytest.mark.parametrize(("arguments", "module"), [((), "replay"), (("--open",), "replay_page")])
def test_replay_prints_or_opens(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], module: str) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(f"voicetap.{module}.run", lambda settings, files: len(seen.append(files) or seen) - 1)
    assert main(["replay", "a.jsonl", *arguments]) == 0
    assert seen == [["a.jsonl"]]


def test_any_name_is_the_name_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["a,b", "[c]", '"d"', "{}", "null", "-e"]
    assert main(["replay", names[0], "--json", *names[1:-1], "--", names[-1]]) == 1
    told = [line.removeprefix("voicetap replay: ").partition(": ")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == names


def test_an_unknown_command_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'serve', 'demo', 'replay', 'simulate', 'call'" in fail(capsys, "server")


def test_nothing_typed_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "simulate" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"voicetap {__version__}\n"
