"""`user_speech`: the user's part of a turn."""

from ...facts import SpeechStarted, SpeechStopped, TurnOpened
from . import semconv as s
from .turns import Turn
from .writer import SpanWriter

OPERATION = "user_speech"
"""Of the open proposal for realtime (semantic-conventions-genai #394)."""


class Speech:
    """What the user of one connection said last, and no turn was opened by yet."""

    def __init__(self, writer: SpanWriter) -> None:
        self._writer = writer
        self._started: SpeechStarted | None = None
        self._stopped: SpeechStopped | None = None

    def started(self, fact: SpeechStarted) -> None:
        """The server heard the user begin."""
        self._started, self._stopped = fact, None

    def stopped(self, fact: SpeechStopped) -> None:
        """And stop."""
        self._stopped = fact

    def write(self, fact: TurnOpened, turn: Turn) -> None:
        """It has opened a turn. In push-to-talk the server hears no end; it is the commit then."""
        started, stopped = self._started, self._stopped
        self._started = self._stopped = None
        ended_at = fact.at if stopped is None else stopped.at if stopped.ended_at is None else stopped.ended_at
        self._writer.write(
            OPERATION,
            fact.began_at,
            max(fact.began_at, ended_at),
            {
                s.OPERATION: OPERATION,
                s.SPAN_KIND: "CHAIN",
                s.CONVERSATION_ID: turn.conversation_id,
                s.ITEM_ID: started.item_id if started is not None else None,
                s.SPEECH_VAD_WAIT_SECONDS: stopped.wait_seconds if stopped is not None else None,
            },
            parent=turn.context,
        )
