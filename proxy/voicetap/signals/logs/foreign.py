"""What may be shown of the messages of other libraries, which quote what they hold: a transport's bytes, an argument.

- A text that stands in a library's code is shown; that is looked up among the constants of the code that is running.
- What it has gaps for is not, except for numbers.
- asyncio formats what it says of faults before it logs it, and uvloop's code is no Python that could be looked into. Of
  these the first line is shown, up to the first thing in it that is a value.
- Any other text is not shown. The place in the code that a line names tells what it was about.
"""

import logging
import re
import traceback

PUT_INSTEAD = "…"

_EVENT_LOOPS = "asyncio"
"""The logger of asyncio; uvloop uses the same."""

_VALUE = re.compile(r"[<(\[{'\"`=:\r\n]|\d|\bb(?=['\"])")


class _Gap:
    """Stands for an argument that is not shown, however it is formatted."""

    def __format__(self, form: str) -> str:
        return PUT_INSTEAD

    def __repr__(self) -> str:
        return PUT_INSTEAD


_GAP = _Gap()


def harmless_message(record: logging.LogRecord) -> str:
    """The message of a record that is not voicetap's own. To be called where the record was made."""
    text = _harmless_text(record)
    if not record.args:
        return text
    try:
        if isinstance(record.args, tuple):
            return text % tuple(map(_harmless, record.args))
        return text % {name: _harmless(value) for name, value in record.args.items()}
    except (TypeError, ValueError, KeyError):
        return text  # with its gaps, as `%d` for what is no number


def _harmless_text(record: logging.LogRecord) -> str:
    text: object = record.msg
    if not isinstance(text, str):
        return type(text).__name__
    if _is_constant(text):
        return text
    if record.name == _EVENT_LOOPS and record.args:
        return text  # it formats either everything or nothing
    if record.name == _EVENT_LOOPS:
        value = _VALUE.search(text)
        return text if value is None else text[: value.start()].rstrip() + PUT_INSTEAD
    return PUT_INSTEAD


def _is_constant(text: str) -> bool:
    """Whether a function that is running has it as a literal."""
    return any(text in frame.f_code.co_consts for frame, _ in traceback.walk_stack(None))


def _harmless(argument: object) -> object:
    return argument if isinstance(argument, int | float) else _GAP
