from collections.abc import Iterator
from typing import Any, get_args

import openai.types.realtime
import pytest
from openai.types.beta import realtime as beta

from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE, OPENAI, Event
from voicetap.realtime.client import ItemTruncate
from voicetap.realtime.server import (
    ErrorOccurred,
    InputCommitted,
    ItemTruncated,
    OutputAudioDelta,
    PlaybackStarted,
    SessionDescribed,
    TranscriptionCompleted,
    TranscriptionFailed,
)

GA = {
    Side.CLIENT: [
        openai.types.realtime.RealtimeClientEvent,
        openai.types.realtime.RealtimeTranslationClientEvent,
    ],
    Side.SERVER: [
        openai.types.realtime.RealtimeServerEvent,
        openai.types.realtime.RealtimeTranslationServerEvent,
    ],
}
BETA = {Side.CLIENT: [beta.RealtimeClientEvent], Side.SERVER: [beta.RealtimeServerEvent]}


def models(annotation: Any) -> Iterator[Any]:
    """The classes in a union, however it is nested."""
    if hasattr(annotation, "model_fields"):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from models(part)


def names(unions: list[Any]) -> set[str]:
    return {
        name for union in unions for model in models(union) for name in get_args(model.model_fields["type"].annotation)
    }


@pytest.mark.parametrize("side", Side)
def test_the_catalogue_has_every_type_of_the_installed_sdk(side: Side) -> None:
    """Fails when the API gains an event: it needs a row, and somebody to think about what it means."""
    assert names(GA[side]) - OPENAI[side] == set()
    assert names(BETA[side]) - CATALOGUE[side].keys() == set()


@pytest.mark.parametrize("side", Side)
def test_what_is_called_current_is_what_the_sdk_has(side: Side) -> None:
    assert OPENAI[side] - names(GA[side]) == set()
    assert OPENAI[side] <= CATALOGUE[side].keys()


def test_these_types_are_looked_into() -> None:
    looked_into = {name: model for side in Side for name, model in CATALOGUE[side].items() if model is not Event}
    transcription = "conversation.item.input_audio_transcription"
    assert looked_into == {
        "conversation.item.truncate": ItemTruncate,
        "conversation.item.truncated": ItemTruncated,
        f"{transcription}.completed": TranscriptionCompleted,
        f"{transcription}.failed": TranscriptionFailed,
        "error": ErrorOccurred,
        "input_audio_buffer.committed": InputCommitted,
        "output_audio_buffer.started": PlaybackStarted,
        "response.audio.delta": OutputAudioDelta,
        "response.output_audio.delta": OutputAudioDelta,
        "session.created": SessionDescribed,
        "session.updated": SessionDescribed,
        "transcription_session.created": SessionDescribed,
        "transcription_session.updated": SessionDescribed,
    }
