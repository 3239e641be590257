import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.requires import REPOSITORY
from voicetap.prices import HIGHEST, TOKEN_KINDS, Price, PricesError, PriceTable, load_prices

TABLE = load_prices()
ALL = {"input_text", "input_text_cached", "output_text", "input_audio", "input_audio_cached", "output_audio"}
IMAGES = {"input_image", "input_image_cached"}

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A user's file."""

    def written(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return written


def tokens(**kinds: int) -> dict[str, int]:
    return kinds


def test_the_table_says_where_it_is_from_and_of_when() -> None:
    assert "litellm 1.109.1" in TABLE.source
    assert TABLE.date == "2026-11"


@pytest.mark.parametrize(
    ("model", "prices"),
    [
        ("gpt-realtime", (4, 0.4, 16, 32, 0.4, 64, 5, 0.5)),
        ("gpt-realtime-1.5", (4, 0.4, 16, 32, 0.4, 64, 5, 0.5)),
        ("gpt-realtime-2", (4, 0.4, 24, 32, 0.4, 64, 5, 0.5)),
        ("gpt-realtime-2.1", (4, 0.4, 24, 32, 0.4, 64, 5, 0.5)),
        ("gpt-realtime-mini", (0.6, 0.06, 2.4, 10, 0.3, 20, 0.8, 0.08)),
        ("gpt-realtime-2.1-mini", (0.6, 0.06, 2.4, 10, 0.3, 20, 0.8, 0.08)),
        ("gpt-4o-mini-realtime-preview", (0.6, 0.3, 2.4, 10, 0.3, 20, None, None)),
        ("gpt-4o-realtime-preview-2024-12-17", (5, 2.5, 20, 40, None, 80, None, None)),
        ("gpt-4o-realtime-preview-2024-10-01", (5, 2.5, 20, 100, 20, 200, None, None)),
        ("gpt-4o-transcribe", (2.5, None, 10, 6, None, None, None, None)),
        ("gpt-4o-mini-transcribe", (1.25, None, 5, 3, None, None, None, None)),
    ],
)
def test_the_prices_of_tokens(model: str, prices: tuple[float | None, ...]) -> None:
    """In the order of the columns of the source: text in, cached, out; audio in, cached, out; image in, cached."""
    row = TABLE.prices[model]
    assert (
        *(row.input_text, row.input_text_cached, row.output_text),
        *(row.input_audio, row.input_audio_cached, row.output_audio),
        *(row.input_image, row.input_image_cached),
    ) == prices


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("whisper-1", 0.006),
        ("gpt-4o-transcribe", 0.006),
        ("gpt-4o-mini-transcribe", 0.003),
        ("gpt-transcribe", 0.0045),
        ("gpt-realtime-whisper", 0.017),
        ("gpt-live-transcribe", 0.017),
        ("gpt-realtime-translate", 0.034),
        ("gpt-live-1", 0.05),
        ("grok-voice-latest", 0.08),
        ("gpt-realtime", None),
    ],
)
def test_the_prices_of_a_minute(model: str, dollars: float | None) -> None:
    assert TABLE.prices[model].per_minute == dollars


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("gpt-realtime", "gpt-realtime"),
        ("gpt-realtime-2025-08-28", "gpt-realtime"),
        ("gpt-realtime-mini-2025-12-15", "gpt-realtime-mini"),
        ("gpt-4o-mini-realtime-preview-2024-12-17", "gpt-4o-mini-realtime-preview"),
        ("azure/gpt-realtime", "gpt-realtime"),
        ("azure/gpt-realtime-2025-08-28", "gpt-realtime"),
        ("azure/gpt-4o-realtime-preview-2024-10-01", "gpt-4o-realtime-preview-2024-10-01"),
        ("gpt-4o-realtime-preview-2024-10-01", "gpt-4o-realtime-preview-2024-10-01"),
    ],
)
def test_a_name_is_found_as_it_is_without_its_date_and_without_its_provider(model: str, row: str) -> None:
    assert TABLE.find(model) is TABLE.prices[row]


