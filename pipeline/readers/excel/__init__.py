"""Workbooks of Excel and WPS, old and new, as they are shown: forms as tables, titles and notes as lines.

What a file is shows in its first bytes, not in its suffix: an .et of WPS is one or the other kind of workbook, and what
systems export as .xls is often a web page.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import DamagedFile, EmptyFile, TooLarge, UnsupportedFormat
from pipeline.readers.excel.package import RESAVE
from pipeline.readers.excel.sheets import Sheet, read_sheet
from pipeline.readers.passages import Passage, joined, line_passage
from schemas.text import Document, Source

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et")
MAX_CHARACTERS = 5_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_OTHERS = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF 文档"), (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"))


def read(data: bytes, source: Source) -> Document:
    """The document in a workbook: its visible sheets in order, numbers as their formats show them.

    A sheet's name is a heading line unless it is one like Sheet1. Raises ``DamagedFile``, ``UnsupportedFormat``,
    ``TooLarge`` or ``EmptyFile``.
    """
    if _is_markup(data):
        return _read_markup(data, source)
    passages: list[Passage] = []
    for sheet in _sheets(data, source.name):
        found = list(read_sheet(sheet))
        if found and passages:
            passages.append(line_passage(""))
        passages += found
    whole = joined(passages)
    if not whole.text.strip():
        raise EmptyFile(
            f"工作簿里没有可见的内容：{source.name}", "若内容在隐藏的工作表或图片里，请取消隐藏或做文字识别后另存。"
        )
    if len(whole.text) > MAX_CHARACTERS:
        raise TooLarge(
            f"工作簿内容过多：{source.name}（{len(whole.text):,} 字）", "绩效自评表不会这么大；请只留下自评表后另存。"
        )
    return Document(source=source, text=whole.text, tables=whole.tables, outline=whole.outline)


def _sheets(data: bytes, name: str) -> Iterable[Sheet]:
    if data.startswith(b"PK"):
        from pipeline.readers.excel.ooxml import read_ooxml

        return read_ooxml(data, name)
    if data.startswith(_OLE):
        _refuse_other_containers(data, name)
    elif not data.startswith(_BARE_BIFF):
        kind = next((kind for mark, kind in _OTHERS if data.startswith(mark)), "")
        if kind:
            raise UnsupportedFormat(f"内容不是 Excel 工作簿，而是{kind}：{name}", f"请改回正确的后缀名，或{RESAVE[1:]}")
        raise DamagedFile(
            f"文件不是 Excel 或 WPS 工作簿，或已损坏：{name}", f"请重新下载或重新索取；若本机能打开，{RESAVE}"
        )
    from pipeline.readers.excel.biff import read_biff

    return read_biff(data, name)


def _refuse_other_containers(data: bytes, name: str) -> None:
    """Raise for an OLE container of something else; the names of its streams stand in it as UTF-16."""
    if _stream_name("EncryptedPackage") in data:
        raise DamagedFile(f"工作簿已加密：{name}", "请在 Excel 或 WPS 中打开，取消密码后另存，再试一次。")
    if _stream_name("Workbook") in data or _stream_name("Book") in data:
        return
    for stream, kind in (("WordDocument", "Word 文档（.doc）"), ("PowerPoint Document", "演示文稿（.ppt）")):
        if _stream_name(stream) in data:
            raise UnsupportedFormat(f"内容不是 Excel 工作簿，而是{kind}：{name}", "请改回正确的后缀名。")


def _stream_name(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\0\0"


def _is_markup(data: bytes) -> bool:
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"").lower()
    return head.startswith((b"<", b"mime-version:"))


def _read_markup(data: bytes, source: Source) -> Document:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in data[:4096] and b"<html" not in data[:4096].lower():
        raise UnsupportedFormat(f"内容是 XML 表格（Excel 2003 XML）：{source.name}", RESAVE)
    from pipeline.readers import html

    return html.read(data, source)
