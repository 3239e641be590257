"""The request target of an upgrade, without what may be private or a credential."""

import re
from urllib.parse import unquote, unquote_plus

from .credentials import name_is_credential

HARMLESS = frozenset(
    ["model", "intent", "call_id", "deployment", "api-version", "agent-id", "temperature", "voice"],
)
"""Parameters of the query that are kept, if their value looks like a name; of others nothing is."""

_PUT_INSTEAD = "elided"
_SEGMENT = re.compile(r"[A-Za-z][\w.:-]{0,23}", re.ASCII)
"""Of the path: a word of the API's. Keys that gateways take there are longer, telephone numbers begin otherwise."""
_NAME = re.compile(r"[\w.:/-]{1,128}", re.ASCII)
_LONGEST = 2000
"""Characters; the rest is cut off."""


def harmless_target(target: str) -> str:
    """The path, and the query with each value but those of HARMLESS replaced by `elided`.

    Each part is judged by what it says, not by how it is escaped.
    """
    path, mark, query = target[:_LONGEST].partition("?")
    path = "/".join(part if not part or _is(_SEGMENT, unquote(part)) else _PUT_INSTEAD for part in path.split("/"))
    return path + mark + "&".join(_parameter(part) for part in query.split("&") if part)


def _parameter(part: str) -> str:
    name, _, value = part.partition("=")
    if name not in HARMLESS:
        return f"{_PUT_INSTEAD}={_PUT_INSTEAD}"
    return f"{name}={value if not value or _is(_NAME, unquote_plus(value)) else _PUT_INSTEAD}"


def _is(shape: re.Pattern[str], text: str) -> bool:
    return shape.fullmatch(text) is not None and not name_is_credential(text.encode())
