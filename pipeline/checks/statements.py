"""Sentences that compare amounts, against the amounts themselves (CONFLICT of the labeling guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.checks.amounts import Amount, fold_words, item_of, read_amount, show, span_of
from pipeline.checks.places import funding_by_evaluation
from pipeline.checks.registry import CheckedReport, check
from pipeline.quantities import Quantity, parse_quantity, tolerance
from schemas.stages import Finding, GroundedRecord, Severity
from schemas.text import Span

_MONEY = r"\d[\d,，]*(?:\.\d+)?\s*(?:亿|万)?元"
_CHANGE = re.compile(
    r"(?P<item>[“\"]?三公[”\"]?经费|公务接待费|会议费|培训费|因公出国[（(]境[）)]费|公务用车(?:购置及)?(?:运行)?(?:维护)?费)"
    r"(?P<between>[^。；;，,\n]{0,12}?)(?:较|比|与)?(?:上年|去年|上一年)(?:度)?(?:同期|相比|支出)?[，,]?"
    rf"(?P<way>增加|增长|上升|减少|下降|降低)了?\s*(?P<amount>{_MONEY})"
)
_FALLS = frozenset({"减少", "下降", "降低"})
_SHARE = re.compile(
    rf"涉及资金\s*(?P<amount>{_MONEY})\s*[，,]\s*占一般公共预算项目支出总额的\s*(?P<share>\d+(?:\.\d+)?\s*[%％])"
)
_NO_FUND_PROJECTS = re.compile(r"无政府性基金(?:预算)?(?:项目)?支出")
_SUFFIX = re.compile(r"(?:支出|经费|费)\Z")


@check("CONFLICT", Severity.ERROR)
def contradicted_changes(report: CheckedReport) -> Iterator[Finding]:
    """“较上年增加（减少）”的说法与表中上年、本年决算数之差不符。"""
    for match in _CHANGE.finditer(report.document.text):
        stated = parse_quantity(match["amount"])
        if stated is None or "预算" in match["between"]:
            continue
        sign = -1 if match["way"] in _FALLS else 1
        for records in funding_by_evaluation(report).values():
            for record in records:
                if _key(item_of(record)) == _key(fold_words(match["item"])):
                    yield from _change_finding(record, match, stated, sign)


@check("CONFLICT", Severity.ERROR)
def contradicted_shares(report: CheckedReport) -> Iterator[Finding]:
    """自评项目资金占项目支出总额的比例与项目支出的金额不符。

    The sentence is part of the form of the report; judged only where the report says that it has no projects of the
    government funds, as these would not belong to the total.
    """
    text = report.document.text
    match = _SHARE.search(text)
    amount, share = (parse_quantity(match[name]) if match else None for name in ("amount", "share"))
    if match is None or amount is None or share is None or not _NO_FUND_PROJECTS.search(text):
        return
    for record in funding_by_evaluation(report).get("department", ()):
        total = read_amount(record, "executed") if item_of(record) in {"项目支出", "项目支出总额"} else None
        if total is None or not total.value or _is_share(amount, share, total):
            continue
        percent = show(amount.value / total.value * 100)
        written = f"{match['amount']}占项目支出总额的{match['share']}"
        detail = f"报告写{written}，而项目支出为{total.text}：{match['amount']}/{total.text}={percent}%"
        evidence = (Span(*match.span()), *span_of(record))
        yield Finding("CONFLICT", Severity.ERROR, detail, evidence, (total.ref,))
        return


def _change_finding(record: GroundedRecord, match: re.Match[str], stated: Quantity, sign: int) -> Iterator[Finding]:
    before, now = read_amount(record, "prior_executed"), read_amount(record, "executed")
    if before is None or now is None or before.dimension != stated.dimension:
        return
    change = now.value - before.value
    if abs(change - sign * stated.value) <= now.half + before.half + tolerance(stated):
        return
    difference = show(change / now.factor, 4)
    arithmetic = f"{now.text}-{before.text}={difference}"
    detail = f"{record.value('item')}：正文写较上年{match['way']}{match['amount']}，表中{arithmetic}"
    evidence = (Span(*match.span()), *span_of(record))
    yield Finding("CONFLICT", Severity.ERROR, detail, evidence, (before.ref, now.ref))


def _is_share(amount: Quantity, share: Quantity, total: Amount) -> bool:
    """True where the amount is that share of the total, within the rounding of the three numbers."""
    low = (amount.value - tolerance(amount)) / (total.value + total.half) * 100
    high = (amount.value + tolerance(amount)) / max(total.value - total.half, Decimal("0.01")) * 100
    return low <= share.value + tolerance(share) and share.value - tolerance(share) <= high


def _key(item: str) -> str:
    return _SUFFIX.sub("", item)
