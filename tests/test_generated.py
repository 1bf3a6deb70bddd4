"""Generated reports: gold true to its text, arithmetic that closes unless it was broken on purpose, every variety."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest

from cli import main
from eval.agreement import fold
from eval.cases import load_cases
from eval.generated import FORMATS, GeneratedReport, generate_report, write_generated
from eval.generated.closing import Violation, violations
from eval.generated.contradictions import PLANTERS
from eval.generated.drawing import draw_facts
from eval.generated.figures import Figures, chinese, rounded
from eval.generated.passages import fill, mark, tell
from eval.generated.sheets import Cell, Row, RowDraft, labeled, table
from eval.generated.style import LAYOUTS, OUTLINES, draw_style
from eval.writers import write_text
from pipeline.readers import read_document
from schemas.records import Evaluation, Funding, Indicator, Labels, RecordKind
from tests.test_corpus import CODES, complaints

SEEDS = range(60)
MANY = range(400)
HALF = Decimal("0.005")


@cache
def report_of(seed: int) -> GeneratedReport:
    return generate_report(seed)


def number(value: str | None) -> Decimal | None:
    """The first number of a value, whatever its width, separators and unit."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", fold(value or ""))
    return Decimal(found[0].replace(",", "")) if found else None


def of(gold: Labels, evaluation: Evaluation) -> tuple[list[Funding], list[Indicator]]:
    """The money rows and the indicator rows of an evaluation's form."""
    money = [line for line in gold.funding if line.evaluation == evaluation.id and line.quote in evaluation.quote]
    rows = [row for row in gold.indicators if row.evaluation == evaluation.id and row.origin == "form"]
    return money, rows


def broken(gold: Labels) -> Iterator[str]:
    """The codes of what does not close, from gold alone."""
    yield from broken_rates(gold)
    yield from broken_marks(gold)
    if gold.unit_name is None or any(
        line.executed and line.unit != "万元" and line.unit != "元" for line in gold.funding
    ):
        yield "UNIT"
    for line in gold.funding:
        executed, budget = number(line.executed), number(line.annual_budget or line.initial_budget)
        if executed is not None and budget is not None and executed > budget:
            yield "OVER_BUDGET"
    told: dict[tuple[str, str], str] = {}
    for row in gold.indicators:
        value = told.setdefault((row.evaluation, fold(row.name or "")), fold(row.actual or ""))
        if number(value) != number(row.actual) and not row.change and row.actual and value[:1].isdigit():
            yield "CONFLICT"


def broken_rates(gold: Labels) -> Iterator[str]:
    for line in gold.funding:
        executed, budget = number(line.executed), number(line.annual_budget or line.initial_budget)
        rate = number(line.rate)
        if executed is not None and budget and rate is not None and abs(executed / budget * 100 - rate) > HALF:
            yield "RATE"
    for row in gold.indicators:
        actual, target, rate = number(row.actual), number(row.target), number(row.completion_rate)
        if actual is not None and target and rate is not None and abs(actual / target * 100 - rate) > HALF:
            yield "RATE"
    for evaluation in gold.evaluations:
        money, _ = of(gold, evaluation)
        spent = sorted(amount for line in money if line.unit and (amount := number(line.executed)) is not None)
        if spent and sum(spent[:-1], Decimal(0)) != spent[-1]:
            yield "SUM"


def broken_marks(gold: Labels) -> Iterator[str]:
    for evaluation in gold.evaluations:
        money, rows = of(gold, evaluation)
        if any(row.score is None for row in rows) or not rows:
            continue
        weighed = [line for line in money if line.score]
        scores = sum((number(each.score) or Decimal(0) for each in (*rows, *weighed)), Decimal(0))
        if scores != number(evaluation.total_score):
            yield "SCORE_TOTAL"
        weights = sum((number(each.weight) or Decimal(0) for each in (*rows, *weighed)), Decimal(0))
        if weights != 100 and all(row.weight for row in rows):  # the Hubei form has none on its rows
            yield "WEIGHT_TOTAL"
        for line in weighed:
            weight, rate, score = number(line.weight), number(line.rate), number(line.score)
            if weight and rate is not None and score is not None and abs(weight * rate / 100 - score) > Decimal("0.1"):
                yield "SCORE_RATE"
        for row in rows:
            met = is_met(row)
            if met is False and number(row.score) == number(row.weight):
                yield "UNMET_FULL_SCORE"
            if met and (number(row.score) or 0) < (number(row.weight) or 0) and row.deviation_reason is None:
                yield "MET_LOW_SCORE"


