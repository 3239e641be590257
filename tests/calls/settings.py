"""What a call is like: the caller's equipment, the network, the server's configuration, the client's habits."""

from dataclasses import dataclass

from calls.sound import PCM_24K, Format


@dataclass(frozen=True)
class Settings:
    """The defaults make an exact call: no jitter, no delay, speech that begins with a frame of the detector."""

    model: str = "gpt-realtime"
    input_format: Format = PCM_24K
    output_format: Format = PCM_24K

    chunk_ms: int = 20
    """Audio in one append."""
    append_jitter_ms: float = 0.0
    """How late an append may be sent, at most."""
    burst: int = 1
    """Appends that are sent at once."""
    muted_between_turns: bool = False
    """The microphone is open only from shortly before the caller speaks until the server has noticed the end."""
    aligned: bool = True
    """Speech begins with a frame of the detector."""

    uplink_ms: float = 0.0
    downlink_ms: float = 0.0
    network_jitter_ms: float = 0.0
    """Between proxy and server; the client stands beside the proxy."""

    turn_detection: bool = True
    create_response: bool = True
    interrupt_response: bool = True
    idle_timeout_ms: int | None = None
    frame_ms: int = 20
    onset_ms: int = 40
    silence_ms: int = 500
    prefix_ms: int = 300
    """The voice activity detector: its frames, how much voice begins and how much silence ends an utterance."""

    creation_ms: float = 10.0
    """From a commit to the automatic response."""
    cancel_lag_ms: float = 0.0
    """How long generation goes on after it has been cut."""
    cancelled_first: bool = False
    """The cancelled response ends before `speech_started` is told."""
    rejection_code: str | None = "invalid_value"
    """The code of the error that rejects a truncate."""
    acknowledges: bool = True
    """Whether truncates are answered at all."""
    auto_truncate: bool = False
    """The server truncates what it cuts, unasked."""

    transcription_model: str | None = "gpt-4o-transcribe"
    transcribed_seconds: bool = False
    """Usage of transcriptions is told in seconds instead of tokens."""
    text_only: bool = False
    rate_limits: bool = True

    playout_delay_ms: float = 0.0
    """Between the arrival of the first audio and the first sound."""
    estimate: str = "heard"
    """What a truncate tells: `heard`, `elapsed` (wall clock since the first audio), `clamped` (to what has come)."""
    truncates: bool = True
    """Whether the client tells what was heard when speech has cut an answer. When the button has, it always does."""
    event_ids: bool = False
    """The client numbers its events, so that errors name them."""

    sideband: bool = False
    """Media goes by WebRTC; the proxy sees only the events of a second connection."""
