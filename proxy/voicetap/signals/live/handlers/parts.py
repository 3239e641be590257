"""What the page of a connection is made of."""

from collections.abc import Callable
from typing import Any

from ....chunks import Side
from ....facts import Fact, TraceIds
from ....session.bounded import Bounded
from ..lanes.playback import Playback
from ..lanes.response import Response
from ..lanes.tool import Tool
from ..lanes.transcription import Transcription
from ..lanes.user import User
from ..marks import Marks
from ..session import SessionView
from ..spans import Spans
from ..turns import Turns

RESPONSES = 100
"""Of which the turn is remembered."""


class Parts:
    """Those of one connection."""

    __slots__ = (
        "_ended",
        "content",
        "ids",
        "log",
        "marks",
        "over",
        "playback",
        "response",
        "session",
        "spans",
        "tool",
        "transcription",
        "turn_of_response",
        "turns",
        "user",
    )

    def __init__(
        self,
        session: SessionView,
        ids: TraceIds,
        *,
        content: bool,
        ended: Callable[[SessionView, bool], None],
    ) -> None:
        """`ended` is told when it is over, and whether it was refused."""
        self.session = session
        self.ids = ids
        self.content = content
        self._ended = ended
        self.over = False
        self.log = session.log
        self.turns = Turns(session.turns, session.times, ids)
        self.spans = Spans(session.spans, session.times)
        self.marks = Marks(session.marks, session.times, content=content)
        self.user = User(self.spans, self.turns)
        self.transcription = Transcription(self.spans, self.turns)
        self.response = Response(self.spans, self.turns)
        self.playback = Playback(self.spans, self.turns)
        self.tool = Tool(self.spans, self.turns)
        self.turn_of_response: Bounded[str, int | None] = Bounded(RESPONSES)

    def end(self, at: float, state: str, end: str | None, **fields: object) -> None:
        """It is over, and all that goes on with it; `fields` of the summary."""
        self.over = True
        self.playback.close()
        self.spans.close(at)
        self.turns.close(at)
        self.log.end_runs(Side.CLIENT)
        self.log.end_runs(Side.SERVER)
        self.session.summarize(state=state, end=end, **fields)
        self._ended(self.session, state == "refused")


Handlers = dict[type[Fact], Callable[[Parts, Any], None]]
"""By kind of fact, what becomes of one."""
