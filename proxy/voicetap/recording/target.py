"""The request target of an upgrade, without what may be a credential."""

import re

from .credentials import name_is_credential

HARMLESS = frozenset(
    ["model", "intent", "call_id", "deployment", "api-version", "agent-id", "temperature", "voice"],
)
"""Parameters of the query that are kept, if their value looks like a name; of others nothing is."""

_PUT_INSTEAD = "elided"
_NAME = re.compile(r"[\w.:%-]{1,128}", re.ASCII)
_LONGEST = 2000
"""Characters; the rest is cut off."""


def harmless_target(target: str) -> str:
    """The path, and the query with each value but those of HARMLESS replaced by `elided`."""
    path, mark, query = target[:_LONGEST].partition("?")
    path = "/".join(part if not part or _is_name(part) else _PUT_INSTEAD for part in path.split("/"))
    return path + mark + "&".join(_parameter(part) for part in query.split("&") if part)


def _parameter(part: str) -> str:
    name, _, value = part.partition("=")
    if name not in HARMLESS:
        return f"{_PUT_INSTEAD}={_PUT_INSTEAD}"
    return f"{name}={value if not value or _is_name(value) else _PUT_INSTEAD}"


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and not name_is_credential(text.encode())
