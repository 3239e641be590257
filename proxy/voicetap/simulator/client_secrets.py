"""Secrets for clients that must not have the key: each stands for a session as it was asked for."""

from collections import OrderedDict
from itertools import count
from typing import NamedTuple

from . import settings
from .protocol import Event, check_range, invalid_value, optional
from .settings import Defaults

LIFE_SECONDS = 600
"""Where nothing else is asked for."""
_LIFE_SECONDS = 10, 7200
"""Shortest and longest that the API takes."""
_KEPT = 1000
"""Secrets; of more, the oldest are forgotten, and are then keys like any other."""


class Granted(NamedTuple):
    """What a secret stands for: the `session` of its request, with a `type` and a `model`."""

    session: Event
    expires_at: int


class Secrets:
    """Those of one server."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._granted: OrderedDict[str, Granted] = OrderedDict()

    def new(self, body: Event, defaults: Defaults, now: float) -> Event:
        """The answer to a request, at Unix time `now`; raise ApiError."""
        wanted = optional(body, "session", dict) or {}
        kind = optional(wanted, "type", str, within="session") or "realtime"
        if kind not in ("realtime", "transcription"):
            raise invalid_value("session.type", kind, "realtime", "transcription")
        life = optional(body, "expires_after", dict) or {}
        seconds = optional(life, "seconds", int, within="expires_after") or LIFE_SECONDS
        check_range("expires_after.seconds", seconds, *_LIFE_SECONDS)
        model = optional(wanted, "model", str, within="session") or "gpt-realtime"
        number, expires_at = next(self._numbers), int(now) + seconds
        new = settings.new(f"sess_{number:021}", model, 0, kind=kind, defaults=defaults)
        session = settings.updated(new, {**wanted, "type": kind}, defaults)
        value = f"ek_{number:032}"
        self._granted[value] = Granted({**wanted, "type": kind, "model": model}, expires_at)
        if len(self._granted) > _KEPT:
            self._granted.popitem(last=False)
        return {"value": value, "expires_at": expires_at, "session": session}

    def session_of(self, key: str, now: float) -> Event | None:
        """What a key stands for at Unix time `now`; None where it is no secret."""
        granted = self._granted.get(key)
        return granted.session if granted and now < granted.expires_at else None
