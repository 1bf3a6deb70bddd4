"""Word files: the text as Word shows it, with automatic numbers, merged cells, text boxes and tracked changes resolved.

Left out, because the page does not show it as part of the report: deleted and hidden text, comments, footnotes,
headers, footers, field codes, and the table of contents.
"""

from __future__ import annotations

from pipeline.errors import EmptyFile
from pipeline.readers.docx.body import Context, read_body
from pipeline.readers.docx.numbering import Labels, read_numbering
from pipeline.readers.docx.parts import open_parts
from pipeline.readers.docx.styles import read_styles
from pipeline.readers.passages import joined
from schemas.text import Document, Source

SUFFIXES = (".docx",)


def read(data: bytes, source: Source) -> Document:
    """The document in a Word file, its tables written as one cell a line after a tab and an empty line after each row.

    ``pages`` is filled where Word saved its page breaks, and then tells pages as of that save; hard page breaks alone
    would give wrong page numbers. Two pages start at one offset where the first shows only what is left out.
    Raises ``DamagedFile``, ``UnsupportedFormat``, ``TooLarge`` or ``EmptyFile``.
    """
    parts = open_parts(data, source.name)
    context = Context(read_styles(parts.styles), Labels(read_numbering(parts.numbering)))
    whole = joined(read_body(parts.body, context))
    if not whole.text.strip():
        raise EmptyFile(f"文件里没有文字：{source.name}", "若正文是图片或扫描件，请先做文字识别。")
    return Document(
        source=source,
        text=whole.text,
        tables=whole.tables,
        outline=whole.outline,
        pages=(0, *whole.pages) if whole.pages else (),
    )
