"""All metrics of the process in one registry, in the order of the catalogue."""

from collections.abc import Iterable, Sequence
from itertools import product

from prometheus_client import CollectorRegistry

from ... import __version__
from ...chunks import Side
from ...realtime import CATALOGUE, OPENAI
from ...realtime.event import REASONS
from .. import labels, names
from ..metric import Metric
from .live import LiveSessions, RateLimits, SessionsExpiring
from .series import Histogram, Numbers


class Families:
    """The metrics of one process."""

    def __init__(
        self, registry: CollectorRegistry, live: LiveSessions, more_labels: Sequence[str], of_tools: Sequence[str]
    ) -> None:
        """Registers all of names.METRICS; what has no label for a model has every child that can be foreseen, at 0.

        What has one gets `more_labels` too: the numbers, but not the histograms, of which each child has many series,
        and not the rate limits, which are those of the account behind all of them. `of_tools` are those that calls of
        tools have besides.
        """

        def plain(metric: Metric, children: Iterable[Sequence[str]] = ()) -> Numbers:
            numbers = Numbers(metric, registry)
            for values in children:
                numbers.child(*values)
            return numbers

        def by_model(metric: Metric) -> Numbers:
            return Numbers(metric, registry, more_labels)

        def histogram(metric: Metric) -> Histogram:
            return Histogram(metric, registry)

        sides = each(labels.SIDES)

        self.sessions_active = by_model(names.SESSIONS_ACTIVE)
        self.sessions = by_model(names.SESSIONS)
        self.starts = plain(names.SESSION_STARTS, each(labels.START_OUTCOMES))
        self.setup = histogram(names.SESSION_SETUP).child()
        self.duration = histogram(names.SESSION_DURATION).child()
        SessionsExpiring(live, registry)
        self.handshakes = plain(names.HANDSHAKES, each(labels.HANDSHAKE_OUTCOMES))
        self.connect = histogram(names.UPSTREAM_CONNECT).child()
        self.close_codes = plain(names.CLOSE_CODES, labels.CLOSES)
        relayed = plain(names.RELAYED_BYTES)
        self.relayed_bytes = {side: relayed.child(side.value) for side in Side}
        self.http_requests = plain(names.HTTP_REQUESTS, product(labels.FORESEEN_ROUTES, labels.STATUSES))

        events = plain(names.EVENTS)
        self.events = {
            side: {type: events.child(side.value, type, expected=type in OPENAI[side]) for type in CATALOGUE[side]}
            for side in Side
        }
        self.other_events = {side: events.child(side.value, labels.OTHER) for side in Side}
        """Those whose types are in no catalogue."""
        self.unknown_events = plain(names.UNKNOWN_EVENTS, sides)
        self.malformed_messages = plain(
            names.MALFORMED_MESSAGES, ((side, reason) for side in labels.SIDES for reason in REASONS)
        )
        self.surprises = plain(names.SURPRISES, each(labels.SURPRISES))
        self.api_errors = by_model(names.API_ERRORS)

        self.transcriptions = by_model(names.TRANSCRIPTIONS)
        self.late_transcriptions = by_model(names.LATE_TRANSCRIPTIONS)
        self.transcription_failures = by_model(names.TRANSCRIPTION_FAILURES)
        self.transcriptions_pending = plain(names.TRANSCRIPTIONS_PENDING).child()
        self.transcription_latency = histogram(names.TRANSCRIPTION_LATENCY)
        self.transcription_confidence = histogram(names.TRANSCRIPTION_CONFIDENCE)

        self.turns = by_model(names.TURNS)
        self.turn_latency = histogram(names.TURN_LATENCY)
        self.turn_latency_raw = histogram(names.TURN_LATENCY_RAW)
        self.vad_wait = histogram(names.VAD_WAIT)
        self.commit_to_response = histogram(names.COMMIT_TO_RESPONSE)
        self.dead_air = plain(names.DEAD_AIR, each(labels.DEAD_AIR))
        self.silent_sessions = plain(names.SILENT_SESSIONS).child()
        self.items = plain(names.ITEMS, labels.ITEMS)
        self.input_audio = by_model(names.INPUT_AUDIO)

        self.responses = by_model(names.RESPONSES)
        self.response_duration = histogram(names.RESPONSE_DURATION)
        self.time_to_first_audio = histogram(names.TIME_TO_FIRST_AUDIO)
        self.audio_delta_gap = histogram(names.AUDIO_DELTA_GAP)
        self.playback_underruns = by_model(names.PLAYBACK_UNDERRUNS)
        self.underrun_seconds = by_model(names.UNDERRUN_SECONDS)
        self.spoken_answers = by_model(names.SPOKEN_ANSWERS)
        self.generated_audio = by_model(names.GENERATED_AUDIO)
        self.unheard_audio = by_model(names.UNHEARD_AUDIO)
        self.interruptions = by_model(names.INTERRUPTIONS)
        self.interruption_stop = histogram(names.INTERRUPTION_STOP).child()
        self.overlaps = plain(names.OVERLAPS).child()
        self.truncations = by_model(names.TRUNCATIONS)
        self.heard_ratio = histogram(names.TRUNCATED_ANSWER_HEARD).child()

        self.tool_calls = Numbers(names.TOOL_CALLS, registry, of_tools)
        self.tool_round_trip = histogram(names.TOOL_ROUND_TRIP).child()
        self.tool_resume = histogram(names.TOOL_RESUME).child()
        self.tokens = by_model(names.TOKENS)
        self.cost = by_model(names.COST)
        RateLimits(live, registry)

        self.gaps = plain(names.OBSERVER_GAPS, each(labels.GAPS))
        self.observer_lag = histogram(names.OBSERVER_LAG).child()
        self.sink_failures = plain(names.SINK_FAILURES, each(labels.SINKS))
        self.telemetry_dropped = plain(names.TELEMETRY_DROPPED, each(labels.TELEMETRY))
        self.event_loop_lag = histogram(names.EVENT_LOOP_LAG).child()
        plain(names.BUILD_INFO).child(__version__).move(1)


def each(values: Iterable[str]) -> list[tuple[str]]:
    """As the values of one label."""
    return [(value,) for value in values]
