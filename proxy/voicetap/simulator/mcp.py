"""Tools of MCP, which the server lists and calls itself; here there is no such server behind it.

A tool's approval by the client (`require_approval`) is not simulated: every call goes through.
"""

import json
from collections.abc import Iterator
from random import Random

from .agenda import Script
from .conversation import Conversation, Item
from .identity import Ids
from .protocol import Event
from .scenario import Scenario

_DEFAULT_TOOLS = ("search",)
_FAILED: Event = {"type": "http_error", "code": 502, "message": "The MCP server did not answer."}
_SCHEMA = {"type": "object", "properties": {"query": {"type": "string"}}}


def servers(tools: object) -> dict[str, tuple[str, ...]]:
    """The label of each MCP server among the tools of a session or a response, and what tools it has."""
    found: dict[str, tuple[str, ...]] = {}
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and tool.get("type") == "mcp" and isinstance(tool.get("server_label"), str):
            allowed = tool.get("allowed_tools")
            if isinstance(allowed, dict):
                allowed = allowed.get("tool_names")
            names = [name for name in allowed if isinstance(name, str)] if isinstance(allowed, list) else []
            found[tool["server_label"]] = tuple(names) or _DEFAULT_TOOLS
    return found


def list_tools(
    label: str, names: tuple[str, ...], conversation: Conversation, scenario: Scenario, random: Random, ids: Ids
) -> Script[Event]:
    """What a session says of an MCP server that it has just been given."""
    seconds = random.uniform(*scenario.mcp_seconds)
    failed = scenario.mcp_failure_rate > 0 and random.random() < scenario.mcp_failure_rate
    item = Item({"id": ids.new("mcpl"), "type": "mcp_list_tools", "server_label": label, "tools": []})

    def script() -> Script[Event]:
        previous = conversation.add(item)
        yield {"type": "conversation.item.added", "previous_item_id": previous, "item": item.shown()}
        yield {"type": "mcp_list_tools.in_progress", "item_id": item.id}
        yield seconds
        if failed:
            yield {"type": "mcp_list_tools.failed", "item_id": item.id}
            return
        item.body["tools"] = [{"name": name, "description": None, "input_schema": _SCHEMA} for name in names]
        previous = conversation.before(item.id)
        yield {"type": "conversation.item.done", "previous_item_id": previous, "item": item.shown()}
        yield {"type": "mcp_list_tools.completed", "item_id": item.id}

    return script()


class McpCall:
    """The call of a tool; it is made, and has its result, before the response is done."""

    def __init__(self, label: str, name: str, scenario: Scenario, random: Random, ids: Ids) -> None:
        """What becomes of it is drawn now."""
        called = {"server_label": label, "name": name, "arguments": "", "output": None, "error": None}
        self.item = Item({"id": ids.new("mcp"), "type": "mcp_call", "approval_request_id": None, **called})
        self._arguments = json.dumps({"query": "the second one"})
        self._seconds = random.uniform(*scenario.mcp_seconds)
        self._failed = scenario.mcp_failure_rate > 0 and random.random() < scenario.mcp_failure_rate
        self._ids = ids

    @property
    def written(self) -> int:
        """Tokens; the arguments count for nothing before they are complete."""
        return 0

    def begin(self) -> Iterator[Event]:
        """It has no parts."""
        yield from ()

    def go_on(self) -> Script[Event]:
        """The arguments, a word at a time, and what comes of the call."""
        place = {"item_id": self.item.id}
        for word in self._arguments.split(" "):
            delta = f" {word}" if self.item.body["arguments"] else word
            self.item.body["arguments"] += delta
            padding = self._ids.obfuscation(delta)
            yield {"type": "response.mcp_call_arguments.delta", **place, "delta": delta, "obfuscation": padding}
            yield 0.01
        yield {"type": "response.mcp_call_arguments.done", **place, "arguments": self._arguments}
        yield {"type": "response.mcp_call.in_progress", **place}
        yield self._seconds
        if self._failed:
            self.item.body["error"] = _FAILED
        else:
            self.item.body["output"] = json.dumps({"found": 2})
        yield {"type": f"response.mcp_call.{'failed' if self._failed else 'completed'}", **place}

    def end(self, status: str) -> Iterator[Event]:
        """All is said by then."""
        yield from ()
