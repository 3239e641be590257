"""Audio in an event: base64 in a JSON string."""

import msgspec

from .credentials import name_is_credential

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LONGEST_CREDENTIAL = 512
"""Characters; there is hardly any audio in fewer."""

_FILLED_UP = (b'""', b'"="', b'"=="')

_read_string = msgspec.json.Decoder(str).decode


def audio_elided(json: bytes) -> bytes:
    """{"elided_bytes": n} with the bytes that it decodes to, whether it is base64 or not."""
    if json == b'""':
        return json
    if b"\\" in json or not json.isascii():
        json = _plain(json)
    size = (len(json) - 2) * 3 // 4
    if json.endswith(b'="'):
        size -= 2 if json.endswith(b'=="') else 1
    return b'{"elided_bytes":%d}' % max(size, 0)


def audio_kept(json: bytes) -> bytes:
    """As it was sent if it is base64; else elided, for it may be anything."""
    is_audio = is_base64(json) and (len(json) > _LONGEST_CREDENTIAL or not name_is_credential(json))
    return json if is_audio else audio_elided(json)


def is_base64(json: bytes) -> bool:
    """Whether a string, as JSON, has no other characters than base64 has."""
    # Some encoders write a slash as \/ in JSON.
    rest = json.replace(rb"\/", b"/").translate(None, _ALPHABET)
    return rest in _FILLED_UP and json.endswith(rest[1:])


def _plain(json: bytes) -> bytes:
    """The same string with a byte for each character."""
    try:
        return b'"' + _read_string(json).encode("ascii", "replace") + b'"'
    except ValueError:
        return json
