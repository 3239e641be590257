"""Message -> Event, for one direction or the other; never raises."""

from collections.abc import Callable
from functools import cache
from typing import Any, Union

import msgspec

from ..chunks import Side
from ..wire import Kind, Message
from .audio import ElidedAudio
from .catalogue import CATALOGUE
from .client import AudioAppend
from .event import Event, Malformed, Unknown
from .oversize import HEAD, TAIL, find_audio, find_type

WHOLE = 1024 * 1024
"""Bytes of a message up to which it is read: a larger one could hold up every other session (15 MB of `{},` take
50 ms). Only its type is looked for, and its UTF-8 is not checked."""

_TYPE_SHOWN = 200
"""Characters kept of a type that is not known."""

_TEXT, _SERVER = Kind.TEXT, Side.SERVER
"""For each message: to look up the member of an enumeration costs as much as to decode an id."""


def _class_of(sender: Side, name: str, *, whole: bool = True) -> type[Event]:
    """The class of the events that have this type; msgspec finds it by its tag."""
    model = CATALOGUE[sender][name]
    made: Any = msgspec.defstruct(
        model.__name__,
        [],
        bases=(model,),
        namespace={"sender": sender, "type": name, "model": model, "whole": whole},
        tag_field="type",
        tag=name,
        frozen=True,
        gc=False,
    )
    return made  # type: ignore[no-any-return]


def _decoder_of(sender: Side) -> "msgspec.json.Decoder[Event]":
    # One pass over the message: the tag selects the class while the rest is being read.
    classes = tuple(_class_of(sender, name) for name in CATALOGUE[sender])
    return msgspec.json.Decoder(Union[classes])  # noqa: UP007  # made at run time


class _OnlyType(msgspec.Struct):
    type: msgspec.Raw = msgspec.Raw(b"")


_read_client = _decoder_of(Side.CLIENT).decode
_read_server = _decoder_of(Side.SERVER).decode
_read_type = msgspec.json.Decoder(_OnlyType).decode
_read_string = msgspec.json.Decoder(str).decode


def decode(sender: Side, message: Message) -> Event | Unknown | Malformed:
    """The event in a text or binary message of one side."""
    payload = message.payload
    if message.kind is not _TEXT:
        return Malformed(sender, "binary", None, payload)
    size = message.size
    if size > WHOLE or size > len(payload):
        return _decode_oversize(sender, message)
    # The decoder skips what it has no field for, so it would let wrong bytes there pass.
    if not payload.isascii() and not _is_utf8(payload):
        return Malformed(sender, "utf8", None, payload)
    try:
        return _read_server(payload) if sender is _SERVER else _read_client(payload)
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return _explain(sender, payload)


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


def _explain(sender: Side, payload: bytes) -> Unknown | Malformed:
    """Why there is no event in it."""
    try:
        raw = _read_type(payload).type
    except msgspec.ValidationError:
        return Malformed(sender, "not_object", None, payload)
    except ValueError:
        return Malformed(sender, "json", None, payload)
    except RecursionError:
        return Malformed(sender, "depth", None, payload)
    try:
        name = _read_string(raw)
    except ValueError:
        return Malformed(sender, "no_type", None, payload)
    if name in CATALOGUE[sender]:
        return Malformed(sender, "schema", name, payload)
    return Unknown(sender, name[:_TYPE_SHOWN], payload)


def _decode_oversize(sender: Side, message: Message) -> Event | Unknown | Malformed:
    payload = message.payload
    cut = message.size > len(payload)
    head, tail = payload[:HEAD], message.tail[-TAIL:] if cut else payload[-TAIL:]
    name = find_type(head, tail)
    if name is None:
        return Malformed(sender, "oversize", None, payload)
    if name not in CATALOGUE[sender]:
        return Unknown(sender, name[:_TYPE_SHOWN], payload)
    if CATALOGUE[sender][name] is AudioAppend:
        # The API takes up to 15 MiB at once. Nothing else is missed of it than how much audio it is.
        audio = find_audio(head, tail, message.size)
        return _append_class(sender, name)(audio=None if audio is None else ElidedAudio(audio))
    return _unread(sender, name)


@cache
def _append_class(sender: Side, name: str) -> Callable[..., AudioAppend]:
    return _class_of(sender, name, whole=False)  # type: ignore[return-value]


@cache
def _unread(sender: Side, name: str) -> Event:
    """The event of a type of which nothing but the type is known."""
    return _class_of(sender, name, whole=False)()
