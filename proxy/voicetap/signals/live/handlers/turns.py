"""Turns, and the tools that are called in them."""

from .... import facts
from ....chunks import Side
from ..figures import add
from ..troubles import SLOW_TURN_SECONDS
from .parts import Handlers, Parts


def _turn_opened(page: Parts, fact: facts.TurnOpened) -> None:
    page.turns.opened(fact)
    page.log.opened(fact.turn, fact.began_at)
    page.log.end_runs(Side.CLIENT)
    page.log.end_runs(Side.SERVER)
    page.user.opened(fact)
    page.transcription.opened(fact)
    page.session.count("turns")


def _turn_answered(page: Parts, fact: facts.TurnAnswered) -> None:
    page.turns.answered(fact)
    page.session.sums.answered(fact.turn, fact.seconds)
    page.session.figures_changed()
    if fact.seconds is not None and fact.seconds > SLOW_TURN_SECONDS:
        page.session.troubles.add("slow_turn")
    page.session.summarize()


def _turn_ended(page: Parts, fact: facts.TurnEnded) -> None:
    page.turns.ended(fact)
    if fact.outcome == "no_response":
        page.session.trouble("no_response")


def _dead_air(page: Parts, fact: facts.DeadAirNoticed) -> None:
    page.marks.dead_air(fact)
    page.session.trouble("dead_air")


def _tool_called(page: Parts, fact: facts.ToolCalled) -> None:
    page.tool.called(fact)
    page.log.remark(fact.at, fact.turn)
    page.session.count("tool_calls")


def _tool_finished(page: Parts, fact: facts.ToolFinished) -> None:
    page.tool.finished(fact)
    if fact.outcome in ("failed", "unanswered"):
        page.session.trouble("tool_failed")
    if fact.outcome == "answered":
        page.log.remark(fact.at, fact.turn)
        if add(page.session.sums.tool, fact.turn, fact.seconds):
            page.session.figures_changed()


HANDLERS: Handlers = {
    facts.DeadAirNoticed: _dead_air,
    facts.ToolCalled: _tool_called,
    facts.ToolFinished: _tool_finished,
    facts.TurnAnswered: _turn_answered,
    facts.TurnEnded: _turn_ended,
    facts.TurnOpened: _turn_opened,
}
