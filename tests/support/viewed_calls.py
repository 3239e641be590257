"""How calls begin that a live view hears of."""

from typing import Any

from .dialogue import SERVER_VAD
from .viewed import Viewed

RESULT = "conversation.item.input_audio_transcription"
"""How the types of its results begin."""


def begun(**session: Any) -> Viewed:
    """A second before anybody speaks."""
    call = Viewed().started(**{"turn_detection": SERVER_VAD, **session})
    call.wait(1)
    return call


def asked(**session: Any) -> Viewed:
    """The user has spoken for half a second, and the server has waited for as long."""
    call = begun(**session)
    call.speech("item_1", 1.0)
    call.commit("item_1")
    return call


def answering(milliseconds: float = 1000, **session: Any) -> Viewed:
    """The first audio has come, after 0.4 s."""
    call = asked(**session)
    call.begin("resp_1")
    call.wait(0.4)
    call.server("conversation.item.added", item={"id": "item_2", "type": "message", "role": "assistant"})
    call.audio("resp_1", "item_2", milliseconds)
    return call


def truncate(call: Viewed, heard_ms: int, **more: Any) -> None:
    """The client says how much of the answer was heard."""
    call.client("conversation.item.truncate", item_id="item_2", content_index=0, audio_end_ms=heard_ms, **more)


def acknowledge(call: Viewed, heard_ms: int) -> None:
    call.server("conversation.item.truncated", item_id="item_2", content_index=0, audio_end_ms=heard_ms)
