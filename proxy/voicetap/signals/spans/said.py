"""What was said, brought to the spans that show it: only where the operator asked for content."""

from ...facts import ContentSeen, TurnOpened
from .content import Messages, clear, fits
from .responses import Responses
from .tools import Tools
from .transcriptions import Transcriptions
from .turns import Turn


class Said:
    """Of one connection."""

    def __init__(self, responses: Responses, transcriptions: Transcriptions, tools: Tools) -> None:
        self._responses = responses
        self._transcriptions = transcriptions
        self._tools = tools
        self._instructions: str | None = None
        self._typed: list[str] = []
        """What the user wrote, and no turn has taken up."""

    def in_turn(self, fact: TurnOpened) -> Messages:
        """What a turn begins with."""
        messages = Messages(self._instructions)
        if fact.opened_by != "agent_initiated":
            for text in self._typed:
                messages.heard(text)
            self._typed.clear()
        return messages

    def in_response(self, turn: Turn | None) -> Messages:
        """What a response begins with."""
        messages = Messages(self._instructions)
        if turn is not None and turn.messages is not None:
            messages.inputs = turn.messages.inputs.copy()
        return messages

    def receive(self, fact: ContentSeen, turn: Turn | None) -> None:
        """Take a piece of content; `turn` is the one that it belongs to."""
        if fact.kind == "user_text" and not fits(self._typed):
            return
        text = clear(fact.text)
        match fact.kind:
            case "instructions":
                self._instructions = text
            case "user_text":
                self._typed.append(text)
            case "user_transcript":
                self._transcriptions.find(fact.item_id).text = text
                if turn is not None and turn.messages is not None:
                    turn.messages.heard(text)
            case "assistant_text" | "assistant_transcript":
                response = self._responses.find(fact.response_id)
                for messages in (response.messages, turn.messages if turn is not None else None):
                    if messages is not None:
                        messages.told(text)
            case "tool_arguments":
                self._tools.arguments(fact.call_id, text)
            case "tool_output":
                self._tools.result(fact.call_id, text)
