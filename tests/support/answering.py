"""Steps of scripted calls in which answers are made, heard and cut off."""

from collections.abc import Iterable
from typing import Any, TypeVar

from support.dialogue import SERVER_VAD, Dialogue
from voicetap.facts import Fact

F = TypeVar("F", bound=Fact)


def calling(turn_detection: Any = SERVER_VAD, at: float | None = None, **session: Any) -> Dialogue:
    """A session in which the server hears the user, answers and stops by itself; it does not transcribe."""
    call = Dialogue() if at is None else Dialogue(at=at)
    return call.started(None, turn_detection=turn_detection, **session)


def ask_and_begin(call: Dialogue, *response_ids: str) -> None:
    """The client asks for responses, and the server begins each of them at once."""
    for response_id in response_ids:
        call.ask()
        call.begin(response_id)


def speak(call: Dialogue, item_id: str = "item_U") -> list[Fact]:
    """The server hears the user."""
    return call.server("input_audio_buffer.speech_started", item_id=item_id)


def plays(call: Dialogue, what: str, response_id: str | None = "resp_1") -> list[Fact]:
    """The server has `started`, `stopped` or `cleared` its playback of a response."""
    return call.server(f"output_audio_buffer.{what}", response_id=response_id)


def truncate(call: Dialogue, item_id: str, audio_end_ms: float, content_index: int = 0) -> list[Fact]:
    """The client says how far an item was heard."""
    fields = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
    return call.client("conversation.item.truncate", **fields)


def truncated(call: Dialogue, item_id: str, audio_end_ms: float, content_index: int = 0) -> list[Fact]:
    """The server has cut an item off."""
    fields = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
    return call.server("conversation.item.truncated", **fields)


def only(facts: Iterable[Fact], *kinds: type[F]) -> list[F]:
    """Those of these kinds."""
    return [fact for fact in facts if isinstance(fact, kinds)]
