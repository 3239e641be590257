"""The one host that is ever dialled, and the dial itself: resolve, connect, TLS."""

import asyncio
import os
import socket
import ssl
from dataclasses import dataclass

import aiohappyeyeballs

from . import tls
from .leg import Leg

HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds before the next address is tried beside the last one (RFC 8305 section 5)."""


class DialFailed(Exception):
    """There is no connection to the upstream. `outcome` is connect_error, tls_error or timeout."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True)
class Upstream:
    """Where every request goes, whatever its target or its Host field says."""

    host: str
    port: int
    tls: ssl.SSLContext | None

    @property
    def authority(self) -> bytes:
        """The Host field that the upstream expects: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        own_port = 80 if self.tls is None else 443
        authority = host if self.port == own_port else f"{host}:{self.port}"
        return authority.encode("ascii" if authority.isascii() else "idna")

    async def dial(self, timeout: float) -> Leg:
        """Connect once, within `timeout` seconds, TLS included; raise DialFailed otherwise.

        Proxies named in the environment are not asked: the configured host is the only one contacted.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._connect()
        except TimeoutError as error:
            raise DialFailed("timeout", f"no connection within {timeout:g} s") from error
        except ssl.SSLError as error:
            raise DialFailed("tls_error", error.reason or "the TLS handshake failed") from error
        except UnicodeError as error:
            raise DialFailed("connect_error", "its name is no host name") from error
        except OSError as error:
            raise DialFailed("connect_error", _reason(error)) from error

    async def _connect(self) -> Leg:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        sock = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            if self.tls is not None:
                return await tls.connect(Leg, self.tls, self.host, sock=sock)
            _, leg = await loop.create_connection(Leg, sock=sock)
        except BaseException:
            sock.close()  # also when the client went away meanwhile: else a descriptor stays behind
            raise
        return leg


def _reason(error: OSError) -> str:
    """The system's own words: a library's may quote the address."""
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or "the connection failed"
    return os.strerror(error.errno)
