"""Whatever peers call things, there are no more series than before, and the page can be read."""

import tracemalloc
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from support.exposed import SPAN, Exposed
from voicetap.chunks import Side
from voicetap.facts import (
    ConnectionClosed,
    ErrorReported,
    EventReceived,
    Fact,
    GapOpened,
    HandshakeAnswered,
    HttpAnswered,
    ItemEntered,
    MessageMalformed,
    RateLimitReported,
    ResponseFinished,
    SessionConfigured,
    Surprise,
    Tokens,
    ToolCalled,
    ToolFinished,
    TranscriptionFinished,
    TranscriptionLate,
    TruncationFinished,
    UnknownEventReceived,
    UsageReported,
)
from voicetap.signals.metrics.by_model import MODELS
from voicetap.signals.metrics.operator import COMBINATIONS
from voicetap.signals.metrics.tools import MOST as TOOLS

ODD = 'x"\\\n\r\x00\x1b[2J\u202e{}# {a="b"} 1 \udcff'


def strange(number: int) -> str:
    """A name that was not there before: a plain one, or one with all that exposition formats have to escape."""
    return f"name-{number}" if number % 2 else f"{ODD}{number}"


def said(name: str, number: int, *, confirmed: bool) -> Iterator[Fact]:
    """A connection of a peer that chooses this name wherever it can choose one."""
    yield HandshakeAnswered(0.0, "101", None)
    yield SessionConfigured(0.0, name, name, confirmed, True, name if confirmed else None, expires_at=float(number))
    yield EventReceived(0.0, Side.CLIENT, name)
    yield UnknownEventReceived(0.0, Side.SERVER, name)
    yield MessageMalformed(0.0, Side.SERVER, "schema", name)
    yield Surprise(0.0, "order", name, name)
    yield ErrorReported(0.0, name, name)
    yield RateLimitReported(0.0, name, 1.0, 0.0, None)
    yield ItemEntered(0.0, name, name, name)
    yield ToolCalled(0.0, name, name, "function", name, None)
    yield ToolFinished(0.0, name, name, "function", None, "answered", 0.5)
    yield ResponseFinished(0.0, name, None, "failed", name, 0.5, name)
    yield TruncationFinished(0.0, name, "server", "acknowledged", 1e300)
    transcriber = name if confirmed else None
    yield TranscriptionFinished(0.0, name, "failed", name, name, transcriber, False)
    yield TranscriptionLate(0.0, name, "failed", transcriber, name, name)
    yield UsageReported(0.0, "response", name, name, name, Tokens(input=number), None, None)
    yield UsageReported(0.0, "transcription", name, name, transcriber, Tokens(input=number), None, None)
    yield GapOpened(0.0, None, name)
    yield ConnectionClosed(0.0, "server_closed", 1000 + number % 16, name, Side.SERVER, 0.0)


def attack(page: Exposed, numbers: range, *, confirmed: bool = False) -> None:
    for number in numbers:
        name = strange(number)
        call = page.connection(headers=[(b"x-tenant", name.encode(errors="replace"))])
        for fact in said(name, number, confirmed=confirmed):
            call.receive(fact)
        page.metrics.receive(HttpAnswered(0.0, f"/v1/realtime/calls/{name}", 200))


def series(page: Exposed) -> set[str]:
    return {line.rpartition(" ")[0] for line in page.lines()}


def held() -> int:
    """Bytes."""
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("names", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_names_make_no_series_and_take_no_memory(names: int) -> None:
    page = Exposed()
    attack(page, range(100))
    before = series(page)
    attack(page, range(100, names - 5_000))
    tracemalloc.start()
    try:
        attack(page, range(names - 5_000, names - 4_000))
        memory = held()
        attack(page, range(names - 4_000, names))
        # Ten bytes for each would be 1 MiB after a hundred thousand.
        assert held() - memory < 4_000 * 10
    finally:
        tracemalloc.stop()
    assert series(page) == before
    assert not [line for line in before if "name-" in line]
    assert {line.split('model="')[1].split('"')[0] for line in before if ',model="' in line} == {"unknown"}


def test_names_that_a_server_confirms_are_the_first_twenty() -> None:
    page = Exposed()
    attack(page, range(2 * MODELS + 2), confirmed=True)
    before = series(page)
    attack(page, range(2 * MODELS + 2, 2_000), confirmed=True)
    assert series(page) == before
    for label in ("model", "transcription_model"):
        named = {line.split(f'{label}="')[1].split('"')[0] for line in before if f'{label}="' in line}
        assert len(named) == MODELS + 2, label
        assert {"unknown", "other"} <= named, label


def test_values_of_operator_labels_are_the_first_twenty() -> None:
    page = Exposed(("tenant", b"X-Tenant"))
    attack(page, range(COMBINATIONS + 1))
    before = series(page)
    attack(page, range(COMBINATIONS + 1, 2_000))
    assert series(page) == before
    tenants = {line.split('tenant="')[1].split('"')[0] for line in before if 'tenant="' in line}
    assert len(tenants) == COMBINATIONS + 1
    assert {"unknown", "other", "name-1", "x____________2J____a__b_1_0"} - tenants == {"x____________2J____a__b_1_0"}


def test_names_of_tools_are_the_first_fifty_where_they_are_wanted() -> None:
    page = Exposed(tool_names=True)
    attack(page, range(2 * TOOLS + 2))
    before = series(page)
    attack(page, range(2 * TOOLS + 2, 2_000))
    assert series(page) == before
    tools = {line.split('tool="')[1].split('"')[0] for line in before if 'tool="' in line}
    assert len(tools) == TOOLS + 2
    assert {"unknown", "other", "name-1"} <= tools


def test_names_of_a_megabyte_cost_no_more_than_others() -> None:
    page = Exposed()
    name = "m" * 1024 * 1024
    attack(page, range(10), confirmed=True)
    before = series(page)
    for character in "abc":
        page.connection(*said(character + name, 1, confirmed=True))
    assert len(page.openmetrics()) < 512 * 1024
    assert series(page) - before == set()


def test_the_page_can_be_read_whatever_peers_say() -> None:
    page = Exposed(("tenant", b"X-Tenant"))
    page.ids.current = SPAN
    attack(page, range(200), confirmed=True)
    text = page.openmetrics()
    families = list(parse_openmetrics(text))
    assert sum(len(family.samples) for family in families) == len(page.lines())
    assert len(list(parse_text("\n".join(page.lines()) + "\n"))) > 0
    assert [character for character in "\x00\x1b\u202e\r\udcff" if character in text] == []
