"""The money block of a form: a row for the total and each source, and the budget by income and by expense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from eval.generated.facts import Assessed, Line
from eval.generated.form_words import FormWords
from eval.generated.passages import mark
from eval.generated.sheets import Cell, Row, RowDraft
from schemas.records import RecordKind

COLUMN_ORDERS = (
    ("initial", "annual", "executed", "weight", "rate", "score"),
    ("initial", "annual", "executed", "weight", "rate", "score"),
    ("initial", "annual", "executed", "rate", "weight", "score"),
    ("annual", "executed", "rate", "weight", "score"),
)
BARE = ("budget", "executed", "rate", "weight", "score")
WORDS = {
    "initial": "年初预算数",
    "annual": "全年预算数",
    "executed": "全年执行数",
    "rate": "执行率",
    "weight": "分值",
    "score": "得分",
}
Halves = Sequence[tuple[Line | None, int]]
"""The left and the right half of a row, with their columns."""
LETTERS = {"annual": "(A)", "budget": "(A)", "executed": "(B)", "rate": "(B/A)"}
CORNERS = ("", "", "", "资金来源")
FIELDS = {
    "initial": "initial_budget",
    "annual": "annual_budget",
    "budget": "initial_budget",
    "executed": "executed",
    "rate": "rate",
    "weight": "weight",
    "score": "score",
}


def money_rows(lines: Sequence[Line], words: FormWords) -> tuple[Row, ...]:
    """The header and the rows; the total last where the report has it so."""
    random, style = words.random, words.style
    columns: tuple[str, ...] = BARE if style.bare_budget else random.choice(COLUMN_ORDERS)
    if words.layout == "L8":
        columns = tuple(column for column in columns if column not in ("initial", "weight"))
    if lines[0].weight is None:
        columns = tuple(column for column in columns if column not in ("weight", "score"))
    lead = words.width - 1 - len(columns)  # columns that the name of the row takes
    letters = random.random() < 0.35
    heads = [_head(column, words, letters=letters) for column in columns]
    if words.layout == "L8" and lines[0].weight is not None:
        heads[-1] += f"\n（{lines[0].weight}分*执行率）"
    header = Row((Cell(random.choice(CORNERS), lead), *(Cell(head) for head in heads)))
    sources = [_row(line, columns, lead, words, first=not place) for place, line in enumerate(lines[1:])]
    total = _row(lines[0], columns, lead, words, first=False)
    return (header, *sources, total) if style.total_last else (header, total, *sources)


def _head(column: str, words: FormWords, *, letters: bool) -> str:
    """The words above a column; with its letter, or the unit of its amounts, behind them."""
    head = words.style.header(WORDS[column]) if column in WORDS else "预算数"
    if words.style.unit_place == "columns" and column in ("initial", "annual", "budget", "executed"):
        return head + f"（{words.figures.form_unit}）"
    return head + (LETTERS.get(column, "") if letters else "")


def _row(line: Line, columns: Sequence[str], lead: int, words: FormWords, *, first: bool) -> Row:
    """A row of the block; without a record where nothing but dashes stands in it."""
    style = words.style
    texts = {column: _figure(line, column, words) for column in columns}
    filled = any(texts.values())
    blank = style.dash if line.weight is None else ""
    if filled:
        cells = [Cell(texts[column] or (blank if column in ("weight", "score", "rate") else "")) for column in columns]
    else:
        cells = [Cell(style.blank if style.blank != "无" else "") for _ in columns]
    label = line.item
    if not line.key.endswith(".0"):
        label = ("其中：" if first and not style.total_last else words.random.choice(("", "", "　　　"))) + line.item
    elif words.random.random() < 0.2:
        label += "："
    fields = {"item": line.item, "unit": words.figures.form_unit, "evaluation": line.key.split(".")[0]}
    fields |= {FIELDS[column]: text for column, text in texts.items() if text}
    draft = RowDraft(RecordKind.FUNDING, fields, line.key)
    return Row((Cell(label, lead), *cells), (draft,) if filled else ())


def _figure(line: Line, column: str, words: FormWords) -> str:
    value: Decimal | None = line.annual if column == "budget" else getattr(line, column)
    if value is None:
        return ""
    if column == "rate":
        return words.figures.rate(value)
    return words.figures.score(value) if column in ("weight", "score") else words.figures.form_amount(value)


def balance_rows(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    """按收入性质分 beside 按支出性质分: amounts in cells of their own, or behind the colon of their label."""
    if not assessed.income:
        return
    width = words.width - 1
    left = width // 2
    yield Row((Cell("按收入性质分：", left), Cell("按支出性质分：", width - left)))
    build = _apart if words.random.random() < 0.6 else _together
    for place, income in enumerate(assessed.income):
        expense = assessed.expense[place] if place < len(assessed.expense) else None
        halves = ((income, left), (expense, width - left))
        yield build("" if place else "其中：", halves, words)


def _apart(prefix: str, halves: Halves, words: FormWords) -> Row:
    cells, drafts = [], []
    for at, (line, room) in enumerate(halves):
        amount = words.figures.form_amount(line.annual) if line and line.annual is not None else ""
        label = f"{prefix}{line.item}：" if line else ""
        cells += [Cell(label, room - 1), Cell(amount)]
        if line and amount:
            drafts.append(RowDraft(RecordKind.FUNDING, _share(line, amount, words), line.key, 2 * at, 2 * at + 1))
    return Row(tuple(cells), tuple(drafts))


def _together(prefix: str, halves: Halves, words: FormWords) -> Row:
    cells = []
    for line, room in halves:
        amount = words.figures.form_amount(line.annual) if line and line.annual is not None else ""
        label = f"{prefix}{line.item}：{amount}" if line else ""
        if line and amount:
            cells.append(Cell(mark(label, RecordKind.FUNDING, _share(line, amount, words), line.key), room))
        else:
            cells.append(Cell(label, room))
    return Row(tuple(cells))


def _share(line: Line, amount: str, words: FormWords) -> dict[str, str | None]:
    return {
        "evaluation": "department", "item": line.item, "annual_budget": amount, "unit": words.figures.form_unit,
    }  # fmt: skip
