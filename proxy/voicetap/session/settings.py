"""What the session is: its id, its model, what it is for, its audio, its turn detection, its transcription."""

from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qs

from msgspec import UNSET, UnsetType

from ..facts import Fact, SessionConfigured
from ..realtime.objects import SessionObject, TurnDetection
from ..realtime.server import SessionDescribed

QUERY = 8 * 1024
"""Characters of the query that are looked at; each of 64 KB may be a parameter, and take 10 ms together."""

BYTES_PER_MS = 48.0
"""Of audio whose format is not known: pcm16, 24 kHz, one channel, which is the API's default."""

SERVER_VAD = "server_vad"
"""The API's default type of turn detection."""

Purpose = Literal["realtime", "transcription", "translation"]

_PURPOSES: dict[str | None, Purpose] = {
    "realtime": "realtime",
    "transcription": "transcription",
    "translation": "translation",
}
"""`session.type` -> purpose."""


class Settings:
    """The latest `session.*`; until then, and where it leaves something out, the target of the upgrade request, what
    was said before, and the API's defaults, in this order."""

    __slots__ = (
        "_detection",
        "_told",
        "expires_at",
        "input_bytes_per_ms",
        "model",
        "model_confirmed",
        "output_bytes_per_ms",
        "purpose",
        "session_id",
        "sideband",
        "transcribes",
        "transcription_model",
    )

    def __init__(self, target: str) -> None:
        path, _, parameters = target.partition("?")
        query = parse_qs(parameters[:QUERY])
        self.sideband = "call_id" in query
        """The media goes elsewhere (WebRTC, SIP): no `session.created`, no audio deltas, and others may act too."""
        self.session_id: str | None = None
        self.model: str | None = next((query[key][0] for key in ("model", "deployment") if key in query), None)
        self.model_confirmed = False
        """A server has named the model; else it is what the client asked for."""
        self.purpose: Purpose = "realtime"
        """Only a realtime session has responses and turns."""
        if query.get("intent", [""])[0] == "transcription":
            self.purpose = "transcription"
        elif path.rstrip("/").endswith("/translations"):
            self.purpose = "translation"
        self.transcribes = False
        self.transcription_model: str | None = None
        self.input_bytes_per_ms = BYTES_PER_MS
        """Of the audio that the client appends; above 0."""
        self.output_bytes_per_ms = BYTES_PER_MS
        """Of the audio in answers; above 0."""
        self.expires_at: float | None = None
        """When the server ends the session: seconds since 1970; None: not said."""
        self._detection: TurnDetection | UnsetType | None = UNSET
        """None: off. UNSET: never described."""
        self._told: SessionConfigured | None = None

    @property
    def detects_turns(self) -> bool:
        """The server finds out that the user has spoken. True also where that was never described."""
        return self._detection is not None

    @property
    def silence_ms(self) -> float | None:
        """How much silence ends speech; None where that is not known, not fixed (semantic VAD), or detection is off."""
        detection = self._detection
        if not isinstance(detection, TurnDetection) or "semantic" in (detection.type or ""):
            return None
        silence = detection.silence_duration_ms
        return float(silence) if silence is not None and silence >= 0 else None

    @property
    def creates_responses(self) -> bool:
        """The server answers speech by itself."""
        detection = self._detection
        return detection is not None and (detection is UNSET or detection.create_response is not False)

    @property
    def interrupts(self) -> bool:
        """Speech cancels the answer in progress. Where detection is off there should be none, and this is true."""
        detection = self._detection
        return not isinstance(detection, TurnDetection) or detection.interrupt_response is not False

    def described(self, event: SessionDescribed, at: float) -> Iterable[Fact]:
        """Take what the server says of the session; say what has changed."""
        session = event.session
        if event.type.startswith("transcription_session."):
            self.purpose = "transcription"
        if session is None:
            return ()
        self._take(session)
        fact = SessionConfigured(
            at,
            self.session_id,
            self.model,
            self.model_confirmed,
            self.transcribes,
            self.transcription_model,
            self.purpose,
            self._detection_type(),
            self.expires_at,
        )
        if self._told is not None and _same(fact, self._told):
            return ()
        self._told = fact
        return (fact,)

    def _take(self, session: SessionObject) -> None:
        self.session_id = session.id or self.session_id
        if session.model:
            self.model = session.model
            self.model_confirmed = True
        self.purpose = _PURPOSES.get(session.type, self.purpose)
        if session.expires_at is not None and session.expires_at > 0:
            self.expires_at = float(session.expires_at)
        transcription = session.transcription()
        if not isinstance(transcription, UnsetType):
            self.transcribes = transcription is not None
            self.transcription_model = transcription.model if transcription else None
        detection = session.turn_detection()
        if not isinstance(detection, UnsetType):
            self._detection = detection
        sent, received = session.input_format(), session.output_format()
        if not isinstance(sent, UnsetType):
            self.input_bytes_per_ms = sent or BYTES_PER_MS
        if not isinstance(received, UnsetType):
            self.output_bytes_per_ms = received or BYTES_PER_MS

    def _detection_type(self) -> str | None:
        detection = self._detection
        if not isinstance(detection, TurnDetection):
            return None
        return SERVER_VAD if isinstance(detection.type, UnsetType) else detection.type


def _same(one: SessionConfigured, other: SessionConfigured) -> bool:
    """Whether they differ in nothing but time."""
    return all(getattr(one, name) == getattr(other, name) for name in one.__struct_fields__ if name != "at")
