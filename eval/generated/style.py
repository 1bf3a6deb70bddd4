"""The choices that make one report look unlike another, drawn once for each."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from eval.generated.figures import Figures, draw_figures
from eval.synonyms import HEADERS, METHODS, NOTES, OPERATORS, UNITS

LAYOUTS = ("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L10")
"""The order of the indicator columns: L1 national, L2 without level 2, L3 weight first, L4 weight first with method,
L5 comparator and unit in columns of their own, L6 the same under a header of two rows, L7 without marks, L8 a block for
every goal and no weights, L10 flat."""

OUTLINES = ("county", "city", "verdict_first", "south_west", "plain", "joined")
FIRST_NUMBERS = ("{chinese}、", "{chinese}、", "{chinese}、", "第{chinese}部分 ", "{arabic}、", "auto")
SECOND_NUMBERS = ("（{chinese}）", "（{chinese}）", "({chinese})", "{arabic}.", "{chinese}是", "auto")
ITEM_NUMBERS = ("{arabic}.", "{arabic}、", "（{chinese}）", "（{arabic}）", "({arabic})", "{chinese}是", "{circled}")


@dataclass(frozen=True, slots=True)
class Style:
    """How one report is laid out and worded; ``headers`` are its words for columns and rows of forms."""

    figures: Figures
    outline: str
    first_number: str
    second_number: str
    item_number: str
    item_shape: str
    """Of problems and remedies: ``run-in``, ``heading`` with details, ``sentence``, or all in one ``paragraph``."""
    department_layout: str
    project_layout: str
    headers: tuple[str, ...]
    operator: str
    unit: str
    method: str
    note: str
    blank: str
    """What stands in a cell that does not apply."""
    dash: str
    """What stands in the weight and score of a row that has none."""
    total_last: bool
    """The total of the funding block is its last row."""
    level_weights: bool
    level_breaks: bool
    slots: bool
    """Names of indicators begin with 指标1：."""
    goal_shape: str
    """``whole``, ``numbered`` or ``named`` (目标1：), the last two a goal a line."""
    goal_columns: int
    bare_budget: bool
    """Forms have one column 预算数 only, as the budget was not adjusted."""
    balanced: bool
    """The department form has its budget by income and by expense."""
    score_in_header: bool
    unit_place: str
    """Where forms tell the unit of money: in the ``label`` of the block, a ``caption``, or the ``columns``."""
    summary: bool
    """Projects without forms are summed up in a table."""
    transfer: bool
    """A project alone and without a form is told by the outline of transfer payments."""
    pages: bool
    """Long forms are cut by a page, with their header again."""
    indent: str
    subject: str

    def layout(self, evaluation: str) -> str:
        """The layout of the form of an evaluation."""
        return self.department_layout if evaluation == "department" else self.project_layout

    def header(self, column: str) -> str:
        """The report's word for a column or row of a form."""
        return next(word for words, word in zip(HEADERS, self.headers, strict=True) if column in words)


def draw_style(random: Random) -> Style:
    """The style of a report."""
    outline, first, second = (random.choice(words) for words in (OUTLINES, FIRST_NUMBERS, SECOND_NUMBERS))
    if first == "{arabic}、" and "arabic" in second:
        second = "（{arabic}）"
    return Style(
        figures=draw_figures(random),
        outline=outline,
        first_number=first,
        second_number=second,
        item_number=random.choice([words for words in ITEM_NUMBERS if _apart(words, outline, first, second)]),
        item_shape=random.choice(("run-in", "run-in", "heading", "sentence", "paragraph")),
        department_layout=random.choice(("L1", "L1", "L2", "L3", "L4", "L5", "L6", "L8", "L10")),
        project_layout=random.choice(("L1", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L10")),
        headers=tuple(words[0] if random.random() < 0.5 else random.choice(words) for words in HEADERS),
        operator=random.choice(OPERATORS),
        unit=random.choice(UNITS),
        method=random.choice(METHODS),
        note=random.choice(NOTES),
        blank=random.choice(("", "", "/", "—", "-", "无")),
        dash=random.choice(("—", "-", "/", "", "——")),
        total_last=random.random() < 0.15,
        level_weights=random.random() < 0.35,
        level_breaks=random.random() < 0.3,
        slots=random.random() < 0.15,
        goal_shape=random.choice(("whole", "numbered", "numbered", "named")),
        goal_columns=random.choice((2, 2, 2, 3)),
        bare_budget=random.random() < 0.12,
        balanced=random.random() < 0.45,
        score_in_header=random.random() < 0.1,
        unit_place=random.choice(("label", "label", "label", "label", "caption", "columns")),
        summary=random.random() < 0.4,
        transfer=random.random() < 0.7,
        pages=random.random() < 0.1,
        indent=random.choice(("", "　　", "　　")),
        subject=random.choice(("我局", "我单位", "本单位", "本部门")),
    )


def _apart(item: str, outline: str, first: str, second: str) -> bool:
    """Whether items so numbered can be told from headings: below one of the second level, by its own kind of number."""
    if item == first:
        return False
    if outline not in ("south_west", "joined"):
        return True
    below_arabic = "arabic" in second and item in ("（{chinese}）", "({chinese})")
    return not below_arabic and _kind(item) != _kind("（{chinese}）" if second in ("auto", "{chinese}是") else second)


def _kind(template: str) -> tuple[bool, bool]:
    return "chinese" in template and "是" not in template, template[0] in "(（"
