"""What one session was: facts -> a report, as JSON or for a reader at a terminal.

model    the report: every key of the JSON, with its unit
sink     Fact -> report
bounds   lists, tables and numbers that cannot grow beyond reason
words    figures as people read them
trouble  what went wrong, in sentences
text     the report on a terminal
totals   what several reports come to
"""

from .model import Report
from .sink import ReportSink
from .text import ReportText
from .totals import Totals

__all__ = ["Report", "ReportSink", "ReportText", "Totals"]
