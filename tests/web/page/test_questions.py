"""The query of the event log: what is read from it, and what is wrong with it, unquoted."""

import pytest

from voicetap.web.page.questions import EventQuestion, read_question


def test_nothing_asked_is_the_beginning_of_everything() -> None:
    assert read_question({}) == EventQuestion(after=0, limit=1000, turn=None, type=None, search=None)


def test_what_is_left_empty_asks_for_nothing() -> None:
    asked = {"after": "5", "limit": "", "turn": "", "type": "", "search": ""}
    assert read_question(asked) == EventQuestion(after=5)


def test_everything_asked() -> None:
    asked = {"after": "5", "limit": "10", "turn": "2", "type": "error", "search": "Déjà", "more": "ignored"}
    assert read_question(asked) == EventQuestion(after=5, limit=10, turn=2, type="error", search="Déjà")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"after": "-1"}, "after: Input should be greater than or equal to 0"),
        ({"limit": "0"}, "limit: Input should be greater than or equal to 1"),
        ({"limit": "1001"}, "limit: Input should be less than or equal to 1000"),
        ({"turn": "sk-canary"}, "turn: Input should be a valid integer, unable to parse string as an integer"),
        ({"after": "9" * 5000}, "after: "),
    ],
)
def test_a_wrong_one_is_named(query: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as wrong:
        read_question(query)
    assert "canary" not in str(wrong.value)
