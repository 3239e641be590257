"""Processes that do not outlive the one that started them, not even where that is killed (prctl(2), PR_SET_PDEATHSIG).

It holds for a command that stays one process, or whose own children see to theirs; and it is lost when a process
becomes another user, after which it has to be asked for anew.
"""

from support.requires import requires_program


def mortal() -> list[str]:
    """Goes before a command."""
    return [requires_program("setpriv"), *UNTIL_PARENT_ENDS]


UNTIL_PARENT_ENDS = ["--pdeathsig", "KILL"]
"""For a setpriv that does more than this."""
