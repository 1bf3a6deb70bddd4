"""The indicators and the total of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from eval.generated.cells import (
    Reason,
    actual_cell,
    level1_cell,
    level2_cell,
    level2_name,
    reason_cell,
    target_cell,
)
from eval.generated.facts import Assessed, Day, Mark
from eval.generated.form_words import COLUMNS, FormWords
from eval.generated.passages import place
from eval.generated.sheets import Cell, Row, RowDraft
from schemas.records import RecordKind

HEADS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "target": "年度指标值",
    "number": "年度指标值",
    "actual": "实际完成值",
    "weight": "分值",
    "score": "得分",
    "reason": "偏差原因分析及改进措施",
}
METHODS = ("完成值/目标值×分值", "达到目标值得满分", "按完成比例计分", "未完成按比例扣分")


def indicator_rows(marks: Sequence[Mark], words: FormWords) -> Iterator[Row]:
    """The header, of two rows in L6, and a row for every indicator, with merged cells of levels."""
    columns = COLUMNS[words.layout]
    yield from _head_rows(columns, words)
    padding = words.padding
    for level1, level_marks in groupby(marks, key=lambda mark: mark.level1):
        group = list(level_marks)
        blank = words.random.random() < 0.12 and "level2" in columns and not words.style.slots
        first = True
        for _, kind_marks in groupby(group, key=lambda mark: mark.level2):
            kind = list(kind_marks)
            for at, each in enumerate(kind):
                levels: dict[str, Cell | None] = {"level1": None, "level2": None}
                if first:
                    weight = sum((one.weight for one in group), Decimal(0))
                    levels["level1"] = Cell(
                        level1_cell(level1, weight, words.style, words.random), 1, len(group) + blank
                    )
                if at == 0:
                    levels["level2"] = Cell(level2_cell(each, words.style), 1, len(kind))
                first = False
                yield _mark_row(each, at, levels, words)
        if blank:
            yield _blank_row(level1, columns, padding, words)


def _head_rows(columns: Sequence[str], words: FormWords) -> Iterator[Row]:
    style = words.style
    padding = words.padding
    heads = {column: style.header(word) for column, word in HEADS.items()}
    heads |= {"op": style.operator, "unit": style.unit, "method": style.method}
    if words.layout == "L10":
        heads["reason"] = style.note
        heads["name"] = "指标名称"
    wide = {column: 1 + (padding if column == "name" else 0) for column in columns}
    if words.layout != "L6":
        yield Row(tuple(Cell(heads[column], wide[column]) for column in columns))
        return
    yield Row(
        (
            Cell("绩效指标", 3 + padding),
            Cell(heads["number"], 3),
            *(Cell(heads[column], 1, 2) for column in columns[6:]),
        )
    )
    under = {**heads, "op": "指标性质", "number": "指标值", "unit": "度量单位"}
    yield Row(tuple(Cell(under[column], wide[column]) for column in columns[:6]))


def _mark_row(each: Mark, at: int, levels: Mapping[str, Cell | None], words: FormWords) -> Row:
    """A row with its indicator, and with its deviation where it tells a reason."""
    columns = COLUMNS[words.layout]
    texts, reason = _mark_texts(each, at, words)
    told = reason if "reason" in columns else None
    cells = []
    for column in columns:
        if column not in levels:
            cells.append(Cell(texts[column], 1 + (words.padding if column == "name" else 0)))
        elif (cell := levels[column]) is not None:
            cells.append(cell)
    evaluation = each.key.split(".")[0]
    fields: dict[str, str | None] = {"evaluation": evaluation, "origin": "form", "name": texts["name"]}
    fields |= {column: texts[column] for column in ("target", "actual", "weight", "score") if column in texts}
    fields = {name: words_ for name, words_ in fields.items() if name not in ("weight", "score") or name in columns}
    fields["level1"] = each.level1 + "指标" if "level1" in columns else None
    fields["level2"] = level2_name(each) if "level2" in columns else None
    fields["deviation_reason"] = told.cell if told else None
    drafts = [RowDraft(RecordKind.INDICATOR, fields, each.key)]
    if told:
        lapse = {"evaluation": evaluation, "kind": "indicator", "indicator": texts["name"]}
        drafts.append(RowDraft(RecordKind.DEVIATION, lapse | {"reason": told.reason, "remedy": told.remedy}))
    return Row(tuple(cells), tuple(drafts))


def _mark_texts(each: Mark, at: int, words: FormWords) -> tuple[dict[str, str], Reason | None]:
    """What stands in the columns of a row, ``target`` as gold has it wherever it stands, and the reason."""
    random, style, figures, columns = words.random, words.style, words.figures, COLUMNS[words.layout]
    reason = reason_cell(each, random)
    slot = f"指标{at + 1}：" if style.slots and "level2" in columns else ""
    texts = {"name": slot + each.name, "weight": figures.score(each.weight), "score": figures.score(each.score)}
    if "op" in columns:
        texts |= _split_target(each, words)
        unit = "" if style.headers[0] == "一级目标" or isinstance(each.actual, str) else texts["unit"]
        texts["actual"] = _split_actual(each, words, unit)
        # A unit that does not stand behind the number is no part of the target.
        joined = ("op", "number") if words.layout == "L10" else ("op", "number", "unit")
        texts["target"] = "".join(texts[column] for column in joined) if each.direction else texts["number"]
    else:
        target = target_cell(each, style, words.facts.year, random)
        if each.key + ".target" in words.facts.bare and isinstance(each.target, Decimal):
            target = target.replace(each.unit, "")
        texts["target"] = target
        texts["actual"] = actual_cell(each, style, target, words.facts.year, random)
    texts["method"] = random.choice(METHODS)
    texts["reason"] = reason.cell if reason else ("" if random.random() < 0.8 else style.blank)
    return texts, reason


def _split_target(each: Mark, words: FormWords) -> dict[str, str]:
    """Comparator, number and unit in cells of their own; a target in words stands in the cell of the number."""
    if isinstance(each.target, str):
        return {"op": "定性", "number": each.target, "unit": ""}
    sign = each.direction if each.direction != "=" else words.random.choice(("=", "＝"))
    if isinstance(each.target, Day):
        return {"op": sign, "number": str(each.target.month), "unit": "月"}
    return {"op": sign, "number": words.figures.number(each.target), "unit": each.unit}


def _split_actual(each: Mark, words: FormWords, unit: str) -> str:
    if isinstance(each.actual, str):
        return each.actual
    number = str(each.actual.month) if isinstance(each.actual, Day) else words.figures.number(each.actual)
    return number + unit


def _blank_row(level1: str, columns: Sequence[str], padding: int, words: FormWords) -> Row:
    """A row of the form that nobody filled in."""
    names = {"产出": "成本指标", "效益": "生态效益指标", "满意度": "其他满意度指标", "成本": "社会成本指标"}
    blank = words.style.blank if words.style.blank != "无" else ""
    cells = [
        Cell(names[level1] if column == "level2" else blank, 1 + (padding if column == "name" else 0))
        for column in columns
        if column != "level1"
    ]
    return Row(tuple(cells))


def total_row(assessed: Assessed, words: FormWords) -> Row:
    """The total: its weight and its score under those of the indicators."""
    columns = COLUMNS[words.layout]
    before = columns.index("weight")
    between = columns.index("score") - before - 1
    lead = words.width - len(columns) + before
    weight = Cell(place(words.figures.score(assessed.total_weight), f"{assessed.id}.hundred"))
    score = Cell(place(words.figures.score(assessed.total_score), f"{assessed.id}.total"))
    label = words.style.header("总分")
    label = label if words.random.random() < 0.7 else label[0] + "  " + label[1]
    empty = [Cell("", between)] if between else []
    draft = RowDraft(None, {}, f"{assessed.id}.sum")
    return Row((Cell(label, lead), weight, *empty, score, Cell("")), (draft,))
