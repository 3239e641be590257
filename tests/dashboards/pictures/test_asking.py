"""A real Prometheus, asked."""

import time
from pathlib import Path

import pytest

from dashboards.pictures.asking import Prometheus, Series
from support.prometheus import prometheus

pytestmark = pytest.mark.slow


def test_a_prometheus_answers_for_a_moment_and_for_a_while(tmp_path: Path) -> None:
    now = round(time.time())
    with prometheus(tmp_path) as server:
        asked = Prometheus(f"http://{server.address}")
        assert asked.at("vector(7)", now) == [Series({}, [(now, 7.0)])]
        assert asked.between("vector(7)", now - 20, now, 10) == [
            Series({}, [(now - 20, 7.0), (now - 10, 7.0), (now, 7.0)])
        ]
        assert asked.exemplars("up", now - 20, now) == []
        with pytest.raises(ValueError, match="nonsense"):
            asked.at("nonsense(", now)
    with pytest.raises(OSError, match="refused"):
        asked.at("vector(7)", now)
