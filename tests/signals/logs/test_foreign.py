"""What other libraries log is shown as far as it stands in their code."""

import asyncio
import gc
import logging
from collections.abc import Iterator

import pytest

from voicetap.signals.logs.foreign import harmless_message

SECRET = "hunter2"


class Kept(logging.Handler):
    """What would have been shown, made where the record was."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(harmless_message(record))


log = logging.Logger("library")
"""Under no other, so that pytest does not format what cannot be."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    handler = Kept()
    loggers = (log, logging.getLogger("asyncio"))
    for logger in loggers:
        monkeypatch.setattr(logger, "level", logging.DEBUG)
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


def test_a_text_of_the_code_is_shown(kept: Kept) -> None:
    log.error("The collector (http) is gone: 'try again'")
    assert kept.messages == ["The collector (http) is gone: 'try again'"]


def test_a_text_that_was_made_from_values_is_not(kept: Kept) -> None:
    log.error(f"bad key {SECRET}")
    log.error("bad key " + SECRET + " %s", SECRET)
    assert kept.messages == ["…", "…"]


def test_gaps_are_filled_with_numbers_alone(kept: Kept) -> None:
    log.error("%s answered %d after %.1f s: %r", SECRET, 503, 1.25, {"key": SECRET})
    log.error("%(status)d from %(host)s", {"status": 503, "host": SECRET})
    log.error("%d of them", SECRET)
    log.error("too few: %s %s", SECRET)
    assert kept.messages == ["… answered 503 after 1.2 s: …", "503 from …", "%d of them", "too few: %s %s"]


def test_an_object_that_was_logged_is_named_by_its_type(kept: Kept) -> None:
    log.error(ValueError(SECRET))
    assert kept.messages == ["ValueError"]


def fail(text: str) -> None:
    raise ValueError(text)


class Loud:
    """Has what it holds in its repr."""

    def __init__(self, held: str) -> None:
        self.held = held

    def __call__(self) -> None:
        raise ValueError(self.held)

    def __repr__(self) -> str:
        return f"<Loud {self.held}>"


async def go_wrong() -> None:
    """All that makes an event loop complain of its own accord."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.call_soon(fail, SECRET)
    loop.call_soon(Loud(SECRET))
    loop.call_exception_handler({"message": f"Fatal error on transport {Loud(SECRET)!r}", "transport": Loud(SECRET)})
    future = loop.create_future()
    future.set_exception(ValueError(SECRET))
    del future
    gc.collect()
    await asyncio.sleep(0)


async def test_of_the_event_loops_the_first_words_are_shown(kept: Kept) -> None:
    """This is uvloop; its code is not Python, so nothing of it is found among constants."""
    await go_wrong()
    assert sorted(kept.messages) == [
        "Exception in callback…",
        "Exception in callback…",
        "Fatal error on transport…",
        "Future exception was never retrieved…",
    ]


def test_it_is_the_same_with_asyncios_own_loop(kept: Kept) -> None:
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(go_wrong())
    assert {message for message in kept.messages if "xception" in message or "rror" in message} == {
        "Exception in callback fail…",
        "Exception in callback…",
        "Fatal error on transport…",
        "Future exception was never retrieved…",
    }
    assert SECRET not in "".join(kept.messages)
