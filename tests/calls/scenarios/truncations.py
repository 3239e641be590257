"""How much of an answer was heard, by clients that know it, guess it, or guess wrong."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Plan


@scenario("truncate_by_what_was_heard", playout_delay_ms=120)
@scenario("truncate_by_elapsed_time", playout_delay_ms=120, estimate="elapsed")
@scenario("truncate_by_elapsed_time_clamped", playout_delay_ms=120, estimate="clamped", event_ids=True)
@scenario("truncate_by_the_server", auto_truncate=True)
def truncated_in_the_middle(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=4000, speed=8))
    yield from call.caller.hears(1500)
    yield from call.caller.asks(800)


@scenario("truncate_rejected", playout_delay_ms=700, estimate="elapsed")
@scenario("truncate_rejected_by_event_id", playout_delay_ms=700, estimate="elapsed", event_ids=True)
@scenario("truncate_rejected_without_code", playout_delay_ms=700, estimate="elapsed", rejection_code=None)
@scenario("truncate_clamped_after_the_estimated_end", playout_delay_ms=700, estimate="clamped")
@scenario("truncate_after_the_estimated_end", playout_delay_ms=700)
def heard_later_than_it_seems(call: Call) -> Process:
    """The caller hears the answer late (a telephone line): it plays on when all of it might have been played."""
    yield from call.caller.asks(1000, Plan(audio_ms=2000, speed=8))
    yield from call.caller.hears(1700)
    yield from call.caller.asks(800)


@scenario("truncate_after_underruns")
@scenario("truncate_rejected_after_underruns", estimate="elapsed")
def heard_with_gaps(call: Call) -> Process:
    """Generation is slower than real time, so that the clock runs ahead of the audio."""
    yield from call.caller.asks(1000, Plan(audio_ms=5000, speed=0.5, delta_bytes=9600))
    yield from call.caller.hears(1000)
    yield from call.caller.asks(800)


@scenario()
def truncate_at_an_odd_length(call: Call) -> Process:
    """4096 bytes are no whole number of milliseconds."""
    yield from call.caller.asks(1000, Plan(audio_ms=4000, speed=3, delta_bytes=4096))
    yield from call.caller.hears(500)
    yield from call.caller.asks(800)


@scenario("truncate_of_nothing")
@scenario("truncate_of_nothing_by_event_id", event_ids=True)
def truncate_of_nothing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=4000, speed=8))
    yield from call.caller.hears(500)
    call.client.truncates(None, "item_9999", 500)


@scenario(uplink_ms=80, downlink_ms=80)
def truncates_of_two_answers(call: Call) -> Process:
    for _ in range(2):
        yield from call.caller.asks(1000, Plan(audio_ms=4000, speed=8))
        yield from call.caller.hears(900)
    yield from call.caller.says(700)
