"""A trace for each turn: its root, what happened in it, and the context for what belongs to it."""

from msgspec import Struct
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span

from ...facts import SpanIds, TurnAnswered, TurnEnded, TurnOpened
from ...session.bounded import Bounded
from . import semconv as s
from .attributes import Attributes, Value, known
from .content import Messages
from .writer import SpanWriter, ids_of, inside

REMEMBERED = 64
"""Turns; what comes later than that for one of them becomes a trace of its own."""

MOST_EVENTS = 100
"""On a root; the SDK keeps 128."""

LONGEST = 600.0
"""Seconds that a root stays open: backends give up on traces that take longer, and nobody sees them."""

_END_REASONS = {"completed": "completed", "interrupted": "interrupted", "session_closed": "session_closed"}


class Happening(Struct):
    """What will be an event of a root."""

    name: str
    """Without our prefix."""
    at: float
    attributes: dict[str, Value | None]


class Turn(Struct):
    """A root, open or not."""

    span: Span
    context: Context
    ids: SpanIds
    opened_at: float
    happenings: list[Happening] = []
    left_out: int = 0
    error: str | None = None
    """Why its last response failed."""
    generated_seconds: float = 0.0
    messages: Messages | None = None
    """With content only."""
    conversation_id: str | None = None
    """What everything in it belongs to, once the server has named it."""
    open: bool = True

    def happened(self, happening: Happening) -> None:
        """Note an event; it is written when the turn is over, in order of time, for figures come later."""
        if len(self.happenings) < MOST_EVENTS:
            self.happenings.append(happening)
        else:
            self.left_out += 1

    def find(self, name: str, attribute: str, value: Value | None) -> Happening | None:
        """The latest event of this name that has this attribute."""
        for happening in reversed(self.happenings):
            if happening.name == name and happening.attributes.get(attribute) == value:
                return happening
        return None


class Turns:
    """Those of one connection, by their number."""

    def __init__(self, writer: SpanWriter) -> None:
        self._writer = writer
        self._turns: Bounded[int, Turn] = Bounded(REMEMBERED)
        self._open: dict[int, Turn] = {}
        self._conversation_id: str | None = None
        """There is one for each session."""

    def opened(self, fact: TurnOpened, model: Attributes, messages: Messages | None) -> Turn:
        """A turn has begun; `model`: attributes that name it."""
        span = self._writer.begin(
            "invoke_agent",
            fact.began_at,
            {
                s.OPERATION: "invoke_agent",
                s.SPAN_KIND: "AGENT",
                s.CONVERSATION_ID: self._conversation_id,
                s.TURN_NUMBER: fact.turn,
                s.TURN_OPENED_BY: fact.opened_by,
                # Not the response's: Phoenix would show it as what the turn has put out.
                s.REQUEST_MODEL: model.get(s.REQUEST_MODEL),
            },
        )
        turn = Turn(span, inside(span), ids_of(span), fact.began_at, messages=messages)
        turn.conversation_id = self._conversation_id
        if len(self._open) >= REMEMBERED:
            self._end(next(iter(self._open)), fact.at, "forgotten")
        self._turns.put(fact.turn, turn)
        self._open[fact.turn] = turn
        return turn

    def get(self, number: int | None) -> Turn | None:
        """A turn that is remembered, over or not."""
        return self._turns.get(number) if number is not None else None

    @property
    def latest(self) -> Turn | None:
        """Of the open ones, that which was opened last."""
        return next(reversed(self._open.values()), None)

    def in_conversation(self, turn: Turn, conversation_id: str | None) -> None:
        """The server said which conversation it belongs to."""
        if conversation_id is None:
            return
        turn.conversation_id = self._conversation_id = conversation_id
        if turn.open:
            turn.span.set_attributes(known({s.CONVERSATION_ID: conversation_id}))

    def happened(self, turn: Turn, happening: Happening) -> None:
        """Note what happened in a turn; where that is over, as a span without length."""
        if turn.open:
            turn.happened(happening)
        else:
            attributes = {s.SPAN_KIND: "CHAIN", **happening.attributes}
            self._writer.write(s.VOICETAP + happening.name, happening.at, happening.at, attributes, parent=turn.context)

    def answered(self, fact: TurnAnswered) -> Turn | None:
        """The user hears the first of the answer."""
        turn = self._open.get(fact.turn)
        if turn is not None:
            turn.span.set_attributes(
                known(
                    {
                        s.TURN_LATENCY_SECONDS: fact.seconds,
                        s.TURN_LATENCY_RAW_SECONDS: fact.raw_seconds,
                        s.TURN_MEASURED_FROM: fact.measured_from,
                    }
                )
            )
        return turn

    def ended(self, fact: TurnEnded) -> Turn | None:
        """A turn is over."""
        turn = self._open.get(fact.turn)
        if turn is not None:
            turn.span.set_attributes(
                known(
                    {
                        s.TURN_OUTCOME: fact.outcome,
                        s.END_REASON: _END_REASONS.get(fact.outcome),
                    }
                )
            )
            error = (turn.error or "_OTHER") if fact.outcome == "failed" else None
            self._end(fact.turn, fact.ended_at, error=error)
        return turn

    def check(self, now: float) -> None:
        """End what has been open for too long."""
        for number in [number for number, turn in self._open.items() if now - turn.opened_at > LONGEST]:
            self._end(number, now, "too_long")

    def close(self, now: float, reason: str) -> None:
        """End what is open."""
        for number in list(self._open):
            self._end(number, now, reason)

    def _end(self, number: int, at: float, forced: str | None = None, *, error: str | None = None) -> None:
        """`forced`: why it ends though the turn has not."""
        turn = self._open.pop(number)
        turn.open = False
        span = turn.span
        for happening in sorted(turn.happenings, key=lambda happening: happening.at):
            span.add_event(
                s.VOICETAP + happening.name, known(happening.attributes), self._writer.nanoseconds(happening.at)
            )
        span.set_attributes(
            known(
                {
                    s.TURN_GENERATED_AUDIO_SECONDS: turn.generated_seconds or None,
                    s.TURN_EVENTS_LEFT_OUT: turn.left_out or None,
                    s.SPAN_ENDED_BECAUSE: forced,
                }
            )
        )
        if turn.messages is not None:
            span.set_attributes(turn.messages.attributes())
        last = max([at, turn.opened_at, *(happening.at for happening in turn.happenings)])
        self._writer.end(span, last, error=error)
        # The ids are enough for what comes later; the span, with what was said, is the exporter's now.
        turn.span = NonRecordingSpan(span.get_span_context())
        turn.context = inside(turn.span)
        turn.happenings.clear()
        turn.messages = None
