"""Bytes -> Message: the whole way for one direction of one connection."""

from ..chunks import Side
from .deflate import Deflate, Inflater
from .frames import FrameDecoder, Gap
from .messages import LIMIT, Message, MessageAssembler


class MessageDecoder:
    """Watches what one side sends; answers nothing, closes nothing, raises nothing, whatever it is given.

    Keeps at most `limit` bytes of a message, and a head or a control frame that is incomplete.
    """

    __slots__ = ("_frames", "_messages")

    def __init__(self, sender: Side, deflate: Deflate | None = None, *, limit: int = LIMIT) -> None:
        """`deflate` is what the handshake agreed on; None where it did not."""
        inflater = Inflater(context_takeover=deflate.context_takeover(sender)) if deflate else None
        self._frames = FrameDecoder(sender)
        self._messages = MessageAssembler(inflater, limit=limit)

    def receive(self, data: bytes) -> list[Message | Gap]:
        """The messages that the next bytes of this side complete, with the gaps among them.

        They do not depend on how the bytes are cut into chunks. After a fatal gap there is nothing.
        """
        if self._messages.lost:
            return []
        return self._messages.receive(self._frames.receive(data))
