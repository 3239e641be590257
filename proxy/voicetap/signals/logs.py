"""What the process says on standard error: one JSON object a line, so that no text can forge another line."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    """Time, level, logger, message, and the type and place of an exception; never a payload."""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record; line breaks and control characters come out escaped."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["stack"] = _places(record)
        return json.dumps(line)


def _places(record: logging.LogRecord) -> list[str]:
    """Files and lines of the traceback. Its messages and values stay out: they may quote what was on the wire."""
    assert record.exc_info is not None
    places = []
    frame = record.exc_info[2]
    while frame is not None:
        places.append(f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}")
        frame = frame.tb_next
    return places


def to_standard_error() -> None:
    """Send what is logged at INFO and above to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # A closed standard error must not write to itself about it.
    logging.raiseExceptions = False
