"""What a recording has of a message when the operator asked for content: everything but credentials."""

import re

import msgspec

from .audio import audio_elided, audio_kept, is_base64
from .credentials import PUT_INSTEAD, key_is_credential, name_is_credential, without_credentials
from .format import text_members
from .malformed import text_elided
from .vocabulary import AUDIO, AUDIO_DELTAS
from .walk import Leaf, Rule, rewrite, same

SEARCHED = 32 * 1024
"""Characters of one message that are searched for credentials: a few milliseconds of work. A string beyond them is not
written."""

LONGEST_WORD = 512
"""Characters; what is longer and could be base64 is nothing that was said. No id may be longer."""

KEYS = 1000
"""New ones of one message: a few milliseconds of work. Those beyond them are left out."""

_REMEMBERED = 1000
"""Keys of one recording, of at most 64 characters."""

_NAME = re.compile(rb'"[\w./-]{0,128}"', re.ASCII)

_read_string = msgspec.json.Decoder(str).decode
_write = msgspec.json.Encoder().encode

_HIDDEN = _write(PUT_INSTEAD)


class Scrubber:
    """Writes the messages of one recording."""

    def __init__(self, *, keep_audio: bool) -> None:
        """`keep_audio`: audio is written as it was sent."""
        self._keep_audio = keep_audio
        self._audio: Leaf = audio_kept if keep_audio else audio_elided
        self._audio_delta = Rule(b'"delta"', self._audio, same, same)
        self._rules: dict[str, Rule] = {}
        self._left = SEARCHED
        self._keys_left = KEYS

    def event(self, type: str | None, payload: bytes) -> bytes:
        """An event of a type that the API has, or of none."""
        self._left = SEARCHED
        self._keys_left = KEYS
        try:
            return rewrite(payload, self._audio_delta_rule if type in AUDIO_DELTAS else self._rule)
        except (ValueError, RecursionError):
            return b"{}" if type is None else self.only_type(type)

    def unknown(self, type: str, payload: bytes) -> bytes:
        """An event of a type that the API does not have."""
        return self.event(type, payload)

    def only_type(self, type: str) -> bytes:
        """An event of which only the type is known."""
        self._left = SEARCHED
        return b'{"type":' + self._scrubbed(_write(type)) + b"}"

    def text(self, reason: str, payload: bytes) -> bytes:
        """The members of the line for a text that is no JSON object, for a reason that realtime has."""
        if len(payload) > SEARCHED:
            return text_elided(reason, payload)
        text = payload.decode("utf-8", "surrogateescape")
        return text_members(without_credentials(text).encode("utf-8", "surrogateescape"))

    def reason(self, reason: str) -> str:
        """Of a Close frame."""
        return without_credentials(reason)

    def _rule(self, key: str) -> Rule | None:
        rule = self._rules.get(key)
        if rule is None:
            self._keys_left -= 1
            if self._keys_left < 0:
                return None
            rule = self._make_rule(key)
            if len(key) <= 64 and rule.key != _HIDDEN:
                if len(self._rules) >= _REMEMBERED:
                    self._rules.clear()
                self._rules[key] = rule
        return rule

    def _make_rule(self, key: str) -> Rule:
        written = _write(self._without(key))
        if key_is_credential(key):
            return Rule(written, _hidden, _hidden, _hidden, _hidden)
        return Rule(written, self._audio if key in AUDIO else self._scrubbed, same, same)

    def _audio_delta_rule(self, key: str) -> Rule | None:
        return self._audio_delta if key == "delta" else self._rule(key)

    def _scrubbed(self, json: bytes) -> bytes:
        if _NAME.fullmatch(json) and not name_is_credential(json):
            return json
        if len(json) > LONGEST_WORD + 2 and not self._keep_audio and is_base64(json):
            # Audio of an event that only some server has.
            return b'{"elided_chars":%d}' % (len(json) - 2)
        try:
            text = _read_string(json)
        except ValueError:
            return _HIDDEN
        without = self._without(text)
        return json if without is text else _write(without)

    def _without(self, text: str) -> str:
        if len(text) > self._left:
            return PUT_INSTEAD
        self._left -= len(text)
        return without_credentials(text)


def _hidden(json: bytes) -> bytes:
    return _HIDDEN
