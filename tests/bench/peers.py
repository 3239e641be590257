"""Who is compared: what each peer is, how it is started, and what must be true of it for its figures to count."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version as metadata_version
from importlib.util import find_spec
from subprocess import run

from bench.litellm import litellm, litellm_environment, litellm_missing, litellm_version
from bench.place import Command, Place
from bench.strangers import haproxy, naive, nginx


@dataclass(frozen=True)
class Peer:
    """One way from the callers to the upstream."""

    name: str
    what: str
    """A line for the reader of the table."""
    command: Callable[[Place], Command] | None
    """How to start it in the foreground; None: there is nothing between the two."""
    missing: Callable[[], str | None] = lambda: None
    """Why it cannot run here, and what to do about it."""
    version: Callable[[], str] = lambda: ""
    observes: bool = False
    """Whether its /metrics must know of every event that was sent."""
    environment: Callable[[Place], dict[str, str]] = lambda place: {}
    """Variables that it is started with."""
    exports: bool = False
    """Whether it must send spans to the OTLP receiver of its place."""
    readers: int = 0
    """How many tabs of its live page are open."""
    records: bool = False
    """Whether its recordings must have a line for every event that was sent."""
    on_request: bool = False
    """Whether it takes part only where it is named: it cannot keep up with the load that the others are compared at."""


def _voicetap(place: Place, *more: str, page: str = "off") -> Command:
    return [
        *(sys.executable, "-m", "voicetap", "serve"),
        *("--upstream", place.origin),
        *("--listen", f"127.0.0.1:{place.listen}"),
        *("--admin", f"127.0.0.1:{place.admin}"),
        *("--page", page),
        *(("--upstream-ca", str(place.authority)) if place.authority else ()),
        *more,
    ]


def _voicetap_with_page(place: Place, *more: str) -> Command:
    return _voicetap(place, *more, page=f"127.0.0.1:{place.page}")


def _recording(place: Place) -> tuple[str, str]:
    place.recordings.mkdir()
    return "--record", str(place.recordings)


def _to_collector(place: Place) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{place.collector}"}


def _part(module: str, place: Place) -> Command:
    """A part of voicetap that the bench has put together."""
    return [
        *(sys.executable, "-m", f"bench.{module}"),
        *("--upstream", str(place.upstream), "--listen", str(place.listen), "--admin", str(place.admin)),
        *(("--authority", str(place.authority)) if place.authority else ()),
    ]


def _needs(program: str, package: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(program) else f"no {program} here; apt-get install {package}"


def _needs_module(module: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        return None if find_spec("voicetap") and find_spec(module) else f"no module {module}"

    return missing


def _first_line_of(*command: str) -> Callable[[], str]:
    def version() -> str:
        result = run(command, capture_output=True, text=True, check=False)
        return (result.stdout or result.stderr).splitlines()[0].strip()

    return version


def _voicetap_version() -> str:
    import voicetap

    return f"voicetap {voicetap.__version__}"


_NGINX_VERSION = _first_line_of("nginx", "-v")
_NEEDS_NGINX = _needs("nginx", "nginx-light")

PEERS = [
    Peer("direct", "no proxy: the callers dial the upstream", None),
    Peer("nginx", "one worker, default buffers (4 KiB: two reads an event)", nginx, _NEEDS_NGINX, _NGINX_VERSION),
    Peer(
        "nginx-16k",
        "the same with proxy_buffer_size 16k (one read an event)",
        lambda place: nginx(place, "proxy_buffer_size 16k; proxy_buffers 8 16k;"),
        _NEEDS_NGINX,
        _NGINX_VERSION,
    ),
    Peer("haproxy", "one thread, mode http", haproxy, _needs("haproxy", "haproxy"), _first_line_of("haproxy", "-v")),
    Peer(
        "aiohttp",
        "the proxy that people write first: messages copied by two tasks of aiohttp, on uvloop",
        naive,
        _needs_module("aiohttp"),
        lambda: f"aiohttp {metadata_version('aiohttp')}",
    ),
    Peer(
        "litellm",
        "the realtime route of LiteLLM's proxy, one worker, no database",
        litellm,
        litellm_missing,
        litellm_version,
        environment=litellm_environment,
        on_request=True,
    ),
    Peer(
        "blind",
        "voicetap's relay, nobody looking",
        lambda place: _part("blind", place),
        _needs_module("voicetap.relay"),
        _voicetap_version,
    ),
    Peer(
        "tap",
        "voicetap's relay, tap and session, and a sink that counts; no metrics, no logs",
        lambda place: _part("tapped", place),
        _needs_module("voicetap.observe"),
        _voicetap_version,
        observes=True,
    ),
    Peer(
        "voicetap",
        "voicetap serve: tap, session, metrics and logs",
        _voicetap,
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
    ),
    Peer(
        "traces",
        "the same, and its spans sent over OTLP to a receiver on loopback, whose processor time does not count",
        _voicetap,
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
        environment=_to_collector,
        exports=True,
    ),
    Peer(
        "recording",
        "the same as voicetap, and a recording of every session, without audio",
        lambda place: _voicetap(place, *_recording(place)),
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
        records=True,
    ),
    Peer(
        "page",
        "the same as voicetap, and the live page, at which nobody looks",
        _voicetap_with_page,
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
    ),
    Peer(
        "readers",
        "the same, and ten tabs of the page are open",
        _voicetap_with_page,
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
        readers=10,
    ),
    Peer(
        "everything",
        "traces, recording, and the live page, at which nobody looks",
        lambda place: _voicetap_with_page(place, *_recording(place)),
        _needs_module("voicetap.__main__"),
        _voicetap_version,
        observes=True,
        environment=_to_collector,
        exports=True,
        records=True,
    ),
]


def chosen(names: str | None, also: Sequence[str], say: Callable[[str], object]) -> list[Peer]:
    """Those of a comma-separated list, or all that need not be named, and `NAME=COMMAND` of the caller's own.

    Whoever cannot run here is left out, and `say` is told why. Raises SystemExit where a name is not known.
    """
    known = {peer.name: peer for peer in PEERS}
    wanted = names.split(",") if names else [peer.name for peer in PEERS if not peer.on_request]
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"bench: --peers: no such peer: {', '.join(sorted(unknown))}")
    peers = []
    for name in wanted:
        if reason := known[name].missing():
            say(f"{name} is left out: {reason}")
        else:
            peers.append(known[name])
    return [*peers, *(peer_from_command(*one.split("=", 1)) for one in also)]


def peer_from_command(name: str, template: str) -> Peer:
    """A peer of the caller's own.

    In the template {upstream}, {listen}, {admin} and {page} become ports, {dir} a directory.
    """

    def command(place: Place) -> Command:
        ports = {"upstream": place.upstream, "listen": place.listen, "admin": place.admin, "page": place.page}
        return [word.format(**ports, dir=place.directory) for word in template.split()]

    return Peer(name, template, command)
