"""How sure optical character recognition was of the characters that a value is read from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.text import RecognizedWord, Span

UNSURE = 0.9
"""Below this a recognized word is a doubt of its own (see docs/checks.md for what that catches and costs)."""


_MARKS = frozenset("，、。；：！？,;:!?“”‘’\"'（）()〔〕[]《》【】")
"""Their width and shape are often unsure, and no value depends on them."""


@dataclass(frozen=True)
class Recognition:
    """The words of a document that were recognized in images, in the order of the text."""

    text: str
    words: Sequence[RecognizedWord]

    @cached_property
    def _starts(self) -> list[int]:
        return [word.span.start for word in self.words]

    def under(self, span: Span) -> Iterator[RecognizedWord]:
        """The words that share a character with the span."""
        for place in range(max(0, bisect_right(self._starts, span.start) - 1), len(self.words)):
            word = self.words[place]
            if word.span.start >= span.end:
                return
            if word.span.overlaps(span):
                yield word

    def least_sure(self, span: Span | None) -> RecognizedWord | None:
        """The word under the span that the recognition was least sure of, punctuation aside; ``None`` where nothing was
        recognized.
        """
        found = () if span is None else self.under(span)
        said = (word for word in found if not _MARKS.issuperset(self.text[slice(*word.span)]))
        return min(said, key=lambda word: word.confidence, default=None)
