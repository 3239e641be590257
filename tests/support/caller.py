"""Runs a caller that is a program of its own: it prints, as one JSON object, what it received."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CALL_SECONDS = 60


async def call(
    *command: str | Path, directory: Path | None = None, env: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Standard output of `command`, which must end well and within CALL_SECONDS; `env` is added to the environment."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=directory,
        env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), CALL_SECONDS)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, f"the caller exited with {process.returncode}:\n{err.decode()}"
    answer: dict[str, Any] = json.loads(out)
    return answer
