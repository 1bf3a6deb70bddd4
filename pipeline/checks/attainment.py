"""Targets against what was reached, and both against the marks given (UNMET_FULL_SCORE, MET_LOW_SCORE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from pipeline.checks.amounts import fold_words, read_quantity, refs_of, span_of, spans_of
from pipeline.checks.registry import CheckedReport, check, once
from pipeline.quantities import Quantity, find_dates
from schemas.records import RecordKind
from schemas.stages import Finding, GroundedRecord, Severity

_WHOLE = 100
_SCALES_APART = 20  # a bare 0.97 beside 95 is a share beside a percentage, not a miss
# What is better when smaller, or may be either: only a comparator or an equal value tells for these.
_UNSURE = re.compile(
    r"成本|费用|支出|经费|投资|单价|价格|补助标准|补贴标准|投诉|事故|死亡|伤亡|发案|案件|故障|逾期|违规|违法|违纪|差错|失误|误差|偏差|"
    r"时限|时间|时长|天数|周期|能耗|消耗|排放|用水量|用电量|损失|流失|受害|成灾|发生率|失业|辍学|返贫|纠纷|信访|上访|次均|负债|债务|控制|"
    r"漏报|误报|误诊|空置|闲置|超标|污染|浓度|噪[声音]|PM|感染|贫困|结转|存量|欠|赤字|响应|等待|等候|排队|耗材|药占比"
)
# What is surely worse when larger, unless the name tells of dealing with it.
_WORSE = re.compile(
    r"投诉|事故|死亡|伤亡|发案|故障|逾期|违规|违纪|差错|失误|误差|流失|失业|辍学|返贫|漏报|误报|误诊|超标|感染"
)
_DEALT_WITH = re.compile(
    r"处[理置]|办[理结]|化解|查处|回复|答复|排查|整改|下降|降低|减少|控制|解决|受理|防范|达标|合格|整治|调查|演练|培训"
)
_EARLIER = re.compile(r"前|之前|底|末|内")


class Outcome(Enum):
    """What the numbers alone say of a target."""

    UNMET = "unmet"
    MET = "met"
    UNCLEAR = "unclear"


class Judged(NamedTuple):
    """The outcome, with the comparison that shows it."""

    outcome: Outcome
    shown: str


_UNCLEAR = Judged(Outcome.UNCLEAR, "")


@check("UNMET_FULL_SCORE", Severity.WARNING)
def unmet_with_full_score(report: CheckedReport) -> Iterator[Finding]:
    """指标没有达到目标值，却得了满分。"""
    for record in _scored_rows(report):
        weight, score = read_quantity(record, "weight"), read_quantity(record, "score")
        judged = judgements(report)[record.index]
        if judged.outcome is Outcome.UNMET and weight and score and score.number == weight.number > 0:
            detail = f"{_told(record, judged)}，未达目标，仍得满分{record.value('score')}"
            yield _finding("UNMET_FULL_SCORE", detail, record)


@check("MET_LOW_SCORE", Severity.WARNING)
def met_with_low_score(report: CheckedReport) -> Iterator[Finding]:
    """指标已达到或超过目标值，却被扣分，且没有说明原因。"""
    for record in _scored_rows(report):
        weight, score = read_quantity(record, "weight"), read_quantity(record, "score")
        judged = judgements(report)[record.index]
        if judged.outcome is not Outcome.MET or weight is None or score is None or score.number >= weight.number:
            continue
        if record.get("deviation_reason") is None and not _is_explained(report, record):
            points = f"{record.value('weight')}分只得{record.value('score')}分"
            yield _finding("MET_LOW_SCORE", f"{_told(record, judged)}，已达目标，{points}，未说明扣分原因", record)


@once
def judgements(report: CheckedReport) -> dict[int, Judged]:
    """What target and actual value of each indicator say, by the record's index."""
    return {record.index: judge_target(record) for record in report.of_kind(RecordKind.INDICATOR)}


def judge_target(record: GroundedRecord) -> Judged:
    """What target and actual value of an indicator say; unclear for words, ranges, estimates, and other units."""
    target, actual = read_quantity(record, "target"), read_quantity(record, "actual")
    if target is not None and actual is not None:
        return _judge_quantities(target, actual, fold_words(record.value("name")))
    return _judge_dates(record)


