"""docs/traces.md names every attribute that a span can have, and none that it cannot."""

import re
from pathlib import Path

from support.requires import REPOSITORY
from voicetap.signals import spans
from voicetap.signals.spans import semconv

DOCUMENT = (REPOSITORY / "docs" / "traces.md").read_text()
SOURCES = "".join(path.read_text() for path in Path(spans.__file__).parent.glob("*.py"))
SEMCONV = Path(semconv.__file__).read_text()
EXPECTED = (Path(__file__).parent / "expected" / "call.txt").read_text()

WORDS = set(re.findall(r"`([^`\n]+)`", DOCUMENT))
NAMES = {word for word in WORDS if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", word)}
ENDINGS = tuple(word for word in WORDS if re.fullmatch(r"(\.[a-z_]+)+", word))
"""Of names whose beginning stands beside them, as `.prompt_details.audio`."""

OF_OTHERS = {"gen_ai.agent.name"}
"""Told to be set on the resource."""


def attributes() -> set[str]:
    """All that there are, of spans and events, but for usage by modality and the counts of a session."""
    named = {value for name, value in vars(semconv).items() if name.isupper() and not value.endswith(".")}
    return named - {semconv.GEN_AI_CONVENTIONS}


def events() -> set[str]:
    return {f"voicetap.{name}" for name in re.findall(r'Happening\(\s*"([a-z_]+)"', SOURCES)}


def test_names_stand_in_one_place() -> None:
    assert re.findall(r'VOICETAP \+ "[a-z_.]+"', "".join(SOURCES.split(SEMCONV))) == []


def is_documented(name: str) -> bool:
    return name in NAMES or name.endswith(ENDINGS)


def test_every_attribute_is_documented() -> None:
    assert sorted(name for name in attributes() | events() if not is_documented(name)) == []


def test_what_is_exported_is_documented() -> None:
    exported = set(re.findall(r"^ +([a-z_.]+) = ", EXPECTED, re.MULTILINE))
    assert len(exported) > 50
    families = ("gen_ai.usage.", "voicetap.session.")
    assert sorted(name for name in exported if not is_documented(name) and not name.startswith(families)) == []


def test_nothing_is_documented_that_there_is_not() -> None:
    dialects = ("gen_ai.", "llm.", "langfuse.", "openinference.", "voicetap.", "http.", "url.", "input.", "output.")
    known = attributes() | events() | OF_OTHERS | {"gen_ai.usage.input_tokens"}
    assert sorted(name for name in NAMES if name.startswith(dialects) and name not in known) == []


def test_the_version_of_the_conventions_is_the_one_that_is_spoken() -> None:
    assert f"semantic conventions {semconv.GEN_AI_CONVENTIONS}" in DOCUMENT
