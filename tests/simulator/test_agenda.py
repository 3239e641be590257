from voicetap.simulator.agenda import Agenda, Script


def script(*steps: str | float) -> Script[str]:
    yield from steps


def test_scripts_take_turns_in_the_order_of_their_pauses() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add(script("a1", 1.0, "a2", 1.0, "a3"), 0.0)
    agenda.add(script(0.5, "b1", 1.0, "b2"), 0.0)

    assert list(agenda.run(0.0)) == ["a1"]
    assert agenda.due == 0.5
    assert list(agenda.run(1.4)) == ["b1", "a2"]
    assert list(agenda.run(9.0)) == ["b2", "a3"]
    assert agenda.due is None


def test_scripts_keep_their_own_time_however_late_anybody_looks() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add(script(1.0, "a", 1.0, "b"), 0.0)
    assert list(agenda.run(1.9)) == ["a"]
    assert agenda.due == 2.0


def test_of_what_is_due_at_once_the_older_comes_first() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add(script("first"), 1.0)
    agenda.add(script("second"), 1.0)
    assert list(agenda.run(1.0)) == ["first", "second"]


def test_what_is_dropped_never_goes_on() -> None:
    agenda: Agenda[str] = Agenda()
    dropped = script("a", 1.0, "b")
    agenda.add(dropped, 0.0)
    agenda.add(script(2.0, "c"), 0.0)
    assert list(agenda.run(0.0)) == ["a"]
    agenda.drop(dropped)
    assert list(agenda.run(9.0)) == ["c"]


def test_a_script_finds_its_own_time() -> None:
    agenda: Agenda[str] = Agenda()

    def script() -> Script[str]:
        yield 1.0
        yield f"at {agenda.now}"
        yield 0.5
        yield f"at {agenda.now}"

    agenda.add(script(), 2.0)
    assert list(agenda.run(99.0)) == ["at 3.0", "at 3.5"]
