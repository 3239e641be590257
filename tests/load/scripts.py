"""What callers, clients and servers do in the calls of the load, in the words of the generator.

Latencies lie within the histograms' buckets, so that a machine that is a little late changes no count.
"""

from calls.agenda import Process
from calls.call import Call, Script
from calls.client import Client
from calls.plans import Heard, Plan, Tool


def breath(call: Call) -> Process:
    """Until it is quiet, and a moment longer: who spoke as soon as it is might be a little early for a late machine."""
    yield from call.caller.waits_for_quiet()
    yield 300.0


def talk(*thinking_ms: float, heard_ms: float = 350, delta_bytes: int = 4800) -> Script:
    """Questions, and answers that are heard to their end."""

    def script(call: Call) -> Process:
        for ms in thinking_ms:
            answer = Plan(thinking_ms=ms, audio_ms=1200, delta_bytes=delta_bytes)
            yield from call.caller.asks(800, answer, heard=Heard(after_ms=heard_ms))
            yield from breath(call)

    return script


# Cut off.


def _made(client: Client) -> bool:
    return any(answer.active for answer in client.answers)


def cut_before_audio(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=1500))
    yield from call.caller.waits_for(_made)
    yield 300.0
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=1200))


def cut_while_generating(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=6000, speed=2))
    yield from call.caller.hears(800)
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=1200))


def cut_while_playing(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=5000, speed=10))
    yield from call.caller.hears(2000)
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=1200))


def stopped_while_generating(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=6000, speed=2))
    yield from call.caller.hears(700)
    call.client.presses_stop()


def stopped_while_playing(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=6000, speed=10))
    yield from call.caller.hears(2500)
    call.client.presses_stop()


def heard_later_than_it_seems(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=2000, speed=8))
    yield from call.caller.hears(1700)
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=1200))


def talked_over(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=5000, speed=10))
    yield from call.caller.hears(1500)
    yield from call.caller.says(600)


def stumbling(call: Call) -> Process:
    """Made slower than it plays: every 200 ms of audio take 333."""
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=2000, speed=0.6, delta_bytes=9600))
    yield from breath(call)


# Tools.


def tools(*works_ms: float, then: float = 450) -> Script:
    """One round for each, and an answer."""

    def script(call: Call) -> Process:
        rounds = [Plan(thinking_ms=250, audio_ms=0, tools=(Tool(works_ms=ms),)) for ms in works_ms]
        yield from call.caller.asks(800, *rounds, Plan(thinking_ms=then, audio_ms=1200))
        yield from breath(call)

    return script


def tool_given_up(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=0, tools=(Tool(works_ms=None),)))
    yield lambda: call.history.tools
    yield 500.0
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=1200))
    yield from _answered(call, 2)
    call.client_closes()


def tool_cut(call: Call) -> Process:
    slow = Plan(thinking_ms=250, audio_ms=0, tools=(Tool(works_ms=None),), wrap_up_ms=3000)
    yield from call.caller.asks(800, slow)
    yield lambda: call.history.tools
    yield 500.0
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=1200))
    yield from _answered(call, 2)
    call.client_closes()


def _answered(call: Call, answers: int) -> Process:
    """So many have been made, and heard."""
    yield lambda: len([one for one in call.history.answers if one.done_at is not None]) == answers
    yield 2000.0


# Transcription.


def heard(*results: Heard) -> Script:
    """A question for each."""

    def script(call: Call) -> Process:
        for result in results:
            yield from call.caller.asks(600, Plan(thinking_ms=250, audio_ms=600), heard=result)
            yield from breath(call)

    return script


def never_transcribed(call: Call) -> Process:
    yield from call.caller.asks(600, Plan(thinking_ms=250, audio_ms=600), heard=Heard(outcome="never"))
    yield from breath(call)
    yield 16_000.0


def hung_up_on(call: Call) -> Process:
    """The transcription and the answer are still being made."""
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=6000, speed=1.5), heard=Heard(after_ms=9000))
    yield from call.caller.hears(900)
    call.client_closes(1001)


