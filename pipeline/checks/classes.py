"""Results told as a whole and by its classes: 接收档案3.62万卷，其中文书档案1.85万卷、科技档案1.77万卷 (SUM)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pipeline.checks.amounts import show
from pipeline.checks.enumerations import prose_passages
from pipeline.checks.registry import CheckedReport, check
from schemas.stages import Finding, Severity

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_CLASS = re.compile(
    rf"(?P<label>[\u4e00-\u9fff]{{2,12}}?)(?P<number>{_NUMBER})(?P<unit>[\u4e00-\u9fff]{{1,3}})(?=[、，；。）和及]|\Z)"
)
_LISTED = re.compile(r"[、，和及]")
_LEAD = re.compile(r"其中[:：]?")
_SENTENCE_END = re.compile(r"[。！？；\n]")
_NOUN = 2
_REACH = 200
_NEAR = Decimal("0.05")


@check("SUM", Severity.WARNING)
def wrong_sums_of_classes(report: CheckedReport) -> Iterator[Finding]:
    """按类列出的数之和与总数只差一点，疑为计算错误。

    Classes are named by one noun (文书档案, 科技档案). They may leave some out, and people may be counted in two of
    them: only a sum within a twentieth of the whole, and not it, is a slip.
    """
    for passage in prose_passages(report):
        for lead in _LEAD.finditer(passage.text):
            found = _classes(passage.text, lead.end())
            unit = found[0]["unit"] if len(found) > 1 else "元"
            if unit.endswith("元") or any(each["unit"] != unit for each in found) or not _is_one_noun(found):
                continue
            ends = [
                end.end() for end in _SENTENCE_END.finditer(passage.text, max(0, lead.start() - _REACH), lead.start())
            ]
            start = ends[-1] if ends else max(0, lead.start() - _REACH)
            wholes = list(
                re.finditer(
                    rf"(?<!任务)(?<!目标)(?<!计划)(?<![\d.,]){_NUMBER}(?={unit})", passage.text[start : lead.start()]
                )
            )
            parts = [each["number"] for each in found]
            difference = [_difference(whole[0], parts) for whole in wholes]
            near = [at for at, off in enumerate(difference) if 0 < abs(off) <= _NEAR * _decimal(wholes[at][0])]
            if near and all(difference):
                whole = wholes[near[0]]
                added = show(sum(map(_decimal, parts), Decimal(0)), 4)
                detail = f"{'+'.join(parts)}={added}，报告写{whole[0]}{unit}，相差{show(abs(difference[near[0]]), 4)}"
                place = passage.span(start + whole.start(), start + whole.end())
                evidence = (place, passage.span(found[0].start(), found[-1].end()))
                yield Finding("SUM", Severity.WARNING, detail, evidence)


def _classes(text: str, place: int) -> list[re.Match[str]]:
    """The classes that are listed from a place on."""
    found: list[re.Match[str]] = []
    while match := _CLASS.match(text, place):
        found.append(match)
        if _LISTED.match(text, match.end()) is None:
            break
        place = match.end() + 1
    return found


def _is_one_noun(found: list[re.Match[str]]) -> bool:
    return len({each["label"][-_NOUN:] for each in found}) == 1


def _difference(whole: str, parts: list[str]) -> Decimal:
    """What the parts exceed the whole by; 0 within the rounding of all the numbers."""
    off = sum(map(_decimal, parts), -_decimal(whole))
    allowed = sum(map(_half, (whole, *parts)), Decimal(0))
    return off if abs(off) > allowed else Decimal(0)


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))


def _half(number: str) -> Decimal:
    decimals = len(number.partition(".")[2])
    return Decimal(1).scaleb(-decimals) / 2 if decimals else Decimal(0)
