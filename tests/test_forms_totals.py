"""Which numbers are total scores."""

from __future__ import annotations

import pytest

from pipeline.forms.reading import read_forms
from pipeline.forms.standing import standings_of
from pipeline.forms.totals import tells_total
from schemas.text import Span
from tests.rule_samples import HEADER, document, dump

TITLE = "云溪县园林局2023年度部门整体支出绩效自评报告\n"
PARKS = "产出指标|数量指标|新建口袋公园|≥5个|7个|10|9.5|"
PROJECTS = "项目名称|预算数（万元）|执行数（万元）|自评得分|评价等级"


def told(words: str) -> bool:
    """Whether the number in square brackets is told to be a total score."""
    start = words.index("[")
    number = words[start + 1 : words.index("]")]
    doc = document(TITLE + words.replace("[", "").replace("]", ""))
    place = len(TITLE) + start
    return tells_total(doc, standings_of(read_forms(doc)), Span(place, place + len(number)))


@pytest.mark.parametrize(
    "words",
    [
        "全年新建公园[95.5]亩。",
        "苗木成活率[95.5]%。",
        "预算执行率指标[10]分。",
        "自评得分较高，支出[95.5]万元。",
        "自评得分92分，扣[7.5]分。",
        "全年累计完成[95.5]亩。",
        dump(HEADER, PARKS.replace("9.5", "[9.5]")),
        dump(HEADER, PARKS.replace("10", "[10]")),
        dump(HEADER, PARKS, "总分||||[100]|95.5|"),
        dump(HEADER, PARKS, "总分|[100分]|100分|"),
        dump("资金|年初预算数|全年执行数", "合计|98.00|[95.50]"),
        dump(PROJECTS, "河道清淤|120.00|[95.50]|96.5|优"),
        dump("主管部门|云溪县园林局|联系电话|[95]"),
    ],
    ids=[
        "area",
        "rate",
        "weight",
        "amount in another clause",
        "points taken off",
        "累计",
        "score of a row",
        "weight of a row",
        "sum of the weights",
        "full marks, then the score",
        "sum of money",
        "amount of a project",
        "another label",
    ],
)
def test_other_numbers_are_no_total_scores(words: str) -> None:
    assert not told(words)


@pytest.mark.parametrize(
    "words",
    [
        "综合自评总分[95.5]分。",
        "经自评得分为[95.5]。",
        "其中总\n分为[95.5]，等级为优。",
        "绩效自评打[95.5]分。",
        dump(HEADER, PARKS, "总分||||100|[95.5]|"),
        dump(HEADER, PARKS, "合计|100|[95.5]|"),
        dump(HEADER, PARKS, "总分|100|[100]|"),
        dump(HEADER, PARKS, "总分|[100]"),
        dump(HEADER, PARKS, "总分|95.5|[94]"),
        dump(HEADER, PARKS, "总分|[95.5]|94"),
        dump("项目名称|古树名木保护|项目总得分|[95.5]", HEADER, PARKS),
        dump(PROJECTS, "河道清淤|120.00|118.50|[96.5]|优", "校园修缮|88.00|60.00|78|中"),
    ],
    ids=[
        "总分",
        "得分",
        "wrapped line",
        "打分",
        "total row",
        "short total row",
        "full marks reached",
        "lone full marks",
        "reviewed total",
        "own total beside it",
        "label and value",
        "list of projects",
    ],
)
def test_total_scores_are_told(words: str) -> None:
    assert told(words)
