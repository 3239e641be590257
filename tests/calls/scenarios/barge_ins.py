"""The caller speaks, or wants silence, while an answer is on its way, being made, or being played."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.client import Client
from calls.plans import Plan, Tool


def created(client: Client) -> bool:
    """An answer is on its way."""
    return any(answer.active for answer in client.answers)


def done(client: Client) -> bool:
    """The latest answer has been made."""
    return bool(client.answers) and not client.answers[-1].active


@scenario()
def barge_in_before_audio(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(thinking_ms=1500))
    yield from call.caller.waits_for(created)
    yield 200.0
    yield from call.caller.asks(800)


@scenario("barge_in_while_generating")
@scenario("barge_in_while_generating_over_a_slow_network", uplink_ms=40, downlink_ms=60)
@scenario("barge_in_with_generation_going_on", uplink_ms=10, downlink_ms=10, cancel_lag_ms=250)
@scenario("barge_in_with_the_cancelled_response_first", cancelled_first=True, acknowledges=False)
def barge_in_while_generating(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=2))
    yield from call.caller.hears(800)
    yield from call.caller.asks(800)


@scenario("barge_in_while_playing")
@scenario("barge_in_while_playing_over_a_slow_network", uplink_ms=40, downlink_ms=60)
@scenario("barge_in_while_playing_without_truncate", truncates=False)
@scenario("barge_in_while_playing_without_acknowledgement", acknowledges=False)
def barge_in_while_playing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=5000, speed=10))
    yield from call.caller.hears(2000)
    yield from call.caller.asks(800)


@scenario()
def barge_in_after_everything_was_heard(call: Call) -> Process:
    yield from call.caller.asks(1000)
    yield from call.caller.waits_for_quiet()
    yield 100.0
    yield from call.caller.asks(800)


@scenario(silence_ms=300)
def answer_after_answer_cut_during_one_utterance(call: Call) -> Process:
    call.server.expect(*[Plan(thinking_ms=900)] * 4)
    for _ in range(4):
        yield from call.caller.says(700)
        yield 600.0
    yield from call.caller.says(700)


@scenario()
def answers_wanted_while_the_caller_speaks(call: Call) -> Process:
    call.agenda.after(400, call.client.asks)
    call.agenda.after(900, call.client.asks)
    yield from call.caller.asks(2000)


@scenario(creation_ms=900, silence_ms=300)
def speech_before_the_answer_is_created(call: Call) -> Process:
    yield from call.caller.says(800)
    yield 700.0
    yield from call.caller.says(800)


@scenario()
def barge_in_into_a_function_call(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=0, tools=(Tool(arguments_ms=1000),)))
    yield from call.caller.waits_for(created)
    yield 600.0
    yield from call.caller.asks(800)


@scenario(text_only=True)
def barge_in_into_text(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(text=True, audio_ms=3000))
    yield from call.caller.waits_for(lambda client: client.answers and client.answers[-1].sounded_at)
    yield 500.0
    yield from call.caller.asks(800)


@scenario()
def barge_in_into_two_answers(call: Call) -> Process:
    """One still plays while the next is being made; the listener has heard nothing of that."""
    yield from call.caller.asks(1000, Plan(audio_ms=8000, speed=10))
    yield from call.caller.hears(1500)
    call.client.types("And tomorrow?", answer=Plan(audio_ms=9000, speed=2))
    yield 800.0
    yield from call.caller.asks(800)


@scenario()
def button_stops_before_audio(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(thinking_ms=1500))
    yield from call.caller.waits_for(created)
    yield 300.0
    call.client.presses_stop()


@scenario("button_stops_while_generating")
@scenario("button_stops_while_generating_over_a_slow_network", uplink_ms=40, downlink_ms=60)
def button_stops_while_generating(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=2))
    yield from call.caller.hears(700)
    call.client.presses_stop()


@scenario()
def button_stops_while_playing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=5000, speed=10))
    yield from call.caller.hears(2000)
    call.client.presses_stop()


@scenario(downlink_ms=150, uplink_ms=50)
def button_crosses_the_end_of_the_answer(call: Call) -> Process:
    """The server is done, and the client does not know yet: cancelling is refused, the answer is cut all the same."""
    yield from call.caller.asks(1000, Plan(audio_ms=3000, speed=4))
    yield from call.caller.hears(700)
    call.client.presses_stop()


@scenario()
def button_pressed_in_silence(call: Call) -> Process:
    yield from call.caller.asks(1000)
    yield from call.caller.waits_for_quiet()
    yield 100.0
    call.client.sends("response.cancel")
    yield 100.0
