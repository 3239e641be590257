"""permessage-deflate: what was negotiated, and inflating with a cap (RFC 7692 section 7)."""

import zlib
from collections.abc import Sequence

from msgspec import Struct
from websockets.exceptions import InvalidHeader
from websockets.headers import parse_extension

from ..chunks import Side

_TAIL = b"\x00\x00\xff\xff"
"""Ends every DEFLATE flush; the sender leaves it out (section 7.2.1)."""

_LEFT_AFTER_END = frozenset({b"", b"\x00", _TAIL, b"\x00" + _TAIL})
"""What may stand behind a block with BFINAL: the byte that section 7.2.3.4 puts there, which some senders forget."""


class Deflate(Struct, frozen=True):
    """What matters here of the parameters that the server agreed to (section 7.1); the windows do not, see Inflater."""

    client_no_context_takeover: bool = False
    server_no_context_takeover: bool = False

    def context_takeover(self, sender: Side) -> bool:
        """Each message of this side refers to those before it."""
        return not (self.client_no_context_takeover if sender is Side.CLIENT else self.server_no_context_takeover)


def parse_deflate(header_values: Sequence[bytes]) -> Deflate | None:
    """Find permessage-deflate in the Sec-WebSocket-Extensions fields of a 101; None where it was not agreed to.

    Never raises. A value that no RFC 6455 parser takes is passed over; so is a parameter that section 7.1 does
    not know, or a window of no sense: whether to go on is the client's decision, and frames will show it.
    """
    for value in header_values:
        try:
            extensions = parse_extension(value.decode("latin-1"))
        except InvalidHeader:
            continue
        for name, parameters in extensions:
            if name.lower() == "permessage-deflate":
                given = {parameter.lower() for parameter, _ in parameters}
                return Deflate(
                    client_no_context_takeover="client_no_context_takeover" in given,
                    server_no_context_takeover="server_no_context_takeover" in given,
                )
    return None


class Corrupt(Exception):
    """These bytes are not DEFLATE."""


class Inflater:
    """Inflates the messages of one side, one piece after the other.

    The window negotiated is not needed. One of 15 bits inflates what was made with any smaller one, and a sender that
    promised 8 may use 9 all the same: zlib cannot deflate with 8 (madler/zlib#171), and has taken 9 in silence.
    """

    __slots__ = ("_stream", "context_takeover")

    def __init__(self, *, context_takeover: bool) -> None:
        self.context_takeover = context_takeover
        self._stream = _fresh_stream()

    def inflate(self, piece: bytes, *, last: bool, room: int) -> bytes:
        """Inflate the next piece of a message; `last` ends it.

        One byte more than `room` means that there is more than that: the rest is not inflated, and the context is
        lost. A message whose end was cut off cannot be told from a shorter one.

        Raises:
            Corrupt: and the context is lost, too.
        """
        stream = self._stream
        try:
            inflated = stream.decompress(piece + _TAIL if last else piece, room + 1)
        except zlib.error as error:
            raise Corrupt from error
        if stream.eof and stream.unused_data not in _LEFT_AFTER_END:
            raise Corrupt
        if last:
            self.end()
        return inflated

    def end(self) -> None:
        """Nothing more of this message will be inflated; keep of it what the next one may refer to."""
        if not self.context_takeover or self._stream.eof:
            self._stream = _fresh_stream()


def _fresh_stream() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=-zlib.MAX_WBITS)
