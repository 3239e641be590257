from voicetap.chunks import Side
from voicetap.facts import ConnectionClosed, ErrorReported, SessionConfigured, TurnOpened
from voicetap.signals.counts import Counts
from voicetap.signals.spans.summary import summary

CLOSED = ConnectionClosed(160.0, "server_closed", 1001, "private", Side.SERVER, 60.0)


def test_it_says_how_the_session_ended_and_what_it_came_to() -> None:
    counts = Counts()
    for fact in (TurnOpened(101.0, 1, "text", 101.0), ErrorReported(102.0, "invalid_value", "private")):
        counts.receive(fact)
    configured = SessionConfigured(100.0, "sess_1", "gpt-realtime", True, True, "whisper-1", "realtime", "server_vad")
    assert summary(CLOSED, configured, counts) == {
        "openinference.span.kind": "CHAIN",
        "gen_ai.request.model": "gpt-realtime",
        "output.value": "server_closed",
        "voicetap.session.close_code": 1001,
        "voicetap.session.closed_by": "server",
        "voicetap.session.duration_seconds": 60.0,
        "voicetap.session.end": "server_closed",
        "voicetap.session.errors": 1,
        "voicetap.session.transcription_model": "whisper-1",
        "voicetap.session.turn_detection": "server_vad",
        "voicetap.session.turns": 1,
    }


def test_where_voicetap_ended_it_nobody_else_did() -> None:
    drained = ConnectionClosed(160.0, "drained", None, "", None, None)
    assert summary(drained, None, Counts()) == {
        "openinference.span.kind": "CHAIN",
        "output.value": "drained",
        "voicetap.session.closed_by": "voicetap",
        "voicetap.session.end": "drained",
    }
