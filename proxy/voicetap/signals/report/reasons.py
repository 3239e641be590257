"""Which close reasons may be shown without the operator's leave: the API's own words, not what people said."""

import re

from ...recording.credentials import without_credentials
from ...recording.vocabulary import SENTENCES

_WORD = re.compile(r"[A-Za-z][\w.-]{0,63}", re.ASCII)
"""A code, as in `invalid_request_error.invalid_api_key`."""


def is_public(reason: str) -> bool:
    """Whether it is nothing, one word, or a sentence of the API, and no credential."""
    known = not reason or _WORD.fullmatch(reason) or SENTENCES.fullmatch(reason.removesuffix("."))
    return bool(known) and without_credentials(reason) is reason
