import pytest

from support.spanned import Spanned
from voicetap.facts import (
    AudioBegan,
    Fact,
    OutputBegan,
    ResponseFinished,
    ResponseStarted,
    SessionConfigured,
    Tokens,
    ToolCalled,
    TurnOpened,
    UsageReported,
)

SESSION = SessionConfigured(100.5, "sess_1", "gpt-realtime", True, False, None)
OPENED = TurnOpened(101.0, 1, "text", 101.0)
BEGUN = ResponseStarted(101.5, "resp_1", 1, "client", 101.0)


def chat(*facts: Fact) -> dict[str, object]:
    """The attributes of the one span."""
    spanned = Spanned().answered()
    spanned.receive([SESSION, OPENED, *facts])
    [span] = spanned.named("chat gpt-realtime")
    return {
        **span.attributes,
        "status": span.status.status_code.name,
        "seconds": (span.end_time - span.start_time) / 1e9,
    }


@pytest.mark.parametrize(
    ("status", "reason", "finish", "error"),
    [
        ("completed", None, ("stop",), None),
        ("cancelled", "turn_detected", ("turn_detected",), None),
        ("cancelled", None, ("cancelled",), None),
        ("incomplete", "max_output_tokens", ("length",), None),
        ("incomplete", "content_filter", ("content_filter",), None),
        ("failed", "rate_limit_exceeded", ("error",), "rate_limit_exceeded"),
        ("failed", None, ("error",), "_OTHER"),
        ("unfinished", None, None, None),
    ],
)
def test_how_it_ended(status: str, reason: str | None, finish: tuple[str] | None, error: str | None) -> None:
    found = chat(BEGUN, ResponseFinished(103.0, "resp_1", 1, status, reason, 1.5))
    assert (found.get("gen_ai.response.finish_reasons"), found.get("error.type")) == (finish, error)
    assert found["status"] == ("ERROR" if error else "UNSET")


def test_it_begins_with_its_request() -> None:
    assert chat(BEGUN, ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5))["seconds"] == 2.0


def test_of_one_that_was_not_announced_the_duration_is_what_is_known() -> None:
    assert chat(ResponseFinished(103.0, "resp_9", 1, "completed", None, None))["seconds"] == 0.0
    assert chat(ResponseFinished(103.0, None, 1, "completed", None, 0.5))["seconds"] == 0.5


def test_what_it_brings() -> None:
    finished = ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5)
    output = OutputBegan(102.0, "resp_1", 1, 1.0)
    assert chat(BEGUN, output, finished)["gen_ai.output.type"] == "text"
    assert (
        chat(BEGUN, output, AudioBegan(102.0, "resp_1", "item_1", 1, "client", 1.0), finished)["gen_ai.output.type"]
        == "speech"
    )
    called = chat(BEGUN, output, ToolCalled(102.5, "call_1", "f", "function", "resp_1", 1), finished)
    assert (called.get("gen_ai.output.type"), called["gen_ai.response.finish_reasons"]) == (None, ("tool_call",))


def test_usage_is_that_of_its_own_response() -> None:
    usage = UsageReported(102.0, "response", "resp_1", None, "gpt-realtime", Tokens(input=7, output=3), None, 0.25)
    found = chat(BEGUN, usage, ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5))
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.cost"]) == (7, 0.25)


@pytest.mark.parametrize(
    ("begun", "used", "finished"),
    [
        ("resp_1", None, "resp_1"),
        ("response 1", None, "response 1"),
        ("response 1", "resp_1", "response 1"),
        ("resp_1", None, None),
    ],
)
def test_where_ids_are_left_out_usage_is_that_of_the_response_that_is_over_then(
    begun: str, used: str | None, finished: str | None
) -> None:
    """`response 1`: what a session calls one that began without an id."""
    found = chat(
        ResponseStarted(101.5, begun, 1, "client", 101.0),
        UsageReported(103.0, "response", used, None, "gpt-realtime", Tokens(input=7, output=3), None, 0.25),
        ResponseFinished(103.0, finished, 1, "completed", None, 1.5),
    )
    assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.cost"]) == (7, 0.25)


def test_usage_of_what_is_over_already_is_nobody_elses() -> None:
    again = UsageReported(102.0, "response", "resp_0", None, "gpt-realtime", Tokens(input=7, output=3), None, 0.25)
    found = chat(BEGUN, again, ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5))
    assert "gen_ai.usage.input_tokens" not in found


def test_one_that_is_given_up_for_want_of_room_takes_no_usage() -> None:
    spanned = Spanned().answered()
    usage = UsageReported(103.0, "response", None, None, "gpt-realtime", Tokens(input=7, output=3), None, 0.25)
    spanned.receive([SESSION, OPENED, BEGUN, usage, ResponseFinished(103.0, "resp_1", 1, "unfinished", None, None)])
    spanned.receive([ResponseFinished(103.0, None, 1, "completed", None, 1.5)])
    assert [span.attributes.get("gen_ai.usage.input_tokens") for span in spanned.named("chat gpt-realtime")] == [
        None,
        7,
    ]


def test_the_model_is_that_of_its_beginning() -> None:
    other = SessionConfigured(102.0, "sess_1", "gpt-realtime-mini", True, False, None)
    found = chat(BEGUN, other, ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5))
    assert found["gen_ai.request.model"] == "gpt-realtime"


def test_it_does_not_begin_before_its_turn() -> None:
    begun = ResponseStarted(101.5, "resp_1", 1, "client", 100.75)
    assert chat(begun, ResponseFinished(103.0, "resp_1", 1, "completed", None, 1.5))["seconds"] == 2.0


def test_an_id_that_no_server_gave_is_not_shown() -> None:
    unnamed = ResponseStarted(101.5, "response 1", 1, "client", 101.0)
    found = chat(unnamed, ResponseFinished(103.0, "response 1", 1, "completed", None, 1.5))
    assert "gen_ai.response.id" not in found
