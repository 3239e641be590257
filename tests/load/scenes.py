"""The calls of the load: who says what, in which settings, and where each of them is played."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

from calls.call import Call, Script
from calls.history import Answer
from calls.meter import Meter
from calls.plans import Heard
from calls.settings import Settings
from load import scripts
from load.account import Account
from load.ledger import Ledger
from load.player import Cue, cues

FIRST, SECOND = 0, 1
"""The two instances."""
LARGE, SMALL = "gpt-realtime", "gpt-realtime-mini"
USUAL = Settings(model=LARGE, chunk_ms=100, silence_ms=600, transcription_model="gpt-4o-transcribe")
OTHER = replace(USUAL, model=SMALL, transcription_model="whisper-1", transcribed_seconds=True)


@dataclass(frozen=True)
class Part:
    """One call of the load, run in advance, and ready to be played."""

    name: str
    instance: int
    starts_at: float
    """Seconds after the beginning of its half of the load."""
    target: str
    script: list[Cue]
    account: Account


@dataclass(frozen=True)
class Scene:
    """A call as it is written."""

    instance: int
    script: Script
    settings: Settings = USUAL
    cause: str = "turn_detected"
    """What cuts answers in it."""
    unknown: Collection[str] = ()
    """Types in it that no catalogue has."""
    confidence: float | None = None
    """Of its transcriptions, where the server tells it."""
    images: bool = False
    """The model has seen some."""
    more: Callable[[Account], object] = lambda account: None
    """Adds what the generator has no notion of."""

    def part(self, name: str, number: int) -> Part:
        """Runs it."""
        call = Call(self.settings, seed=number)
        call.server.meter = _Meter(call.random, self.images)
        call.run(self.script)
        account = Ledger(call, self.cause, self.unknown).account
        if self.confidence is not None:
            _tell_confidence(call, self.confidence, account)
        self.more(account)
        return Part(name, self.instance, 0.11 * number, call.recording.target, cues(call.recording), account)


class _Meter(Meter):
    """Counts images where there are some, and only there."""

    def __init__(self, random: Random, images: bool) -> None:
        super().__init__(random)
        self._images = images

    def response(self, answer: Answer, text_tokens: int) -> dict[str, Any]:
        usage = super().response(answer, text_tokens)
        took = usage["input_token_details"]
        more = 85 * self._images - took["image_tokens"] if usage["input_tokens"] else 0
        took["image_tokens"] += more
        for total in ("input_tokens", "total_tokens"):
            usage[total] += more
        return usage


def _tell_confidence(call: Call, confidence: float, account: Account) -> None:
    """In two tokens, one more and one less probable."""
    said = [math.log(confidence + 0.02), math.log(confidence - 0.02)]
    for line in call.recording.lines:
        event = line.content.get("event", {})
        if event.get("type", "").endswith("transcription.completed"):
            event["logprobs"] = [{"token": "so", "logprob": logarithm, "bytes": [115, 111]} for logarithm in said]
            named = {"transcription_model": call.settings.transcription_model or ""}
            account.observe("transcription_confidence_ratio", confidence, **named)


def _silent(account: Account) -> None:
    account.add("silent_sessions_total")


def _strange(account: Account) -> None:
    account.add("malformed_messages_total", from_="client", reason="json")
    account.add("malformed_messages_total", from_="client", reason="not_object")
    for kind in ("unknown_id", "orphan_delta", "order"):
        account.add("surprises_total", kind=kind)


_slowly = partial(scripts.talk, heard_ms=900, delta_bytes=28_800)
LATE = replace(USUAL, playout_delay_ms=700, estimate="elapsed")
"""By all that passes, the answer has been heard when the caller speaks; only the client's truncate tells otherwise."""
SLOW: dict[str, Any] = {"silence_ms": 900, "creation_ms": 120}
"""A server that is in no hurry with anything: each part of what a user waits has a slow minority."""
WEBRTC = replace(USUAL, sideband=True, uplink_ms=30, downlink_ms=40)