# What opens turns, and how they end.


def greeting(call: Call) -> Process:
    call.client.asks(Plan(thinking_ms=450, audio_ms=1200))
    yield from breath(call)
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=1200))


def typed(*thinking_ms: float) -> Script:
    """Text, and spoken answers."""

    def script(call: Call) -> Process:
        for ms in thinking_ms:
            call.client.types("What is the weather?", answer=Plan(thinking_ms=ms, audio_ms=1200))
            yield from breath(call)

    return script


def nobody_speaks(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=1200))
    yield from breath(call)
    call.server.expect(Plan(thinking_ms=250, audio_ms=1000), heard=Heard(words="", after_ms=400))
    yield lambda: any(turn.opened_by == "timeout" for turn in call.history.turns)
    yield from breath(call)
    yield from call.caller.asks(800, Plan(thinking_ms=250, audio_ms=1200))


def ending_badly(call: Call) -> Process:
    endings = [
        Plan(thinking_ms=250, audio_ms=0, ends="failed", reason="rate_limit_exceeded"),
        Plan(thinking_ms=250, audio_ms=0, ends="failed", usage=False),
        Plan(thinking_ms=250, audio_ms=1200, ends="incomplete", reason="max_output_tokens"),
        Plan(thinking_ms=450, audio_ms=600, ends="incomplete", reason="content_filter"),
    ]
    for plan in endings:
        yield from call.caller.asks(600, plan)
        yield from breath(call)


def failing(call: Call) -> Process:
    yield from call.caller.asks(600, Plan(thinking_ms=250, audio_ms=0, ends="failed", reason="server_error"))
    yield from breath(call)


def pushing_to_talk(call: Call) -> Process:
    for ms in (600, 900):
        yield from call.caller.holds_the_button(ms, Plan(thinking_ms=450, audio_ms=1200))
        yield from breath(call)
        yield 400.0


def out_of_band(call: Call) -> Process:
    yield from call.caller.asks(800, Plan(thinking_ms=450, audio_ms=1200))
    yield from breath(call)
    call.client.asks_apart(Plan(text=True, audio_ms=600, thinking_ms=450))
    yield from breath(call)


def silent_after_an_error(call: Call) -> Process:
    """It speaks, and is never answered."""
    call.server.refuse("server_error", "The server had an error.", {})
    yield 200.0
    yield from call.caller.says(800)
    yield 32_000.0
    call.client_closes()


# How calls end.


def server_goes_away(call: Call) -> Process:
    yield from talk(250)(call)
    call.server_closes(1011, "keepalive ping timeout")
    yield 100.0


def session_expires(call: Call) -> Process:
    yield from talk(450)(call)
    call.server.expires()
    yield 100.0


def vanishes(side: str) -> Script:
    """Between two turns."""

    def script(call: Call) -> Process:
        yield from talk(250)(call)
        yield 1000.0
        call.vanishes(side)
        yield 1.0

    return script


# What makes no sense.

UNKNOWN_TYPES = ("response.sing", "response.hum.delta")


def strange(call: Call) -> Process:
    """Types that nobody knows, messages that are no events, and events of things that do not exist."""
    nowhere = {"response_id": "resp_of_nobody", "item_id": "item_of_nobody", "output_index": 0, "content_index": 0}
    output = {"type": "function_call_output", "call_id": "call_of_nobody", "output": "42"}
    for sender, content in (
        ("client", {"event": {"type": "response.sing"}}),
        ("server", {"event": {"type": "response.hum.delta"}}),
        ("client", {"text": "{"}),
        ("client", {"text": "[]"}),
        ("client", {"event": {"type": "conversation.item.create", "item": output}}),
        ("server", {"event": {"type": "response.output_text.delta", **nowhere, "delta": "so"}}),
    ):
        call.proxy.seen(sender, content)
        yield 50.0
    yield from talk(250)(call)
    again = {"id": call.history.answers[0].id, "object": "realtime.response", "status": "completed", "output": []}
    call.server.send("response.done", response=again)
    yield 50.0
