"""What went wrong, in sentences; what is as it should be takes none."""

from collections.abc import Callable

import pytest

from voicetap.signals.report import Report
from voicetap.signals.report.model import Close, Interruptions, RateLimit, TranscriptionFailure
from voicetap.signals.report.trouble import cut_off, troubles


def call(change: Callable[[Report], object] = lambda report: None) -> list[str]:
    """What is said of a call that went well except for one change; a `!` before what is serious."""
    report = Report("call.jsonl", turns=5, answers=5)
    report.session.start, report.session.end = "started", "client_closed"
    report.session.close = Close(1000, "", "client")
    report.responses.completed = 5
    report.transcriptions.completed = 4
    change(report)
    return [f"{'! ' if trouble.serious else ''}{trouble.said}" for trouble in troubles(report)]


def failed(report: Report, *codes: str | None) -> None:
    report.transcriptions.failed = len(codes)
    report.transcription_failures = [TranscriptionFailure("item_1", code) for code in codes]


def fields(of: str, **values: int) -> Callable[[Report], object]:
    """Sets counts of a part of the report."""
    return lambda report: [setattr(getattr(report, of), name, value) for name, value in values.items()]


def field(name: str, value: object) -> Callable[[Report], object]:
    return lambda report: setattr(report, name, value)


def lost(report: Report) -> None:
    report.session.end, report.session.close = "upstream_lost", Close(1006, "", "server")


def closed(report: Report) -> None:
    report.session.end, report.session.close = "server_closed", Close(1011, "", "server")


def scarce(report: Report) -> None:
    report.rate_limits = {"tokens": RateLimit(20_000, 1_500, 1), "requests": RateLimit(100, 50, 1)}


def test_a_call_that_went_well() -> None:
    assert call() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda report: setattr(report.session, "start", "refused"), "! the server refused the session"),
        (lost, "! the server's connection was lost: it ended without a Close frame"),
        (closed, "! the server closed with 1011"),
        (lambda report: failed(report, "server_error"), "! 1 of 5 transcriptions failed: server_error"),
        (
            lambda report: failed(report, "server_error", None, "server_error"),
            "! 3 of 7 transcriptions failed: server_error 2, unknown 1",
        ),
        (fields("transcriptions", pending=1), "! 1 of 5 transcriptions never came"),
        (fields("transcriptions", empty=1), "1 of 5 transcriptions came without text"),
        (fields("transcriptions", late=2), "2 transcriptions came again after the first result"),
        (fields("responses", failed=1), "! 1 of 6 responses failed"),
        (
            fields("responses", failed=1, unfinished=1),
            "! 2 of 7 responses went wrong: 1 failed, 1 never ended",
        ),
        (field("errors", {"invalid_value": 2, "x": 3}), "! 5 errors from the server: x 3, invalid_value 2"),
        (fields("dead_air", speech=1), "! dead air: the user waited more than 5 s once after speech"),
        (
            fields("dead_air", speech=1, request=2),
            "! dead air: the user waited more than 5 s 3 times: 1 after speech, 2 after a request",
        ),
        (field("fell_silent", 1), "! after an error the agent fell silent for 30 s once"),
        (fields("turn_outcomes", no_response=5), "! all 5 turns got no response"),
        (fields("tool_outcomes", unanswered=1), "! the one tool call got no output"),
        (fields("interruptions", playing=2), "2 of 5 answers were cut off while being heard"),
        (fields("truncations", rejected=1), "1 truncation was rejected by the server"),
        (fields("truncations", unanswered=2), "2 truncations got no answer from the server"),
        (field("overlaps", 2), "the user spoke over an answer that went on twice"),
        (field("underruns", 1), "playback ran out of audio once, for 0 ms (estimated)"),
        (scarce, "! rate limit tokens: 1,500 of 20,000 left at the end"),
        (lambda report: setattr(report.events, "unknown", {"nope": 1}), "1 event of unknown type: nope"),
        (field("surprise_details", {"a: b": 1}), "1 event made no sense where it came: a: b"),
        (field("left_out", {"latency_ms.turn": 7}), "lists of this report that are cut short: latency_ms.turn 7"),
    ],
)
def test_one_thing_went_wrong(change: Callable[[Report], object], said: str) -> None:
    assert call(change) == [said]


def test_why_responses_failed_is_said_and_why_others_were_cancelled_is_not() -> None:
    def change(report: Report) -> None:
        report.responses.failed = 1
        report.response_reasons = {"turn_detected": 3, "rate_limit_exceeded": 1}

    assert call(change) == ["! 1 of 6 responses failed (rate_limit_exceeded)"]


def test_what_is_serious_comes_first() -> None:
    def change(report: Report) -> None:
        report.overlaps = 1
        report.transcriptions.empty = 1
        report.events.malformed, report.events.malformed_reasons = 1, {"json": 1}

    assert [said.startswith("!") for said in call(change)] == [True, False, False]


@pytest.mark.parametrize(
    ("phases", "unheard", "said"),
    [
        (Interruptions(), 0, None),
        (Interruptions(), 0.5, "0.5 s of audio went unheard"),
        (Interruptions(before_audio=1), 0, "1 of 6 answers was cut off before any audio"),
        (
            Interruptions(before_audio=1, playing=1),
            1.4,
            "2 of 6 answers were cut off: 1 before any audio, 1 while being heard; 1.4 s of audio went unheard",
        ),
        (Interruptions(generating=7), 0, "all 7 answers were cut off while being made"),
    ],
)
def test_answers_cut_off(phases: Interruptions, unheard: float, said: str | None) -> None:
    assert cut_off(6, phases, unheard) == said
