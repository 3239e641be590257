"""How all tests run: on the product's event loop, with hypothesis searching harder in CI."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping

import hypothesis
import pytest
import uvloop

# What a script starts in the background ignores SIGINT, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=300, print_blob=True, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in production; its transports differ from asyncio's where it matters (aborts, sockets)."""
    return {"uvloop": uvloop.new_event_loop}
