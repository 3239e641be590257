"""The tracer of the process, as the OTEL_* environment variables ask for it."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter
from opentelemetry.trace import ProxyTracerProvider, Tracer, get_tracer_provider
from opentelemetry.trace import TracerProvider as AnyTracerProvider

from ... import __version__
from .configured import configured_sampler
from .console import standard_output
from .delivery import Delivery
from .environment import Batches, Exporter, Exports, Protocol, is_disabled, read_batches, read_traces
from .exporters import Reporting, Sending
from .losses import Losses
from .quiet import quiet_api, quiet_exporters, thin_out
from .resource import resource
from .sampler import SessionSampler
from .unusable import discard_unusable

log = logging.getLogger(__name__)

SCOPE = "voicetap"
"""The name of the instrumentation scope."""


class Tracing:
    """A tracer, and the end of it."""

    def __init__(
        self, tracer: Tracer, shutdowns: Sequence[Callable[[], None]], given_up: Sequence[Callable[[], None]] = ()
    ) -> None:
        self.tracer = tracer
        """Of the scope `voicetap`, in this version."""
        self._shutdowns = shutdowns
        self._given_up = given_up

    def stop(self, seconds: float) -> None:
        """Send what waits, for `seconds` at most; blocks that long. What has not arrived by then is counted as lost.

        The SDK's own shutdown waits for 30 s, so it is left to threads that end with the process.
        """
        ends = time.monotonic() + seconds
        threads = [threading.Thread(target=shutdown, daemon=True) for shutdown in self._shutdowns]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(ends - time.monotonic(), 0.0))
        for give_up in self._given_up:
            give_up()


def start_tracing(environ: MutableMapping[str, str], dropped: Callable[[int], None]) -> Tracing | None:
    """The tracer that `environ`, which is os.environ, asks for; None, silently, where it asks for none.

    What cannot be used is taken out of `environ`, for other readers too. `dropped` is called with a number of spans
    that did not reach their collector, from any thread. A provider that `opentelemetry-instrument` has set is used as
    it is; then spans are its affair, and none are counted, but its exporters may log a line a minute.
    """
    discard_unusable(environ)
    if is_disabled(environ):
        return None
    quiet_api()
    provider = get_tracer_provider()
    if not isinstance(provider, ProxyTracerProvider):
        thin_out(environ)
        return Tracing(_tracer_of(provider), [provider.shutdown] if isinstance(provider, TracerProvider) else [])
    if environ.get("OTEL_CONFIG_FILE"):
        log.warning("OTEL_CONFIG_FILE is only read under opentelemetry-instrument; the other variables are used")
    exports = read_traces(environ)
    if not exports.exporters:
        return None
    quiet_exporters(environ)
    deliveries = list(_deliveries(exports, read_batches(environ), Losses("span", "spans", dropped)))
    if not deliveries:
        return None
    own = TracerProvider(SessionSampler(configured_sampler(environ)), resource(), shutdown_on_exit=False)
    for delivery in deliveries:
        own.add_span_processor(delivery)
    return Tracing(
        own.get_tracer(SCOPE, __version__),
        [each.shutdown for each in deliveries],
        [each.give_up for each in deliveries],
    )


def _deliveries(exports: Exports, batches: Batches, losses: Losses) -> Iterator[Delivery]:
    for exporter in exports.exporters:
        try:
            yield Delivery(_sending(exporter, exports), batches, losses)
        except Exception as error:
            # A certificate that cannot be read, say. Calls go on without spans rather than not at all.
            log.warning("no spans go to %s: %s", exporter.value, type(error).__name__)


def _sending(exporter: Exporter, exports: Exports) -> Sending:
    """Imported only where it is asked for: 20 MiB, and one of them an extra."""
    if exporter is Exporter.CONSOLE:
        return Reporting(ConsoleSpanExporter(out=standard_output()), lambda: "console")
    if exports.protocol is Protocol.GRPC:
        from .spans_over_grpc import SpansOverGrpc

        return SpansOverGrpc(exports.timeout, exports.compression)
    from .spans_over_http import SpansOverHttp

    return SpansOverHttp(exports.timeout, exports.compression)


def _tracer_of(provider: AnyTracerProvider) -> Tracer:
    """A tracer of a provider that others have set, which samples sessions whole; their tracers go on as they did."""
    if not isinstance(provider, TracerProvider):
        return provider.get_tracer(SCOPE, __version__)
    # A tracer keeps the sampler that its provider has when it is made.
    configured = provider.sampler
    provider.sampler = SessionSampler(configured)
    try:
        return provider.get_tracer(SCOPE, __version__)
    finally:
        provider.sampler = configured
