"""The configuration: one definition gives the flag, the environment variable and the key of the file.

Precedence: command line, then `VOICETAP_…` variables, then the TOML file that `--config` names, then the
defaults here.
"""

import ipaddress
import json
import os
import re
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, FilePath, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Origin(NamedTuple):
    """The upstream: scheme, host and port, and nothing else."""

    tls: bool
    host: str
    port: int


def parse_address(text: str) -> Address:
    """Read HOST:PORT, an IPv6 host in brackets; raise ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("must be HOST:PORT, as in 127.0.0.1:8080")
    return Address(host.strip("[]"), int(port))


def parse_page(text: str) -> Address | None:
    """Read HOST:PORT, or `off`, which is None; raise ValueError."""
    try:
        return None if text == "off" else parse_address(text)
    except ValueError as error:
        raise ValueError("must be HOST:PORT, as in 127.0.0.1:9465, or off") from error


_TLS_OF_SCHEME = {"https": True, "wss": True, "http": False, "ws": False}


def parse_origin(text: str) -> Origin:
    """Read the upstream's URL; raise ValueError, never quoting it: somebody may have put a key into it."""
    problem = "must be a URL of scheme and host alone, as in https://api.openai.com"
    url = _split(text, problem)
    if url.path not in ("", "/") or url.query:
        raise ValueError(problem)
    tls = _TLS_OF_SCHEME[url.scheme]
    return Origin(tls, url.hostname or "", url.port or (443 if tls else 80))


DEFAULT_TARGET = "/v1/realtime?model=gpt-realtime"


def parse_call_url(text: str) -> str:
    """The URL to call, with DEFAULT_TARGET where it is scheme and host alone; raise ValueError, never quoting it."""
    url = _split(text, "must be the URL of a Realtime server, as in ws://127.0.0.1:8080")
    origin_alone = url.path in ("", "/") and not url.query
    return f"{url.scheme}://{url.netloc}{DEFAULT_TARGET}" if origin_alone else text


def _split(text: str, problem: str) -> SplitResult:
    """The parts of a URL that names a host to connect to; raise ValueError with the problem."""
    try:
        url = urlsplit(text)
        port = url.port
        (url.hostname or "").encode("idna")
    except ValueError as error:
        raise ValueError(problem) from error
    if url.scheme not in _TLS_OF_SCHEME or not url.hostname or "@" in url.netloc or url.fragment or port == 0:
        raise ValueError(problem)
    return url


class Label(NamedTuple):
    """A label of metrics, whose values are those of a header of upgrade requests."""

    name: str
    header: str
    """In lower case."""


_LABEL_NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
"""Prometheus: data model; what begins with __ is its own."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 section 5.6.2."""
_CREDENTIAL_HEADER = re.compile(
    r"authori[sz]ation|authenticat|cookie|token|secret|passw|passphrase|credential|signature|bearer|api[-_]?key|access[-_]?key"
    r"|(?:^|[-_])(?:key|auth|jwt|pwd)(?:[-_]|$)|^sec-websocket-"
)
"""Browsers send the API's key in `sec-websocket-protocol`."""


def parse_label(text: str) -> Label:
    """Read NAME=HEADER; raise ValueError, never quoting it."""
    name, equals, header = text.partition("=")
    if not equals:
        raise ValueError("must be NAME=HEADER, as in tenant=x-tenant")
    if not _LABEL_NAME.fullmatch(name):
        raise ValueError("NAME must be one of letters, digits and _, that begins with no digit and not with __")
    if not _HEADER_NAME.fullmatch(header):
        raise ValueError("HEADER must be the name of an HTTP header, as in x-tenant")
    if _CREDENTIAL_HEADER.search(header.lower()):
        raise ValueError("HEADER may carry a credential, and labels are public")
    return Label(name, header.lower())


