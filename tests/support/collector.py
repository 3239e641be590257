"""An OTLP receiver on loopback, which keeps what it gets, and behaves as badly as a test asks.

    with collecting() as collector:
        ...  # OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint
        spans = collector.await_spans(3)

It runs in threads of its own, so synchronous and asynchronous tests use it alike (the latter through
`asyncio.to_thread` where they wait). `collector.behaviour = Refusal(429, {"Retry-After": "3600"})` changes how it
answers from the next request on. `collecting_grpc()` is the same over gRPC, and only behaves well.
"""

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

WAIT_SECONDS = 10.0
"""For what a test awaits; the SDK's own delay is 5 s unless OTEL_BSP_SCHEDULE_DELAY says less."""


@dataclass(frozen=True)
class Request:
    """One that came in whole."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Decompressed."""
    at: float
    """Seconds on the monotonic clock."""


@dataclass
class Received:
    """What a collector has got so far; safe to read while it gets more."""

    requests: list[Request] = field(default_factory=list)
    """Also those that it answered badly."""
    changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def add(self, request: Request) -> None:
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()

    @property
    def trace_requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(request.body) for request in self._of("traces")]

    @property
    def metric_requests(self) -> list[ExportMetricsServiceRequest]:
        return [ExportMetricsServiceRequest.FromString(request.body) for request in self._of("metrics")]

    @property
    def spans(self) -> list[Span]:
        """All of them, in order of arrival."""
        return [
            span
            for request in self.trace_requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resource(self) -> dict[str, Any]:
        """Attributes of the resource that the first spans came from."""
        return attributes(self.trace_requests[0].resource_spans[0].resource.attributes)

    @property
    def metrics(self) -> dict[str, Metric]:
        """Name -> the newest of that name."""
        return {
            metric.name: metric
            for request in self.metric_requests
            for resource in request.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def wait_until(self, condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Until `condition`, which is asked after each request, holds; fails the test after `seconds`."""
        with self.changed:
            held = self.changed.wait_for(condition, seconds)
        assert held, f"not within {seconds} s; {len(self.requests)} requests came"

    def await_spans(self, count: int, seconds: float = WAIT_SECONDS) -> list[Span]:
        """The spans, once there are `count` of them at least."""
        self.wait_until(lambda: len(self.spans) >= count, seconds)
        return self.spans

    def await_requests(self, count: int, seconds: float = WAIT_SECONDS) -> list[Request]:
        """The requests, once there are `count` of them at least."""
        self.wait_until(lambda: len(self.requests) >= count, seconds)
        return self.requests

    def _of(self, signal: str) -> list[Request]:
        with self.changed:
            return [request for request in self.requests if request.path.endswith(f"/{signal}")]


def attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Of a span, event, resource or data point, as Python values; their types are those of the wire."""
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return attributes(value.kvlist_value.values)
        case kind:
            return getattr(value, kind)


# How a collector may answer. Each gets the handler of one request, which is already kept.


class Behaviour:
    """Takes what it gets."""

    def answer(self, handler: "_Handler") -> None:
        response = ExportTraceServiceResponse() if handler.path.endswith("traces") else ExportMetricsServiceResponse()
        handler.reply(200, {"Content-Type": "application/x-protobuf"}, response.SerializeToString())


@dataclass(frozen=True)
class Refusal(Behaviour):
    """Answers with a status and its own text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def answer(self, handler: "_Handler") -> None:
        handler.reply(self.status, self.headers, self.body)


@dataclass(frozen=True)
class Rejecting(Behaviour):
    """Takes some of the spans of each request only: OTLP's partial success."""

    spans: int

    def answer(self, handler: "_Handler") -> None:
        partial = ExportTracePartialSuccess(rejected_spans=self.spans, error_message="too old")
        body = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
        handler.reply(200, {"Content-Type": "application/x-protobuf"}, body)


@dataclass(frozen=True)
class Echoing(Behaviour):
    """Quotes the request's headers in status line, headers and body: what is logged of an answer tells of it."""

    status: int = 401

    def answer(self, handler: "_Handler") -> None:
        quoted = " ".join(f"{name}={value}" for name, value in handler.headers.items())
        handler.write(f"HTTP/1.1 {self.status} {quoted}\r\nX-Echo: {quoted}\r\n".encode())
        handler.write(f"Content-Length: {len(quoted)}\r\n\r\n{quoted}".encode())


class Hanging(Behaviour):
    """Never answers."""

    def answer(self, handler: "_Handler") -> None:
        handler.until_gone()


@dataclass(frozen=True)
class Dripping(Behaviour):
    """Sends `head` at once, and then a byte at a time."""

    head: bytes = b""
    then: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: " + b"x" * 4096
    every: float = 1.0
    """Seconds."""

    def answer(self, handler: "_Handler") -> None:
        handler.write(self.head)
        for position in range(len(self.then)):
            if handler.is_gone(self.every):
                return
            handler.write(self.then[position : position + 1])


@dataclass(frozen=True)
class Pouring(Behaviour):
    """A body of `size` bytes, gzip'd to almost nothing if asked."""

    status: int = 200
    size: int = 100_000_000
    compressed: bool = False

    def answer(self, handler: "_Handler") -> None:
        if self.compressed:
            handler.reply(self.status, {"Content-Encoding": "gzip"}, _bomb(self.size))
            return
        handler.write(f"HTTP/1.1 {self.status} Much\r\nContent-Length: {self.size}\r\n\r\n".encode())
        piece = bytes(65536)
        for _ in range(self.size // len(piece)):
            handler.write(piece)


@cache
def _bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


class Resetting(Behaviour):
    """Ends the connection with a reset."""

    def answer(self, handler: "_Handler") -> None:
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    collector: "Collector"

    def setup(self) -> None:
        self.collector.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        match self.headers.get("Content-Encoding"):
            case "gzip":
                body = gzip.decompress(body)
            case "deflate":
                body = zlib.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        behaviour = self.collector.behaviour
        self.collector.add(Request(self.path, headers, body, time.monotonic()))
        try:
            behaviour.answer(self)
        except OSError:
            self.close_connection = True

    def reply(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """With a length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def write(self, data: bytes) -> None:
        """Bytes as they are; nothing follows them on this connection."""
        self.close_connection = True
        self.wfile.write(data)
        self.collector.written += len(data)

    def is_gone(self, seconds: float) -> bool:
        """Whether the collector stops, or the client ends the connection, within `seconds`."""
        ends = time.monotonic() + seconds
        while not self.collector.stopping.is_set() and (left := ends - time.monotonic()) > 0:
            self.connection.settimeout(min(left, 0.1))
            try:
                return not self.connection.recv(1)
            except TimeoutError:
                continue
        return self.collector.stopping.is_set()

    def until_gone(self) -> None:
        """Wait for the end of the connection, or of the collector."""
        self.close_connection = True
        while not self.is_gone(60.0):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """The tests look at what came, not at lines about it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._open: set[socket.socket] = set()

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            self._open.discard(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the tests."""


class Collector(Received):
    """OTLP over HTTP."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self.behaviour = behaviour
        self.stopping = threading.Event()
        self.connections = 0
        """That were accepted so far."""
        self.written = 0
        """Bytes of answers, as far as it went beyond replying."""
        handler = type("_CollectorHandler", (_Handler,), {"collector": self})
        self._server = _Server(handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """For OTEL_EXPORTER_OTLP_ENDPOINT: without the path of a signal."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """The port is closed, and so are the connections, also those that hang."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def collecting(behaviour: Behaviour | None = None) -> Iterator[Collector]:
    """A collector that lives as long as the block."""
    collector = Collector(behaviour or Behaviour())
    try:
        yield collector
    finally:
        collector.stop()


def refused_endpoint() -> str:
    """A URL on loopback where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


class GrpcCollector(Received):
    """OTLP over gRPC; `endpoint` goes into OTEL_EXPORTER_OTLP_ENDPOINT."""

    endpoint = ""


@contextmanager
def collecting_grpc() -> Iterator[GrpcCollector]:
    """A collector that lives as long as the block; skips the test where grpcio is not installed."""
    grpc = pytest.importorskip("grpc")
    from concurrent.futures import ThreadPoolExecutor

    collector = GrpcCollector()

    def taking(path: str, answer: bytes) -> Any:
        def take(body: bytes, context: Any) -> bytes:
            headers = {name: str(value) for name, value in context.invocation_metadata()}
            collector.add(Request(path, headers, body, time.monotonic()))
            return answer

        return grpc.unary_unary_rpc_method_handler(take)

    services = {
        "opentelemetry.proto.collector.trace.v1.TraceService": taking(
            "/v1/traces", ExportTraceServiceResponse().SerializeToString()
        ),
        "opentelemetry.proto.collector.metrics.v1.MetricsService": taking(
            "/v1/metrics", ExportMetricsServiceResponse().SerializeToString()
        ),
    }
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        for service, handler in services.items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Export": handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        collector.endpoint = f"http://127.0.0.1:{port}"
        try:
            yield collector
        finally:
            server.stop(grace=None).wait()
