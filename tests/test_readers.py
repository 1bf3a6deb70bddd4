"""Readers: which file goes to which, and what is told of files that cannot be read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline import readers as package
from pipeline.errors import DamagedFile, EmptyFile, MissingFile, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers import decode_document, is_prose, read_bytes, read_document, readers
from schemas.text import Cell, Document, Source, Span, Table

WORDS = "云溪县园林局2023年度部门整体支出绩效自评报告\n"
PROSE = "全年新建口袋公园7个，栽植行道树2100株，城区绿化面貌得到明显改善，群众满意度较高。"


class Reader:
    """A reader that does what it is told."""

    SUFFIXES = (".abc",)
    __name__ = "pipeline.readers.told"

    def __init__(self, does: Document | BaseException) -> None:
        self.does = does

    def read(self, data: bytes, source: Source) -> Document:
        del data, source
        if isinstance(self.does, BaseException):
            raise self.does
        return self.does


def told(monkeypatch: pytest.MonkeyPatch, does: Document | BaseException) -> None:
    monkeypatch.setattr(package, "readers", lambda: {".abc": Reader(does)})


def test_every_reader_is_found_by_its_suffixes() -> None:
    assert {".txt", ".md", ".docx"} <= set(readers())
    for suffix, reader in readers().items():
        assert suffix in reader.SUFFIXES
        assert suffix == suffix.lower()
        assert suffix.startswith(".")


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("没有.txt", None, MissingFile),
        ("空.txt", b"", EmptyFile),
        ("空白.txt", " \n\u3000\n".encode(), EmptyFile),
        ("表格.xyz", WORDS.encode(), UnsupportedFormat),
        ("无后缀", WORDS.encode(), UnsupportedFormat),
        ("压缩.txt", b"PK\x03\x04" + bytes(range(128, 256)) * 40, UnsupportedFormat),
        ("图片.txt", bytes(range(256)) * 40, DamagedFile),
        ("截断.docx", b"PK\x03\x04 is no archive", ReadError),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, content: bytes | None, error: type[ReadError]) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error) as raised:
        read_document(path)
    assert path.stem in str(raised.value)
    assert raised.value.hint


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "报告.txt").mkdir()
    with pytest.raises(ReadError) as raised:
        read_bytes(tmp_path / "报告.txt")
    assert raised.value.hint


def test_a_file_of_impossible_size_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "报告.txt"
    path.write_text(WORDS, encoding="utf-8")
    monkeypatch.setattr(package, "MAX_BYTES", 10)
    with pytest.raises(TooLarge):
        read_bytes(path)
    monkeypatch.setattr(package, "MAX_BYTES", path.stat().st_size)
    assert read_bytes(path) == WORDS.encode()


def test_the_hint_names_the_formats_that_can_be_read() -> None:
    with pytest.raises(UnsupportedFormat) as raised:
        decode_document(Path("报告.xyz"), b"")
    assert all(suffix in raised.value.hint for suffix in readers())


@pytest.mark.parametrize("suffix", [".txt", ".TXT", ".md"])
def test_the_source_tells_where_a_document_is_from(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"报告{suffix}"
    path.write_text(WORDS, encoding="utf-8")
    document = read_document(path)
    assert document.text == WORDS
    assert document.source == Source("报告", str(path), hashlib.sha256(WORDS.encode()).hexdigest(), "text")


def test_a_parser_that_fails_in_its_own_way_means_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, ZeroDivisionError("inside"))
    with pytest.raises(DamagedFile) as raised:
        decode_document(Path("报告.abc"), b"x")
    assert "ZeroDivisionError" in str(raised.value)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_an_error_of_ours_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, EmptyFile("扫描件", "先识别"))
    with pytest.raises(EmptyFile, match="扫描件"):
        decode_document(Path("报告.abc"), b"x")


def test_the_users_interrupt_is_no_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        decode_document(Path("报告.abc"), b"x")


def table(*words: str) -> Table:
    cells = tuple(Cell(word, Span(0, len(word)), row, 0) for row, word in enumerate(words))
    return Table(Span(0, max(map(len, words))), cells, len(words), 1)


FORM = table(
    "项目名称", "古树名木保护", "一级指标", "三级指标", "1.保护古树", "36株", "（二）建档", "36份", PROSE, PROSE, PROSE
)
FRAME = table("一、部门基本情况", PROSE, "（一）职能职责", PROSE, "二、绩效情况", PROSE, "")


@pytest.mark.parametrize(
    ("one", "prose"),
    [
        (FORM, False),
        (table("一、部门基本情况", PROSE, "（一）职能职责", PROSE), False),  # too little to tell
        (table("一、甲", "二、乙", "三、丙", "30", "40", "50"), False),
        (table(PROSE, PROSE, PROSE), False),
        (FRAME, True),
        (table("1、概况", PROSE, "2.职责", PROSE, "3．绩效", PROSE, "签名"), True),
    ],
)
def test_a_table_that_is_only_a_frame_around_prose(one: Table, prose: bool) -> None:
    assert is_prose(one) is prose


def test_frames_are_no_tables_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, Document(Source("", "", "", ""), WORDS, (FORM, FRAME)))
    assert decode_document(Path("报告.abc"), b"x").tables == (FORM,)