@pytest.mark.parametrize(
    "model",
    [
        None,
        "",
        "/",
        "gpt-4o-realtime-preview",
        "gpt-4o-realtime-preview-2025-06-03",
        "azure/eu/gpt-4o-realtime-preview-2024-12-17",
        "gpt-realtime-2025-08-28-custom",
        "gpt-realtime-20250828",
        "gpt-realtime-global-standard",
        "GPT-Realtime",
        "my own deployment",
    ],
)
def test_an_unknown_model_has_no_cost_and_not_a_cost_of_zero(model: str | None) -> None:
    assert TABLE.find(model) is None
    assert TABLE.response_cost(model, tokens(input_text=0)) is None
    assert TABLE.transcription_cost(model, {}, 0.0) is None


def test_the_name_as_it_is_comes_first(write: Write) -> None:
    table = load_prices(
        write(
            '[models."gpt-realtime-2025-08-28"]\ninput_text = 1\n'
            '[models."azure/gpt-realtime"]\ninput_text = 2\n'
            '[models."azure/gpt-realtime-2025-08-28"]\ninput_text = 3\n'
        )
    )

    def price(model: str) -> float | None:
        return table.response_cost(model, tokens(input_text=1_000_000))

    assert price("gpt-realtime") == 4
    assert price("gpt-realtime-2025-08-28") == 1
    assert price("azure/gpt-realtime") == 2
    assert price("azure/gpt-realtime-2025-08-28") == 3
    assert price("azure/gpt-realtime-2026-01-01") == 2
    assert price("other/gpt-realtime-2025-08-28") == 1


def test_what_a_response_costs() -> None:
    """The example of the API's reference, with cached text, worked out by hand:
    55 x 4 + 64 x 0.40 + 13 x 32 + 30 x 16 + 91 x 64 = 220 + 25.6 + 416 + 480 + 5824 = 6965.6 per million."""
    used = tokens(input_text=55, input_text_cached=64, input_audio=13, output_text=30, output_audio=91)
    assert TABLE.response_cost("gpt-realtime-2025-08-28", used) == pytest.approx(0.0069656, rel=1e-12)


def test_every_kind_has_its_own_price() -> None:
    """By gpt-realtime-2: 4 + 0.4 + 24 + 32 + 0.4 + 64 + 5 + 0.5, times a million."""
    used = dict.fromkeys(TOKEN_KINDS, 1_000_000)
    assert set(TOKEN_KINDS) == ALL | IMAGES
    assert TABLE.response_cost("gpt-realtime-2", used) == pytest.approx(130.3, rel=1e-12)


@pytest.mark.parametrize("used", [{}, dict.fromkeys(TOKEN_KINDS, 0)])
def test_nothing_used_costs_nothing(used: dict[str, int]) -> None:
    assert TABLE.response_cost("gpt-realtime", used) == 0


def test_a_missing_price_is_missed_only_where_it_is_needed() -> None:
    model = "gpt-4o-realtime-preview-2024-12-17"
    assert TABLE.response_cost(model, tokens(input_audio=1000, input_audio_cached=0)) == pytest.approx(0.04)
    assert TABLE.response_cost(model, tokens(input_audio=1000, input_audio_cached=1)) is None
    assert TABLE.response_cost(model, tokens(input_image=1)) is None


def test_tokens_of_a_kind_without_prices_have_no_cost() -> None:
    assert TABLE.response_cost("gpt-realtime", tokens(input_text=5, input_unknown=0)) == pytest.approx(0.00002)
    assert TABLE.response_cost("gpt-realtime", tokens(input_text=5, input_unknown=1)) is None
    assert TABLE.response_cost("gpt-realtime", tokens(per_minute=1)) is None


@pytest.mark.parametrize("used", [{}, tokens(input_text=0), tokens(input_text=10, output_audio=20)])
def test_responses_of_a_model_that_is_charged_by_time_have_no_cost(used: dict[str, int]) -> None:
    assert TABLE.response_cost("grok-voice-latest", used) is None


