"""What a recording has of a message when nothing more was asked for: what is known to be harmless.

The JSON types of what is hidden are kept, so that a replay takes for malformed what was malformed, and nothing else:

- text becomes {"elided_chars": n}, audio {"elided_bytes": n} (decoded), objects of free form {"elided_chars": n};
- an id that does not look like one becomes another that stands for it throughout this recording, as do metadata;
- any other string becomes "elided", except for the sentences in it that are the API's own.
"""

import re
from hashlib import blake2b
from secrets import token_bytes

import msgspec

from .audio import audio_elided, audio_kept
from .credentials import name_is_credential
from .malformed import text_elided
from .vocabulary import AUDIO, AUDIO_DELTAS, FREE, IDS, MESSAGES, NAMES, PARTS, SENTENCES, TEXTS
from .walk import Leaf, Rule, Rules, rewrite, zero

_NAME = re.compile(rb'"(?!(?:[a-z]+:)?[\d.-]{7,}")[\w.:/<>\[\]-]{0,512}"', re.ASCII)
"""What consists of digits alone may be the number of a telephone, or of a person."""
_WORD = re.compile(r"[\w-]+")

_LONGEST_NAME = 512
"""Characters; the API's limit for ids. The names that stand for longer ones are longer too."""

_LONGEST_NUMBER = 32
"""Characters; a double takes 24."""

_MESSAGE = 2000
"""Characters of a message that are looked at."""

_METADATA = 16 * 1024
"""Bytes; the API allows 16 pairs of 64 and 512 characters. What is longer is compared as it was sent."""

_REMEMBERED = 1000
"""Names, and item ids, of one recording."""

_read_string = msgspec.json.Decoder(str).decode
_read = msgspec.json.Decoder().decode
_write_sorted = msgspec.json.Encoder(order="sorted").encode
_write = msgspec.json.Encoder().encode


class Elider:
    """Writes the messages of one recording."""

    def __init__(self, *, keep_audio: bool) -> None:
        """`keep_audio`: audio is written as it was sent."""
        self._salt = token_bytes(16)
        self._names: dict[bytes, bytes] = {}
        self._item_ids: dict[str, None] = {}
        audio = audio_kept if keep_audio else audio_elided
        rules = _RULES | {key: _rule(key, self._name, _number) for key in NAMES}
        rules |= {key: _rule(key, audio, zero) for key in AUDIO}
        rules |= {key: _rule(key, self._message, zero) for key in MESSAGES}
        rules["metadata"] = _rule("metadata", _text, zero, self._metadata)
        rules["item_id"] = _rule("item_id", self._item_id, _number)
        self._rules: Rules = rules.get
        self._audio_delta_rules: Rules = (rules | {"delta": _rule("delta", audio, zero)}).get
        self._unknown_rules: Rules = {key: _rule(key, self._name, zero, _free) for key in ("type", *IDS)}.get

    def event(self, type: str | None, payload: bytes) -> bytes:
        """An event of a type that the API has, or of none."""
        return self._rewrite(payload, self._audio_delta_rules if type in AUDIO_DELTAS else self._rules, type)

    def unknown(self, type: str, payload: bytes) -> bytes:
        """An event of a type that the API does not have: its type and ids, and nothing else."""
        return self._rewrite(payload, self._unknown_rules, type)

    def only_type(self, type: str) -> bytes:
        """An event of which only the type is known."""
        return b'{"type":' + self._name(_write(type)) + b"}"

    def text(self, reason: str, payload: bytes) -> bytes:
        """The members of the line for a text that is no JSON object, for a reason that realtime has."""
        return text_elided(reason, payload)

    def reason(self, reason: str) -> str:
        """Of a Close frame: what is the API's own of it."""
        return " … ".join(_sentences(reason))

    def _rewrite(self, payload: bytes, rules: Rules, type: str | None) -> bytes:
        try:
            return rewrite(payload, rules)
        except (ValueError, RecursionError):
            return b"{}" if type is None else self.only_type(type)

    def _name(self, json: bytes) -> bytes:
        written = self._names.get(json)
        if written is None:
            # Some encoders write a slash as \/ in JSON; it is the same name.
            plain = _unescaped(json)
            safe = _NAME.fullmatch(plain) and not name_is_credential(plain)
            written = plain if safe else self._pseudonym(plain)
            if len(self._names) >= _REMEMBERED:
                self._names.clear()
            self._names[json] = written
        return written

    def _pseudonym(self, json: bytes) -> bytes:
        name = "elided_" + self._digest(json)
        return _write(name.ljust(_LONGEST_NAME + 1, "_") if _characters(json) > _LONGEST_NAME else name)

    def _metadata(self, json: bytes) -> bytes:
        """A client knows its response again by them, so what was equal must still be."""
        try:
            if len(json) <= _METADATA:
                json = _write_sorted(_read(json))
        except (ValueError, RecursionError):
            pass
        return b'{"elided_chars":%d,"elided_as":"%b"}' % (len(json), self._digest(json).encode())

    def _digest(self, json: bytes) -> str:
        return blake2b(json, key=self._salt, digest_size=8).hexdigest()

    def _item_id(self, json: bytes) -> bytes:
        written = self._name(json)
        if written == _unescaped(json):
            item_ids, item_id = self._item_ids, written[1:-1].decode()
            if item_id not in item_ids:
                item_ids[item_id] = None
                if len(item_ids) > _REMEMBERED:
                    del item_ids[next(iter(item_ids))]
        return written

    def _message(self, json: bytes) -> bytes:
        """An id that stands in the recording already tells nothing new; errors are matched to truncations by it."""
        try:
            text = _read_string(json)[:_MESSAGE]
        except ValueError:
            text = ""
        kept = _sentences(text) + [word for word in _WORD.findall(text) if word in self._item_ids]
        return _write(" … ".join(kept)) if kept else _string(json)


def _sentences(text: str) -> list[str]:
    return [found.group() for found in SENTENCES.finditer(text[:_MESSAGE])]


def _rule(key: str, string: Leaf, number: Leaf, whole: Leaf | None = None) -> Rule:
    return Rule(_write(key), string, number, zero, whole)


def _string(json: bytes) -> bytes:
    return json if json == b'""' else b'"elided"'


def _text(json: bytes) -> bytes:
    return json if json == b'""' else b'{"elided_chars":%d}' % _characters(json)


def _free(json: bytes) -> bytes:
    return b'{"elided_chars":%d}' % len(json)


def _unescaped(json: bytes) -> bytes:
    """The same string with no more escapes than it needs."""
    if b"\\" not in json:
        return json
    try:
        return _write(_read_string(json))
    except ValueError:
        return json


def _number(json: bytes) -> bytes:
    """Of one that is too long its beginning, if that is an integer still out of every range, else 0."""
    if len(json) <= _LONGEST_NUMBER:
        return json
    beginning = json[:_LONGEST_NUMBER]
    return beginning if beginning.lstrip(b"-").isdigit() else b"0"


def _characters(json: bytes) -> int:
    if b"\\" not in json and json.isascii():
        return len(json) - 2
    try:
        return len(_read_string(json))
    except ValueError:
        return len(json) - 2


_RULES: dict[str, Rule] = {
    **{key: _rule(key, _text, zero) for key in TEXTS},
    **{key: _rule(key, _text, zero, _free) for key in FREE},
    **{key: _rule(key, _string, _number) for key in PARTS},
}
"""Those that are the same for every recording."""
