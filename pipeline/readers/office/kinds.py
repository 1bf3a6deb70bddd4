"""What a file with a Word suffix really is, told by its content."""

from __future__ import annotations

import re
from enum import Enum
from io import BytesIO
from typing import Any

from pipeline.errors import DamagedFile, UnsupportedFormat

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RESAVE = "请用 Word 或 WPS 打开后另存为 .docx，再试一次。"
_UNLOCK = "请在 Word 或 WPS 中打开，取消打开密码后另存为 .docx，再试一次。"
_AGAIN = f"请重新下载或重新索取；若本机能打开，{_RESAVE}"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table)\b", re.I | re.S
)
_WORD_XML = re.compile(rb"\s*<\?xml[^>]*>.{0,400}?(?:<w:wordDocument\b|progid=\"Word\.Document\")", re.S)
_OTHERS = (
    (b"MIME-Version:", "单一文件网页（MHT）"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"BM", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"Rar!", "压缩文件"),
    (b"7z\xbc\xaf", "压缩文件"),
)
_OFFICE_PARTS = {"Workbook": "Excel 表格", "Book": "Excel 表格", "PowerPoint Document": "PPT 演示文稿"}
_WORD_PARTS = ("WordDocument", "0Table", "1Table")
_WORD_97, _FLAGS, _IS_ENCRYPTED = 0xA5EC, 10, 0x0100
"""Of the file information block that opens the stream WordDocument: its mark, and where it tells of encryption."""
_SAMPLE = 4096


class Kind(Enum):
    """The formats that text documents come in; the value is the suffix that the format should have."""

    WORD = ".doc"
    RTF = ".rtf"
    WORD_XML = ".xml"
    DOCX = ".docx"
    HTML = ".html"
    PDF = ".pdf"
    TEXT = ".txt"


def kind_of(data: bytes, name: str) -> Kind:
    """What the bytes are. Raises ``DamagedFile`` for encrypted and ``UnsupportedFormat`` for other files."""
    if data.startswith(OLE):
        return _kind_of_compound(data, name)
    for mark, kind in ((b"{\\rtf", Kind.RTF), (b"PK\x03\x04", Kind.DOCX), (b"%PDF", Kind.PDF)):
        if data.lstrip()[: len(mark)] == mark:
            return kind
    for mark, shown in _OTHERS:
        if data.startswith(mark):
            raise UnsupportedFormat(f"内容不是 Word 文档，而是{shown}：{name}", f"请改回正确的后缀名，或{_RESAVE[1:]}")
    head = _plain(data[:_SAMPLE])
    if _WORD_XML.match(head):
        return Kind.WORD_XML
    return Kind.HTML if _HTML.match(head) else Kind.TEXT


def _plain(head: bytes) -> bytes:
    """The head of a file without its byte order mark, UTF-16 thinned to the ASCII in it."""
    for bom in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].replace(b"\0", b"")
    return head


def _kind_of_compound(data: bytes, name: str) -> Kind:
    """The kind of an OLE compound file, by the streams that it holds."""
    import olefile  # type: ignore[import-untyped,unused-ignore]

    try:
        with olefile.OleFileIO(BytesIO(data)) as compound:
            if compound.exists("WordDocument"):
                head: bytes = compound.openstream("WordDocument").read(32)
                if int.from_bytes(head[:2], "little") == _WORD_97 and _flags(head) & _IS_ENCRYPTED:
                    raise DamagedFile(f"文件已加密：{name}", _UNLOCK)
                if any(_is_cut(compound, part) for part in _WORD_PARTS if compound.exists(part)):
                    raise DamagedFile(f"文件不完整：{name}", _AGAIN)
                return Kind.WORD
            if compound.exists("EncryptedPackage"):
                raise DamagedFile(f"文件已加密：{name}", _UNLOCK)
            shown = next((shown for part, shown in _OFFICE_PARTS.items() if compound.exists(part)), None)
    except (OSError, ValueError, IndexError) as error:  # olefile raises its own OSErrors
        raise DamagedFile(f"文件不完整或已损坏：{name}", _AGAIN) from error
    what = f"内容不是 Word 文档，而是 {shown}" if shown else "文件里没有 Word 正文"
    raise UnsupportedFormat(f"{what}：{name}", f"请改回正确的后缀名，或{_RESAVE[1:]}")


def _is_cut(compound: Any, part: str) -> bool:
    """True where the file ends before the stream does: LibreOffice would read what is left and say nothing."""
    return len(compound.openstream(part).read()) < int(compound.get_size(part))


def _flags(head: bytes) -> int:
    return int.from_bytes(head[_FLAGS : _FLAGS + 2], "little")
