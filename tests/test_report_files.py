"""The files of a report, its tables and its map."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from eval.report import table_csv, write_report
from eval.report.heat import heat_map
from eval.report.tables import Cell, Table
from pipeline.errors import UsageError
from tests.report_pages import Pages
from tests.test_figures import figures, report


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(tmp_path_factory.mktemp("pages"))


def test_a_page_needs_a_name_of_its_own(pages: Pages, tmp_path: Path) -> None:
    del pages
    with pytest.raises(UsageError) as caught:
        write_report(tmp_path / "report.json", None, {})  # type: ignore[arg-type]
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_same_lies_beside_it_as_json_and_csv(pages: Pages) -> None:
    data = json.loads(pages.both.with_suffix(".json").read_text(encoding="utf-8"))
    assert data["overall"]["verdict"] == "持平"
    rows = list(csv.reader(pages.both.with_suffix(".csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][:4] == ["字段", "甲", "乙", "差"]
    assert rows[1][0] == "全部"
    assert not list(pages.both.parent.glob(".*"))


def test_words_that_a_spreadsheet_would_calculate_are_set_off() -> None:
    table = Table(("a",), ((Cell("=1+1"), Cell("-5.0"), Cell("@x"), Cell("+0.24"), Cell("水渠")),))
    assert table_csv(table).splitlines() == ["a", "'=1+1,-5.0,'@x,+0.24,水渠"]


def test_the_map_leaves_out_fields_without_an_error() -> None:
    one = figures(report("a", 1, 0, 1.0, None), report("b", 1, 0, 1.0, None))
    heat = heat_map([one], ["a", "b"])
    assert heat.faultless == 1  # funding
    assert [row.title for row in heat.rows] == ["绩效指标（表格）·三级指标", "绩效指标（正文）·三级指标"]
    form, prose = (row.cells[0] for row in heat.rows)
    assert (form.errors, form.levels) == (("1",), ("l3",))  # F1 of 0.75
    assert (prose.errors, prose.levels) == (("2",), ("l4",))  # 4 / 6
    assert heat.rows[0].cells[1].levels == ("none",)


def test_the_map_shows_where_errors_came_and_went() -> None:
    one = figures(report("a", 1, 0, 1.0, None))
    better = one._replace(counts=tuple(count._replace(wrong=0, invented=0, omitted=0) for count in one.counts))
    there, back = heat_map([one, better], ["a"]), heat_map([better, one], ["a"])
    assert [(row.cells[0].change, row.cells[0].more) for row in there.rows] == [("b1", "-1"), ("b1", "-2")]
    assert [(row.cells[0].change, row.cells[0].more) for row in back.rows] == [("w1", "+1"), ("w1", "+2")]
