import pytest

from voicetap.simulator.admission import Refused, admit, key_of

QUERY = {"model": "gpt-realtime"}


@pytest.mark.parametrize(
    ("headers", "subprotocols", "key"),
    [
        ({"Authorization": "Bearer sk-1"}, [], "sk-1"),
        ({"Authorization": "bearer  sk-1 "}, [], "sk-1"),
        ({"Authorization": "Basic sk-1"}, [], ""),
        ({"api-key": "sk-2"}, [], "sk-2"),
        ({}, ["realtime", "openai-insecure-api-key.sk-3"], "sk-3"),
        ({}, [], ""),
    ],
)
def test_where_clients_put_the_key(headers: dict[str, str], subprotocols: list[str], key: str) -> None:
    assert key_of(headers, subprotocols) == key


@pytest.mark.parametrize("query", [QUERY, {"deployment": "my-realtime"}, {"intent": "transcription"}])
def test_with_any_key_and_with_none_a_client_is_welcome(query: dict[str, str]) -> None:
    admit({"Authorization": "Bearer sk-1"}, [], query)
    admit({}, [], query)


@pytest.mark.parametrize(
    ("headers", "query", "close_code", "close_reason"),
    [
        ({"Authorization": "Bearer sk-bad-1"}, QUERY, 3000, "invalid_request_error.invalid_api_key"),
        ({"OpenAI-Beta": "realtime=v1"}, QUERY, 4000, "invalid_request_error.beta_api_shape_disabled"),
        ({}, {}, 4000, "invalid_request_error.missing_model"),
    ],
)
def test_who_is_refused(headers: dict[str, str], query: dict[str, str], close_code: int, close_reason: str) -> None:
    with pytest.raises(Refused) as caught:
        admit(headers, [], query)
    assert (caught.value.close_code, caught.value.close_reason) == (close_code, close_reason)


def test_a_server_of_the_beta_takes_clients_of_the_beta() -> None:
    admit({"OpenAI-Beta": "realtime=v1"}, [], QUERY, beta=True)


def test_who_has_a_session_granted_needs_to_name_no_model() -> None:
    admit({}, [], {}, granted=True)
