"""Over TLS nothing is lost that was received, and nobody can hold a connection without speaking."""

import asyncio
import socket
import ssl
import threading
from asyncio.sslproto import SSLProtocol

import pytest
import trustme

from support import certificates, handshake
from support.observer import RecordingObserver
from support.peer import End, Rest
from support.relaying import Connect, StartRelay
from support.upstream import ScriptedUpstream
from support.waiting import eventually, within
from voicetap.relay.tls import serving


class SendingUpstream:
    """A TLS server in a thread, with blocking sockets: awaits a head, sends, and ends its side of the TCP."""

    def __init__(self, context: ssl.SSLContext, data: bytes, *, notify: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sent = threading.Event()
        """All of it is in the kernel, or in the relay."""
        self.released = threading.Event()
        self._context, self._data, self._notify = context, data, notify
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        accepted, _ = self._listener.accept()
        with self._context.wrap_socket(accepted, server_side=True) as connection:
            received = b""
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            connection.sendall(self._data)
            if self._notify:
                connection.setblocking(False)
                try:
                    connection.unwrap()
                except OSError:
                    pass  # the answer to our close_notify has not come yet
            else:
                connection.shutdown(socket.SHUT_WR)
            self.sent.set()
            self.released.wait(10)

    def close(self) -> None:
        self.released.set()
        self._thread.join()
        self._listener.close()


@pytest.mark.parametrize("notify", [False, True], ids=["FIN", "close_notify"])
@pytest.mark.parametrize("megabytes", [1.5, 2.7, 3.1])
async def test_what_came_before_the_end_of_a_tls_upstream_reaches_a_slow_client(
    start_relay: StartRelay, authority: trustme.CA, connect: Connect, megabytes: float, notify: bool
) -> None:
    """T8: the end arrives while the client has made the relay pause its reading."""
    data = bytes(range(256)) * int(megabytes * 4000)
    sent = handshake.SWITCHING + data
    upstream = SendingUpstream(certificates.server_context(authority), sent, notify=notify)
    try:
        relay = await start_relay(upstream.port, tls=certificates.client_context(authority))
        client = await connect(relay, buffers=4096)
        await client.send(handshake.upgrade())
        await client.read_head()
        await asyncio.to_thread(upstream.sent.wait, 0.5)
        assert await client.read_to_end() == Rest(data, End.FIN)
    finally:
        upstream.close()


async def test_an_upstream_that_has_gone_before_its_101_could_be_passed_on(
    start_relay: StartRelay,
    authority: trustme.CA,
    connect: Connect,
    observer: RecordingObserver,
) -> None:
    """T2: interim answers that the client does not read hold the 101 back until the upstream is gone."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 60_000 + b"\r\n\r\n"
    sent = interim * 100 + handshake.SWITCHING + b"hello"
    upstream = SendingUpstream(certificates.server_context(authority), sent, notify=True)
    try:
        relay = await start_relay(upstream.port, tls=certificates.client_context(authority))
        client = await connect(relay, buffers=4096)
        await client.send(handshake.upgrade() + b"early")
        upstream.released.set()
        await asyncio.sleep(0.2)
        assert await client.read_to_end() == Rest(sent, End.FIN)
        client.close()
        await eventually(lambda: observer.taps[-1].endings)
        assert (observer.taps[-1].outcomes, len(relay.live)) == (["101"], 0)
    finally:
        upstream.close()


async def test_a_tls_client_that_is_slow_to_shake_hands_is_served(
    start_relay: StartRelay, upstream: ScriptedUpstream, authority: trustme.CA
) -> None:
    """S3: the head's time begins after the handshake."""
    relay = await start_relay(upstream.port, ssl_context=certificates.server_context(authority), head_timeout=0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, ssl=certificates.client_context(authority))
    writer.write(handshake.request(b"GET", b"/x"))
    server = await upstream.accept()
    await server.read_head()
    await server.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert await within(reader.readuntil(b"\r\n\r\n")) == b"HTTP/1.1 204 No Content\r\n\r\n"
    writer.close()


@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x01"], ids=["silent", "half a hello"])
async def test_a_tls_client_that_never_shakes_hands_is_cut_off(
    start_relay: StartRelay, upstream: ScriptedUpstream, authority: trustme.CA, connect: Connect, hello: bytes
) -> None:
    """S3"""
    relay = await start_relay(upstream.port, ssl_context=certificates.server_context(authority), head_timeout=0.1)
    client = await connect(relay)
    await client.send(hello)
    await client.read_to_end()
    assert upstream.dials == 0


async def test_a_tls_client_that_shakes_hands_and_says_nothing_is_cut_off(
    start_relay: StartRelay, upstream: ScriptedUpstream, authority: trustme.CA
) -> None:
    """S3"""
    relay = await start_relay(upstream.port, ssl_context=certificates.server_context(authority), head_timeout=0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, ssl=certificates.client_context(authority))
    assert await within(reader.read()) == b""
    writer.close()


async def test_a_connection_keeps_little_room_for_what_it_receives(authority: trustme.CA) -> None:
    connection = serving(asyncio.Protocol, certificates.server_context(authority), 10.0)()
    assert isinstance(connection, SSLProtocol)
    try:
        assert len(connection.get_buffer(1024 * 1024)) == 32 * 1024
    finally:
        connection._get_app_transport().abort()
