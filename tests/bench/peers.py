"""Who is compared: how each peer is configured and started."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import run

Command = list[str]


@dataclass(frozen=True)
class Place:
    """Where a peer finds its upstream, itself, and room for its files. All on loopback."""

    upstream: int
    listen: int
    admin: int
    directory: Path
    page: int
    collector: int | None = None
    """Where an OTLP receiver listens, for a peer that exports."""


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


def _nginx(place: Place, proxy_options: str = "") -> Command:
    user = "user root;" if os.getuid() == 0 else ""
    configuration = place.directory / "nginx.conf"
    configuration.write_text(f"""
        {user}
        daemon off;
        worker_processes 1;
        pid {place.directory}/nginx.pid;
        error_log stderr error;
        events {{ worker_connections 8192; }}
        http {{
            access_log off;
            client_body_temp_path {place.directory}/body;
            proxy_temp_path {place.directory}/proxy;
            fastcgi_temp_path {place.directory}/fastcgi;
            uwsgi_temp_path {place.directory}/uwsgi;
            scgi_temp_path {place.directory}/scgi;
            server {{
                listen 127.0.0.1:{place.listen};
                location / {{
                    proxy_pass http://127.0.0.1:{place.upstream};
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                    proxy_buffering off;
                    proxy_read_timeout 1h;
                    proxy_send_timeout 1h;
                    {proxy_options}
                }}
            }}
        }}
    """)
    return ["nginx", "-c", str(configuration), "-p", str(place.directory), "-e", "stderr"]


def _haproxy(place: Place) -> Command:
    configuration = place.directory / "haproxy.cfg"
    configuration.write_text(f"""
global
    nbthread 1
    maxconn 8192
defaults
    mode http
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend callers
    bind 127.0.0.1:{place.listen}
    default_backend upstream
backend upstream
    server only 127.0.0.1:{place.upstream}
""")
    return ["haproxy", "-db", "-f", str(configuration)]


def _voicetap(place: Place, page: str = "off") -> Command:
    return [
        *(sys.executable, "-m", "voicetap", "serve"),
        *("--upstream", f"http://127.0.0.1:{place.upstream}"),
        *("--listen", f"127.0.0.1:{place.listen}"),
        *("--admin", f"127.0.0.1:{place.admin}"),
        *("--page", page),
    ]


def _voicetap_with_page(place: Place) -> Command:
    return _voicetap(place, f"127.0.0.1:{place.page}")


def _to_collector(place: Place) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{place.collector}"}


def _blind(place: Place) -> Command:
    return [
        *(sys.executable, "-m", "bench.blind"),
        *("--upstream", str(place.upstream), "--listen", str(place.listen)),
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
    Peer("nginx", "one worker, default buffers (4 KiB: two reads an event)", _nginx, _NEEDS_NGINX, _NGINX_VERSION),
    Peer(
        "nginx-16k",
        "the same with proxy_buffer_size 16k (one read an event)",
        lambda place: _nginx(place, "proxy_buffer_size 16k; proxy_buffers 8 16k;"),
        _NEEDS_NGINX,
        _NGINX_VERSION,
    ),
    Peer("haproxy", "one thread, mode http", _haproxy, _needs("haproxy", "haproxy"), _first_line_of("haproxy", "-v")),
    Peer("blind", "voicetap's relay, nobody looking", _blind, _needs_module("voicetap.relay"), _voicetap_version),
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
]


def peer_from_command(name: str, template: str) -> Peer:
    """A peer of the caller's own.

    In the template {upstream}, {listen}, {admin} and {page} become ports, {dir} a directory.
    """

    def command(place: Place) -> Command:
        ports = {"upstream": place.upstream, "listen": place.listen, "admin": place.admin, "page": place.page}
        return [word.format(**ports, dir=place.directory) for word in template.split()]

    return Peer(name, template, command)
