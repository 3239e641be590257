import pytest

from voicetap.simulator.protocol import ApiError, check_range, element, invalid_value, optional, read, required, type_of


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
        ({"type": "c"}, "invalid_value", "Invalid value: 'c'. Supported values are: 'a' and 'b'."),
        ({"type": ["a"]}, "invalid_value", "Invalid value: '['a']'. Supported values are: 'a' and 'b'."),
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
        ("number", str, "invalid_type", "Invalid type for 'number': expected a string, but got an integer instead."),
        ("flag", int, "invalid_type", "Invalid type for 'flag': expected an integer, but got a boolean instead."),
    ],
)
def test_fields_that_are_missing_or_of_another_kind(name: str, kind: type, code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        required({"number": 1, "flag": True, "nothing": None}, name, kind)
    assert (caught.value.code, caught.value.message, caught.value.param) == (code, message, name)


def test_a_field_is_named_by_its_path() -> None:
    with pytest.raises(ApiError, match=r"^Missing required parameter: 'item.role'.$"):
        required({}, "role", str, within="item")
    with pytest.raises(ApiError, match=r"^Invalid type for 'item.role': expected a string, but got an array instead.$"):
        optional({"role": []}, "role", str, within="item")
    with pytest.raises(ApiError, match=r"^Invalid type for 'input\[1\]': expected an object, but got null instead.$"):
        element([{}, None], 1, within="input")


@pytest.mark.parametrize(
    ("supported", "allowed"),
    [
        (["a"], "Value must be 'a'."),
        (["a", "b"], "Supported values are: 'a' and 'b'."),
        (["a", "b", "c"], "Supported values are: 'a', 'b', and 'c'."),
    ],
)
def test_values_that_there_are(supported: list[str], allowed: str) -> None:
    assert invalid_value("path", "x", *supported).message == f"Invalid value: 'x'. {allowed}"


@pytest.mark.parametrize(
    ("value", "least", "most", "code", "message"),
    [
        (-5, 1, None, "integer_below_min_value", "integer below minimum value. Expected a value >= 1, but got -5"),
        (9, 5, 8, "integer_above_max_value", "integer above maximum value. Expected a value <= 8, but got 9"),
        (2, 0.25, 1.5, "decimal_above_max_value", "decimal above maximum value. Expected a value <= 1.5, but got 2"),
    ],
)
def test_numbers_that_lie_outside(value: float, least: float, most: float | None, code: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_range("path", value, least, most)
    assert (caught.value.code, caught.value.message) == (code, f"Invalid 'path': {message} instead.")
    check_range("path", least, least, most)
    check_range("path", None, least, most)


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
