"""Calls as Arize Phoenix shows them: sessions, kinds, tokens, cost, previews.

Phoenix is 860 MB in a virtual environment of its own, which takes two minutes the first time; so these tests run with
`make test TESTS=phoenix` only.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from support.environments import python_with
from support.line import call, listening
from support.parcel import MODEL, SAID, USAGES, about_a_parcel
from support.phoenix import Phoenix, Seen, Session, phoenix
from support.processes import serve, simulate
from support.scrape import Samples, scrape_until
from voicetap.simulator.caller import Caller, Habits

pytestmark = [
    pytest.mark.phoenix,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
]

REQUIREMENTS = Path(__file__).with_name("phoenix") / "requirements.txt"
PACE = 10.0
SPANS_OF_THE_PARCEL = 14
"""Handshake, summary, three turns, two of them spoken and transcribed, four responses, one call."""


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with(REQUIREMENTS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(python: Path) -> AsyncIterator[Phoenix]:
    async with phoenix(python) as process:
        yield process


def exporting(server: Phoenix, project: str) -> Mapping[str, str]:
    """The environment of a voicetap that sends its spans into a project of its own."""
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_RESOURCE_ATTRIBUTES": f"openinference.project.name={project}",
    }


async def parcel(server: Phoenix, project: str, *options: str) -> Session:
    """The call about a parcel, and the one session that it is in Phoenix."""
    async with listening() as (upstream, url):
        with serve(url, *options, env=exporting(server, project)) as proxy:
            await call(upstream, f"ws://{proxy.listen}/v1/realtime?model={MODEL}", about_a_parcel, PACE)
    [session] = await server.sessions(project, SPANS_OF_THE_PARCEL)
    return session


def named(session: Session, name: str) -> list[Seen]:
    """Its spans of this name, in the order in which they began."""
    return [span for span in session.spans if span.name == name]


async def test_a_call_is_shown_as_it_was(server: Phoenix) -> None:
    session = await parcel(server, "plain")

    # Each turn is a trace, and all traces of the call are one session.
    assert session.roots == ["GET /realtime", "invoke_agent", "invoke_agent", "invoke_agent", "realtime_session"]
    assert [[(span.name, span.kind) for span in trace] for trace in session.traces[1:4]] == [
        [("invoke_agent", "agent"), (f"chat {MODEL}", "llm")],
        [
            ("invoke_agent", "agent"),
            ("user_speech", "chain"),
            ("transcription", "llm"),
            (f"chat {MODEL}", "llm"),
            ("execute_tool find_parcel", "tool"),
            (f"chat {MODEL}", "llm"),
        ],
        [("invoke_agent", "agent"), ("user_speech", "chain"), ("transcription", "llm"), (f"chat {MODEL}", "llm")],
    ]

    # Tokens and cost of a response: audio that was cached is neither audio at its full price nor counted twice.
    first_question = named(session, f"chat {MODEL}")[1]
    assert first_question.tokens == (120, 80)
    assert first_question.classes == {
        "input input": 20,
        "input audio": 36,
        "input cache_read": 64,
        "output output": 20,
        "output audio": 60,
    }
    assert first_question.cost == pytest.approx(0.0054176)
    for response in named(session, f"chat {MODEL}"):
        assert response.cost == pytest.approx(response.attributes["llm"]["cost"]["total"])

    # Of the call: the sums of its responses and transcriptions, each once.
    assert session.tokens == (
        sum(usage["input_tokens"] for usage in USAGES) + 2 * 20,
        sum(usage["output_tokens"] for usage in USAGES) + 2 * 12,
    )
    assert session.cost == pytest.approx(sum(span.cost or 0.0 for span in session.spans))
    assert all(span.tokens == (0, 0) and span.cost is None for span in session.spans if span.kind != "llm")

    # Without content, nothing of it is shown: what there is to read is how the call began and ended.
    assert (session.first_input, session.last_output) == (f"/v1/realtime?model={MODEL}", "client_closed")
    assert [(root.input, root.output) for root in named(session, "invoke_agent")] == [(None, None)] * 3
    assert not [span for span in session.spans for text in SAID.values() if text in str(span)]


async def test_with_content_it_reads_as_it_was_spoken(server: Phoenix) -> None:
    session = await parcel(server, "said", "--content")
    assert [(root.input, root.output) for root in named(session, "invoke_agent")] == [
        (None, (SAID["greeting"], "text")),
        ((SAID["first question"], "text"), (SAID["first answer"], "text")),
        ((SAID["second question"], "text"), (SAID["second answer"], "text")),
    ]
    [tool] = named(session, "execute_tool find_parcel")
    assert (tool.input, tool.output) == (
        ('{"number": "A117"}', "json"),
        ('{"status": "on its way", "left": "Ulm, 06:00"}', "json"),
    )
    answered = named(session, f"chat {MODEL}")[3]
    assert (answered.input, answered.output) == ((SAID["second question"], "text"), (SAID["second answer"], "text"))


async def test_simulated_calls_add_up_to_what_voicetap_counted(server: Phoenix) -> None:
    callers = [Habits(pace=4.0, greeted=True), Habits(pace=4.0, impatient_rate=0.5), Habits(pace=4.0)]
    with (
        simulate("--scenario", "clean", "--seed", "1") as simulator,
        serve(f"http://{simulator.listen}", env=exporting(server, "simulated")) as proxy,
    ):
        url = f"http://{proxy.listen}/v1/realtime?model={MODEL}"
        lines = [Caller(f"caller {n}", habits, lambda *_: None) for n, habits in enumerate(callers)]
        await asyncio.gather(*(line.call(url, "sk-demo", 20.0) for line in lines))
        counted = await scrape_until(proxy.admin, lambda found: found.total("voicetap_sessions_total") == len(callers))

    sessions = await server.sessions("simulated", expected_spans(counted))
    assert [session.roots[0] for session in sessions] == ["GET /realtime"] * len(callers)
    assert [session.roots[-1] for session in sessions] == ["realtime_session"] * len(callers)
    spans = [span for session in sessions for span in session.spans]
    assert Counter(span.kind for span in spans).keys() == {"chain", "agent", "llm"}
    for direction, index in (("input", 0), ("output", 1)):
        assert sum(session.tokens[index] for session in sessions) == counted.total(
            "voicetap_tokens_total", direction=direction
        )
    cost = sum(span.cost or 0.0 for span in spans if span.name == f"chat {MODEL}")
    assert cost == pytest.approx(counted.total("voicetap_cost_usd_total", usage="response"))


def expected_spans(counted: Samples) -> int:
    """As many as what was counted calls for: whatever happens is shown, and nothing twice."""
    turns = counted.total("voicetap_turns_total")
    spoken = counted.total("voicetap_turns_total", opened_by="speech")
    responses = counted.total("voicetap_responses_total")
    transcriptions = counted.total("voicetap_transcriptions_total")
    sessions = counted.total("voicetap_sessions_total")
    return round(2 * sessions + turns + spoken + responses + transcriptions)
