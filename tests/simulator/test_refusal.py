import pytest

from voicetap.simulator.disturbance import Failure
from voicetap.simulator.refusal import Refusal


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "invalid_api_key"),
        (403, "unsupported_country_region_territory"),
        (404, "model_not_found"),
        (429, "insufficient_quota"),
        (500, None),
        (503, "service_unavailable"),
        (418, None),
    ],
)
def test_the_body_is_the_apis(status: int, code: str | None) -> None:
    error = Refusal(status=status).body()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["code"] == code
    assert error["message"]


def test_the_body_may_be_chosen() -> None:
    refusal = Refusal(status=429, error=Failure("requests", "Slow down.", "rate_limit_exceeded"))
    assert refusal.body()["error"] == {
        "message": "Slow down.",
        "type": "requests",
        "param": None,
        "code": "rate_limit_exceeded",
    }
