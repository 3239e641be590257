from prometheus_client import CollectorRegistry, generate_latest

from voicetap.signals import names
from voicetap.signals.labels import TOOL_OUTCOMES
from voicetap.signals.metrics.series import Numbers
from voicetap.signals.metrics.tools import MOST, ByName, Together


def exposed(registry: CollectorRegistry) -> list[str]:
    lines = generate_latest(registry).decode().splitlines()
    return [line.removeprefix("voicetap_tool_calls_total") for line in lines if not line.startswith("#")]


def test_together_names_do_not_matter() -> None:
    registry = CollectorRegistry()
    calls = Together(Numbers(names.TOOL_CALLS, registry, Together.more_labels))
    for name in ("search", "book", None):
        calls.of(name)["answered"].add()
    assert exposed(registry) == [
        '{outcome="answered"} 3.0',
        *(f'{{outcome="{outcome}"}} 0.0' for outcome in TOOL_OUTCOMES if outcome != "answered"),
    ]


def test_a_tool_has_all_outcomes_at_once_and_one_without_a_name_from_the_start() -> None:
    registry = CollectorRegistry()
    calls = ByName(Numbers(names.TOOL_CALLS, registry, ByName.more_labels))
    calls.of("search")
    assert exposed(registry) == [
        f'{{outcome="{outcome}",tool="{tool}"}} 0.0' for tool in ("unknown", "search") for outcome in TOOL_OUTCOMES
    ]


def test_the_first_tools_that_may_be_shown_have_their_names() -> None:
    registry = CollectorRegistry()
    calls = ByName(Numbers(names.TOOL_CALLS, registry, ByName.more_labels))
    for name in ("call the bank", "sk-proj-abcdefgh", *(f"tool_{number}" for number in range(200)), None):
        calls.of(name)["answered"].add()
    calls.of("tool_0")["answered"].add()
    counted = [line for line in exposed(registry) if not line.endswith(" 0.0")]
    assert counted[:2] == [
        '{outcome="answered",tool="unknown"} 1.0',
        f'{{outcome="answered",tool="other"}} {200 - MOST + 2}.0',
    ]
    assert [line for line in counted[2:] if "tool_" in line] == [
        f'{{outcome="answered",tool="tool_{number}"}} {2 if number == 0 else 1}.0' for number in range(MOST)
    ]
    assert len(counted) == MOST + 2
