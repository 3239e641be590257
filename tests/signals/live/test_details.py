from voicetap.signals.live.details import LONGEST_TEXT, add_text, details, named, of_the_server, text
from voicetap.signals.live.items import Scalar


def test_what_is_not_known_is_left_out() -> None:
    assert details(code=None, seconds=0.0, sure=False) == {"seconds": 0.0, "sure": False}


def test_names_of_peers_are_shown_if_they_are_harmless() -> None:
    assert details(item_id="item_1", code="call me at +1 555 123 4567") == {"item_id": "item_1", "code": "elided"}


def test_milliseconds_have_a_tenth_and_other_figures_what_they_need() -> None:
    assert details(unheard_ms=1789.9999999999982, cost_usd=0.0012345678, turns=3) == {
        "unheard_ms": 1790.0,
        "cost_usd": 0.001235,
        "turns": 3,
    }


def test_a_name_may_be_missing() -> None:
    assert [named(name, "tool") for name in ("get_time", None, "", "get the time")] == [
        "get_time",
        "tool",
        "tool",
        "elided",
    ]


def test_ids_that_a_session_made_up_are_no_ids() -> None:
    assert [of_the_server(id) for id in ("resp_1", "response 1", None)] == ["resp_1", None, None]


def test_text_is_cut_and_has_no_credentials() -> None:
    assert text("my key is sk-abcdef123456") == "my key is …elided"
    assert text("a" * 5000) == "a" * LONGEST_TEXT


def test_pieces_of_a_text_are_lines_up_to_the_same_length() -> None:
    detail: dict[str, Scalar] = {}
    for piece in ("one", "two", "a" * 5000):
        add_text(detail, piece)
    assert detail["text"] == ("one\ntwo\n" + "a" * LONGEST_TEXT)[:LONGEST_TEXT]
