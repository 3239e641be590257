import pytest

from voicetap.signals.metrics.models import Models


def test_the_first_models_keep_their_names() -> None:
    models = Models(limit=2)
    assert models.label(None) == "unknown"
    assert models.label("gpt-realtime") == "gpt-realtime"
    assert models.label("grok/voice:latest") == "grok/voice:latest"
    assert models.label("a third") == "other"
    assert models.label("third") == "other"
    assert models.label("gpt-realtime") == "gpt-realtime"


@pytest.mark.parametrize("name", ["", "m" * 101, "two words", 'quo"te', "new\nline", "esc\x1b[2J", "zażółć", "\u202e"])
def test_what_is_no_name_of_a_model_is_other(name: str) -> None:
    assert Models().label(name) == "other"


@pytest.mark.parametrize(
    "name", ["sk-proj-abcdefgh", "eyJhbGciOiJIUzI1NiJ9.e30.x", "m:ek_0123456789", "alice@example.com"]
)
def test_what_no_signal_may_show_is_other(name: str) -> None:
    assert Models().label(name) == "other"
