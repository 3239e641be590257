"""Arize Phoenix as a process of its own, and what it makes of the spans that it gets.

    async with phoenix(python) as server:
        ...  # OTEL_EXPORTER_OTLP_ENDPOINT=server.url, OTEL_RESOURCE_ATTRIBUTES=openinference.project.name=calls
        sessions = await server.sessions("calls", spans=20)

It keeps what it gets in a directory that goes with it, and listens on loopback only.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from support.upstream import unused_port

READY_SECONDS = 90.0
"""It makes its database first, which takes 20 s."""
SEEN_SECONDS = 20.0
"""From the export to what its API answers."""
EXIT_SECONDS = 10.0

_QUERY = """
query ($project: String!) { getProjectByName(name: $project) { sessions(first: 100) { edges { node {
  sessionId firstInput { value } lastOutput { value } tokenUsage { prompt completion } costSummary { total { cost } }
  traces(first: 100) { edges { node { spans(first: 100) { edges { node {
    name spanKind parentId startTime attributes
    tokenCountPrompt tokenCountCompletion costSummary { total { cost } }
    costDetailSummaryEntries { tokenType isPrompt value { tokens } }
    input { value mimeType } output { value mimeType }
  } } } } } }
} } } } }
"""


@dataclass
class Seen:
    """A span as Phoenix shows it."""

    name: str
    kind: str
    """In its own words: llm, agent, tool, chain, unknown."""
    root: bool
    attributes: dict[str, Any]
    """Nested by the dots of their names."""
    tokens: tuple[int, int]
    """In and out."""
    cost: float | None
    """US dollars, by its own price list."""
    classes: dict[str, int]
    """Tokens by what it has a price for: `input audio`, `input cache_read`, `output audio`, …"""
    input: tuple[str, str] | None
    output: tuple[str, str] | None
    """The text, and what it is taken for: `text` or `json`."""


@dataclass
class Session:
    """What Phoenix has under one `session.id`."""

    id: str
    first_input: str | None
    last_output: str | None
    tokens: tuple[int, int]
    cost: float
    traces: list[list[Seen]]
    """In the order in which they began, and so have their spans."""

    @property
    def spans(self) -> list[Seen]:
        """Of all traces."""
        return [span for trace in self.traces for span in trace]

    @property
    def roots(self) -> list[str]:
        """The names of the traces."""
        return [next(span.name for span in trace if span.root) for trace in self.traces]


class Phoenix:
    """A server that is ready."""

    def __init__(self, port: int, http: aiohttp.ClientSession) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._http = http

    async def sessions(self, project: str, spans: int) -> list[Session]:
        """Those of a project, once they have so many spans; fails the test where they never have."""
        ends = asyncio.get_running_loop().time() + SEEN_SECONDS
        while True:
            found = await self._sessions(project)
            count = sum(len(session.spans) for session in found)
            if count >= spans or asyncio.get_running_loop().time() > ends:
                assert count == spans, f"{count} spans, not {spans}"
                return found
            await asyncio.sleep(0.2)

    async def _sessions(self, project: str) -> list[Session]:
        query = {"query": _QUERY, "variables": {"project": project}}
        async with self._http.post(f"{self.url}/graphql", json=query) as response:
            answer = await response.json()
        assert "errors" not in answer, answer["errors"]
        found = answer["data"]["getProjectByName"]
        return [_session(node) for node in _nodes(found["sessions"])] if found else []


def _session(node: dict[str, Any]) -> Session:
    traces = [sorted(_nodes(trace["spans"]), key=_order) for trace in _nodes(node["traces"])]
    return Session(
        id=node["sessionId"],
        first_input=_value(node["firstInput"]),
        last_output=_value(node["lastOutput"]),
        tokens=(round(node["tokenUsage"]["prompt"]), round(node["tokenUsage"]["completion"])),
        cost=_cost(node) or 0.0,
        traces=[[_seen(span) for span in trace] for trace in sorted(traces, key=lambda trace: _order(trace[0]))],
    )


def _seen(node: dict[str, Any]) -> Seen:
    return Seen(
        name=node["name"],
        kind=node["spanKind"],
        root=node["parentId"] is None,
        attributes=json.loads(node["attributes"]),
        tokens=(node["tokenCountPrompt"] or 0, node["tokenCountCompletion"] or 0),
        cost=_cost(node),
        classes={
            f"{'input' if entry['isPrompt'] else 'output'} {entry['tokenType']}": round(entry["value"]["tokens"])
            for entry in node["costDetailSummaryEntries"]
        },
        input=_text(node["input"]),
        output=_text(node["output"]),
    )


def _order(node: dict[str, Any]) -> tuple[str, bool]:
    return node["startTime"], node["parentId"] is not None


def _nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def _cost(node: dict[str, Any]) -> float | None:
    summary = node["costSummary"]
    return None if summary is None else summary["total"]["cost"]


def _value(text: dict[str, str] | None) -> str | None:
    return text["value"] if text else None


def _text(text: dict[str, str] | None) -> tuple[str, str] | None:
    return (text["value"], text["mimeType"]) if text else None


@asynccontextmanager
async def phoenix(python: Path) -> AsyncIterator[Phoenix]:
    """Phoenix by the interpreter that has it, until the block ends."""
    port = unused_port()
    with tempfile.TemporaryDirectory(prefix="voicetap-phoenix-") as room, tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *(python.with_name("phoenix"), "serve"),
            cwd=room,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith(("PHOENIX_", "OTEL_"))},
                "PHOENIX_WORKING_DIR": room,
                "PHOENIX_HOST": "127.0.0.1",
                "PHOENIX_PORT": str(port),
                "PHOENIX_GRPC_PORT": str(unused_port()),
                "PHOENIX_TELEMETRY_ENABLED": "false",
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            async with aiohttp.ClientSession() as http:
                await _ready(process, http, f"http://127.0.0.1:{port}/healthz", log.fileno())
                yield Phoenix(port, http)
        finally:
            await _stop(process)


async def _ready(process: asyncio.subprocess.Process, http: aiohttp.ClientSession, url: str, log: int) -> None:
    ends = asyncio.get_running_loop().time() + READY_SECONDS
    while asyncio.get_running_loop().time() < ends and process.returncode is None:
        try:
            async with http.get(url) as response:
                if response.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.2)
    said = os.pread(log, 100_000, 0).decode("utf-8", "replace")
    raise AssertionError(f"Phoenix is not ready; its log:\n{said}")


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), EXIT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
