import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicetap.chunks import Side
from voicetap.signals import labels


@pytest.mark.parametrize(
    ("outcome", "label"),
    [
        *((outcome, outcome) for outcome in ("101", "400", "418", "499")),
        *((outcome, outcome) for outcome in ("connect_error", "tls_error", "timeout", "abandoned")),
        *(("301", "3xx"), ("500", "5xx"), ("503", "5xx"), ("200", "other"), ("099", "other"), ("4000", "other")),
        *(("", "other"), ("٤٠٠", "other"), ("connect", "other")),
    ],
)
def test_handshake_outcomes(outcome: str, label: str) -> None:
    assert labels.handshake_outcome(outcome) == label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        *((code, str(code)) for code in (1000, 1005, 1006, 1011, 1015, 3000, 4000)),
        *((3001, "3xxx"), (3999, "3xxx"), (4001, "4xxx"), (4999, "4xxx")),
        *((0, "other"), (999, "other"), (1016, "other"), (2999, "other"), (5000, "other"), (65535, "other")),
    ],
)
def test_close_codes(code: int, label: str) -> None:
    assert labels.close_code(code) == label


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/v1/realtime/client_secrets", "/realtime/client_secrets"),
        ("/openai/v1/realtime/client_secrets?x=1", "/realtime/client_secrets"),
        ("/v1/realtime/calls?webrtcfilter=on", "/realtime/calls"),
        ("/v1/realtime/calls/rtc_1", "/realtime/calls/{call_id}"),
        ("/v1/realtime/calls/rtc_1/accept", "/realtime/calls/{call_id}/accept"),
        ("/v1/realtime/calls/{call_id}/hangup", "/realtime/calls/{call_id}/hangup"),
        ("/v1/realtime/calls/rtc_1/destroy", "other"),
        ("/v1/realtime/translations/calls", "/realtime/translations/calls"),
        ("/v1/realtime/sessions", "/realtime/sessions"),
        ("/v1/realtime", "other"),
        ("/v1/chat/completions", "other"),
        ("/other", "other"),
        ("other", "other"),
        ("", "other"),
    ],
)
def test_routes(target: str, route: str) -> None:
    assert labels.route(target) == route


@pytest.mark.parametrize(("status", "label"), [(200, "2xx"), (201, "2xx"), (404, "4xx"), (599, "5xx"), (0, "other")])
def test_statuses(status: int, label: str) -> None:
    assert labels.status(status) == label


def test_codes_that_are_not_listed_are_other() -> None:
    assert labels.error_code("session_expired") == "session_expired"
    assert labels.error_code("no_such_code") == "other"
    assert labels.failure_code("DeploymentNotFound") == "DeploymentNotFound"
    assert labels.failure_code("session_expired") == "other"
    assert labels.gap("framing") == "framing"
    assert labels.sink("metrics") == "metrics"


def test_the_first_models_keep_their_names() -> None:
    models = labels.Models(limit=2)
    assert models.label(None) == "unknown"
    assert models.label("gpt-realtime") == "gpt-realtime"
    assert models.label("grok/voice:latest") == "grok/voice:latest"
    assert models.label("a third") == "other"
    assert models.label("third") == "other"
    assert models.label("gpt-realtime") == "gpt-realtime"


@pytest.mark.parametrize("name", ["", "m" * 101, "two words", 'quo"te', "new\nline", "esc\x1b[2J", "zażółć", "\u202e"])
def test_what_is_no_name_of_a_model_is_other(name: str) -> None:
    assert labels.Models().label(name) == "other"


@given(st.text(max_size=40), st.integers())
def test_any_value_of_a_peer_becomes_one_of_few(text: str, number: int) -> None:
    assert labels.route(text) in labels.ROUTES
    assert labels.error_code(text) in labels.ERROR_CODES
    assert labels.handshake_outcome(text)
    assert labels.close_code(number)
    assert labels.status(number)


@pytest.mark.parametrize(
    ("sender", "name", "values"),
    [
        (Side.SERVER, "response.done", ("server", "response.done")),
        (Side.SERVER, "ping", ("server", "ping")),
        (Side.CLIENT, "ping", ("client", "other")),
        (Side.CLIENT, "made up", ("client", "other")),
    ],
)
def test_an_event_that_its_sender_has_in_no_catalogue_is_other(
    sender: Side, name: str, values: tuple[str, str]
) -> None:
    assert labels.event(sender, name) == values


@pytest.mark.parametrize("side", Side)
def test_a_side_is_called_as_in_recordings(side: Side) -> None:
    assert labels.sender(side) == (side.value,)
