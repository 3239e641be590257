from typing import Any

import pytest

from voicetap.simulator.client_secrets import Secrets
from voicetap.simulator.protocol import ApiError
from voicetap.simulator.settings import STANDARD

NOW = 1_700_000_000.5


def made(secrets: Secrets, **body: Any) -> dict[str, Any]:
    return secrets.new(body, STANDARD, NOW)


def test_it_stands_for_the_session_that_was_asked_for_until_it_expires() -> None:
    secrets = Secrets()
    wanted = {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
    secret = made(secrets, session=wanted, expires_after={"anchor": "created_at", "seconds": 60})
    assert secret["expires_at"] == 1_700_000_060
    assert secret["session"]["audio"]["output"]["voice"] == "ash"
    assert secrets.session_of(secret["value"], NOW + 59) == {**wanted, "model": "gpt-realtime"}
    assert secrets.session_of(secret["value"], NOW + 60) is None
    assert secrets.session_of("sk-1", NOW) is None


def test_what_was_not_asked_for() -> None:
    secrets = Secrets()
    secret = made(secrets)
    assert secret["expires_at"] == 1_700_000_600
    assert (secret["session"]["type"], secret["session"]["model"]) == ("realtime", "gpt-realtime")
    assert made(secrets)["value"] != secret["value"]
    assert made(secrets, session={"type": "transcription"})["session"]["type"] == "transcription"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"session": {"type": "translation"}}, "invalid_value", "session.type"),
        ({"session": {"model": 1}}, "invalid_type", "session.model"),
        ({"session": {"temperature": 1}}, "unknown_parameter", "session.temperature"),
        ({"expires_after": {"seconds": 9}}, "integer_below_min_value", "expires_after.seconds"),
        ({"expires_after": {"seconds": 7201}}, "integer_above_max_value", "expires_after.seconds"),
    ],
)
def test_what_is_wrong(body: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(ApiError) as caught:
        made(Secrets(), **body)
    assert (caught.value.code, caught.value.param) == (code, param)


def test_the_oldest_are_forgotten() -> None:
    secrets = Secrets()
    first, *others = [made(secrets)["value"] for _ in range(1001)]
    assert secrets.session_of(first, NOW) is None
    assert all(secrets.session_of(value, NOW) for value in others)
