import re

from voicetap.signals.spans import semconv


def names() -> list[str]:
    return [value for name, value in vars(semconv).items() if name.isupper() and name != "GEN_AI_CONVENTIONS"]


def test_names_are_of_the_dialects_that_are_spoken() -> None:
    dialects = r"(gen_ai|server|http|url|error|session|openinference|llm|tool|input|output|langfuse|voicetap)\."
    assert [name for name in names() if not re.match(dialects, name)] == []


def test_each_name_stands_once() -> None:
    assert len(set(names())) == len(names())


def test_the_version_of_the_conventions_is_said() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", semconv.GEN_AI_CONVENTIONS)
