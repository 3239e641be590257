"""Makes a process of voicetap talk: everything is logged, and where a message asks for it, all that can fail does.

Python imports this at the start of each process that has the directory in PYTHONPATH. Each fault quotes the message,
as careless code would.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import voicetap.app
import voicetap.observe.observer
from voicetap.chunks import Side
from voicetap.facts import ErrorReported, Fact, Sink
from voicetap.observe.pipeline import Pipeline
from voicetap.signals.logs import to_standard_error
from voicetap.wire import Message

TRIGGER = b"careless"
"""In a message: fail."""

library = logging.getLogger("library")


def to_standard_error_all() -> None:
    to_standard_error(logging.DEBUG)
    library.debug("everything is logged")


voicetap.app.to_standard_error = to_standard_error_all


class CarelessSink:
    """Fails on the first error, and says on what."""

    name: ClassVar[str] = "careless"

    def receive(self, fact: Fact) -> None:
        if isinstance(fact, ErrorReported):
            raise ValueError(repr(fact))

    def close(self) -> None:
        raise ValueError("at the end")


class CarelessPipeline(Pipeline):
    """Does as the others, and fails where it is asked to."""

    def __init__(self, request: Any, sinks: Iterable[Sink], *rest: Any, **options: Any) -> None:
        super().__init__(request, [*sinks, CarelessSink()], *rest, **options)

    def message(self, sender: Side, message: Message, at: float) -> None:
        super().message(sender, message, at)
        if TRIGGER in message.payload:
            fail_everywhere(message.payload.decode())


voicetap.observe.observer.Pipeline = CarelessPipeline


def fail(text: str) -> None:
    raise ValueError(text)


async def fail_later(text: str) -> None:
    fail(text)


class Undead:
    """Its repr and its destructor tell what it holds."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"<Undead {self.text}>"

    def __del__(self) -> None:
        fail(self.text)


def fail_everywhere(text: str) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(fail, text)
    loop.create_task(fail_later(text), name=text)  # noqa: RUF006 - nobody asks how it ended: that is the fault
    loop.call_exception_handler({"message": f"Fatal error on {Undead(text)!r}", "transport": Undead(text)})
    thread = threading.Thread(target=fail, args=(text,), name=text)
    thread.start()
    thread.join()
    warnings.warn(text, stacklevel=1)
    library.error("got %r", text)
    library.error(f"got {text}")
    library.error(ValueError(text))
    leave_unawaited: Callable[[str], object] = fail_later
    leave_unawaited(text)
    fail(text)
