"""What comes of the transcription of what was said, and when."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Heard, Plan


def _one(call: Call, heard: Heard) -> Process:
    yield from call.caller.asks(1000, Plan(thinking_ms=400, audio_ms=2000, speed=2), heard=heard)
    yield from call.caller.waits_for_quiet()


@scenario("transcribed_with_usage_in_seconds", transcribed_seconds=True)
@scenario("not_transcribed", transcription_model=None)
@scenario()
def transcribed_while_generating(call: Call) -> Process:
    yield from _one(call, Heard(after_ms=600))


@scenario()
def transcribed_before_the_answer(call: Call) -> Process:
    yield from _one(call, Heard(after_ms=4, deltas=False))


@scenario()
def transcribed_after_the_answer(call: Call) -> Process:
    yield from _one(call, Heard(after_ms=3000))


@scenario()
def transcribed_long_after_everything(call: Call) -> Process:
    yield from _one(call, Heard(after_ms=17_000))


@scenario()
def transcribed_out_of_order(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=5000), heard=Heard(after_ms=6000))
    yield from call.caller.hears(500)
    yield from call.caller.asks(800, heard=Heard(after_ms=200))
    yield from call.caller.waits_for_quiet()


@scenario()
def transcription_failures(call: Call) -> Process:
    yield from _one(call, Heard(outcome="failed", deltas=False))
    yield from _one(call, Heard(outcome="failed", code="DeploymentNotFound", after_ms=1500, deltas=False))
    yield from _one(call, Heard(outcome="failed", code="audio_unintelligible"))
    yield from _one(call, Heard())


@scenario()
def transcription_never_comes(call: Call) -> Process:
    yield from _one(call, Heard(outcome="never"))
    yield from _one(call, Heard())


@scenario()
def transcription_comes_twice(call: Call) -> Process:
    yield from _one(call, Heard(repeats=1))


@scenario()
def transcription_comes_after_its_failure(call: Call) -> Process:
    yield from _one(call, Heard(outcome="failed", repeats=1))


@scenario()
def transcription_without_words(call: Call) -> Process:
    yield from _one(call, Heard(words=""))
    yield from _one(call, Heard(words="", repeats=1))


@scenario()
def transcription_grows(call: Call) -> Process:
    yield from _one(call, Heard(after_ms=100, cumulative=3, deltas=False))
    yield from _one(call, Heard(after_ms=100, cumulative=3, deltas=False, repeats=2))
