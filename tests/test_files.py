"""Which reports a batch is made of: files, members of archives, the files of a folder as one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipeline.detail import line_starts
from pipeline.engines.rules import RulesEngine
from pipeline.errors import ReadError
from pipeline.files import collect_files, decode_report, read_report
from pipeline.joined import join_documents
from pipeline.readout import place_words
from pipeline.run import Outcome, RunOptions, run
from pipeline.store import find_report, load_extraction, open_store
from schemas.text import Box, Cell, Document, OutlineMark, RecognizedWord, Source, Span, Table

PROSE = "青禾县水务局2023年度绩效自评报告\n一、基本情况\n水渠长度 12公里。\n"
FORM = "附件：项目支出绩效自评表\n2023年培训费 3 万元。\n"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(folder: Path, *, by_folder: bool = False) -> list[str]:
    return [str(file.path.relative_to(folder)) for file in collect_files([folder], by_folder=by_folder)]


def test_an_archive_without_reports_and_a_broken_one_are_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "空.zip", "w") as file:
        file.writestr("图.gif", b"")
    write(tmp_path / "坏.zip", "x")
    found = {file.path.name: file.error for file in collect_files([tmp_path])}
    assert set(found) == {"空.zip", "坏.zip"}
    assert all(error is not None and error.hint for error in found.values())


def test_what_no_reader_takes_is_told_where_it_may_hold_a_report(tmp_path: Path) -> None:
    write(tmp_path / "批次.rar", "x")
    write(tmp_path / "照片.gif", "x")
    write(tmp_path / "甲.txt", PROSE)
    found = {file.path.name: file.error for file in collect_files([tmp_path])}
    assert set(found) == {"批次.rar", "甲.txt"}
    assert found["甲.txt"] is None
    assert found["批次.rar"] is not None


def test_of_one_report_the_format_that_says_most_comes_first(tmp_path: Path) -> None:
    for name in ("甲.txt", "甲.docx", "乙.txt", "甲 附表.txt"):
        write(tmp_path / name, PROSE)
    assert names(tmp_path) == ["乙.txt", "甲.docx", "甲.txt", "甲 附表.txt"]


def test_members_of_archives_are_reports_of_their_own(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "批次.zip", "w") as file:
        file.writestr("甲/报告.txt", PROSE)
        file.writestr("乙.txt", PROSE.replace("水务", "林业"))
    report = run([tmp_path], tmp_path / "x.duckdb", RulesEngine(), RunOptions(), lambda _: None)
    assert [file.outcome for file in report.outcomes] == [Outcome.READ, Outcome.READ]
    with open_store(tmp_path / "x.duckdb") as store:
        assert find_report(store, "报告").path == str(tmp_path / "批次.zip" / "甲" / "报告.txt")


def test_the_files_of_a_folder_are_one_report_prose_first(tmp_path: Path) -> None:
    for name in ("附件2.txt", "附件10.txt", "附件1.txt", "附件三.txt", "自评报告.txt"):
        write(tmp_path / "水务局" / name, PROSE)
    write(tmp_path / "单份.txt", PROSE)
    write(tmp_path / "水务局" / "附表.rar", "x")
    found = {file.path.name: file for file in collect_files([tmp_path], by_folder=True)}
    assert set(found) == {"水务局", "单份.txt", "附表.rar"}
    order = [place.path.name for place in found["水务局"].places]
    assert order == ["自评报告.txt", "附件1.txt", "附件2.txt", "附件三.txt", "附件10.txt"]
    assert found["附表.rar"].error is not None


def test_a_report_of_several_files_is_one_whatever_the_folder_is_called(tmp_path: Path) -> None:
    for folder in ("甲", "乙"):
        write(tmp_path / folder / "报告.txt", PROSE)
        write(tmp_path / folder / "附件1.txt", FORM)
    one, other = (read_report(file) for file in collect_files([tmp_path], by_folder=True))
    assert one.sha256 == other.sha256
    write(tmp_path / "乙" / "附件1.txt", FORM + "变")
    changed = read_report(collect_files([tmp_path / "乙"], by_folder=True)[0])
    assert changed.sha256 != one.sha256


def test_evidence_of_a_report_of_several_files_names_the_file(tmp_path: Path) -> None:
    write(tmp_path / "局" / "报告.txt", PROSE)
    write(tmp_path / "局" / "附件1.txt", FORM)
    options = RunOptions(by_folder=True)
    report = run([tmp_path / "局"], tmp_path / "x.duckdb", RulesEngine(), options, lambda _: None)
    assert [(file.path.name, file.outcome) for file in report.outcomes] == [("局", Outcome.READ)]
    with open_store(tmp_path / "x.duckdb") as store:
        document = load_extraction(store, find_report(store, "局").extraction_id).document
    assert document.text == PROSE + "\n\n" + FORM
    assert [part.source.name for part in document.parts] == ["报告", "附件1"]
    for words, name in (("12公里", "报告.txt"), ("培训费", "附件1.txt")):
        start = document.text.index(words)
        place = place_words(document, line_starts(document.text), Span(start, start + len(words)))
        assert place.startswith(name)


def test_one_bad_file_of_a_report_fails_the_report(tmp_path: Path) -> None:
    write(tmp_path / "局" / "报告.txt", PROSE)
    (tmp_path / "局" / "附件1.docx").write_bytes(b"PK\x03\x04")
    (found,) = collect_files([tmp_path / "局"], by_folder=True)
    with pytest.raises(ReadError, match="附件1"):
        decode_report(read_report(found))


def test_whatever_has_a_place_moves_with_its_text() -> None:
    def part(name: str, text: str) -> Document:
        cells = (Cell(text[:2], Span(0, 2), 0, 0),)
        return Document(
            Source(name, name, name, "text"),
            text,
            (Table(Span(0, 3), cells, 1, 1),),
            (OutlineMark(Span(1, 2), 1),),
            (0, 2),
            (Box(Span(0, 2), 2, 0, 0, 1, 1),),
            (RecognizedWord(Span(1, 3), 0.5),),
        )

    whole = join_documents(Source("局", "局", "局", "folder"), [part("甲", "一二三四"), part("乙", "五六七八")])
    assert whole.text == "一二三四\n\n五六七八"
    assert [whole.quote(table.cells[0].span) for table in whole.tables] == ["一二", "五六"]
    assert [whole.quote(mark.span) for mark in whole.outline] == ["二", "六"]
    assert [(box.page, whole.quote(box.span)) for box in whole.boxes] == [(2, "一二"), (4, "五六")]
    assert [whole.quote(word.span) for word in whole.recognized] == ["二三", "六七"]
    assert whole.pages == (0, 2, 6, 8)
    assert (whole.file_at(3).name, whole.file_at(6).name) == ("甲", "乙")
