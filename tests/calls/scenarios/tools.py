"""Functions that the model calls, and how long the client's work takes."""

from calls.agenda import Process
from calls.call import Call
from calls.catalogue import scenario
from calls.plans import Plan, Tool


def calling(*tools: Tool, audio_ms: float = 0, wrap_up_ms: float = 10) -> Plan:
    """A response that only calls functions, unless it is told to speak."""
    return Plan(tools=tools, audio_ms=audio_ms, wrap_up_ms=wrap_up_ms)


@scenario("tool_fast")
@scenario("tool_fast_over_a_slow_network", uplink_ms=40, downlink_ms=60)
@scenario("tool_fast_in_push_to_talk", turn_detection=False)
def tool_fast(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=50)), Plan())


@scenario()
def tool_slow(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=4000)), Plan())


@scenario("tool_output_before_response_done")
@scenario("tool_output_before_response_done_over_a_slow_network", uplink_ms=40, downlink_ms=60)
def tool_output_before_response_done(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=20), wrap_up_ms=300), Plan())


@scenario()
def tools_two_in_parallel(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=900), Tool(works_ms=300, name="ask_around")), Plan())


@scenario()
def tools_two_in_parallel_at_once(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=360), Tool(works_ms=300, name="ask_around")), Plan())


@scenario()
def tools_two_rounds(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=200)), calling(Tool(works_ms=500)), Plan())


@scenario()
def tool_after_some_words(call: Call) -> Process:
    yield from _asks(call, calling(Tool(works_ms=1500), audio_ms=800), Plan())


@scenario(text_only=True)
def tool_in_text(call: Call) -> Process:
    call.client.types("What is the weather?", answer=calling(Tool(works_ms=150)))
    call.server.expect(Plan(text=True, audio_ms=800))
    yield from call.caller.waits_for_quiet()


@scenario()
def tool_given_up(call: Call) -> Process:
    """The caller goes on while the tool works, and the client drops its result."""
    yield from call.caller.asks(1000, calling(Tool(works_ms=None)))
    yield lambda: call.history.tools
    yield 500.0
    yield from call.caller.asks(800)


@scenario()
def tool_and_then_a_barge_in(call: Call) -> Process:
    yield from call.caller.asks(1000, calling(Tool(works_ms=200)), Plan(audio_ms=5000))
    yield from call.caller.hears(700)
    yield from call.caller.asks(800)


@scenario()
def tool_for_text(call: Call) -> Process:
    call.client.types("What is the weather?", answer=calling(Tool(works_ms=150)))
    yield from call.caller.waits_for_quiet()


def _asks(call: Call, *answers: Plan) -> Process:
    if call.settings.turn_detection:
        yield from call.caller.asks(1000, *answers)
    else:
        yield from call.caller.holds_the_button(1000, *answers)
    yield from call.caller.waits_for_quiet()
