"""What stands around an observer in tests: an event loop whose turns the test takes, and a sink that remembers."""

from collections.abc import Callable

from voicetap.facts import Fact


class Turns:
    """An event loop whose turns the test takes, and a clock that the work moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[Callable[[], object]] = []

    def call_soon(self, callback: Callable[[], object], /) -> None:
        """Call it in the next turn."""
        self.due.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> None:
        """Call it in the next turn, for the test takes no more turns than it wants to."""
        self.due.append(callback)

    def turn(self) -> int:
        """Take a turn; return how many callbacks were due."""
        due, self.due = self.due, []
        for callback in due:
            callback()
        return len(due)


class Listener:
    """A sink that remembers."""

    name = "listener"

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.closed = 0

    def receive(self, fact: Fact) -> None:
        """Remember it."""
        self.facts.append(fact)

    def close(self) -> None:
        """Count it."""
        self.closed += 1
