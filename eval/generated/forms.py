"""The form of an evaluation: header rows, money, goals, indicators, total, in the layouts of the provinces."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from eval.generated.facts import Assessed, Facts
from eval.generated.form_goals import goal_rows
from eval.generated.form_money import balance_rows, money_rows
from eval.generated.form_rows import indicator_rows, total_row
from eval.generated.form_words import COLUMNS, FormWords
from eval.generated.goal_blocks import goal_block_rows
from eval.generated.passages import place
from eval.generated.sheets import Cell, Placed, Row, heading, labeled, paragraph, table
from eval.generated.style import Style

TITLES = {
    True: (
        "{year}年度部门整体支出绩效自评表",
        "{year}年度部门（单位）整体支出绩效自评表",
        "部门整体支出绩效自评表",
        "{year}年度部门整体绩效自评表",
    ),
    False: (
        "{year}年度项目支出绩效自评表",
        "项目支出绩效自评表",
        "{year}年度财政支出项目绩效自评表",
        "部门预算项目支出绩效自评表",
    ),
}
SIGNATURES = (
    "填表人：{who}    填报日期：{next}年{month}月{day}日    联系电话：0000-{phone}    单位负责人签字：",
    "填报人：{who}　　联系电话：{phone}　　填报日期：{next}年{month}月{day}日",
    "单位负责人：　　　　项目负责人：{who}　　　　填表日期：{next}年{month}月{day}日",
    "填表人：{who}",
)
PEOPLE = ("程颂", "陆知远", "夏槿", "黎昭", "温岚", "顾北辰", "祝清和", "韦嘉")
NOTES = (
    "注：1.其他资金包括与财政资金共同投入同一项目的自有资金、社会资金等。",
    "说明：定量指标完成年度指标值的得满分，未完成的按完成比例计分。",
    "备注：定性指标按达成、部分达成、未达成三档确定分值。",
)
INSTITUTIONS = ("下属事业单位", "机关业务股室", "各乡镇（街道）", "办公室")


def form_blocks(assessed: Assessed, facts: Facts, style: Style, random: Random) -> Iterator[Placed]:
    """The title, the table and the signature of one form."""
    department = assessed.id == "department"
    layout = style.layout(assessed.id)
    words = FormWords(facts, style, random, layout, max(len(COLUMNS[layout]) + 1, 8))
    title = random.choice(TITLES[department])
    yield heading(title.format(year=facts.year), 1 if random.random() < 0.7 else 2)
    if "{year}" not in title or random.random() < 0.3:
        yield paragraph(f"（{facts.year}年度）")
    if style.unit_place == "caption":
        yield paragraph(random.choice(("单位：{0}", "金额单位：{0}", "（单位：{0}）")).format(style.figures.form_unit))
    for page, rows in enumerate(_tables(assessed, words)):
        if page:
            yield paragraph(f"— {random.randint(4, 12)} —")
        yield table(rows)
    if random.random() < 0.3:
        yield paragraph(random.choice(NOTES))
    if random.random() < 0.8:
        signature = random.choice(SIGNATURES)
        yield paragraph(
            signature.format(
                who=random.choice(PEOPLE),
                next=facts.year + 1,
                month=random.randint(2, 5),
                day=random.randint(1, 28),
                phone=random.randint(2200000, 8899999),
            )
        )


def _tables(assessed: Assessed, words: FormWords) -> Iterator[tuple[Row, ...]]:
    """The rows of the form; of two tables where a page cuts it, the second with the header of the indicators again."""
    top = (*_header_rows(assessed, words), *_money_rows(assessed, words))
    if words.layout == "L8":
        yield (*top, *goal_block_rows(assessed, words))
        return
    goals = labeled(words.style.header("年度总体目标"), tuple(goal_rows(assessed, words)))
    vertical = "\n".join("绩效指标") if words.random.random() < 0.6 else "绩效指标"
    first = next((at for at, mark in enumerate(assessed.marks) if mark.level1 == "效益"), 0)
    pages = [assessed.marks[:first], assessed.marks[first:]] if words.style.pages and first else [assessed.marks]
    tables = [tuple(indicator_rows(marks, words)) for marks in pages]
    if words.layout != "L6":
        tables = [labeled(vertical, rows) for rows in tables]
    yield from ((*top, *goals, *rows) for rows in tables[:-1])
    yield (*(() if len(tables) > 1 else (*top, *goals)), *tables[-1], *_end(assessed, words))


def _end(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    """The total, and in some forms a row that has nothing to say."""
    if words.layout != "L7" and not words.style.score_in_header:
        yield total_row(assessed, words)
    if words.random.random() < 0.12:
        yield Row((Cell("其他需要说明的问题"), Cell("无", words.width - 1)))


def _money_rows(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    rows = (*money_rows(assessed.lines, words), *balance_rows(assessed, words))
    weight = assessed.lines[0].weight
    label = _money_label(words)
    if words.layout == "L8" and weight is not None:
        label += f"\n（{weight}分）"
    yield from labeled(label, rows)


def _header_rows(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    """The rows above the money: the name, with the score if it stands there, and who is in charge."""
    style, random, width = words.style, words.random, words.width
    department = assessed.id == "department"
    label = style.header("预算部门名称" if department else "项目支出名称")
    name = Cell(place(assessed.name, f"{assessed.id}.name"), width - 1)
    if style.score_in_header and words.layout not in ("L7", "L8"):
        score = Cell(place(words.figures.score(assessed.total_score), f"{assessed.id}.total"), 1)
        yield Row((Cell(label), Cell(name.words, width - 4), Cell("自评总分（分）", 2), score))
    else:
        yield Row((Cell(label), name))
    if not department:
        half = (width - 2) // 2
        owner = words.facts.unit_name
        doer = owner if random.random() < 0.5 else words.facts.place + random.choice(INSTITUTIONS)
        yield Row(
            (
                Cell(style.header("主管部门")),
                Cell(owner, half),
                Cell(style.header("实施单位")),
                Cell(doer, width - 2 - half),
            )
        )


def _money_label(words: FormWords) -> str:
    """The label of the money block, which tells the unit."""
    label = "年度预算申请" if words.random.random() < 0.3 else words.style.header("项目资金")
    if words.layout == "L8":
        label = "预算执行情况"
    if words.style.unit_place != "label":
        return label
    return label + words.random.choice(("（{0}）", "\n（{0}）", "({0})", "（单位：{0}）")).format(
        words.figures.form_unit
    )
