"""Keys and private words that say where they were put, so that a single hit names its place."""

import re

KEY_MARK, WORD_MARK = "qzjkey", "qzjword"


def key(place: str, issued_as: str = "sk-") -> str:
    """A credential, by the beginning that its issuer gives it."""
    return f"{issued_as}{KEY_MARK}{place}a1B2c3D4e5F6g7H8"


def opaque(place: str) -> str:
    """A credential that looks like nothing; only its place tells."""
    return f"{KEY_MARK}{place}4f89a0c0305e82c3301"


def words(place: str) -> str:
    """What somebody said."""
    return f"my name is {WORD_MARK}{place} and I was born in March"


def hits(mark: str, **signals: str) -> dict[str, set[str]]:
    """Where what was put is found, by signal; {} is what we want."""
    found = {name: set(re.findall(rf"{mark}[a-z]*", text, re.IGNORECASE)) for name, text in signals.items()}
    return {name: places for name, places in found.items() if places}
