"""Ids as the API makes them, drawn so that equal seeds give equal ids."""

import string
from random import Random

_LETTERS = string.ascii_letters + string.digits


class Ids:
    """The ids of one session."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self, kind: str) -> str:
        """An id of this kind (`item`, `resp`, `event`, …), never given before."""
        return f"{kind}_{self._letters(21)}"

    def obfuscation(self, text: str) -> str:
        """The padding that hides how long a delta is from who sees only the size of the message."""
        return self._letters(16 - len(text) % 16)

    def _letters(self, count: int) -> str:
        return "".join(self._random.choices(_LETTERS, k=count))
