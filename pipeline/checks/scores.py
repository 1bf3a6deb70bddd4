"""Weights that do not add up to 100, and scores that do not add up to the stated total or fit the execution rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipeline.checks.amounts import read_amount, read_quantity, refs_of, show, spans_of
from pipeline.checks.forms import ScoredForm, scored_forms
from pipeline.checks.registry import CheckedReport, check
from pipeline.quantities import Quantity, parse_quantity
from schemas.records import RecordKind
from schemas.stages import FieldRef, Finding, GroundedRecord, Severity

_HUNDRED = Decimal(100)
_LEAST_FOR_MONEY = Decimal(10)
_SLACK = Decimal("0.05")
_RATE_SLACK = Decimal("0.1")  # labeling guide, SCORE_RATE


@check("WEIGHT_TOTAL", Severity.ERROR)
def wrong_weight_totals(report: CheckedReport) -> Iterator[Finding]:
    """自评表各行分值（含预算执行率）之和不是100分。

    财预〔2020〕10号: 自评总分 is 100, of which 10 for 预算执行率. A form that states another total and keeps to it has
    a scale of its own. A sum below 100 counts only where the money's weight was read, as it may stand in a header, or
    where the form prints 100 and what is missing is too little for that.
    """
    for form in scored_forms(report):
        weights, money = form.numbers("weight"), form.money_number("weight")
        if weights is None:
            continue
        total = sum(weights, money or Decimal(0))
        stated = parse_quantity(form.total_weight.text) if form.total_weight is not None else None
        if abs(total - _HUNDRED) <= _SLACK or (stated is not None and abs(stated.number - total) <= _SLACK):
            continue
        printed_whole = stated is not None and stated.number == _HUNDRED and _HUNDRED - total < _LEAST_FOR_MONEY
        if money is None and total < _HUNDRED and not printed_whole:
            continue
        printed = f"，总分栏写{form.total_weight.text}" if form.total_weight is not None else ""
        detail = f"{_name(report, form)}分值：{_terms(money, weights)}={show(total)}，应为100{printed}"
        yield Finding("WEIGHT_TOTAL", Severity.ERROR, detail, form.evidence("weight"), _refs(form, "weight"))


@check("SCORE_TOTAL", Severity.ERROR)
def wrong_score_totals(report: CheckedReport) -> Iterator[Finding]:
    """自评表各行得分（含预算执行率）之和与自评总分不符。

    Judged only where every row has a score and, if the form has weights, these make at least 100: otherwise a row may
    be missing rather than the sum be wrong.
    """
    evaluations = {record.references.get("id"): record for record in report.of_kind(RecordKind.EVALUATION)}
    for form in scored_forms(report):
        evaluation = evaluations.get(form.evaluation)
        total = read_quantity(evaluation, "total_score") if evaluation is not None else None
        scores, money = form.numbers("score"), form.money_number("score")
        if evaluation is None or total is None or scores is None or not _is_whole(form):
            continue
        added = sum(scores, money or Decimal(0))
        slack = max(_SLACK, Decimal(1).scaleb(-total.decimals) / 2 if added != added.to_integral_value() else _SLACK)
        if abs(added - total.number) <= slack:
            continue
        written = evaluation.value("total_score")
        detail = f"{_name(report, form)}得分：{_terms(money, scores)}={show(added)}，总分写{written}"
        refs = (FieldRef(evaluation.index, "total_score"), *_refs(form, "score"))
        evidence = (*form.evidence("score"), *spans_of((evaluation.get("total_score"),)))
        yield Finding("SCORE_TOTAL", Severity.ERROR, detail, tuple(dict.fromkeys(evidence)), refs)


@check("SCORE_RATE", Severity.ERROR)
def wrong_rate_scores(report: CheckedReport) -> Iterator[Finding]:
    """预算执行率的得分与“分值×执行率”不符。

    Tolerance 0.1 (labeling guide), capped at the weight (财预〔2020〕10号). Where the stated rate is itself wrong, a
    score that fits the quotient of the amounts is let pass: the rate is the finding then.
    """
    for record in report.of_kind(RecordKind.FUNDING):
        weight, score, rate = (read_quantity(record, name) for name in ("weight", "score", "rate"))
        if weight is None or score is None or rate is None or rate.comparator or rate.hedge:
            continue
        shares = [share for share in (_share(rate), _quotient(record)) if share is not None]
        due = [min(weight.number, weight.number * share) for share in shares]
        if not due or any(abs(score.number - points) <= _RATE_SLACK for points in due):
            continue
        arithmetic = f"{show(weight.number)}×{record.value('rate')}={show(due[0])}"
        detail = f"{record.value('item') or '预算执行率'}：{arithmetic}，报告给{record.value('score')}分"
        names = ("rate", "weight", "score")
        yield Finding("SCORE_RATE", Severity.ERROR, detail, spans_of(map(record.get, names)), refs_of(record, names))


def _is_whole(form: ScoredForm) -> bool:
    """True where no row is missing: the weights make up 100 or more, or the form has none and scores the money."""
    weights, money = form.numbers("weight"), form.money_number("weight")
    if weights is None:
        bare = all(row.get("weight") is None for row in form.indicators)
        return bare and form.money_number("score") is not None
    return sum(weights, money or Decimal(0)) >= _HUNDRED and (money is None) is (form.money_number("score") is None)


def _share(rate: Quantity) -> Decimal | None:
    if rate.dimension == "percent":
        return rate.value / _HUNDRED
    if rate.dimension == "none":  # a bare 96.4 is percent, a bare 0.964 is the share itself
        return rate.value / _HUNDRED if rate.value > Decimal("1.5") else rate.value
    return None


def _quotient(record: GroundedRecord) -> Decimal | None:
    executed = read_amount(record, "executed")
    budget = read_amount(record, "annual_budget") or read_amount(record, "initial_budget")
    if executed is None or budget is None or not budget.value or budget.dimension != executed.dimension:
        return None
    return executed.value / budget.value


def _name(report: CheckedReport, form: ScoredForm) -> str:
    for record in report.of_kind(RecordKind.EVALUATION):
        if record.references.get("id") == form.evaluation:
            department = record.references.get("scope") == "department"
            return "整体支出自评表" if department else f"{record.value('name') or '项目'}自评表"
    return "自评表"


def _terms(money: Decimal | None, rows: Sequence[Decimal]) -> str:
    """``执行率10+10×8+6×2``: runs of equal numbers are shown as a product."""
    terms = [] if money is None else [f"执行率{show(money)}"]
    place = 0
    while place < len(rows):
        run = next((k for k in range(place, len(rows)) if rows[k] != rows[place]), len(rows)) - place
        terms.append(show(rows[place]) + (f"×{run}" if run > 1 else ""))
        place += run
    return "+".join(terms)


def _refs(form: ScoredForm, name: str) -> tuple[FieldRef, ...]:
    rows = (*form.indicators, *((form.money,) if form.money is not None else ()))
    return tuple(ref for row in rows for ref in refs_of(row, (name,)))
