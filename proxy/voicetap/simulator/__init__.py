"""A simulated Realtime server, for tests and demonstrations; it needs no key and no network (docs/simulator.md).

As a process (`voicetap simulate --listen HOST:PORT [--scenario NAME | --recording FILE] …`): `run(options)`.
In a test, on the loop of the test:

    async with serving(Address("127.0.0.1", 0), SCENARIOS["closing"]) as address:
        ...  # ws://{address}/v1/realtime?model=gpt-realtime

A test that wants no socket turns a `session.Session` by hand: messages in, events out, time as an argument.

    server     sockets and HTTP               session    the client's events and time in, the server's events out
    line       whole, as a trickle, broken    responses, response, output, mcp    what the model says, piece by piece
    process    listening line, signals        transcription    what it made of what the user said
    log        what was sent and received     agenda     scripts: what is said, and the pauses between
    tally      counts what is in a log        buffer, vad, audio          from bytes to speech
    caller     a client that talks to it      settings, conversation, admission, limits, identity, protocol   the rules
    shapes     what updates and requests may hold             items    what clients put into the conversation
    client_secrets    keys that stand for a session

    calls      who is on the line: a session as its scenario has it, in its dialect (beta), disturbed (disturbed)
    scenario   how it behaves, as data (with disturbance and refusal); scenario_file reads it, shipped has some
    playback   or a recording (recorded), what was left out of it filled in (filler), with the ids of the client of now
               (renaming), as far as one message has to wait for another (subject)

Of voicetap it knows the format of recordings; how events are understood it does not know, so that it can bear witness.
"""

from .process import run, serving
from .scenario import DEFAULT, Scenario
from .shipped import SCENARIOS

__all__ = ["DEFAULT", "SCENARIOS", "Scenario", "run", "serving"]
