"""Cost and limits: what calls use, what of it is wasted, and how much is left."""

from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard

from voicetap.signals.names import (
    COST,
    GENERATED_AUDIO,
    INPUT_AUDIO,
    ITEMS,
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
from ..panels import Query, average, bars, figure, leading_to, lines, ranking, stack
from ..promql import increase, rate, ratio, total
from .queries import (
    RANGE,
    RATE,
    a_minute,
    during,
    for_each,
    lowest,
    lowest_share,
    now,
    of,
    of_any_model,
    on_average,
    per_second,
)
from .thresholds import at_least, at_most

_RESPONSE = 'usage="response"'
_TRANSCRIPTION = ('usage="transcription"', 'model=~"$transcription_model"')
"""What transcription uses has the name of the model that transcribes as its `model`."""
_READ = 'direction="input"'
_WRITTEN = 'direction="output"'
_FRESH = 'cached="false"'
_CACHED = 'cached="true"'
_MODEL = ("model",)
_KIND = ("direction", "modality")
_LIMIT = ("model", "name")

_USED_BY_RESPONSES = of(COST, _RESPONSE)
_USED_BY_TRANSCRIPTION = of_any_model(COST, *_TRANSCRIPTION)


def build() -> Dashboard:
    """Top to bottom: what it costs, what makes it cost that, and what may run out."""
    return board(
        "cost",
        "Cost and limits",
        "What do calls cost, what of it is wasted, and what may run out? US dollars by voicetap's price table, an "
        "estimate: a model that the table does not have adds nothing. Transcription is chosen by its own model.",
        _verdict(),
        _money(),
        _tokens(),
        _waste(),
        _limits(),
        choices=(variables.transcription_model(),),
    )


def _verdict() -> Row:
    """Prices, and what is near its end."""
    return row(
        "What does it cost, and does anything run out?",
        average(
            "Cost an hour",
            "Responses and transcription, on the average of the time range.",
            units.Dollars,
            Query(f"{_spent_per_second()} * 3600"),
        ),
        average(
            "Cost of a call minute",
            "What is used in a minute, for each call that goes on meanwhile; on the average of the times at which "
            "there are calls. Compare it with what a minute of a person costs.",
            units.Dollars,
            Query(ratio(f"{_spent_per_second()} * 60", on_average(SESSIONS_ACTIVE, over=RATE))),
        ),
        figure(
            "Cost of a turn",
            "Responses and transcription of the time range, for each turn in it.",
            units.Dollars,
            Query(ratio(_spent(), during(TURNS))),
        ),
        figure(
            "Input from the cache",
            "Of the tokens that responses read. Cached tokens cost a fraction. It grows with the length of calls; a "
            "drop is a context that was cut, or instructions that change in the middle of a call.",
            units.PercentUnit,
            Query(ratio(during(TOKENS, _RESPONSE, _READ, _CACHED), during(TOKENS, _RESPONSE, _READ))),
        ),
        figure(
            "Paid for and not heard",
            "Of the audio that was generated, what users cut off unheard. From "
            f"{objectives.UNHEARD_RATIO:.0%} on, shorter answers save money.",
            units.PercentUnit,
            Query(ratio(during(UNHEARD_AUDIO), during(GENERATED_AUDIO))),
            at_most(objectives.UNHEARD_RATIO),
        ),
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
            Query(f"{total(rate(_USED_BY_RESPONSES, RATE), *_MODEL)} * 3600", "{{model}}"),
        ),
        stack(
            "Cost of transcription an hour, by model",
            "Of writing down what users say, as it would be for an hour. It is charged apart from the responses, by "
            "the model that transcribes.",
            units.Dollars,
            Query(f"{total(rate(_USED_BY_TRANSCRIPTION, RATE), *_MODEL)} * 3600", "{{model}}"),
        ),
        ranking(
            "Cost in the time range",
            "By model and by what it was used for. A model that is missing here while tokens of it are used has no "
            "price: give it one with --prices.",
            units.Dollars,
            Query(f"{_spent(*_MODEL, 'usage')} > 0"),
            "cost",
        ),
        lines(
            "Cost of a call minute, by model",
            "Of responses, for each minute of each call. It climbs in long calls, for each turn reads the whole "
            "conversation again.",
            units.Dollars,
            Query(
                ratio(
                    f"{total(rate(_USED_BY_RESPONSES, RATE), *_MODEL)} * 60",
                    on_average(SESSIONS_ACTIVE, over=RATE, by=_MODEL),
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
                ratio(total(rate(_USED_BY_RESPONSES, RATE), *_MODEL), per_second(TURNS, by=_MODEL)),
                "{{model}}",
            ),
        ),
        widths=(8, 8, 8, 12, 12),
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
            Query(a_minute(TOKENS, _RESPONSE, _FRESH, by=_KIND), "{{direction}} {{modality}}"),
            Query(a_minute(TOKENS, _RESPONSE, _CACHED, by=_KIND), "{{direction}} {{modality}}, cached"),
        ),
        stack(
            "Tokens of transcription a minute",
            "Each token once. Models that are charged by the minute of audio, as whisper-1, have a cost and no tokens.",
            units.Short,
            Query(
                f"{total(rate(of_any_model(TOKENS, *_TRANSCRIPTION), RATE), *_KIND)} * 60",
                "{{direction}} {{modality}}",
            ),
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
            "What a turn adds",
            "Items that enter the conversation, and tool calls, on average. Two items are a question and its answer; "
            "more are tools, or history that the client puts in. Every later response, one after each round of tools "
            "too, reads all of them again.",
            units.Short,
            Query(ratio(per_second(ITEMS), _turns_per_second()), "items"),
            Query(ratio(per_second(TOOL_CALLS), _turns_per_second()), "tool calls"),
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
                Query(for_each(GENERATED_AUDIO, UNHEARD_AUDIO, by=_MODEL), "{{model}}"),
                limit=objectives.UNHEARD_RATIO,
            ),
        ),
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
        ),
        ranking(
            "Rate limits",
            "As the server last told them, for a minute at OpenAI. A limit that has changed is another tier, or "
            "another account.",
            units.LocaleFormat,
            Query(lowest(RATE_LIMIT_LIMIT, over=RANGE, by=_LIMIT)),
            "limit",
        ),
        lines(
            "Calls that the server is about to cut off",
            "Sessions by the time that is left until they expire; those within a minute are within 5 and 15 too. "
            "Clients have to start a new session before, or are cut off in the middle of a sentence. Dashed: so many "
            "within five minutes are a client that does not.",
            units.Short,
            Query(now(SESSIONS_EXPIRING, by=("within",)), "within {{within}}"),
            limit=objectives.SESSIONS_EXPIRING,
            colours={"within 1m": "red", "within 5m": "orange", "within 15m": "blue"},
        ),
    )


def _turns_per_second() -> str:
    """Of all models, as items and tool calls are."""
    return total(rate(of_any_model(TURNS), RATE))


def _spent_per_second() -> str:
    return total(f"{rate(_USED_BY_RESPONSES, RATE)} or {rate(_USED_BY_TRANSCRIPTION, RATE)}")


def _spent(*by: str) -> str:
    return total(f"{increase(_USED_BY_RESPONSES, RANGE)} or {increase(_USED_BY_TRANSCRIPTION, RANGE)}", *by)


def _of_a_response(direction: str) -> str:
    """On average, by model."""
    return for_each(RESPONSES, TOKENS, _RESPONSE, direction, by=_MODEL)
