"""Exports: shapes, safe cells, names that do not collide, and other people's files left alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import ExtractError, UsageError
from pipeline.export import MANIFEST, Format, export_files, file_stems, neutral
from pipeline.readers import read_document
from pipeline.run import RunOptions, extract_document, make_engine, run
from pipeline.store import VIEWS, Store, list_reports, open_store, save_extraction, start_run
from pipeline.workbook import SHEETS
from schemas.records import Labels
from schemas.stages import Extraction, FieldRef, GroundedField, Status
from tests.report_samples import REPORT, write_report
from tests.store_samples import sample_extraction

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus" / "reports"
ATTACK = '=HYPERLINK("http://x","y")'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.duckdb") as opened:
        save_extraction(opened, start_run(opened, "rules", "1", {}), sample_extraction())
        yield opened


def save(store: Store, extraction: Extraction) -> None:
    save_extraction(store, start_run(store, "rules", "1", {}), extraction)


def with_remedy(value: str) -> Extraction:
    """The sample, its remedy worded otherwise."""
    sample = sample_extraction(content=value)
    *others, remedy = sample.records
    field = GroundedField("statement", value, Status.ABSENT, None)
    return replace(sample, records=(*others, replace(remedy, fields=(field,))))


@pytest.mark.parametrize("value", ["12.5", "≥95%", "完成率=100%", "a-b", "’=1", "（=1）", "", "加强+改进"])
def test_harmless_cells_stay_as_they_are(value: str) -> None:
    assert neutral(value) == value


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-5%", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\t1", "\r1", " =1", "\n=1"]
)
def test_cells_that_a_spreadsheet_would_run_get_an_apostrophe(value: str) -> None:
    assert neutral(value) == f"'{value}"


def test_labels_have_the_shape_of_the_guide_and_verbatim_quotes(tmp_path: Path) -> None:
    with open_store(tmp_path / "x.duckdb") as store:
        reports = [read_document(path) for path in sorted(CORPUS.glob("*.txt"))[:3]]
        for document in reports:
            save(store, extract_document(document, make_engine("rules")))
        written = export_files(store, Format.LABELS, tmp_path / "out")
    assert [path.name for path in written] == [f"{document.source.name}.json" for document in reports]
    for path, document in zip(written, reports, strict=True):
        labels = Labels.model_validate_json(path.read_bytes())
        data = json.loads(path.read_text(encoding="utf-8"))
        assert set(data) == set(Labels.model_fields)
        assert labels.indicators
        records = (*labels.evaluations, *labels.funding, *labels.goals, *labels.indicators, *labels.deviations)
        for record in (*records, *labels.remedies):
            assert document.text.count(record.quote) == 1


def test_two_reports_of_one_name_become_two_files(store: Store, tmp_path: Path) -> None:
    save(store, sample_extraction(content="2"))
    save(store, sample_extraction(name="另一份报告", content="3"))
    stems = file_stems(list_reports(store))
    assert len(set(stems)) == 3
    assert "另一份报告" in stems
    written = export_files(store, Format.LABELS, tmp_path / "out")
    assert len({path.name for path in written}) == 3
    assert all(path.exists() for path in written)


def test_names_that_differ_in_case_only_or_are_too_long_do_not_collide(store: Store, tmp_path: Path) -> None:
    for number, name in enumerate(("Report", "report", "长" * 85, "长" * 84 + "短", "长" * 60)):
        save(store, sample_extraction(name=name, content=f"c{number}"))
    written = export_files(store, Format.LABELS, tmp_path / "out")
    assert len({path.name.casefold() for path in written}) == 6
    assert all(len(path.name.encode()) < 255 for path in written)


def test_json_has_span_status_confidence_and_flags_of_every_field(store: Store, tmp_path: Path) -> None:
    (path,) = export_files(store, Format.JSON, tmp_path / "out")
    data = json.loads(path.read_text(encoding="utf-8"))
    fields = [field for record in data["records"] for field in record["fields"].values()]
    assert len(fields) == sum(len(record.fields) for record in sample_extraction().records)
    for field in fields:
        assert field.keys() == {"value", "status", "place", "other", "confidence", "signals", "flags"}
        if field["place"] is not None:
            assert data["text"][field["place"]["start"] : field["place"]["end"]] == field["place"]["text"]
    flagged = [field for field in fields if field["flags"]]
    assert [(field["value"], field["status"], field["place"]) for field in flagged] == [("8.5", "absent", None)]
    assert [finding["code"] for finding in data["findings"]] == ["UNMET_FULL_SCORE", "ABSENT"]
    place = data["records"][3]["quote"]["place"]
    assert data["text"].count("\n", 0, place["start"]) + 1 == place["line"]


def test_csv_is_neutralised_and_has_text_and_number(store: Store, tmp_path: Path) -> None:
    save(store, with_remedy(ATTACK))
    written = export_files(store, Format.CSV, tmp_path / "out")
    assert {path.stem for path in written} == set(VIEWS)
    rows = read_csv(tmp_path / "out" / "remedies.csv")
    assert {row["statement"] for row in rows} == {"加强预算管理", f"'{ATTACK}"}
    indicators = read_csv(tmp_path / "out" / "indicators.csv")
    assert (indicators[0]["target"], indicators[0]["target_number"]) == ("≥12次", "12")
    assert indicators[0]["flagged"] == "false"


def test_parquet_holds_the_views(store: Store, tmp_path: Path) -> None:
    written = export_files(store, Format.PARQUET, tmp_path / "out")
    assert {path.stem for path in written} == set(VIEWS)
    path = tmp_path / "out" / "indicators.parquet"
    rows = store.connection.execute("SELECT target FROM read_parquet(?)", [str(path)]).fetchall()
    assert rows[0] == ("≥12次",)


def test_the_workbook_has_a_sheet_a_kind_with_header_filter_and_flags(store: Store, tmp_path: Path) -> None:
    (path,) = export_files(store, Format.XLSX, tmp_path / "out")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(SHEETS.values())
    sheet = book["绩效指标"]
    titles = [cell.value for cell in sheet[1]]
    assert {"一级指标", "三级指标", "年度指标值", "年度指标值（数值）", "得分", "原文"} <= set(titles)
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref is not None
    assert sheet.auto_filter.ref.startswith("A1:")
    column = titles.index("得分")
    plain, flagged = (row[column] for row in sheet.iter_rows(min_row=2))
    assert (plain.value, plain.comment) == ("10", None)
    assert flagged.value == "8.5"
    assert flagged.comment is not None
    assert "score_rate" in flagged.comment.text
    assert flagged.fill.start_color.rgb != plain.fill.start_color.rgb
    number = sheet.cell(2, titles.index("年度指标值（数值）") + 1)
    assert (number.value, number.data_type) == (12, "n")


@pytest.mark.parametrize("value", [ATTACK, "＝1", "http://x.cn", "007", "+1", "{=1}"])
def test_the_workbook_keeps_text_as_text(store: Store, tmp_path: Path, value: str) -> None:
    save(store, with_remedy(value))
    (path,) = export_files(store, Format.XLSX, tmp_path / "out")
    sheet = openpyxl.load_workbook(path)["改进措施"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == value]
    assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


def test_a_text_too_long_for_a_cell_is_cut_with_a_word_about_it(store: Store, tmp_path: Path) -> None:
    save(store, with_remedy("措" * 40_000))
    (path,) = export_files(store, Format.XLSX, tmp_path / "out")
    texts = [str(cell.value) for row in openpyxl.load_workbook(path)["改进措施"].iter_rows() for cell in row]
    long = max(texts, key=len)
    assert len(long) == 32_767
    assert long.endswith("全文见 json 导出）")


def test_files_of_others_are_never_written_over(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    foreign = out / "indicators.csv"
    foreign.write_text("别人的文件")
    with pytest.raises(UsageError, match=r"indicators\.csv"):
        export_files(store, Format.CSV, out)
    assert foreign.read_text() == "别人的文件"
    assert list(out.iterdir()) == [foreign]


def test_own_files_are_written_over_and_no_unfinished_ones_stay(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for file_format in (*Format, *Format):
        export_files(store, file_format, out)
    names = {path.name for path in out.iterdir()}
    assert len(names) == 1 + 1 + 2 * len(VIEWS) + 1 + 1
    assert not [name for name in names if name.startswith(".") and name != MANIFEST]


def test_a_folder_that_cannot_be_written_is_told(store: Store) -> None:
    with pytest.raises(ExtractError, match="写不了") as raised:
        export_files(store, Format.LABELS, Path("/proc/none/out"))
    assert raised.value.hint


def test_an_export_of_an_empty_database_is_empty(tmp_path: Path) -> None:
    run([], tmp_path / "x.duckdb", make_engine("rules"), RunOptions(), lambda _: None)
    with open_store(tmp_path / "x.duckdb", read_only=True) as store:
        assert export_files(store, Format.LABELS, tmp_path / "a") == ()
        assert len(export_files(store, Format.XLSX, tmp_path / "a")) == 1


def test_every_value_of_a_label_file_is_what_the_report_says(tmp_path: Path) -> None:
    file = write_report(tmp_path / "甲.txt")
    database = tmp_path / "x.duckdb"
    run([file], database, make_engine("rules"), RunOptions(), lambda _: None)
    with open_store(database, read_only=True) as store:
        (path,) = export_files(store, Format.LABELS, tmp_path / "out")
    labels = Labels.model_validate_json(path.read_bytes())
    assert labels.report == "甲"
    assert labels.unit_name == "云溪县园林局"
    assert {indicator.name: indicator.actual for indicator in labels.indicators if indicator.origin == "form"} == {
        "巡查次数": "96次",
        "苗木成活率": "97.2%",
    }
    assert all(indicator.quote in REPORT for indicator in labels.indicators)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_flags_go_to_the_field_they_are_about(store: Store, tmp_path: Path) -> None:
    sample = sample_extraction()
    assert [score.ref for score in sample.scores if score.flags and score.ref.field] == [FieldRef(7, "score")]
    (path,) = export_files(store, Format.XLSX, tmp_path / "out")
    book = openpyxl.load_workbook(path)
    commented = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.comment]
    assert commented == ["8.5"]
