"""The Dockerfile: what it says, and, in the slow tests, that it works as it is written.

There is no container engine here: `support.image` and `support.container` say what they do in its place, and what that
does not prove.
"""

import json
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from support.container import Container, fetch, network, run
from support.dockerfile import Ignored, exec_form, pairs, read
from support.image import Image
from support.requires import REPOSITORY
from support.scrape import Samples

UPSTREAM = {"VOICETAP_UPSTREAM": "http://127.0.0.1:8090"}
SERVER = ["simulate", "--listen", "127.0.0.1:8090"]
CALLING = 2
CALLERS = ["call", "--url", "ws://127.0.0.1:8080", "--callers", str(CALLING)]
CALL_SECONDS = 25.0
"""More than callers take who go on for a few seconds: they hear the last answer out."""
AFTER_THE_LAST_CALL_SECONDS = 6.0
"""Far less than the drain timeout; telemetry may take 5 s of it."""

STAGES = read((REPOSITORY / "Dockerfile").read_text())
BUILD, FINAL = STAGES


def test_what_stays_is_only_what_was_built() -> None:
    """Nothing runs in the last stage, so it needs no shell; and no file of the build is in it but the packages."""
    assert FINAL.all("RUN") == FINAL.all("ADD") == BUILD.all("ADD") == []
    [copied] = FINAL.all("COPY")
    assert (copied.flags, copied.value) == (["--from=build"], "/opt/voicetap /opt/voicetap")


def test_the_base_is_one_and_pinned() -> None:
    """The virtual environment refers to the interpreter it was made with. No host: the builder knows its registry."""
    assert BUILD.base == FINAL.base
    assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+[\w.-]*", FINAL.base)


def test_no_shell_starts_or_checks_it() -> None:
    started = exec_form(FINAL.last("ENTRYPOINT").value) + exec_form(FINAL.last("CMD").value)
    assert started == ["/opt/voicetap/bin/python", "-P", "-m", "voicetap", "serve"]
    _, _, checked = FINAL.last("HEALTHCHECK").value.partition("CMD ")
    assert exec_form(checked)[0] == "/opt/voicetap/bin/python"


def test_its_user_is_nobody_and_a_number() -> None:
    """Kubernetes' runAsNonRoot can tell only of a number that it is not root."""
    assert FINAL.last("USER").value == "65532:65532"


def test_its_ports_are_those_it_listens_on() -> None:
    variables = FINAL.environment()
    listening = {variables[name].rpartition(":")[2] for name in ("VOICETAP_LISTEN", "VOICETAP_ADMIN")}
    assert set(FINAL.last("EXPOSE").value.split()) == listening


def test_it_says_what_it_is() -> None:
    labels = pairs(FINAL.last("LABEL").value)
    pyproject = (REPOSITORY / "pyproject.toml").read_text()
    for name in ("title", "description", "licenses"):
        assert f'"{labels[f"org.opencontainers.image.{name}"]}"' in pyproject


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("pyproject.toml", False),
        ("proxy/voicetap/cli.py", False),
        ("proxy/voicetap/__pycache__/cli.cpython-313.pyc", True),
        (".env", True),
        (".git/config", True),
        ("tests/conftest.py", True),
        ("dashboards/compiled/boards/voicetap-overview.json", True),
    ],
)
def test_the_builder_sees_what_it_needs_and_no_more(path: str, ignored: bool) -> None:
    assert Ignored((REPOSITORY / ".dockerignore").read_text())(path) is ignored


