"""Which alerts stand for others, as a real Alertmanager with the shipped configuration has it."""

import asyncio
import json
from pathlib import Path
from urllib.request import Request

import pytest
import yaml

from support.alertmanager import Alertmanager, alertmanager
from support.daemon import OPENER
from support.requires import REPOSITORY
from support.waiting import eventually

SHIPPED = REPOSITORY / "dashboards" / "provisioning" / "alertmanager" / "alertmanager.yml"
SECONDS = 10.0

Labels = dict[str, str]


def fails(severity: str, model: str, window: str) -> Labels:
    return {
        "alertname": "VoicetapTranscriptionFailures",
        "job": "voicetap",
        "severity": severity,
        "transcription_model": model,
        "window": window,
    }


def of(name: str, job: str, severity: str = "warning") -> Labels:
    return {"alertname": name, "job": job, "severity": severity}


PAGED, ITS_TICKET = fails("critical", "whisper-1", "1h"), fails("warning", "whisper-1", "3d")
TICKET_OF_ANOTHER_MODEL = fails("warning", "gpt-4o-transcribe", "3d")
DOWN = of("VoicetapDown", "voicetap", "critical")
LAGGING, LAGGING_ELSEWHERE = of("VoicetapEventLoopLag", "voicetap"), of("VoicetapEventLoopLag", "voicetap-staging")
SOMEBODY_ELSES = of("TargetDown", "voicetap")


def inhibited(server: Alertmanager, *firing: Labels) -> list[Labels]:
    """Those of them that nobody is notified of."""
    body = json.dumps([{"labels": labels} for labels in firing]).encode()
    request = Request(f"http://{server.address}/api/v2/alerts", body, {"Content-Type": "application/json"})
    OPENER.open(request, timeout=SECONDS).close()
    asyncio.run(eventually(lambda: len(server.alerts()) == len(firing)))
    told = [{"alertname": each.name, **each.labels} for each in server.alerts() if each.inhibited]
    return [labels for labels in firing if labels in told]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("firing", "silent"),
    [
        ([PAGED, ITS_TICKET, TICKET_OF_ANOTHER_MODEL], [ITS_TICKET]),
        ([DOWN, PAGED, LAGGING, LAGGING_ELSEWHERE, SOMEBODY_ELSES], [PAGED, LAGGING]),
        ([PAGED, LAGGING], []),
    ],
    ids=["a page, and the ticket of the same model", "voicetap is down, and what follows from it", "two faults"],
)
def test_nobody_is_told_twice(firing: list[Labels], silent: list[Labels], tmp_path: Path) -> None:
    with alertmanager(tmp_path, yaml.safe_load(SHIPPED.read_text())) as server:
        assert inhibited(server, *firing) == silent
