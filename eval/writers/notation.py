"""The notation in which sample reports are written: restricted HTML, read into blocks.

``<h1>`` is the title, ``<h2>`` to ``<h4>`` are headings, ``<p>`` a paragraph, ``<pre>`` lines kept as they are,
``<aside>`` a text box, ``<table>`` a table with ``rowspan`` and ``colspan``, ``<br>`` a line break. ``auto`` on a
heading or paragraph (``一、``, ``（一）`` or ``1.``) says that its number is made by the list numbering of Word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from eval.writers.blocks import NUMBERINGS, Block, Grid, GridCell, Heading, Lines, Paragraph, TextBox

BLOCK_TAGS = frozenset({"h1", "h2", "h3", "h4", "p", "pre", "aside", "td"})


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.rows: list[tuple[GridCell, ...]] = []
        self.row: list[GridCell] = []
        self.attributes: Mapping[str, str] = {}
        self.words: list[str] = []
        self.kept = False  # inside <pre>, where the line breaks of the source count

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.words.append("\n")
        elif tag == "table":
            self.rows = []
        elif tag == "tr":
            self.row = []
        elif tag in BLOCK_TAGS:
            self.flush()
            self.attributes = {name: value or "" for name, value in attrs}
            self.kept = tag == "pre"
        else:
            raise self._error(f"<{tag}> is not part of the notation")

    def handle_data(self, data: str) -> None:
        self.words.append(data if self.kept else re.sub(r"[ \t]*\n[ \t]*", "", data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            spans = (int(self.attributes.get(name, "1")) for name in ("rowspan", "colspan"))
            self.row.append(GridCell(self._text(), *spans))
        elif tag == "tr":
            self.rows.append(tuple(self.row))
        elif tag == "table":
            self.blocks.append(Grid(tuple(self.rows)))
        elif tag != "br":
            self.blocks.append(self._block(tag))

    def _block(self, tag: str) -> Block:
        auto = self.attributes.get("auto", "")
        if auto and auto not in NUMBERINGS:
            raise self._error(f"no numbering is called {auto!r}")
        if tag == "pre":
            return Lines(self._text().strip("\n"))
        if tag == "aside":
            return TextBox(self._text())
        return Paragraph(self._text(), auto) if tag == "p" else Heading(self._text(), int(tag[1]), auto)

    def _text(self) -> str:
        text, self.words, self.kept = "".join(self.words), [], False
        return text

    def _error(self, what: str) -> ValueError:
        return ValueError(f"line {self.getpos()[0]}: {what}")

    def flush(self) -> None:
        """Ends the text between two blocks, which may hold nothing but white space."""
        if stray := self._text().strip():
            raise self._error(f"text outside of any block: {stray!r}")


def parse_source(html: str) -> tuple[Block, ...]:
    """The blocks of a report in the source notation, in order.

    Line breaks of the source count in ``<pre>`` only. Raises ValueError for a tag or numbering it does not know and
    for text outside of the blocks.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    builder.flush()
    return tuple(builder.blocks)
