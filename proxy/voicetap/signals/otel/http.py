"""The requests session of the OTLP exporters over HTTP, in which nothing that a collector answers is without bounds.

requests by itself reads an answer to its end, unpacks it, looks at the body of a redirect before it does not follow it,
and counts its timeout anew with each byte. It takes credentials from ~/.netrc before those of the variables, and
keeps the cookies it is given. None of that happens here.
"""

import socket
import threading
from contextvars import ContextVar
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool

LONGEST_ANSWER = 4096
"""Bytes of a body that are read. What OTLP answers with is a count, and a text that nobody sees."""


class CollectorSession(requests.Session):
    """Of one exporter, used by one thread at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_in_the_url
        self.trouble: str | None = None
        """Why the last request failed: its status, or the type of the error. None: it did not, or was not made."""
        self.body = b""
        """The body of the last answer, unless it was too long."""
        adapter = _BoundedAdapter()
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def forget(self) -> None:
        """What the last request came to."""
        self.trouble, self.body = None, b""

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Let a certificate that an OTEL_* variable names go before REQUESTS_CA_BUNDLE, which is of the machine."""
        if self.verify is not True:
            verify = self.verify
        return super().merge_environment_settings(url, proxies, stream, verify, cert)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send it; a redirect is an error, for the spans went nowhere, and their headers are for one host only."""
        self.forget()
        try:
            response = super().send(request, **kwargs)
        except Exception as error:
            self.trouble = self.trouble or type(_cause(error)).__name__
            raise
        if not 200 <= response.status_code < 300:
            self.trouble = f"HTTP {response.status_code}"
            if response.status_code < 400:
                raise requests.TooManyRedirects(self.trouble)
        self.body = response.content
        return response


def _as_in_the_url(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authentication by the user of the endpoint, if it has one; with it requests does not look for ~/.netrc."""
    user, password = get_auth_from_url(request.url or "")
    return HTTPBasicAuth(user, password)(request) if user else request


def _cause(error: BaseException) -> BaseException:
    """Where it began: what requests and urllib3 raise is all alike."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


class _Deadline:
    """Ends a request when its time is up, wherever it is then."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._socket: object = None
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def covers(self, connection: HTTPConnection) -> None:
        """The request goes on there."""
        with self._lock:
            self._socket = connection.sock
            if self.passed:
                self._cut()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if isinstance(self._socket, socket.socket):
            try:
                # Not SSLSocket.shutdown, which takes the TLS state from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                pass


_deadline: ContextVar[_Deadline] = ContextVar("_deadline")
"""Of the request that this thread makes."""


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _deadline.get().covers(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _deadline.get().covers(self)
        super().request(*args, **kwargs)


class _TlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _deadline.get().covers(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _deadline.get().covers(self)
        super().request(*args, **kwargs)


_WATCHED: dict[Any, Any] = {HTTPConnection: _Connection, HTTPSConnection: _TlsConnection}
"""What stands in for the connections of urllib3. Those through a SOCKS proxy stay what they are."""


class _BoundedAdapter(HTTPAdapter):
    """Sends, and takes of the answer its head and the first bytes of its body, all within the timeout."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> ConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        if isinstance(pool, HTTPConnectionPool):
            pool.ConnectionCls = _WATCHED.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        with _Deadline(float(kwargs["timeout"])) as deadline:
            token = _deadline.set(deadline)
            try:
                response = super().send(request, *args, **{**kwargs, "stream": True})
            except Exception:
                if deadline.passed:
                    raise requests.ReadTimeout from TimeoutError()
                raise
            else:
                if deadline.passed:  # in the head, whose end an early end of the connection seems to be
                    raise requests.ReadTimeout from TimeoutError()
                return _bounded(response, deadline)
            finally:
                _deadline.reset(token)


def _bounded(response: requests.Response, deadline: _Deadline) -> requests.Response:
    """The same answer with its body at hand, as packed as it came; without one that is long or late."""
    try:
        body = response.raw.read(LONGEST_ANSWER + 1, decode_content=False)
    except Exception:
        body = b""
    response.close()
    bounded = requests.Response()
    bounded.status_code = response.status_code
    bounded.reason = response.reason
    bounded.headers = response.headers
    bounded.url = response.url
    bounded.request = response.request
    bounded.raw = BytesIO(b"" if deadline.passed or len(body) > LONGEST_ANSWER else body)
    return bounded
