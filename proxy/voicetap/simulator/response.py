"""A response: from `response.created` over paced deltas to `response.done`, or to where somebody cuts it off."""

import math
from collections.abc import Iterator
from random import Random

from . import mcp, settings, shapes
from .agenda import Script
from .conversation import Conversation, Item, Tokens
from .disturbance import Failure
from .identity import Ids
from .items import new_item
from .output import Answer, FunctionCall, Output
from .protocol import Event, element, invalid_value, required
from .scenario import Scenario

_ANSWERS = (
    "Of course, let me have a look at that for you.",
    "I have found two of them, and the second one is available from Monday on.",
    "That would be forty-two euros, shipping included, and it arrives on Friday.",
    "I am afraid that this one is sold out, but there is another in blue, if you like.",
)
_CONVERSATIONS = "auto", "none"
_OPTIONAL = "auto", "none"
"""Tool choices with which the model need not call any; else it calls, once more after each result."""
_INSTRUCTION_TOKENS = 14
_CUT_AFTER = 8
"""Tokens of an answer that ends in the middle."""
_CACHE_BLOCK = 64
"""Prompts are cached in blocks of so many tokens."""


class Response:
    """One response of the model; it owns its output item, which joins the conversation when output begins."""

    def __init__(
        self,
        session: Event,
        request: Event,
        conversation: Conversation,
        conversation_id: str,
        scenario: Scenario,
        random: Random,
        ids: Ids,
        cached: Tokens,
    ) -> None:
        """`request` is the `response` of a `response.create`; `cached` is the prompt that was read last time.

        All that is left to luck is drawn now, in an order that no rate of 0 changes.
        """
        shapes.check("response", request)
        if request.get("conversation") not in (None, *_CONVERSATIONS):
            raise invalid_value("response.conversation", request["conversation"], *_CONVERSATIONS)
        output = (request.get("audio") or {}).get("output") or {}
        if output.get("format"):
            shapes.check_format("response.audio.output.format", output["format"])
        self.prompt = _read(session, request, conversation, ids) + Tokens(_INSTRUCTION_TOKENS)
        self.id = ids.new("resp")
        self.in_conversation = request.get("conversation", "auto") != "none"
        self._conversation = conversation
        self._scenario = scenario
        self._ids = ids
        modalities = request.get("output_modalities") or session["output_modalities"]
        spoken = session["audio"]["output"] | {name: value for name, value in output.items() if value}
        self._described = {
            "conversation_id": conversation_id if self.in_conversation else None,
            "output_modalities": modalities,
            "max_output_tokens": request.get("max_output_tokens") or session["max_output_tokens"],
            "audio": {"output": {"format": spoken["format"], "voice": spoken["voice"]}},
            "metadata": request.get("metadata"),
        }
        self._seconds_to_output = random.uniform(*scenario.response_seconds)
        audio_ms = round(random.uniform(*scenario.reply_ms) / scenario.delta_ms) * scenario.delta_ms
        words = random.choice(_ANSWERS).split()
        self.failure: Failure | None = None
        """Why it will fail; whoever created it may have a reason of their own."""
        if _drawn(scenario.response_failure_rate, random):
            self.failure = random.choice(scenario.response_failures)
        self._stalls_after: int | None = None
        """Pieces of audio."""
        if _drawn(scenario.stall_rate, random):
            self._stalls_after = random.choice((0, 3))
            self._stall_seconds = random.uniform(*scenario.stall_seconds)
        form = settings.format_of(spoken) if modalities == ["audio"] else None
        self._planned: Output = Answer(words, audio_ms, scenario.delta_ms, scenario.generation_speed, form, ids)
        choice = request.get("tool_choice") or session["tool_choice"]
        tools = _tools(session, request, choice)
        answered = any(map(conversation.ends_with, ("function_call_output", "mcp_call")))
        if tools and (choice not in _OPTIONAL or (not answered and _drawn(scenario.tool_call_rate, random))):
            server, tool = tools[0]
            form = None
            self._planned = mcp.McpCall(server, tool, scenario, random, ids) if server else FunctionCall(tool, ids)
        self.spoken = form is not None
        """It answers with audio."""
        self._empty = _drawn(scenario.empty_response_rate, random)
        self._cut: str | None = None
        """The reason why it will end in the middle."""
        if _drawn(scenario.incomplete_rate, random):
            self._cut = random.choice(scenario.incomplete_reasons)
        limit = self._described["max_output_tokens"]
        self._most = limit if isinstance(limit, int) else math.inf
        self._cached = Tokens() if request.get("input") is not None else cached
        self._item: Item | None = None

    def created(self) -> Event:
        """That it begins."""
        return {"type": "response.created", "response": self._shown("in_progress")}

    def generate(self) -> Script[Event]:
        """All that follows."""
        yield self._seconds_to_output
        if self.failure:
            yield from self._finish("failed", {"type": "failed", "error": self.failure._asdict()})
            return
        if self._stalls_after == 0:
            yield self._stall_seconds
        if self._empty:
            yield from self._finish("completed", None)
            return
        yield from self._begin()
        pieces = 0
        for step in self._planned.go_on():
            if not isinstance(step, dict):
                yield step
                continue
            yield self._placed(step)
            if step["type"] == "response.output_audio.delta":
                pieces += 1
                if pieces == self._stalls_after:
                    yield self._stall_seconds
            if reason := self._ends_early():
                yield from self._finish("incomplete", {"type": "incomplete", "reason": reason})
                return
        yield from self._finish("completed", None)

    def cancel(self, reason: str) -> Iterator[Event]:
        """What is said where it is cut off; `reason` is turn_detected or client_cancelled."""
        yield from self._finish("cancelled", {"type": "cancelled", "reason": reason})

    @property
    def began(self) -> bool:
        """Whether there has been any output."""
        return self._item is not None

    def _ends_early(self) -> str | None:
        """Why it ends here."""
        written = self._planned.written
        if written >= self._most:
            return "max_output_tokens"
        return self._cut if written >= _CUT_AFTER else None

    def _begin(self) -> Iterator[Event]:
        self._item = item = self._planned.item
        yield {"type": "response.output_item.added", **self._place(), "item": item.shown()}
        if self.in_conversation:
            previous = self._conversation.add(item)
            yield {"type": "conversation.item.added", "previous_item_id": previous, "item": item.shown()}
        yield from map(self._placed, self._planned.begin())

    def _finish(self, status: str, details: Event | None) -> Iterator[Event]:
        item = self._item
        if item is not None:
            yield from map(self._placed, self._planned.end(status))
            if self.in_conversation:
                previous = self._conversation.before(item.id)
                yield {"type": "conversation.item.done", "previous_item_id": previous, "item": item.shown()}
            yield {"type": "response.output_item.done", **self._place(), "item": item.shown()}
        yield {"type": "response.done", "response": self._shown(status, details)}

    def _placed(self, event: Event) -> Event:
        if event["type"].startswith("response.mcp_call."):
            return {"output_index": 0, **event}
        return {"type": event["type"], **self._place(), **event}

    def _place(self) -> Event:
        return {"response_id": self.id, "output_index": 0}

    def _shown(self, status: str, details: Event | None = None) -> Event:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [self._item.shown()] if self._item else [],
            **self._described,
            "usage": None if status == "in_progress" else self._usage(),
        }

    @property
    def audio_ms(self) -> int:
        """How much audio there is of it so far."""
        return self._item.audio_ms if self._item else 0

    @property
    def tokens(self) -> int:
        """What it has used of the rate limit so far."""
        return self.prompt.total + self._item.tokens().total if self._item else 0

    def _usage(self) -> Event:
        """Nothing is billed where nothing was put out."""
        read, cached, written = (self.prompt, self._cached, self._item.tokens()) if self._item else (Tokens(),) * 3
        known = {kind: min(getattr(cached, kind), getattr(read, kind)) for kind in ("text", "audio", "image")}
        cached = Tokens(**{kind: count // _CACHE_BLOCK * _CACHE_BLOCK for kind, count in known.items()})
        return {
            "total_tokens": read.total + written.total,
            "input_tokens": read.total,
            "output_tokens": written.total,
            "input_token_details": {
                **_by_modality(read),
                "cached_tokens": cached.total,
                "cached_tokens_details": _by_modality(cached),
            },
            "output_token_details": {"text_tokens": written.text, "audio_tokens": written.audio},
        }


def _by_modality(tokens: Tokens) -> Event:
    return {"text_tokens": tokens.text, "audio_tokens": tokens.audio, "image_tokens": tokens.image}


def _drawn(rate: float, random: Random) -> bool:
    """Whether it happens; without a rate nothing is drawn, so that what else is drawn stays the same."""
    return rate > 0 and random.random() < rate


def _read(session: Event, request: Event, conversation: Conversation, ids: Ids) -> Tokens:
    """What the model reads: the conversation, or the `input` that stands in its place."""
    if request.get("input") is None:
        return conversation.tokens()
    form = settings.format_of(session["audio"]["input"])
    total = Tokens()
    for place in range(len(request["input"])):
        path = f"response.input[{place}]"
        given = element(request["input"], place, within="response.input")
        if given.get("type") == "item_reference":
            total += conversation.retrieve(required(given, "id", str, within=path)).tokens()
        else:
            total += new_item(given, form, ids, path).tokens()
    return total


def _tools(session: Event, request: Event, choice: object) -> list[tuple[str, str]]:
    """Server and name of what it may call, the server of functions empty."""
    tools = session["tools"] if request.get("tools") is None else request["tools"]
    objects = [tool for tool in tools if isinstance(tool, dict)]
    functions = [("", tool["name"]) for tool in objects if isinstance(tool.get("name"), str)]
    found = functions + [(server, name) for server, names in mcp.servers(tools).items() for name in names]
    if isinstance(choice, dict):
        server, name = choice.get("server_label") or "", choice.get("name")
        return [one for one in found if one[0] == server and name in (None, one[1])]
    return [] if choice == "none" else found
