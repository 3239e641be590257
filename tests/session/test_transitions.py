import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import voicetap.session
from support.requires import REPOSITORY
from voicetap.facts import Surprise
from voicetap.session import transitions
from voicetap.session.transitions import CALL, ITEM, MACHINES, PLAYBACK, RESPONSE, Kind, Machine

SESSION = Path(voicetap.session.__file__).parent
TREES = {path.stem: ast.parse(path.read_text()) for path in SESSION.glob("*.py") if path.stem != "transitions"}

each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)


def name_of(machine: Machine) -> str:
    return next(name for name, value in vars(transitions).items() if value is machine)


def users_of(machine: Machine) -> list[ast.Module]:
    """The modules that ask it where a move leads."""
    name = name_of(machine)
    return [
        tree
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"after", "moved"} and ast.unparse(node.value) == name
    ]


def words(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


# The tables.


def test_every_machine_is_listed_once() -> None:
    assert [machine for machine in vars(transitions).values() if isinstance(machine, Machine)] == list(MACHINES)
    assert len({machine.noun for machine in MACHINES}) == len(MACHINES)


@each_machine
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached = {machine.first}
    while further := {after for (state, _), after in machine.moves.items() if state in reached} - reached:
        reached |= further
    assert reached == set(machine.states())


@each_machine
def test_every_surprise_has_a_kind_that_the_fact_knows(machine: Machine) -> None:
    moves = {move for _, move in machine.moves}
    assert machine.kinds.keys() <= moves
    known = get_args(Surprise.__annotations__["kind"])
    assert set(machine.kinds.values()) <= set(known) == set(get_args(Kind))
    for state in machine.states():
        for move in moves:
            assert machine.surprise(1.0, "nope", state, move).kind in known


def test_a_legal_move() -> None:
    assert RESPONSE.after("active", "done") == "done"
    assert PLAYBACK.after("over", "audio") == "over"


def test_where_a_move_leads_and_that_an_illegal_one_leads_nowhere() -> None:
    assert RESPONSE.moved("active", "done") == "done"
    assert RESPONSE.moved("done", "created") == "done"


def test_an_illegal_one_is_a_surprise() -> None:
    assert RESPONSE.after("done", "done") is None
    assert RESPONSE.surprise(1.0, "response.done", "done", "done") == Surprise(
        1.0, "order", "response.done", "response: done while done"
    )


def test_of_something_that_was_never_heard_of() -> None:
    assert ITEM.surprise(1.0, "conversation.item.deleted", "absent", "deleted").kind == "unknown_id"
    assert CALL.surprise(1.0, "conversation.item.create", "absent", "output").kind == "unknown_id"
    assert RESPONSE.surprise(1.0, "response.done", "absent", "done").kind == "unknown_id"
    assert RESPONSE.surprise(1.0, "response.text.delta", "absent", "output").kind == "orphan_delta"


# And those who use them.


@each_machine
def test_every_machine_and_every_move_is_used(machine: Machine) -> None:
    users = users_of(machine)
    assert users
    spoken_of = set().union(*map(words, users))
    assert {move for _, move in machine.moves} <= spoken_of


@pytest.mark.parametrize("module", TREES)
def test_no_state_is_set_but_by_a_machine(module: str) -> None:
    """A state that is written out where it is set comes from no table."""
    written_out = [
        ast.unparse(node)
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute | ast.Name)
        if (target.attr if isinstance(target, ast.Attribute) else target.id) in {"state", "_state", "playback"}
        if isinstance(target, ast.Attribute) or _in_class_body(TREES[module], node)
        if words(node.value) and not _asks_a_machine(node.value)
    ]
    assert written_out == []


def _asks_a_machine(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "moved"


def _in_class_body(tree: ast.Module, node: ast.stmt) -> bool:
    return any(node in found.body for found in ast.walk(tree) if isinstance(found, ast.ClassDef))


def test_the_diagrams_are_those_of_the_tables() -> None:
    command = [sys.executable, "docs/states.py"]
    drawn = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert (REPOSITORY / "docs" / "states.md").read_text() == drawn, "docs/states.md is out of date: make docs"
    sections = drawn.split("## ")[1:]
    for machine, section in zip(MACHINES, sections, strict=True):
        for (state, move), after in machine.moves.items():
            [arrow] = [line for line in section.splitlines() if line.startswith(f"    {state} --> {after}: ")]
            assert move in arrow.partition(": ")[2].split(", ")
