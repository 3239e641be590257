"""The board Cost and limits."""

from load.between import Table, exactly, one
from load.held import HELD
from load.predictions.table import HOUR, MINUTE, Prediction, Predictions, a_minute, grown, unheard
from load.truth import Truth

INPUT = {"usage": "response", "direction": "input"}
OUTPUT = {"usage": "response", "direction": "output"}


def cost_of_a_call_minute(truth: Truth) -> Table:
    """All cost, by all calls."""
    return truth.now.rate("cost_usd_total") * MINUTE / truth.open_on_average()


def cost_of_a_call_minute_by_model(truth: Truth) -> Table:
    """That of responses: transcription has models of its own."""
    return truth.now.rate("cost_usd_total", "model", usage="response") * MINUTE / truth.open_on_average("model")


def cost_of_a_turn_by_model(truth: Truth) -> Table:
    """The same."""
    return truth.now.increase("cost_usd_total", "model", usage="response") / truth.now.increase("turns_total", "model")


def limits(truth: Truth) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """What each instance says, by model and name: the limit, and what is left. That of calls is never lower."""
    said: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for held in HELD.values():
        for name, limit in held.limits.items():
            said.setdefault((held.settings.model, name), []).append(limit)
    return said


def left(truth: Truth) -> Table:
    """The lowest share of any instance."""
    return Table({key: exactly(min(left / limit for limit, left in said)) for key, said in limits(truth).items()})


def tokens_of_a_response(which: dict[str, str]) -> Prediction:
    """On average, by model."""
    return lambda truth: (
        truth.now.increase("tokens_total", "model", **which) / truth.now.increase("responses_total", "model")
    )


def expiring(within_minutes: int) -> Prediction:
    """Sessions that are held, by what is left of them at the end."""

    def prediction(truth: Truth) -> Table:
        left = [ends_at - truth.window.end for ends_at in truth.load.expiries]
        return one(sum(seconds <= 60 * within_minutes for seconds in left))

    return prediction


PREDICTIONS: Predictions = {
    ("Cost an hour", "A"): lambda truth: truth.now.rate("cost_usd_total") * HOUR,
    ("Cost of a call minute", "A"): cost_of_a_call_minute,
    ("Cost of a turn", "A"): lambda truth: truth.now.increase("cost_usd_total") / truth.now.increase("turns_total"),
    ("Input from the cache", "A"): lambda truth: truth.now.share("tokens_total", {"cached": "true"}, **INPUT),
    ("Audio not heard", "A"): unheard(),
    ("Least left of a rate limit", "A"): lambda truth: one(min(share.low for share in left(truth).values())),
    ("Cost of responses an hour, by model", "A"): lambda truth: (
        truth.now.rate("cost_usd_total", "model", usage="response") * HOUR
    ),
    ("Cost of transcription an hour, by model", "A"): lambda truth: (
        truth.now.rate("cost_usd_total", "model", usage="transcription") * HOUR
    ),
    ("Cost in the time range", "A"): grown("cost_usd_total", "model", "usage"),
    ("Cost of a call minute, by model", "A"): cost_of_a_call_minute_by_model,
    ("Cost of a turn, by model", "A"): cost_of_a_turn_by_model,
    ("Tokens of responses a minute", "A"): a_minute(
        "tokens_total", "direction", "modality", usage="response", cached="true"
    ),
    ("Tokens of responses a minute", "B"): a_minute(
        "tokens_total", "direction", "modality", usage="response", cached="false"
    ),
    ("Tokens of transcription a minute", "A"): a_minute("tokens_total", "direction", "modality", usage="transcription"),
    ("Share of input from the cache", "A"): lambda truth: truth.now.share(
        "tokens_total", {"cached": "true"}, "model", **INPUT
    ),
    ("Tokens that a response reads", "A"): tokens_of_a_response(INPUT),
    ("Tokens that a response writes", "A"): tokens_of_a_response(OUTPUT),
    ("Tool calls in a hundred turns", "A"): lambda truth: (
        truth.now.increase("tool_calls_total") / truth.now.increase("turns_total") * 100
    ),
    ("Audio in the time range", "A"): grown("input_audio_seconds_total"),
    ("Audio in the time range", "B"): grown("generated_audio_seconds_total"),
    ("Audio in the time range", "C"): grown("unheard_audio_seconds_total"),
    ("Audio not heard, by model", "A"): unheard("model"),
    ("Left of rate limits", "A"): left,
    ("Rate limits", "A"): lambda truth: Table(
        {key: exactly(min(limit for limit, _ in said)) for key, said in limits(truth).items()}
    ),
    ("Calls that the server is about to cut off", "A"): expiring(5),
    ("Calls that the server is about to cut off", "B"): expiring(15),
}
