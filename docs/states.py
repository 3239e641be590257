"""Draws docs/states.md from the tables of voicetap.session.transitions; `make docs` writes it."""

from collections import defaultdict

from voicetap.session.transitions import MACHINES, Machine

INTRODUCTION = """\
# What a session remembers, and how it changes

Each thing that voicetap keeps in mind during a call is in one of a few states. An event of the API, or a fact that was
derived from one, moves it to the next. What no arrow is drawn for is a surprise: `voicetap replay` counts it by kind,
and the call goes on being understood as well as it can.

This page is drawn from `proxy/voicetap/session/transitions.py` by `make docs`; a test fails when it is out of date.
"""


def section(machine: Machine) -> str:
    """One machine as a Mermaid state diagram; moves between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (state, move), after in machine.moves.items():
        arrows[state, after].append(move)
    lines = [f"    [*] --> {machine.first}"]
    lines += [f"    {state} --> {after}: {', '.join(moves)}" for (state, after), moves in arrows.items()]
    return "\n".join(
        [f"## {machine.noun.capitalize()}", "", machine.about, "", "```mermaid", "stateDiagram-v2", *lines, "```", ""]
    )


def page() -> str:
    """The whole of docs/states.md."""
    return "\n".join([INTRODUCTION, *(section(machine) for machine in MACHINES)])


if __name__ == "__main__":
    print(page(), end="")
