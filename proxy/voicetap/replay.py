"""`voicetap replay`: recordings through the pipeline of live traffic, and a report of each."""

import io
import logging
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from rich.console import Console, RenderableType
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from .chunks import Ending, Handshake, Side, UpgradeRequest
from .config import Replay
from .facts import Sink
from .observe.pipeline import Pipeline
from .prices import PricesError, PriceTable, load_prices
from .recording import Ended, Received, Recording, RecordingError, open_recording
from .session.settings import Settings as SessionSettings
from .signals.report import Report, ReportSink, ReportText, Totals
from .wire import Kind

FAILED = 1
"""Exit status where a file could not be read, or the output not be written."""
BAD_CONFIGURATION = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell says of a program whose reader has gone."""

LARGE = 10_000_000
"""Bytes from which on a file gets a progress bar."""
STRIDE = 4096
"""Messages between two looks at the progress."""

STDIN = "/dev/stdin"

NO_TARGET = "/"
"""Of a recording that does not have it."""


def _nothing() -> None:
    """Nobody looks at the progress."""


class Bug(Exception):
    """A recording was not understood, and that is not its fault."""

    def __init__(self, error: BaseException, position: int) -> None:
        """The error's own text stays out: it may quote what people said. `position` is in bytes of the file."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = "/".join(Path(place.filename).parts[-3:])
        why = f"{type(error).__name__} at {where}:{place.lineno}, byte {position} of the file"
        super().__init__(f"not understood because of a bug in voicetap, please report it: {why}")


class Printer(Protocol):
    """Says the reports."""

    def print(self, report: Report) -> None:
        """Say the next one."""

    def end(self, failures: int) -> None:
        """That was the last one; of so many files there is none."""


def run(settings: Replay, files: Sequence[str]) -> int:
    """Report on the files, one after the other; return the exit status."""
    # What the pipeline logs of its own faults is said here, in one line.
    logging.getLogger("voicetap").addHandler(logging.NullHandler())
    try:
        prices = load_prices(settings.prices)
    except PricesError as problem:
        _complain(f"--prices: {problem}")
        return BAD_CONFIGURATION
    try:
        printer = _JsonPrinter() if settings.json else _TextPrinter()
        failures = _replay_each(files, printer, prices, content=settings.content)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Or the interpreter, at its end, would try again to write what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        _complain(f"the report cannot be written: {error.strerror or error}")
        return FAILED
    return FAILED if failures else 0


def _replay_each(files: Iterable[str], printer: Printer, prices: PriceTable, *, content: bool) -> int:
    failures = read_each(files, lambda file: printer.print(replay(file, prices, content=content)))
    printer.end(failures)
    return failures


def read_each(files: Iterable[str], read: Callable[[str], None]) -> int:
    """Read the files one by one, and say what is wrong with any of them; return how many had something wrong."""
    failures = 0
    for file in files:
        try:
            read(file)
        except RecordingError as problem:
            _complain(str(problem))
            failures += 1
        except Bug as problem:
            _complain(f"{file}: {problem}")
            failures += 1
    return failures


def replay(file: str, prices: PriceTable, *, content: bool = False) -> Report:
    """The report of one recording, "-" for standard input; raise RecordingError, or Bug."""
    with opened(file) as (recording, advance):
        header = recording.header
        asked = SessionSettings(header.target or NO_TARGET)
        sink = ReportSink(printable(file), prices=prices, content=content, model=asked.model, purpose=asked.purpose)
        sink.report.session.started_at = header.started_at
        feed(recording, [sink], prices, advance)
    return sink.report


@contextmanager
def opened(file: str) -> Iterator[tuple[Recording, Callable[[], object]]]:
    """A recording, "-" for standard input, and what shows how far it has been read; raise RecordingError."""
    with open_recording(STDIN if file == "-" else file) as recording, _progress(recording) as advance:
        yield recording, advance


def feed(
    recording: Recording,
    sinks: Iterable[Sink],
    prices: PriceTable | None,
    advance: Callable[[], object] = _nothing,
    *,
    content: bool = False,
) -> None:
    """Tell the sinks of a recorded connection, from its handshake to its end; raise RecordingError, or Bug.

    `advance` is called from time to time. Without `content` no fact says what people and models said.
    """
    try:
        _feed(recording, sinks, prices, advance, content=content)
    except (RecordingError, Bug):
        raise
    except Exception as error:
        raise Bug(error, recording.position) from error


