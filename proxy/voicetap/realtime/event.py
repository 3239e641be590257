"""The nouns: an event that the catalogue knows, one that it does not know, and what is no event."""

from typing import ClassVar, TypeAlias

from msgspec import Struct

from ..chunks import Side

Model: TypeAlias = "type[Event]"


class Event(Struct, frozen=True, gc=False):
    """An event of the API. Its class is made for its type; that class's parent is the model, which has the fields.

    Types that nothing looks into have this class for their model.
    """

    sender: ClassVar[Side]
    type: ClassVar[str]
    """As it was on the wire."""
    model: ClassVar[Model]
    """The class that the fields are documented in; names of one meaning (GA and beta) share it."""
    whole: ClassVar[bool] = True
    """False: the message was too large to be read. Only the type is true, every field has its default."""


class Unknown(Struct, frozen=True, gc=False):
    """An event whose type the catalogue does not have for its sender."""

    sender: Side
    type: str
    """The first 200 characters."""
    payload: bytes
    """The message, or the part of it that was kept."""


class Malformed(Struct, frozen=True, gc=False):
    """A message that is no event, or not one of its type's shape."""

    sender: Side
    reason: str
    """One of REASONS."""
    type: str | None
    """The type, one of the catalogue, where the reason is `schema`; such a message counts as malformed, not as an event
    of that type."""
    payload: bytes
    """The message, or the part of it that was kept."""


REASONS = {
    "binary": "a binary message; events are text",
    "utf8": "not UTF-8 (RFC 6455 section 8.1), wherever in the text",
    "json": "not JSON, or with half a surrogate pair in it, which the decoder takes for that",
    "depth": "nested more deeply than the decoder follows",
    "not_object": "JSON, but no object",
    "no_type": "no `type` at the top level, or one that is no string",
    "schema": "a type of the catalogue, and a field that it cannot have",
    "oversize": "above 1 MiB or cut, and no `type` near its beginning or its end",
}
"""Why a message is malformed: the closed list."""
