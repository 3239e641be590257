"""From chunks to facts for one connection, beside the traffic and never in its way.

backlog    what was relayed waits here while traffic is served
tap        one connection: puts its chunks down, and goes dark on its own fault
pipeline   Chunk -> Message -> Event -> Fact -> sinks; pure, so that a replay is the same code
observer   all connections of the process
recorder   the messages of a connection, as far as they were understood, into a recording
lines      what is written of one message
writer     the thread that the disk keeps waiting
shelf      the directory of recordings, and how much may be in it
"""

from .observer import ConversationObserver

__all__ = ["ConversationObserver"]
