"""What the model makes."""

from .... import facts
from ....chunks import Side
from ...identifiers import shown
from ..figures import add
from .parts import Handlers, Parts


def _response_started(page: Parts, fact: facts.ResponseStarted) -> None:
    page.log.remark(fact.at, fact.turn)
    page.log.end_runs(Side.SERVER)
    page.turn_of_response.put(fact.response_id, fact.turn)
    page.log.answering = fact.turn
    page.response.started(fact)


def _output_began(page: Parts, fact: facts.OutputBegan) -> None:
    if fact.response_id not in page.turn_of_response:
        page.turn_of_response.put(fact.response_id, fact.turn)
    page.log.answering = fact.turn
    page.response.output_began(fact)


def _audio_began(page: Parts, fact: facts.AudioBegan) -> None:
    page.response.audio_began(fact)
    page.playback.audio_began(fact)
    if add(page.session.sums.first_audio, fact.turn, fact.seconds):
        page.session.figures_changed()


def _response_finished(page: Parts, fact: facts.ResponseFinished) -> None:
    page.response.finished(fact)
    if fact.status != "unfinished":
        reason = f"{fact.status}: {shown(fact.reason)}" if fact.reason else fact.status
        page.log.remark(fact.at, fact.turn, None if fact.status == "completed" else reason)
    if fact.status == "failed":
        page.session.trouble("response_failed")
    elif fact.status == "incomplete":
        page.session.trouble("response_incomplete")


HANDLERS: Handlers = {
    facts.AudioBegan: _audio_began,
    facts.OutputBegan: _output_began,
    facts.ResponseFinished: _response_finished,
    facts.ResponseStarted: _response_started,
}
