"""What several reports come to, in a few lines."""

from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from .model import Interruptions, Report
from .trouble import cut_off
from .words import dollars, many, share


class Totals:
    """Adds up; keeps no report."""

    def __init__(self) -> None:
        self.reports = 0
        self._turns = 0
        self._answers = 0
        self._phases = Interruptions()
        self._unheard = 0.0
        self._transcriptions = 0
        self._failed = 0
        self._errors = 0
        self._cost = 0.0
        self._unpriced = 0

    def add(self, report: Report) -> None:
        """One more."""
        phases, found = report.interruptions, report.transcriptions
        self.reports += 1
        self._turns += report.turns
        self._answers += report.answers
        for phase in phases.__struct_fields__:
            setattr(self._phases, phase, getattr(self._phases, phase) + getattr(phases, phase))
        self._unheard += report.unheard_audio_seconds
        self._transcriptions += found.completed + found.empty + found.failed + found.pending
        self._failed += found.failed
        self._errors += sum(report.errors.values())
        self._cost += report.cost_usd or 0
        self._unpriced += report.cost_usd is None

    def render(self, failures: int) -> Group:
        """For rich to print; `failures` is how many files have no report."""
        lines = Padding(Text("\n".join(self._lines(failures))), (0, 0, 0, 2))
        return Group(Text(), Text("All together", style="bold"), lines)

    def _lines(self, failures: int) -> Iterator[str]:
        read = many(self.reports, "recording")
        if failures:
            read = f"{self.reports:,} of {many(self.reports + failures, 'recording')}; {failures:,} could not be read"
        yield read
        if self._turns:
            yield many(self._turns, "turn")
        if self._failed:
            yield f"{share(self._failed, self._transcriptions, 'transcription')} failed"
        if cut := cut_off(self._answers, self._phases, self._unheard):
            yield cut
        if self._errors:
            yield f"{many(self._errors, 'error')} from servers"
        if self._cost:
            partly = f", without {many(self._unpriced, 'recording')} whose cost is unknown" if self._unpriced else ""
            yield f"{dollars(self._cost)}{partly}"
