"""What the libraries on the way to a collector may log.

Their exporters log a line for each batch that fails, with the collector's own words in it, which may quote the
credentials they were sent, and with the endpoint, which may hold some. `losses` says the same without.
"""

import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

SILENCED = ("opentelemetry.exporter", "urllib3")
"""Only exporters use urllib3 here."""

_NEVER = logging.CRITICAL + 1
_LEVELS = {
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


def quiet_exporters(environ: Mapping[str, str]) -> None:
    """Silence the exporters for good; give the rest of the SDK its level."""
    for name in SILENCED:
        logging.getLogger(name).setLevel(_NEVER)
    set_level(environ)


def set_level(environ: Mapping[str, str]) -> None:
    """`OTEL_LOG_LEVEL` is the level of what the SDK logs."""
    asked = environ.get("OTEL_LOG_LEVEL", "").strip().lower()
    if asked in _LEVELS:
        logging.getLogger("opentelemetry").setLevel(_LEVELS[asked])
    elif asked:
        log.warning("OTEL_LOG_LEVEL: only %s are known; as if unset", ", ".join(_LEVELS))
