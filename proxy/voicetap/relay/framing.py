"""Where an HTTP/1 response ends, so that its bytes can be passed on untouched and the connection reused.

h11 reads along and never writes. RFC 9112 section 6.3 has the rules: by status, Content-Length, chunks, or
the end of the connection.
"""

import h11

from .heads import MAX_HEAD


class ResponseFraming:
    """Follows the bytes of the final response to one request."""

    def __init__(self, method: str) -> None:
        self._machine: h11.Connection | None = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        # A response to HEAD or CONNECT has no body, whatever its fields say; nothing else of the request matters.
        self._machine.send(h11.Request(method=method, target="/", headers=[("Host", "_")]))
        self._machine.send(h11.EndOfMessage())
        self.ended = False
        """The response is complete."""
        self.reusable = False
        """The connection could carry another response after it."""

    def receive(self, data: bytes) -> int:
        """Take the next bytes; say how many of them belong to the response (all, unless it ended before)."""
        if self._machine is None:
            return len(data)
        try:
            self._machine.receive_data(data)
            self._read_events()
        except h11.RemoteProtocolError:
            # What h11 cannot read it cannot delimit either: the end of the connection is the end of the answer.
            self._machine = None
            return len(data)
        if not self.ended:
            return len(data)
        return len(data) - len(self._machine.trailing_data[0])

    def _read_events(self) -> None:
        assert self._machine is not None
        while not self.ended:
            event = self._machine.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            if isinstance(event, h11.EndOfMessage):
                self.ended = True
                self.reusable = self._machine.their_state is h11.DONE
