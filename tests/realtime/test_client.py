from support.dialogue import message
from voicetap.chunks import Side
from voicetap.realtime import decode
from voicetap.realtime.client import ItemTruncate


def test_a_truncation_is_read() -> None:
    wish = {"event_id": "e1", "item_id": "item_A", "content_index": 0, "audio_end_ms": 1500.5}
    event = decode(Side.CLIENT, message({"type": "conversation.item.truncate", **wish}))
    assert isinstance(event, ItemTruncate)
    assert (event.event_id, event.item_id, event.content_index, event.audio_end_ms) == ("e1", "item_A", 0, 1500.5)
