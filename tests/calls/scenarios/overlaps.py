"""Speech does not stop answers here (interrupt_response false), unless the client does."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Plan


@scenario("overlap_while_generating", interrupt_response=False)
@scenario("overlap_while_generating_without_an_answer", interrupt_response=False, create_response=False)
def overlap_while_generating(call: Call) -> Process:
    yield from _question(call, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(700)
    yield from call.caller.says(600)


@scenario("overlap_while_playing", interrupt_response=False)
@scenario("overlap_while_playing_without_an_answer", interrupt_response=False, create_response=False)
def overlap_while_playing(call: Call) -> Process:
    yield from _question(call, Plan(audio_ms=6000, speed=10))
    yield from call.caller.hears(2000)
    yield from call.caller.says(600)


@scenario(interrupt_response=False, create_response=False)
def overlap_that_the_client_stops_while_generating(call: Call) -> Process:
    yield from _question(call, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(700)
    yield from call.caller.says(600)
    call.client.presses_stop()


@scenario(interrupt_response=False, create_response=False)
def overlap_that_the_client_stops_while_playing(call: Call) -> Process:
    yield from _question(call, Plan(audio_ms=6000, speed=10))
    yield from call.caller.hears(2000)
    yield from call.caller.says(600)
    call.client.presses_stop()


@scenario(interrupt_response=False)
def overlaps_of_two_utterances(call: Call) -> Process:
    yield from _question(call, Plan(audio_ms=9000, speed=10))
    for _ in range(2):
        yield from call.caller.hears(1000)
        yield from call.caller.says(600)
        yield 1500.0


@scenario(interrupt_response=False)
def no_overlap_after_the_answer(call: Call) -> Process:
    yield from _question(call, Plan())
    yield from call.caller.waits_for_quiet()
    yield from call.caller.says(600)


def _question(call: Call, answer: Plan) -> Process:
    """Answered at once, whoever has to create the response."""
    yield from call.caller.asks(1000, answer)
    if not call.settings.create_response:
        yield lambda: call.history.turns
        yield 20.0
        call.client.asks()
