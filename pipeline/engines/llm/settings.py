"""How a model is asked: what the user says, with defaults that work for most endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


class AnswerMode(StrEnum):
    """How a model is told the shape of its answer; which of them an endpoint knows differs (docs/models.md)."""

    TOOLS = "tools"
    JSON_SCHEMA = "json_schema"
    JSON = "json"
    MD_JSON = "md_json"


DEFAULT_PROMPTS = "v2"
DEFAULT_CONCURRENCY = 8


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """An endpoint, a model and how to ask it. ``base_url`` is ``None`` for OpenAI's own.

    ``parameters`` are sent along with every request; one with the value ``None`` takes a default of ours away.
    ``max_cost`` is in the currency of the model's price.
    """

    model: str
    base_url: str | None = None
    mode: AnswerMode = AnswerMode.JSON_SCHEMA
    prompts: str = DEFAULT_PROMPTS
    parameters: Mapping[str, Any] = field(default_factory=dict)
    second_look: bool = True
    concurrency: int = DEFAULT_CONCURRENCY
    rpm: int | None = None
    tpm: int | None = None
    max_cost: Decimal | None = None
    max_tokens: int | None = None
    refresh: bool = False
    timeout: float = 300.0  # seconds for one request, from its start to the last byte of its reply
    attempts: int = 6
    longest_wait: float = 60.0  # seconds between two attempts, where the endpoint does not say
