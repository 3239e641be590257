"""Recorded sessions: JSON Lines, one message of either side per line (docs/recordings.md).

format       the header and the line: bytes <-> struct
read         a file -> messages, one at a time, however large it is
elide        what is written of a message by default: what is known to be harmless
scrub        what is written of it when the operator asked for content: everything but credentials
target       the same for the request target
walk         JSON -> JSON by rules for its keys; what elide and scrub do it with
vocabulary   the keys and sentences of the API that hold nothing private
credentials  what looks like one
audio        base64
malformed    texts that are no event

    with open_recording("call.jsonl") as recording:
        recording.header.target                     # known at once
        for one in recording:                       # Received | Ended, in the order of the file
            ...
"""

from .elide import Elider
from .format import Header, close_members, header_line, line
from .read import Ended, Received, Recording, RecordingError, open_recording
from .scrub import Scrubber
from .target import harmless_target

__all__ = [
    "Elider",
    "Ended",
    "Header",
    "Received",
    "Recording",
    "RecordingError",
    "Scrubber",
    "close_members",
    "harmless_target",
    "header_line",
    "line",
    "open_recording",
]
