"""The report that a perfect observer would write, from what truly happened."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from calls.history import Answer, History, Transcription, Truncation
from calls.settings import Settings
from calls.wire import Recording, Variant

CLOCK_MS = 0.002
"""Times are written in whole microseconds; a difference of two may be off by one at either end."""


@dataclass(frozen=True)
class Near:
    """A figure, and how far an observer's may be from it."""

    value: float
    tolerance: float = CLOCK_MS

    def holds(self, got: object) -> bool:
        """Whether `got` is a number within the tolerance."""
        return isinstance(got, int | float) and abs(got - self.value) <= self.tolerance


@dataclass(frozen=True)
class Truth:
    """Derives a report in the form of `voicetap replay --json`; it holds no key that the world does not know."""

    history: History
    settings: Settings
    recording: Recording

    def report(self, variant: Variant) -> dict[str, Any]:
        """What should be told of a recording written in this way."""
        done = [answer for answer in self.history.answers if answer.done_at is not None]
        return {
            "session": self._session(variant),
            "events": self.recording.counted(variant),
            "turns": len(self.history.turns),
            "responses": self._responses(),
            "response_reasons": dict(Counter(answer.reason for answer in done if answer.reason)),
            "transcriptions": self._transcriptions(),
            "transcription_failures": [
                {"item_id": t.item_id, "code": t.code} for t in self._finished() if t.outcome == "failed"
            ],
            "truncations": self._truncations(),
            "truncated_items": [self._truncated(t) for t in self._settled("acknowledged")],
            "spoken_answers": sum(answer.playback is not None for answer in self.history.answers),
            "interruptions": self._interruptions(variant),
            "overlaps": self._overlaps(variant),
            "tool_calls": len(self.history.tools),
            "errors": dict(self.history.errors),
            "tokens": self._tokens(done),
            "transcription_seconds": Near(sum((t.usage or {}).get("seconds", 0) for t in self.history.transcriptions)),
            "rate_limits": self.history.rate_limits,
            "latency_ms": self._latencies() if variant.timed else {name: [] for name in self._latencies()},
        }

    def _session(self, variant: Variant) -> dict[str, Any]:
        lasted = {"duration_ms": Near(self.recording.lines[-1].at)} if variant.timed else {}
        return {"id": "sess_0001", "model": self.settings.model, "close": self.history.close, **lasted}

    def _responses(self) -> dict[str, int]:
        counts = dict.fromkeys(("completed", "cancelled", "failed", "incomplete", "unfinished"), 0)
        for answer in self.history.answers:
            counts[answer.status if answer.done_at is not None and answer.status else "unfinished"] += 1
        return counts

    def _transcriptions(self) -> dict[str, int]:
        found = self.history.transcriptions
        counts = Counter(transcription.outcome for transcription in found)
        outcomes = {name: counts[name] for name in ("completed", "failed", "empty", "pending")}
        return {**outcomes, "late": sum(transcription.repeated for transcription in found)}

    def _finished(self) -> list[Transcription]:
        finished = [t for t in self.history.transcriptions if t.finished_at is not None]
        return sorted(finished, key=lambda t: t.finished_at or 0.0)

    def _truncations(self) -> dict[str, int]:
        counts = Counter(t.initiator if t.outcome == "acknowledged" else t.outcome for t in self.history.truncations)
        return {name: counts[name] for name in ("client", "server", "unknown", "rejected", "unanswered")}

    def _settled(self, outcome: str) -> list[Truncation]:
        return sorted((t for t in self.history.truncations if t.outcome == outcome), key=lambda t: t.settled_at)

    def _truncated(self, truncation: Truncation) -> dict[str, Any]:
        assert truncation.answer is not None
        generated = None if self.settings.sideband else truncation.answer.generated_ms
        figures: dict[str, Any] = {"generated_ms": None, "unheard_ms": None}
        if generated is not None:
            figures = {"generated_ms": Near(generated), "unheard_ms": Near(max(0.0, generated - truncation.told_ms))}
        return {"item_id": truncation.item_id, "audio_end_ms": truncation.told_ms, **figures}

    def _interruptions(self, variant: Variant) -> dict[str, int]:
        """Without times only what was cut can tell that it still played: a truncate, or a cleared buffer."""
        told_of = {id(truncation.answer) for truncation in self.history.truncations}
        counts = Counter(
            answer.cut
            for answer in self.history.answers
            if variant.timed or answer.cut != "playing" or id(answer) in told_of
        )
        return {phase: counts[phase] for phase in ("before_audio", "generating", "playing")}

    def _overlaps(self, variant: Variant) -> int:
        """Each beginning of speech counts for each answer that it did not stop."""
        phases = [phase for answer in self.history.answers if not answer.cut for phase in answer.talked_over]
        return len([phase for phase in phases if variant.timed or phase != "playing"])

    def _tokens(self, done: list[Answer]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for usage in [answer.usage for answer in done if answer.usage]:
            took, gave = usage["input_token_details"], usage["output_token_details"]
            total.update(input=usage["input_tokens"], output=usage["output_tokens"])
            total.update(input_cached=took["cached_tokens"], input_image=took["image_tokens"])
            total.update(input_text=took["text_tokens"], input_audio=took["audio_tokens"])
            total.update(output_text=gave["text_tokens"], output_audio=gave["audio_tokens"])
        for transcription in self.history.transcriptions:
            usage = transcription.usage or {}
            total.update(transcription_input=usage.get("input_tokens", 0))
            total.update(transcription_output=usage.get("output_tokens", 0))
        names = ("input", "input_cached", "input_text", "input_audio", "input_image", "output", "output_text")
        return {name: total[name] for name in (*names, "output_audio", "transcription_input", "transcription_output")}

    def _latencies(self) -> dict[str, list[Near]]:
        spoken = [
            turn for turn in self.history.turns if turn.answered_at is not None and turn.speech_ended_at is not None
        ]
        spoken.sort(key=lambda turn: turn.answered_at or 0.0)
        finished = [t for t in self._finished() if t.outcome != "failed"]
        runs = sorted(
            (run for run in self.history.tools.values() if run.answered_at), key=lambda run: run.answered_at or 0.0
        )
        latencies = {
            "turn": [
                Near(_between(turn.speech_ended_at, turn.answered_at), turn.blur_ms + CLOCK_MS) for turn in spoken
            ],
            "turn_raw": [
                Near(_between(turn.stop_known_at, turn.answered_at))
                for turn in spoken
                if turn.stop_known_at is not None
            ],
            "transcription": [Near(_between(t.committed_at, t.finished_at)) for t in finished],
            "tool_round_trip": [Near(_between(run.known_at, run.answered_at)) for run in runs],
        }
        if not self.settings.sideband:
            latencies["time_to_first_audio"] = self._times_to_first_audio()
        return latencies

    def _times_to_first_audio(self) -> list[Near]:
        spoken = [a for a in self.history.answers if a.playback is not None and a.turn is not None]
        spoken.sort(key=lambda answer: answer.sounded_at or 0.0)
        return [Near(_between(a.created_at if a.asked_at is None else a.asked_at, a.sounded_at)) for a in spoken]


def _between(start: float | None, end: float | None) -> float:
    assert start is not None
    assert end is not None
    return round(end - start, 3)
