"""A server whose transcriptions begin to fail, and the page that somebody receives; then voicetap itself dies.

Rules, routes and inhibitions are the shipped ones. Only their waiting is hurried (`support.hurried`): windows are not,
so the alert ends here because good transcriptions outnumber the failures of its short window again. That windows empty
with time is shown where time is simulated, by the rules' own tests.
"""

import asyncio
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from dashboards.objectives import FAST_BURN, STEADY_BURN, TRANSCRIPTION
from support.alertmanager import Alertmanager, alertmanager
from support.daemon import free_port
from support.hurried import hurried_routes, hurried_rules
from support.processes import Process, serve
from support.prometheus import JOB, Prometheus, prometheus
from support.requires import REPOSITORY, requires_program
from support.webhook import Page, Webhook, webhook
from voicetap.config import Address
from voicetap.simulator import SCENARIOS, Scenario, serving
from voicetap.simulator.caller import Caller, Habits
from voicetap.simulator.scenario import Outage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

RULES = sorted((REPOSITORY / "dashboards" / "compiled" / "rules").glob("*.yaml"))
ROUTES = REPOSITORY / "dashboards" / "provisioning" / "alertmanager" / "alertmanager.yml"

FAILING, DOWN = "VoicetapTranscriptionFailures", "VoicetapDown"
FAILED = "conversation.item.input_audio_transcription.failed"

OF_THE_MACHINE = {"VoicetapEventLoopLag", "VoicetapSlowTurns"}
"""True of calls that have to share a busy machine with tests."""

BEGINS = 14.0
LASTS = 8.0
CALLERS = 18
"""About 6 transcriptions a second; more would ask too much of a busy machine."""
HABITS = Habits(append_ms=100, impatient_rate=0.0, interrupting_rate=0.05, overshooting_rate=0.0)
LONELY = replace(HABITS, transcription_model="whisper-1")
"""Of the caller who says one thing, which is not transcribed: a failure ratio of 1."""
DEADLINE = 100.0


def brisk(shipped: Scenario) -> Scenario:
    """So that a minute is enough: conversations take their usual course, in short sentences."""
    return replace(
        shipped,
        response_seconds=(0.05, 0.1),
        reply_ms=(300, 600),
        generation_speed=20.0,
        transcription_seconds=(0.05, 0.2),
    )


def scenario() -> Scenario:
    """The shipped one, but for its times, and with no luck in bad times."""
    shipped = SCENARIOS["outage"]
    assert shipped.outage
    trouble = replace(brisk(shipped.outage.behaviour), transcription_failure_rate=1.0, empty_transcript_rate=0.0)
    return replace(brisk(shipped), outage=Outage(BEGINS, LASTS, every=1e6, behaviour=trouble))


class Story(NamedTuple):
    """What there is to look at when all is over; the times are Unix seconds."""

    prometheus: Prometheus
    alertmanager: Alertmanager
    pager: Webhook
    began: float
    page: Page
    resolved: Page
    killed: float


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    requires_program("prometheus")
    room = tmp_path_factory.mktemp("alerts")
    port = free_port()
    with (
        webhook() as pager,
        alertmanager(room, hurried_routes(ROUTES, pager.address)) as routes,
        serve(f"http://127.0.0.1:{port}") as voicetap,
        prometheus(room, voicetap.admin, rules=hurried_rules(RULES, room), alertmanager=routes.address) as server,
    ):
        # Before the first scrape voicetap counts as absent.
        server.wait_until(lambda: server.query("up == 1") and not server.alerts(), DEADLINE)
        began = time.time()
        page, resolved = asyncio.run(calls(Address("127.0.0.1", port), voicetap, pager))
        voicetap.signal(signal.SIGKILL)
        yield Story(server, routes, pager, began, page, resolved, killed=time.time())


async def calls(upstream: Address, voicetap: Process, pager: Webhook) -> tuple[Page, Page]:
    """Many calls through good times and bad; the page, and that it is taken back."""
    url = f"ws://{voicetap.listen}/v1/realtime?model=gpt-realtime"
    failing = asyncio.Event()
    async with serving(upstream, scenario()):
        begins = time.monotonic() + BEGINS

        def told(sender: str, kind: str) -> None:
            if kind == FAILED and time.monotonic() > begins:
                failing.set()

        async def many(number: int) -> None:
            await asyncio.sleep(number * 0.05)
            await Caller(f"caller {number}", HABITS, told).call(url, "sk-test", 1e6)

        talking = [asyncio.create_task(many(number)) for number in range(CALLERS)]
        try:
            async with asyncio.timeout(BEGINS + LASTS):
                await failing.wait()
            lonely = Caller("lonely", LONELY, lambda sender, kind: None)
            async with asyncio.TaskGroup() as both:
                both.create_task(lonely.call(url, "sk-test", 1.0))
                page = both.create_task(asyncio.to_thread(pager.await_page, fast("firing"), DEADLINE))
            resolved = await asyncio.to_thread(pager.await_page, fast("resolved"), DEADLINE)
            assert not any(call.done() for call in talking)
        finally:
            for call in talking:
                call.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
    return page.result(), resolved


