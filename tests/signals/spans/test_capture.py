import pytest

from voicetap.signals.spans.capture import VARIABLE, spans_with_content


@pytest.mark.parametrize("value", ["SPAN_ONLY", "SPAN_AND_EVENT", "span_only", "true", "True", " SPAN_ONLY "])
def test_the_variable_turns_it_on(value: str) -> None:
    assert spans_with_content({VARIABLE: value}, False)


@pytest.mark.parametrize("value", ["NO_CONTENT", "EVENT_ONLY", "false", "", "1", "yes", "SPAN"])
@pytest.mark.parametrize("option", [False, True])
def test_any_other_value_leaves_it_to_the_option(value: str, option: bool) -> None:
    assert spans_with_content({VARIABLE: value}, option) is option


@pytest.mark.parametrize("option", [False, True])
def test_without_the_variable_the_option_decides(option: bool) -> None:
    assert spans_with_content({"OTEL_TRACES_EXPORTER": "otlp"}, option) is option
