"""The composition root: the only file that knows all layers, and the order of start and stop."""

import asyncio
import json
import logging
import os
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import uvloop
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from .config import Address, Serve, parse_address, parse_label, parse_origin, parse_page
from .facts import Connection, Sink, TraceIds
from .loop_lag import LoopLag
from .observe import ConversationObserver
from .observe.recorder import Recorder
from .observe.shelf import Shelf
from .observe.writer import Writer
from .prices import PricesError, PriceTable, load_prices
from .recording import Elider, Scrubber
from .relay import Relay, Upstream
from .signals.live import LiveView
from .signals.logs import LogLines, to_standard_error
from .signals.metrics import Metrics
from .telemetry import SpanSinks, Telemetry
from .web.admin import Admin
from .web.page import Page

log = logging.getLogger(__name__)

FAILED = 1
"""Exit status when the process cannot do its work: an address is taken, a certificate unreadable."""

SWITCH_INTERVAL = 0.001
"""Seconds after which a thread gives way to another that wants to run."""

BAD_FILE = 2
"""Exit status when a file that an option names must be changed first; the same as for the option itself."""


class CannotStart(Exception):
    """What stands in the way, in one line."""

    def __init__(self, problem: str, status: int = FAILED) -> None:
        super().__init__(problem)
        self.status = status


def run(settings: Serve) -> int:
    """Serve until told to stop; return the exit status."""
    # A scrape is written, and spans are encoded, in other threads; with Python's own 5 ms a turn, calls
    # wait twice as long for them (tests/bench).
    sys.setswitchinterval(SWITCH_INTERVAL)
    to_standard_error()
    try:
        uvloop.run(_Process(settings).run())
    except CannotStart as problem:
        print(f"voicetap serve: {problem}", file=sys.stderr)
        return problem.status
    return 0


