"""Facts -> spans: a trace for each turn, one for the handshake, one for the summary.

sink             which fact goes where
handshake        the SERVER span of the upgrade request
turns            the root of each turn, and what happened in it
happenings       the events of such a root: interruptions, truncations, dead air, …
speech           `user_speech`
responses        `chat {model}`
transcriptions   `transcription`
tools            `execute_tool {name}`
summary          how the session ended, and what it came to
usage            tokens and cost, so that each backend adds them up right
content          what was said, as attributes, where the operator wants that
said             which span it belongs to
capture          whether the operator wants that
provider         who answers behind the proxy
writer           beginning and ending spans at the times that facts tell
attributes       values: bounded, without credentials, known
semconv          the names of attributes, and the version of the conventions
"""

from .sink import Spans

__all__ = ["Spans"]
