"""What is said of an item: names of peers only if they are harmless, texts only where content is on."""

from ...recording.credentials import without_credentials
from ..identifiers import shown
from .items import Scalar

LONGEST_TEXT = 2000
"""Characters."""


def details(**values: Scalar | None) -> dict[str, Scalar]:
    """What is known of them; text is taken to be a name, an id or a code. Milliseconds are rounded to a tenth."""
    return {name: _shown(name, value) for name, value in values.items() if value is not None}


def named(name: str | None, otherwise: str) -> str:
    """A name, or another word where there is none."""
    return shown(name) if name else otherwise


def of_the_server(response_id: str | None) -> str | None:
    """The id of a response, unless the session made it up: those have a space in them."""
    return None if response_id is None or " " in response_id else response_id


def text(said: str) -> str:
    """The beginning of what somebody said, without what looks like a credential."""
    return without_credentials(said[:LONGEST_TEXT])


def add_text(detail: dict[str, Scalar], said: str) -> None:
    """One more piece of it."""
    before = detail.get("text")
    both = f"{before}\n{text(said)}" if isinstance(before, str) else text(said)
    detail["text"] = both[:LONGEST_TEXT]


def _shown(name: str, value: Scalar) -> Scalar:
    if isinstance(value, str):
        return shown(value)
    return round(value, 1 if name.endswith("_ms") else 6) if isinstance(value, float) else value
