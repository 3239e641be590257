"""Whole calls by chance: equipment, network, habits, and what people and model do. A seed gives one call, always."""

from random import Random
from typing import Any, NamedTuple

from calls.agenda import Process
from calls.call import Call
from calls.plans import Heard, Plan, Tool
from calls.settings import Settings
from calls.sound import PCM_16K, PCM_24K, PCMA, PCMU
from calls.truth import Truth
from calls.wire import Variant


class Written(NamedTuple):
    """A recording, and the report that it should give."""

    lines: list[str]
    truth: dict[str, Any]


def random_call(seed: int) -> Written:
    """The call of this seed."""
    random = Random(f"call {seed}")
    settings = random_settings(random)
    call = Call(settings, seed).run(lambda call: _Conversation(call, random).script())
    declared = PCM_16K in (settings.input_format, settings.output_format)
    variant = Variant(elided=random.random() < 0.95, beta=not declared and random.random() < 0.3)
    truth = Truth(call.history, settings, call.recording)
    return Written(call.recording.written(variant), truth.report(variant))


def random_settings(random: Random) -> Settings:
    """Equipment and habits that go together."""
    chunk, listens = random.choice([20, 30, 40, 60, 100]), random.random() < 0.85
    far = random.random() < 0.7
    delay = random.choice([0.0, 0.0, random.uniform(20, 900)])
    interrupts = random.random() < 0.85
    formats = random.choice([(PCM_24K, PCM_24K), (PCM_24K, PCM_24K), (PCMU, PCMU), (PCMA, PCMA), (PCM_16K, PCM_24K)])
    muted = random.random() < 0.6
    backwards = random.random() < 0.06
    return Settings(
        input_format=formats[0],
        output_format=formats[1],
        chunk_ms=chunk,
        burst=random.choice([1, 1, 1, max(1, 200 // chunk)]),
        append_jitter_ms=random.choice([0.0, random.uniform(0, 40)]),
        muted_between_turns=muted,
        aligned=random.random() < 0.3,
        uplink_ms=random.uniform(5, 80) * far,
        downlink_ms=random.uniform(5, 80) * far,
        network_jitter_ms=random.choice([0.0, random.uniform(0, 25)]) * far,
        turn_detection=listens,
        create_response=random.random() < 0.85,
        interrupt_response=interrupts,
        idle_timeout_ms=random.randint(5000, 8000) if muted and listens and random.random() < 0.4 else None,
        frame_ms=random.choice([10, 20, 30]),
        onset_ms=random.choice([30, 60, 120]),
        silence_ms=random.choice([210, 300, 510, 720]),
        creation_ms=random.uniform(0, 40),
        cancel_lag_ms=random.choice([0.0, random.uniform(0, 200)]),
        cancelled_first=backwards,
        acknowledges=not backwards and random.random() < 0.95,
        rejection_code=random.choice(["invalid_value", None]),
        transcription_model=random.choice(["gpt-4o-transcribe", "gpt-4o-transcribe", "whisper-1", None]),
        transcribed_seconds=random.random() < 0.3,
        text_only=random.random() < 0.1,
        rate_limits=random.random() < 0.9,
        playout_delay_ms=delay if interrupts else 0.0,
        estimate=random.choice(["heard", "elapsed", "clamped"]),
        truncates=bool(delay) or random.random() < 0.9,
        event_ids=random.random() < 0.3,
        sideband=listens and random.random() < 0.1,
    )


class _Conversation:
    """What happens in one call: a handful of episodes, one after the other."""

    def __init__(self, call: Call, random: Random) -> None:
        self._call = call
        self._random = random
        settings = call.settings
        self._episodes = [
            self._question,
            self._question,
            self._stopped,
            self._written,
            self._tool_used,
            self._talked_over,
        ]
        if settings.turn_detection and settings.create_response and settings.interrupt_response:
            self._episodes += [self._talked_over, self._in_pieces]
        if settings.idle_timeout_ms and settings.create_response:
            self._episodes.append(self._silence)
        if not settings.sideband:
            self._episodes.append(self._apart)

    def script(self) -> Process:
        """From the first word to the last."""
        if self._random.random() < 0.3:
            self._call.client.asks(self._plan())
            yield from self._call.caller.waits_for_quiet()
        for _ in range(self._random.randint(2, 5)):
            yield from self._random.choice(self._episodes)()
            yield from self._call.caller.waits_for_quiet()
            yield self._between(0, 1500)
        if self._random.random() < 0.05:
            self._call.server.expires()

    # Episodes

    def _question(self) -> Process:
        yield from self._says(self._plan())

    def _talked_over(self) -> Process:
        yield from self._says(self._plan())
        yield from self._listens()
        yield from self._says(self._plan())
        if not self._call.settings.interrupt_response and self._random.random() < 0.5:
            yield from self._listens()
            self._call.client.presses_stop()

    def _stopped(self) -> Process:
        yield from self._says(self._plan())
        yield from self._listens(sure=True)
        self._call.client.presses_stop()

    def _in_pieces(self) -> Process:
        for _ in range(self._random.randint(2, 4)):
            yield from self._call.caller.asks(self._between(300, 1200), heard=self._heard())
            yield self._between(0, self._call.settings.silence_ms + 1500)

    def _written(self) -> Process:
        for _ in range(self._random.randint(0, 2)):
            self._call.client.adds(self._random.choice(["user", "system", "assistant"]), "One more thing.")
        self._call.client.types("And tomorrow?", answer=self._plan())
        yield from self._call.caller.waits_for_quiet()

    def _tool_used(self) -> Process:
        text = self._call.settings.text_only
        rounds = []
        for _ in range(self._random.randint(1, 2)):
            tools = [Tool(self._between(1, 1500), self._between(0, 200)) for _ in range(self._random.randint(1, 2))]
            spoken = self._random.choice([0, 0, self._random.randint(300, 1500)]) * (not text)
            rounds.append(Plan(self._between(100, 900), spoken, tools=tuple(tools), wrap_up_ms=self._between(0, 300)))
        yield from self._says(*rounds, self._plan())
        yield from self._call.caller.waits_for_quiet()

    def _apart(self) -> Process:
        yield from self._says(self._plan())
        yield from self._listens()
        self._call.client.asks_apart(Plan(self._between(50, 500), self._random.randint(100, 1500), text=True))

    def _silence(self) -> Process:
        yield from self._says(self._plan())
        yield from self._call.caller.waits_for_quiet()
        before = len(self._call.history.turns)
        yield lambda: len(self._call.history.turns) > before

    # Pieces of them

    def _says(self, *answers: Plan) -> Process:
        """Something that wants these answers, up to the moment when the last of the voice is out."""
        call, heard, ms = self._call, self._heard(), self._between(300, 2500)
        if not call.settings.turn_detection:
            yield from call.caller.holds_the_button(ms, *answers, heard=heard)
            return
        turns = len(call.history.turns)
        yield from call.caller.asks(ms, *answers, heard=heard)
        if not call.settings.create_response:
            yield lambda: len(call.history.turns) > turns and call.history.turns[-1].stop_known_at is not None
            yield self._between(20, 300)
            yield lambda: not any(answer.active for answer in call.client.answers)
            call.client.asks()

    def _listens(self, sure: bool = False) -> Process:
        """Until some of the answer has come, or before; `sure` that something has."""
        call = self._call
        if not sure and self._random.random() < 0.25:
            yield lambda: any(answer.active for answer in call.client.answers) or call.quiet
            yield self._between(0, 300)
        elif call.settings.text_only:
            yield lambda: (call.client.answers and call.client.answers[-1].sounded_at is not None) or call.quiet
            yield self._between(0, 600)
        else:
            yield from call.caller.hears(self._between(1, 2500))

    def _plan(self) -> Plan:
        text, random = self._call.settings.text_only, self._random
        per_ms = self._call.settings.output_format.bytes_per_ms
        ends, reason = random.choice(
            [("completed", None)] * 8 + [("incomplete", "max_output_tokens"), ("failed", "server_error")]
        )
        return Plan(
            thinking_ms=self._between(80, 1200),
            audio_ms=random.randint(400, 5000) * (ends != "failed" or random.random() < 0.5),
            text=text,
            speed=random.choice([0.7, 1.5, 3.0, 8.0, 20.0]),
            delta_bytes=random.choice([50, 100, 200]) * per_ms + random.choice([0, 0, 2]),
            ends=ends,
            reason=reason,
            usage=ends != "failed" or random.random() < 0.5,
        )

    def _heard(self) -> Heard:
        outcome = self._random.choice(["completed"] * 12 + ["failed", "failed", "never"])
        words = self._random.choice(["What is the weather in London?"] * 5 + ["No.", ""])
        return Heard(
            after_ms=self._random.choice([self._between(0, 50), self._between(50, 1500), self._between(1500, 3000)]),
            words=words,
            outcome=outcome,
            code=self._random.choice([None, "audio_unintelligible"]),
            repeats=int(self._random.random() < 0.05 and outcome != "never"),
            cumulative=self._random.choice([0] * 9 + [2]),
        )

    def _between(self, low: float, high: float) -> float:
        return round(self._random.uniform(low, high), 3)
