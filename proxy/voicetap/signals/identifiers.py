"""Ids, codes and names that peers choose, as signals may show them: whole, or not at all.

Peers can put anything there: a key that was taken for an id, a sentence in place of a code, the number of a telephone.
"""

import re

from ..recording.credentials import name_is_credential

LONGEST = 100
"""Characters; api.openai.com's ids have at most 32, the names of its tools at most 64."""

PUT_INSTEAD = "elided"

_NAME = re.compile(
    r"(?!\+?(?:[a-z]+:)?\+?[\d.-]{7,}\Z)"  # digits alone may be the number of a telephone, or of a person
    r"(?!.*@[\w-]+\.)"  # an address of e-mail or SIP
    r"[\w.:/@+<>\[\]-]+",
    re.ASCII,
)


def is_harmless(name: str) -> bool:
    """Whether it is one short word of ASCII, and looks like no credential, telephone number or address."""
    return len(name) <= LONGEST and _NAME.fullmatch(name) is not None and not name_is_credential(name.encode())


def shown(name: str) -> str:
    """The name if it is harmless, else `elided`."""
    return name if is_harmless(name) else PUT_INSTEAD
