"""What models cost: a table of prices, which is data, and what usage comes to by it."""

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from msgspec import Struct

TOKENS = 1_000_000
"""The prices of tokens are for so many."""

HIGHEST = 1_000_000
"""US dollars. A price above it is an error, and any sum below it is a float."""

BUILT_IN = "prices.toml"

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")


class PricesError(ValueError):
    """What is wrong with a file of prices, in one line: the file, the key, and what to change."""


class Price(Struct, frozen=True):
    """What one model costs, in US dollars; None: not known.

    Those of tokens are per 1,000,000, and for a kind of token that is counted under no other.
    """

    input_text: float | None = None
    input_text_cached: float | None = None
    input_audio: float | None = None
    input_audio_cached: float | None = None
    input_image: float | None = None
    input_image_cached: float | None = None
    output_text: float | None = None
    output_audio: float | None = None
    per_minute: float | None = None
    """Of audio that is transcribed, or of a session that is charged by time."""

    def of_tokens(self, tokens: Mapping[str, int]) -> float | None:
        """What they cost, by kind; None where one that was used has no price, or no token has one."""
        if all(getattr(self, kind) is None for kind in TOKEN_KINDS):
            return None
        dollars = 0.0
        for kind, count in tokens.items():
            price = getattr(self, kind) if kind in TOKEN_KINDS else None
            if price is not None:
                dollars += count * price
            elif count:
                return None
        return dollars / TOKENS

    def of_seconds(self, seconds: float) -> float | None:
        """What so much audio costs; None where it has no price by time."""
        return None if self.per_minute is None else seconds / 60 * self.per_minute


TOKEN_KINDS = tuple(name for name in Price.__struct_fields__ if name != "per_minute")
"""Tokens that have a price: direction, modality, and whether they were cached."""


class PriceTable(Struct, frozen=True):
    """Prices by model."""

    source: str
    date: str
    """When the prices were as they are here."""
    prices: Mapping[str, Price]

    def find(self, model: str | None) -> Price | None:
        """The row of this name; else without its date; else the same without the provider before the first slash."""
        if model is None:
            return None
        for name in (model, model.partition("/")[2]):
            found = self.prices.get(name) or self.prices.get(_DATE.sub("", name))
            if found is not None:
                return found
        return None

    def response_cost(self, model: str | None, tokens: Mapping[str, int]) -> float | None:
        """What a response cost, in US dollars; None where that is not known.

        `tokens` has counts of at least 0 by kind, each token once; of a kind that is none of TOKEN_KINDS, one is
        enough for there to be no cost.
        """
        price = self.find(model)
        return price.of_tokens(tokens) if price is not None else None

    def transcription_cost(
        self, model: str | None, tokens: Mapping[str, int], seconds: float | None = None
    ) -> float | None:
        """What a transcription cost, in US dollars: by seconds of audio where those are given, else by tokens.

        None where that is not known.
        """
        price = self.find(model)
        if price is None:
            return None
        return price.of_tokens(tokens) if seconds is None else price.of_seconds(seconds)


def load_prices(path: Path | None = None) -> PriceTable:
    """Read the built-in table, and lay the rows of a user's file over it; raise PricesError.

    A row of the user's replaces the whole row of that name: what it leaves out is not known.
    """
    text = resources.files(__package__).joinpath(BUILT_IN).read_text(encoding="utf-8")
    built_in = _Reader(BUILT_IN, text)
    if path is None:
        return PriceTable(built_in.said("source"), built_in.said("date"), built_in.prices())
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PricesError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PricesError(f"{path}: must be UTF-8; byte {error.start} is not") from error
    users = _Reader(str(path), text)
    return PriceTable(
        users.said("source") or built_in.said("source"),
        users.said("date") or built_in.said("date"),
        {**built_in.prices(), **users.prices()},
    )


class _Reader:
    """One file of prices."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        try:
            self._content = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PricesError(f"{file}: {error}") from error
        for key in self._content:
            if key not in ("source", "date", "models"):
                raise self._wrong(key, 'there is no such key; a price stands under [models."NAME"]')

    def said(self, key: str) -> str:
        """The source or the date; empty where the file has none."""
        value = self._content.get(key, "")
        if isinstance(value, dict | list):
            raise self._wrong(key, "must be text")
        return str(value)

    def prices(self) -> dict[str, Price]:
        """The rows."""
        models = self._content.get("models", {})
        if not isinstance(models, dict):
            raise self._wrong("models", 'must be a table, as in [models."gpt-realtime"]')
        return {name: self._price(f'models."{name}"', row) for name, row in models.items()}

    def _price(self, key: str, row: Any) -> Price:
        if not isinstance(row, dict):
            raise self._wrong(key, "must be a table of prices")
        if key == 'models.""':
            raise self._wrong(key, "must name a model")
        for name, dollars in row.items():
            if isinstance(dollars, dict):
                raise self._wrong(f"{key}.{name}", "must be a price; a model with a dot in its name needs quotes")
            if name not in Price.__struct_fields__:
                raise self._wrong(f"{key}.{name}", f"there is no such price, but {', '.join(Price.__struct_fields__)}")
            if isinstance(dollars, bool) or not isinstance(dollars, int | float) or not 0 <= dollars <= HIGHEST:
                raise self._wrong(f"{key}.{name}", f"must be a number of US dollars from 0 to {HIGHEST}")
        return Price(**{name: float(dollars) for name, dollars in row.items()})

    def _wrong(self, key: str, problem: str) -> PricesError:
        return PricesError(f"{self._file}: {key}: {problem}")
