"""What was asked of a model and what came back: the unit that is paid for, and so is never lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any


class CallState(StrEnum):
    """How one request to a model ended. Failed, empty and truncated are three different things."""

    COMPLETE = "complete"  # a whole answer, whatever it says
    EMPTY = "empty"  # the endpoint answered without any words
    TRUNCATED = "truncated"  # the answer broke off at the limit of tokens
    REFUSED = "refused"  # the model declined to answer
    FILTERED = "filtered"  # the provider's content filter cut the answer off
    INVALID = "invalid"  # a whole answer that is not in the shape asked for, even after it was sent back
    FAILED = "failed"  # no answer: an error of the endpoint or of the network

    @property
    def kept(self) -> bool:
        """True where the reply stands for the same request from now on: asking again would pay for the same."""
        return self in (CallState.COMPLETE, CallState.TRUNCATED)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request, sent once, and what came of it. ``key`` is the SHA-256 of model, parameters, messages and schema.

    ``report_id`` is the SHA-256 of the report's file. Tokens are those the endpoint counted, estimates where it did
    not; ``cost`` is in ``currency``, ``None`` where the price of the model is not known.
    """

    key: str
    report_id: str
    task: str
    model: str
    prompts: str  # version and beginning of the SHA-256 of the template
    request: Mapping[str, Any]
    response: Mapping[str, Any] | None
    state: CallState
    error: str | None
    input_tokens: int
    cached_tokens: int  # of the input tokens, those that the provider had in its cache
    output_tokens: int
    cost: Decimal | None
    currency: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A stored reply: served instead of asking again."""

    state: CallState
    response: Mapping[str, Any]
