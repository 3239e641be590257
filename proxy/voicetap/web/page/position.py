"""Where in the changes of a view a reader is: the id of an event of a stream, and what one is asked to go on from."""

from typing import NamedTuple


class Position(NamedTuple):
    """A revision, and of which run of voicetap."""

    epoch: str
    revision: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.revision}"


def parse_position(text: str) -> Position | None:
    """Read EPOCH.REVISION; None for anything else, which is no position in any run."""
    epoch, dot, revision = text.rpartition(".")
    if not dot or not revision.isascii() or not revision.isdecimal() or len(revision) > 15:
        return None
    return Position(epoch, int(revision))
