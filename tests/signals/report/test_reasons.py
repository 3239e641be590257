"""A close reason is shown if it is the API's own word."""

import pytest

from voicetap.signals.report.reasons import is_public


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "bye",
        "invalid_request_error.invalid_api_key",
        "keepalive ping timeout",
        "Your session hit the maximum duration of 60 minutes.",
    ],
)
def test_words_of_the_api_are_public(reason: str) -> None:
    assert is_public(reason)


@pytest.mark.parametrize(
    "reason",
    [
        "the caller said that her name is Ada",
        "Incorrect API key provided: sk-proj-0123456789",
        "sk-proj-0123456789",
        "Your session hit the maximum duration of 60 minutes, Ada.",
        "a" * 100,
        "bye\n",
    ],
)
def test_anything_else_is_not(reason: str) -> None:
    assert not is_public(reason)
