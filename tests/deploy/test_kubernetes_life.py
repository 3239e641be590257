"""The containers' commands as they are written, from their first probe to their end, against the simulated server."""

import json
import os
import subprocess
import sys

import pytest

from deploy.manifests import (
    EXIT_SECONDS,
    VARIANTS,
    environment,
    pod_of,
    ports,
    rendered,
    settings_of,
    voicetap_of,
)
from support.mortal import mortal
from support.requires import REPOSITORY, lacks, requires_program
from voicetap.config import parse_address

pytestmark = pytest.mark.slow

UPSTREAM = 9000


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_starts_drains_and_ends_with_the_last_call(variant: str) -> None:
    unshare = requires_program("unshare")
    if subprocess.run([unshare, "--net", "--map-root-user", "true"], capture_output=True).returncode != 0:
        lacks("needs a kernel that gives everybody a network of their own")
    objects = rendered(variant)
    container = voicetap_of(pod_of(objects))
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}
    pod = {
        "command": [sys.executable, "-m", "voicetap", *container["args"]],
        "environment": environment(container, objects) | {"VOICETAP_UPSTREAM": f"http://127.0.0.1:{UPSTREAM}"},
        "upstream": UPSTREAM,
        "probes": {kind: {"path": get["path"], "port": ports(container)[get["port"]]} for kind, get in asked.items()},
        "realtime": parse_address(settings_of(container, objects).listen).port,
    }
    life = subprocess.run(
        [*mortal(), unshare, "--net", "--map-root-user", sys.executable, "-m", "deploy.kubelet"],
        input=json.dumps(pod),
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "tests")},
    )
    assert life.returncode == 0, life.stderr
    report = json.loads(life.stdout)
    assert report.pop("seconds_after_the_last_call") < EXIT_SECONDS
    assert report == {
        "started": [200, 200, 200],
        "reached_from_outside": variant == "gateway",
        "draining": [503, 200],
        "calls_go_on": [True, True],
        "goes_on_for_the_last_call": True,
        "status": 0,
    }
