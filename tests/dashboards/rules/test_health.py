"""Half a day of calls as they should be, in every metric that an alert looks at, on two replicas: nobody is told."""

from pathlib import Path

import pytest

from dashboards.rules import alert_groups
from support.expressions import alert_rules, metrics_of
from support.promtool import HEALTH, Moment, Story, grows, holds, stays

HOURS = 12
LENGTH = HOURS * 60.0

MODEL, TRANSCRIBER = 'model="gpt-realtime"', 'transcription_model="gpt-4o-transcribe"'

A_MINUTE = {
    # 20 turns a minute; nothing is perfect.
    f'voicetap_transcriptions_total{{{TRANSCRIBER}, outcome="completed"}}': 19,
    f'voicetap_transcriptions_total{{{TRANSCRIBER}, outcome="empty"}}': 0.9,
    f'voicetap_transcriptions_total{{{TRANSCRIBER}, outcome="failed"}}': 0.05,
    f'voicetap_transcriptions_total{{{TRANSCRIBER}, outcome="timed_out"}}': 0.03,
    f'voicetap_transcriptions_total{{{TRANSCRIBER}, outcome="session_closed"}}': 1.5,
    f'voicetap_transcription_failures_total{{{TRANSCRIBER}, code="server_error"}}': 0.05,
    f'voicetap_late_transcriptions_total{{{TRANSCRIBER}, outcome="completed"}}': 0.02,
    f"voicetap_turn_latency_seconds_count{{{MODEL}}}": 20,
    f'voicetap_turn_latency_seconds_bucket{{{MODEL}, le="1.5"}}': 19.5,
    f'voicetap_turns_total{{{MODEL}, opened_by="speech", outcome="completed"}}': 16,
    f'voicetap_turns_total{{{MODEL}, opened_by="speech", outcome="interrupted"}}': 4,
    'voicetap_dead_air_total{after="speech"}': 0.1,
    "voicetap_silent_sessions_total": 0.05,
    f'voicetap_responses_total{{{MODEL}, status="completed", reason="none"}}': 18,
    f'voicetap_responses_total{{{MODEL}, status="cancelled", reason="turn_detected"}}': 3,
    f'voicetap_responses_total{{{MODEL}, status="failed", reason="server_error"}}': 0.05,
    f"voicetap_spoken_answers_total{{{MODEL}}}": 20,
    f'voicetap_interruptions_total{{{MODEL}, phase="playing", cause="turn_detected"}}': 4,
    f'voicetap_truncations_total{{{MODEL}, initiator="client", outcome="acknowledged"}}': 4,
    f'voicetap_truncations_total{{{MODEL}, initiator="client", outcome="rejected"}}': 0.2,
    f'voicetap_api_errors_total{{{MODEL}, code="invalid_value"}}': 0.2,
    # Two calls a minute.
    'voicetap_handshakes_total{outcome="101"}': 2,
    'voicetap_handshakes_total{outcome="5xx"}': 0.005,
    'voicetap_handshakes_total{outcome="abandoned"}': 0.05,
    'voicetap_handshakes_total{outcome="draining"}': 0.2,
    'voicetap_session_starts_total{outcome="started"}': 2,
    'voicetap_session_starts_total{outcome="closed"}': 0.005,
    f'voicetap_sessions_total{{{MODEL}, end="client_closed"}}': 1.9,
    f'voicetap_sessions_total{{{MODEL}, end="expired"}}': 0.05,
    'voicetap_close_codes_total{closed_by="client", code="1000"}': 1.9,
    'voicetap_close_codes_total{closed_by="server", code="1001"}': 0.05,
    'voicetap_close_codes_total{closed_by="server", code="1006"}': 0.05,
    # voicetap itself.
    'voicetap_observer_gaps_total{reason="oversize"}': 0.01,
    'voicetap_sink_failures_total{sink="traces"}': 0.01,
    'voicetap_telemetry_dropped_total{signal="traces"}': 0,
    'voicetap_event_loop_lag_seconds_bucket{le="0.1"}': 59.9,
    "voicetap_event_loop_lag_seconds_count": 60,
    'voicetap_events_total{from="server", type="response.output_audio.delta"}': 4000,
    'voicetap_unknown_events_total{from="server"}': 0.5,
}
LEVEL = {
    "up": 1.0,
    'voicetap_sessions_expiring{within="5m"}': 1,
    f"voicetap_sessions_active{{{MODEL}}}": 10,
    f'voicetap_rate_limit_remaining{{{MODEL}, name="tokens"}}': 30_000,
    f'voicetap_rate_limit_limit{{{MODEL}, name="tokens"}}': 40_000,
    "process_resident_memory_bytes": 80e6,
    "process_start_time_seconds": 1.7e9,
}


def of(instance: str, series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    return f'{name}{{job="voicetap", instance="{instance}"{", " if labels else ""}{labels}}}'


@pytest.mark.slow
@pytest.mark.parametrize("group", alert_groups(), ids=lambda group: group["name"])
def test_nobody_is_told_of_anything(group: dict[str, list[dict[str, str]]], tmp_path: Path) -> None:
    names = tuple(dict.fromkeys(rule["alert"] for rule in group["rules"]))
    series = {
        of(instance, name): values
        for instance in ("10.0.0.1:9464", "10.0.0.2:9464")
        for name, values in (
            *((name, grows((LENGTH, step))) for name, step in A_MINUTE.items()),
            *((name, stays((LENGTH + 1, value))) for name, value in LEVEL.items()),
        )
    }
    moments = [Moment(f"{hour}h", HEALTH) for hour in range(HOURS + 1)]
    holds(Story("health", names, series, moments), tmp_path)


def test_health_has_every_metric_that_an_alert_looks_at() -> None:
    """An alert that looks at nothing is silent."""
    scraped = {series.partition("{")[0] for series in (*A_MINUTE, *LEVEL)}
    assert {name for rule in alert_rules() for name in metrics_of(rule["expr"])} <= scraped