@pytest.fixture
def net() -> Iterator[int]:
    with network() as pid:
        yield pid


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_serves_confined(image: Image, net: int) -> None:
    """Calls go through, the healthcheck is content, and a stop waits for the calls and for nothing else."""
    with run(image, net, SERVER) as server, run(image, net, environment=UPSTREAM) as proxy:
        assert json.loads(server.first_line())["listen"] == "127.0.0.1:8090"
        at = json.loads(proxy.first_line())
        assert (at["event"], at["listen"], at["admin"]) == ("listening", "0.0.0.0:8080", "0.0.0.0:9464")
        status = proxy.status()
        assert status["Uid"].split() == status["Gid"].split() == ["65532"] * 4
        assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
        assert (status["NoNewPrivs"], status["NSpid"].split()[-1]) == ("1", "1")
        with run(image, net, [*CALLERS, "--seconds", "5"]) as callers:
            assert json.loads(callers.first_line())["event"] == "calling"
            _await_calls(net, CALLING)
            assert _checked(proxy, image) == (0, "")
            proxy.signal()
            assert _checked(proxy, image) == (0, ""), "to drain is no illness"
            assert callers.wait(CALL_SECONDS) == 0, callers.log()
            assert callers.log() == ""
        assert proxy.wait(AFTER_THE_LAST_CALL_SECONDS) == 0, proxy.log()
        server.signal()
        assert server.wait(AFTER_THE_LAST_CALL_SECONDS) == 0, server.log()
        told = [json.loads(line) for line in proxy.log().splitlines()]
    ended = [(line["closed_by"], line["close_code"]) for line in told if line["message"] == "session ended"]
    assert ended == [("client", 1000)] * CALLING
    assert all("exception" not in line for line in told)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_stop_is_not_lost_before_it_listens(image: Image, net: int) -> None:
    with run(image, net, environment=UPSTREAM) as proxy:
        while not proxy.handles(image.stop_signal):
            time.sleep(0.001)  # noqa: TID251 - no event loop here
        proxy.signal()
        assert proxy.wait(AFTER_THE_LAST_CALL_SECONDS) == 128 + image.stop_signal
        assert proxy.log() == "", "it had not begun anything"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_its_root_is_read_only(image: Image, net: int) -> None:
    """Also to root, and also where all may write elsewhere: the test above would not be worth much otherwise."""
    with run(image, net, environment=UPSTREAM) as proxy:
        proxy.first_line()
        for directory in ("", "/tmp", "/opt/voicetap"):
            code = f"open({directory!r} + '/new', 'w')"
            done = proxy.execute(["/opt/voicetap/bin/python", "-c", code], user="0:0")
            assert "Read-only file system" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_writes_nothing_where_it_could(image: Image, net: int) -> None:
    """What fails to write, Python often keeps to itself; so it is also run as root on a root that can be written."""
    before = _files(image.root)
    free = {"user": "0:0", "mode": "rw"}
    with run(image, net, SERVER, **free) as server, run(image, net, environment=UPSTREAM, **free) as proxy:
        server.first_line(), proxy.first_line()
        with run(image, net, [*CALLERS, "--seconds", "1"], **free) as callers:
            assert callers.wait(CALL_SECONDS) == 0, callers.log()
        _await_calls(net, 1)
        assert _checked(proxy, image) == (0, "")
        touched = proxy.execute(["/opt/voicetap/bin/python", "-c", "open('/opt/witness', 'w')"])
        assert touched.returncode == 0, touched.stderr
        for process in (proxy, server):
            process.signal()
            assert process.wait(AFTER_THE_LAST_CALL_SECONDS) == 0, process.log()
    changed = {path for path, state in _files(image.root).items() if before.get(path) != state}
    (image.root / "opt" / "witness").unlink()
    assert changed == {"opt", "opt/witness"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_healthcheck_notices_that_nobody_answers(image: Image, net: int) -> None:
    with run(image, net, SERVER) as server:
        server.first_line()
        status, said = _checked(server, image)
        assert status != 0
        assert "Connection refused" in said


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_left_running(image: Image, net: int) -> None:
    """Of a container that a test did not stop."""
    with run(image, net, environment=UPSTREAM) as proxy:
        proxy.first_line()
        pid = proxy.pid
    assert not Path(f"/proc/{pid}").exists()


_HELD = """\
import pickle, sys
from support.container import network, run
with network() as net, run(pickle.load(sys.stdin.buffer), net, environment={"VOICETAP_UPSTREAM": "http://a:1",
                           "VOICETAP_ALLOW_PLAINTEXT_UPSTREAM": "1"}) as container:
    container.first_line()
    print(net, container.pid, flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_is_left_running_of_a_run_that_is_killed(image: Image) -> None:
    """Its `finally` blocks are not run then."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "tests")}
    held = subprocess.Popen(
        [sys.executable, "-c", _HELD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    with held:
        assert held.stdin is not None
        assert held.stdout is not None
        pickle.dump(image, held.stdin)
        held.stdin.flush()
        pids = [int(pid) for pid in held.stdout.readline().split()]
        held.kill()
    assert len(pids) == 2
    for _ in range(100):
        left = [pid for pid in pids if _runs(pid)]
        if not left:
            break
        time.sleep(0.02)  # noqa: TID251 - no event loop here
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def _runs(pid: int) -> bool:
    """Whoever is dead may be waiting for its burial."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_sidecar_listens_for_its_neighbour_alone(image: Image, net: int) -> None:
    with run(image, net, environment={**UPSTREAM, "VOICETAP_LISTEN": "127.0.0.1:8080"}) as proxy:
        assert json.loads(proxy.first_line())["listen"] == "127.0.0.1:8080"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_bytecode_is_there_and_is_not_questioned(image: Image) -> None:
    """Else each start would compile all modules anew, and never keep what came of it."""
    sources = sorted((image.root / "opt" / "voicetap").rglob("site-packages/**/*.py"))
    assert len(sources) > 1000
    unchecked_hash = MAGIC_NUMBER + struct.pack("<L", 0b01)
    for source in sources:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
        assert bytecode.read_bytes()[:8] == unchecked_hash, source
    for left_over in ("pip", "setuptools", "pytest"):
        assert not [source for source in sources if left_over in source.parts]


def _checked(container: Container, image: Image) -> tuple[int, str]:
    done = container.execute(image.healthcheck)
    return done.returncode, done.stderr


def _await_calls(net: int, number: int) -> None:
    for _ in range(100):
        samples = Samples(fetch(net, "http://127.0.0.1:9464/metrics"))
        if samples.total("voicetap_session_starts_total", outcome="started") >= number:
            return
    raise AssertionError(samples.exposition)


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Time of change and size of all that is in a root."""
    states = ((path, path.lstat()) for path in root.rglob("*"))
    return {str(path.relative_to(root)): (state.st_ctime_ns, state.st_size) for path, state in states}
