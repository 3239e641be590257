"""What of it the user gets to hear."""

from .... import facts
from .parts import Handlers, Parts


def _answer_spoken(page: Parts, fact: facts.AnswerSpoken) -> None:
    page.playback.spoken(fact, page.turn_of_response.get(fact.response_id or ""))


def _answer_generated(page: Parts, fact: facts.AnswerGenerated) -> None:
    page.playback.generated(fact)
    page.session.sums.generated_seconds += fact.seconds
    page.session.figures_changed()


def _answer_ended(page: Parts, fact: facts.AnswerEnded) -> None:
    page.playback.ended(fact)


def _underran(page: Parts, fact: facts.PlaybackUnderran) -> None:
    page.playback.underran(fact)


def _interrupted(page: Parts, fact: facts.Interrupted) -> None:
    page.playback.interrupted(fact)
    page.marks.interrupted(fact)
    page.session.count("interruptions")


def _took_effect(page: Parts, fact: facts.InterruptionTookEffect) -> None:
    page.marks.took_effect(fact)


def _overlapped(page: Parts, fact: facts.Overlapped) -> None:
    page.marks.overlapped(fact)


def _truncated(page: Parts, fact: facts.TruncationFinished) -> None:
    page.marks.truncated(fact, page.playback.turn_of(fact.item_id))
    if fact.outcome == "rejected":
        page.session.trouble("truncation_rejected")
    elif fact.outcome == "acknowledged":
        page.session.count("truncations")


def _measured(page: Parts, fact: facts.TruncationMeasured) -> None:
    page.marks.measured(fact)
    page.playback.measured(fact)
    page.session.sums.measured(fact)
    page.session.figures_changed()


HANDLERS: Handlers = {
    facts.AnswerEnded: _answer_ended,
    facts.AnswerGenerated: _answer_generated,
    facts.AnswerSpoken: _answer_spoken,
    facts.Interrupted: _interrupted,
    facts.InterruptionTookEffect: _took_effect,
    facts.Overlapped: _overlapped,
    facts.PlaybackUnderran: _underran,
    facts.TruncationFinished: _truncated,
    facts.TruncationMeasured: _measured,
}
