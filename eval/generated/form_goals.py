"""The goals of a form: what was set, in some forms what was adjusted, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from eval.generated.facts import Assessed
from eval.generated.form_words import FormWords
from eval.generated.passages import Passage, as_passage, fill, join, mark
from eval.generated.prose_money import Telling
from eval.generated.prose_results import result_clause
from eval.generated.sheets import Cell, Row
from schemas.records import RecordKind

ADJUSTED = ("与年初目标一致", "", "无调整")


def goal_rows(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    """The header and one row."""
    style, width = words.style, words.width - 1
    share = width // style.goal_columns
    heads = [style.header("预期目标"), "全年（调整）绩效目标", style.header("实际完成情况")]
    widths = [width - share * (style.goal_columns - 1), *[share] * (style.goal_columns - 1)]
    if style.goal_columns == 2:
        del heads[1]
    yield Row(tuple(Cell(head, columns) for head, columns in zip(heads, widths, strict=True)))
    statements, outcomes = _cells(assessed, words)
    cells: list[str | Passage] = [statements, mark(outcomes, None, {}, f"{assessed.id}.outcome")]
    if style.goal_columns == 3:
        cells.insert(1, words.random.choice(ADJUSTED))
    yield Row(tuple(Cell(cell, columns) for cell, columns in zip(cells, widths, strict=True)))


def _cells(assessed: Assessed, words: FormWords) -> tuple[Passage, Passage]:
    """The cell of goals and the cell of outcomes, a result told in one of them, with their records."""
    aims, shape = assessed.aims, words.style.goal_shape
    outcomes = [as_passage(aim.outcome) for aim in aims]
    if assessed.in_cell is not None:
        telling = Telling(words.facts, words.style, words.random, frozenset())
        outcomes[0] = outcomes[0] + "，" + result_clause(assessed.in_cell, telling)
    if shape == "whole" or len(aims) == 1:
        statement, outcome = "；".join(aim.statement for aim in aims) + "。", join("；", outcomes) + "。"
        fields = {"evaluation": assessed.id, "statement": statement, "outcome": outcome.text.strip()}
        return mark(statement, RecordKind.GOAL, fields), outcome
    number = "{0}." if shape == "numbered" else "目标{0}："
    goals, told = [], []
    for at, (aim, outcome) in enumerate(zip(aims, outcomes, strict=True), 1):
        end = "。" if at == len(aims) else "；"
        fields = {"evaluation": assessed.id, "statement": aim.statement, "outcome": outcome.text.strip()}
        goal = mark(aim.statement, RecordKind.GOAL, fields)
        goals.append(fill("{number}{goal}{end}", number=number.format(at), goal=goal, end=end))
        told.append(as_passage(number.format(at)) + outcome + end)
    return join("\n", goals), join("\n", told)
