"""The 基础数据表: staff, and expenses of two years with the budget between them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from eval.generated.facts import Facts, Line
from eval.generated.passages import place
from eval.generated.sheets import Cell, Placed, Row, RowDraft, heading, table
from eval.generated.style import Style
from schemas.records import RecordKind

TITLES = ("{year}年度部门（单位）整体支出绩效评价基础数据表", "部门整体支出绩效评价基础数据表", "{year}年度基础数据表")
NUMBERS = {"table.visits": "{0}、", "table.project": "{0}、", "table.running": "其中："}


def basic_table(facts: Facts, style: Style, random: Random) -> Iterator[Placed]:
    """The title and the table."""
    yield heading(random.choice(TITLES).format(year=facts.year), 1)
    yield table(tuple(_rows(facts, style, random)))


def _rows(facts: Facts, style: Style, random: Random) -> Iterator[Row]:
    year, figures = facts.year, style.figures
    yield Row((Cell("财政供养人员情况（人）", rows=2), Cell("编制数"), Cell(f"{year}年实际在职人数"), Cell("控制率")))
    staff = (
        place(figures.number(facts.staff), "staff.authorized"),
        place(figures.number(facts.present), "staff.present"),
        figures.rate(facts.control_rate),
    )
    yield Row(tuple(Cell(words) for words in staff), (RowDraft(None, {}, "table.staff"),))
    yield Row(
        (Cell("经费控制情况（万元）"), Cell(f"{year - 1}年决算数"), Cell(f"{year}年预算数"), Cell(f"{year}年决算数"))
    )
    indent = random.choice(("", "　", "  "))
    first = True
    for line in facts.table:
        group, _, number = line.key.rpartition(".")
        label = line.item
        if number != "0":
            label = indent + (NUMBERS[group].format(number) if group != "table.running" or first else "") + line.item
            first = group == "table.project" or group == "table.visits"
        else:
            first = True
            label += "：" if group == "table.project" and random.random() < 0.5 else ""
        yield _row(line, label, style, random)
    if random.random() < 0.6:
        yield Row((Cell("厉行节约保障措施"), Cell("严格执行公务接待和公务用车管理制度，压减一般性支出。", 3)))


def _row(line: Line, label: str, style: Style, random: Random) -> Row:
    fields: dict[str, str | None] = {"evaluation": "department", "item": line.item, "unit": "万元"}
    texts = []
    for name, value in (("prior_executed", line.prior), ("initial_budget", line.initial), ("executed", line.executed)):
        bare = name == "prior_executed" and line.key == "table.bought.0" and random.random() < 0.7
        text = "——" if bare else style.figures.number(value if value is not None else Decimal(0))
        texts.append(text)
        fields[name] = None if bare else text
    return Row((Cell(label), *(Cell(text) for text in texts)), (RowDraft(RecordKind.FUNDING, fields, line.key),))
