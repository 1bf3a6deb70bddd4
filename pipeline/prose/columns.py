"""In which column of the forms an amount of money in prose belongs, by the words before it."""

from __future__ import annotations

import re

_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("prior_executed", re.compile(r"(?:上年|去年|上年度)(?:[^，]{0,10}(?:决算|支出|执行)|度?的?$)")),
    (
        "annual_budget",
        re.compile(
            r"全年(?:调整|收支|支出|总)?(?:后)?预算(?:数|额|总额)?(?:为|是|共)?|追加|调整(?:后)?(?:的)?(?:全年)?预算(?:数|额)?(?:为|是|共)?|预算(?:调整|追加)数?|预算(?:金额|总额|总计|总数)|追加后预算|(?<!预算)(?:下达|安排)(?:资金|预算|经费)?|预算资金总额|调整为"
        ),
    ),
    (
        "initial_budget",
        re.compile(
            r"年初[^，]{0,8}预算|年初预算|批复[^，]{0,6}预算|预算批复|预算(?:数|资金|安排|控制数)|部门预算|年度预算|预算(?:为|是|共)?$|预算总?(?:为|数)"
        ),
    ),
    ("executed", re.compile(r"决算|执行|支出|使用|支付|开支|花费|实际|列支|拨付|发放|用于|结算")),
)
_LAST_YEAR = re.compile(r"(20\d\d)年")


def money_column(words: str, year: int | None) -> str:
    """The field of an amount of money by the words of its clause before it; "" where they name no column."""
    best, place = "", -1
    for code, pattern in _COLUMNS:
        for match in pattern.finditer(words):
            if match.end() > place or (match.end() == place and code == "executed" and not best):
                best, place = code, match.end()
    named = _LAST_YEAR.search(words)
    if best == "executed" and named and year is not None and int(named[1]) < year:
        return "prior_executed"
    return best
