"""The vocabulary has a word for all that is read of an event, and none twice; it is told of what is new in the API."""

from typing import Any, get_args

import msgspec
import pytest
from openai.types import realtime
from openai.types.beta import realtime as beta
from pydantic import BaseModel

from voicetap.realtime import CATALOGUE
from voicetap.recording.vocabulary import AUDIO, FREE, IDS, MESSAGES, NAMES, PARTS, SENTENCES, TEXTS

KINDS = (NAMES, TEXTS, AUDIO, MESSAGES, FREE, PARTS)
KNOWN = frozenset[str]().union(*KINDS)

NOT_WRITTEN = {
    *("authorization", "client_secret", "headers", "server_url", "value", "expires_after"),  # credentials
    *("token", "bytes"),  # text, in logprobs
    *("group_id", "workflow_name", "tool_names", "file_id", "tunnel_id", "connector_id"),  # of the application's choice
    *("obfuscation", "allowed_callers", "allowed_tools", "always", "never", "read_only", "defer_loading"),  # of no use
    *("prompt_cache_breakpoint", "ttl"),
}
"""Fields of the openai package that a recording leaves out."""


def test_no_key_is_two_things() -> None:
    assert sum(map(len, KINDS)) == len(KNOWN)


def test_the_ids_of_unknown_events_are_names() -> None:
    assert set(IDS) <= NAMES


def fields_of_models(annotation: Any) -> set[str]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        fields = msgspec.structs.fields(annotation)
        return {field.encode_name for field in fields}.union(*(fields_of_models(field.type) for field in fields))
    return set[str]().union(*map(fields_of_models, get_args(annotation)))


def test_whatever_is_read_of_an_event_is_written() -> None:
    models = {model for types in CATALOGUE.values() for model in types.values()}
    assert set[str]().union(*map(fields_of_models, models)) - KNOWN == set()


def fields_of_package(annotation: Any, inside: tuple[Any, ...] = ()) -> set[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in inside:
            return set()
        fields = annotation.model_fields.items()
        inner = (fields_of_package(field.annotation, (*inside, annotation)) for _, field in fields)
        return {field.alias or name for name, field in fields}.union(*inner)
    return set[str]().union(*(fields_of_package(one, inside) for one in get_args(annotation)))


@pytest.mark.parametrize("package", [realtime, beta], ids=["GA", "beta"])
@pytest.mark.parametrize("union", ["RealtimeServerEvent", "RealtimeClientEvent"])
def test_a_field_that_is_new_in_the_api_is_private_until_somebody_has_looked_at_it(package: Any, union: str) -> None:
    found = fields_of_package(getattr(package, union))
    assert found - KNOWN - NOT_WRITTEN == set()


def test_what_is_not_written_is_not_in_the_vocabulary() -> None:
    assert KNOWN.isdisjoint(NOT_WRITTEN)


def test_the_sentences_have_no_place_for_a_word_of_somebody() -> None:
    for text in ("Audio content of Ann is already shorter than 5ms", "maximum duration of Ann minutes", "ann_error.x"):
        assert SENTENCES.search(text) is None
