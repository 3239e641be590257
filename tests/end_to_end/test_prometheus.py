"""A real Prometheus scrapes voicetap in the middle of troubled calls; then it is asked for everything."""

import asyncio
import base64
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import aiohttp
import pytest

from support.collector import Collector, collecting, refused_endpoint
from support.processes import Process, serve
from support.prometheus import Prometheus, prometheus
from support.promql import Example, examples
from support.requires import REPOSITORY, requires_program
from voicetap.config import Address
from voicetap.signals.metric import Kind, Metric
from voicetap.signals.names import METRICS
from voicetap.simulator import SCENARIOS, serving
from voicetap.simulator.audio import silence, voice
from voicetap.simulator.caller import Caller, Habits

pytestmark = pytest.mark.slow

EVENTFUL = replace(SCENARIOS["eventful"], stall_rate=0.4)
SECONDS = 25.0
SILENT_SECONDS = 31.0
"""After an error a session is silent if nothing comes for 30 s."""
CALLERS = (
    Habits(greeted=True, tools=True, logprobs=True, impatient_rate=0.0, interrupting_rate=0.0),
    Habits(tools=True, impatient_rate=0.6, labelled=True),
    Habits(interrupting_rate=0.8, overshooting_rate=0.5),
    Habits(interruptible=False, impatient_rate=1.0),
    Habits(transcription_model="whisper-1", impatient_rate=0.3),
    Habits(logprobs=True, impatient_rate=0.5),
)
MOST_LINES = 1500


class Run(NamedTuple):
    """Everything, after the calls."""

    prometheus: Prometheus
    voicetap: Process
    collector: Collector


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    requires_program("prometheus")
    room = tmp_path_factory.mktemp("prometheus")
    with collecting() as collector, asyncio.Runner() as calls:
        simulated = serving(Address("127.0.0.1", 0), EVENTFUL)
        upstream = calls.run(simulated.__aenter__())
        telemetry = {
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.endpoint}/v1/traces",
            "OTEL_BSP_SCHEDULE_DELAY": "500",
            "OTEL_METRICS_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{refused_endpoint()}/v1/metrics",
            "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        }
        recordings = room / "recordings"
        recordings.mkdir()
        with (
            serve(f"http://{upstream}", "--record", str(recordings), env=telemetry) as voicetap,
            prometheus(room, voicetap.admin) as server,
        ):
            server.wait_until(lambda: server.query("up == 1"))
            # From now on there is no room for recordings: their sink fails, and nothing else does.
            shutil.rmtree(recordings)
            calls.run(all_calls(voicetap.listen))
            calls.run(simulated.__aexit__(None, None, None))
            ended = time.time()
            server.wait_until(lambda: server.query(f"timestamp(up) > {ended + 1}"))
            yield Run(server, voicetap, collector)


async def all_calls(listen: str) -> None:
    """What callers, strangers and a fool do, at the same time."""
    async with asyncio.TaskGroup() as calls:
        for number, habits in enumerate(CALLERS):
            caller = Caller(f"caller {number}", habits, lambda sender, kind: None)
            calls.create_task(caller.call(url(listen), "sk-test", SECONDS))
            await asyncio.sleep(0.05)
        for stranger in (refused_caller, web_client, silent_session, fool, garbler):
            calls.create_task(stranger(listen))


def url(listen: str) -> str:
    return f"ws://{listen}/v1/realtime?model=gpt-realtime"


