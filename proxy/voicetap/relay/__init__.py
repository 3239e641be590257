"""The byte path: sockets only, and nothing here understands a frame.

listener    accepts clients and reads their request heads (aiohttp)
upgrade     a WebSocket upgrade: dial, pass on the answer, hand both transports to the splice
passthrough every other request: one dial, the answer as it came
upstream    the one host that is ever dialled
leg         the upstream's connection while its answer is read
framing     says where an HTTP response ends (h11); writes nothing
splice      two transports, each the other's sink, until both have ended
reset       a reset is passed on, after what came before it
guard       the observer's faults stay the observer's
"""

from .listener import Relay
from .upstream import Upstream

__all__ = ["Relay", "Upstream"]
