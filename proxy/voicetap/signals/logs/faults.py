"""What Python writes to standard error by itself, with the values that it is about: here it becomes log lines.

Warnings quote objects and lines of code; exceptions that nobody caught end a thread, or came from a destructor.
"""

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import TextIO

from .format import FIELDS

log = logging.getLogger(__name__)


def to_log() -> None:
    """From now on."""
    warnings.showwarning = _warned
    sys.excepthook = _ended
    sys.unraisablehook = _unraisable
    threading.excepthook = _thread_ended


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    place = f"{filename}:{lineno}"
    log.warning("Python warns of something", extra={FIELDS: {"warning": category.__name__, "place": place}})


def _ended(kind: type[BaseException], error: BaseException, places: TracebackType | None) -> None:
    log.critical("an exception ends the process", exc_info=(kind, error, places))


def _thread_ended(thread: threading.ExceptHookArgs) -> None:
    log.error("an exception ends a thread", exc_info=_caught(thread))


def _unraisable(fault: "sys.UnraisableHookArgs") -> None:
    log.error("an exception could not be raised", exc_info=_caught(fault))


def _caught(
    fault: "threading.ExceptHookArgs | sys.UnraisableHookArgs",
) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    # Python makes the value only where somebody needs it.
    return fault.exc_type, fault.exc_value or fault.exc_type(), fault.exc_traceback
