"""Draws the facts of a report: the unit, its people, money, projects and results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from eval.generated.facts import Assessed, Facts, Line, Mark, Result, Spending
from eval.generated.figures import quotient, trim
from eval.generated.indicators import draw_marks, draw_result
from eval.generated.sectors import SECTORS, Aim, Sector, Undertaking
from eval.generated.spending import draw_income, draw_lines, draw_spending, draw_table, draw_total
from eval.generated.style import Style
from eval.synonyms import MORE_PLACES, PLACES, REGIONS

BUDGET_CAUSES = (
    "部分项目合同约定跨年付款",
    "厉行节约，压减了一般性支出",
    "年中追加的专项资金下达较晚",
    "部分工程结算审核尚未完成",
    "人员调动，工资福利支出相应减少",
    "受施工进度影响，尾款未到支付节点",
)
PROJECT_AIMS = (
    Aim("完成{product}年度建设任务，改善{people}的生产生活条件", "{product}任务有序推进，{people}普遍反映良好"),
    Aim("通过实施{name}，提升公共服务水平", "{name}建成投用，服务水平得到提升"),
    Aim("健全{product}管护制度，保证长期发挥效益", "管护责任落实到人，设施运行正常"),
    Aim("规范资金使用，确保专款专用", "资金管理制度执行到位，未发现挤占挪用"),
)


class Draw(NamedTuple):
    """What the parts of a report are drawn with."""

    random: Random
    sector: Sector
    style: Style


def draw_facts(random: Random, style: Style) -> Facts:
    """The facts of a report, all of which close."""
    sector = random.choice(SECTORS)
    place = random.choice((*PLACES, *MORE_PLACES)) + random.choice(REGIONS)
    name = place + random.choice(sector.suffixes)
    places = random.choice((2, 2, 2, 0))
    alone = random.random() < 0.12
    projects = random.sample(sector.projects, 1 if alone else random.choice((0, 1, 1, 2, 2, 3)))
    adjusted = not style.bare_budget
    totals = [draw_total(random, f"p{number}", places, adjusted=adjusted) for number in range(1, len(projects) + 1)]
    draw = Draw(random, sector, style)
    drawn = [_draw_project(draw, project, total, alone=alone) for project, total in zip(projects, totals, strict=True)]
    spending: Spending | None = None
    table: tuple[Line, ...] = ()
    evaluations = tuple(drawn)
    if not alone:
        money = [(each.id, project.name, total) for each, project, total in zip(drawn, projects, totals, strict=True)]
        spending, expense = draw_spending(random, money, places, adjusted=adjusted)
        table = draw_table(random, spending) if random.random() < 0.5 else ()
        department = _draw_department(draw, name, spending.total, expense)
        evaluations = (department, *drawn)
    staff = Decimal(random.randint(12, 180))
    present = staff - random.randint(0, int(staff) // 8)
    year = random.randint(2019, 2024)
    cause = random.choice(BUDGET_CAUSES) if random.random() < 0.3 else ""
    return Facts(
        sector, place, name, name, year, staff, present, quotient(present, staff), spending, table, evaluations,
        budget_cause=cause if spending and spending.total.executed != spending.total.annual else "",
    )  # fmt: skip


def _draw_department(draw: Draw, name: str, total: Line, expense: tuple[Line, ...]) -> Assessed:
    random, sector, style = draw
    weighed = _weighed(random, style.department_layout)
    lines = draw_lines(random, "department", _named(random, total), weighed)
    aims = tuple(random.sample(sector.aims, random.randint(1, min(3, len(sector.aims)))))
    marks = draw_marks(random, sector, None, "department", weighed)
    count = random.randint(4, min(11, len(sector.measures)))
    measures = random.sample(sector.measures, count)
    results = tuple(
        draw_result(random, measure, f"department.result.{place}", sector.causes)
        for place, measure in enumerate(measures)
    )
    has_form = random.random() < 0.8
    balanced = style.balanced and has_form
    return Assessed(
        "department", name, lines, aims, marks, results, Decimal(100), score_of(lines, marks), has_form, None,
        draw_income(random, total.annual or Decimal(0)) if balanced else (), expense if balanced else (),
    )  # fmt: skip


def _draw_project(draw: Draw, project: Undertaking, total: Line, *, alone: bool) -> Assessed:
    random, sector, style = draw
    id_ = total.key.split(".")[0]
    weighed = _weighed(random, style.project_layout)
    lines = draw_lines(random, id_, total, weighed)
    marks = draw_marks(random, sector, project, id_, weighed)
    results = tuple(_project_results(random, sector, project, id_, {mark.name for mark in marks}))
    aims = tuple(
        Aim(*(words.format(product=project.product.name, people=project.people, name=project.name) for words in aim))
        for aim in random.sample(PROJECT_AIMS, random.randint(1, 3))
    )
    has_form = random.random() < (0.5 if alone else 0.8)
    in_cell = None
    if has_form and results and style.layout(id_) != "L8" and random.random() < 0.3:
        in_cell, results = replace(results[0], cause=None, target=None, completion=None), results[1:]
    return Assessed(
        id_, project.name, lines, aims, marks, results, Decimal(100), score_of(lines, marks), has_form, in_cell
    )


def _project_results(
    random: Random, sector: Sector, project: Undertaking, id_: str, told: set[str]
) -> Iterator[Result]:
    for place, measure in enumerate(project.extras):
        if not any(name.startswith(measure.name) for name in told):
            yield draw_result(random, measure, f"{id_}.result.{place}", sector.causes)


def score_of(lines: tuple[Line, ...], marks: tuple[Mark, ...]) -> Decimal:
    """The total of the scores, of the execution rate and of all indicators."""
    scores = [mark.score for mark in marks]
    return trim(sum(scores, lines[0].score or Decimal(0)))


def _weighed(random: Random, layout: str) -> int:
    """The weight of the execution rate; none in a form without marks."""
    return 0 if layout == "L7" else random.choice((10, 10, 10, 10, 20, 0))


def _named(random: Random, total: Line) -> Line:
    words = ("年度资金总额", "年度资金总额", "年度金额", "年度总金额", "资金总额", "年度财政资金总额")
    return Line(total.key, random.choice(words), total.prior, total.initial, total.annual, total.executed)
