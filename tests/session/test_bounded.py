from voicetap.session.bounded import Bounded


def test_the_oldest_goes_for_the_newest() -> None:
    memory: Bounded[str, int] = Bounded(2)
    assert [memory.put("a", 1), memory.put("b", 2), memory.put("b", 2), memory.put("c", 3)] == [
        False,
        False,
        False,
        True,
    ]
    assert memory == {"b": 2, "c": 3}


def test_what_is_put_in_again_is_the_newest() -> None:
    memory: Bounded[str, int] = Bounded(2)
    memory.put("a", 1)
    memory.put("b", 2)
    memory.put("a", 3)
    memory.put("c", 4)
    assert memory == {"a": 3, "c": 4}
