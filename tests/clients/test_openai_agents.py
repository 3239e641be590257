"""openai-agents for Python, in a virtual environment of its own."""

from pathlib import Path

import pytest

from support.caller import call
from support.environments import python_with
from support.processes import Process
from support.turn import Turn, assert_counted

HERE = Path(__file__).parent / "openai_agents"

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with(HERE / "requirements.txt")


async def test_a_caller_who_interrupts(python: Path, proxy: Process, speech: Path) -> None:
    url = f"ws://{proxy.listen}/v1/realtime?model=gpt-realtime"
    heard = await call(python, HERE / "caller.py", url, speech)

    assert heard["errors"] == []
    turn = Turn(heard["received"])
    assert (turn.transcribed, turn.truncated) == (2, True)
    await assert_counted(proxy, turn)
