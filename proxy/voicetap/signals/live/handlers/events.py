"""The events as such, and what is wrong with them."""

from .... import facts
from ....chunks import Side
from ...identifiers import shown
from .parts import Handlers, Parts


def _event_received(page: Parts, fact: facts.EventReceived) -> None:
    page.log.add(fact.sender, fact.type, fact.at)


def _unknown_event(page: Parts, fact: facts.UnknownEventReceived) -> None:
    name = shown(fact.type)
    _noted(page, fact.sender, name, fact.at, "unknown")
    page.marks.unknown(fact, name, page.turns.latest)
    page.session.trouble("unknown")


def _malformed(page: Parts, fact: facts.MessageMalformed) -> None:
    _noted(page, fact.sender, shown(fact.type) if fact.type else "malformed", fact.at, f"malformed: {fact.reason}")
    page.marks.malformed(fact, page.turns.latest)
    page.session.trouble("malformed")


def _noted(page: Parts, sender: Side, type: str, at: float, note: str) -> None:
    if page.log.grow(sender, type, at):
        page.session.grew()
    else:
        page.log.add(sender, type, at, note)


def _surprise(page: Parts, fact: facts.Surprise) -> None:
    page.marks.surprise(fact, page.turns.latest)
    page.session.trouble("surprise")


def _error(page: Parts, fact: facts.ErrorReported) -> None:
    page.log.remark(fact.at, None, f"error: {shown(fact.code)}")
    page.marks.error(fact, page.turns.latest)
    page.session.trouble("error")


HANDLERS: Handlers = {
    facts.ErrorReported: _error,
    facts.EventReceived: _event_received,
    facts.MessageMalformed: _malformed,
    facts.Surprise: _surprise,
    facts.UnknownEventReceived: _unknown_event,
}
