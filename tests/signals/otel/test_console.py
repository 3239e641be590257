import os
import subprocess
import sys
from contextlib import suppress

import pytest

from voicetap.signals.otel.console import standard_output

PROCESS = """
import os
from prometheus_client import CollectorRegistry, Counter
from voicetap.signals.otel.push import start_pushing
from voicetap.signals.otel.tracing import start_tracing
registry = CollectorRegistry()
Counter("voicetap_silent_sessions", "", registry=registry)
push = start_pushing(os.environ, registry, lambda number: None)
tracing = start_tracing(os.environ, lambda number: None)
tracing.tracer.start_span("a").end()
push.stop(0.2)
tracing.stop(0.2)
"""


def test_it_is_written_to_when_it_is_flushed(capfd: pytest.CaptureFixture[str]) -> None:
    stream = standard_output()
    stream.write("é\n")
    stream.flush()
    assert capfd.readouterr().out == "é\n"


@pytest.mark.parametrize("signal", ["TRACES", "METRICS", "both"])
def test_a_process_ends_although_nobody_reads_it(signal: str) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    exporters = {
        f"OTEL_{each}_EXPORTER": "console" if signal in (each, "both") else "otlp" for each in ("TRACES", "METRICS")
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROCESS], stdout=writer, stderr=subprocess.PIPE, text=True, env=exporters, timeout=20
    )
    os.close(writer)
    os.close(reader)
    assert ended.returncode == 0, ended.stderr
    assert "gave up at exit" in ended.stderr
