import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from voicetap.chunks import Side
from voicetap.facts import (
    AnswerSpoken,
    BytesRelayed,
    ConnectionClosed,
    ErrorReported,
    EventReceived,
    Fact,
    GapOpened,
    HandshakeAnswered,
    HttpAnswered,
    MessageMalformed,
    SessionConfigured,
    SessionStarted,
    SessionStartFailed,
    TranscriptionFinished,
    TranscriptionForgotten,
    TranscriptionLate,
    TranscriptionStarted,
    TruncationFinished,
    UnknownEventReceived,
)
from voicetap.signals.metrics import Metrics

MODEL, TRANSCRIBER = "gpt-realtime", "gpt-4o-transcribe"


class Exposition:
    """The lines of /metrics that differ from those of a process that has seen nothing yet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self._fresh = self._lines()

    def _lines(self) -> list[str]:
        lines = generate_latest(self.registry).decode().splitlines()
        return [line.removeprefix("voicetap_") for line in lines if not line.startswith("#")]

    def changed(self) -> list[str]:
        return [line for line in self._lines() if line not in self._fresh and not line.endswith(" 0.0")]


CALL: list[Fact] = [
    HandshakeAnswered(0.1, "101", 0.03),
    BytesRelayed(0.2, Side.SERVER, 1000),
    EventReceived(0.2, Side.SERVER, "session.created"),
    SessionConfigured(0.2, "sess_1", MODEL, True, False, None),
    SessionStarted(0.2, "sess_1", MODEL, 0.2),
    BytesRelayed(0.3, Side.CLIENT, 500),
    EventReceived(0.3, Side.CLIENT, "session.update"),
    SessionConfigured(0.4, "sess_1", MODEL, True, True, TRANSCRIBER),
    TranscriptionStarted(1.0, "item_1", TRANSCRIBER),
    TranscriptionFinished(1.1, "item_1", "completed", None, None, TRANSCRIBER, True),
    TranscriptionLate(1.2, "item_1", "completed", TRANSCRIBER),
    TranscriptionFinished(1.2, "item_0", "failed", "server_error", "private", TRANSCRIBER, False),
    TranscriptionFinished(1.2, "item_9", "failed", "made_up", "private", "whisper-1", False),
    AnswerSpoken(2.0, "item_A", "resp_1"),
    TruncationFinished(2.1, "item_A", "client", "acknowledged", 900.0),
    TruncationFinished(2.1, "item_A", "client", "rejected", 900.0),
    EventReceived(2.2, Side.SERVER, "response.audio.done"),
    UnknownEventReceived(2.2, Side.SERVER, "nope"),
    MessageMalformed(2.3, Side.CLIENT, "json", None),
    ErrorReported(2.4, "invalid_value", "private"),
    ErrorReported(2.4, "made_up", "private"),
    GapOpened(2.5, Side.CLIENT, "framing"),
    GapOpened(2.5, None, "made_up"),
]
LIVE = [
    'sessions_active{model="gpt-realtime"} 1.0',
    'session_starts_total{outcome="started"} 1.0',
    'session_setup_seconds_bucket{le="0.2"} 1.0',
    'session_setup_seconds_bucket{le="0.3"} 1.0',
    'session_setup_seconds_bucket{le="0.5"} 1.0',
    'session_setup_seconds_bucket{le="0.8"} 1.0',
    'session_setup_seconds_bucket{le="1.0"} 1.0',
    'session_setup_seconds_bucket{le="1.5"} 1.0',
    'session_setup_seconds_bucket{le="2.0"} 1.0',
    'session_setup_seconds_bucket{le="3.0"} 1.0',
    'session_setup_seconds_bucket{le="5.0"} 1.0',
    'session_setup_seconds_bucket{le="10.0"} 1.0',
    'session_setup_seconds_bucket{le="30.0"} 1.0',
    'session_setup_seconds_bucket{le="+Inf"} 1.0',
    "session_setup_seconds_count 1.0",
    "session_setup_seconds_sum 0.2",
    'handshakes_total{outcome="101"} 1.0',
    'upstream_connect_seconds_bucket{le="0.05"} 1.0',
    'upstream_connect_seconds_bucket{le="0.1"} 1.0',
    'upstream_connect_seconds_bucket{le="0.2"} 1.0',
    'upstream_connect_seconds_bucket{le="0.5"} 1.0',
    'upstream_connect_seconds_bucket{le="1.0"} 1.0',
    'upstream_connect_seconds_bucket{le="2.0"} 1.0',
    'upstream_connect_seconds_bucket{le="5.0"} 1.0',
    'upstream_connect_seconds_bucket{le="10.0"} 1.0',
    'upstream_connect_seconds_bucket{le="+Inf"} 1.0',
    "upstream_connect_seconds_count 1.0",
    "upstream_connect_seconds_sum 0.03",
    'relayed_bytes_total{from="client"} 500.0',
    'relayed_bytes_total{from="server"} 1000.0',
    'events_total{from="client",type="session.update"} 1.0',
    'events_total{from="server",type="session.created"} 1.0',
    'events_total{from="server",type="other"} 1.0',
    'events_total{from="server",type="response.audio.done"} 1.0',
    'unknown_events_total{from="server"} 1.0',
    'malformed_messages_total{from="client",reason="json"} 1.0',
    'api_errors_total{code="invalid_value",model="gpt-realtime"} 1.0',
    'api_errors_total{code="other",model="gpt-realtime"} 1.0',
    'transcriptions_total{outcome="completed",transcription_model="gpt-4o-transcribe"} 1.0',
    'transcriptions_total{outcome="failed",transcription_model="gpt-4o-transcribe"} 1.0',
    'transcriptions_total{outcome="failed",transcription_model="whisper-1"} 1.0',
    'late_transcriptions_total{outcome="completed",transcription_model="gpt-4o-transcribe"} 1.0',
    'transcription_failures_total{code="server_error",transcription_model="gpt-4o-transcribe"} 1.0',
    'transcription_failures_total{code="other",transcription_model="whisper-1"} 1.0',
    'truncations_total{initiator="client",model="gpt-realtime",outcome="acknowledged"} 1.0',
    'truncations_total{initiator="client",model="gpt-realtime",outcome="rejected"} 1.0',
    'spoken_answers_total{model="gpt-realtime"} 1.0',
    'observer_gaps_total{reason="framing"} 1.0',
    'observer_gaps_total{reason="other"} 1.0',
]


def test_a_call_as_it_stands_on_the_metrics_page() -> None:
    page = Exposition()
    call = page.metrics.connection()
    for fact in CALL:
        call.receive(fact)
    assert page.changed() == LIVE
    call.receive(ConnectionClosed(9.0, "client_closed", 1000, "bye", Side.CLIENT, 9.0))
    call.close()
    assert set(page.changed()) ^ set(LIVE) == {
        'sessions_active{model="gpt-realtime"} 1.0',
        'sessions_total{end="client_closed",model="gpt-realtime"} 1.0',
        'close_codes_total{closed_by="client",code="1000"} 1.0',
    }


def test_a_session_counts_under_unknown_until_a_server_names_its_model() -> None:
    page = Exposition()
    call = page.metrics.connection()
    call.receive(HandshakeAnswered(0.1, "101", None))
    active = ['sessions_active{model="unknown"} 1.0', 'handshakes_total{outcome="101"} 1.0']
    assert page.changed() == active
    call.receive(SessionConfigured(0.2, None, "what-the-client-asked-for", False, False, None))
    assert page.changed() == active
    call.receive(SessionConfigured(0.2, None, MODEL, True, False, None))
    assert page.changed()[0] == 'sessions_active{model="gpt-realtime"} 1.0'


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        (
            [HandshakeAnswered(1.0, "401", 0.0004)],
            {'handshakes_total{outcome="401"} 1.0', "upstream_connect_seconds_count 1.0"},
        ),
        ([HandshakeAnswered(1.0, "connect_error", None)], {'handshakes_total{outcome="connect_error"} 1.0'}),
        (
            [
                HandshakeAnswered(1.0, "101", None),
                SessionStartFailed(2.0, "refused", "invalid_api_key"),
                ConnectionClosed(2.0, "refused", 3000, "", Side.SERVER, 1.0),
            ],
            {
                'handshakes_total{outcome="101"} 1.0',
                'session_starts_total{outcome="refused"} 1.0',
                'sessions_total{end="refused",model="unknown"} 1.0',
                'close_codes_total{closed_by="server",code="3000"} 1.0',
            },
        ),
        (
            [HandshakeAnswered(1.0, "101", None), ConnectionClosed(2.0, "drained", 1006, "", None, 1.0)],
            {
                'handshakes_total{outcome="101"} 1.0',
                'sessions_total{end="drained",model="unknown"} 1.0',
                'close_codes_total{closed_by="voicetap",code="1006"} 1.0',
            },
        ),
        ([EventReceived(1.0, Side.CLIENT, "made up")], {'events_total{from="client",type="other"} 1.0'}),
        (
            [UnknownEventReceived(1.0, Side.CLIENT, "made up")],
            {'events_total{from="client",type="other"} 1.0', 'unknown_events_total{from="client"} 1.0'},
        ),
        ([BytesRelayed(1.0, Side.CLIENT, 7)], {'relayed_bytes_total{from="client"} 7.0'}),
        ([TranscriptionStarted(1.0, "item_1", None)], {"transcriptions_pending 1.0"}),
        ([TranscriptionStarted(1.0, "item_1", None), TranscriptionForgotten(2.0, "item_1")], set()),
        ([TranscriptionForgotten(2.0, "item_1")], set()),
        (
            [ConnectionClosed(2.0, "server_closed", None, "", Side.SERVER, 1.0)],
            {'sessions_total{end="server_closed",model="unknown"} 1.0'},
        ),
        (
            [TruncationFinished(1.0, "a", "unknown", "acknowledged", None)],
            {'truncations_total{initiator="unknown",model="unknown",outcome="acknowledged"} 1.0'},
        ),
    ],
)
def test_what_else_a_connection_may_bring(facts: list[Fact], lines: set[str]) -> None:
    page = Exposition()
    call = page.metrics.connection()
    for fact in facts:
        call.receive(fact)
    assert {line for line in page.changed() if "_bucket" not in line and "_sum" not in line} == lines


def test_facts_without_a_metric_are_let_go() -> None:
    class Something(Fact, frozen=True, gc=False):
        pass

    page = Exposition()
    page.metrics.connection().receive(Something(1.0))
    page.metrics.receive(Something(1.0))
    page.metrics.close()
    assert page.changed() == []


def test_plain_requests_and_the_proxy_itself() -> None:
    page = Exposition()
    page.metrics.receive(HttpAnswered(1.0, "/v1/realtime/client_secrets?x=1", 200))
    page.metrics.receive(HttpAnswered(1.0, "/v1/chat", 302))
    page.metrics.observer_lagged(0.3)
    page.metrics.sink_failed("metrics")
    page.metrics.sink_failed("made up")
    assert [line for line in page.changed() if "_bucket" not in line] == [
        'http_requests_total{route="/realtime/client_secrets",status="2xx"} 1.0',
        'http_requests_total{route="other",status="3xx"} 1.0',
        "observer_lag_seconds_count 1.0",
        "observer_lag_seconds_sum 0.3",
        'sink_failures_total{sink="metrics"} 1.0',
        'sink_failures_total{sink="other"} 1.0',
    ]


def gauges(page: Exposition) -> set[str]:
    return {line for line in page.changed() if line.startswith(("sessions_active", "transcriptions_pending"))}


@given(st.lists(st.sampled_from([*CALL, TranscriptionStarted(1.0, "x", None)])), st.booleans(), st.booleans())
def test_gauges_are_back_at_zero_however_a_connection_ends(facts: list[Fact], closed: bool, both: bool) -> None:
    page = Exposition()
    other = page.metrics.connection()
    other.receive(HandshakeAnswered(0.0, "101", None))
    other.receive(TranscriptionStarted(0.0, "y", None))
    call = page.metrics.connection()
    for fact in facts:
        call.receive(fact)
    if closed:
        call.receive(ConnectionClosed(9.0, "upstream_lost", 1006, "", Side.SERVER, 9.0))
    if both or not closed:
        call.close()
    assert gauges(page) == {'sessions_active{model="unknown"} 1.0', "transcriptions_pending 1.0"}


def test_ten_thousand_names_of_an_attacker_make_no_more_series_than_a_few() -> None:
    page = Exposition()
    name = 'x"\\\n\x00\x1b[2J\u202e{}'
    for number in range(10_000):
        call = page.metrics.connection()
        text = f"{name}{number}" if number % 2 else f"model-{number}"
        for fact in (
            HandshakeAnswered(0.0, text, None),
            SessionConfigured(0.0, text, text, True, True, text),
            SessionStarted(0.0, text, text, 0.1),
            EventReceived(0.0, Side.CLIENT, text),
            UnknownEventReceived(0.0, Side.SERVER, text),
            ErrorReported(0.0, text, text),
            TranscriptionFinished(0.0, text, "failed", text, text, text, False),
            TruncationFinished(0.0, text, "server", "acknowledged", 1e300),
            GapOpened(0.0, None, text),
            ConnectionClosed(0.0, "server_closed", number * 7, text, Side.SERVER, 0.0),
        ):
            call.receive(fact)
        page.metrics.receive(HttpAnswered(0.0, f"/v1/realtime/calls/{text}", number % 1000))
    exposition = generate_openmetrics(page.registry).decode()
    families = list(text_string_to_metric_families(exposition))
    assert sum(len(family.samples) for family in families) < 1_800
    models = {sample.labels["model"] for family in families for sample in family.samples if "model" in sample.labels}
    assert len(models) == 22
    assert "\x1b" not in exposition


def test_nothing_private_is_exposed() -> None:
    page = Exposition()
    call = page.metrics.connection()
    for fact in CALL:
        call.receive(fact)
    call.receive(ConnectionClosed(9.0, "client_closed", 1000, "private", Side.CLIENT, 9.0))
    exposition = generate_latest(page.registry).decode()
    assert "private" not in exposition
    ids = {getattr(fact, field) for fact in CALL for field in msgspec.structs.asdict(fact) if field.endswith("_id")}
    assert [found for found in ids if found and found in exposition] == []
