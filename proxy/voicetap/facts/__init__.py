"""What happened in a conversation and on its connection: the nouns that every signal is made from.

A fact is in the past tense and immutable. `at` is the time of the chunk that showed it, or when the wait for something
missing was over: seconds on the monotonic clock. Figures in seconds are None where a time is not known.

Messages and reasons are content: servers quote what users and models said in them. A sink may show them only where the
operator turned content on. Counts and what is one of a closed list may always be shown; ids, codes, models and names of
tools come from peers: signals show them through `signals.identifiers`, and whoever makes labels of them bounds them.

fact           what a fact is, and who takes it
connection     handshake, bytes, gaps, end
messages       events received, errors, what is no event or makes no sense
session        what the session is, whether it started, rate limits
transcription  one outcome for each item that the user spoke
turns          speech, turns, tools
answers        responses, audio, interruptions, truncations
usage          tokens, seconds, cost
content        what people and models said
trace          where in the traces a fact stands
"""

from .answers import (
    AnswerEnded,
    AnswerGenerated,
    AnswerSpoken,
    AudioBegan,
    Interrupted,
    InterruptionTookEffect,
    OutputBegan,
    Overlapped,
    PlaybackUnderran,
    ResponseFinished,
    ResponseStarted,
    TruncationFinished,
    TruncationMeasured,
)
from .connection import BytesRelayed, Connection, ConnectionClosed, GapOpened, HandshakeAnswered, HttpAnswered
from .content import ContentKind, ContentSeen
from .fact import Fact, Sink
from .messages import ErrorReported, EventReceived, MessageMalformed, Surprise, UnknownEventReceived
from .session import (
    NounForgotten,
    RateLimitReported,
    SessionConfigured,
    SessionFellSilent,
    SessionStarted,
    SessionStartFailed,
)
from .trace import SpanIds, TraceIds
from .transcription import TranscriptionFinished, TranscriptionForgotten, TranscriptionLate, TranscriptionStarted
from .turns import (
    DeadAirNoticed,
    InputAudioReceived,
    ItemEntered,
    SpeechCommitted,
    SpeechStarted,
    SpeechStopped,
    ToolCalled,
    ToolFinished,
    ToolResumed,
    TurnAnswered,
    TurnEnded,
    TurnOpened,
)
from .usage import Tokens, UsageReported

__all__ = [
    "AnswerEnded",
    "AnswerGenerated",
    "AnswerSpoken",
    "AudioBegan",
    "BytesRelayed",
    "Connection",
    "ConnectionClosed",
    "ContentKind",
    "ContentSeen",
    "DeadAirNoticed",
    "ErrorReported",
    "EventReceived",
    "Fact",
    "GapOpened",
    "HandshakeAnswered",
    "HttpAnswered",
    "InputAudioReceived",
    "Interrupted",
    "InterruptionTookEffect",
    "ItemEntered",
    "MessageMalformed",
    "NounForgotten",
    "OutputBegan",
    "Overlapped",
    "PlaybackUnderran",
    "RateLimitReported",
    "ResponseFinished",
    "ResponseStarted",
    "SessionConfigured",
    "SessionFellSilent",
    "SessionStartFailed",
    "SessionStarted",
    "Sink",
    "SpanIds",
    "SpeechCommitted",
    "SpeechStarted",
    "SpeechStopped",
    "Surprise",
    "Tokens",
    "ToolCalled",
    "ToolFinished",
    "ToolResumed",
    "TraceIds",
    "TranscriptionFinished",
    "TranscriptionForgotten",
    "TranscriptionLate",
    "TranscriptionStarted",
    "TruncationFinished",
    "TruncationMeasured",
    "TurnAnswered",
    "TurnEnded",
    "TurnOpened",
    "UnknownEventReceived",
    "UsageReported",
]
