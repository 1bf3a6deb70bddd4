"""What a call costs: which price counts, to the last digit, and files out of shape told by file, entry and key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.llm.prices import Price, cost, estimate_tokens, load_prices, price_of
from pipeline.errors import SettingsError

CHEAP = Price("USD", Decimal("0.15"), Decimal("0.075"), Decimal("0.60"))
DEAR = Price("USD", Decimal("2.50"), None, Decimal(10))
TABLE = {"gpt-4o": DEAR, "gpt-4o-mini": CHEAP, "glm-4.6": DEAR, "glm-4.6-0919": CHEAP}


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "model",
    [
        "",
        "gpt-4",
        "gpt-4o-",
        "gpt-4o-audio",
        "gpt-4o-mini-audio-2024-12-17",
        "gpt-4o-2",
        "gpt-4o2024-08-06",
        "gpt-4o-2024-08-06-tuned",
        "openai/gpt-4o",
        "GPT-4o",
        "qwen3:8b",
    ],
)
def test_another_model_has_no_price(model: str) -> None:
    assert price_of(TABLE, model) is None


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("gpt-4o", DEAR),
        ("gpt-4o-mini", CHEAP),
        ("gpt-4o-2024-08-06", DEAR),
        ("gpt-4o-mini-2024-07-18", CHEAP),
        ("gpt-4o-latest", DEAR),
        ("gpt-4o-v2.1", DEAR),
        ("glm-4.6-250414", DEAR),
        ("glm-4.6-20250414", DEAR),
        ("glm-4.6-0919", CHEAP),
        ("glm-4.6-0919-latest", CHEAP),
    ],
)
def test_a_snapshot_costs_what_its_model_does(model: str, price: Price) -> None:
    assert price_of(TABLE, model) is price


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[m", "TOML"),
        ("m = 1", "[m]"),
        ('[m]\ninput = 1\noutput = 1\n[n]\ncurrency = "CNY"', "[m] 缺少 currency"),
        ('[m]\ncurrency = "CNY"\noutput = 1', "[m] 缺少 input"),
        ('[m]\ncurrency = "CNY"\ninput = 1', "[m] 缺少 output"),
        ('[m]\ncurrency = "EUR"\ninput = 1\noutput = 1', "[m] 的 currency 是 EUR"),
        ('[m]\ncurrency = ["CNY"]\ninput = 1\noutput = 1', "[m] 的 currency"),
        ('[m]\ncurrency = "CNY"\ninput = -1\noutput = 1', "[m] 的 input 是 -1"),
        ('[m]\ncurrency = "CNY"\ninput = "1"\noutput = 1', "[m] 的 input 是 1"),
        ('[m]\ncurrency = "CNY"\ninput = true\noutput = 1', "[m] 的 input"),
        ('[m]\ncurrency = "CNY"\ninput = nan\noutput = 1', "[m] 的 input"),
        ('[m]\ncurrency = "CNY"\ninput = 1\noutput = inf', "[m] 的 output"),
        ('[m]\ncurrency = "CNY"\ninput = 1\noutput = 1e999999', "[m] 的 output"),
        ('[m]\ncurrency = "CNY"\ninput = 1\noutput = 1e99999999999999999999', "TOML"),
        ('[m]\ncurrency = "CNY"\ninput = 1\ncached_input = []\noutput = 1', "[m] 的 cached_input"),
        ('[m]\ncurrency = "CNY"\ninput = 1\noutput = 1\ncached = 1', "[m] 有不认识的键 cached"),
        ('[glm-4.6]\ncurrency = "CNY"\ninput = 1\noutput = 1', "[glm-4] 有不认识的键 6"),
    ],
)
def test_a_file_out_of_shape_is_told_with_entry_and_key(tmp_path: Path, text: str, named: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as told:
        load_prices(path)
    assert str(path) in str(told.value)
    assert named in str(told.value)
    assert told.value.hint


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes("# 价格".encode("gbk"))
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / "gbk.toml"):
        with pytest.raises(SettingsError) as told:
            load_prices(path)
        assert str(path) in str(told.value)
        assert told.value.hint


def test_an_entry_of_the_users_replaces_a_shipped_one_as_a_whole(tmp_path: Path) -> None:
    shipped = load_prices()
    prices = load_prices(written(tmp_path, '[gpt-4o]\ncurrency = "CNY"\ninput = 0.1\noutput = 0\n["m.1"]\n' + FREE))
    assert prices.pop("gpt-4o") == Price("CNY", Decimal("0.1"), None, Decimal(0))
    assert prices.pop("m.1") == Price("CNY", Decimal(0), None, Decimal(0))
    assert shipped.pop("gpt-4o").cached_input is not None
    assert prices == shipped


FREE = 'currency = "CNY"\ninput = 0\noutput = 0\n'


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load_prices(written(tmp_path, "")) == load_prices()


def test_the_shipped_prices_make_sense() -> None:
    prices = load_prices()
    assert {price.currency for price in prices.values()} == {"USD", "CNY"}
    for name, price in prices.items():
        assert price.input <= price.output, name
        assert price.cached_input is None or price.cached_input <= price.input, name


def test_shipped_prices_are_exact() -> None:
    assert str(load_prices()["gpt-5.4-mini"].cached_input) == "0.075"


@pytest.mark.parametrize(
    ("price", "tokens", "expected"),
    [
        (CHEAP, (0, 0, 0), "0"),
        (CHEAP, (1, 0, 0), "0.00000015"),
        (CHEAP, (3, 1, 1), "0.000000975"),
        (CHEAP, (1_000_000, 1_000_000, 1_000_000), "0.675"),
        (CHEAP, (10, 99, 0), "0.00000075"),  # an endpoint that counts the cached tokens apart
        (DEAR, (1_000, 1_000, 0), "0.0025"),
    ],
)
def test_a_cost_is_exact(price: Price, tokens: tuple[int, int, int], expected: str) -> None:
    assert cost(price, *tokens) == Decimal(expected)


COUNTS = st.integers(min_value=0, max_value=10**9)


@given(COUNTS, COUNTS, COUNTS)
def test_what_is_cached_never_costs_more(tokens: int, cached: int, answered: int) -> None:
    assert Decimal(0) <= cost(CHEAP, tokens, cached, answered) <= cost(CHEAP, tokens, 0, answered)


@given(COUNTS)
def test_a_thousand_calls_add_up_to_the_last_digit(tokens: int) -> None:
    assert sum([cost(CHEAP, tokens, 0, 1)] * 1_000, Decimal(0)) == cost(CHEAP, tokens * 1_000, 0, 1_000)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("a" * 10, 3), ("预", 1), ("预" * 10, 6), ("预算100万元。", 4), ("\ud800", 1)],
)
def test_tokens_are_estimated(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(text: str, more: str) -> None:
    whole = estimate_tokens(text + more)
    assert max(estimate_tokens(text), estimate_tokens(more)) <= whole
    assert whole <= estimate_tokens(text) + estimate_tokens(more)
