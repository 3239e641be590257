"""A peer that says `a`, `b`, `c` when it is told to, and what is left of it."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from voicetap.simulator.agenda import Agenda
from voicetap.simulator.disturbance import Disturbance
from voicetap.simulator.disturbed import Disturbed
from voicetap.simulator.protocol import ApiError, Binary, Close, Event, HangUp, Output, Send, Text

BEGAN = 50.0


class Peer:
    """Says `hello` at first, what it is asked for at once, and `tick` each second."""

    id = "peer"
    silent = False

    def __init__(self) -> None:
        self._agenda: Agenda[Output] = Agenda()
        self._agenda.add(self._ticks(), BEGAN)

    @property
    def due(self) -> float | None:
        return self._agenda.due

    def begin(self) -> list[Output]:
        return [Send({"type": "hello", "event_id": "e0", "session": {"id": "s"}})]

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        assert not isinstance(message, ApiError)
        return [Send({"type": kind, "event_id": f"e_{kind}"}, "ask") for kind in message["say"]]

    def advance(self, now: float) -> list[Output]:
        return list(self._agenda.run(now))

    def _ticks(self) -> Any:
        while True:
            yield 1.0
            yield Send({"type": "tick", "event_id": "e_tick"})


def disturbed(*given: dict[str, Any], seed: str = "1") -> Disturbed:
    disturbances = TypeAdapter(tuple[Disturbance, ...]).validate_python(given)
    return Disturbed(Peer(), disturbances, seed, BEGAN)


def types(outputs: list[Output]) -> list[Any]:
    """Types of events; other outputs as they are."""
    return [output.event.get("type") if isinstance(output, Send) else output for output in outputs]


def ask(peer: Disturbed, say: str = "abc", seconds: float = 0.5) -> list[Any]:
    return types(peer.receive({"say": say}, BEGAN + seconds))


def test_undisturbed_everything_passes() -> None:
    peer = disturbed()
    assert types(peer.begin()) == ["hello"]
    assert ask(peer) == ["a", "b", "c"]
    assert types(peer.advance(BEGAN + 2.5)) == ["tick", "tick"]
    assert peer.due == BEGAN + 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"do": "drop"}, ["a", "c"]),
        ({"do": "repeat"}, ["a", "b", "b", "c"]),
        ({"do": "insert", "event": {"type": "x"}}, ["a", "b", "x", "c"]),
        ({"do": "insert", "event": {"no": "type"}}, ["a", "b", None, "c"]),
        ({"do": "garble", "text": "{"}, ["a", "b", Text("{"), "c"]),
        ({"do": "garble", "binary_bytes": 2}, ["a", "b", Binary(b"\0\0"), "c"]),
        ({"do": "reset"}, ["a", HangUp(reset=True)]),
        ({"do": "end"}, ["a", HangUp(reset=False)]),
        ({"do": "close", "code": 1008, "reason": "no"}, ["a", Close(1008, "no")]),
        ({"do": "close", "code": 1000, "error": {"type": "t", "message": "m"}}, ["a", "error", Close(1000, "")]),
        ({"do": "hush"}, ["a"]),
    ],
)
def test_what_happens_at_an_event(given: dict[str, Any], said: list[Any]) -> None:
    assert ask(disturbed({"on": "b", **given})) == said


def test_after_an_end_nothing_is_said() -> None:
    peer = disturbed({"on": "b", "do": "reset"})
    ask(peer)
    assert peer.due is None
    assert ask(peer) == []


def test_a_delayed_event_is_overtaken() -> None:
    peer = disturbed({"on": "b", "do": "delay", "seconds": 0.2})
    assert ask(peer) == ["a", "c"]
    assert peer.due == BEGAN + 0.7
    assert types(peer.advance(BEGAN + 0.7)) == ["b"]


def test_a_changed_event_has_other_fields() -> None:
    peer = disturbed({"on": "hel*", "do": "change", "event": {"session": {"region": "eu"}, "more": [1]}})
    [hello] = peer.begin()
    assert isinstance(hello, Send)
    assert hello.event == {"type": "hello", "event_id": "e0", "session": {"id": "s", "region": "eu"}, "more": [1]}


def test_an_event_that_is_inserted_has_an_id_of_its_own() -> None:
    peer = disturbed({"on": "?", "do": "insert", "event": {"type": "x"}})
    inserted = [output.event for output in peer.receive({"say": "ab"}, BEGAN) if output.event["type"] == "x"]  # type: ignore[union-attr]
    assert len({event["event_id"] for event in inserted}) == 2


def test_disturbances_follow_each_other() -> None:
    given = [{"on": "b", "do": "repeat"}, {"on": "b", "do": "change", "event": {"type": "B"}}]
    assert ask(disturbed(*given)) == ["a", "B", "B", "c"]
    assert ask(disturbed({"on": "b", "do": "drop"}, {"on": "b", "do": "repeat"})) == ["a", "c"]


def test_at_a_time_and_again() -> None:
    peer = disturbed({"at": 0.4, "every": 0.4, "do": "insert", "event": {"type": "x"}, "times": 3})
    assert peer.due == BEGAN
    assert types(peer.advance(BEGAN + 1.1)) == ["x", "x", "tick"]
    assert types(peer.advance(BEGAN + 2.1)) == ["x", "tick"]


def test_what_was_due_before_a_message_comes_before_its_answer() -> None:
    peer = disturbed({"at": 0.4, "do": "insert", "event": {"type": "x"}})
    assert ask(peer, "a") == ["x", "a"]


def test_a_hush_holds_back_and_lets_go() -> None:
    peer = disturbed({"at": 0.5, "do": "hush", "seconds": 1.0})
    assert types(peer.advance(BEGAN + 0.5)) == []
    assert ask(peer, "a", 0.6) == []
    assert peer.silent
    assert types(peer.advance(BEGAN + 1.4)) == []
    assert types(peer.advance(BEGAN + 1.5)) == ["a", "tick"]
    assert not peer.silent
    assert ask(peer, "b", 1.6) == ["b"]


def test_a_hush_within_a_hush_lasts_as_long_as_the_longer() -> None:
    peer = disturbed({"at": 0.1, "do": "hush", "seconds": 0.2}, {"at": 0.2, "do": "hush", "seconds": 0.4})
    assert ask(peer, "a", 0.25) == []
    assert types(peer.advance(BEGAN + 0.5)) == []
    assert types(peer.advance(BEGAN + 0.6)) == ["a"]


def test_luck_decides_by_the_seed() -> None:
    def heard(seed: str) -> list[Any]:
        return ask(disturbed({"on": "?", "do": "drop", "rate": 0.5}, seed=seed), "abcdefghijklmnop")

    assert heard("1") == heard("1") != heard("2")
    assert 0 < len(heard("1")) < 16


def test_at_most_so_often() -> None:
    assert ask(disturbed({"on": "?", "do": "drop", "times": 2}), "abcd") == ["c", "d"]