def _feed(
    recording: Recording,
    sinks: Iterable[Sink],
    prices: PriceTable | None,
    advance: Callable[[], object],
    *,
    content: bool,
) -> None:
    def sink_failed(name: str) -> None:
        raise Bug(sys.exc_info()[1] or AssertionError(name), recording.position)

    entries = iter(recording)
    first: list[Received | Ended] = list(islice(entries, 1))
    opened, now = _beginning(recording, first)
    request = UpgradeRequest(recording.header.target or NO_TARGET, (), opened)
    pipeline = Pipeline(request, sinks, sink_failed, prices=prices, content=content)
    pipeline.answered(Handshake("101", (), None, now))
    ended: Ended | None = None
    closed_by: Side | None = None
    for number, entry in enumerate(chain(first, entries), 1):
        # Nothing goes back in time, nor does what understands it expect that.
        at = entry.at if not entry.at < now else now
        now = at if at == at else now
        if isinstance(entry, Received):
            if closed_by is None and entry.message.kind is Kind.CLOSE:
                closed_by = entry.sender
            pipeline.message(entry.sender, entry.message, at)
        elif ended is None:
            ended = entry
        if number % STRIDE == 0:
            advance()
    if ended is not None:
        pipeline.closed(Ending(ended.by, ended.reset, now))
    else:
        pipeline.closed(Ending(closed_by, False, now))
    pipeline.close()


def _beginning(recording: Recording, first: Sequence[Received | Ended]) -> tuple[float, float]:
    """The times of the upgrade request and of its answer; NaN where the recording has no times."""
    switched_at_ms = recording.header.switched_at_ms
    if switched_at_ms is not None:
        return 0.0, switched_at_ms / 1000
    opened = 0.0 if any(entry.at == entry.at for entry in first) else math.nan
    return opened, opened


@contextmanager
def _progress(recording: Recording) -> Iterator[Callable[[], object]]:
    """A bar on standard error while a large file is read, if somebody can see it."""
    size = recording.size
    console = Console(stderr=True)
    if size is None or size < LARGE or not console.is_terminal:
        yield _nothing
        return
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=size)
        yield lambda: progress.update(task, completed=recording.position)


class _JsonPrinter:
    """An array with one line for each report, written as the reports come, in UTF-8 whatever the locale."""

    def __init__(self) -> None:
        self._begun = False

    def print(self, report: Report) -> None:
        sys.stdout.buffer.write((b",\n" if self._begun else b"[\n") + msgspec.json.encode(report))
        sys.stdout.buffer.flush()
        self._begun = True

    def end(self, failures: int) -> None:
        sys.stdout.buffer.write(b"\n]\n" if self._begun else b"[]\n")
        sys.stdout.buffer.flush()


class _TextPrinter:
    """For people: one report after the other, and what they come to."""

    def __init__(self) -> None:
        # Where a character cannot be shown, the figures can.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        # Without colour, rich would still print in bold.
        colors: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
        self._console = Console(color_system=colors, highlight=False, markup=False, emoji=False)
        self._totals = Totals()

    def print(self, report: Report) -> None:
        if self._totals.reports:
            self._write("\n")
        self._totals.add(report)
        self._write(ReportText(report))

    def end(self, failures: int) -> None:
        if self._totals.reports and self._totals.reports + failures > 1:
            self._write(self._totals.render(failures))

    def _write(self, what: RenderableType) -> None:
        """Lines without the blanks that rich fills them up with."""
        with self._console.capture() as capture:
            self._console.print(what, crop=False)
        sys.stdout.writelines(f"{line.rstrip()}\n" for line in capture.get().splitlines())
        sys.stdout.flush()


def _complain(problem: str) -> None:
    sys.stdout.flush()
    print(f"voicetap replay: {printable(problem)}", file=sys.stderr)


def printable(text: str) -> str:
    """A text as it can be shown: names may have bytes that are no UTF-8, and characters that a terminal would obey."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else "?" for char in text)
