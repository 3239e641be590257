"""LogRecord -> one line of JSON, whatever is in it: no text forges a second line, moves a cursor, or fills a disk."""

import json
import logging
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType

from ...recording.credentials import without_credentials
from .foreign import harmless_message

LONGEST_MESSAGE = 2000
LONGEST_FIELD = 200
"""Characters, before they are escaped."""

MOST_PLACES = 50
"""Of a traceback: the innermost ones, which say where it failed."""

OWN = "voicetap"

FIELDS = "fields"
"""What a record of voicetap's own has beside its message: `log.info(message, extra={FIELDS: {...}})`."""


class JsonLines(logging.Formatter):
    """Time, level, logger, message, fields, and the type and places of an exception; never its message or values."""

    def format(self, record: logging.LogRecord) -> str:
        """One object in printable ASCII, without a line break."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": _cut(record.name, LONGEST_FIELD),
        }
        if record.name.partition(".")[0] == OWN:
            line["message"] = without_credentials(_cut(record.getMessage(), LONGEST_MESSAGE))
            line |= _fields(getattr(record, FIELDS, {}))
        else:
            line["message"] = _cut(harmless_message(record), LONGEST_MESSAGE)
            line["place"] = f"{record.pathname}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["stack"] = _places(record.exc_info[2])
        return json.dumps(line, allow_nan=False)


def _fields(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: object) -> object:
    if isinstance(value, str):
        return _cut(value, LONGEST_FIELD)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _places(frame: TracebackType | None) -> list[str]:
    """Files and lines of the traceback. Its messages and values stay out: they may quote what was on the wire."""
    places = []
    while frame is not None:
        places.append(f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}")
        frame = frame.tb_next
    return places[-MOST_PLACES:]
