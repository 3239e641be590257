"""The named calls: one script each, with the settings that make its point."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from calls.call import Call, Script
from calls.settings import Settings
from calls.sound import PCM_16K
from calls.truth import Truth
from calls.wire import Variant

WHOLE, ELIDED = Variant(), Variant(elided=True)
BETA, UNTIMED = Variant(elided=True, beta=True), Variant(elided=True, timed=False)
VARIANTS = {"whole": WHOLE, "elided": ELIDED, "beta": BETA, "untimed": UNTIMED}

SHORT_BYTES = 450_000
"""The audio of a call that is also written whole."""

THEMES = ("barge_ins", "overlaps", "truncations", "tools", "turns", "transcriptions", "equipment", "sessions")


@dataclass(frozen=True)
class Scenario:
    """A call that can be run, and is the same every time."""

    name: str
    script: Script
    settings: Settings

    def run(self) -> Truth:
        """The finished call."""
        call = Call(self.settings).run(self.script)
        return Truth(call.history, call.settings, call.recording)


def variants(truth: Truth) -> dict[str, Variant]:
    """The ways to write a call: whole if it is short; in beta unless at a rate that beta's pcm16 would not tell."""
    declared = PCM_16K in (truth.settings.input_format, truth.settings.output_format)
    short = truth.recording.audio_bytes <= SHORT_BYTES
    return {name: v for name, v in VARIANTS.items() if (v.elided or short) and not (v.beta and declared)}


_SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str | None = None, **settings: Any) -> Callable[[Script], Script]:
    """Add a script under its own or another name; one script may be run with several settings."""

    def add(script: Script) -> Script:
        chosen = name or script.__name__
        assert chosen not in _SCENARIOS, chosen
        _SCENARIOS[chosen] = Scenario(chosen, script, Settings(**settings))
        return script

    return add


def scenarios() -> Iterator[Scenario]:
    """All of them."""
    for theme in THEMES:
        import_module(f"calls.scenarios.{theme}")
    yield from _SCENARIOS.values()
