"""The admin port answers Prometheus and the kubelet, and nobody else."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from voicetap.web.admin import Admin


class State:
    reason: str | None = None


@pytest.fixture
async def state() -> State:
    return State()


@pytest.fixture
async def admin(state: State) -> AsyncIterator[Admin]:
    registry = CollectorRegistry()
    Counter("voicetap_things", "Things.", registry=registry).inc(3)
    admin = Admin(registry, lambda: state.reason)
    await admin.start("127.0.0.1", 0)
    yield admin
    await admin.stop()


async def get(admin: Admin, path: str, **headers: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{admin.port}{path}", headers=headers) as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


async def test_metrics_in_prometheus_text_by_default(admin: Admin) -> None:
    status, content_type, text = await get(admin, "/metrics")
    assert (status, content_type.split(";")[0]) == (200, "text/plain")
    [family] = [family for family in parse_text(text) if family.name == "voicetap_things"]
    assert [sample.value for sample in family.samples if sample.name == "voicetap_things_total"] == [3]


async def test_metrics_as_openmetrics_when_asked_for(admin: Admin) -> None:
    status, content_type, text = await get(admin, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert (status, content_type.split(";")[0]) == (200, "application/openmetrics-text")
    assert text.endswith("# EOF\n")
    assert "voicetap_things" in [family.name for family in parse_openmetrics(text)]


@pytest.mark.parametrize("path", ["/livez", "/startupz", "/readyz"])
async def test_probes_answer_ok(admin: Admin, path: str) -> None:
    assert await get(admin, path) == (200, "text/plain; charset=utf-8", "ok\n")


async def test_readiness_alone_says_when_new_sessions_are_unwelcome(admin: Admin, state: State) -> None:
    state.reason = "draining"
    assert (await get(admin, "/readyz"))[::2] == (503, "draining\n")
    assert (await get(admin, "/livez"))[0] == 200


@pytest.mark.parametrize("path", ["/", "/api/sessions", "/shutdown"])
async def test_nothing_else_is_there(admin: Admin, path: str) -> None:
    assert (await get(admin, path))[0] == 404


async def test_nothing_can_be_posted(admin: Admin) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"http://127.0.0.1:{admin.port}/metrics") as answer,
    ):
        assert answer.status == 405
