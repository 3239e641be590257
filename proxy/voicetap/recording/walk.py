"""A JSON object written again by rules: each member by the one for its key, those without a rule left out.

Objects and arrays are walked into level by level, on the bytes: what is kept stands in the result as it was sent, big
numbers and all. The work is bounded, and where a bound is met less is written: an empty object or array.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

Leaf = Callable[[bytes], bytes]
"""Takes the JSON of a string or a number, gives the JSON to write for it."""


class Rule(NamedTuple):
    """What becomes of a member."""

    key: bytes
    """The JSON to write for the key."""
    string: Leaf
    number: Leaf
    element: Leaf
    """For a number that stands in an array: text can be spelt in those."""
    whole: Leaf | None = None
    """For an object or array that is not walked into."""


Rules = Callable[[str], Rule | None]
"""The rule for a key; None: neither the key nor what it holds may be written."""

DEPTH = 16
"""Levels; the deepest of the API's own (`session.audio.input.turn_detection`) has a third of it."""

NODES = 8_000
"""Members and elements of one message that are looked at: a few milliseconds of work."""

COMMAS = 20_000
"""In an object or array that is taken apart: what bounds the number of its parts before they are made."""

BYTES = 4 * 1024 * 1024
"""Of all objects and arrays that are taken apart: what is nested is read again on every level."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode

_OBJECT, _ARRAY, _STRING, _WORDS = ord("{"), ord("["), ord('"'), b"tfn"


def rewrite(payload: bytes, rules: Rules) -> bytes:
    """Write an object again; raise ValueError or RecursionError where it is none that can be read."""
    return _Walk(rules).object(payload, DEPTH)


class _Walk:
    """One message."""

    __slots__ = ("_bytes", "_left", "_rules")

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._left = NODES
        self._bytes = BYTES

    def object(self, json: bytes, depth: int) -> bytes:
        if self._refuses(json, depth):
            return b"{}"
        members = _members(json)
        self._left -= len(members)
        rules = self._rules
        written = []
        for key, value in members.items():
            rule = rules(key)
            if rule is not None:
                written.append(rule.key + b":" + self._value(bytes(value), rule, depth - 1, rule.number))
        return b"{" + b",".join(written) + b"}"

    def _array(self, json: bytes, rule: Rule, depth: int) -> bytes:
        if self._refuses(json, depth):
            return b"[]"
        elements = _elements(json)
        self._left -= len(elements)
        return b"[" + b",".join([self._value(bytes(one), rule, depth - 1, rule.element) for one in elements]) + b"]"

    def _refuses(self, json: bytes, depth: int) -> bool:
        self._bytes -= len(json)
        return depth == 0 or self._left <= 0 or self._bytes < 0 or json.count(b",") > COMMAS

    def _value(self, json: bytes, rule: Rule, depth: int, number: Leaf) -> bytes:
        first = json[0]
        if first == _STRING:
            return rule.string(json)
        if first in _WORDS:
            return json
        if first == _OBJECT:
            return rule.whole(json) if rule.whole else self.object(json, depth)
        if first == _ARRAY:
            return rule.whole(json) if rule.whole else self._array(json, rule, depth)
        return number(json)


def zero(json: bytes) -> bytes:
    """The number that is written for one that may be private."""
    return b"0"


def same(json: bytes) -> bytes:
    """What may be written as it is."""
    return json
