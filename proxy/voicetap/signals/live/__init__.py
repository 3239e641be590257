"""Facts -> what the live page shows: the sessions of a process, and for each what a timeline is drawn from.

Nothing here has a clock, and nothing is encoded: whoever reads asks what has changed since a revision, and gets objects
with plain attributes. Spans, marks and turns are those that change later: read them before anything else happens.

view      the sessions: which are kept, which have changed
session   one session, as it is read
sink      the facts of one connection, as they come
handlers  where each of them goes, by what it tells of
lanes     facts -> spans, lane by lane
spans     the bars of the timeline; marks: its moments; turns: what the exchanges were, latency: where their time went
events    the event log, in columns
figures   tokens, cost, audio, latencies
troubles  what went wrong, and how much that matters
items     what readers get
ordered   items by number, and by revision
room      how many there may be of all sessions together
details   what is said of an item, safe to show
times     the clock of facts -> milliseconds of a session
"""

from .items import (
    Changes,
    Dropped,
    Event,
    EventPage,
    Figures,
    Latency,
    Limits,
    Mark,
    Part,
    Span,
    Summary,
    Trouble,
    Turn,
)
from .session import SessionView
from .view import LiveView, TooOld

__all__ = [
    "Changes",
    "Dropped",
    "Event",
    "EventPage",
    "Figures",
    "Latency",
    "Limits",
    "LiveView",
    "Mark",
    "Part",
    "SessionView",
    "Span",
    "Summary",
    "TooOld",
    "Trouble",
    "Turn",
]
