"""What models cost in the load: prices of the operator's own, as a file, and worked out."""

from collections import Counter

PRICES = {
    "gpt-realtime": {
        "input_text": 4.0,
        "input_text_cached": 0.5,
        "input_audio": 30.0,
        "input_audio_cached": 0.6,
        "input_image": 5.0,
        "output_text": 20.0,
        "output_audio": 60.0,
    },
    "gpt-realtime-mini": {
        "input_text": 1.0,
        "input_text_cached": 0.1,
        "input_audio": 10.0,
        "input_audio_cached": 0.3,
        "input_image": 0.8,
        "output_text": 2.0,
        "output_audio": 20.0,
    },
    "gpt-4o-transcribe": {"input_audio": 6.0, "output_text": 10.0},
    "whisper-1": {"per_minute": 0.01},
}
"""The operator's own, in US dollars for a million tokens, and for a minute."""


def prices() -> str:
    """As a file for `--prices`."""
    rows = (
        f'[models."{model}"]\n' + "".join(f"{kind} = {price}\n" for kind, price in row.items())
        for model, row in PRICES.items()
    )
    return "\n".join(rows)


def cost(model: str, tokens: Counter[tuple[str, str, str]], seconds: float) -> float:
    """In US dollars."""
    row = PRICES[model]
    dollars = row.get("per_minute", 0.0) * seconds / 60
    for (direction, modality, cached), count in tokens.items():
        if count:
            dollars += count * row[f"{direction}_{modality}{'_cached' if cached == 'true' else ''}"] / 1_000_000
    return dollars
