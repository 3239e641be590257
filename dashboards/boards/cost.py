"""Cost and limits: what calls use, what of it is wasted, and how much is left."""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import (
    GENERATED_AUDIO,
    INPUT_AUDIO,
    RATE_LIMIT_LIMIT,
    RATE_LIMIT_REMAINING,
    RESPONSES,
    SESSIONS_ACTIVE,
    SESSIONS_EXPIRING,
    TOKENS,
    TOOL_CALLS,
    TURNS,
    UNHEARD_AUDIO,
)

from .. import objectives, variables
from ..board import Row, board, row
from ..panels import NEUTRAL, WARNING, Query, average, bars, figure, leading_to, lines, ranking, stack
from ..promql import rate, ratio, some, total
from . import faults, money, verdicts
from .money import A_MINUTE, AN_HOUR
from .queries import (
    RANGE,
    RATE,
    a_minute,
    during,
    for_each,
    last_told,
    lowest_share,
    now,
    of,
    of_any_model,
    on_average,
    per_second,
)
from .thresholds import at_least

_RESPONSE = 'usage="response"'
_READ = 'direction="input"'
_WRITTEN = 'direction="output"'
_FRESH = 'cached="false"'
_CACHED = 'cached="true"'
_MODEL = ("model",)
_KIND = ("direction", "modality")
_LIMIT = ("model", "name")
_TOKENS = {
    "input audio, cached": "blue",
    "input text, cached": "light-blue",
    "input image, cached": "super-light-blue",
    "input audio": "purple",
    "input text": "light-purple",
    "input image": "super-light-purple",
    "input unknown": "text",
    "output audio": "orange",
    "output text": "light-orange",
}
"""What is cheap is blue, what is read afresh purple, what is written orange."""


def build() -> Dashboard:
    """Top to bottom: what it costs and where, what may run out, and what makes it cost that."""
    return board(
        "cost",
        "Cost and limits",
        "What do calls cost, what of it is wasted, and what may run out? US dollars by voicetap's price table, an "
        "estimate: a model that the table does not have adds nothing. Transcription is chosen by its own model.",
        _verdict(),
        _money(),
        _limits(),
        _tokens(),
        _waste(),
        choices=(variables.transcription_model(),),
    )


def _verdict() -> Row:
    """Prices, and what is near its end."""
    return row(
        "What does it cost, and does anything run out?",
        verdicts.cost_an_hour(),
        average(
            "Cost of a call minute",
            "Responses and transcription in a minute, for each call that goes on meanwhile, of all models, whichever "
            "is chosen; on the average of the times at which there are calls. Compare it with what a minute of a "
            "person costs.",
            units.Dollars,
            Query(
                ratio(
                    f"{total(rate(money.ON_ALL, RATE))} * {A_MINUTE}",
                    on_average(of_any_model(SESSIONS_ACTIVE)),
                )
            ),
        ),
        figure(
            "Cost of a turn",
            "Responses and transcription of the time range, for each turn in it; of all models, whichever is chosen.",
            units.Dollars,
            Query(money.of_a_turn()),
        ),
        figure(
            "Input from the cache",
            "Of the tokens that responses read. Cached tokens cost a fraction. It grows with the length of calls; a "
            "drop is a context that was cut, or instructions that change in the middle of a call.",
            units.PercentUnit,
            Query(ratio(during(TOKENS, _RESPONSE, _READ, _CACHED), during(TOKENS, _RESPONSE, _READ))),
        ),
        verdicts.audio_not_heard(),
        figure(
            "Least left of a rate limit",
            "The lowest that the server told any call in the time range. Below "
            f"{objectives.RATE_LIMIT_LEFT:.0%}, a few more calls make responses fail: ask for a higher limit. No data: "
            "the server says nothing of its limits, or they were whole at each scrape.",
            units.PercentUnit,
            Query(lowest_share(RATE_LIMIT_REMAINING, RATE_LIMIT_LIMIT, over=RANGE)),
            at_least(objectives.RATE_LIMIT_LEFT),
        ),
    )


def _money() -> Row:
    """Which model, and which use of it."""
    return row(
        "Where does the money go?",
        stack(
            "Cost of responses an hour, by model",
            "What is used at each moment, as it would be for an hour. Twice the calls is twice the cost: whether calls "
            "became dearer, the figures for a turn and a minute say.",
            units.Dollars,
            Query(some(f"{total(rate(money.ON_RESPONSES, RATE), *_MODEL)} * {AN_HOUR}"), "{{model}}"),
        ),
        stack(
            "Cost of transcription an hour, by model",
            "Of writing down what users say, as it would be for an hour. It is charged apart from the responses, by "
            "the model that transcribes.",
            units.Dollars,
            Query(some(f"{total(rate(money.ON_TRANSCRIPTION, RATE), *_MODEL)} * {AN_HOUR}"), "{{model}}"),
        ),
        ranking(
            "Cost in the time range",
            "By model and by what it was used for. A model that is missing here while tokens of it are used has no "
            "price: give it one with --prices.",
            units.Dollars,
            Query(some(money.spent(*_MODEL, "usage"))),
            "cost",
        ),
        lines(
            "Cost of a call minute, by model",
            "Of responses, for each minute of each call. It climbs in long calls, for each turn reads the whole "
            "conversation again.",
            units.Dollars,
            Query(
                some(
                    ratio(
                        f"{total(rate(money.ON_RESPONSES, RATE), *_MODEL)} * {A_MINUTE}",
                        on_average(of(SESSIONS_ACTIVE), *_MODEL),
                    )
                ),
                "{{model}}",
            ),
        ),
        lines(
            "Cost of a turn, by model",
            "Of responses. Dearer turns are longer answers, longer contexts, fewer cached tokens, or more rounds of "
            "tools: the row below says which.",
            units.Dollars,
            Query(
                ratio(total(rate(money.ON_RESPONSES, RATE), *_MODEL), per_second(TURNS, by=_MODEL)),
                "{{model}}",
            ),
        ),
        widths=(8, 8, 8, 12, 12),
    )


