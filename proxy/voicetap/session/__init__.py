"""The conversation as a state machine: Event -> [Fact]; pure, time comes with each call.

transitions      every state and every move between states; docs/states.md is drawn from it
nouns            what is remembered of turns, responses and answers
settings         what the session is: id, model, audio, turn detection, transcription
starts           whether the session started
speech           what the user says: appended audio, utterances, commits
transcriptions   one outcome for each item that the user spoke
turns            which exchange has begun, when it was answered, how it ended
responses        which request each response answers, and how it ended
items            what the conversation consists of
answers          whose audio comes, how much of it, and which answers were spoken
playback         what the user hears of them, as it must be
interruptions    which of them were cut off, and in which phase
truncations      what became of the wish to cut one off
unheard          how much of a truncated one was generated for nobody
tools            calls of functions and of MCP
silence          answers that take long, or never come
usage            tokens, seconds, cost
contents         what people and models said, where that was asked for
rate_limits      how much is left
closing          who ended the connection, and why
bounded, times   memory of the last N; times that may be unknown
fold             all of it for one connection: who looks at which event and fact, and in which order
"""

from .fold import Session

__all__ = ["Session"]
