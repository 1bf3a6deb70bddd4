"""How the signals of a field make its confidence: a logistic model, fitted on labels, in a file for people to read."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError

_RULE = "rule="
_PAIR = " & "
_HINT = "校准文件由 extract eval calibrate 写成；请重新校准，或去掉 --confidence 使用自带的。"


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """The log-odds that a field is right: ``intercept`` plus the weight of each signal, and of each signal together
    with the rule that read the field. ``about`` says what it was fitted on, ``sha256`` is that of its file.
    """

    intercept: float
    weights: Mapping[str, float]
    about: Mapping[str, Any]
    sha256: str

    def probability(self, signals: Mapping[str, float]) -> float:
        """The chance in (0, 1) that a field with these signals is right; signals without a weight do not count."""
        odds = self.intercept + sum(self.worth_of(signals).values())
        return 1 / (1 + math.exp(-odds))

    def worth_of(self, signals: Mapping[str, float]) -> dict[str, float]:
        """What each signal adds to the log-odds, alone and together with the rule."""
        weights = self.weights
        rule = next((name for name in signals if name.startswith(_RULE)), "")
        lead = rule + _PAIR
        return {
            name: value * (weights.get(name, 0.0) + (weights.get(lead + name, 0.0) if name != rule else 0.0))
            for name, value in signals.items()
        }


def doubts_in(signals: Mapping[str, float], model: ConfidenceModel) -> tuple[str, ...]:
    """The signals that take something from the confidence, the weightiest first."""
    worth = model.worth_of(signals)
    return tuple(name for name in sorted(worth, key=worth.__getitem__) if worth[name] < 0)


def terms_of(signals: Mapping[str, float]) -> dict[str, float]:
    """The signals as the model adds them up: each by itself, and each together with the rule."""
    return {**signals, **dict(_pairs(signals))}


def read_model(path: Path) -> ConfidenceModel:
    """The model of a file that ``extract eval calibrate`` wrote. Raises ``SettingsError`` where it is none."""
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"无法读取校准文件 {path}：{error.strerror}", _HINT) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SettingsError(f"{path} 不是校准文件", _HINT) from error


@cache
def default_model() -> ConfidenceModel:
    """The model that comes with the project."""
    return _parse(files(__package__).joinpath("default.json").read_bytes())


def _pairs(signals: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    rule = next((name for name in signals if name.startswith(_RULE)), None)
    if rule is not None:
        yield from ((f"{rule}{_PAIR}{name}", value) for name, value in signals.items() if name != rule)


def _parse(data: bytes) -> ConfidenceModel:
    content = json.loads(data)
    weights = {str(name): float(weight) for name, weight in content["weights"].items()}
    return ConfidenceModel(
        float(content["intercept"]), weights, dict(content["about"]), hashlib.sha256(data).hexdigest()
    )