NOW: dict[str, Scene] = {
    "talk": Scene(FIRST, scripts.talk(250, 450, 450, 720), confidence=0.85, images=True),
    "slow talk": Scene(SECOND, _slowly(250, 250, 350, 1800), replace(USUAL, **SLOW)),
    "small talk": Scene(FIRST, scripts.talk(450, 1100), OTHER),
    "slow small talk": Scene(SECOND, _slowly(350, 3200, 250), replace(OTHER, **SLOW), confidence=0.65),
    "dead air": Scene(FIRST, scripts.talk(6200)),
    "dead air after a request": Scene(SECOND, scripts.typed(6200)),
    "dead air after a tool": Scene(SECOND, scripts.tools(400, then=9000)),
    "cut before audio": Scene(FIRST, scripts.cut_before_audio),
    "cut while generating": Scene(FIRST, scripts.cut_while_generating, replace(USUAL, cancel_lag_ms=380)),
    "cut while generating elsewhere": Scene(SECOND, scripts.cut_while_generating),
    "cut while playing": Scene(SECOND, scripts.cut_while_playing),
    "cut while playing, in small": Scene(FIRST, scripts.cut_while_playing, OTHER),
    "stopped while generating": Scene(SECOND, scripts.stopped_while_generating, cause="client_cancelled"),
    "stopped while playing": Scene(FIRST, scripts.stopped_while_playing, cause="client_cancelled"),
    "WebRTC": Scene(SECOND, scripts.cut_while_playing, WEBRTC),
    "WebRTC stopped": Scene(FIRST, scripts.stopped_while_playing, WEBRTC, cause="cleared"),
    "rejected": Scene(FIRST, scripts.heard_later_than_it_seems, LATE, cause="client_cancelled"),
    "unanswered": Scene(SECOND, scripts.cut_while_playing, replace(USUAL, acknowledges=False)),
    "truncated by the server": Scene(FIRST, scripts.cut_while_playing, replace(USUAL, auto_truncate=True)),
    "talked over": Scene(SECOND, scripts.talked_over, replace(USUAL, interrupt_response=False)),
    "stumbling": Scene(SECOND, scripts.stumbling),
    "tool": Scene(FIRST, scripts.tools(400)),
    "tools": Scene(SECOND, scripts.tools(650, 1200, then=4000)),
    "tool given up": Scene(FIRST, scripts.tool_given_up),
    "tool cut": Scene(SECOND, scripts.tool_cut),
    "transcription failures": Scene(
        FIRST,
        scripts.heard(
            Heard(after_ms=400, outcome="failed", deltas=False),
            Heard(after_ms=400, outcome="failed", code="audio_unintelligible", deltas=False),
            Heard(after_ms=400, words=""),
            Heard(after_ms=900),
        ),
    ),
    "transcription failures in small": Scene(
        SECOND, scripts.heard(Heard(after_ms=400, outcome="failed", code="rate_limit_exceeded", deltas=False)), OTHER
    ),
    "never transcribed": Scene(SECOND, scripts.never_transcribed),
    "transcribed late": Scene(FIRST, scripts.heard(Heard(after_ms=16_500))),
    "transcribed twice": Scene(SECOND, scripts.heard(Heard(after_ms=400, repeats=1))),
    "hung up on": Scene(FIRST, scripts.hung_up_on),
    "greeting": Scene(SECOND, scripts.greeting),
    "typed": Scene(FIRST, scripts.typed(450, 250)),
    "nobody speaks": Scene(SECOND, scripts.nobody_speaks, replace(USUAL, idle_timeout_ms=3000)),
    "ending badly": Scene(SECOND, scripts.ending_badly),
    "pushing to talk": Scene(FIRST, scripts.pushing_to_talk, replace(USUAL, turn_detection=False)),
    "out of band": Scene(SECOND, scripts.out_of_band),
    "silent after an error": Scene(
        FIRST, scripts.silent_after_an_error, replace(USUAL, create_response=False), more=_silent
    ),
    "server goes away": Scene(SECOND, scripts.server_goes_away),
    "session expires": Scene(FIRST, scripts.session_expires),
    "client vanishes": Scene(SECOND, scripts.vanishes("client")),
    "server vanishes": Scene(FIRST, scripts.vanishes("server")),
    "strange": Scene(SECOND, scripts.strange, unknown=scripts.UNKNOWN_TYPES, more=_strange),
}
"""The load."""

BEFORE: dict[str, Scene] = {
    "before: talk": Scene(FIRST, scripts.talk(250, 450, 450), confidence=0.75, images=True),
    "before: talk elsewhere": Scene(SECOND, scripts.talk(250, 1100), images=True),
    "before: small talk": Scene(SECOND, scripts.talk(450, 450), OTHER, confidence=0.65),
    "before: cut while playing": Scene(FIRST, scripts.cut_while_playing),
    "before: transcription failure": Scene(
        SECOND, scripts.heard(Heard(outcome="failed", code="server_error", deltas=False))
    ),
    "before: rejected": Scene(SECOND, scripts.heard_later_than_it_seems, LATE, cause="client_cancelled"),
    "before: failure": Scene(FIRST, scripts.failing),
}
"""Another load, which the first is compared with. What is seldom enough to be counted only once it has been seen
(images, the confidence of transcriptions) is seen in it: the first is lost to any increase."""


def parts(scenes: dict[str, Scene]) -> list[Part]:
    """All of them, run; the beginning of each a little later than that of the one before."""
    return [scene.part(name, number) for number, (name, scene) in enumerate(scenes.items())]
