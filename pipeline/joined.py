"""One report out of several files: a prose document, its forms, 附件1 to 附件3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.text import Box, Document, OutlineMark, Part, RecognizedWord, Source, Span, Table

_GAP = "\n\n"


def join_documents(source: Source, documents: Sequence[Document]) -> Document:
    """The documents one after the other as one, each a part of it; whatever has a place moves with its text."""
    text = ""
    tables: list[Table] = []
    outline: list[OutlineMark] = []
    pages: list[int] = []
    boxes: list[Box] = []
    recognized: list[RecognizedWord] = []
    parts: list[Part] = []
    for document in documents:
        text += _GAP if text else ""
        at, page = len(text), len(pages)

        def moved(span: Span, by: int = at) -> Span:
            return Span(span.start + by, span.end + by)

        tables += [
            replace(
                table,
                span=moved(table.span),
                cells=tuple(replace(cell, span=moved(cell.span)) for cell in table.cells),
            )
            for table in document.tables
        ]
        outline += [replace(mark, span=moved(mark.span)) for mark in document.outline]
        pages += [start + at for start in document.pages]
        boxes += [box._replace(span=moved(box.span), page=box.page + page) for box in document.boxes]
        recognized += [word._replace(span=moved(word.span)) for word in document.recognized]
        parts.append(Part(at, document.source))
        text += document.text
    layout = (tuple(boxes), tuple(recognized), tuple(parts))
    return Document(source, text, tuple(tables), tuple(outline), tuple(pages), *layout)
