"""The byte path: sockets only, and nothing here understands a frame.

listener     accepts clients, and hands each request to the room that serves it
connection   a client's connection while it speaks HTTP (aiohttp)
upgrade      a WebSocket upgrade: dial, pass on the answer, hand both transports to the splice
passthrough  every other request: one dial, the answer as it came
exchange     the upstream's answer, or why there is none
upstream     the one host that is ever dialled
tls          TLS on either side, which keeps what it has received
leg          the upstream's connection while its answer is read
heads        request and response heads as bytes
framing      says where an HTTP response ends (h11); writes nothing
answers      what voicetap answers by itself
splice       two transports, each the other's sink, until both have ended
departure    one leg's end in order: what was written to it arrives
reset        a reset is passed on, after what came before it
live         what is being served now
guard        the observer's faults stay the observer's
"""

from .listener import Relay
from .upstream import Upstream

__all__ = ["Relay", "Upstream"]