def test_what_a_transcription_costs() -> None:
    """3 s of 0.017 a minute; 13 audio tokens at 6 and 9 of text at 10: 78 + 90 = 168 per million."""
    assert TABLE.transcription_cost("gpt-realtime-whisper", {}, 3.0) == pytest.approx(0.00085, rel=1e-12)
    used = tokens(input_audio=13, output_text=9)
    assert TABLE.transcription_cost("gpt-4o-transcribe", used) == pytest.approx(0.000168, rel=1e-12)
    assert TABLE.transcription_cost("gpt-4o-transcribe", used, 60.0) == pytest.approx(0.006, rel=1e-12)
    assert TABLE.transcription_cost("whisper-1", used) is None
    assert TABLE.transcription_cost("gpt-realtime", used, 3.0) is None


def test_a_users_rows_are_laid_over_the_others(write: Write) -> None:
    table = load_prices(
        write('source = "our contract"\ndate = 2027-01-01\n[models."gpt-realtime"]\ninput_text = 3\n[models.mine]\n')
    )
    assert (table.source, table.date) == ("our contract", "2027-01-01")
    assert table.prices["gpt-realtime"] == Price(input_text=3.0)
    assert table.prices["mine"] == Price()
    assert table.prices["gpt-realtime-2"] == TABLE.prices["gpt-realtime-2"]
    assert table.response_cost("gpt-realtime", tokens(input_text=1, output_text=1)) is None


def test_the_example_of_the_documentation_is_a_file_of_prices(write: Write) -> None:
    documentation = (REPOSITORY / "docs" / "costs.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", documentation, re.DOTALL)
    table = load_prices(write(example))
    assert set(table.prices) - set(TABLE.prices) == {"our-deployment", "whisper"}
    assert table.transcription_cost("whisper", {}, 60.0) == 0


def test_a_file_without_rows_changes_nothing(write: Write) -> None:
    assert load_prices(write("# nothing yet\n")) == TABLE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("models = 1", 'models: must be a table, as in [models."gpt-realtime"]'),
        ("[models]\nx = 1", 'models."x": must be a table of prices'),
        ('[models.""]\ninput_text = 1', 'models."": must name a model'),
        ("[prices.x]", 'prices: there is no such key; a price stands under [models."NAME"]'),
        ("source = []", "source: must be text"),
        ("[models.x]\ninput_txt = 1", 'models."x".input_txt: there is no such price, but input_text, input_text_ca'),
        ("[models.x]\ninput_text = '1'", 'models."x".input_text: must be a number of US dollars from 0 to 1000000'),
        ("[models.x]\ninput_text = true", 'models."x".input_text: must be a number of US dollars from 0 to 1000000'),
        ("[models.x]\ninput_text = -0.1", 'models."x".input_text: must be a number of US dollars from 0 to 1000000'),
        ("[models.x]\ninput_text = nan", 'models."x".input_text: must be a number of US dollars from 0 to 1000000'),
        ("[models.x]\ninput_text = inf", 'models."x".input_text: must be a number of US dollars from 0 to 1000000'),
        ("[models.gpt-1.5]\ninput_text = 1", 'models."gpt-1".5: must be a price; a model with a dot in its name needs'),
        ("[models.x\n", "Expected ']' at the end of a table declaration (at line 1, column 10)"),
        ("x = " + "[" * 100_000, ""),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(write: Write, text: str, problem: str) -> None:
    path = write(text)
    with pytest.raises(PricesError) as caught:
        load_prices(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: {problem}")
    assert "\n" not in line


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(PricesError, match="No such file or directory"):
        load_prices(path)
    path.write_bytes(b"source = '\xff'")
    with pytest.raises(PricesError, match="must be UTF-8; byte 10 is not"):
        load_prices(path)


PRICES = st.none() | st.floats(0, HIGHEST)
ROWS = st.builds(Price, **dict.fromkeys(Price.__struct_fields__, PRICES))
COUNTS = st.integers(0, 2**53)


@given(ROWS, st.dictionaries(st.sampled_from([*TOKEN_KINDS, "input_unknown"]), COUNTS), st.none() | st.floats(0, 2**53))
def test_a_cost_is_a_number_of_at_least_zero(row: Price, used: dict[str, int], seconds: float | None) -> None:
    table = PriceTable("", "", {"m": row})
    for cost in (table.response_cost("m", used), table.transcription_cost("m", used, seconds)):
        assert cost is None or 0 <= cost < float("inf")


@given(st.text())
def test_any_name_can_be_asked_for(model: str) -> None:
    TABLE.find(model)
