"""What analysts ask, decisions over extracted values, and exports."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import StoreError
from pipeline.store import (
    VIEWS,
    Decision,
    Store,
    Verdict,
    copy_view,
    list_reports,
    load_extraction,
    open_store,
    save_calls,
    save_decision,
    save_extraction,
    start_run,
    view_rows,
)
from pipeline.store.views import WIDE_VIEWS
from schemas.calls import CallState
from schemas.records import MODELS, RecordKind
from schemas.stages import Extraction, Gap, GroundedField, Status
from schemas.text import Span
from tests.store_samples import TEXT, sample_call, sample_extraction

REPORT_ID = sample_extraction().document.source.sha256


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one report, to be copied: to make one takes longer than most tests here."""
    path = tmp_path_factory.mktemp("template") / "x.duckdb"
    with open_store(path) as opened:
        run_id = start_run(opened, "rules", "1", {})
        save_extraction(opened, run_id, sample_extraction())
    return path


@pytest.fixture
def store(template: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(Path(shutil.copy(template, tmp_path))) as opened:
        yield opened


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


def decide(store: Store, where: str, field: str, verdict: Verdict, value: str | None = None) -> None:
    """A decision on the record of a view that fits the condition."""
    view, condition = where.split(" ", 1)
    ((key,),) = ask(store, f"SELECT record_key FROM {view} WHERE {condition}")
    kind = next(kind for kind, name in WIDE_VIEWS.items() if name == view)
    save_decision(store, Decision(REPORT_ID, kind, key, field, verdict, value, "审核员"))


def replace_value(extraction: Extraction, record: int, name: str, value: str) -> Extraction:
    """The extraction as another run would have read it: one value differs."""
    changed = extraction.records[record]
    fields = tuple(replace(field, value=value) if field.name == name else field for field in changed.fields)
    records = list(extraction.records)
    records[record] = replace(changed, fields=fields)
    return replace(extraction, records=tuple(records))


@pytest.mark.parametrize(("kind", "view"), WIDE_VIEWS.items())
def test_a_view_has_every_field_of_its_records(kind: RecordKind, view: str, store: Store) -> None:
    columns = view_rows(store, view).columns
    assert set(MODELS[kind].model_fields) <= set(columns)
    assert len(set(columns)) == len(columns)


def test_an_empty_database_answers_every_view(tmp_path: Path) -> None:
    with open_store(tmp_path / "empty.duckdb") as opened:
        assert {view: list(view_rows(opened, view).rows) for view in VIEWS} == {view: [] for view in VIEWS}


def test_flagged_indicators(store: Store) -> None:
    found = ask(store, "SELECT unit_name, name, target, actual, score FROM indicators WHERE flagged")
    assert found == [("清河县林果局", "果苗成活率", "95%", "96%", "8.5")]
    assert ask(store, "SELECT confidence, flags, reviewed FROM indicators WHERE name = '果苗成活率'") == [
        (0.2, ["absent", "score_rate"], False)
    ]


def test_a_record_without_any_field_is_a_row(store: Store) -> None:
    extraction = sample_extraction(content="bare")
    bare = replace(extraction.records[9], fields=())
    save_extraction(store, "run", replace(extraction, records=(bare,), scores=()))
    assert ask(store, "SELECT statement, confidence, flagged, flags, quote FROM remedies WHERE unit_name IS NULL") == [
        (None, None, False, [], "加强预算管理")
    ]


def test_findings_by_code(store: Store) -> None:
    found = ask(
        store, "SELECT report, fiscal_year, severity, detail, quotes FROM findings WHERE code='UNMET_FULL_SCORE'"
    )
    quote = "产出指标\t数量指标\t巡查次数\t≥12次\t10次\t10\t10"
    assert found == [("清河县林果局自评报告", 2023, "warning", "目标≥12次，实际10次，仍得满分10", [quote, TEXT[:2]])]


def test_amounts_in_yuan(store: Store) -> None:
    found = ask(store, "SELECT item, annual_budget, annual_budget_yuan, executed_yuan, rate_percent FROM funding")
    assert found == [
        ("预算执行", "262.07", Decimal(2620700), Decimal(2505000), Decimal("95.59")),
        ("培训经费", None, None, Decimal(120000000), None),
    ]


@pytest.mark.parametrize(
    ("amount", "unit", "yuan"),
    [
        ("262.07", None, None),
        ("262.07", "平方米", None),
        ("262.07", "万美元", None),
        ("约等于", "万元", None),
        ("9" * 30 + ".5", "亿元", None),
        ("9" * 30 + "亿元", None, None),
        ("1", "0000000000元", None),
        ("1.23456789", "亿元", Decimal(123456789)),
        ("28元", "万元", Decimal(28)),
        ("0", "元", Decimal(0)),
    ],
)
def test_an_amount_is_in_yuan_only_where_its_unit_says_so(
    amount: str, unit: str | None, yuan: Decimal | None, store: Store
) -> None:
    extraction = sample_extraction(content="amounts")
    values = {"item": "甲", "executed": amount} | ({} if unit is None else {"unit": unit})
    fields = tuple(GroundedField(name, value, Status.ABSENT, None) for name, value in values.items())
    records = (replace(extraction.records[4], index=0, fields=fields),)
    save_extraction(store, "run", replace(extraction, records=records, scores=()))
    assert ask(store, "SELECT executed_yuan FROM funding WHERE item = '甲'") == [(yuan,)]


def test_numbers_of_indicators_and_scores(store: Store) -> None:
    query = "SELECT target_number, target_dimension, actual_number, weight_number, score_number FROM indicators"
    first, second = ask(store, query)
    assert (first[0], *first[2:]) == (12, 10, 10, 10)
    assert second == (95, "percent", 96, None, Decimal("8.5"))
    assert ask(store, "SELECT total_score_number FROM evaluations WHERE scope = 'department'") == [(96,)]
    assert ask(store, "SELECT actual_staff_number, fiscal_year, unit_name FROM report_facts") == [
        (11, 2023, "清河县林果局")
    ]


def test_evaluations_are_named(store: Store) -> None:
    assert ask(store, "SELECT evaluation, evaluation_name, item FROM funding ORDER BY evaluation") == [
        ("department", "清河县林果局", "预算执行"),
        ("p1", "培训经费", "培训经费"),
    ]
    assert ask(store, "SELECT id, scope, name, evaluation_name FROM evaluations ORDER BY id") == [
        ("department", "department", "清河县林果局", "清河县林果局"),
        ("p1", "project", "培训经费", "培训经费"),
    ]
    assert ask(store, "SELECT kind, evaluation_name FROM deviations") == [("problem", "清河县林果局")]


def test_two_evaluations_of_one_id_do_not_double_rows(store: Store) -> None:
    extraction = replace_value(sample_extraction(content="double"), 1, "name", "第二个名称")
    records = (*sample_extraction().records, replace(extraction.records[1], index=10))
    save_extraction(store, "run", replace(extraction, records=records))
    assert ask(store, "SELECT evaluation_name FROM goals") == [("清河县林果局",)] * 2


def test_flagged_fields_come_riskiest_first_with_their_evidence(store: Store) -> None:
    extraction = sample_extraction(content="folded")
    start = TEXT.index("全年预算数 262")
    field = GroundedField("item", "全年预算数262", Status.FOLDED, Span(start, start + 9))
    records = (replace(extraction.records[3], index=0, fields=(field,)),)
    score = replace(extraction.scores[0], ref=extraction.scores[0].ref._replace(record=0, field="item"))
    scores = (replace(score, confidence=0.1, flags=("folded",)),)
    save_extraction(store, "run", replace(extraction, records=records, scores=scores))
    found = ask(store, "SELECT kind, field, value, confidence, evidence, reasons FROM flagged_fields")
    assert found == [
        ("funding", "item", "全年预算数262", 0.1, "全年预算数 262", ["folded"]),
        ("indicator", "score", "8.5", 0.2, None, ["absent", "score_rate"]),
        ("remedy", "", None, 0.55, None, ["unpaired"]),
    ]
    assert ask(store, "SELECT TEXT FROM data.reports")[1][0][start : start + 9] == "全年预算数 262"
    assert ask(store, "SELECT quote FROM flagged_fields WHERE kind = 'remedy'") == [("加强预算管理",)]


def test_what_a_second_reader_said_is_beside_the_value(store: Store) -> None:
    extraction = replace_value(sample_extraction(content="second"), 7, "score", "8.6")
    record = extraction.records[7]
    fields = tuple(replace(field, other="9" if field.name == "score" else None) for field in record.fields)
    records = (*extraction.records[:7], replace(record, fields=fields, confirmed=True), *extraction.records[8:])
    save_extraction(store, "run", replace(extraction, records=records))
    found = ask(store, "SELECT value, other, confirmed FROM flagged_fields WHERE kind = 'indicator' ORDER BY value")
    assert found == [("8.5", None, None), ("8.6", "9", True)]
    assert ask(store, "SELECT confirmed FROM indicators WHERE score = '8.6'") == [(True,)]


def test_gaps_of_current_reports_with_their_place(store: Store) -> None:
    gaps = (
        Gap(1, "indicators", "failed", "接口没有应答"),
        Gap(0, "goals", "budget", "预算用完"),
        Gap(7, "x", "y", "z"),
    )
    extraction = sample_extraction(content="gaps")
    old = save_extraction(store, "run", replace(extraction, gaps=gaps[2:]))
    save_extraction(store, "run", replace(extraction, gaps=gaps))
    start, end = extraction.chunks[1].span
    found = ask(store, "SELECT unit_name, task, reason, message, heading, page, span_start, span_end FROM gaps")
    assert found == [
        ("清河县林果局", "indicators", "failed", "接口没有应答", "一、基本情况 / 绩效指标", 2, start, end),
        ("清河县林果局", "goals", "budget", "预算用完", "", 1, 0, start),
        ("清河县林果局", "x", "y", "z", None, None, None, None),
    ]
    assert ask(store, f"SELECT count(*) FROM gaps WHERE extraction_id = '{old}'") == [(0,)]


def test_costs_by_run_model_and_currency(store: Store) -> None:
    ((run_id,),) = ask(store, "SELECT run_id FROM data.runs")
    failed = sample_call(3, state=CallState.FAILED, response=None, cost=None, currency=None, output_tokens=0)
    save_calls(store, run_id, [sample_call(1), sample_call(2, output_tokens=2**31 - 1), failed])
    save_calls(store, "other", [sample_call(1, model="test-large", currency="USD")])
    found = ask(
        store,
        "SELECT run_id, model, calls, failed, input_tokens, cached_tokens, output_tokens, cost, currency"
        " FROM model_costs",
    )
    assert found == [
        (run_id, "test-model", 2, 0, 1800, 600, 2**31 + 119, Decimal("0.0025"), "CNY"),
        (run_id, "test-model", 1, 1, 900, 300, 0, None, None),
        ("other", "test-large", 1, 0, 900, 300, 120, Decimal("0.00125"), "USD"),
    ]


def test_the_latest_extraction_is_the_current_one(store: Store) -> None:
    save_extraction(store, "run", replace_value(sample_extraction(), 7, "actual", "69%"))
    assert ask(store, "SELECT actual FROM indicators WHERE name = '果苗成活率'") == [("69%",)]
    assert ask(store, "SELECT count(*) FROM data.reports") == [(2,)]


def test_a_correction_stands_over_this_and_every_later_extraction(store: Store) -> None:
    decide(store, "indicators name = '果苗成活率'", "score", Verdict.CORRECTED, "9")
    query = "SELECT score, score_number, flagged, reviewed FROM indicators WHERE name = '果苗成活率'"
    assert ask(store, query) == [("9", 9, False, True)]
    later = sample_extraction(engine="llm")
    moved = (later.records[7], *later.records[:7], *later.records[8:])
    numbered = tuple(replace(record, index=index) for index, record in enumerate(moved))
    save_extraction(store, "run", replace(later, records=numbered, scores=(), findings=()))
    assert ask(store, query) == [("9", 9, False, True)]
    ((extraction_id,),) = ask(store, "SELECT extraction_id FROM current_reports")
    assert load_extraction(store, extraction_id).records[0].value("score") == "8.5"
    assert ask(store, "SELECT * FROM unmatched_decisions") == []


def test_the_last_decision_counts_and_the_first_stays(store: Store) -> None:
    for value in ("9", "7"):
        decide(store, "indicators name = '果苗成活率'", "score", Verdict.CORRECTED, value)
    assert ask(store, "SELECT score FROM indicators WHERE name = '果苗成活率'") == [("7",)]
    assert ask(store, "SELECT value FROM data.decisions ORDER BY decision") == [("9",), ("7",)]


def test_an_accepted_value_holds_when_a_later_run_reads_another(store: Store) -> None:
    decide(store, "indicators name = '果苗成活率'", "score", Verdict.ACCEPTED, "8.5")
    assert ask(store, "SELECT flagged FROM indicators WHERE name = '果苗成活率'") == [(False,)]
    save_extraction(store, "run", replace_value(sample_extraction(), 7, "score", "85"))
    assert ask(store, "SELECT score FROM indicators WHERE name = '果苗成活率'") == [("8.5",)]


def test_a_rejected_value_is_gone_and_no_longer_flagged(store: Store) -> None:
    decide(store, "indicators name = '果苗成活率'", "score", Verdict.REJECTED)
    assert ask(store, "SELECT score, score_number, flagged FROM indicators WHERE name = '果苗成活率'") == [
        (None, None, False)
    ]


def test_a_rejected_record_is_gone_from_every_view(store: Store) -> None:
    before = list_reports(store)[0]
    decide(store, "indicators name = '果苗成活率'", "", Verdict.REJECTED)
    assert ask(store, "SELECT name FROM indicators") == [("巡查次数",)]
    assert ask(store, "SELECT field FROM flagged_fields") == [("",)]
    assert list_reports(store)[0].records == before.records - 1
    assert ask(store, "SELECT * FROM unmatched_decisions") == []


def test_an_accepted_record_is_no_longer_flagged(store: Store) -> None:
    decide(store, "remedies true", "", Verdict.ACCEPTED)
    assert ask(store, "SELECT statement, flagged, reviewed FROM remedies") == [("加强预算管理", False, True)]


def test_a_value_that_was_overlooked_is_filled_in(store: Store) -> None:
    decide(store, "indicators name = '果苗成活率'", "weight", Verdict.CORRECTED, "10")
    decide(store, "indicators name = '果苗成活率'", "origin", Verdict.CORRECTED, "narrative")
    assert ask(store, "SELECT weight, weight_number, origin FROM indicators WHERE name = '果苗成活率'") == [
        ("10", 10, "narrative")
    ]


def test_a_corrected_unit_moves_its_amounts(store: Store) -> None:
    decide(store, "funding item = '预算执行'", "unit", Verdict.CORRECTED, "元")
    assert ask(store, "SELECT executed_yuan FROM funding WHERE item = '预算执行'") == [(Decimal("250.5"),)]


def test_a_corrected_unit_name_is_the_reports(store: Store) -> None:
    decide(store, "report_facts true", "unit_name", Verdict.CORRECTED, "清河县林果业局")
    assert ask(store, "SELECT DISTINCT unit_name FROM indicators") == [("清河县林果业局",)]
    assert list_reports(store)[0].unit_name == "清河县林果业局"


def test_a_decision_whose_record_is_no_longer_read_is_shown(store: Store) -> None:
    decide(store, "goals true", "statement", Verdict.CORRECTED, "完成全部果园巡查")
    later = sample_extraction()
    save_extraction(store, "run", replace(later, records=later.records[:5], scores=(), findings=()))
    found = ask(store, "SELECT report, kind, field, value, reviewer FROM unmatched_decisions")
    assert found == [("清河县林果局自评报告", "goal", "statement", "完成全部果园巡查", "审核员")]


def test_evidence_of_a_decision_is_the_reviewers(store: Store) -> None:
    ((key,),) = ask(store, "SELECT record_key FROM indicators WHERE name = '果苗成活率'")
    span = Span(5, 6)
    save_decision(
        store, Decision(REPORT_ID, RecordKind.INDICATOR, key, "score", Verdict.CORRECTED, "9", "审核员", span, "看表")
    )
    found = ask(
        store,
        "SELECT value, extracted_value, span_start, span_end, verdict, confidence FROM data.current_fields"
        f" WHERE record_key = '{key}' AND field = 'score'",
    )
    assert found == [("9", "8.5", 5, 6, "corrected", 1.0)]


@pytest.mark.parametrize("view", ["data.runs", "nope", "indicators; DROP SCHEMA data CASCADE", ""])
def test_only_views_are_exported(view: str, store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="没有名为"):
        copy_view(store, view, tmp_path / "x.csv", "csv")
    with pytest.raises(StoreError, match="没有名为"):
        view_rows(store, view)


def test_a_failed_export_leaves_the_old_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError):
        copy_view(store, "goals", tmp_path / "folder", "csv")
    with pytest.raises(StoreError):
        copy_view(store, "goals", tmp_path / "nowhere" / "x.parquet", "parquet")
    assert sorted(path.name for path in tmp_path.iterdir() if "duckdb" not in path.name) == ["folder"]


def test_csv_that_excel_opens(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "it's.csv"
    path.write_text("old")
    copy_view(store, "indicators", path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["name"], first["target"], second["score"]) == ("巡查次数", "≥12次", "8.5")
    assert first["quote"] == "产出指标\t数量指标\t巡查次数\t≥12次\t10次\t10\t10"


def test_parquet_holds_the_same_rows(store: Store, tmp_path: Path) -> None:
    copy_view(store, "funding", tmp_path / "f.parquet", "parquet")
    rows = duckdb.execute("SELECT * FROM read_parquet(?)", [str(tmp_path / "f.parquet")]).fetchall()
    assert rows == view_rows(store, "funding").rows
    assert len(rows) == 2


def test_views_work_for_readers(store: Store, tmp_path: Path) -> None:
    store.connection.close()
    with open_store(tmp_path / "x.duckdb", read_only=True) as reader:
        assert all(view_rows(reader, view).columns for view in VIEWS)
        copy_view(reader, "goals", tmp_path / "g.csv", "csv")
    assert (tmp_path / "g.csv").exists()
