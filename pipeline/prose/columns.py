"""In which column of the forms an amount of money in prose belongs, by the words before it."""

from __future__ import annotations

import re

from pipeline.prose.numbers import spoken_in
from pipeline.prose.phrases import CLAUSE_END, tight
from schemas.text import Span

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("prior_executed", re.compile(r"(?:上年|去年|上年度)(?:[^，]{0,10}(?:决算|支出|执行)|(?:度|同期)?[的为是]?$)")),
    (
        "annual_budget",
        re.compile(
            r"全年(?:调整|收支|支出|总)?(?:后)?预算(?:数|额|总额)?(?:为|是|共)?|追加|调整(?:后)?(?:的)?(?:全年)?预算(?:数|额)?(?:为|是|共)?|预算(?:调整|追加)数?|预算(?:金额|总额|总计|总数)|追加后预算|(?<!预算)(?<!年初)(?:下达|安排)(?:资金|预算|经费)?|预算资金总额|调整(?:为|到|至)"
        ),
    ),
    (
        "initial_budget",
        re.compile(
            r"年初[^，]{0,8}预算|年初(?:预算|批复|安排|下达|核定)|批复[^，]{0,6}预算|预算批复|预算(?:数|资金|安排|控制数)|部门预算|年度预算|预算(?:为|是|共)?$|预算总?(?:为|数)"
        ),
    ),
    ("executed", re.compile(r"决算|执行|支出|使用|支付|开支|花费|实际|列支|拨付|发放|用于|结算")),
)
_ENDING = r"(?:数|额|总额|金额|总计|合计|资金|安排|批复)*(?:了|为|是|共|共计|[:：])*$"
_SURE = {
    "prior_executed": re.compile(r""),
    "initial_budget": re.compile(r"年初.{0,8}预算" + _ENDING),
    "annual_budget": re.compile(r"(?:全年|调整|追加).{0,6}预算(?:调整|追加)?" + _ENDING),
    "executed": re.compile(r"(?:支出|开支|执行|决算|支付|使用|列支|花费)" + _ENDING),
}
_CLOSED = re.compile(r"[)）]")
_OPENED = re.compile(r"[（(]\s*\Z")
_LAST_YEAR = re.compile(r"(20\d\d)年")


def money_column(words: str, year: int | None) -> str:
    """The field of an amount of money by the words of its clause before it; "" where they name no column."""
    words = _OPENED.sub("", words)
    best, place = "", -1
    for code, pattern in _COLUMNS:
        for match in pattern.finditer(words):
            if match.end() > place:
                best, place = code, match.end()
    named = _LAST_YEAR.search(words)
    if best == "executed" and named and year is not None and int(named[1]) < year:
        return "prior_executed"
    return best


def told_column(text: str, span: Span, sentence: Span, year: int | None) -> str:
    """The column that the words right before an amount name for sure; "" where they leave it open.

    Words such as 下达 and 安排 leave it open, and a budget without 年初, 全年 or 调整 may be the first or the last one.
    """
    ends = [one.span.end for one in spoken_in(text, sentence) if one.span.end <= span.start]
    clause = money_clause(text, max(ends, default=sentence.start), span.start)
    words = _OPENED.sub("", tight(text[clause : span.start]))
    column = money_column(words, year)
    return column if column and _SURE[column].search(words) else ""


def money_clause(text: str, before: int, start: int) -> int:
    """Where the words that belong to an amount begin: after the last stop, list mark or open bracket before it.

    A bracket around nothing but the amount (``人员经费（290万元）``) belongs to the words before it.
    """
    place = before
    for match in CLAUSE_END.finditer(text, before, start):
        if match.end() < start - 1 or match[0] not in ":：":
            place = match.end()
    for mark in ("、", "（", "("):
        found = text.rfind(mark, place, start)
        if found >= 0 and not _CLOSED.search(text, found, start) and (mark == "、" or text[found + 1 : start].strip()):
            place = found + 1
    return place
