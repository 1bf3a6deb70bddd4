"""How a model gave an answer: whether it had to be sent back, and how sure it was of each of its words."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from schemas.calls import ModelCall


class Token(NamedTuple):
    """A piece of an answer, with the chance that the model gave it."""

    text: str
    chance: float


class Manner(NamedTuple):
    """``tokens`` are those of the whole reply, none where the endpoint tells no log-probabilities."""

    sent_back: bool = False
    tokens: tuple[Token, ...] = ()

    def doubt_of(self, name: str, value: str) -> float | None:
        """How unsure the model was of a field's value: one less the chance of its least likely token.

        Where the answer has the same field with the same value several times, the least sure one counts. ``None``
        where nothing is told of it.
        """
        if not self.tokens or not value:
            return None
        words = "".join(token.text for token in self.tokens)
        ends = list(accumulate(len(token.text) for token in self.tokens))
        pattern = re.compile(rf'"{re.escape(name)}"\s*:\s*"?(?P<value>{re.escape(value)})')
        chances = [
            token.chance
            for match in pattern.finditer(words)
            for token in self.tokens[
                bisect_right(ends, match.start("value")) : bisect_left(ends, match.end("value")) + 1
            ]
        ]
        return 1 - min(chances) if chances else None


def _first_token(ends: Sequence[int], match: re.Match[str]) -> int:
    return bisect_right(ends, match.start("value"))


def manner_of(calls: Sequence[ModelCall]) -> Manner:
    """How the last of a question's calls answered it; any before it were sent back."""
    response = calls[-1].response if calls else None
    return Manner(len(calls) > 1, () if response is None else _tokens(response))


def _tokens(response: Mapping[str, Any]) -> tuple[Token, ...]:
    """The tokens of a chat completion with their chances; () in any other shape, since few endpoints tell them."""
    try:
        told = response["choices"][0]["logprobs"]["content"]
        return tuple(Token(str(one["token"]), min(1.0, math.exp(float(one["logprob"])))) for one in told)
    except (KeyError, IndexError, TypeError, ValueError):
        return ()
