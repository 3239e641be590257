"""What stands in for what a recording has left out: a tone for audio, words for text, of the same length.

{"elided_bytes": n}   a tone of n bytes in the session's output format, as base64; it goes on from delta to delta
{"elided_chars": n}   n characters of filler, the same in pieces as in whole; JSON where it is a function's
                      arguments; an empty object where an object was left out
"""

import base64
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..recording.vocabulary import FREE
from .audio import PCM, PCMA, PCMU, Format, voice
from .protocol import Event

_LOREM = "this was said, and left out of the recording; "
_TONE_MS = 50
"""A whole number of waves."""
_ARGUMENTS = ("arguments", "response.function_call_arguments.delta", "response.mcp_call_arguments.delta")
_FORMATS = {"g711_ulaw": PCMU, "audio/pcmu": PCMU, "g711_alaw": PCMA, "audio/pcma": PCMA}


class Filler:
    """For the server's events of one recording, in their order."""

    def __init__(self, events: Iterable[Event]) -> None:
        """`events` are all of the server's: what comes in pieces has to fit what it comes to."""
        self._form: Format = PCM
        self._sounded = 0
        """Bytes of the tone so far."""
        self._said: defaultdict[tuple[Any, str], int] = defaultdict(int)
        """Item and kind of text -> characters so far."""
        self._lengths: dict[Any, int] = {}
        """Item -> characters of its arguments."""
        for event in events:
            item = event.get("item") if isinstance(event.get("item"), dict) else event
            length = _elided(item.get("arguments"), "elided_chars") if isinstance(item, dict) else None
            if isinstance(item, dict) and length is not None:
                self._lengths[item.get("item_id") or item.get("id")] = length

    def filled(self, event: Event) -> Event:
        """The event, with something in every place where something was left out."""
        self._form = _output_format(event) or self._form
        filled: Event = self._fill(event, "", event)
        return filled

    def _fill(self, value: Any, key: str, event: Event) -> Any:
        if isinstance(value, list):
            return [self._fill(member, key, event) for member in value]
        if not isinstance(value, dict):
            return value
        size = _elided(value, "elided_bytes")
        if size is not None:
            return self._tone(size)
        length = _elided(value, "elided_chars")
        if length is not None:
            return {} if key in FREE else self._text(length, key, event)
        return {name: self._fill(member, name, event) for name, member in value.items()}

    def _tone(self, size: int) -> str:
        wave = voice(_TONE_MS, self._form)
        start = self._sounded % len(wave)
        self._sounded += size
        return base64.b64encode((wave * (size // len(wave) + 2))[start : start + size]).decode()

    def _text(self, length: int, key: str, event: Event) -> str:
        start, item = 0, event.get("item_id")
        if key == "delta":
            place = item, str(event.get("type"))
            start = self._said[place]
            self._said[place] += length
        if key in _ARGUMENTS or (key == "delta" and event.get("type") in _ARGUMENTS):
            whole = self._lengths.get(item, start + length) if key == "delta" else length
            return _object(whole)[start : start + length]
        return (_LOREM * ((start + length) // len(_LOREM) + 1))[start : start + length]


def _elided(value: Any, name: str) -> int | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, int) and found >= 0 else None


def _object(length: int) -> str:
    """JSON of so many characters, as long as there is any."""
    return "{" + " " * (length - 2) + "}" if length >= 2 else "0"[:length]


def _output_format(event: Event) -> Format | None:
    """What an event says of the session's output format, in today's shape or in the beta's."""
    session = event.get("session")
    found: Any = session
    for name in ("audio", "output", "format"):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None and isinstance(session, dict):
        found = session.get("output_audio_format")
    kind = found.get("type") if isinstance(found, dict) else found
    return None if kind is None else _FORMATS.get(kind, PCM) if isinstance(kind, str) else PCM
