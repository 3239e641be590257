"""The session of the exporters before collectors that behave badly, on loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme

from support.certificates import server_context
from support.collector import Behaviour, Dripping, Echoing, Hanging, Pouring, Refusal, Resetting, collecting
from support.collector import refused_endpoint as refused
from voicetap.signals.otel.http import LONGEST_ANSWER, CollectorSession

SHORT = 0.3
LONG = 10.0


def post(session: CollectorSession, url: str, timeout: float = LONG) -> requests.Response:
    """As the exporter does it."""
    return session.request("POST", f"{url}/v1/traces", data=b"spans", timeout=timeout, allow_redirects=False)


@pytest.fixture
def session() -> Iterator[CollectorSession]:
    with CollectorSession() as session:
        yield session


def test_an_answer_is_taken_as_it_comes(session: CollectorSession) -> None:
    with collecting() as collector:
        response = post(session, collector.endpoint)
        assert (response.status_code, response.content, session.trouble) == (200, b"", None)
        collector.behaviour = Refusal(503, {"Retry-After": "7"}, b"busy")
        response = post(session, collector.endpoint)
        assert (response.status_code, response.reason) == (503, "Service Unavailable")
        assert (response.headers["retry-after"], session.body) == ("7", b"busy")
        assert session.trouble == "HTTP 503"
        session.forget()
        assert (session.trouble, session.body) == (None, b"")


def test_one_connection_serves_many_requests(session: CollectorSession) -> None:
    with collecting() as collector:
        for _ in range(3):
            post(session, collector.endpoint)
        assert collector.connections == 1


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["at once", "status", "head"])
def test_a_head_that_drips_ends_at_the_timeout(session: CollectorSession, head: bytes) -> None:
    with collecting(Dripping(head, b"x" * 500, every=0.02)) as collector:
        began = time.monotonic()
        with pytest.raises(requests.ReadTimeout):
            post(session, collector.endpoint, timeout=SHORT)
        assert SHORT * 0.9 < time.monotonic() - began < 5.0
    assert session.trouble == "TimeoutError"


def test_a_body_that_drips_ends_at_the_timeout_and_leaves_the_status(session: CollectorSession) -> None:
    drip = Dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"x" * 500, every=0.02)
    with collecting(drip) as collector:
        began = time.monotonic()
        response = post(session, collector.endpoint, timeout=SHORT)
        assert time.monotonic() - began < 5.0
    assert (response.status_code, response.content, session.trouble) == (200, b"", None)


@pytest.mark.parametrize(
    ("behaviour", "trouble"),
    [(Hanging(), "TimeoutError"), (Resetting(), "ConnectionResetError")],
    ids=["hang", "reset"],
)
def test_why_no_answer_came(session: CollectorSession, behaviour: Behaviour, trouble: str) -> None:
    with collecting(behaviour) as collector, pytest.raises(requests.RequestException):
        post(session, collector.endpoint, timeout=SHORT)
    assert session.trouble == trouble


def test_nobody_there(session: CollectorSession) -> None:
    with pytest.raises(requests.ConnectionError):
        post(session, refused())
    assert session.trouble == "ConnectionRefusedError"


@pytest.mark.parametrize("status", [200, 500])
def test_a_long_body_is_not_read(session: CollectorSession, status: int) -> None:
    with collecting(Pouring(status, size=100_000_000)) as collector:
        response = post(session, collector.endpoint)
        assert (response.status_code, response.content) == (status, b"")
        assert collector.written < 50_000_000  # what the kernel takes


def test_a_packed_body_is_not_unpacked(session: CollectorSession) -> None:
    with collecting(Pouring(size=LONGEST_ANSWER * 500, compressed=True)) as collector:
        response = post(session, collector.endpoint)
        assert len(response.content) <= LONGEST_ANSWER
        assert response.content[:2] == b"\x1f\x8b"  # gzip's magic number


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_goes_nowhere(session: CollectorSession, status: int) -> None:
    with collecting() as elsewhere, collecting() as collector:
        collector.behaviour = Refusal(status, {"Location": f"{elsewhere.endpoint}/v1/traces"})
        with pytest.raises(requests.TooManyRedirects):
            post(session, collector.endpoint)
        assert elsewhere.requests == []
    assert session.trouble == f"HTTP {status}"


def test_what_a_collector_echoes_is_in_no_reason(session: CollectorSession) -> None:
    session.headers["Authorization"] = "Bearer canary"
    with collecting(Echoing()) as collector:
        assert "canary" in post(session, collector.endpoint).reason
    assert session.trouble == "HTTP 401"


def test_cookies_are_not_kept(session: CollectorSession) -> None:
    with collecting(Refusal(200, {"Set-Cookie": "a=b"})) as collector:
        for _ in range(2):
            post(session, collector.endpoint)
        assert "cookie" not in collector.requests[1].headers
    assert len(session.cookies) == 0


def test_credentials_come_from_the_variables_alone(
    session: CollectorSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    session.headers["Authorization"] = "Bearer given"
    with collecting() as collector:
        post(session, collector.endpoint)
        assert collector.requests[0].headers["authorization"] == "Bearer given"


def test_the_user_of_an_endpoint_is_let_in(session: CollectorSession) -> None:
    with collecting() as collector:
        post(session, collector.endpoint.replace("//", "//me:secret@"))
        assert collector.requests[0].headers["authorization"] == "Basic bWU6c2VjcmV0"


# Over TLS


@contextmanager
def over_tls(authority: trustme.CA, answer: bytes, then: bytes = b"") -> Iterator[str]:
    """Answers one request; after that it sends `then` again and again, every 50 ms."""
    stop = threading.Event()
    context = server_context(authority)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(65536)
                    tls.sendall(answer)
                    while not stop.wait(0.05):
                        tls.sendall(then)
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def authority(session: CollectorSession, tmp_path: Path) -> trustme.CA:
    """Which the session trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    session.verify = str(tmp_path / "ca.pem")
    return authority


def test_an_answer_over_tls(session: CollectorSession, authority: trustme.CA) -> None:
    with over_tls(authority, b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok") as url:
        assert post(session, url).content == b"ok"


def test_a_head_that_drips_over_tls_ends_at_the_timeout(session: CollectorSession, authority: trustme.CA) -> None:
    with over_tls(authority, b"HTTP/1.1 200 OK\r\nX-Long: ", b"x") as url:
        began = time.monotonic()
        with pytest.raises(requests.ReadTimeout):
            post(session, url, timeout=SHORT)
        assert time.monotonic() - began < 5.0
    assert session.trouble == "TimeoutError"


def test_a_certificate_of_nobody(session: CollectorSession) -> None:
    with over_tls(trustme.CA(), b"") as url, pytest.raises(requests.exceptions.SSLError):
        post(session, url)
    assert session.trouble == "SSLCertVerificationError"
