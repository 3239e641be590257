"""From chunks to facts for one connection, beside the traffic and never in its way.

backlog    what was relayed waits here while traffic is served
tap        one connection: puts its chunks down, and goes dark on its own fault
pipeline   Chunk -> Message -> Event -> Fact -> sinks; pure, so that a replay is the same code
observer   all connections of the process
"""

from .observer import ConversationObserver

__all__ = ["ConversationObserver"]
