"""Writes docs/metrics.md from the catalogue of voicetap.signals.names; `make docs` does it."""

from collections.abc import Iterable
from textwrap import fill
from typing import NamedTuple

from voicetap import config
from voicetap.signals import labels, names
from voicetap.signals.metric import Kind, Metric
from voicetap.signals.metrics import by_model, operator, tools

INTRODUCTION = """\
# What voicetap measures

`/metrics` on the admin port has everything on this page, as OpenMetrics with exemplars for a Prometheus that asks for
it, else as Prometheus's text. `OTEL_METRICS_EXPORTER=otlp` pushes the same figures over OTLP, under the names of the
last column.

Seconds, bytes and ratios from 0 to 1; counters end in `_total`. What can be foreseen is there from the start at 0, for
the increase of a counter that first appears with 1 is 0, and the first failure would go unseen. What has a `model` is
there when a server has named that model; of `unknown` what may happen before that is there, and what is seldom (images,
a client that never is told its model) from its first sample on. There are no `_created` series.

This page is written from `proxy/voicetap/signals/names.py` by `make docs`; a test fails when it is out of date. Another
asks a real Prometheus, which has scraped voicetap in the middle of troubled calls, for every metric and every
expression here: each has an answer.
"""


class Example(NamedTuple):
    """A question, and how Prometheus is asked it."""

    question: str
    promql: str


class Group(NamedTuple):
    """Metrics that answer a question together."""

    title: str
    text: str
    metrics: tuple[Metric, ...]
    examples: tuple[Example, ...] = ()


