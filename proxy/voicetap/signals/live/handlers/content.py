"""What people and models say, where that is wanted."""

from .... import facts
from .parts import Handlers, Parts


def _content_seen(page: Parts, fact: facts.ContentSeen) -> None:
    if not page.content:
        return
    match fact.kind:
        case "user_text":
            page.user.said(fact)
        case "user_transcript":
            page.user.said(fact)
            page.transcription.said(fact)
        case "assistant_text" | "assistant_transcript":
            page.response.said(fact)
            page.playback.said(fact)
        case "tool_arguments" | "tool_output":
            page.tool.said(fact)


HANDLERS: Handlers = {
    facts.ContentSeen: _content_seen,
}
