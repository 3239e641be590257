"""Strategies for the traffic of a connection: calls as they are, calls that were tampered with, and mere noise.

A step is an event of a side, as (side, event), or one of ("wait", seconds), ("blind", side or None for both),
("close", side, code).
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from support.dialogue import SERVER_VAD, described, sound
from voicetap.chunks import Side

Step = tuple[Any, ...]
Steps = list[Step]

CLIENT, SERVER = Side.CLIENT, Side.SERVER
TRANSCRIPTION = "conversation.item.input_audio_transcription"

DETECTION = [
    SERVER_VAD,
    {**SERVER_VAD, "interrupt_response": False},
    {**SERVER_VAD, "create_response": False},
    {"type": "semantic_vad"},
    None,
]
WAITS = st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.25, 0.5, 1.0, 3.0, 6.0, 20.0])
PIECES = st.sampled_from([0, 20, 100, 250, 1000, 4000])
USAGE = {"input_tokens": 20, "output_tokens": 30, "input_token_details": {"text_tokens": 20}}


def to_client(type: str, **fields: Any) -> Step:
    return SERVER, {"type": type, **fields}


def to_server(type: str, **fields: Any) -> Step:
    return CLIENT, {"type": type, **fields}


# Noise: any event with any of a few ids.

RESPONSES = st.sampled_from(["resp_1", "resp_2", "resp_3", None])
ITEMS = st.sampled_from(["item_1", "item_2", "item_3", None])
CALLS = st.sampled_from(["call_1", "call_2", None])
EVENTS = st.sampled_from(["event_1", "event_2", None])
INDEX = st.sampled_from([0, 0, 0, 1, -1, 2**53, None])
MS = st.sampled_from([0, 250, 500, 900, 1500, 57340, 2**53, 1.5, -1, None])
SOUND = st.sampled_from([sound(20), sound(250), "", "=", None, {"elided_bytes": 48_000}, {"elided_bytes": -1}])
STATUS = st.sampled_from(["completed", "cancelled", "failed", "incomplete", "in_progress", None, "other"])
TEXT = st.sampled_from(["", "hello", None])
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["invalid_request_error", None]),
        "code": st.sampled_from(
            ["conversation_already_has_active_response", "session_expired", "item_truncate_invalid_item_id", 7, None]
        ),
        "message": st.sampled_from(
            [
                "Audio content of 9250ms is already shorter than 57340ms",
                "Audio content of 1ms is already shorter than " + "9" * 400 + "ms",
                "Only model output audio messages can be truncated",
                "item 'item_2' not found",
                None,
            ]
        ),
        "event_id": EVENTS,
    },
)
DETAILS = st.sampled_from(
    [
        None,
        "unimplemented",
        {"type": "cancelled", "reason": "turn_detected"},
        {"type": "cancelled", "reason": "client_cancelled"},
        {"type": "failed", "error": {"type": "server_error", "code": None}},
    ]
)
KINDS = st.sampled_from(["message", "function_call", "function_call_output", "mcp_call", "", None])
ROLES = st.sampled_from(["user", "assistant", "system", None])
ITEM = st.fixed_dictionaries({}, optional={"id": ITEMS, "type": KINDS, "role": ROLES, "call_id": CALLS, "name": TEXT})
SESSION = st.sampled_from(
    [
        None,
        {},
        {"model": None},
        *(described(turn_detection=detection) for detection in DETECTION),
        described(turn_detection={"type": "server_vad", "silence_duration_ms": 2**53}),
    ]
)
RESPONSE = st.fixed_dictionaries(
    {},
    optional={
        "id": RESPONSES,
        "status": STATUS,
        "status_details": DETAILS,
        "conversation_id": st.sampled_from(["conv_1", None]),
        "output": st.lists(ITEM, max_size=2),
        "usage": st.sampled_from([None, {}, USAGE]),
    },
)
OF_ITEM = {"response_id": RESPONSES, "item_id": ITEMS}


def event(sender: Side, type: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.fixed_dictionaries({"type": st.just(type)}, optional=fields).map(lambda made: (sender, made))


EVENT = st.one_of(
    event(CLIENT, "input_audio_buffer.append", audio=SOUND),
    event(CLIENT, "input_audio_buffer.commit"),
    event(CLIENT, "input_audio_buffer.clear"),
    event(CLIENT, "conversation.item.create", item=ITEM, event_id=EVENTS),
    event(CLIENT, "conversation.item.truncate", item_id=ITEMS, content_index=INDEX, audio_end_ms=MS, event_id=EVENTS),
    event(CLIENT, "response.cancel", response_id=RESPONSES),
    event(CLIENT, "response.create", event_id=EVENTS, response=st.sampled_from([None, {}, {"conversation": "none"}])),
    event(SERVER, "session.created", session=SESSION),
    event(SERVER, "session.updated", session=SESSION),
    event(SERVER, "error", error=ERRORS),
    event(SERVER, "rate_limits.updated", rate_limits=st.sampled_from([None, [], [{"name": "tokens", "remaining": 5}]])),
    event(SERVER, "input_audio_buffer.speech_started", item_id=ITEMS, audio_start_ms=MS),
    event(SERVER, "input_audio_buffer.speech_stopped", item_id=ITEMS, audio_end_ms=MS),
    event(SERVER, "input_audio_buffer.committed", item_id=ITEMS),
    event(SERVER, "input_audio_buffer.cleared"),
    event(SERVER, "input_audio_buffer.timeout_triggered", item_id=ITEMS),
    event(SERVER, f"{TRANSCRIPTION}.completed", item_id=ITEMS, transcript=TEXT, status=STATUS),
    event(SERVER, f"{TRANSCRIPTION}.failed", item_id=ITEMS, error=ERRORS),
    event(SERVER, "conversation.item.added", item=ITEM),
    event(SERVER, "conversation.item.created", item=ITEM),
    event(SERVER, "conversation.item.done", item=ITEM),
    event(SERVER, "conversation.item.deleted", item_id=ITEMS),
    event(SERVER, "conversation.item.truncated", item_id=ITEMS, content_index=INDEX, audio_end_ms=MS),
    event(SERVER, "response.created", response=RESPONSE),
    event(SERVER, "response.done", response=RESPONSE),
    event(SERVER, "response.output_item.added", response_id=RESPONSES, item=ITEM),
    event(SERVER, "response.output_item.done", response_id=RESPONSES, item=ITEM),
    event(SERVER, "response.output_audio.delta", **OF_ITEM, content_index=INDEX, delta=SOUND),
    event(SERVER, "response.output_audio_transcript.delta", **OF_ITEM, delta=TEXT),
    event(SERVER, "response.output_text.delta", **OF_ITEM, delta=TEXT),
    event(SERVER, "response.function_call_arguments.delta", **OF_ITEM, call_id=CALLS),
    event(SERVER, "response.function_call_arguments.done", **OF_ITEM, call_id=CALLS, name=TEXT),
    event(SERVER, "response.mcp_call_arguments.done", **OF_ITEM),
    event(SERVER, "response.mcp_call.completed", item_id=ITEMS),
    event(SERVER, "response.mcp_call.failed", item_id=ITEMS),
    event(SERVER, "output_audio_buffer.started", response_id=RESPONSES),
    event(SERVER, "output_audio_buffer.stopped", response_id=RESPONSES),
    event(SERVER, "output_audio_buffer.cleared", response_id=RESPONSES),
    event(CLIENT, "nope"),
    st.tuples(st.sampled_from(Side), st.sampled_from(["", "{}", "[]", b"\xff", '{"type":"error","error":[]}'])),
)
WAIT = WAITS.map(lambda seconds: ("wait", seconds))
RARE = st.one_of(
    st.tuples(st.just("close"), st.sampled_from(Side), st.sampled_from([None, 1000, 1001, 4000])),
    st.tuples(st.just("blind"), st.sampled_from([*Side, None])),
)


def noise(size: int = 60) -> st.SearchStrategy[Steps]:
    """Events in no order at all, with waits between them; a side that goes dark, or a Close, now and then."""
    step = st.one_of(EVENT, EVENT, EVENT, WAIT, st.integers(0, 9).flatmap(lambda n: WAIT if n else RARE))
    return st.lists(step, max_size=size)


# Calls as they are.


class _Call:
    """Writes the trace of a call, drawing what happens in it."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw
        self.steps: Steps = []
        self._heard = 0
        self._made = 0
        self._spoken: list[str] = []
        """Items of answers with audio."""
        self._detection = self._pick(DETECTION)

    def write(self, exchanges: int) -> Steps:
        session = described(turn_detection=self._detection)
        self.steps.append(to_client("session.created", session=session))
        for _ in range(exchanges):
            self._exchange()
            self._wait()
        return self.steps

    def _exchange(self) -> None:
        self._pick([self._speech, self._speech, self._push, self._text, self._greeting, self._aside, self._idle])()

    def _speech(self) -> None:
        item = self._next("item_U")
        self._append()
        self.steps.append(to_client("input_audio_buffer.speech_started", item_id=item, audio_start_ms=self._heard))
        self._append()
        self.steps.append(to_client("input_audio_buffer.speech_stopped", item_id=item, audio_end_ms=self._heard))
        self._committed(item)
        if self._detection and self._detection.get("create_response", True):
            self._response()
        else:
            self._asked()

    def _push(self) -> None:
        self._append()
        self.steps.append(to_server("input_audio_buffer.commit"))
        self._committed(self._next("item_U"))
        self._asked()

    def _text(self) -> None:
        self.steps.append(to_server("conversation.item.create", item={"type": "message", "role": "user"}))
        self._asked()

    def _greeting(self) -> None:
        self._asked()

    def _aside(self) -> None:
        self.steps.append(to_server("response.create", response={"conversation": "none"}))
        self._response(in_band=False)

    def _idle(self) -> None:
        item = self._next("item_U")
        self.steps.append(to_client("input_audio_buffer.timeout_triggered", item_id=item))
        self._committed(item)
        self._response()

    def _append(self) -> None:
        for _ in range(self._pick([0, 1, 2, 4])):
            milliseconds = self._draw(PIECES)
            self.steps.append(to_server("input_audio_buffer.append", audio=sound(milliseconds)))
            self._heard += milliseconds
            self._wait()

    def _committed(self, item: str) -> None:
        self.steps.append(to_client("input_audio_buffer.committed", item_id=item))
        self.steps.append(to_client("conversation.item.added", item={"id": item, "type": "message", "role": "user"}))
        result = self._pick(["completed", "failed", None])
        if result == "completed":
            self.steps.append(to_client(f"{TRANSCRIPTION}.completed", item_id=item, transcript="Hello"))
        elif result == "failed":
            self.steps.append(to_client(f"{TRANSCRIPTION}.failed", item_id=item, error={"type": "server_error"}))

    def _asked(self) -> None:
        self._wait()
        self.steps.append(to_server("response.create"))
        self._response()

    def _response(self, *, in_band: bool = True, depth: int = 0) -> None:
        response = self._next("resp")
        conversation = "conv_1" if in_band else None
        self._wait()
        created = {"id": response, "status": "in_progress", "conversation_id": conversation}
        self.steps.append(to_client("response.created", response=created))
        call = self._output(response)
        stopped = self._pick([None, None, None, self._barge_in, self._cancel, self._truncate, self._clear])
        if stopped is not None:
            stopped(response)
        status = self._pick(["completed", "completed", "failed"]) if stopped is None else "cancelled"
        done = {"id": response, "status": status, "conversation_id": conversation, "usage": USAGE}
        if stopped is None or not self._pick([False, False, True]):
            self.steps.append(to_client("response.done", response=done))
        self._wait()
        if call is not None:
            given = {"type": "function_call_output", "call_id": call, "output": "{}"}
            self.steps.append(to_server("conversation.item.create", item=given))
            if depth < 2:
                self.steps.append(to_server("response.create"))
                self._response(depth=depth + 1)
        elif self._pick([False, False, True]):
            self._pick([self._barge_in, self._truncate, self._clear])(response)

    def _output(self, response: str) -> str | None:
        """The function that is called."""
        what = self._pick(["audio", "audio", "audio", "text", "call", "both", "nothing"])
        item = self._next("item_A")
        of = {"response_id": response, "item_id": item}
        added = {"id": item, "type": "message", "role": "assistant", "status": "in_progress"}
        if what in ("audio", "both"):
            self.steps.append(to_client("response.output_item.added", response_id=response, item=added))
            self.steps.append(to_client("conversation.item.added", item=added))
            self._spoken.append(item)
            for _ in range(self._pick([1, 2, 4])):
                delta = sound(self._draw(PIECES))
                self.steps.append(to_client("response.output_audio.delta", **of, content_index=0, delta=delta))
                self.steps.append(to_client("response.output_audio_transcript.delta", **of, delta="Hi"))
                self._wait()
            if self._pick([False, False, True]):
                self.steps.append(to_client("output_audio_buffer.started", response_id=response))
        elif what == "text":
            self.steps.append(to_client("response.output_text.delta", **of, delta="Hi"))
        if what not in ("call", "both"):
            return None
        call = self._next("call")
        done = {"type": "function_call", "id": f"item_{call}", "call_id": call, "name": "get_time"}
        arguments = {"response_id": response, "item_id": f"item_{call}", "call_id": call}
        self.steps.append(to_client("response.function_call_arguments.done", **arguments))
        self.steps.append(to_client("response.output_item.done", response_id=response, item=done))
        return call

    def _barge_in(self, response: str) -> None:
        item = self._next("item_U")
        self.steps.append(to_client("input_audio_buffer.speech_started", item_id=item, audio_start_ms=self._heard))
        if self._pick([False, True]):
            self._truncate(response)

    def _cancel(self, response: str) -> None:
        self.steps.append(to_server("response.cancel"))

    def _truncate(self, response: str) -> None:
        if self._spoken:
            cut = {"item_id": self._spoken[-1], "content_index": 0, "audio_end_ms": self._pick([0, 250, 1500])}
            asked, answer = self._pick([True, True, False]), self._pick(["truncated", "error", None])
            if asked:
                self.steps.append(to_server("conversation.item.truncate", **cut))
                self._wait()
            if answer == "truncated":
                self.steps.append(to_client("conversation.item.truncated", **cut))
            elif answer == "error":
                message = "Audio content of 20ms is already shorter than 1500ms"
                self.steps.append(to_client("error", error={"type": "invalid_request_error", "message": message}))

    def _clear(self, response: str) -> None:
        self.steps.append(to_client("output_audio_buffer.cleared", response_id=response))

    def _wait(self) -> None:
        self.steps.append(("wait", self._draw(WAITS)))

    def _next(self, kind: str) -> str:
        self._made += 1
        return f"{kind}_{self._made}"

    def _pick(self, choices: list[Any]) -> Any:
        return self._draw(st.sampled_from(choices))


@st.composite
def calls(draw: Callable[[st.SearchStrategy[Any]], Any], exchanges: int = 4) -> Steps:
    """A call that may well have happened."""
    return _Call(draw).write(draw(st.integers(1, exchanges)))


@st.composite
def tampered(draw: Callable[[st.SearchStrategy[Any]], Any], exchanges: int = 4, changes: int = 8) -> Steps:
    """The same with events lost, doubled, swapped, late, or out of another call."""
    steps: Steps = draw(calls(exchanges))
    for _ in range(draw(st.integers(1, changes))):
        here, there = draw(st.integers(0, len(steps) - 1)), draw(st.integers(0, len(steps) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", "move", "put"]))
        if change == "drop" and len(steps) > 1:
            del steps[here]
        elif change == "double":
            steps.insert(there, steps[here])
        elif change == "swap":
            steps[here], steps[there] = steps[there], steps[here]
        elif change == "move":
            steps.insert(there, steps.pop(here))
        else:
            steps.insert(here, draw(st.one_of(EVENT, RARE)))
    return steps


def traffic() -> st.SearchStrategy[Steps]:
    """All of it."""
    return st.one_of(noise(), calls(), tampered(), tampered())
