"""A peer that behaves, and what goes wrong between it and its client."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from random import Random
from typing import Any, NamedTuple

from .agenda import Agenda, Script
from .disturbance import Change, Delay, Disturbance, Drop, End, Garble, Hush, Insert, Repeat, Reset, Shut
from .identity import Ids
from .protocol import ApiError, Binary, Close, Event, HangUp, Output, Peer, Send, Text


class _Hushed(NamedTuple):
    """Nothing is sent from here on for so many seconds; None: ever."""

    seconds: float | None


class _Resumed:
    """What was held back is sent."""


Step = Output | _Hushed | _Resumed


class Disturbed:
    """Any peer, disturbed; equal seeds and equal input give equal disturbances."""

    def __init__(self, peer: Peer, disturbances: Iterable[Disturbance], seed: str, at: float) -> None:
        """`at` is when the session begins, from which the times of disturbances count."""
        self._peer = peer
        self._began = at
        self._random = Random(f"{seed} disturbances")
        self._ids = Ids(Random(f"{seed} ids of disturbances"))
        self._at_events = [one for one in disturbances if one.on is not None]
        self._happened: dict[int, int] = {}
        """id() of a disturbance -> how often it has."""
        self._agenda: Agenda[Step] = Agenda()
        for one in disturbances:
            if one.at is not None:
                self._agenda.add(self._timed(one), at + one.at)
        self._hushes = 0
        self._held: list[Output] = []
        """What was to be sent while nothing is."""
        self._over = False
        self.id = peer.id

    @property
    def due(self) -> float | None:
        """Whichever is first."""
        if self._over:
            return None
        return min((due for due in (self._peer.due, self._agenda.due) if due is not None), default=None)

    @property
    def silent(self) -> bool:
        """While it is hushed."""
        return self._hushes > 0 or self._peer.silent

    def begin(self) -> list[Output]:
        """The peer's, disturbed; so are the others."""
        return self._passed(self._peer.begin(), self._began)

    def receive(self, message: Event | ApiError, at: float) -> list[Output]:
        """Nothing disturbs what clients send."""
        before = self.advance(at)
        return before + self._passed(self._peer.receive(message, at), at)

    def advance(self, now: float) -> list[Output]:
        """Step by step, so that each thing happens at its own time."""
        outputs: list[Output] = []
        while (due := self.due) is not None and due <= now:
            outputs += self._passed(self._peer.advance(due), due)
            outputs += self._sent(self._agenda.run(due), due)
        return outputs

    def _passed(self, outputs: Iterable[Output], at: float) -> list[Output]:
        disturbed: list[Step] = []
        for output in outputs:
            disturbed += self._disturbed(output, at) if isinstance(output, Send) else (output,)
        return self._sent(disturbed, at)

    def _sent(self, steps: Iterable[Step], at: float) -> list[Output]:
        """What of it is sent now; after an end there is nothing more."""
        if self._over:
            return []
        sent: list[Output] = []
        for step in steps:
            if isinstance(step, _Hushed):
                self._hushes += 1
                if step.seconds is not None:
                    self._agenda.add(iter((_Resumed(),)), at + step.seconds)
            elif isinstance(step, _Resumed):
                self._hushes -= 1
                if not self._hushes:
                    sent += self._held
                    self._held = []
            else:
                (self._held if self._hushes else sent).append(step)
        for place, output in enumerate(sent):
            if isinstance(output, Close | HangUp):
                self._over = True
                return sent[: place + 1]
        return sent

    def _disturbed(self, output: Send, at: float) -> list[Step]:
        """Each disturbance meets what the one before it has left of the event."""
        left: list[Send] = [output]
        after: list[Step] = []
        for one in self._at_events:
            assert one.on is not None
            if not left or not fnmatchcase(left[0].event["type"], one.on) or not self._happens(one):
                continue
            if isinstance(one, Drop):
                left = []
            elif isinstance(one, Repeat):
                left += left[:1]
            elif isinstance(one, Delay):
                self._agenda.add(iter(left), at + one.seconds)
                left = []
            elif isinstance(one, Change):
                left = [Send(_merged(send.event, one.event), send.answers) for send in left]
            elif isinstance(one, Insert | Garble):
                after += self._instead(one)
            else:
                # In place of the event.
                after += self._instead(one)
                left = []
        return [*left, *after]

    def _timed(self, one: Disturbance) -> Script[Step]:
        while True:
            if self._happens(one):
                yield from self._instead(one)
            if one.every is None:
                return
            yield one.every

    def _instead(self, one: Disturbance) -> Iterator[Step]:
        if isinstance(one, Insert):
            named = {"type": one.event["type"]} if "type" in one.event else {}
            yield Send({**named, "event_id": self._ids.new("event"), **one.event})
        elif isinstance(one, Garble):
            yield Binary(bytes(one.binary_bytes or 0)) if one.text is None else Text(one.text)
        elif isinstance(one, Shut):
            if one.error is not None:
                error = ApiError(one.error.code, one.error.message, type=one.error.type).event()
                yield Send({"type": error["type"], "event_id": self._ids.new("event"), **error})
            yield Close(one.code, one.reason)
        elif isinstance(one, Reset | End):
            yield HangUp(reset=isinstance(one, Reset))
        elif isinstance(one, Hush):
            yield _Hushed(one.seconds)

    def _happens(self, one: Disturbance) -> bool:
        happened = self._happened.get(id(one), 0)
        if one.times is not None and happened >= one.times:
            return False
        if one.rate < 1 and self._random.random() >= one.rate:
            return False
        self._happened[id(one)] = happened + 1
        return True


def _merged(event: Event, change: dict[str, Any]) -> Event:
    """Objects are merged, anything else is replaced."""
    merged = dict(event)
    for name, value in change.items():
        before = merged.get(name)
        merged[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged
