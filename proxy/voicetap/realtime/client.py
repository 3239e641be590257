"""Events of clients that something looks into."""

from .event import Event
from .objects import Milliseconds, Name


class ItemTruncate(Event, frozen=True, gc=False):
    """`conversation.item.truncate`: the user has heard the answer only so far."""

    event_id: Name = None
    """Most clients send none."""
    item_id: Name = None
    content_index: int | None = None
    audio_end_ms: Milliseconds = None
