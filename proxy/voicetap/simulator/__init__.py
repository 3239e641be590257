"""A simulated Realtime server, for tests and demonstrations; it needs no key and no network.

As a process (`voicetap simulate --listen HOST:PORT [--scenario NAME] [--log FILE] [--seed N]`): `run(options)`.
In a test, on the loop of the test:

    async with serving(Address("127.0.0.1", 0), DEFAULT) as address:
        ...  # ws://{address}/v1/realtime?model=gpt-realtime

A test that wants no socket turns a `session.Session` by hand: messages in, events out, time as an argument.

    server     sockets and HTTP               session    the client's events and time in, the server's events out
    process    listening line, signals        agenda     scripts: what is said, and the pauses between
    log        what was sent and received     buffer, vad, audio          from bytes to speech
    tally      counts what is in a log        transcription, response     the two kinds of scripts
    caller     a client that talks to it      settings, conversation, admission, identity, protocol   the API's rules
    scenario   how it behaves, as data

It knows nothing of how voicetap understands events, so that it can bear witness against it.
"""

from .process import run, serving
from .scenario import DEFAULT, SCENARIOS, Scenario

__all__ = ["DEFAULT", "SCENARIOS", "Scenario", "run", "serving"]