def is_met(row: Indicator) -> bool | None:
    """Whether a row reached its target; ``None`` for words."""
    if row.target and re.search(r"\d月(?:底|$)", fold(row.target)) and row.actual:
        due, done = (re.search(r"(\d+)月|(\d+)$", fold(value)) for value in (row.target, row.actual))
        return None if not due or not done else int(done[1] or done[2]) <= int(due[1] or due[2])
    target, actual = number(row.target), number(row.actual)
    if target is None or actual is None:
        return None
    at_most = re.search("≤|不超过|不高于|以内", row.target or "")
    return actual <= target if at_most else actual >= target


def test_a_report_without_planted_contradictions_holds_none() -> None:
    clean = [report_of(seed) for seed in MANY if not report_of(seed).plants]
    assert len(clean) > 90
    assert {report.name: tuple(broken(report.gold)) for report in clean if tuple(broken(report.gold))} == {}
    assert not any(report.gold.findings for report in clean)


def test_marks_that_are_off_are_told_a_reason_unless_that_was_planted() -> None:
    told = 0
    for seed in MANY:
        gold = report_of(seed).gold
        planted = {quote for finding in gold.findings for quote in finding.quotes}
        for row in gold.indicators:
            if row.score and row.weight and number(row.score) != number(row.weight):
                assert row.deviation_reason or row.quote in planted, (seed, row.name)
                told += 1
            reasons = [each for each in gold.deviations if each.quote == row.quote and each.kind == "indicator"]
            assert len(reasons) == (row.deviation_reason is not None), (seed, row.name)
    assert told > 200


@pytest.mark.parametrize("seed", SEEDS)
def test_gold_is_true_to_its_report(seed: int) -> None:
    report = report_of(seed)
    text = write_text(report.blocks)
    assert complaints(text, report.gold.model_dump(mode="json")) == []
    assert report.gold.report == report.name
    assert str(report.gold.unit_name) in text


def test_what_was_planted_shows_in_the_figures_of_gold() -> None:
    shown = ("SCORE_TOTAL", "WEIGHT_TOTAL", "SCORE_RATE", "UNMET_FULL_SCORE", "MET_LOW_SCORE")
    for seed in MANY:
        planted = Counter(plant.code for plant in report_of(seed).plants if plant.code in shown)
        assert planted == Counter(code for code in broken_marks(report_of(seed).gold) if code in shown), seed


