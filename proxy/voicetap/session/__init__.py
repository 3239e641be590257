"""The conversation as a state machine: Event -> [Fact]; pure, time comes with each call.

settings         what the session is: id, model, transcription
starts           whether the session started
transcriptions   one outcome for each item that the user spoke
truncations      answers cut off, and what became of the wish to
answers          which answers were spoken
closing          who ended the connection, and why
bounded          memory of the last N
fold             all of it for one connection
"""

from .fold import Session

__all__ = ["Session"]
