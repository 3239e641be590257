"""What can want an answer: speech, a button, text, the client, silence."""

from functools import partial

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Heard, Plan


@scenario("spoken_turns")
@scenario("spoken_turns_over_a_slow_network", uplink_ms=40, downlink_ms=60)
@scenario("spoken_turns_answered_in_text", text_only=True)
@scenario("spoken_turns_with_short_silence", silence_ms=200)
def spoken_turns(call: Call) -> Process:
    for _ in range(3):
        yield from call.caller.asks(800)
        yield from call.caller.waits_for_quiet()


@scenario("push_to_talk", turn_detection=False)
@scenario("push_to_talk_late", turn_detection=False, append_jitter_ms=30, chunk_ms=100, uplink_ms=30, downlink_ms=30)
@scenario("push_to_talk_in_text", turn_detection=False, text_only=True)
def push_to_talk(call: Call) -> Process:
    for ms in (600, 940):
        yield from call.caller.holds_the_button(ms)
        yield from call.caller.waits_for_quiet()
        yield 400.0


@scenario(turn_detection=False)
def push_to_talk_stopped(call: Call) -> Process:
    yield from call.caller.holds_the_button(600, Plan(audio_ms=5000, speed=10))
    yield from call.caller.hears(1000)
    call.client.presses_stop()
    yield from call.caller.holds_the_button(600)


@scenario("text_turns", uplink_ms=20, downlink_ms=30)
@scenario("text_turns_in_text", text_only=True)
def text_turns(call: Call) -> Process:
    for _ in range(2):
        call.client.types("What is the weather?")
        yield from call.caller.waits_for_quiet()


@scenario()
def several_items_make_one_turn(call: Call) -> Process:
    call.client.types("I live in London.", "What is the weather?")
    yield from call.caller.waits_for_quiet()
    call.client.types("Thanks.")
    yield from call.caller.waits_for_quiet()


@scenario()
def history_seeding_makes_one_turn(call: Call) -> Process:
    call.client.adds("system", "Be brief.")
    call.client.adds("user", "Hello.")
    call.client.adds("assistant", "Hello!")
    call.client.types("What is the weather?")
    yield from call.caller.waits_for_quiet()


@scenario()
def items_belong_to_the_speech_after_them(call: Call) -> Process:
    call.client.adds("user", "I live in London.")
    yield from call.caller.asks(800)
    yield from call.caller.waits_for_quiet()


@scenario()
def system_item_and_greeting(call: Call) -> Process:
    call.client.adds("system", "Greet the caller.")
    call.client.asks()
    yield from call.caller.waits_for_quiet()
    yield from call.caller.asks(800)


@scenario("greeting", uplink_ms=20, downlink_ms=30)
def greeting(call: Call) -> Process:
    call.client.asks(Plan(audio_ms=1500))
    yield from call.caller.waits_for_quiet()
    yield from call.caller.asks(800)


@scenario()
def greeting_cut(call: Call) -> Process:
    call.client.asks(Plan(audio_ms=5000))
    yield from call.caller.hears(600)
    yield from call.caller.asks(800)


@scenario(create_response=False)
def answer_created_by_the_client(call: Call) -> Process:
    for turn in (1, 2):
        yield from call.caller.asks(800)
        yield partial(_opened, call, turn)
        yield 150.0
        call.client.asks()
        yield from call.caller.waits_for_quiet()


def _opened(call: Call, turns: int) -> bool:
    return len(call.history.turns) == turns


@scenario(idle_timeout_ms=5000)
def idle_timeout(call: Call) -> Process:
    yield from call.caller.asks(800)
    yield from call.caller.waits_for_quiet()
    call.server.expect(Plan(audio_ms=1000), heard=Heard(words="", after_ms=100))
    yield lambda: any(turn.opened_by == "timeout" for turn in call.history.turns)
    yield from call.caller.waits_for_quiet()
    yield from call.caller.asks(800)


@scenario()
def out_of_band_in_parallel(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(audio_ms=4000, speed=1.5))
    yield from call.caller.hears(500)
    call.client.asks_apart(Plan(text=True, audio_ms=600, thinking_ms=100))
    yield from call.caller.waits_for_quiet()
    call.client.asks_apart(Plan(text=True, audio_ms=600))
    yield from call.caller.waits_for_quiet()


@scenario()
def out_of_band_cancelled(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(audio_ms=4000, speed=1.5))
    yield from call.caller.hears(500)
    call.client.asks_apart(Plan(text=True, audio_ms=3000, thinking_ms=100))
    yield 600.0
    [apart] = [answer for answer in call.client.answers if answer.turn is None]
    call.client.sends("response.cancel", response_id=apart.id)
    yield from call.caller.waits_for_quiet()


@scenario()
def out_of_band_goes_on_through_a_barge_in(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(500)
    call.client.asks_apart(Plan(text=True, audio_ms=3000, thinking_ms=100))
    yield 400.0
    yield from call.caller.asks(800)


@scenario("answer_wanted_twice", uplink_ms=20, downlink_ms=20)
@scenario("answer_wanted_twice_by_event_id", event_ids=True)
def answer_wanted_twice(call: Call) -> Process:
    """The second wish is refused: nothing comes of it."""
    yield from call.caller.asks(800, Plan(audio_ms=3000, speed=2))
    yield from call.caller.hears(300)
    call.client.asks()
    yield from call.caller.waits_for_quiet()
    yield from call.caller.asks(800)


@scenario()
def answers_that_end_badly(call: Call) -> Process:
    endings = [
        Plan(audio_ms=0, ends="failed", reason="rate_limit_exceeded"),
        Plan(audio_ms=0, ends="failed", usage=False),
        Plan(audio_ms=1200, ends="incomplete", reason="max_output_tokens"),
        Plan(audio_ms=600, ends="incomplete", reason="content_filter"),
        Plan(audio_ms=900, ends="failed", reason="server_error"),
    ]
    for plan in endings:
        yield from call.caller.asks(600, plan)
        yield from call.caller.waits_for_quiet()
