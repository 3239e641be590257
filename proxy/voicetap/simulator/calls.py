"""Calls answered by a scenario: how the upgrade is answered, and who then is on the line."""

import time
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, Protocol

from .admission import Refused, admit
from .beta import Beta
from .disturbed import Disturbed
from .limits import TokensPerMinute
from .protocol import Event, Output, Peer
from .refusal import Refusal
from .scenario import Scenario
from .session import Session, defaults_of
from .settings import Defaults


class Asked(NamedTuple):
    """An upgrade request, as far as it matters."""

    headers: Mapping[str, str]
    subprotocols: Sequence[str]
    query: Mapping[str, str]
    granted: Event | None = None
    """The `session` that the key stands for, where it is a secret made for one."""

    @property
    def model(self) -> str:
        """The model, or Azure's deployment; empty where there is none."""
        granted = (self.granted or {}).get("model")
        return self.query.get("model") or self.query.get("deployment") or granted or ""

    @property
    def kind(self) -> str:
        """Of the session: realtime or transcription."""
        if self.granted is not None:
            return str(self.granted["type"])
        return "transcription" if self.query.get("intent") == "transcription" else "realtime"


class Answer(NamedTuple):
    """How an upgrade request is answered."""

    seconds: float = 0.0
    """After so many."""
    refusal: Refusal | None = None
    """None: with 101."""
    never: bool = False
    """Not at all."""


class Calls(Protocol):
    """What answers the calls of one server, numbered from 1."""

    bytes_per_second: int | None
    """The line to a client."""
    pings: bool
    """The server sends pings of its own; else they are the peer's to send."""
    sidebands: bool
    """Somebody answers who would join a call by its `?call_id=`."""
    defaults: Defaults
    """Of new sessions."""

    def answer(self, number: int, now: float) -> Answer:
        """How the upgrade request is answered."""

    def open(self, number: int, asked: Asked, now: float) -> tuple[Peer, list[Output]]:
        """Who is on the line after the 101, and what is said first."""


class ScenarioCalls:
    """By a scenario; the n-th call of equal seeds makes equal choices."""

    pings = True
    sidebands = False

    def __init__(self, scenario: Scenario, seed: int, now: float) -> None:
        """`now` is when the server begins to serve."""
        self._scenario = scenario
        self._seed = seed
        self._began = now
        self.bytes_per_second = scenario.bytes_per_second
        self.defaults = defaults_of(scenario)

    def answer(self, number: int, now: float) -> Answer:
        """Drawn from what the scenario has at this time."""
        scenario, random = self._scenario.at(now - self._began), Random(f"{self._seed} {number} handshake")
        seconds = random.uniform(*scenario.handshake_seconds)
        draw = random.random() - scenario.unanswered_rate
        if draw < 0:
            return Answer(seconds, never=True)
        for refusal in scenario.refusals:
            draw -= refusal.rate
            if draw < 0:
                return Answer(seconds, refusal)
        return Answer(seconds)

    def open(self, number: int, asked: Asked, now: float) -> tuple[Peer, list[Output]]:
        """A session in the scenario's dialect, with its disturbances; or what is said to who may not have one."""
        scenario, seed = self._scenario, f"{self._seed} {number}"
        created = int(time.time())
        session = Session(asked.model, scenario, seed, began=self._began, at=now, created=created, kind=asked.kind)
        peer = dressed(session, scenario, seed, now)
        try:
            beta = scenario.dialect == "beta"
            admit(asked.headers, asked.subprotocols, asked.query, beta=beta, granted=asked.granted is not None)
        except Refused as refused:
            return peer, session.refuse(refused)
        if asked.granted is not None:
            session.configure(asked.granted, now)
        return peer, peer.begin()


def dressed(session: Session, scenario: Scenario, seed: str, at: float) -> Peer:
    """The session as the scenario shows it to clients: in its dialect, and disturbed."""
    peer: Peer = session
    if scenario.dialect == "beta":
        peer = Beta(peer, TokensPerMinute(scenario.tokens_per_minute, at), at)
    if scenario.disturbances:
        peer = Disturbed(peer, scenario.disturbances, seed, at)
    return peer
