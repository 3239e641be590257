import pytest

from voicetap.signals.metrics.first_names import FirstNames


def test_the_first_keep_their_names() -> None:
    names = FirstNames(limit=2)
    assert names.label(None) == "unknown"
    assert names.label("gpt-realtime") == "gpt-realtime"
    assert names.label("grok/voice:latest") == "grok/voice:latest"
    assert names.label("a third") == "other"
    assert names.label("third") == "other"
    assert names.label("gpt-realtime") == "gpt-realtime"


@pytest.mark.parametrize("name", ["", "m" * 101, "two words", 'quo"te', "new\nline", "esc\x1b[2J", "zażółć", "\u202e"])
def test_what_is_no_name_is_other(name: str) -> None:
    assert FirstNames(20).label(name) == "other"


@pytest.mark.parametrize(
    "name", ["sk-proj-abcdefgh", "eyJhbGciOiJIUzI1NiJ9.e30.x", "m:ek_0123456789", "alice@example.com"]
)
def test_what_no_signal_may_show_is_other(name: str) -> None:
    assert FirstNames(20).label(name) == "other"
