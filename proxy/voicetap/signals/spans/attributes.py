"""Values of attributes: only those that are known, and of what peers call things only what may be shown."""

from collections.abc import Mapping

from ..identifiers import shown
from . import semconv as s

Value = str | bool | int | float | list[str]
Attributes = dict[str, Value]

_NAMED_BY_PEERS = frozenset(
    {
        s.CONVERSATION_ID,
        s.ERROR_TYPE,
        s.ITEM_ID,
        s.LLM_MODEL,
        s.OI_TOOL_NAME,
        s.REALTIME_SESSION_ID,
        s.REQUEST_MODEL,
        s.RESPONSE_ID,
        s.RESPONSE_MODEL,
        s.RESPONSE_REASON,
        s.SESSION_TRANSCRIPTION_MODEL,
        s.SESSION_TURN_DETECTION,
        s.TOOL_CALL_ID,
        s.TOOL_NAME,
    }
)


def known(attributes: Mapping[str, Value | None]) -> Attributes:
    """Those that have a value: names that peers chose as they may be shown, figures to the microsecond."""
    return {name: _shown(name, value) for name, value in attributes.items() if value is not None}


def _shown(name: str, value: Value) -> Value:
    if name in _NAMED_BY_PEERS and isinstance(value, str):
        return shown(value)
    return round(value, 6) if isinstance(value, float) else value
