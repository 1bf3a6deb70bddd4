"""Where each claimed quote and value stands in the text, and whether the text vouches for it, digit for digit.

A match must be equal after folding (NFKC, white space, punctuation width), have the same numbers in the same places,
and start and end between words: ``18`` is not found in ``793.18``, ``125`` not in the cells ``12`` and ``5``. Passages
that are merely alike are looked for only to tell a number that differs from words that are not there.
"""

from pipeline.folding import TextIndex, index_text
from pipeline.grounding.evidence import ground
from pipeline.grounding.places import Located, find_all, locate, locate_quote, value_needle

__all__ = ["Located", "TextIndex", "find_all", "ground", "index_text", "locate", "locate_quote", "value_needle"]
