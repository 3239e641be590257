"""What the process says on standard error: one JSON object a line, with ids and codes, never with what anybody said.

sink     Facts -> log lines of one session
summary  what the last line of a session sums up
format   LogRecord -> one line of JSON
foreign  what may be shown of the messages of other libraries
output   where the lines go: standard error, and nobody waits for it
faults   what Python itself would write there: warnings, and exceptions that nobody caught
"""

from .output import to_standard_error
from .sink import LogLines

__all__ = ["LogLines", "to_standard_error"]
