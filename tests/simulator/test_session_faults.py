"""What a client does wrong, and what time ends: answered as the API does, whatever it is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.simulated import BRIEF, HEARD, Talk, error_of, trace
from voicetap.simulator.session import _HANDLERS, Close

NAMES = st.sampled_from(
    (
        *("type", "role", "content", "text", "audio", "input", "output", "format", "rate", "turn_detection"),
        *("eagerness", "transcription", "model", "voice", "conversation", "output_modalities", "id", "arguments"),
    )
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 10**9) | st.sampled_from(["", "x", "message", "audio/pcmu"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("session", "item", "response", "audio", "item_id", "audio_end_ms", "previous_item_id")
WRONG_EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(_HANDLERS))}, optional=dict.fromkeys(FIELDS, VALUES)
)
"""Events of every type, with fields that the API knows, at places and of kinds that it does not."""


@pytest.fixture
def talk() -> Talk:
    return Talk()


class TestFailing:
    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ("nonsense", "invalid_json"),
            (b"\x00", "invalid_event"),
            ("{}", "invalid_event"),
            ('{"type": "response.sing"}', "invalid_value"),
            ('{"type": "session.update"}', "missing_required_parameter"),
            ('{"type": "input_audio_buffer.append", "audio": "?"}', "invalid_value"),
            ('{"type": "conversation.item.truncate", "item_id": "item_1"}', "missing_required_parameter"),
            ('{"type": "response.create", "event_id": 1}', "invalid_type"),
        ],
    )
    def test_a_bad_message_is_answered_and_the_session_goes_on(
        self, talk: Talk, message: str | bytes, code: str
    ) -> None:
        assert error_of(talk.send_text(message))[0] == code
        assert trace(talk.speak()) == [*HEARD, "response.created"]

    def test_an_unknown_type_is_answered_with_the_known_ones(self, talk: Talk) -> None:
        message = error_of(talk.send("response.sing"))[1]
        assert message.startswith("Invalid value: 'response.sing'. Supported values are: 'session.update', ")

    def test_a_session_ends_when_its_time_is_up(self) -> None:
        talk = Talk(replace(BRIEF, session_seconds=900))
        assert error_of(talk.wait(900)) == (
            "session_expired",
            "Your session hit the maximum duration of 15 minutes.",
        )
        assert talk.closes == [Close(1001, "Your session hit the maximum duration of 15 minutes.")]

    @given(st.lists(WRONG_EVENTS, max_size=4))
    def test_whatever_a_client_sends_is_answered(self, events: list[dict[str, Any]]) -> None:
        """It goes on, and an `error` stands for all that could not be followed."""
        talk = Talk()
        for event in events:
            talk.session.receive(event, talk.now)
        assert error_of(talk.send("conversation.item.delete", item_id="nothing"))[0] == "item_delete_invalid_item_id"
