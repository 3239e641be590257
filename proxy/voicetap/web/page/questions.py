"""What may be asked of the event log: the query of a URL, read and checked."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PAGE = 1000
"""Entries of an answer, at most."""


class EventQuestion(BaseModel):
    """`GET /api/sessions/{id}/events?…`"""

    model_config = ConfigDict(frozen=True)

    after: int = Field(0, ge=0, description="only entries with a higher n")
    limit: int = Field(PAGE, ge=1, le=PAGE, description="so many of them at most")
    turn: int | None = Field(None, ge=1, description="only those of this turn")
    type: str | None = Field(None, description="only events of this type")
    search: str | None = Field(None, description="only what has this in its type or note, in any case")


def read_question(query: Mapping[str, str]) -> EventQuestion:
    """Read a query, in which what is empty asks for nothing; raise ValueError, without quoting it."""
    try:
        return EventQuestion.model_validate({name: text for name, text in query.items() if text})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise ValueError(f"{first['loc'][0]}: {first['msg']}") from error
