"""What the libraries on the way to a collector may log.

Their exporters log a line for each batch that fails, with the collector's own words in it, which may quote the
credentials they were sent, and with the endpoint, which may hold some. `losses` says the same without. The API logs a
line for each field of a client's that it dislikes, and quotes it, and for each attribute that exceeds a limit; and of
OTEL_EXPORTER_OTLP_HEADERS, of which `unusable` has warned.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping

from .losses import EVERY_SECONDS

SILENCED = ("opentelemetry.exporter", "urllib3")
"""Only exporters use urllib3 here."""

API = (
    "opentelemetry.attributes",
    "opentelemetry.baggage",
    "opentelemetry.trace.propagation",
    "opentelemetry.trace.span",  # trace states
    "opentelemetry.util.re",
)

THINNED_OUT = (*SILENCED, "opentelemetry.sdk")
"""Where spans are somebody else's affair, these are heard, but not each time."""

_NEVER = logging.CRITICAL + 1
LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "fatal": logging.CRITICAL,
    "none": _NEVER,
}
"""The words of `OTEL_LOG_LEVEL`."""


class OncePerMinute(logging.Handler):
    """Of each logger beneath the one that it is put on, hands on a line a minute; `replace` puts it there."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._quiet_until: dict[str, float] = {}

    def replace(self, name: str) -> None:
        """Take the place of the root's handlers for this logger."""
        logger = logging.getLogger(name)
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Called with the handler's lock held."""
        if self._clock() >= self._quiet_until.get(record.name, float("-inf")):
            self._quiet_until[record.name] = self._clock() + EVERY_SECONDS
            logging.getLogger().handle(record)


def quiet_exporters(environ: Mapping[str, str]) -> None:
    """Silence the exporters for good, except where they are thinned out; give the rest of the SDK its level.

    To be called before an exporter is imported.
    """
    for name in SILENCED:
        logger = logging.getLogger(name)
        if not any(isinstance(handler, OncePerMinute) for handler in logger.handlers):
            logger.setLevel(_NEVER)
    # What is beneath gRPC writes to standard error by itself, addresses and all, unless told before its import.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    set_level(environ)


def quiet_api() -> None:
    """Silence for good what a client could make log with each request."""
    for name in API:
        logging.getLogger(name).setLevel(_NEVER)


def thin_out(environ: Mapping[str, str]) -> None:
    """Let the exporters of a provider that others have set say something, but not of every batch."""
    once_per_minute = OncePerMinute()
    for name in THINNED_OUT:
        if logging.getLogger(name).propagate:
            once_per_minute.replace(name)
    set_level(environ)


def set_level(environ: Mapping[str, str]) -> None:
    """`OTEL_LOG_LEVEL` is the level of what the SDK logs."""
    asked = environ.get("OTEL_LOG_LEVEL", "").strip().lower()
    if asked in LEVELS:
        logging.getLogger("opentelemetry").setLevel(LEVELS[asked])
