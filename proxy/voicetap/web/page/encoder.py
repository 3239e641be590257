"""Documents of the API as JSON, written on the event loop in short slices, one document at a time.

The loop's first duty is the calls. An hour-long call has thousands of spans, so a document is written item by item, and
after every SLICE everybody else has a turn. Another thread would do no better: it needs the same interpreter, and the
items would change beneath it. Here an item changes between two slices at worst, as a whole, and is told of again later.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

SLICE = 0.001
"""Seconds of writing at a time; an item takes 10 µs."""


class Encoder:
    """Writes documents, one after the other."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._fields: dict[type[BaseModel], list[_Field]] = {}
        self._turn = asyncio.Lock()

    async def __call__(self, model: type[BaseModel], **values: Any) -> bytearray:
        """A document with these fields, as `model` describes them, from whatever has such attributes.

        Lists of models may be any iterables: they are asked for an item when it is written.
        """
        fields = self._fields.get(model)
        if fields is None:
            fields = self._fields[model] = [_Field(name, info) for name, info in model.model_fields.items()]
        async with self._turn:
            # To find out what is to be written has taken a while.
            await asyncio.sleep(0)
            # It grows in place: two megabytes of pieces take 2 ms to join.
            document = bytearray()
            end = self._clock() + SLICE
            for field in fields:
                document += b"," if document else b"{"
                for piece in field.pieces(values[field.name]):
                    document += piece
                    if self._clock() >= end:
                        await asyncio.sleep(0)
                        end = self._clock() + SLICE
            document += b"}"
            return document


class _Field:
    """A field of a document: written at once, or, if it is a list of models, item by item."""

    def __init__(self, name: str, info: FieldInfo) -> None:
        self.name = name
        annotation = info.rebuild_annotation()
        items = get_args(annotation) if get_origin(annotation) is list else ()
        self._listed = any(isinstance(item, type) and issubclass(item, BaseModel) for item in items)
        self._adapter: TypeAdapter[Any] = TypeAdapter(items[0] if self._listed else annotation)

    def pieces(self, value: Any) -> Iterator[bytes]:
        """Its name and its value."""
        yield b'"%b":' % self.name.encode()
        if not self._listed:
            yield self._json(value)
            return
        yield from self._list(value)

    def _list(self, values: Iterable[Any]) -> Iterator[bytes]:
        before = b"["
        for value in values:
            yield before + self._json(value)
            before = b","
        yield b"[]" if before == b"[" else b"]"

    def _json(self, value: Any) -> bytes:
        return self._adapter.dump_json(self._adapter.validate_python(value, from_attributes=True))
