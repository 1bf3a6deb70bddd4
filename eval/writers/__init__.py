"""Writes sample reports, given as blocks or in the source notation, in the formats in which reports come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.writers.blocks import Block, Grid, GridCell, Heading, Lines, Paragraph, TextBox
from eval.writers.excel import write_xlsx
from eval.writers.html import write_html
from eval.writers.notation import parse_source
from eval.writers.pdf import write_pdf
from eval.writers.plain import write_text
from eval.writers.word import write_docx

__all__ = [
    "Block",
    "Grid",
    "GridCell",
    "Heading",
    "Lines",
    "Paragraph",
    "TextBox",
    "parse_source",
    "write_docx",
    "write_html",
    "write_pdf",
    "write_reports",
    "write_text",
    "write_xlsx",
]


def write_reports(corpus: Path) -> Iterator[Path]:
    """Writes every ``sources/*.html`` to ``reports/*.txt`` and ``formats/*.docx``; yields the written paths."""
    for source in sorted((corpus / "sources").glob("*.html")):
        blocks = parse_source(source.read_text(encoding="utf-8"))
        text, word = corpus / "reports" / f"{source.stem}.txt", corpus / "formats" / f"{source.stem}.docx"
        text.parent.mkdir(exist_ok=True)
        word.parent.mkdir(exist_ok=True)
        text.write_text(write_text(blocks), encoding="utf-8", newline="\n")
        word.write_bytes(write_docx(blocks))
        yield from (text, word)