GROUPS = (
    Group(
        "Connections and sessions",
        """\
Do calls get through, and how do they end? A `101` is not yet a session: api.openai.com opens the WebSocket for a bad
key too, and says only then that it refuses. So `handshakes_total` is about HTTP, `session_starts_total` about the API.

`sessions_expiring` warns of calls that the server will cut off at its limit (60 minutes at OpenAI); those within one
minute are within 5 and 15 too. Where nobody sent a Close frame, the code is 1006.
""",
        (
            names.SESSIONS_ACTIVE,
            names.SESSIONS,
            names.SESSION_STARTS,
            names.SESSION_SETUP,
            names.SESSION_DURATION,
            names.SESSIONS_EXPIRING,
            names.HANDSHAKES,
            names.UPSTREAM_CONNECT,
            names.CLOSE_CODES,
            names.RELAYED_BYTES,
            names.HTTP_REQUESTS,
        ),
        (
            Example(
                "What share of connections never became a session?",
                'sum(rate(voicetap_session_starts_total{outcome!="started"}[5m]))\n'
                "  / sum(rate(voicetap_session_starts_total[5m]))",
            ),
            Example(
                "How many calls were cut off rather than ended, an hour?",
                'sum by (end) (increase(voicetap_sessions_total{end!="client_closed"}[1h]))',
            ),
        ),
    ),
    Group(
        "Events",
        """\
Is voicetap still understanding the API, and is everybody keeping to it? `events_total` has the names that were on the
wire, those of the beta too. A type that no catalogue has counts as `other` and under `unknown_events_total`: a new
version of the API, most likely. `surprises_total` counts what made no sense where it came (docs/states.md).
""",
        (names.EVENTS, names.UNKNOWN_EVENTS, names.MALFORMED_MESSAGES, names.SURPRISES, names.API_ERRORS),
        (
            Example(
                "Which errors does the API answer with?",
                "sum by (code) (increase(voicetap_api_errors_total[1h])) > 0",
            ),
        ),
    ),
    Group(
        "Transcription",
        """\
Does transcription of what users say work? Failures come as events that clients seldom look at, and the call goes on
without a transcript. Each committed item has one outcome, the first that is final: `completed` has text, `empty` came
without, `failed` came as a failure, `timed_out` came not within 15 seconds, `session_closed` not before the end of the
call. What comes after that is counted as late, and changes nothing.

Confidence is there for sessions that include `item.input_audio_transcription.logprobs`.
""",
        (
            names.TRANSCRIPTIONS,
            names.LATE_TRANSCRIPTIONS,
            names.TRANSCRIPTION_FAILURES,
            names.TRANSCRIPTIONS_PENDING,
            names.TRANSCRIPTION_LATENCY,
            names.TRANSCRIPTION_CONFIDENCE,
        ),
        (
            Example(
                "**The transcription failure ratio.** (For low traffic, demand a number of transcriptions beside it.)",
                'sum(rate(voicetap_transcriptions_total{outcome=~"failed|timed_out"}[15m]))\n'
                "  / sum(rate(voicetap_transcriptions_total[15m]))",
            ),
            Example(
                "Why do they fail?",
                "sum by (transcription_model, code) (increase(voicetap_transcription_failures_total[1h])) > 0",
            ),
        ),
    ),
    Group(
        "Turns",
        """\
How long do users wait? `turn_latency_seconds` is voice to voice: from the moment in which the user really stopped
talking, to the first audio of the answer, calls of tools in between included. The silence after which the server takes
speech to be over is part of what a user waits, so it is part of this figure: the end of speech is found by laying the
position that the server names over the times at which the audio was appended. `turn_latency_raw_seconds` begins where
the server's `speech_stopped` arrives, as most clients measure it, and `vad_wait_seconds` is what lies between the two.
Where the silence is not known (semantic VAD), there is only the raw figure.

`dead_air_total` counts each time that nothing came for 5 seconds, `silent_sessions_total` the calls in which nothing
came any more after an error.
""",
        (
            names.TURNS,
            names.TURN_LATENCY,
            names.TURN_LATENCY_RAW,
            names.VAD_WAIT,
            names.COMMIT_TO_RESPONSE,
            names.DEAD_AIR,
            names.SILENT_SESSIONS,
            names.ITEMS,
            names.INPUT_AUDIO,
        ),
        (
            Example(
                "**The 95th percentile of voice to voice**, by model.",
                "histogram_quantile(0.95, sum by (model, le) (rate(voicetap_turn_latency_seconds_bucket[15m])))",
            ),
            Example(
                "The share of turns answered within 0.8 s.",
                'sum(rate(voicetap_turn_latency_seconds_bucket{le="0.8"}[15m]))\n'
                "  / sum(rate(voicetap_turn_latency_seconds_count[15m]))",
            ),
            Example(
                "The share of turns that came to nothing.",
                'sum(rate(voicetap_turns_total{outcome=~"failed|incomplete|no_response"}[15m]))\n'
                "  / sum(rate(voicetap_turns_total[15m]))",
            ),
        ),
    ),
    Group(
        "Answers",
        """\
How does the model answer, and how much of it is heard? `truncations_total` is what clients (and, with WebRTC, the
server) tell of users who stopped listening; divided by `spoken_answers_total` it is how often that happens. An
interruption is counted once for an answer, by whatever cut it off first; `unheard_audio_seconds_total` is what was
generated, paid for, and cut away. An answer that is truncated again, nearer to its beginning, adds what that cuts away
besides, and to `truncated_answer_heard_ratio` nothing: there it stands once, as it was cut off first.

**Playback really is the client's.** Nothing on the wire says when a client plays which piece of audio. voicetap
estimates it: an answer starts with its first piece, runs in real time over what has come, and stops when it is cut
off. `playback_underruns_total`, `underrun_seconds_total`, `overlaps_total`, and the phase `playing` of interruptions
rest on that. A client that buffers for half a second has fewer underruns than are counted here, one with a bad
network more. Where the server plays the audio itself (WebRTC, SIP), it says so, and the figures are exact.

**Not visible, and not counted:** the API cuts off the beginning of a conversation that has grown too long for the model
(`truncation` in the session). No event tells of it. What it leaves is a drop of the cached tokens of a response.
""",
        (
            names.RESPONSES,
            names.RESPONSE_DURATION,
            names.TIME_TO_FIRST_AUDIO,
            names.AUDIO_DELTA_GAP,
            names.PLAYBACK_UNDERRUNS,
            names.UNDERRUN_SECONDS,
            names.SPOKEN_ANSWERS,
            names.GENERATED_AUDIO,
            names.UNHEARD_AUDIO,
            names.INTERRUPTIONS,
            names.INTERRUPTION_STOP,
            names.OVERLAPS,
            names.TRUNCATIONS,
            names.TRUNCATED_ANSWER_HEARD,
        ),
        (
            Example(
                "**The truncation frequency**: how many spoken answers are cut off.",
                'sum(rate(voicetap_truncations_total{outcome="acknowledged"}[15m]))\n'
                "  / sum(rate(voicetap_spoken_answers_total[15m]))",
            ),
            Example(
                "What share of the generated audio did nobody hear?",
                "sum(rate(voicetap_unheard_audio_seconds_total[1h]))\n"
                "  / sum(rate(voicetap_generated_audio_seconds_total[1h]))",
            ),
            Example(
                "Why are responses not completed?",
                'sum by (status, reason) (increase(voicetap_responses_total{status!="completed"}[1h])) > 0',
            ),
        ),
    ),
    Group(
        "Tools, usage, limits",
        """\
What do calls use? `tokens_total` is a partition: cached tokens are taken out of their modality, so that adding series
adds up. `cost_usd_total` is an estimate (docs/costs.md); a model that the price table does not have adds nothing. Rate
limits are what the server last said to any live session, the lowest of them, and gone after their reset.

With `--tool-names`, `tool_calls_total` has one more label, `tool`. The two histograms do not: each tool would be a
dozen of lines in each of them. How long a single tool takes, traces say (docs/traces.md).
""",
        (
            names.TOOL_CALLS,
            names.TOOL_ROUND_TRIP,
            names.TOOL_RESUME,
            names.TOKENS,
            names.COST,
            names.RATE_LIMIT_REMAINING,
            names.RATE_LIMIT_LIMIT,
        ),
        (
            Example("**The cost per hour**, by model.", "sum by (model) (rate(voicetap_cost_usd_total[15m])) * 3600"),
            Example(
                "The cost of a minute of conversation.",
                "sum(increase(voicetap_cost_usd_total[1h]))\n"
                "  / (sum(increase(voicetap_session_duration_seconds_sum[1h])) / 60)",
            ),
            Example(
                "The share of input tokens that came from the cache.",
                'sum(rate(voicetap_tokens_total{direction="input", cached="true"}[1h]))\n'
                '  / sum(rate(voicetap_tokens_total{direction="input"}[1h]))',
            ),
        ),
    ),
    Group(
        "voicetap itself",
        """\
Can the other figures be trusted? A gap is traffic that was relayed and not understood: garbage, a compression that
could not be followed, more than voicetap could look at in time. The relay does not wait for any of it.

The two lags are each the worst of a second. That of the event loop bounds what voicetap adds to everybody's traffic; a
stall shorter than 50 ms is seen only when a measurement falls into it.
""",
        (
            names.OBSERVER_GAPS,
            names.OBSERVER_LAG,
            names.SINK_FAILURES,
            names.TELEMETRY_DROPPED,
            names.EVENT_LOOP_LAG,
            names.BUILD_INFO,
        ),
        (
            Example(
                "How late is the event loop in one second of a hundred?",
                "histogram_quantile(0.99, sum by (le) (rate(voicetap_event_loop_lag_seconds_bucket[15m])))",
            ),
        ),
    ),
)


