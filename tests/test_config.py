"""Options come from the command line, the environment or a file; bad ones are named and never quoted."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from voicetap.config import (
    Address,
    Call,
    Label,
    Origin,
    Replay,
    Serve,
    parse_address,
    parse_call_url,
    parse_label,
    parse_origin,
    parse_page,
)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://api.openai.com", Origin(True, "api.openai.com", 443)),
        ("wss://api.x.ai/", Origin(True, "api.x.ai", 443)),
        ("http://127.0.0.1:8090", Origin(False, "127.0.0.1", 8090)),
        ("ws://[::1]:80", Origin(False, "::1", 80)),
    ],
)
def test_upstream(text: str, origin: Origin) -> None:
    assert parse_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "api.openai.com",
        "https://",
        "ftp://host",
        "https://host/v1",
        "https://host?x=1",
        "https://host#x",
        "https://key@host",
        "https://host:70000",
        "",
    ],
)
def test_a_bad_upstream_is_refused_unquoted(text: str) -> None:
    with pytest.raises(ValueError, match="must be a URL") as problem:
        parse_origin(text)
    assert "key" not in str(problem.value)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ws://127.0.0.1:8080", "ws://127.0.0.1:8080/v1/realtime?model=gpt-realtime"),
        ("https://api.openai.com/", "https://api.openai.com/v1/realtime?model=gpt-realtime"),
        ("wss://h/openai/v1/realtime?model=m", "wss://h/openai/v1/realtime?model=m"),
        ("ws://h:1/?model=m", "ws://h:1/?model=m"),
    ],
)
def test_a_server_to_call(text: str, url: str) -> None:
    assert parse_call_url(text) == url
    assert Call(url=text).url == url


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8080", "ws://", "ftp://host", "ws://key@host", "ws://host:0", "ws://h#x", ""]
)
def test_a_bad_server_to_call_is_refused_unquoted(text: str) -> None:
    with pytest.raises(ValueError, match="must be the URL of a Realtime server") as problem:
        parse_call_url(text)
    assert "key" not in str(problem.value)


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8080", Address("127.0.0.1", 8080)), ("[::1]:0", Address("::1", 0))],
)
def test_address(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["8080", ":8080", "host:", "host:x", "host:65536", "host:-1"])
def test_a_bad_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_address(text)


def test_page() -> None:
    assert parse_page("off") is None
    assert parse_page("[::1]:0") == Address("::1", 0)


@pytest.mark.parametrize("text", ["", "on", "OFF", "9465", "host:x"])
def test_a_bad_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"HOST:PORT, as in 127\.0\.0\.1:9465, or off"):
        parse_page(text)


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "192.168.0.1", "voicetap.example"])
def test_a_page_that_others_reach_is_wanted_twice(host: str) -> None:
    with pytest.raises(ValidationError, match="say --allow-remote-page"):
        Serve(upstream="https://a.example", page=f"{host}:9465")
    settings = Serve(upstream="https://a.example", page=f"{host}:9465", allow_remote_page=True)
    assert settings.page == f"{host}:9465"


@pytest.mark.parametrize("page", ["127.0.0.1:9465", "localhost:1", "[::1]:0", "off"])
def test_a_page_of_this_machine(page: str) -> None:
    assert Serve(upstream="https://a.example", page=page).page == page


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("tenant=x-tenant", Label("tenant", "x-tenant")),
        ("_Team2=X-Team_2", Label("_Team2", "x-team_2")),
        ("author=x-author", Label("author", "x-author")),
        ("monkey=x-monkey", Label("monkey", "x-monkey")),
        ("agent=user-agent", Label("agent", "user-agent")),
    ],
)
def test_label(text: str, label: Label) -> None:
    assert parse_label(text) == label


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "NAME=HEADER"),
        ("sk-canary", "NAME=HEADER"),
        ("=x-canary", "NAME must"),
        ("2canary=x-canary", "NAME must"),
        ("__canary=x-canary", "NAME must"),
        ("can-ary=x-canary", "NAME must"),
        ("caña=x-canary", "NAME must"),
        ("canary\n=x-canary", "NAME must"),
        ("canary=", "HEADER must"),
        ("canary=x canary", "HEADER must"),
        ("canary=x-canary:", "HEADER must"),
        ("canary=x-canary\n", "HEADER must"),
        ("canary=a=canary", "HEADER must"),
    ],
)
def test_a_bad_label_is_refused_unquoted(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        parse_label(text)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "header",
    [
        "Authorization",
        "proxy-authorization",
        "Cookie",
        "set-cookie",
        "api-key",
        "apikey",
        "x-api-key",
        "X-Goog-Api-Key",
        "Ocp-Apim-Subscription-Key",
        "x-amz-security-token",
        "x-forwarded-access-token",
        "x-auth",
        "x-auth-user",
        "x-client-secret",
        "x-passphrase",
        "sec-websocket-protocol",
        "Sec-WebSocket-Key",
    ],
)
def test_a_header_with_a_credential_makes_no_label(header: str) -> None:
    with pytest.raises(ValueError, match="credential"):
        parse_label(f"tenant={header}")


TWO = ["tenant=x-tenant", "team=x-team"]


@pytest.mark.parametrize(
    "text", ["tenant=x-tenant,team=x-team", " tenant=x-tenant, team=x-team", '["tenant=x-tenant", "team=x-team"]']
)
def test_labels_in_a_variable(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("VOICETAP_LABEL", text)
    assert Serve(upstream="https://a.example").label == TWO


def test_labels_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "voicetap.toml"
    file.write_text('label = ["tenant=x-tenant", "team=x-team"]\n')
    assert Serve(upstream="https://a.example", config=file).label == TWO


def test_tools_are_told_apart_by_their_names_if_the_operator_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICETAP_TOOL_NAMES", "true")
    assert Serve(upstream="https://a.example").tool_names is True


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([f"{name}=x-{name}" for name in "abcd"], "three at most"),
        (["a=x-a", "a=x-b"], "a NAME of its own"),
        (["a=x-a", "b=cookie"], "credential"),
        ("[a=x-a]", "JSON list"),
        ("a=x-a,", "NAME=HEADER"),
        ([5], "valid string"),
    ],
)
def test_labels_that_cannot_be(labels: object, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Serve(upstream="https://a.example", label=labels)  # type: ignore[arg-type]


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICETAP_UPSTREAM", "https://a.example")
    monkeypatch.setenv("VOICETAP_DRAIN_TIMEOUT", "3.5")
    settings = Serve()  # type: ignore[call-arg]
    assert (settings.upstream, settings.drain_timeout) == ("https://a.example", 3.5)


def test_the_file_gives_way_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "voicetap.toml"
    file.write_text('upstream = "https://a.example"\ndrain-timeout = 3\nconnect_timeout = 4\n')
    monkeypatch.setenv("VOICETAP_CONNECT_TIMEOUT", "5")
    settings = Serve(config=file)  # type: ignore[call-arg]
    assert (settings.upstream, settings.drain_timeout, settings.connect_timeout) == ("https://a.example", 3, 5)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"tls_cert": __file__}, "together"),
        ({"upstream": "http://example.com"}, "allow-plaintext-upstream"),
        ({"upstream": "http://127.0.0.1", "upstream_ca": __file__}, "https or wss"),
        ({"record_audio": True}, "--record-audio needs --record"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Serve(**{"upstream": "https://a.example", **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
def test_plaintext_stays_allowed_on_this_machine(host: str) -> None:
    assert Serve(upstream=f"http://{host}:1").upstream == f"http://{host}:1"


def test_the_directory_of_recordings_is_made_and_is_private(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "recordings"
    assert Serve(upstream="https://a.example", record=directory).record == directory
    assert directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("place", "problem"), [("file", "File exists"), ("file/below", "Not a directory")])
def test_a_directory_of_recordings_that_cannot_be(tmp_path: Path, place: str, problem: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ValidationError, match=problem):
        Serve(upstream="https://a.example", record=tmp_path / place)


def test_no_name_is_not_the_working_directory() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Serve(upstream="https://a.example", record="")  # type: ignore[arg-type]


def test_a_directory_of_recordings_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(ValidationError, match="not writable"):
        Serve(upstream="https://a.example", record=tmp_path)


@pytest.mark.parametrize("option", ["record_max_bytes", "record_keep_bytes"])
def test_sizes_of_recordings_are_above_nothing(option: str) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        Serve(upstream="https://a.example", **{option: 0})  # type: ignore[arg-type]


def test_content_recordings_and_labels_are_off_unless_asked_for() -> None:
    settings = Serve(upstream="https://a.example")
    assert (settings.label, settings.tool_names) == ([], False)
    assert (settings.record, settings.record_audio, settings.content) == (None, False, False)


def test_the_page_is_on_unless_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Serve(upstream="https://a.example").page == "127.0.0.1:9465"
    monkeypatch.setenv("VOICETAP_PAGE", "off")
    assert Serve(upstream="https://a.example").page == "off"


def test_reports_are_for_programs_or_the_page_is_for_people() -> None:
    with pytest.raises(ValidationError, match="--open and --json exclude each other"):
        Replay(open=True, json=True)  # type: ignore[call-arg]