def _limits() -> Row:
    """The account's, and the clock's."""
    return row(
        "What may run out?",
        lines(
            "Left of rate limits",
            "The lowest that the server told any call, of the limit that goes with it; the limits are the account's, "
            "so it is the same for all processes. Below the dashed line responses begin to fail. Gaps are times at "
            "which the limits were whole.",
            units.PercentUnit,
            Query(
                lowest_share(RATE_LIMIT_REMAINING, RATE_LIMIT_LIMIT, over=RATE, by=_LIMIT),
                "{{model}} {{name}}",
            ),
            limit=objectives.RATE_LIMIT_LEFT,
            room=1,
        ),
        ranking(
            "Rate limits",
            "As the server last told them, for a minute at OpenAI. A limit that has changed is another tier, or "
            "another account.",
            units.LocaleFormat,
            Query(last_told(RATE_LIMIT_LIMIT, by=_LIMIT)),
            "limit",
        ),
        lines(
            "Calls that the server is about to cut off",
            "Sessions by the time that is left until they expire; those within 5 minutes are within 15 too. Clients "
            "have to start a new session before, or are cut off in the middle of a sentence: one is a long call, "
            f"{objectives.SESSIONS_EXPIRING} at once are a client that does not.",
            units.Short,
            Query(now(SESSIONS_EXPIRING, 'within="5m"'), "within 5 minutes"),
            Query(now(SESSIONS_EXPIRING, 'within="15m"'), "within 15 minutes"),
            room=objectives.SESSIONS_EXPIRING,
            colours={"within 5 minutes": WARNING, "within 15 minutes": NEUTRAL},
        ),
    )


def _tokens() -> Row:
    """What the money is paid for."""
    return row(
        "Which tokens are used?",
        stack(
            "Tokens of responses a minute",
            "Each token once, so that the areas add up. Audio that is read afresh and audio that is written cost most; "
            "images are there where clients send any.",
            units.Short,
            Query(some(a_minute(TOKENS, _RESPONSE, _CACHED, by=_KIND)), "{{direction}} {{modality}}, cached"),
            Query(some(a_minute(TOKENS, _RESPONSE, _FRESH, by=_KIND)), "{{direction}} {{modality}}"),
            colours=_TOKENS,
        ),
        stack(
            "Tokens of transcription a minute",
            "Each token once. Models that are charged by the minute of audio, as whisper-1, have a cost and no tokens.",
            units.Short,
            Query(
                some(f"{total(rate(of_any_model(TOKENS, *money.OF_TRANSCRIPTION), RATE), *_KIND)} * {A_MINUTE}"),
                "{{direction}} {{modality}}",
            ),
            colours=_TOKENS,
        ),
        lines(
            "Share of input from the cache",
            "By model. The API cuts off the beginning of a conversation that has grown too long, and no event tells of "
            "it: what it leaves is a drop of this share, for a changed beginning is in no cache.",
            units.PercentUnit,
            Query(
                ratio(
                    per_second(TOKENS, _RESPONSE, _READ, _CACHED, by=_MODEL),
                    per_second(TOKENS, _RESPONSE, _READ, by=_MODEL),
                ),
                "{{model}}",
            ),
        ),
        lines(
            "Tokens that a response reads",
            "The length of the context: instructions, tools, and the conversation so far, on average. It follows the "
            "length of calls; a step is a change of the instructions or tools.",
            units.Short,
            Query(_of_a_response(_READ), "{{model}}"),
        ),
        lines(
            "Tokens that a response writes",
            "The length of answers, speech and text, on average; what is cut off unheard is in it.",
            units.Short,
            Query(_of_a_response(_WRITTEN), "{{model}}"),
        ),
        lines(
            "Tool calls in a hundred turns",
            "On average. Each round of tools is one response more, which reads the whole conversation again: its "
            "output, and all that came before.",
            units.Short,
            Query(f"{ratio(per_second(TOOL_CALLS), total(rate(of_any_model(TURNS), RATE)))} * 100", "all models"),
        ),
        widths=(8,) * 6,
    )


def _waste() -> Row:
    """Audio, which is most of the cost."""
    return row(
        "What is paid for and not heard?",
        bars(
            "Audio in the time range",
            "Appended: what clients sent, silence included; only what the server takes for speech is read by the "
            "model. Generated: what it said. Unheard: what of that was cut off.",
            units.Seconds,
            Query(during(INPUT_AUDIO), "appended"),
            Query(during(GENERATED_AUDIO), "generated"),
            Query(during(UNHEARD_AUDIO), "unheard"),
        ),
        leading_to(
            "quality",
            "When users stop listening",
            lines(
                "Audio not heard, by model",
                "Of the audio that was generated. Models generate faster than anybody listens, so what a user cuts off "
                "has been paid for. Dashed: answers are longer than users want to hear. When they stop listening: "
                "board Conversation quality.",
                units.PercentUnit,
                Query(faults.audio_not_heard(RATE, *_MODEL), "{{model}}"),
                limit=objectives.UNHEARD_RATIO,
            ),
        ),
    )


def _of_a_response(direction: str) -> str:
    """On average, by model."""
    return for_each(RESPONSES, TOKENS, _RESPONSE, direction, by=_MODEL)
