"""What peers choose as an id, a code or a name is shown whole, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.requires import requires_path
from support.secrets import CREDENTIALS
from voicetap.signals.identifiers import LONGEST, shown

CAPTURES = Path("../shared/captures")
NAMES = {"item_id", "response_id", "call_id", "model", "code", "id"}


@pytest.mark.parametrize(
    "name",
    [
        "item_E6U0wB3eiENYwSnJIBpFN",
        "gpt-realtime-2025-08-28",
        "publishers/google/models/gemini@001",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "DeploymentNotFound",
        "invalid_request_error.missing_model",
        "<unknown>",
        "101",
        "x" * LONGEST,
    ],
)
def test_a_name_is_shown_as_it_is(name: str) -> None:
    assert shown(name) == name


@pytest.mark.parametrize("credential", CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_is_not_wherever_it_stands(credential: str) -> None:
    for name in (credential, f"item_{credential}", f"item/{credential}", f"{credential}/x"):
        assert shown(name) == "elided"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "My name is Ada",
        "line\nfeed",
        "esc\x1b[2J",
        "\u202egnp.exe",
        "nul\x00",
        "café",
        "name=value",
        "+49-30-1234567",
        "tel:+49301234567",
        "078-05-1120",
        "ada@example.org",
        "sip:ada@pbx.example.org",
        "x" * (LONGEST + 1),
        "x" * (1 << 20),
    ],
)
def test_what_is_no_short_word_of_a_machine_is_not(name: str) -> None:
    assert shown(name) == "elided"


def names_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    own = {member for name, member in value.items() if name in NAMES and isinstance(member, str)}
    return own.union(*map(names_in, value.values()))


def test_all_names_of_real_servers_are_shown() -> None:
    requires_path(CAPTURES)
    files = sorted(requires_path(CAPTURES).glob("*.jsonl"))
    names = set().union(*(names_in(json.loads(line)) for file in files for line in file.read_text().splitlines()))
    assert len(names) > 100
    assert {name for name in names if shown(name) != name} == set()