def _column(rows: Iterable[tuple[str, ...]], index: int) -> tuple[str, ...]:
    """The values of one of the labels that go together, each once."""
    return tuple(dict.fromkeys(row[index] for row in rows))


LABELS = (
    (
        "model",
        f"as a `session.*` event of the server named it, the first {by_model.MODELS}, then `other`; `unknown` before",
    ),
    ("transcription_model", f"as the session asked for it, the first {by_model.MODELS}, then `other`"),
    ("from", labels.SIDES),
    ("end", labels.ENDS),
    ("type", "the types of events in voicetap's catalogue, `other`; of items: `message`, `function_call`, …, `other`"),
    ("code", "known codes of errors, or close codes; `other`"),
    ("status", "of responses and of HTTP (`2xx`, `4xx`, `5xx`)"),
    (
        "reason",
        "of responses that were not completed, as `turn_detected`, `none`, `other`; of gaps and malformed messages",
    ),
    ("opened_by", _column(labels.TURNS, 0)),
    ("phase", _column(labels.INTERRUPTIONS, 0)),
    ("cause", _column(labels.INTERRUPTIONS, 1)),
    ("initiator", _column(labels.TRUNCATIONS, 0)),
    ("role", _column(labels.ITEMS, 0)),
    ("usage", ("response", "transcription")),
    ("direction", _column(labels.TOKENS.values(), 0)),
    ("modality", _column(labels.TOKENS.values(), 1)),
    ("cached", _column(labels.TOKENS.values(), 2)),
    ("name", labels.RATE_LIMITS),
    ("closed_by", (*labels.SIDES, labels.BY_VOICETAP)),
    ("route", labels.ROUTES),
    ("version", "of voicetap"),
    ("trigger", labels.TRIGGERS),
    ("after", labels.DEAD_AIR),
    ("within", tuple(labels.WITHIN)),
    ("kind", labels.SURPRISES),
    ("tool", f"with `--tool-names`: the names of the first {tools.MOST} tools, then `other`; `unknown` without one"),
    ("sink", labels.SINKS),
    ("signal", labels.TELEMETRY),
)

OUTCOMES = (
    (names.SESSION_STARTS, labels.START_OUTCOMES),
    (names.HANDSHAKES, labels.HANDSHAKE_OUTCOMES),
    (names.TRANSCRIPTIONS, labels.TRANSCRIPTION_OUTCOMES),
    (names.LATE_TRANSCRIPTIONS, labels.LATE_OUTCOMES),
    (names.TURNS, tuple(dict.fromkeys(outcome for _, outcome in labels.TURNS))),
    (names.TRUNCATIONS, tuple(dict.fromkeys(outcome for _, outcome in labels.TRUNCATIONS))),
    (names.TOOL_CALLS, labels.TOOL_OUTCOMES),
)


