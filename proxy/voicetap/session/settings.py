"""What the session is: its id, its model, whether and by what its input is transcribed."""

from collections.abc import Iterable
from urllib.parse import parse_qs

from msgspec import UnsetType

from ..facts import Fact, SessionConfigured
from ..realtime.server import SessionDescribed

QUERY = 8 * 1024
"""Characters of the query that are looked at; each of 64 KB may be a parameter, and take 10 ms together."""


class Settings:
    """The latest `session.*`; until then, and where it names no model, the query of the upgrade request."""

    __slots__ = (
        "_told",
        "model",
        "model_confirmed",
        "session_id",
        "sideband",
        "transcribes",
        "transcription_model",
    )

    def __init__(self, target: str) -> None:
        query = parse_qs(target.partition("?")[2][:QUERY])
        self.sideband = "call_id" in query
        """The media goes elsewhere (WebRTC, SIP): no `session.created`, no audio deltas, and others may act too."""
        self.session_id: str | None = None
        self.model: str | None = next((query[key][0] for key in ("model", "deployment") if key in query), None)
        self.model_confirmed = False
        """A server has named the model; else it is what the client asked for."""
        self.transcribes = False
        self.transcription_model: str | None = None
        self._told: SessionConfigured | None = None

    def described(self, event: SessionDescribed, at: float) -> Iterable[Fact]:
        """Take what the server says of the session; say what has changed."""
        session = event.session
        if session is None:
            return ()
        self.session_id = session.id or self.session_id
        if session.model:
            self.model = session.model
            self.model_confirmed = True
        transcription = session.transcription()
        if not isinstance(transcription, UnsetType):
            self.transcribes = transcription is not None
            self.transcription_model = transcription.model if transcription else None
        fact = SessionConfigured(
            at,
            self.session_id,
            self.model,
            self.model_confirmed,
            self.transcribes,
            self.transcription_model,
        )
        if self._told is not None and _same(fact, self._told):
            return ()
        self._told = fact
        return (fact,)


def _same(one: SessionConfigured, other: SessionConfigured) -> bool:
    """Whether they differ in nothing but time."""
    return all(getattr(one, name) == getattr(other, name) for name in one.__struct_fields__ if name != "at")
