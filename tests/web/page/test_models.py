"""What the API promises: every field is there in every answer, described where its name does not say all."""

import inspect
from typing import get_args

import pytest
from pydantic import ValidationError

from voicetap.signals.live import items
from voicetap.signals.tokens import TokenSums
from voicetap.web.page import models
from voicetap.web.page.models import Model

MODELS = [
    model for _, model in inspect.getmembers(models, inspect.isclass) if issubclass(model, Model) and model is not Model
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_field_may_be_missing_and_no_model_changes(model: type[Model]) -> None:
    assert all(field.is_required() for field in model.model_fields.values())
    assert model.model_config["frozen"]
    assert model.__doc__


@pytest.mark.parametrize(
    "name",
    [
        "Summary",
        "Close",
        "Span",
        "Part",
        "Mark",
        "Turn",
        "Event",
        "Figures",
        "RateLimit",
        "Latencies",
        "Limits",
        "Dropped",
    ],
)
def test_the_api_has_all_that_the_view_has(name: str) -> None:
    """But for revisions of items, which are nobody's business."""
    fields = set(getattr(items, name).__struct_fields__)
    model = getattr(models, name)
    assert fields - set(model.model_fields) <= {"revision"}
    assert set(model.model_fields) <= fields


def test_tokens_are_those_of_all_signals() -> None:
    assert set(TokenSums.__struct_fields__) == set(models.Tokens.model_fields)


def test_where_the_time_of_a_turn_went_is_the_views() -> None:
    assert set(items.Latency.__struct_fields__) == set(models.LatencyParts.model_fields)


def test_words_are_those_of_the_view() -> None:
    assert set(get_args(models.Part.model_fields["kind"].annotation)) == set(
        get_args(items.Part.__annotations__["kind"])
    )


def test_what_is_no_word_of_a_closed_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        models.Part(start_ms=0.0, end_ms=None, kind="noise")  # type: ignore[arg-type]