def fast(status: str) -> Callable[[Page], bool]:
    """Whether a page is that of the fastest burn."""
    return lambda page: (page.name, page.status, page.labels.get("window")) == (FAILING, status, FAST_BURN.long)


def test_only_the_waiting_is_not_as_it_is_shipped(tmp_path: Path) -> None:
    waited = []
    for pair in zip(RULES, hurried_rules(RULES, tmp_path), strict=True):
        groups = (yaml.safe_load(file.read_text())["groups"] for file in pair)
        for shipped, sooner in zip(*groups, strict=True):
            for rules in zip(shipped["rules"], sooner["rules"], strict=True):
                waited.append(tuple(rule.pop("for", None) for rule in rules))
                assert rules[0] == rules[1]
            waited.append(tuple(group.pop("interval", None) for group in (shipped, sooner)))
            assert shipped == sooner
    assert set(waited) >= {(None, None), ("5m", "5000ms")}


def test_every_rule_can_be_evaluated(story: Story) -> None:
    rules = story.prometheus.rules()
    assert len(rules) > len(RULES)
    assert [rule for rule in rules if rule["health"] != "ok"] == []


def test_while_calls_go_well_nothing_is_pending(story: Story) -> None:
    trouble = story.began + BEGINS
    [(_, transcribed)] = story.prometheus.query("sum(voicetap_transcriptions_total)", trouble)
    assert transcribed > FAST_BURN.events
    for_a_moment = story.prometheus.query_range("ALERTS", story.began, trouble)
    assert {labels["alertname"] for labels, _ in for_a_moment} <= OF_THE_MACHINE


def test_the_page_says_what_fails(story: Story) -> None:
    page = story.page
    model = HABITS.transcription_model
    assert page.receiver == "pager"
    assert page.labels == {"job": JOB, "transcription_model": model, "severity": "critical", "window": FAST_BURN.long}
    assert page.annotations["runbook_url"].endswith(f"dashboards/README.md#{FAILING.lower()}")
    assert "transcri" in page.annotations["summary"].lower()
    told = re.search(r"([\d.]+)% of transcriptions failed", page.annotations["description"])
    assert told
    assert FAST_BURN.rate * TRANSCRIPTION.budget < float(told[1]) / 100 < 1
    assert re.search(r"\bserver_error \(\d+\)", page.annotations["description"])


def test_it_comes_soon_and_not_before(story: Story) -> None:
    """Alertmanager gathers for a sixth of a second, and adds to a group after five."""
    assert 0 < story.page.at - (story.began + BEGINS) < 30


def test_one_failure_in_low_traffic_pages_nobody(story: Story) -> None:
    model = f'transcription_model="{LONELY.transcription_model}"'
    outcomes = story.prometheus.query(f"voicetap_transcriptions_total{{{model}}} > 0", story.resolved.at)
    assert [(labels["outcome"], value) for labels, value in outcomes] == [("failed", 1)]
    assert story.prometheus.query(f"increase(voicetap_transcriptions_total{{{model}}}[5m]) > 0", story.resolved.at)
    assert story.prometheus.query_range(f"ALERTS{{{model}}}", story.began, time.time()) == []
    assert LONELY.transcription_model not in {page.labels.get("transcription_model") for page in story.pager.pages}


def test_the_page_is_taken_back(story: Story) -> None:
    assert story.resolved.labels == story.page.labels
    assert story.resolved.at > story.began + BEGINS + LASTS


def test_nobody_is_paged_for_anything_else(story: Story) -> None:
    assert {page.name for page in story.pager.pages if page.receiver == "pager"} <= {FAILING, DOWN} | OF_THE_MACHINE


def test_a_dead_voicetap_is_told(story: Story) -> None:
    page = story.pager.await_page(lambda page: page.name == DOWN and page.at > story.killed)
    assert (page.receiver, page.status) == ("pager", "firing")
    assert page.labels == {"job": JOB, "severity": "critical"}
    assert page.annotations["runbook_url"].endswith(f"dashboards/README.md#{DOWN.lower()}")


def test_it_stands_for_what_follows_from_it(story: Story) -> None:
    """The slower burn is not over when voicetap dies; nobody is told of it again."""

    def told() -> set[str]:
        return {alert.name for alert in story.alertmanager.alerts() if not alert.inhibited}

    story.prometheus.wait_until(lambda: told() == {DOWN})
    known = {(alert.name, alert.labels.get("window")) for alert in story.alertmanager.alerts()}
    assert (FAILING, STEADY_BURN.long) in known
