"""What an engine is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from schemas.stages import Chunk, Reading, Section
from schemas.text import Document


class Engine(Protocol):
    """Reads a document. Its claims are verified afterwards, whatever engine made them.

    ``name`` and ``version`` are stored with each extraction: a change of version makes earlier ones out of date.
    """

    @property
    def name(self) -> str:
        """What the user calls it by."""

    @property
    def version(self) -> str:
        """Changes whenever the same document may be read in another way."""

    def read(self, document: Document, sections: Sequence[Section], chunks: Sequence[Chunk]) -> Reading:
        """Everything the engine takes to be a record, in order of the text, and what it could not read."""
