"""The summary of projects that have no form of their own: a row each, with money, score and grade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.generated.facts import Assessed
from eval.generated.figures import Figures
from eval.generated.passages import place
from eval.generated.sheets import Cell, Placed, Row, RowDraft, heading, table
from schemas.records import RecordKind

TITLE = "{year}年度项目支出绩效自评情况汇总表"
HEADS = ("序号", "项目名称", "全年预算数（万元）", "全年执行数（万元）", "执行率", "自评得分", "评价等级")


def summary_table(projects: Sequence[Assessed], figures: Figures, year: int) -> Iterator[Placed]:
    """The title and the table."""
    yield heading(TITLE.format(year=year), 1)
    rows = [_row(count, project, figures) for count, project in enumerate(projects, 1)]
    yield table((Row(tuple(Cell(head) for head in HEADS)), *rows))


def _row(count: int, project: Assessed, figures: Figures) -> Row:
    """A project: its money is one record, its verdict belongs to the evaluation."""
    total = project.lines[0]
    if total.annual is None or total.executed is None or total.rate is None:
        raise ValueError(f"{project.name} has no money")
    amounts = {
        "annual_budget": figures.number(total.annual),
        "executed": figures.number(total.executed),
        "rate": figures.rate(total.rate),
    }
    verdict = {"total_score": figures.score(project.total_score), "grade": project.grade}
    fields = {"evaluation": project.id, "item": project.name, "unit": "万元", **amounts}
    cells = (Cell(str(count)), Cell(place(project.name, f"{project.id}.title")))
    return Row(
        (*cells, *(Cell(words) for words in (*amounts.values(), *verdict.values()))),
        (
            RowDraft(RecordKind.FUNDING, fields, f"{project.id}.money"),
            RowDraft(None, verdict, f"{project.id}.verdict", first=1),
        ),
    )
