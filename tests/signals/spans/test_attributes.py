from voicetap.signals.spans import semconv as s
from voicetap.signals.spans.attributes import known


def test_what_is_not_known_is_no_attribute() -> None:
    assert known({"a": None, "b": 0, "c": False, "d": ""}) == {"b": 0, "c": False, "d": ""}


def test_figures_are_kept_to_the_microsecond() -> None:
    assert known({"seconds": 3.3750000000001137}) == {"seconds": 3.375}


def test_names_of_peers_are_shown_only_where_they_are_harmless() -> None:
    found = known({s.RESPONSE_ID: "resp_1", s.TOOL_NAME: "x" * 1000, s.ERROR_TYPE: "Call me at +4930123456"})
    assert found == {s.RESPONSE_ID: "resp_1", s.TOOL_NAME: "elided", s.ERROR_TYPE: "elided"}


def test_what_we_say_ourselves_is_left_as_it_is() -> None:
    assert known({s.URL_QUERY: "model=gpt-realtime"}) == {s.URL_QUERY: "model=gpt-realtime"}