class _Process:
    """One running proxy."""

    def __init__(self, settings: Serve) -> None:
        self._settings = settings
        self._stopping = asyncio.Event()
        self._hurried = asyncio.Event()

    async def run(self) -> None:
        settings = self._settings
        registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        metrics = _metrics(registry, settings)
        prices = _prices(settings)
        recorder = _recorder(settings, partial(metrics.sink_failed, "recording"))
        telemetry = Telemetry(
            os.environ,
            registry,
            metrics.telemetry_dropped,
            parse_origin(settings.upstream),
            scheme="https" if settings.tls_cert else "http",
            content=settings.content,
        )
        page_address = parse_page(settings.page)
        view = None
        if page_address is not None:
            view = LiveView(sessions=settings.page_sessions, content=settings.content)
        observer = ConversationObserver(
            asyncio.get_running_loop(),
            sinks=_Sinks(telemetry.spans, metrics, LogLines(), view),
            process_sink=metrics,
            lagged=metrics.observer_lagged,
            sink_failed=metrics.sink_failed,
            recorder=recorder,
            prices=prices,
            content=telemetry.content or (view is not None and settings.content),
        )
        relay = Relay(
            _upstream(settings),
            observer,
            connect_timeout=settings.connect_timeout,
            handshake_timeout=settings.handshake_timeout,
        )
        admin = Admin(registry, self._unready)
        page = Page(view) if view is not None else None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled)
        await _listen("--admin", settings.admin, admin.start)
        if page is not None:
            await _listen("--page", settings.page, page.start)
        await _listen("--listen", settings.listen, partial(relay.start, ssl_context=_server_tls(settings)))
        ticking = asyncio.create_task(observer.tick_for_ever())
        lag = LoopLag(loop, metrics.loop_lagged)
        lag.start()
        addresses = {
            "listen": parse_address(settings.listen)._replace(port=relay.port),
            "admin": parse_address(settings.admin)._replace(port=admin.port),
        }
        if page is not None and page_address is not None:
            addresses["page"] = page_address._replace(port=page.port)
        _say_listening(addresses)
        await self._stopping.wait()
        if settings.drain_refuse:
            relay.refuse_upgrades()
        await self._drain(relay)
        await relay.stop()
        ticking.cancel()
        lag.stop()
        observer.finish()
        # At once, for each may take its time: a disk, a collector, a scraper, a reader of the page.
        recordings = [asyncio.to_thread(recorder.stop)] if recorder is not None else []
        pages = [page.stop()] if page is not None else []
        await asyncio.gather(*recordings, telemetry.stop(), admin.stop(), *pages)

    def _signalled(self) -> None:
        """The first signal drains, the second ends at once."""
        if self._stopping.is_set():
            self._hurried.set()
        self._stopping.set()

    def _unready(self) -> str | None:
        return "draining" if self._stopping.is_set() else None

    async def _drain(self, relay: Relay) -> None:
        """Let calls go on until the last one ends, the limit passes, or somebody is in a hurry."""
        log.info("draining: %d sessions, at most %g s", len(relay.live), self._settings.drain_timeout)
        ends = [asyncio.create_task(relay.idle()), asyncio.create_task(self._hurried.wait())]
        await asyncio.wait(ends, timeout=self._settings.drain_timeout, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        log.info("stopping: %d sessions are cut", len(relay.live))


class _Sinks:
    """Makes the sinks of a connection. That of spans comes first: it says in the trace ids where each fact stands."""

    def __init__(self, spans: SpanSinks | None, metrics: Metrics, logs: LogLines, view: LiveView | None) -> None:
        self._spans = spans
        self._metrics = metrics
        self._logs = logs
        self._view = view

    def __call__(self, connection: Connection) -> list[Sink]:
        ids = TraceIds()
        spans = [] if self._spans is None else [self._spans(connection, ids)]
        live = [] if self._view is None else [self._view.connection(connection, ids)]
        return [*spans, self._metrics.connection(connection, ids), self._logs.connection(connection, ids), *live]


def _metrics(registry: CollectorRegistry, settings: Serve) -> Metrics:
    labels = [parse_label(label) for label in settings.label]
    try:
        return Metrics(registry, [(label.name, label.header.encode()) for label in labels], settings.tool_names)
    except ValueError as error:
        raise CannotStart(f"--label: {error}", BAD_FILE) from error


def _prices(settings: Serve) -> PriceTable:
    try:
        return load_prices(settings.prices)
    except PricesError as error:
        raise CannotStart(f"--prices: {error}", BAD_FILE) from error


def _recorder(settings: Serve, failed: Callable[[], None]) -> Recorder | None:
    if settings.record is None:
        return None
    try:
        shelf = Shelf(settings.record, settings.record_keep_bytes)
    except OSError as error:
        raise CannotStart(f"--record {settings.record}: {error.strerror or error}") from error
    censor = partial(Scrubber if settings.content else Elider, keep_audio=settings.record_audio)
    writer = Writer(shelf, failed)
    writer.start()
    return Recorder(writer, censor, failed, max_bytes=settings.record_max_bytes)


def _upstream(settings: Serve) -> Upstream:
    origin = parse_origin(settings.upstream)
    tls = None
    if origin.tls:
        try:
            tls = ssl.create_default_context(cafile=settings.upstream_ca)
        except OSError as error:
            raise CannotStart(f"--upstream-ca: {settings.upstream_ca}: {error.strerror or error}") from error
        # HTTP/2 could not carry the client's HTTP/1 bytes.
        tls.set_alpn_protocols(["http/1.1"])
    return Upstream(origin.host, origin.port, tls)


def _server_tls(settings: Serve) -> ssl.SSLContext | None:
    if settings.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except OSError as error:
        raise CannotStart(f"--tls-cert, --tls-key: {settings.tls_cert}: {error.strerror or error}") from error
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _listen(option: str, address: str, start: Callable[[str, int], Awaitable[None]]) -> None:
    host, port = parse_address(address)
    try:
        await start(host, port)
    except OSError as error:
        raise CannotStart(f"{option} {address}: {error.strerror or error}") from error


def _say_listening(addresses: Mapping[str, Address]) -> None:
    """Tell whoever started the process, in its first line of output, where it is reached."""
    print(json.dumps({"event": "listening", **{name: str(at) for name, at in addresses.items()}}), flush=True)
