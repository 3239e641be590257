"""How sessions begin and end, and what else passes; also calls of which only a sideband is seen."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Plan

FAR = {"uplink_ms": 30, "downlink_ms": 40}


@scenario()
def session_expires(call: Call) -> Process:
    yield from call.caller.asks(1000)
    yield from call.caller.waits_for_quiet()
    call.server.expires()


@scenario()
def hang_up_while_generating(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(900)
    call.client_closes()


@scenario()
def hang_up_while_playing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=10))
    yield from call.caller.hears(3000)
    call.client_closes(None)


@scenario()
def client_vanishes_before_audio(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(thinking_ms=2000))
    yield from call.caller.waits_for(lambda client: any(answer.active for answer in client.answers))
    yield 200.0
    call.vanishes("client")


@scenario()
def server_vanishes(call: Call) -> Process:
    yield from call.caller.asks(1000)
    yield from call.caller.waits_for_quiet()
    yield from call.caller.says(500)
    call.vanishes("server")


@scenario()
def recording_cut(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=4000, speed=2))
    yield from call.caller.hears(400)
    call.vanishes(None)


@scenario()
def server_goes_away(call: Call) -> Process:
    yield from call.caller.asks(1000)
    yield from call.caller.waits_for_quiet()
    call.server_closes(1011, "keepalive ping timeout")
    yield 100.0


@scenario(rate_limits=False, muted_between_turns=True)
def long_call_with_pings(call: Call) -> Process:
    for _ in range(3):
        yield from call.caller.asks(800)
        yield from call.caller.waits_for_quiet()
        yield 20_000.0


@scenario()
def nonsense_from_the_client(call: Call) -> Process:
    call.proxy.seen("client", {"text": "hello?"})
    call.server.refuse("invalid_json", "Could not parse your event.", {})
    yield from call.caller.asks(800)
    yield from call.caller.waits_for_quiet()


@scenario("sideband", sideband=True, **FAR)
def sideband(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=1500))
    yield from call.caller.waits_for_quiet()
    call.client.types("Say goodbye.", answer=Plan(audio_ms=800))
    yield from call.caller.waits_for_quiet()


@scenario("sideband_barge_in_while_generating", sideband=True, **FAR)
def sideband_barge_in_while_generating(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(900)
    yield from call.caller.asks(800, Plan(audio_ms=1000))


@scenario("sideband_barge_in_while_playing", sideband=True, **FAR)
def sideband_barge_in_while_playing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=10))
    yield from call.caller.hears(2500)
    yield from call.caller.asks(800, Plan(audio_ms=1000))


@scenario(sideband=True)
def sideband_barge_in_before_audio(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(thinking_ms=1500))
    yield from call.caller.waits_for(lambda client: any(answer.active for answer in client.answers))
    yield 200.0
    yield from call.caller.asks(800, Plan(audio_ms=1000))


@scenario(sideband=True)
def sideband_button_stops_while_generating(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=1.5))
    yield from call.caller.hears(900)
    call.client.presses_stop()


@scenario(sideband=True)
def sideband_button_stops_while_playing(call: Call) -> Process:
    yield from call.caller.asks(1000, Plan(audio_ms=6000, speed=10))
    yield from call.caller.hears(2500)
    call.client.presses_stop()