def _names(metrics: Iterable[Metric]) -> str:
    """In the order of the catalogue."""
    *some, last = (f"`{metric.name}`" for metric in names.METRICS if metric in frozenset(metrics))
    return ", ".join(some) + f" and {last}"


def _paragraph(*parts: str) -> str:
    return fill(" ".join(parts), 120, break_long_words=False, break_on_hyphens=False) + "\n"


OPERATOR = "\n".join(
    [
        "### Labels of your own\n",
        _paragraph(
            "`--label tenant=x-tenant` gives the metrics that have a `model` or `transcription_model` and are no",
            "histograms one more label, `tenant`, with the value of the header `x-tenant` of the upgrade request;",
            f"rate limits are left out, for they are the account's. There may be {config.LABELS} such labels.",
            "Headers that may carry a credential are refused.",
        ),
        _paragraph(
            f"Clients choose the values, so few are kept apart in one process: the first {operator.COMBINATIONS}",
            f"combinations, and {by_model.PAIRS} pairs of a combination and a model, and as many with a",
            "transcription model; what comes then is `other`. Requests without the headers are `unknown`, and",
            "have all series that there are without a label of your own. With the others a model and a",
            f"transcription model have 15 lines at 0: {_names(by_model.HEADLINE)}. The rest is there from its",
            "first addition on, which an `increase` therefore does not see.",
        ),
        _paragraph(
            "What that costs: three models in use are about 1,300 lines, and in use by 20 combinations each about",
            "3,100 (260 KiB, 19 with gzip), written in 7 ms of processor time instead of 3; further combinations",
            "add about 200 lines in all. If peers brought about every series that can be, it would be 9,300 lines",
            "and 20 ms with three models, and 19,300 and 52 with twenty, which without labels are 6,400 and 14. A",
            "scrape is written by a thread of its own; the event loop makes what a new pair needs, in less than",
            "0.1 ms.",
        ),
    ]
)

PROMETHEUS = """\
## How Prometheus gets them

```yaml
scrape_configs:
  - job_name: voicetap
    scrape_interval: 15s
    static_configs:
      - targets: ["127.0.0.1:9464"]
```

Exemplars need `--enable-feature=exemplar-storage`. They are on counters and buckets of sessions whose traces are
sampled, with `trace_id` and `span_id` of the span in which the sample came about: from a slow bucket to the turn in it.

A scrape is written by a thread of its own, once for all who wait for it, and is small: with three models about 1,300
lines, 12 KiB as Prometheus asks for it (gzip). Whoever reads for more than 10 seconds is cut off.
"""


def page() -> str:
    """The whole of docs/metrics.md."""
    listed = [metric for group in GROUPS for metric in group.metrics]
    assert sorted(metric.name for metric in listed) == sorted(metric.name for metric in names.METRICS)
    return "\n".join([INTRODUCTION, *(_section(group) for group in GROUPS), _labels(), OPERATOR, PROMETHEUS])


def _section(group: Group) -> str:
    parts = [f"## {group.title}", "", group.text, *_table(group.metrics), ""]
    for example in group.examples:
        parts += [example.question, "", "```promql", example.promql, "```", ""]
    return "\n".join(parts)


def _table(metrics: Iterable[Metric]) -> list[str]:
    columns = ("metric", "type", "unit", "labels", "meaning", "OpenTelemetry")
    rows = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for metric in metrics:
        said = metric.help
        if metric.kind is Kind.HISTOGRAM:
            said += ". Buckets: " + ", ".join(f"{bound:g}" for bound in metric.buckets)
        cells = (
            *(f"`{metric.full_name}`", metric.kind.value, f"`{metric.unit}`" if metric.unit else ""),
            *(", ".join(f"`{label}`" for label in metric.labels), said, f"`{metric.otel_name}`"),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def _labels() -> str:
    lines = [
        "## Labels",
        "",
        "Peers choose models, types, codes and paths, so each label has a bounded set of values; what is not in it is",
        "`other`. No label holds an id.",
        "",
        "| label | values |",
        "|---|---|",
        *(f"| `{name}` | {_values(values)} |" for name, values in LABELS),
        *(f"| `outcome` of `{metric.full_name}` | {_values(values)} |" for metric, values in OUTCOMES),
        "",
    ]
    return "\n".join(lines)


def _values(values: str | Iterable[str]) -> str:
    return values if isinstance(values, str) else ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    print(page(), end="")