def _judge_quantities(target: Quantity, actual: Quantity, name: str) -> Judged:
    pair = _comparable_numbers(target, actual)
    if pair is None or target.hedge or actual.hedge or actual.comparator not in {None, "="}:
        return _UNCLEAR
    wanted, reached = pair
    comparator = target.comparator or ("unsure" if _UNSURE.search(name) or target.dimension == "time" else "≥")
    met = {
        "≥": reached >= wanted,
        ">": reached > wanted,
        "≤": reached <= wanted,
        "<": reached < wanted,
        "=": reached == wanted,
        "unsure": reached == wanted,
    }[comparator]
    if met:
        return Judged(Outcome.MET, f"{_plain(reached)}{_sign(reached, wanted)}{_plain(wanted)}")
    if comparator == "unsure" and reached > wanted and _WORSE.search(name) and not _DEALT_WITH.search(name):
        return Judged(Outcome.UNMET, f"{_plain(reached)}>{_plain(wanted)}")
    # More than an exact target, or the unsure side of one, is no miss that numbers alone can show.
    if comparator == "unsure" or (comparator == "=" and reached > wanted):
        return _UNCLEAR
    return Judged(Outcome.UNMET, f"{_plain(reached)}{_sign(reached, wanted)}{_plain(wanted)}")


def _comparable_numbers(target: Quantity, actual: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both numbers on one scale: in base units for one dimension, as written where one of them is bare."""
    if target.dimension == actual.dimension and target.dimension != "none":
        one_unit = target.unit == actual.unit and target.scale == actual.scale
        return (target.number, actual.number) if one_unit else (target.value, actual.value)
    if "none" not in (target.dimension, actual.dimension):
        return None
    bare, other = (target, actual) if target.dimension == "none" else (actual, target)
    if other.dimension == "percent" and bare.number > _WHOLE:  # 98% of the 600 that were wanted
        return None
    low, high = sorted((abs(target.number), abs(actual.number)))
    return None if low and high / low > _SCALES_APART else (target.number, actual.number)


def _judge_dates(record: GroundedRecord) -> Judged:
    """A deadline against the day it was done; days and months that are not stated are taken in favour of the report."""
    deadline, done = _day(record, "target", last=True), _day(record, "actual", last=False)
    if deadline is None or done is None:
        return _UNCLEAR
    if done > deadline:
        return Judged(Outcome.UNMET, f"{done.isoformat()}晚于{deadline.isoformat()}")
    latest = _day(record, "actual", last=True)
    if latest is not None and latest <= deadline:
        return Judged(Outcome.MET, f"{latest.isoformat()}不晚于{deadline.isoformat()}")
    return _UNCLEAR


def _day(record: GroundedRecord, name: str, *, last: bool) -> date | None:
    """The first or last day that a cell with one date and nothing else can mean; both sides must state the month."""
    field = record.get(name)
    if field is None or not field.status.vouched:
        return None
    mentions = find_dates(field.value)
    if len(mentions) != 1 or mentions[0].month is None or mentions[0].end is not None:
        return None
    mention = mentions[0]
    rest = field.value[: mention.span.start] + field.value[mention.span.end :]
    if _EARLIER.sub("", fold_words(rest)) not in {"", "完成", "已完成"}:
        return None
    other = record.value("actual" if name == "target" else "target") or ""
    years = {m.year for m in find_dates(other)} | {mention.year}
    if len(years) > 1 and None in years:  # 12月底前 beside 2024年1月5日: which year's December is not said
        return None
    month = mention.month or 1
    year = mention.year or 2000  # both sides without a year: the report's own
    if mention.day is not None:
        return date(year, month, min(mention.day, _month_end(year, month)))
    return date(year, month, _month_end(year, month) if last else 1)


def _month_end(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).day


def _scored_rows(report: CheckedReport) -> Iterator[GroundedRecord]:
    for record in report.of_kind(RecordKind.INDICATOR):
        if record.get("weight") is not None and record.get("score") is not None:
            yield record


def _is_explained(report: CheckedReport, record: GroundedRecord) -> bool:
    """True where a deviation of the same evaluation names the indicator: some forms give all reasons in one row."""
    name = fold_words(record.value("name"))
    for deviation in report.by_evaluation(RecordKind.DEVIATION).get(record.references.get("evaluation", ""), ()):
        named = fold_words(deviation.value("indicator"))
        words = fold_words(deviation.quote.value)
        if name and (name in words or (named and (named in name or name in named))):
            return True
    return False


def _finding(code: str, detail: str, record: GroundedRecord) -> Finding:
    evidence = span_of(record) or spans_of((record.get("target"), record.get("actual")))
    return Finding(code, Severity.WARNING, detail, evidence, refs_of(record, ("target", "actual", "weight", "score")))


def _told(record: GroundedRecord, judged: Judged) -> str:
    name = record.value("name") or "指标"
    return f"{name}：目标{record.value('target')}，实际{record.value('actual')}（{judged.shown}）"


def _sign(reached: Decimal, wanted: Decimal) -> str:
    return "=" if reached == wanted else ">" if reached > wanted else "<"


def _plain(number: Decimal) -> str:
    return format(number, "f")
