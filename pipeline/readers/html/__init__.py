"""Web pages: the report that a government site shows, or a file that Word, WPS or Excel saved as a page.

Nothing is fetched, run or expanded: what a script would write is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pipeline.errors import DamagedFile, EmptyFile, TooLarge
from pipeline.readers.html.archive import Page, is_archive, open_archive
from pipeline.readers.html.content import find_content
from pipeline.readers.html.encoding import decode_page
from pipeline.readers.html.flow import read_flow
from pipeline.readers.html.shown import hidden_classes
from pipeline.readers.passages import Passage, joined, line_passage
from schemas.text import Document, Source

SUFFIXES = (".html", ".htm", ".mht", ".mhtml")
MAX_BYTES = 32 * 2**20
"""Of the page itself; pictures inside a page make it large, but not its text, and a tree takes many times as much."""
MAX_ELEMENTS = 300_000
MAX_CHARACTERS = 5_000_000


def read(data: bytes, source: Source) -> Document:
    """The document in a page, its forms with their merged cells, its headings marked.

    Raises ``UnsupportedFormat``, ``DamagedFile``, ``TooLarge`` or ``EmptyFile``.
    """
    pages = open_archive(data, source.name) if is_archive(data) else (Page(data, ""),)
    size = sum(len(page.data) for page in pages)
    if size > MAX_BYTES:
        raise TooLarge(
            f"网页过大：{source.name}（{size // 2**20} MB，上限 {MAX_BYTES // 2**20} MB）",
            "绩效自评报告不会这么大；请确认文件，或另存为 .docx。",
        )
    texts = (decode_page(page.data, source.name, page.encoding) for page in pages)
    whole = joined(passage for text in texts for passage in _passages(text, source.name))
    if not whole.text.strip():
        raise EmptyFile(
            f"网页里没有报告正文：{source.name}",
            "正文可能在附件或图片里，或由脚本载入；请下载附件，或用浏览器另存后再试。",
        )
    if len(whole.text) > MAX_CHARACTERS:
        raise TooLarge(
            f"网页文字过多：{source.name}（{len(whole.text):,} 字）",
            "绩效自评报告不会这么长；请确认文件，或拆分后再处理。",
        )
    return Document(source=source, text=whole.text, tables=whole.tables, outline=whole.outline)


def _passages(text: str, name: str) -> Iterator[Passage]:
    root = _parse(text, name)
    if root is None:
        return
    hidden = hidden_classes(root)
    content = find_content(root, hidden)
    if content.title:
        yield line_passage(content.title, 1)
    yield from read_flow(content.root, hidden)


def _parse(text: str, name: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    if not text.strip():
        return None
    # The text goes in as UTF-8, so that what the page says of its encoding no longer matters.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing in it but comments
        return None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        # Beyond this depth the parser leaves out the rest without a word.
        raise DamagedFile(f"网页结构异常，嵌套层数过多：{name}", "请用浏览器打开后另存为网页或 .docx，再试一次。")
    if root is not None and sum(1 for _ in islice(root.iter(), MAX_ELEMENTS + 1)) > MAX_ELEMENTS:
        raise TooLarge(f"网页元素过多：{name}（上限 {MAX_ELEMENTS:,} 个）", "绩效自评报告不会这么大；请确认文件。")
    return root
