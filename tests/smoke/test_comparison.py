"""The smoke test finds what differs: a comparison that always agrees would be worth nothing."""

from copy import deepcopy

import pytest

from smoke.accounts import Account, Range
from smoke.comparison import Row, compare

CLIENT: Account = {
    "events from the server": {"session.created": 1, "response.done": 2},
    "bytes": {"from the server": Range(4_000, 4_200)},
}
METRICS: Account = {
    "events from the server": {"session.created": 1, "response.done": 2},
    "bytes": {"from the server": 4_096},
    "cost": {"US dollars": 0.0069656},
}
RECORDING: Account = {
    "events from the server": {"session.created": 1, "response.done": 2},
    "cost": {"US dollars": 0.00696560000001},
}


def differing(client: Account = CLIENT, metrics: Account = METRICS, recording: Account = RECORDING) -> list[str]:
    accounts = {"client": client, "/metrics": metrics, "recording": recording}
    return [f"{row.group}: {row.name}" for row in compare(accounts) if not row.agreed]


def but(account: Account, group: str, **figures: int | float) -> Account:
    """The account with other figures; `__` in a name is a dot, `_` a space."""
    changed = deepcopy(account)
    changed[group].update({name.replace("__", ".").replace("_", " "): value for name, value in figures.items()})
    return changed


def test_equal_accounts_agree_in_every_figure() -> None:
    assert differing() == []
    assert len(compare({"client": CLIENT, "/metrics": METRICS, "recording": RECORDING})) == 4


@pytest.mark.parametrize("source", ["client", "metrics", "recording"])
def test_one_event_more_in_any_source_is_found(source: str) -> None:
    account = {"client": CLIENT, "metrics": METRICS, "recording": RECORDING}[source]
    more = but(account, "events from the server", response__done=3)

    assert differing(**{source: more}) == ["events from the server: response.done"]


@pytest.mark.parametrize("source", ["client", "metrics", "recording"])
def test_a_type_that_one_source_alone_has_is_found(source: str) -> None:
    account = {"client": CLIENT, "metrics": METRICS, "recording": RECORDING}[source]
    more = but(account, "events from the server", error=1)

    assert differing(**{source: more}) == ["events from the server: error"]


@pytest.mark.parametrize(("count", "found"), [(3_999, True), (4_000, False), (4_200, False), (4_201, True)])
def test_bytes_must_lie_within_what_the_client_allows(count: int, found: bool) -> None:
    metrics = but(METRICS, "bytes", from_the_server=count)

    assert differing(metrics=metrics) == (["bytes: from the server"] if found else [])


def test_a_cent_is_a_difference_and_a_rounding_is_none() -> None:
    assert differing(metrics=but(METRICS, "cost", US_dollars=0.0169656)) == ["cost: US dollars"]


def test_a_group_that_a_source_does_not_count_is_not_held_against_it() -> None:
    rows = compare({"client": CLIENT, "/metrics": METRICS, "recording": RECORDING})

    assert rows[-1] == Row("cost", "US dollars", {"/metrics": 0.0069656, "recording": 0.00696560000001})
