import pytest

from voicetap.simulator.protocol import ApiError, optional, read, required, type_of


def problem(message: str | bytes) -> tuple[str | None, str]:
    error = read(message)
    assert isinstance(error, ApiError)
    return error.code, error.message


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"\x00\x01", ("invalid_event", "Binary messages are not supported; send JSON as text.")),
        ("{", ("invalid_json", "We could not parse the JSON body of your event.")),
        ("[" * 100_000, ("invalid_json", "We could not parse the JSON body of your event.")),
        ("[]", ("invalid_event", "An event must be a JSON object.")),
    ],
)
def test_what_is_no_event(message: str | bytes, expected: tuple[str, str]) -> None:
    assert problem(message) == expected


def test_an_event_is_what_json_says() -> None:
    assert read('{"type": "response.create"}') == {"type": "response.create"}


@pytest.mark.parametrize(
    ("event", "code", "message"),
    [
        ({}, "invalid_event", "The 'type' field is missing."),
        ({"type": "c"}, "invalid_value", "Invalid value: 'c'. Supported values are: 'a', and 'b'."),
        ({"type": ["a"]}, "invalid_value", "Invalid value: '['a']'. Supported values are: 'a', and 'b'."),
    ],
)
def test_a_type_that_is_not_known(event: dict[str, object], code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        type_of(event, ["a", "b"])
    assert (caught.value.code, caught.value.message) == (code, message)


def test_fields() -> None:
    event = {"text": "a", "number": 1, "nothing": None}
    assert required(event, "text", str) == "a"
    assert optional(event, "number", float) == 1.0
    assert optional(event, "nothing", str) is None
    assert optional(event, "absent", str) is None


@pytest.mark.parametrize(
    ("name", "kind", "code", "message"),
    [
        ("absent", str, "missing_required_parameter", "Missing required parameter: 'absent'."),
        ("nothing", str, "missing_required_parameter", "Missing required parameter: 'nothing'."),
        ("number", str, "invalid_type", "Invalid type for 'number': expected a string."),
        ("flag", int, "invalid_type", "Invalid type for 'flag': expected an integer."),
    ],
)
def test_fields_that_are_missing_or_of_another_kind(name: str, kind: type, code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        required({"number": 1, "flag": True, "nothing": None}, name, kind)
    assert (caught.value.code, caught.value.message, caught.value.param) == (code, message, name)


def test_an_error_names_what_it_answers() -> None:
    assert ApiError("code", "message", param="param").event("event_1") == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "code": "code",
            "message": "message",
            "param": "param",
            "event_id": "event_1",
        },
    }