def test_every_layout_outline_and_contradiction_appears() -> None:
    reports = [report_of(seed) for seed in MANY]
    formed = [
        (report.style, evaluation)
        for report in reports
        for evaluation in report.gold.evaluations
        if any(row.origin == "form" and row.evaluation == evaluation.id for row in report.gold.indicators)
    ]
    assert {style.layout(evaluation.id) for style, evaluation in formed} == set(LAYOUTS)
    assert {report.style.outline for report in reports} == set(OUTLINES)
    assert {finding.code for report in reports for finding in report.gold.findings} == CODES
    assert {len(report.gold.evaluations) for report in reports} == {1, 2, 3, 4}
    assert any(report.gold.evaluations[0].scope == "project" for report in reports)
    assert any(report.gold.no_deviation_declared for report in reports)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    for folder in ("one", "two"):
        write_generated(tmp_path / folder, 3, 7, FORMATS, lambda done, count: told.append((done, count)))
    one, two = (
        {path.relative_to(tmp_path / folder): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in ("one", "two")
    )
    assert one == two
    assert len(one) == 3 * (1 + len(FORMATS))
    assert told == [(1, 3), (2, 3), (3, 3)] * 2


def test_only_text_writes_no_word_file(tmp_path: Path) -> None:
    assert main(["eval", "generate", "--out", str(tmp_path), "--count", "2", "--seed", "3"]) == 0
    assert [case.name for case in load_cases(tmp_path)] == ["generated_00003", "generated_00004"]
    assert not (tmp_path / "formats").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("")
    assert main(["eval", "generate", "--out", str(tmp_path / "taken"), "--count", "1"]) == 2
    assert "写不了文件夹" in capsys.readouterr().err


def test_text_and_word_tell_the_same(tmp_path: Path) -> None:
    told: list[int] = []
    write_generated(tmp_path, 12, 20, ("docx",), lambda done, count: told.append(count - done))
    assert told[-1] == 0
    for path in sorted((tmp_path / "formats").glob("*.docx")):
        text = (tmp_path / "reports" / f"{path.stem}.txt").read_text(encoding="utf-8")
        assert fold(read_document(path).text) == fold(text), path.stem


@pytest.mark.parametrize("planter", PLANTERS, ids=lambda planter: planter.__name__.strip("_"))
def test_a_planter_breaks_exactly_what_it_says(planter: object) -> None:
    assert callable(planter)
    clean = 0
    for seed in range(120):
        random = Random(f"report/{seed}")
        style = draw_style(random)
        facts = draw_facts(random, style)
        assert violations(facts) == set()
        planted = planter(facts, style, random)
        if planted is not None and violations(planted.facts) == {Violation(planted.plant.code, planted.plant.keys[0])}:
            clean += 1
    assert clean >= 5


@pytest.mark.parametrize(
    ("count", "words"),
    [
        *((1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十")),
        *((1001, "一千零一"), (2300, "二千三百"), (9999, "九千九百九十九")),
    ],
)
def test_numbers_in_words(count: int, words: str) -> None:
    assert chinese(count) == words


@pytest.mark.parametrize(
    ("figures", "value", "written"),
    [
        (Figures(), "1234.50", "1234.50"),
        (Figures(thousands=True), "1234.50", "1,234.50"),
        (Figures(full_width=True), "12.5", "１２．５"),
    ],
)
def test_a_figure_as_the_report_writes_it(figures: Figures, value: str, written: str) -> None:
    assert figures.number(Decimal(value)) == written


def test_rates_scores_and_amounts_of_forms() -> None:
    assert Figures(trimmed=True).rate(Decimal("97.00")) == "97%"
    assert Figures().rate(Decimal("97.00")) == "97.00%"
    assert Figures(score_places=2).score(Decimal(10)) == "10.00"
    assert Figures(score_places=1).score(Decimal("9.69")) == "9.69"
    assert Figures(form_unit="元").form_amount(Decimal("1.5")) == "15000.00"
    assert rounded(Decimal("0.125"), 2) == Decimal("0.13")


def test_a_record_reaches_from_its_first_to_its_last_field() -> None:
    shown = {"year": "2023", "name": "甲", "actual": "3个"}
    told = tell("{year}年{name}{actual}。", RecordKind.INDICATOR, {"name": "甲", "actual": "3个"}, shown)
    assert told.text == "2023年甲3个。"
    assert told.text[told.drafts[0].start : told.drafts[0].end] == "甲3个"
    moved = fill("其中：{told}完", told=told)
    assert moved.text[moved.drafts[0].start : moved.drafts[0].end] == "甲3个"


def test_a_row_reaches_from_its_first_to_its_last_filled_cell() -> None:
    money = Row((Cell("总额"), Cell("5"), Cell("")), (RowDraft(RecordKind.FUNDING, {}, "k"),))
    rows = labeled("资金", (Row((Cell("项"), Cell("数"))), money))
    placed = table((*rows, Row((Cell("目标"), Cell(mark("甲", RecordKind.GOAL, {}), 2)))))
    text = write_text((placed.block,))
    assert [text[draft.start : draft.end] for draft in placed.drafts] == ["总额\n\t5", "甲"]
