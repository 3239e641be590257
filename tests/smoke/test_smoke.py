"""`make smoke` against the simulated server, and without a key."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import simulate
from support.requires import REPOSITORY

KEY = "dummy-key-of-the-smoke-test"


def smoke(*options: str, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smoke", *options],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": "tests", "OPENAI_API_KEY": key, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_without_a_key_it_says_in_a_line_that_it_is_skipped() -> None:
    done = smoke(key="")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"smoke: skipped, for OPENAI_API_KEY is not set;.*\n", done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "transcription"), [("clean", "completed: “"), ("untranscribed", "failed: “"), ("default", "")]
)
def test_client_metrics_and_recording_agree(scenario: str, transcription: str, tmp_path: Path) -> None:
    with simulate("--scenario", scenario, "--seed", "1") as server:
        done = smoke("--upstream", f"http://{server.listen}", "--keep", str(tmp_path), key=KEY)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^All \d+ figures agree\.$", done.stdout, re.MULTILINE)
    assert f"transcriptions  {transcription}" in done.stdout
    assert re.search(r"^estimated cost  \$0\.\d{4}$", done.stdout, re.MULTILINE)
    assert KEY not in done.stdout + done.stderr

    named = re.search(r"^recording       (.+\.jsonl)$", done.stdout, re.MULTILINE)
    assert named is not None
    assert KEY not in Path(named[1]).read_text()


@pytest.mark.slow
def test_a_refused_key_is_a_failure_that_does_not_show_it(tmp_path: Path) -> None:
    """The simulated server refuses what begins so, as api.openai.com does: a 101, an error, a Close."""
    key = "sk-bad-of-the-smoke-test"
    with simulate() as server:
        done = smoke("--upstream", f"http://{server.listen}", "--keep", str(tmp_path), key=key)

    assert done.returncode == 1
    assert "invalid_api_key" in done.stderr
    assert key not in done.stdout + done.stderr
