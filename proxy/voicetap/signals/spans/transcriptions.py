"""`transcription`: one span for the transcription of each item, written when it has its outcome."""

from msgspec import Struct
from opentelemetry.trace import SpanKind

from ...facts import SpanIds, TranscriptionFinished, TranscriptionLate, TranscriptionStarted, UsageReported
from ...session.bounded import Bounded
from . import semconv as s
from .attributes import Attributes
from .turns import Turn
from .usage import usage_attributes
from .writer import SpanWriter

NAME = "transcription"
OPERATION = "speech_to_text"
"""Of the open proposal for voice agents (semantic-conventions-genai #390)."""


class Transcription(Struct):
    """What is known of one until it has its outcome."""

    started_at: float | None = None
    turn: int | None = None
    usage: UsageReported | None = None
    text: str | None = None
    """With content only."""


class Transcriptions:
    """Those of one connection, by the id of their item."""

    def __init__(self, writer: SpanWriter) -> None:
        self._writer = writer
        self._transcriptions: Bounded[str | None, Transcription] = Bounded()
        self._unclaimed: Bounded[str, None] = Bounded()
        """Begun since the last turn was opened; a turn is opened after its transcription has begun."""
        self._unnamed: UsageReported | None = None
        """It came without the id of an item."""

    def started(self, fact: TranscriptionStarted) -> None:
        """User audio was committed."""
        self.find(fact.item_id).started_at = fact.at
        self._unclaimed.put(fact.item_id, None)

    def claimed(self, turn: int) -> None:
        """A turn was opened by what was committed."""
        for item_id in self._unclaimed:
            self.find(item_id).turn = turn
        self._unclaimed.clear()

    def used(self, fact: UsageReported) -> None:
        """What one has used; told just before its outcome."""
        if fact.item_id is None:
            self._unnamed = fact
        else:
            self.find(fact.item_id).usage = fact

    def find(self, item_id: str | None) -> Transcription:
        """The transcription of an item, announced or not."""
        transcription = self._transcriptions.get(item_id)
        if transcription is None:
            transcription = Transcription()
            self._transcriptions.put(item_id, transcription)
        return transcription

    def finished(self, fact: TranscriptionFinished, turn: Turn | None) -> SpanIds:
        """It has its outcome: write its span, in the trace of its turn, or in one of its own where there is none."""
        transcription = self._settled(fact)
        failed = fact.outcome in ("failed", "timed_out")
        return self._write(
            fact,
            transcription,
            turn,
            {
                s.TRANSCRIPTION_OUTCOME: fact.outcome,
                s.TRANSCRIPTION_CONFIDENCE: fact.confidence,
                s.TRANSCRIPTION_LATENCY_SECONDS: fact.seconds,
            },
            error=(fact.code or fact.outcome) if failed else None,
        )

    def late(self, fact: TranscriptionLate, turn: Turn | None) -> SpanIds | None:
        """A result came after the outcome; what it used has to be seen, or sums would not agree with the bill."""
        transcription = self._settled(fact)
        if transcription.usage is None:
            return None
        return self._write(fact, transcription, turn, {s.TRANSCRIPTION_OUTCOME: "late"})

    def _settled(self, fact: TranscriptionFinished | TranscriptionLate) -> Transcription:
        """What a result is of. Where that names no item, what it has used is told with the same message."""
        transcription = self.find(fact.item_id)
        if self._unnamed is not None and self._unnamed.at == fact.at:
            transcription.usage, self._unnamed = self._unnamed, None
        return transcription

    def _write(
        self,
        fact: TranscriptionFinished | TranscriptionLate,
        transcription: Transcription,
        turn: Turn | None,
        attributes: dict[str, str | float | None],
        error: str | None = None,
    ) -> SpanIds:
        model = fact.transcription_model
        exact: Attributes = {} if transcription.usage is None else usage_attributes(transcription.usage)
        if transcription.text is not None:
            exact[s.OUTPUT_VALUE] = transcription.text
        transcription.usage = transcription.text = None
        return self._writer.write(
            NAME,
            fact.at if transcription.started_at is None else transcription.started_at,
            fact.at,
            {
                s.OPERATION: OPERATION,
                s.SPAN_KIND: "LLM",
                s.CONVERSATION_ID: turn.conversation_id if turn is not None else None,
                s.REQUEST_MODEL: model,
                s.LLM_MODEL: model,
                s.OUTPUT_TYPE: "text",
                s.ITEM_ID: fact.item_id,
                **attributes,
            },
            parent=turn.context if turn is not None else None,
            kind=SpanKind.CLIENT,
            error=error,
            exact=exact,
        )
