"""voicetap: a transparent WebSocket proxy that shows what happens inside speech-to-speech calls.

The way of the data, one noun a step, one package a noun:

    socket -> Chunk -> socket                     relay: finished here, whatever happens below
                └──> Frame -> Message             wire: RFC 6455, either direction
                       └──> Event                 realtime: the API's vocabulary
                              └──> Fact           session: what happened in the conversation
                                     └──> Signal  signals: a sample, a span, a log line, a line on the page

`observe` ties these steps together for one connection, `app` ties everything together for one process.
"Event" means the Realtime API's events only; what voicetap derives from them is a "Fact".
"""

__version__ = "0.5.0"
