"""`voicetap replay --open`: recordings through the pipeline of live traffic, into the page of live traffic."""

import asyncio
import logging
import math
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from . import browser
from .chunks import UpgradeRequest
from .config import Address, Replay
from .facts import Connection, TraceIds
from .prices import PricesError, PriceTable, load_prices
from .recording import Header
from .replay import BAD_CONFIGURATION, FAILED, INTERRUPTED, NO_TARGET, feed, opened, printable, read_each
from .signals.live import LiveView
from .signals.live.view import SESSIONS
from .web.page import Page

HOST = "127.0.0.1"


def run(settings: Replay, files: Sequence[str]) -> int:
    """Show what can be read of the files until told to stop; return the exit status."""
    logging.getLogger("voicetap").addHandler(logging.NullHandler())
    try:
        prices = load_prices(settings.prices)
    except PricesError as problem:
        print(f"voicetap replay: --prices: {problem}", file=sys.stderr)
        return BAD_CONFIGURATION
    view = LiveView(sessions=max(SESSIONS, len(files)), content=settings.content)
    try:
        failures = read_each(files, partial(show, view, prices))
        if failures < len(files):
            asyncio.run(_serve(view))
    except KeyboardInterrupt:
        return INTERRUPTED
    return FAILED if failures else 0


def show(view: LiveView, prices: PriceTable, file: str) -> None:
    """Put a recording into the view, as far as it can be read; raise RecordingError, or Bug."""
    with opened(file) as (recording, advance):
        header = recording.header
        request = UpgradeRequest(header.target or NO_TARGET, (), 0.0)
        connection = Connection(token_hex(8), request, _seconds(header))
        sink = view.connection(connection, TraceIds(), printable(Path(file).name))
        try:
            feed(recording, [sink], prices, advance, content=view.content)
        except Exception:
            # So it is seen not to go on.
            sink.close()
            raise


def _seconds(header: Header) -> float:
    """When the recording began, since 1970; NaN where it does not say so."""
    try:
        return datetime.fromisoformat(header.started_at or "").timestamp()
    except (ValueError, OverflowError):
        return math.nan


async def _serve(view: LiveView) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    page = Page(view)
    await page.start(HOST, 0)
    url = f"http://{Address(HOST, page.port)}/"
    count = len(list(view.summaries()))
    print(f"{url} shows {count} recording{'' if count == 1 else 's'}; Ctrl-C ends it", flush=True)
    if browser.has_screen():
        browser.show(url)
    await stopping.wait()
    await page.stop()
