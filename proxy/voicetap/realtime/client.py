"""Events of clients that something looks into."""

from .audio import AudioData, audio_bytes
from .event import Event
from .objects import ItemObject, ResponseParams
from .values import Index, Milliseconds, Name


class SessionUpdate(Event, frozen=True, gc=False):
    """`session.update`: what the session should be; what it then is, the server says."""

    event_id: Name = None
    """Most clients send none, with any event. An `error` that answers it names it."""


class AudioAppend(Event, frozen=True, gc=False):
    """`input_audio_buffer.append`, in translation `session.input_audio_buffer.append`: a piece of the user's audio."""

    audio: AudioData = None

    def audio_bytes(self) -> int:
        """Bytes of audio in it."""
        return audio_bytes(self.audio)


class AudioCommit(Event, frozen=True, gc=False):
    """`input_audio_buffer.commit`: what was appended becomes a user item."""


class AudioClear(Event, frozen=True, gc=False):
    """`input_audio_buffer.clear`: what was appended is dropped."""


class ItemCreate(Event, frozen=True, gc=False):
    """`conversation.item.create`: a message, or the output of a function."""

    event_id: Name = None
    previous_item_id: Name = None
    """The item to put it behind; null: at the end; `root`: at the beginning."""
    item: ItemObject | None = None


class ItemDelete(Event, frozen=True, gc=False):
    """`conversation.item.delete`."""

    item_id: Name = None


class ItemTruncate(Event, frozen=True, gc=False):
    """`conversation.item.truncate`: the user has heard the answer only so far."""

    event_id: Name = None
    item_id: Name = None
    content_index: Index = None
    audio_end_ms: Milliseconds = None


class ResponseCreate(Event, frozen=True, gc=False):
    """`response.create`: the model should answer."""

    event_id: Name = None
    response: ResponseParams | None = None


class ResponseCancel(Event, frozen=True, gc=False):
    """`response.cancel`."""

    event_id: Name = None
    response_id: Name = None
    """Absent: the response in progress in the conversation."""


class PlaybackClear(Event, frozen=True, gc=False):
    """`output_audio_buffer.clear` (WebRTC, SIP): the server should stop playing."""

    event_id: Name = None
