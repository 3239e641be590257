"""The vocabulary of Realtime APIs: Message -> Event; never raises.

event       Event, and what comes where there is none: Unknown, Malformed
values      the types of ids, numbers, codes, and their bounds
audio       bytes of audio in a payload, and in a millisecond
usage       tokens and seconds that were used
objects     what events are about: sessions, items, responses, errors, elided text
client      events of clients that something looks into
server      events of servers that something looks into
catalogue   every type of either side, and the model that it is read into
oversize    the type of a message too large to be read
decode      Message -> Event

A model has only the fields that something uses, and all of them may be missing: servers differ. What a server may send
as another type of JSON value is typed that wide, because one field of the wrong type fails the whole event.
"""

from .catalogue import CATALOGUE, OPENAI
from .decode import decode
from .event import Event, Malformed, Unknown

__all__ = ["CATALOGUE", "OPENAI", "Event", "Malformed", "Unknown", "decode"]