def _valid(parse: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


AddressOption = Annotated[str, _valid(parse_address)]
PageOption = Annotated[str, _valid(parse_page)]
OriginOption = Annotated[str, _valid(parse_origin)]
CallOption = Annotated[str, AfterValidator(parse_call_url)]
Seconds = Annotated[float, Field(gt=0)]
Bytes = Annotated[int, Field(gt=0)]


def _usable_directory(path: Path) -> Path:
    """Make the directory if there is none; raise ValueError where no file could be made in it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ValueError(f"{path}: not writable")
    return path


def _named(path: object) -> object:
    """Refuse the empty text, which as a path is the working directory: a variable of some script is not set."""
    if path == "":
        raise ValueError("must not be empty; the working directory is .")
    return path


DirectoryOption = Annotated[Path, BeforeValidator(_named), AfterValidator(_usable_directory)]

LABELS = 3
"""Labels that the operator may add: each multiplies the number of series."""


def _separate(labels: object) -> object:
    """A variable is a text, and so are the options of a command line: JSON, or with commas between the labels."""
    if not isinstance(labels, str):
        return labels
    if not labels.startswith("["):
        return [label.strip() for label in labels.split(",")]
    try:
        return json.loads(labels)
    except ValueError as error:
        raise ValueError("must be a JSON list, or have commas between the labels") from error


def _few(labels: list[str]) -> list[str]:
    names = {parse_label(label).name for label in labels}
    if len(labels) > LABELS:
        raise ValueError("there may be three at most")
    if len(names) < len(labels):
        raise ValueError("each needs a NAME of its own")
    return labels


LabelOptions = Annotated[
    list[Annotated[str, _valid(parse_label)]], NoDecode, BeforeValidator(_separate), AfterValidator(_few)
]


class Settings(BaseSettings):
    """What every subcommand's options have in common."""

    model_config = SettingsConfigDict(
        env_prefix="VOICETAP_",
        cli_kebab_case=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
        cli_implicit_flags=True,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )


class Demo(Settings):
    """Show it: a simulated server, the proxy and scripted callers, then what was counted. No key is needed."""

    seconds: Seconds = Field(20.0, description="seconds that the callers go on calling")
    open: bool = Field(
        True, description="open the live page in a browser, if there is one and somebody at the terminal"
    )


class Simulate(Settings):
    """Run the simulated Realtime server alone, to test voice clients against."""

    listen: AddressOption = Field("127.0.0.1:8090", description="where clients connect")
    scenario: str = Field(
        "default", description="how the server behaves: a name that --list shows, or the path of a TOML file"
    )
    recording: FilePath | None = Field(None, description="a recording to play back as the server, not a scenario")
    pace: Annotated[float, Field(gt=0)] = Field(1.0, description="of a recording: how many times as fast it is")
    list: bool = Field(False, description="list the scenarios that come with it, and end")
    log: Path | None = Field(None, description="a file that gets one JSON line per event sent and received")
    seed: int = Field(1, description="equal seeds make equal choices")
    tls_cert: FilePath | None = Field(None, description="certificate chain (PEM) to serve clients over TLS")
    tls_key: FilePath | None = Field(None, description="private key (PEM) of --tls-cert")

    @model_validator(mode="after")
    def _check(self) -> "Simulate":
        given = self.model_fields_set
        if self.recording is not None and "scenario" in given:
            raise ValueError("--scenario and --recording cannot be given together")
        if self.recording is None and "pace" in given:
            raise ValueError("--pace needs --recording")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("--tls-cert and --tls-key must be given together")
        return self


class Call(Settings):
    """Run scripted callers alone, against any Realtime server; the key is that of OPENAI_API_KEY, or one made up."""

    url: CallOption = Field(description="the server to call, or voicetap before it (ws, wss, http, https)")
    callers: Annotated[int, Field(gt=0)] = Field(6, description="how many call at once")
    seconds: Seconds | None = Field(None, description="seconds to go on; without it, until told to stop")


with warnings.catch_warnings():
    # Pydantic warns that a field `json` hides a method of its models, which nothing here calls.
    warnings.filterwarnings("ignore", message='Field name "json"', category=UserWarning)

    class Replay(Settings):
        """Say what recorded sessions were: FILE… are recordings, gzip'd or not; - is standard input."""

        json: bool = Field(  # type: ignore[assignment]
            False, description="print a JSON array with one object for each file, instead of reports for people"
        )
        open: bool = Field(
            False, description="show them in the live page, in a browser, until Ctrl-C; there are no reports then"
        )
        content: bool = Field(
            False,
            description="show the messages of failed transcriptions, which may quote what people said; with --open "
            "all that was said, as far as it was recorded",
        )
        prices: FilePath | None = Field(
            None, description="a TOML file with prices of models, which go before those that voicetap has"
        )

        @model_validator(mode="after")
        def _check(self) -> "Replay":
            if self.open and self.json:
                raise ValueError("--open and --json exclude each other")
            return self


class Serve(Settings):
    """Relay between clients and the upstream, and tell what happens on the way."""

    upstream: OriginOption = Field(description="the one server that is ever contacted (https, wss, http, ws)")
    listen: AddressOption = Field("127.0.0.1:8080", description="where clients connect")
    admin: AddressOption = Field("127.0.0.1:9464", description="where /metrics, /livez, /readyz and /startupz are")
    page: PageOption = Field("127.0.0.1:9465", description="where the live page is; off: nowhere")
    allow_remote_page: bool = Field(
        False, description="allow --page on an address that others reach: it asks for no password, and shows all calls"
    )
    page_sessions: Annotated[int, Field(gt=0)] = Field(
        200, description="sessions that the live page keeps; those that go on are always there"
    )
    tls_cert: FilePath | None = Field(None, description="certificate chain (PEM) to serve clients over TLS")
    tls_key: FilePath | None = Field(None, description="private key (PEM) of --tls-cert")
    upstream_ca: FilePath | None = Field(None, description="certificates (PEM) to trust instead of the system's")
    allow_plaintext_upstream: bool = Field(
        False, description="allow http and ws to a host other than this one: keys travel readable"
    )
    connect_timeout: Seconds = Field(10.0, description="seconds to reach the upstream, TLS included")
    handshake_timeout: Seconds = Field(10.0, description="seconds that the upstream has to answer an upgrade")
    drain_timeout: Annotated[float, Field(ge=0)] = Field(25.0, description="seconds that calls may go on after SIGTERM")
    drain_refuse: bool = Field(False, description="refuse new sessions while draining")
    record: DirectoryOption | None = Field(
        None, description="a directory to write a recording of each session into, without audio and text"
    )
    record_audio: bool = Field(False, description="write the audio into the recordings too: the voices of people")
    record_max_bytes: Bytes = Field(256 * 1024 * 1024, description="size at which the recording of a session ends")
    record_keep_bytes: Bytes = Field(
        4 * 1024 * 1024 * 1024, description="size of all recordings together; the oldest are deleted for new ones"
    )
    content: bool = Field(
        False,
        description="write what people and models said into recordings and spans, and show it in the live page: "
        "transcripts, prompts, tool arguments and results, in clear text; credentials never",
    )
    label: LabelOptions = Field(
        [],
        description="NAME=HEADER: a label of metrics with the values of that header of upgrade requests; three at most",
    )
    tool_names: bool = Field(False, description="tell tool calls apart by the name of the tool, at most 50")
    prices: FilePath | None = Field(None, description="a TOML file of prices to lay over the built-in ones")
    config: FilePath | None = Field(None, description="a TOML file with these options as its keys")

    @model_validator(mode="after")
    def _check(self) -> "Serve":
        origin = parse_origin(self.upstream)
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("--tls-cert and --tls-key must be given together")
        if not origin.tls and not self.allow_plaintext_upstream and not is_loopback(origin.host):
            raise ValueError(
                "--upstream without TLS would send keys readable over the network; "
                "use https, or say --allow-plaintext-upstream"
            )
        if self.upstream_ca is not None and not origin.tls:
            raise ValueError("--upstream-ca needs an https or wss --upstream")
        if self.record_audio and self.record is None:
            raise ValueError("--record-audio needs --record")
        page = parse_page(self.page)
        if page is not None and not self.allow_remote_page and not is_loopback(page.host):
            raise ValueError(
                "--page would show all calls to whoever reaches it, without a password; use a loopback address "
                "(docs/page.md says how to see it from elsewhere), or say --allow-remote-page"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line (put first by pydantic-settings), environment, file."""
        return init_settings, env_settings, _ConfigFile(settings_cls)


class _ConfigFile(PydanticBaseSettingsSource):
    """The TOML file that a source before it named."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not asked: the file is read whole."""
        raise AssertionError

    def __call__(self) -> dict[str, Any]:
        path = self.current_state.get("config")
        if path is None:
            return {}
        try:
            text = Path(path).read_text(encoding="utf-8")
            options = {key.replace("-", "_"): value for key, value in tomllib.loads(text).items()}
        except OSError as error:
            raise SettingsError(f"--config: {path}: {error.strerror}") from error
        except ValueError as error:  # also tomllib.TOMLDecodeError and bad UTF-8
            raise SettingsError(f"--config: {path}: {error}") from error
        for key in options:
            if key not in self.settings_cls.model_fields or key == "config":
                raise SettingsError(f"--config: {path}: there is no option {key}")
        return options


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
