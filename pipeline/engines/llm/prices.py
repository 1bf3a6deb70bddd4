"""What a call costs: list prices per million tokens, from the shipped table and the user's own, and sums from them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError

_SHIPPED = Path(__file__).with_name("prices.toml")
_CURRENCIES = ("USD", "CNY")
_REQUIRED = ("currency", "input", "output")
_KEYS = (*_REQUIRED, "cached_input")
_HIGHEST = 1_000_000
"""No price is this high; beyond it stands a slip, or a number that arithmetic could not hold."""

_SNAPSHOT = re.compile(r"-(?:\d{4}-\d{2}(?:-\d{2})?|\d{8}|\d{6}|\d{4}|v\d+(?:\.\d+)*|latest)\Z")
"""What a provider appends to a model's name for a dated snapshot or a version: -2024-08-06, -250414, -0919, -latest."""

_SHAPE = "每个模型写 currency（USD 或 CNY）、input、output，可另写 cached_input，都是每百万 token 的价格。"
_QUOTES = '模型名里有点号时要加引号，如 ["glm-4.6"]。'


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price per million tokens. ``cached_input`` is ``None`` where what is cached costs the same."""

    currency: str
    input: Decimal
    cached_input: Decimal | None
    output: Decimal


def load_prices(path: Path | None = None) -> dict[str, Price]:
    """The price of every known model by its name: the shipped table, and over it the user's own file.

    An entry of the user's replaces a shipped one as a whole. Raises ``SettingsError`` for a file out of shape.
    """
    prices = _read(_SHIPPED)
    return prices if path is None else prices | _read(path)


def price_of(prices: Mapping[str, Price], model: str) -> Price | None:
    """The price of a model: the entry of that very name, else of the name without the date or version at its end.

    ``gpt-4o-2024-08-06`` costs what ``gpt-4o`` does; ``gpt-4o-audio`` is another model, and ``None`` without an entry
    of its own.
    """
    return prices.get(model) or prices.get(_SNAPSHOT.sub("", model))


def cost(price: Price, input_tokens: int, cached_tokens: int, output_tokens: int) -> Decimal:
    """What a call costs, exactly and in the price's currency. The cached tokens are among those of the input."""
    cached = min(cached_tokens, input_tokens)
    cached_price = price.input if price.cached_input is None else price.cached_input
    total = (input_tokens - cached) * price.input + cached * cached_price + output_tokens * price.output
    return total.scaleb(-6)


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, rounded up: 0.6 for each Chinese character, 0.3 for each ASCII character.

    That is DeepSeek's published rule of thumb (Token & Token Usage, as of 2025-02-05); Zhipu states one token for 1.6
    Chinese characters (API pricing, as of 2026-09), Alibaba one for 1.5 to 1.8 (DashScope metering). Whatever is not
    ASCII counts as Chinese. An endpoint's own count is better: this one is for before a call, and where it gives none.
    """
    narrow = len(text.encode("ascii", "ignore"))
    return (6 * (len(text) - narrow) + 3 * narrow + 9) // 10


def _read(path: Path) -> dict[str, Price]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise SettingsError(f"价格文件 {path} 读不了（{error.strerror}）", "请核对 --prices 后的路径。") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"价格文件 {path} 不是 UTF-8 编码", "请另存为 UTF-8。") from error
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise SettingsError(f"价格文件 {path} 不是有效的 TOML（{error}）", f"{_SHAPE}{_QUOTES}") from error
    return {name: _price(path, name, entry) for name, entry in entries.items()}


def _price(path: Path, name: str, entry: Any) -> Price:
    """One entry. Raises ``SettingsError`` that names the file, the entry and the key."""
    where = f"价格文件 {path} 的 [{name}]"
    if not isinstance(entry, dict):
        raise SettingsError(f"{where} 不是一个模型的价格", _SHAPE)
    for key in entry:
        if key not in _KEYS:
            raise SettingsError(f"{where} 有不认识的键 {key}", f"{_SHAPE}{_QUOTES}")
    for key in _REQUIRED:
        if key not in entry:
            raise SettingsError(f"{where} 缺少 {key}", _SHAPE)
    if entry["currency"] not in _CURRENCIES:
        raise SettingsError(f"{where} 的 currency 是 {entry['currency']}", "currency 只能是 USD 或 CNY。")
    cached = _amount(where, "cached_input", entry["cached_input"]) if "cached_input" in entry else None
    return Price(
        entry["currency"], _amount(where, "input", entry["input"]), cached, _amount(where, "output", entry["output"])
    )


def _amount(where: str, key: str, value: Any) -> Decimal:
    """A price as it is written. Raises ``SettingsError`` for anything but a number from zero up."""
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if number is None or not number.is_finite() or not 0 <= number < _HIGHEST:
        raise SettingsError(f"{where} 的 {key} 是 {value}", f"{key} 要写成不小于 0 的数，不加引号，如 {key} = 0.15。")
    return number
