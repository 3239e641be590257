"""What people and models said and wrote: told only where the operator turned content on."""

from typing import Literal

from .fact import Fact

ContentKind = Literal[
    "instructions",
    "user_text",
    "user_transcript",
    "assistant_text",
    "assistant_transcript",
    "tool_arguments",
    "tool_output",
]


class ContentSeen(Fact, frozen=True, gc=False):
    """A piece of content is complete.

    It is told after the facts that begin what it belongs to (ToolCalled), and before those that end it
    (TranscriptionFinished or TranscriptionLate, ResponseFinished, ToolFinished).
    """

    kind: ContentKind
    """`instructions`: of the session. `user_text`, `user_transcript`: what the user wrote, or said. `assistant_text`,
    `assistant_transcript`: what the model wrote, or said. `tool_arguments`, `tool_output`: of a function call."""
    text: str
    """Its first 65,536 characters."""
    item_id: str | None = None
    """Of what the user or the model said."""
    response_id: str | None = None
    """Of what the model said."""
    call_id: str | None = None
    """Of a function call."""
