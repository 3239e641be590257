"""What the session is, whether there is one, and what it uses."""

from .... import facts
from ...identifiers import shown
from ..times import iso
from .parts import Handlers, Parts


def _configured(page: Parts, fact: facts.SessionConfigured) -> None:
    page.session.configured(fact)
    page.session.summarize(
        session_id=None if fact.session_id is None else shown(fact.session_id),
        model=None if fact.model is None else shown(fact.model),
        transcription_model=None if fact.transcription_model is None else shown(fact.transcription_model),
        purpose=fact.purpose,
        expires_at=iso(fact.expires_at),
    )


def _start_failed(page: Parts, fact: facts.SessionStartFailed) -> None:
    page.marks.start_failed(fact)
    page.session.trouble("start_failed")


def _fell_silent(page: Parts, fact: facts.SessionFellSilent) -> None:
    page.marks.fell_silent(fact, page.turns.latest)
    page.session.trouble("silent")


def _rate_limit(page: Parts, fact: facts.RateLimitReported) -> None:
    page.session.sums.limited(fact, page.session.times.ms(fact.at))
    page.session.figures_changed()


def _usage(page: Parts, fact: facts.UsageReported) -> None:
    page.session.sums.used(fact)
    page.response.used(fact)
    page.session.figures_changed()
    page.session.summarize()


HANDLERS: Handlers = {
    facts.RateLimitReported: _rate_limit,
    facts.SessionConfigured: _configured,
    facts.SessionFellSilent: _fell_silent,
    facts.SessionStartFailed: _start_failed,
    facts.UsageReported: _usage,
}
