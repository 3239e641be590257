"""T1: the Autobahn test suite through voicetap, frame by frame the same as without it, in both roles."""

import shlex
import subprocess
import sys

import pytest

from support.requires import lacks, requires_path, requires_program

COMMAND = "serve --upstream http://127.0.0.1:$UPORT --listen 127.0.0.1:$LPORT --admin 127.0.0.1:0 --page off"


@pytest.mark.gate
@pytest.mark.timeout(300)
def test_no_case_of_the_autobahn_suite_differs() -> None:
    """247 cases, hostile clients and hostile servers; the gate has a network of its own."""
    gate = requires_path("../shared/tools/transparency-gate/gate.sh")
    for program in ("unshare", "ip"):
        requires_program(program)
    proxy = f"{shlex.quote(sys.executable)} -m voicetap {COMMAND}"
    run = subprocess.run(
        [gate, proxy, "quick"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=290
    )
    if run.returncode == 2 and "no Python 2.7 found" in run.stdout:
        lacks("needs Python 2.7, for Autobahn's test suite")
    assert (run.returncode, "GATE PASS" in run.stdout) == (0, True), run.stdout
