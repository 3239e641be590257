"""What the user says, and what was understood of it."""

from .... import facts
from ....chunks import Side
from ...identifiers import shown
from ..figures import add
from ..lanes.transcription import OVERDUE
from .parts import Handlers, Parts


def _input_audio(page: Parts, fact: facts.InputAudioReceived) -> None:
    page.session.sums.input_seconds += fact.seconds
    page.session.figures_changed()


def _speech_started(page: Parts, fact: facts.SpeechStarted) -> None:
    # What the client sends now may belong to the next turn.
    page.log.end_runs(Side.CLIENT)
    page.user.started(fact)


def _speech_stopped(page: Parts, fact: facts.SpeechStopped) -> None:
    page.user.stopped(fact)


def _speech_committed(page: Parts, fact: facts.SpeechCommitted) -> None:
    page.user.committed(fact)


def _transcription_started(page: Parts, fact: facts.TranscriptionStarted) -> None:
    page.transcription.started(fact)


def _transcription_finished(page: Parts, fact: facts.TranscriptionFinished) -> None:
    span = page.transcription.finished(fact)
    if fact.outcome in OVERDUE:
        page.session.trouble("transcription_missing")
        return
    why = f"{fact.outcome}: {shown(fact.code)}" if fact.code else fact.outcome
    page.log.remark(fact.at, span.turn, None if fact.outcome == "completed" else why)
    if fact.outcome == "failed":
        page.session.trouble("transcription_failed")
    if add(page.session.sums.transcription, span.turn, fact.seconds):
        page.session.figures_changed()


def _transcription_late(page: Parts, fact: facts.TranscriptionLate) -> None:
    span, seconds = page.transcription.late(fact)
    if span is None:
        return
    page.log.remark(fact.at, span.turn, "late")
    if span.outcome not in OVERDUE or seconds is None:
        return
    page.session.troubles.add("transcription_missing", -1)
    if fact.outcome == "failed":
        page.session.troubles.add("transcription_failed")
    elif add(page.session.sums.transcription, span.turn, seconds):
        page.session.figures_changed()
    page.session.summarize()


def _transcription_forgotten(page: Parts, fact: facts.TranscriptionForgotten) -> None:
    page.transcription.forgotten(fact)


HANDLERS: Handlers = {
    facts.InputAudioReceived: _input_audio,
    facts.SpeechCommitted: _speech_committed,
    facts.SpeechStarted: _speech_started,
    facts.SpeechStopped: _speech_stopped,
    facts.TranscriptionFinished: _transcription_finished,
    facts.TranscriptionForgotten: _transcription_forgotten,
    facts.TranscriptionLate: _transcription_late,
    facts.TranscriptionStarted: _transcription_started,
}
