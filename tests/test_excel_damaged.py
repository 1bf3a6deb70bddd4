"""Workbooks that cannot be read, or should not be: told in words and with a hint, and never at any length."""

from __future__ import annotations

import random
import struct
import zipfile
from contextlib import suppress
from typing import Any

import pytest

from pipeline.errors import DamagedFile, EmptyFile, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers.excel import biff, cells, package, read, sheets
from tests.excel_samples import SOURCE, document, grid, old, packed, sheet_xml, written, zipped

ROW = '<row><c t="inlineStr"><is><t>甲</t></is></c><c><v>1</v></c></row>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BARE = struct.pack("<HHHHHH", 0x0809, 8, 0x0600, 0x0005, 0, 0)
ENCRYPTED_BIFF = (
    struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 0x0600)
    + struct.pack("<HHHHHH", 0x002F, 6, 0, 1, 2, 3)
    + struct.pack("<HH", 0x000A, 0)
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def stream_name(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(64)


def plain() -> bytes:
    return written(lambda book: grid(book.add_worksheet(), (("项目名称", "甲"), ("得分", 95))))


def plain_old() -> bytes:
    return old(lambda book: grid(book.add_sheet("表"), (("项目名称", "甲"), ("得分", 95))))


def with_lying_size(data: bytes) -> bytes:
    """The sheet says that it is 50 bytes long, and is longer."""
    changed = bytearray(data)
    entry = -1
    while (entry := changed.find(b"PK\x01\x02", entry + 1)) >= 0:
        if b"xl/sheet.xml" in changed[entry : entry + 80]:
            struct.pack_into("<I", changed, entry + 24, 50)
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"PK\x03\x04 no archive", DamagedFile, "不完整"),
        (plain()[:900], DamagedFile, "不完整"),
        (with_lying_size(packed(sheet_xml(ROW))), DamagedFile, "损坏"),
        (zipped({"a.txt": "甲"}), UnsupportedFormat, "没有工作簿"),
        (zipped({"word/document.xml": "甲"}), UnsupportedFormat, "Word"),
        (zipped({"ppt/presentation.xml": "甲"}), UnsupportedFormat, "演示文稿"),
        (zipped({"xl/workbook.bin": "甲"}), UnsupportedFormat, "xlsb"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), UnsupportedFormat, "OpenDocument"),
        (zipped({"xl/workbook.xml": "<workbook"}), DamagedFile, "xl/workbook.xml"),
        (packed(sheet_xml(ROW)[:-20]), DamagedFile, "xl/sheet.xml"),
        (packed(sheet_xml('<row><c t="s"><v>7</v></c></row>')), DamagedFile, "缺少文字"),
        (packed(BOMB + sheet_xml(ROW)), DamagedFile, "实体"),
        (packed(sheet_xml(ROW), others={"xl/styles.xml": BOMB + "<styleSheet/>"}), DamagedFile, "实体"),
        (packed((BOMB + sheet_xml(ROW)).encode("utf-16")), DamagedFile, "实体"),
        (packed(sheet_xml(" " * 17 * 2**20)), TooLarge, "压缩比异常"),
        (packed(sheet_xml("")), EmptyFile, "可见"),
        (stream_name("EncryptedPackage"), DamagedFile, "加密"),
        (stream_name("WordDocument"), UnsupportedFormat, "Word"),
        (stream_name("PowerPoint Document"), UnsupportedFormat, "演示文稿"),
        (stream_name("Workbook"), DamagedFile, "损坏"),
        (OLE, DamagedFile, "损坏"),
        (BARE, DamagedFile, "损坏"),
        (ENCRYPTED_BIFF, DamagedFile, "加密"),
        (plain_old()[:2000], DamagedFile, "损坏"),
        (b"%PDF-1.7", UnsupportedFormat, "PDF"),
        (b"{\\rtf1", UnsupportedFormat, "RTF"),
        ("项目,得分\n甲,95\n".encode("gb18030"), DamagedFile, "不是 Excel 或 WPS"),
        (b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", UnsupportedFormat, "XML"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_told(data: bytes, error: type[ReadError], words: str) -> None:
    with pytest.raises(error) as raised:
        read(data, SOURCE)
    assert words in str(raised.value)
    assert SOURCE.name in str(raised.value)
    assert raised.value.hint


def test_a_workbook_with_everything_hidden_says_so() -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("空")
        hidden = book.add_worksheet("藏")
        hidden.write(0, 0, "甲")
        hidden.hide()

    with pytest.raises(EmptyFile) as raised:
        read(written(fill), SOURCE)
    assert "隐藏" in raised.value.hint


def test_a_part_in_an_odd_compression_is_damaged() -> None:
    with pytest.raises(DamagedFile, match="压缩方式"):
        read(zipped({"xl/workbook.xml": "<workbook/>"}, zipfile.ZIP_LZMA), SOURCE)


@pytest.mark.parametrize(
    ("module", "name", "limit", "data"),
    [
        (package, "MAX_TREE", 50, plain()),
        (package, "MAX_STREAMED", 50, plain()),
        (cells, "MAX_CHARACTERS", 3, plain()),
        (sheets, "MAX_GRID", 3, plain()),
        (biff, "MAX_CELLS", 3, plain_old()),
    ],
)
def test_no_more_is_read_than_a_report_can_hold(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, limit: int, data: bytes
) -> None:
    assert "甲" in document(data).text
    monkeypatch.setattr(module, name, limit)
    with pytest.raises(TooLarge) as raised:
        read(data, SOURCE)
    assert raised.value.hint


@pytest.mark.parametrize(("name", "limit"), [("MAX_FILLED", 5), ("MAX_ELEMENTS", 8)])
def test_the_limits_hold_for_all_sheets_together(monkeypatch: pytest.MonkeyPatch, name: str, limit: int) -> None:
    monkeypatch.setattr(f"pipeline.readers.excel.ooxml.{name}", limit)
    assert len(document(packed(sheet_xml(ROW), sheets=2)).tables) == 2
    with pytest.raises(TooLarge):
        read(packed(sheet_xml(ROW), sheets=3), SOURCE)


def test_merges_without_end_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    merges = "".join(f'<mergeCell ref="A1:C{row}"/>' for row in range(1, 40))
    data = packed(sheet_xml(ROW * 20, f"<mergeCells>{merges}<mergeCell ref='nonsense'/></mergeCells>"))
    assert document(data).text == "甲\n"
    monkeypatch.setattr(sheets, "MAX_GRID", 300)
    with pytest.raises(TooLarge, match="合并"):
        read(data, SOURCE)


@pytest.mark.parametrize("whole", [plain(), plain_old()], ids=["new", "old"])
def test_damage_anywhere_is_an_error_of_ours_or_none(whole: bytes) -> None:
    draw = random.Random(4)
    read_on = 0
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(draw.choice((1, 8, 40))):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        with suppress(ReadError):
            document(bytes(damaged))
            read_on += 1
    assert 0 < read_on < 120
