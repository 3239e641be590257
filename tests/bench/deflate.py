"""permessage-deflate (RFC 7692) for both ends of the load: what they agree to, and their frames compressed beforehand.

Without context takeover, so that each message is compressed for itself and can be sent over and over.
"""

import zlib
from dataclasses import replace

from bench.frames import payload_and_mask, text_frame
from bench.talk import Sent
from bench.traffic import Script

AGREED = b"Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
"""What the callers offer, and the upstream answers."""

_TAIL = b"\x00\x00\xff\xff"
"""Ends every flush; the sender leaves it out (section 7.2.1)."""


def agreed(head: bytes) -> bool:
    """Whether a request offers permessage-deflate, or an answer agrees to it."""
    lines = (line.lower() for line in head.split(b"\r\n"))
    return any(line.startswith(b"sec-websocket-extensions:") and b"permessage-deflate" in line for line in lines)


def deflated(script: Script) -> Script:
    """The same events, compressed."""
    before, events = ([_compressed(sent) for sent in some] for some in (script.before, script.events))
    return replace(script, before=before, events=events)


def _compressed(sent: Sent) -> Sent:
    sender, kind, frame = sent
    payload, mask = payload_and_mask(frame)
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)
    return sender, kind, text_frame(data.removesuffix(_TAIL), mask, compressed=True)
