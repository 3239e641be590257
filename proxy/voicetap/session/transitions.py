"""The states of everything that a session remembers, and every move between them.

Each noun of the session has a machine here; the modules beside this one ask it where a move leads, and take what it has
no row for as a Surprise. docs/states.md is drawn from these tables.
"""

from typing import Literal

from msgspec import Struct

from ..facts import Surprise

Kind = Literal["order", "unknown_id", "orphan_delta", "schema"]
Moves = dict[tuple[str, str], str]


class Machine(Struct, frozen=True):
    """(state, move) -> the next state; the first state is that of a noun which was never heard of."""

    noun: str
    about: str
    first: str
    moves: Moves
    kinds: dict[str, Kind] = {}
    """What a Surprise is called where a move comes from the first state; elsewhere it is `order`."""

    def after(self, state: str, move: str) -> str | None:
        """The next state; None where the move is not in the table."""
        return self.moves.get((state, move))

    def moved(self, state: str, move: str) -> str:
        """The next state, or the same: a move that is not in the table changes nothing."""
        return self.moves.get((state, move), state)

    def surprise(self, at: float, type: str, state: str, move: str) -> Surprise:
        """What is told of an event of this type, for which the table has no move."""
        kind: Kind = self.kinds.get(move, "unknown_id") if state == self.first else "order"
        return Surprise(at, kind, type, f"{self.noun}: {move} while {state}")

    def states(self) -> list[str]:
        """Every state, the first one first."""
        return list(dict.fromkeys([self.first, *(state for (state, _) in self.moves), *self.moves.values()]))


SPEECH = Machine(
    "speech",
    "What the user says, as the server's turn detection hears it.",
    "quiet",
    {
        ("quiet", "speech_started"): "speaking",
        ("speaking", "speech_stopped"): "stopped",
        ("quiet", "committed"): "quiet",
        ("speaking", "committed"): "quiet",
        ("stopped", "committed"): "quiet",
        ("stopped", "speech_started"): "speaking",
        ("quiet", "cleared"): "quiet",
        ("speaking", "cleared"): "quiet",
        ("stopped", "cleared"): "quiet",
    },
    {"speech_stopped": "order"},
)
"""A committed item may not be spoken at all: a client commits what it likes, and an idle timeout commits silence.
Servers that never commit go from `stopped` to `speaking`."""

ITEM = Machine(
    "item",
    "An item of the conversation.",
    "absent",
    {
        ("absent", "added"): "added",
        ("absent", "done"): "done",
        ("added", "added"): "added",
        ("added", "done"): "done",
        ("done", "added"): "done",
        ("done", "done"): "done",
        ("added", "truncated"): "added",
        ("done", "truncated"): "done",
        ("added", "deleted"): "deleted",
        ("done", "deleted"): "deleted",
    },
)
"""Servers announce an item once or twice (xAI at the start of speech and again), and finish some that were never
announced."""

RESPONSE = Machine(
    "response",
    "What the model says to one request.",
    "absent",
    {
        ("absent", "created"): "active",
        ("active", "output"): "active",
        ("active", "done"): "done",
    },
    {"output": "orphan_delta"},
)

PLAYBACK = Machine(
    "playback",
    "A response as the user hears it: estimated, unless the server plays it and says so.",
    "silent",
    {
        ("silent", "audio"): "estimated",
        ("estimated", "audio"): "estimated",
        ("silent", "started"): "playing",
        ("estimated", "started"): "playing",
        ("playing", "audio"): "playing",
        ("playing", "stopped"): "over",
        ("playing", "interrupted"): "over",
        ("estimated", "interrupted"): "over",
        ("silent", "interrupted"): "over",
        ("over", "audio"): "over",
        ("over", "started"): "over",
        ("over", "stopped"): "over",
        ("over", "interrupted"): "over",
        ("silent", "stopped"): "over",
        ("estimated", "stopped"): "over",
    },
)
"""Every move is legal: what the client does with the audio is not seen, and what was cut off still arrives."""

CALL = Machine(
    "call",
    "A tool that the model calls: a function, which the client runs, or one of MCP, which the server does.",
    "absent",
    {
        ("absent", "called"): "called",
        ("called", "output"): "answered",
        ("called", "completed"): "answered",
        ("called", "failed"): "answered",
        ("called", "cancelled"): "cancelled",
        ("called", "given_up"): "unanswered",
        ("answered", "resumed"): "resumed",
        ("cancelled", "output"): "cancelled",
    },
)
"""A client may give the output of a call that was cancelled."""

TURN = Machine(
    "turn",
    "An exchange: the user's words, or none, and all that the assistant does about them.",
    "absent",
    {
        ("absent", "opened"): "waiting",
        ("waiting", "response"): "answering",
        ("answering", "response"): "answering",
        ("answering", "finished"): "settling",
        ("waiting", "interrupted"): "settling",
        ("answering", "interrupted"): "settling",
        ("settling", "interrupted"): "settling",
        ("waiting", "next_turn"): "settling",
        ("answering", "next_turn"): "settling",
        ("waiting", "closed"): "ended",
        ("answering", "closed"): "ended",
        ("settling", "response"): "settling",
        ("settling", "closed"): "ended",
        ("settling", "settled"): "ended",
    },
)
"""While it settles, what belongs to it is waited for: the end of a response that was cut off, the acknowledgement of a
truncation."""

TRANSCRIPTION = Machine(
    "transcription",
    "The text of what the user said in one item.",
    "absent",
    {
        ("absent", "committed"): "pending",
        ("absent", "completed"): "settled",
        ("absent", "empty"): "settled",
        ("absent", "failed"): "settled",
        ("pending", "completed"): "settled",
        ("pending", "empty"): "settled",
        ("pending", "failed"): "settled",
        ("pending", "timed_out"): "settled",
        ("pending", "session_closed"): "settled",
        ("settled", "completed"): "late",
        ("settled", "empty"): "late",
        ("settled", "failed"): "late",
        ("late", "completed"): "late",
        ("late", "empty"): "late",
        ("late", "failed"): "late",
    },
)
"""A result may come before the commit is seen, and more than once: no move is illegal."""

MACHINES = (SPEECH, ITEM, RESPONSE, PLAYBACK, CALL, TURN, TRANSCRIPTION)
