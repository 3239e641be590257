"""The command: a Prometheus in, pictures out."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'voicetap[pictures]'")

from PIL import Image

from support.prometheus import prometheus
from support.requires import REPOSITORY

pytestmark = pytest.mark.slow


def pictures(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboards.pictures", "--board", "voicetap-overview", *options]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)


def test_a_board_in_both_themes_and_a_sheet(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with prometheus(tmp_path) as server:
        url = f"http://{server.address}"
        ended = pictures("--prometheus", url, "--theme", "both", "--sheet", "--scale", "1", "--out", str(out))
    assert (ended.returncode, ended.stderr) == (0, "")
    names = ["board-overview-dark.png", "board-overview-light.png", "boards.png"]
    assert ended.stdout.split() == [str(out / name) for name in names]
    sizes = []
    for name in names:
        with Image.open(out / name) as picture:
            sizes.append(picture.width)
    assert sizes == [1600, 1600, 1600]


def test_without_a_prometheus_it_says_so_in_one_line(tmp_path: Path) -> None:
    ended = pictures("--prometheus", "http://127.0.0.1:9", "--out", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("pictures: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(("option", "value"), [("--range", "soon"), ("--range", "0m"), ("--end", "yesterday")])
def test_a_time_that_is_none(option: str, value: str) -> None:
    ended = pictures(option, value)
    assert ended.returncode == 2
    assert value in ended.stderr