async def refused_caller(listen: str) -> None:
    """Has a bad key, which it is told after the 101."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bearer sk-bad"}) as http,
        http.ws_connect(url(listen)) as socket,
    ):
        assert [message.json()["type"] async for message in socket] == ["error"]


async def web_client(listen: str) -> None:
    """Fetches a client secret over plain HTTP."""
    async with (
        aiohttp.ClientSession(headers={"Authorization": "Bearer sk-test"}) as http,
        http.post(f"http://{listen}/v1/realtime/client_secrets", json={}) as answer,
    ):
        assert answer.status == 200


async def silent_session(listen: str) -> None:
    """Makes a mistake, speaks, and is never answered."""
    async with aiohttp.ClientSession() as http, http.ws_connect(url(listen)) as socket:
        detection = {"type": "server_vad", "create_response": False}
        heard = {"turn_detection": detection, "transcription": {"model": "whisper-1"}}
        await socket.send_json({"type": "session.update", "session": {"type": "realtime", "audio": {"input": heard}}})
        await socket.send_json({"type": "response.cancel"})
        for audio in (voice(600), silence(600)):
            await socket.send_json({"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()})
        await asyncio.sleep(SILENT_SECONDS)


async def fool(listen: str) -> None:
    """Says what is no event, none that is known, and none that makes sense."""
    async with aiohttp.ClientSession() as http, http.ws_connect(url(listen)) as socket:
        await socket.send_str("{")
        await socket.send_json({"type": "response.sing"})
        output: dict[str, Any] = {"type": "function_call_output", "call_id": "call_of_nobody", "output": "42"}
        await socket.send_json({"type": "conversation.item.create", "item": output})
        await asyncio.sleep(1.0)


async def garbler(listen: str) -> None:
    """Sends what is no frame."""
    reader, writer = await asyncio.open_connection(*listen.split(":"))
    writer.write(
        b"GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: voicetap\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\xff" * 64)
    await reader.read()
    writer.close()


each_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
each_example = pytest.mark.parametrize(
    "example", examples(REPOSITORY / "docs" / "metrics.md"), ids=lambda example: example.question
)


@each_metric
def test_every_metric_has_samples_and_has_moved(run: Run, metric: Metric) -> None:
    name = f"{metric.full_name}_count" if metric.kind is Kind.HISTOGRAM else metric.full_name
    # Gauges of live sessions are back at 0, or gone.
    found = run.prometheus.query(f"max_over_time({name}[10m])")
    assert found
    assert max(value for _, value in found) > 0
    for labels, _ in found:
        assert labels.keys() - {"__name__", "instance", "job", "le"} == set(metric.labels)


@each_metric
def test_prometheus_knows_what_it_is(run: Run, metric: Metric) -> None:
    """OpenMetrics names the family of a counter without its suffix."""
    described = run.prometheus.metadata()
    name = metric.full_name.removesuffix("_total") if metric.kind is Kind.COUNTER else metric.full_name
    assert (described[name]["type"], described[name]["help"]) == (metric.kind.value, metric.help)


@each_example
def test_an_example_of_the_documentation_has_an_answer(run: Run, example: Example) -> None:
    found = run.prometheus.query(example.promql)
    assert found, "no series"
    assert all(value == value for _, value in found), found


def test_every_scrape_was_good_and_small(run: Run) -> None:
    assert [value for _, value in run.prometheus.query("min_over_time(up[10m])")] == [1]
    [(_, samples)] = run.prometheus.query("max_over_time(scrape_samples_scraped[10m])")
    assert 500 < samples <= MOST_LINES
    [(_, kept)] = run.prometheus.query("max_over_time(scrape_samples_post_metric_relabeling[10m])")
    assert kept == samples


def test_no_series_is_younger_than_its_first_sample(run: Run) -> None:
    """`_created` would double the number of series."""
    assert run.prometheus.query('{__name__=~"voicetap_.*_created"}') == []


@pytest.mark.parametrize(
    "promql",
    [
        "voicetap_turn_latency_seconds_bucket",
        "voicetap_time_to_first_audio_seconds_bucket",
        "voicetap_transcription_latency_seconds_bucket",
        "voicetap_transcription_failures_total",
        "voicetap_truncations_total",
        "voicetap_interruptions_total",
        "voicetap_response_duration_seconds_bucket",
        "voicetap_tool_round_trip_seconds_bucket",
    ],
)
def test_exemplars_lead_to_spans_that_the_collector_has(run: Run, promql: str) -> None:
    found = [exemplar for _, exemplar in run.prometheus.exemplars(promql)]
    assert found, "no exemplars"
    spans = {(span.trace_id.hex(), span.span_id.hex()) for span in run.collector.spans}
    assert {(exemplar["trace_id"], exemplar["span_id"]) for exemplar in found} <= spans


def test_promtool_has_nothing_to_say(run: Run) -> None:
    promtool = requires_program("promtool")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://{run.voicetap.admin}/metrics", timeout=10) as answer:
        text = answer.read()
    assert b"voicetap_" in text
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, timeout=30)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
