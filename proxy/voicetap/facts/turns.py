"""Turns: what the user said, when it was answered, and how it ended."""

from typing import Literal

from .fact import Fact


class InputAudioReceived(Fact, frozen=True, gc=False):
    """The client has sent audio: the sum of about a second."""

    seconds: float
    """Of audio."""


class SpeechStarted(Fact, frozen=True, gc=False):
    """The server heard the user begin to speak."""

    item_id: str | None
    """What the speech will be, once it is committed."""


class SpeechStopped(Fact, frozen=True, gc=False):
    """The server heard the user stop."""

    item_id: str | None
    ended_at: float | None
    """When the user really stopped, on the clock of `at`: the silence that the server waited for comes after it. None
    where that silence is not known."""
    wait_seconds: float | None
    """From then until the server said so: what turn detection adds to every turn."""


class SpeechCommitted(Fact, frozen=True, gc=False):
    """User audio has become an item of the conversation."""

    item_id: str | None


class ItemEntered(Fact, frozen=True, gc=False):
    """An item has entered the conversation; once for each."""

    item_id: str
    role: str | None
    """`user`, `assistant`, `system`; None for calls and their outputs."""
    type: str | None
    """`message`, `function_call`, `function_call_output`, `mcp_call`, …"""


class TurnOpened(Fact, frozen=True, gc=False):
    """The user, or the agent by itself, has begun an exchange."""

    turn: int
    """Counted from 1 in each session."""
    opened_by: Literal["speech", "text", "timeout", "agent_initiated"]
    began_at: float
    """When the user began to speak or write; with nothing from the user, when the client asked for a response, or the
    server began by itself."""


class TurnAnswered(Fact, frozen=True, gc=False):
    """The first output of a turn that was opened by speech has reached the client; tool rounds included."""

    turn: int
    seconds: float | None
    """From the real end of speech; None where that is not known, or the output came before it."""
    raw_seconds: float | None
    """From the arrival of `speech_stopped`; None where there was none (push-to-talk)."""
    measured_from: Literal["curve", "arrival", "commit", "unknown"]
    """Where the end of speech is from: `curve`, the server's `audio_end_ms` on the appended audio; `arrival`, that of
    `speech_stopped` less the silence, where the audio goes elsewhere; `commit`, the client's."""


class TurnEnded(Fact, frozen=True, gc=False):
    """A turn is over, and what belongs to it has been waited for (2 s at most)."""

    turn: int
    opened_by: Literal["speech", "text", "timeout", "agent_initiated"]
    outcome: Literal["completed", "interrupted", "failed", "incomplete", "no_response", "session_closed"]
    ended_at: float
    """The end of its last response or of its playback, as estimated, whichever is later; or what cut it off."""


class DeadAirNoticed(Fact, frozen=True, gc=False):
    """The user has waited for 5 s, and nothing has come."""

    turn: int | None
    after: Literal["speech", "request", "tool_output"]
    """`speech`: committed, and the server is to answer by itself; `request`: a `response.create`; `tool_output`: the
    last output that was outstanding."""


class ToolCalled(Fact, frozen=True, gc=False):
    """The assistant has called a tool, arguments complete."""

    call_id: str
    """Of a call of the Model Context Protocol, which has none, its item's id."""
    name: str | None
    kind: Literal["function", "mcp"]
    response_id: str | None
    turn: int | None


class ToolFinished(Fact, frozen=True, gc=False):
    """A tool call has its one outcome."""

    call_id: str
    name: str | None
    kind: Literal["function", "mcp"]
    turn: int | None
    outcome: Literal["answered", "unanswered", "cancelled", "completed", "failed"]
    """Of a function: the client gave its output, or it did not until the end, or the response was cancelled before it
    did. Of an MCP call, which the server makes: `completed`, `failed`, or `unanswered`."""
    seconds: float | None
    """The round trip, from the arguments to the outcome; None where there was none."""


class ToolResumed(Fact, frozen=True, gc=False):
    """After the output of a function the assistant goes on."""

    call_id: str
    turn: int | None
    seconds: float | None
    """From the output to the first output of the next response."""
