"""What goes over a WebSocket, read along in either direction (RFC 6455, RFC 7692); no sockets, no clock, no answers.

masking   XOR, compiled where it can be
frames    bytes -> Frame: heads, lengths, masks; holds no payload back
deflate   permessage-deflate: what was agreed to, and inflating with a cap
messages  Frame -> Message: reassembled, inflated, bounded; control messages in between; the payload of a Close
decoder   bytes -> Message, for one direction of one connection

What cannot be understood is a Gap. It never raises, and it never concerns the traffic.
"""

from .decoder import MessageDecoder
from .deflate import Deflate, parse_deflate
from .frames import Gap, Kind
from .messages import Message, close_code_and_reason

__all__ = ["Deflate", "Gap", "Kind", "Message", "MessageDecoder", "close_code_and_reason", "parse_deflate"]
