"""What happens beside calls: a message that is much too long, a scrape, readers of the page.

Each is made ready, then happens at a moment, and is over before the next one is made ready.
"""

import socket
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from bench.processes import hear, process, tell
from bench.samples import answer, total
from bench.standing import Standing
from bench.upstream import accept_value
from bench.verdict import Refused

_KEY = b"bmVpZ2hib3VyYmVuY2gwMA=="
_PATIENCE = 10.0
"""Seconds that a neighbour waits for the peer."""


class Neighbour(Protocol):
    """Something that happens again and again."""

    def ready(self) -> None:
        """Called a second or more before its moment."""

    def happen(self) -> None:
        """Called at its moment; done when it returns, or it goes on until it is over."""

    def over(self) -> None:
        """Its second has passed."""

    def judge(self, times: int, sent: Counter[str]) -> None:
        """Raise Refused unless the peer had it so many times; `sent` are the events of the calls beside it."""


class Nothing:
    """No neighbour: what is seen then is the measuring's own."""

    def ready(self) -> None:
        """There is nothing to make ready."""

    def happen(self) -> None:
        """Nothing does."""

    def over(self) -> None:
        """It was nothing."""

    def judge(self, times: int, sent: Counter[str]) -> None:
        """It never happened."""


class LongMessage:
    """One more session, which sends one message, ends, and waits until the upstream has had it all."""

    def __init__(self, frame: bytes, kind: str, stands: Standing, session: int, *, observed: bool) -> None:
        """`kind` is the type as which the peer must count it if it is one that observes."""
        self._frame, self._kind, self._stands, self._session = frame, kind, stands, session
        self._observed = observed
        self._connection: socket.socket | None = None

    def ready(self) -> None:
        connection = self._connection = socket.create_connection(("127.0.0.1", self._stands.port), _PATIENCE)
        connection.sendall(
            b"GET /v1/realtime?model=gpt-realtime&session=%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n"
            % (self._session, self._stands.port, _KEY)
        )
        head = b""
        while b"\r\n\r\n" not in head:
            if not (piece := connection.recv(1 << 16)):
                raise Refused("the neighbour was hung up on")
            head += piece
        if accept_value(_KEY) not in head:
            raise Refused(f"the neighbour was answered {head[:40]!r}")

    def happen(self) -> None:
        connection = self._connection
        assert connection is not None
        connection.sendall(self._frame)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass  # the upstream's end answers ours, so it has had all that came before

    def over(self) -> None:
        assert self._connection is not None
        self._connection.close()

    def judge(self, times: int, sent: Counter[str]) -> None:
        if self._observed:
            counted = total(self._stands.admin, "voicetap_events_total", type=self._kind)
            if counted != times + sent[self._kind]:
                raise Refused(f"/metrics counts {counted:.0f} of {times + sent[self._kind]} {self._kind}")


class Scrape:
    """What Prometheus asks for."""

    def __init__(self, stands: Standing) -> None:
        self._stands = stands
        self._answers: list[int] = []

    def ready(self) -> None:
        """A scrape needs nothing."""

    def happen(self) -> None:
        status, text = answer(self._stands.admin, "/metrics", openmetrics=True)
        self._answers.append(status if text.endswith("# EOF\n") else 0)

    def over(self) -> None:
        """It has been answered."""

    def judge(self, times: int, sent: Counter[str]) -> None:
        if self._answers != [200] * times:
            raise Refused(f"of {times} scrapes were answered: {self._answers}")


class Readers:
    """So many tabs of the live page, open for a second."""

    def __init__(self, stands: Standing, count: int, core: int, directory: Path) -> None:
        self._port, self._count, self._core = stands.page, count, core
        self._log = directory / "readers.log"
        self._stack = ExitStack()
        self._updates: list[int] = []

    def ready(self) -> None:
        command = [sys.executable, "-m", "bench.readers", "--port", str(self._port), "--readers", str(self._count)]
        self._child = self._stack.enter_context(process(command, self._core, self._log, commanded=True))
        hear(self._child, self._log)

    def happen(self) -> None:
        self._before = self._asked()

    def over(self) -> None:
        self._updates.append(self._asked() - self._before)
        self._stack.close()

    def judge(self, times: int, sent: Counter[str]) -> None:
        if len(self._updates) != times or min(self._updates) < self._count:
            raise Refused(f"{self._count} readers had {self._updates} updates in {times} seconds")

    def _asked(self) -> int:
        tell(self._child, {})
        updates: int = hear(self._child, self._log)["updates"]
        return updates
