import pytest

from voicetap.signals.metric import Kind, Metric


@pytest.mark.parametrize(
    ("metric", "full_name", "otel_name"),
    [
        (Metric("turns_total", Kind.COUNTER, "", unit="{turn}"), "voicetap_turns_total", "voicetap.turns"),
        (Metric("wait_seconds", Kind.HISTOGRAM, "", unit="s"), "voicetap_wait_seconds", "voicetap.wait"),
        (Metric("audio_seconds_total", Kind.COUNTER, "", unit="s"), "voicetap_audio_seconds_total", "voicetap.audio"),
        (
            Metric("relayed_bytes_total", Kind.COUNTER, "", unit="By"),
            "voicetap_relayed_bytes_total",
            "voicetap.relayed",
        ),
        (Metric("sessions", Kind.GAUGE, "", unit="{session}"), "voicetap_sessions", "voicetap.sessions"),
        (Metric("build_info", Kind.GAUGE, ""), "voicetap_build_info", "voicetap.build_info"),
        (Metric("bytes_seconds", Kind.GAUGE, "", unit="By"), "voicetap_bytes_seconds", "voicetap.bytes_seconds"),
    ],
)
def test_a_metric_has_its_name_in_both_dialects(metric: Metric, full_name: str, otel_name: str) -> None:
    assert (metric.full_name, metric.otel_name) == (full_name, otel_name)
