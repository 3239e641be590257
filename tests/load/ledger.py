"""What a generated call comes to, metric by metric, from what truly happened in it: its history, and what was sent.

Written from docs/metrics.md and docs/conversation.md. Nothing here asks voicetap.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from calls.call import Call
from calls.history import Answer, Turn
from calls.sound import Audio
from calls.wire import Variant
from load.account import Account
from load.prices import cost

TIMEOUT_S = 15.0
"""A transcription that has not come by then has timed out; what comes of it is late."""
WAITING_S = 5.0
"""Without any output this is dead air."""
HEARD_GAP_S = 0.02
"""A shorter stretch without audio is no underrun."""
OPENED_BY = {"speech": "speech", "items": "text", "timeout": "timeout", "agent": "agent_initiated"}
ERROR_CODES = ("invalid_value", "conversation_already_has_active_response", "response_cancel_not_active")
LISTED = (*ERROR_CODES, "session_expired", "server_error", "invalid_request_error")
"""Codes of errors with a value of their own; of the generator's, all others are `other`."""


class Ledger:
    """Of one call that has been run; `unknown` are types in it that no catalogue has, `cause` what cut its answers."""

    def __init__(self, call: Call, cause: str = "turn_detected", unknown: Collection[str] = ()) -> None:
        self.account = Account()
        self._history, self._settings = call.history, call.settings
        self._recording = call.recording
        self._cause, self._unknown = cause, unknown
        self._model = {"model": call.settings.model}
        self._ended_at = call.recording.lines[-1].at
        self._events = [(line.at, line.content["event"]) for line in call.recording.lines if "event" in line.content]
        for entry in (self._messages, self._session, self._transcriptions, self._turns, self._waits, self._items):
            entry()
        for entry in (self._responses, self._audio, self._interruptions, self._truncations, self._tools, self._usage):
            entry()

    def _of(self, *types: str) -> Iterator[tuple[float, dict[str, Any]]]:
        """The events of these types: their times in ms, and themselves."""
        return ((at, event) for at, event in self._events if event["type"] in types)

    def _messages(self) -> None:
        counted = self._recording.counted(Variant())
        for side in ("client", "server"):
            for type, count in counted[side].items():
                unknown = type in self._unknown
                self.account.add("events_total", count, from_=side, type="other" if unknown else type)
                if unknown:
                    self.account.add("unknown_events_total", count, from_=side)
        for code, count in self._history.errors.items():
            self.account.add("api_errors_total", count, **self._model, code=code if code in LISTED else "other")

    def _session(self) -> None:
        close = self._history.close
        assert close is not None, "a script that does not end its call"
        by, code = close["by"], close["code"]
        if code == 1006:
            end = {"client": "client_lost", "server": "upstream_lost"}[by]
        else:
            end = "expired" if self._history.errors["session_expired"] else f"{by}_closed"
        self.account.add("handshakes_total", outcome="101")
        self.account.add("session_starts_total", outcome="started")
        self.account.add("sessions_total", **self._model, end=end)
        self.account.add("close_codes_total", closed_by=by, code=str(code or 1005))
        self.account.observe("session_duration_seconds", self._ended_at / 1000)
        self.account.open_for(self._ended_at / 1000, **self._model)
        # On a sideband the session has long begun: it starts with whatever is seen first.
        sessions = [at for at, event in self._events if event["type"] in ("session.created", "session.updated")]
        self.account.observe("session_setup_seconds", sessions[0] / 1000)
        self.account.observe("upstream_connect_seconds", 0.0)

    def _transcriptions(self) -> None:
        named = {"transcription_model": self._settings.transcription_model or ""}
        for one in self._history.transcriptions:
            outcome, finished_at = one.outcome, one.finished_at
            took = None if finished_at is None else (finished_at - one.committed_at) / 1000
            gone = (self._ended_at - one.committed_at) / 1000
            if took is None or took > TIMEOUT_S:
                # Nothing by then, or by the end of the call.
                given_up = "timed_out" if gone > TIMEOUT_S else "session_closed"
                self.account.add("transcriptions_total", **named, outcome=given_up)
                if took is not None:
                    self.account.add("late_transcriptions_total", **named, outcome=outcome)
                continue
            self.account.add("transcriptions_total", **named, outcome=outcome)
            if outcome == "failed":
                self.account.add("transcription_failures_total", **named, code=one.code or "")
            else:
                self.account.observe("transcription_latency_seconds", took, **named)
            if one.repeated:
                self.account.add("late_transcriptions_total", **named, outcome="completed")

    def _turns(self) -> None:
        for turn in self._history.turns:
            opened_by = OPENED_BY[turn.opened_by]
            self.account.add("turns_total", **self._model, opened_by=opened_by, outcome=self._outcome(turn))
            ended, known, answered = turn.speech_ended_at, turn.stop_known_at, turn.answered_at
            blur = turn.blur_ms / 1000
            if ended is not None and known is not None:
                self._between("vad_wait_seconds", ended, known, blur)
            if ended is not None and answered is not None:
                self._between("turn_latency_seconds", ended, answered, blur)
            if known is not None and answered is not None:
                self._between("turn_latency_raw_seconds", known, answered)

    def _between(self, metric: str, start: float, end: float, blur: float = 0.0, **labels: str) -> None:
        seconds = (end - start) / 1000
        self.account.observe(metric, max(0.0, seconds - blur), seconds + blur, **self._model, **labels)

    def _answers(self, turn: Turn) -> list[Answer]:
        return [answer for answer in self._history.answers if answer.turn is turn]

    def _outcome(self, turn: Turn) -> str:
        answers = self._answers(turn)
        if any(answer.cut for answer in answers):
            return "interrupted"
        if turn is self._history.turns[-1] and self._open(answers):
            return "session_closed"
        if not answers:
            return "no_response"
        return answers[-1].status or "incomplete"

    def _open(self, answers: list[Answer]) -> bool:
        """At the end of the call: nothing has come, or something is made, played, or worked at."""
        working = [run for run in self._history.tools.values() if run.answer in answers and run.answered_at is None]
        going_on = any(answer.done_at is None or answer.playing(self._ended_at) for answer in answers)
        return not answers or going_on or bool(working)

    def _waits(self) -> None:
        """From a commit to `response.created`, and from what asks for a response to its first output."""
        outputs = [a.sounded_at for a in self._history.answers if a.sounded_at is not None]
        outputs += [at for at, _ in self._of("response.function_call_arguments.delta")]
        committed = [at for at, _ in self._of("input_audio_buffer.committed")]
        for answer in self._history.answers:
            if answer.turn is None or answer.created_at is None:
                continue
            if answer.asked_at is None:
                before = max(at for at in committed if at <= answer.created_at)
                if answer.turn.opened_by == "speech":
                    self._between("commit_to_response_seconds", before, answer.created_at)
                after, since = "speech", before
            elif self._follows_tool(answer):
                after, since = "tool_output", self._outputs_before(answer)
            else:
                after, since = "request", answer.asked_at
            # What ends a wait is any output, or that the answer is given up.
            ends = [at for at in (*outputs, answer.done_at, self._ended_at) if at is not None and at > since]
            if min(ends) - since > WAITING_S * 1000:
                self.account.add("dead_air_total", after=after)

    def _follows_tool(self, answer: Answer) -> bool:
        earlier = [run for run in self._history.tools.values() if run.answer.turn is answer.turn]
        asked = answer.asked_at
        return asked is not None and any(run.answered_at is not None and run.answered_at <= asked for run in earlier)

    def _outputs_before(self, answer: Answer) -> float:
        runs = [run.answered_at for run in self._history.tools.values() if run.answer.turn is answer.turn]
        return max(at for at in runs if at is not None and at <= (answer.asked_at or 0.0))

    def _items(self) -> None:
        seen = {event["item"]["id"]: event["item"] for _, event in self._of("conversation.item.added")}
        for item in seen.values():
            self.account.add("items_total", role=item.get("role", "none"), type=item["type"])

    def _responses(self) -> None:
        for answer in self._history.answers:
            status = answer.status if answer.done_at is not None and answer.status else "unfinished"
            reason = answer.reason if status != "unfinished" else None
            self.account.add("responses_total", **self._model, status=status, reason=reason or "none")
            if answer.done_at is not None and answer.created_at is not None:
                self._between("response_duration_seconds", answer.created_at, answer.done_at)
            # Of an answer that goes by WebRTC no audio passes.
            if self._settings.sideband or answer.playback is None or answer.turn is None or answer.sounded_at is None:
                continue
            start = answer.created_at if answer.asked_at is None else answer.asked_at
            assert start is not None
            self._between("time_to_first_audio_seconds", start, answer.sounded_at, trigger=self._trigger(answer))

    def _trigger(self, answer: Answer) -> str:
        if answer.asked_at is None:
            return "timeout" if answer.turn is not None and answer.turn.opened_by == "timeout" else "vad"
        return "tool" if self._follows_tool(answer) else "client"

    def _audio(self) -> None:
        spoken = sum(answer.playback is not None for answer in self._history.answers)
        self.account.add("spoken_answers_total", spoken, **self._model)
        appended = sum(self._size(event["audio"]) for _, event in self._of("input_audio_buffer.append"))
        seconds = appended / self._settings.input_format.bytes_per_ms / 1000
        self.account.add("input_audio_seconds_total", seconds, **self._model)
        pieces: dict[str, list[tuple[float, float]]] = {}
        for at, event in self._of("response.output_audio.delta"):
            ms = self._size(event["delta"]) / self._settings.output_format.bytes_per_ms
            pieces.setdefault(event["item_id"], []).append((at, ms))
        for item in pieces.values():
            self.account.add("generated_audio_seconds_total", sum(ms for _, ms in item) / 1000, **self._model)
            if len(item) > 1:
                gaps = [later - earlier for (earlier, _), (later, _) in pairwise(item)]
                self.account.observe("audio_delta_gap_seconds", max(gaps) / 1000, **self._model)
            self._played(item)

    @staticmethod
    def _size(audio: Audio) -> int:
        return audio.size

    def _played(self, item: list[tuple[float, float]]) -> None:
        """In real time from the first piece on."""
        (until, _), *_ = item
        for at, ms in item:
            dry = (at - until) / 1000
            if dry > HEARD_GAP_S:
                self.account.add("playback_underruns_total", **self._model)
                self.account.add("underrun_seconds_total", dry, **self._model)
            until = max(until, at) + ms

    def _interruptions(self) -> None:
        stops = [at for at, _ in self._of("input_audio_buffer.speech_started", "response.cancel")]
        for answer in self._history.answers:
            if answer.cut is None:
                continue
            self.account.add("interruptions_total", **self._model, phase=answer.cut, cause=self._cause)
            if answer.cut == "generating" and answer.sounded_at is not None:
                cut_at = min(at for at in stops if at > answer.sounded_at)
                deltas = self._of("response.output_audio.delta")
                later = [at for at, event in deltas if event["response_id"] == answer.id and at > cut_at]
                self.account.observe("interruption_stop_seconds", (max([cut_at, *later]) - cut_at) / 1000)
        over = sum(len(answer.talked_over) for answer in self._history.answers if not answer.cut)
        self.account.add("overlaps_total", over)

    def _truncations(self) -> None:
        for one in self._history.truncations:
            labels = {"initiator": one.initiator, "outcome": one.outcome}
            self.account.add("truncations_total", **self._model, **labels)
            if one.outcome != "acknowledged" or one.answer is None or self._settings.sideband:
                continue
            generated = one.answer.generated_ms
            unheard = max(0.0, generated - one.told_ms)
            self.account.add("unheard_audio_seconds_total", unheard / 1000, **self._model)
            self.account.observe("truncated_answer_heard_ratio", 1 - unheard / generated)

    def _tools(self) -> None:
        for run in self._history.tools.values():
            if run.answered_at is not None:
                self.account.add("tool_calls_total", outcome="answered")
                self.account.observe("tool_round_trip_seconds", (run.answered_at - run.known_at) / 1000)
                self._resumed(run.answered_at, run.answer)
            else:
                cancelled = run.answer.status == "cancelled"
                self.account.add("tool_calls_total", outcome="cancelled" if cancelled else "unanswered")

    def _resumed(self, answered_at: float, called: Answer) -> None:
        """The next response of the turn: its first output."""
        following = self._history.answers[self._history.answers.index(called) + 1 :]
        for answer in following:
            if answer.turn is called.turn and answer.asked_at is not None and answer.asked_at >= answered_at:
                about = [at for at, event in self._events if event.get("response_id") == answer.id and "delta" in event]
                if about:
                    self.account.observe("tool_resume_seconds", (about[0] - answered_at) / 1000)
                return

    def _usage(self) -> None:
        """Each token once: what was cached is taken out of its modality."""
        tokens: Counter[tuple[str, str, str]] = Counter()
        for answer in self._history.answers:
            if not answer.usage or answer.done_at is None:
                continue
            took, gave = answer.usage["input_token_details"], answer.usage["output_token_details"]
            for modality in ("text", "audio", "image"):
                cached = took["cached_tokens_details"][f"{modality}_tokens"]
                tokens["input", modality, "true"] += cached
                tokens["input", modality, "false"] += took[f"{modality}_tokens"] - cached
            for modality in ("text", "audio"):
                tokens["output", modality, "false"] += gave[f"{modality}_tokens"]
        self._used("response", self._settings.model, tokens, 0.0)
        heard: Counter[tuple[str, str, str]] = Counter()
        seconds = 0.0
        for one in self._history.transcriptions:
            usage = one.usage or {}
            heard["input", "audio", "false"] += usage.get("input_tokens", 0)
            heard["output", "text", "false"] += usage.get("output_tokens", 0)
            seconds += usage.get("seconds", 0.0)
        if self._settings.transcription_model:
            self._used("transcription", self._settings.transcription_model, heard, seconds)

    def _used(self, usage: str, model: str, tokens: Counter[tuple[str, str, str]], seconds: float) -> None:
        for (direction, modality, cached), count in tokens.items():
            if count:
                labels = {"direction": direction, "modality": modality, "cached": cached}
                self.account.add("tokens_total", count, model=model, usage=usage, **labels)
        self.account.add("cost_usd_total", cost(model, tokens, seconds), model=model, usage=usage)
