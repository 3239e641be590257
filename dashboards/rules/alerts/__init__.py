"""The alerts, one module for each thing that can go wrong with calls, and one for voicetap itself."""

from ..rule import Group
from . import answers, limits, proxy, sessions, transcription, turns


def alerts() -> list[Group]:
    """A group for each module."""
    return [
        Group(f"voicetap_{name}:alerts", module.alerts())
        for name, module in (
            ("transcription", transcription),
            ("turns", turns),
            ("answers", answers),
            ("sessions", sessions),
            ("limits", limits),
            ("proxy", proxy),
        )
    ]
