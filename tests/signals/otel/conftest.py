"""What is quiet for good in a process is not so in the next test."""

import logging
from collections.abc import Iterator

import pytest

from voicetap.signals.otel.quiet import API, THINNED_OUT


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Of OpenTelemetry: as they come while a test begins, and afterwards what they were."""
    known = [name for name in logging.root.manager.loggerDict if name.startswith(THINNED_OUT)]
    found = [logging.getLogger(name) for name in {*known, *API, *THINNED_OUT, "opentelemetry"}]
    before = [(logger, logger.level, logger.propagate, logger.handlers[:]) for logger in found]
    yield
    for logger, level, propagate, handlers in before:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers[:] = handlers
