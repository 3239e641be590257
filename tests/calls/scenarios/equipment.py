"""Formats, microphones and networks: the same conversation, heard and carried differently."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Plan
from calls.sound import PCM_16K, PCMA, PCMU

TELEPHONE = {"input_format": PCMU, "output_format": PCMU}
FAR = {"uplink_ms": 35, "downlink_ms": 45, "network_jitter_ms": 20}


@scenario("telephone", **TELEPHONE)
@scenario("telephone_alaw", input_format=PCMA, output_format=PCMA)
@scenario("sixteen_kilohertz", input_format=PCM_16K, output_format=PCM_16K)
@scenario("sixteen_kilohertz_in", input_format=PCM_16K)
@scenario("long_chunks", chunk_ms=100)
@scenario("odd_chunks", chunk_ms=37, aligned=False)
@scenario("late_chunks", append_jitter_ms=35)
@scenario("bursts", burst=10)
@scenario("bursts_of_long_chunks", burst=4, chunk_ms=60, append_jitter_ms=15)
@scenario("muted_between_turns", muted_between_turns=True)
@scenario("muted_and_far", muted_between_turns=True, append_jitter_ms=12, aligned=False, **FAR)
@scenario("far_away", **FAR)
def three_turns_with_barge_ins(call: Call) -> Process:
    bytes_per_ms = call.settings.output_format.bytes_per_ms
    yield from call.caller.asks(1240, Plan(audio_ms=4000, speed=2, delta_bytes=100 * bytes_per_ms))
    yield from call.caller.hears(700)
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=12, delta_bytes=200 * bytes_per_ms))
    yield from call.caller.hears(2000)
    yield from call.caller.asks(860, Plan(audio_ms=1500, delta_bytes=100 * bytes_per_ms))
    yield from call.caller.waits_for_quiet()


@scenario()
def generated_slower_than_played(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=3000, speed=0.6, delta_bytes=9600))
    yield from call.caller.waits_for_quiet()
