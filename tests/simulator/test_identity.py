import re
from random import Random

from voicetap.simulator.identity import Ids


def test_ids_look_like_those_of_the_api() -> None:
    assert re.fullmatch(r"item_[A-Za-z0-9]{21}", Ids(Random(1)).new("item"))


def test_equal_seeds_give_equal_ids() -> None:
    one, same, other = (Ids(Random(seed)) for seed in ("1", "1", "2"))
    ids = [one.new("resp"), one.new("resp")]
    assert ids == [same.new("resp"), same.new("resp")]
    assert len({*ids, other.new("resp")}) == 3


def test_padding_hides_the_length_of_a_delta() -> None:
    ids = Ids(Random(1))
    assert {len(text) + len(ids.obfuscation(text)) for text in ("", "Hi", "fifteen letters")} == {16}
