from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

import openai.types.realtime
import pytest
from msgspec.inspect import StructType
from openai.types.beta import realtime as beta

from support.shapes import struct_of, structs_in
from voicetap.chunks import Side
from voicetap.realtime import CATALOGUE, OPENAI, Event, client, server

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
    """The classes in a union, a list and so on, however it is nested."""
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


def meet(ours: StructType, theirs: list[Any], known: dict[type, set[str]]) -> None:
    """Note under each of our models the fields that the SDK's classes have in its place."""
    known.setdefault(ours.cls, set()).update(name for model in theirs for name in model.model_fields)
    for field in ours.fields:
        found = [model.model_fields[field.encode_name] for model in theirs if field.encode_name in model.model_fields]
        within = [model for one in found for model in models(one.annotation)]
        for struct in structs_in(field.type):
            meet(struct, within, known)


OTHERS = {
    "ErrorOccurred.code": "vLLM: beside an error that is a string",
    "OutputTokens.reasoning_tokens": "gpt-realtime-2 and Voice Live; the SDK has yet to learn it",
    "ResponseDone.usage": "xAI: beside the response",
    "SessionObject.input_audio_sampling_rate": "Voice Live",
    "TranscriptionCompleted.status": "xAI: whether the text still grows",
    "Usage.input_tokens_details": "Qwen: as the Responses API has it",
    "Usage.output_tokens_details": "Qwen: as the Responses API has it",
    "Elided.elided_chars": "recordings",
    "ElidedAudio.elided_bytes": "recordings",
}
"""Fields that the SDK does not know, and where they come from."""


def test_the_sdk_knows_every_field_that_is_read() -> None:
    """A field that is misspelt, or renamed by the API, would be absent for ever, and nobody would notice."""
    known: dict[type, set[str]] = {}
    for side in Side:
        for name, model in CATALOGUE[side].items():
            theirs = [
                found
                for union in GA[side] + BETA[side]
                for found in models(union)
                if name in get_args(found.model_fields["type"].annotation)
            ]
            meet(struct_of(model), theirs, known)
    read = {(model, field.encode_name) for model in known for field in struct_of(model).fields}
    unknown = {f"{model.__name__}.{name}" for model, name in read if name not in known[model]}
    assert unknown == OTHERS.keys()


SIDES = {client: Side.CLIENT, server: Side.SERVER}


@pytest.mark.parametrize("module", SIDES)
def test_every_model_is_read_into_on_its_side(module: ModuleType) -> None:
    made = {
        model
        for name, model in vars(module).items()
        if isinstance(model, type) and model.__module__ == module.__name__ and not name.startswith("_")
    }
    assert {model for model in CATALOGUE[SIDES[module]].values() if model is not Event} == made


SAME = {
    "conversation.item.added": ["conversation.item.created"],
    "conversation.item.input_audio_transcription.delta": [
        "conversation.item.input_audio_transcription.segment",
        "conversation.item.input_audio_transcription.updated",
    ],
    "response.output_audio.delta": ["response.audio.delta"],
    "response.output_audio.done": ["response.audio.done"],
    "response.output_audio_transcript.delta": ["response.audio_transcript.delta"],
    "response.output_audio_transcript.done": ["response.audio_transcript.done"],
    "response.output_text.delta": ["response.text.delta"],
    "response.output_text.done": ["response.text.done"],
    "session.created": ["session.updated", "transcription_session.created", "transcription_session.updated"],
    "input_audio_buffer.append": ["session.input_audio_buffer.append"],
}


def test_what_means_the_same_is_one_model_and_nothing_else_is() -> None:
    same: dict[type[Event], set[str]] = {}
    for side in Side:
        for name, model in CATALOGUE[side].items():
            if model is not Event:
                same.setdefault(model, set()).add(name)
    assert sorted(sorted(group) for group in same.values() if len(group) > 1) == sorted(
        sorted([name, *others]) for name, others in SAME.items()
    )
