"""The Hubei layout of a form: a block for every goal, no weights on its rows, reasons and remedies below the total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from eval.generated.facts import Assessed, Mark
from eval.generated.form_rows import indicator_rows
from eval.generated.form_words import FormWords
from eval.generated.passages import Passage, fill, join, mark, place, tell
from eval.generated.sheets import Cell, Row, RowDraft, labeled
from schemas.records import RecordKind

LAPSES = (
    "{description}，原因是{reason}",
    "{description}，主要是{reason}",
    "{description}，主要原因是{reason}",
)
MISSES = ("{name}未达目标", "{name}未达到年初目标值", "{name}未完成目标")


def goal_block_rows(assessed: Assessed, words: FormWords) -> Iterator[Row]:
    """The blocks, the total, and why marks are off."""
    width = words.width - 1
    aims = assessed.aims[:2]
    cut = len(assessed.marks) // 2 if len(aims) == 2 else len(assessed.marks)
    for count, (aim, marks) in enumerate(zip(aims, (assessed.marks[:cut], assessed.marks[cut:]), strict=False), 1):
        weight = sum((each.weight for each in marks), Decimal(0))
        fields = {"evaluation": assessed.id, "statement": aim.statement}
        goal = Row((Cell(mark(aim.statement, RecordKind.GOAL, fields), width),))
        yield from labeled(f"年度绩效\n目标{count}\n（{weight}分）", (goal, *indicator_rows(marks, words)))
    total = place(words.figures.score(assessed.total_score), f"{assessed.id}.total")
    yield Row((Cell(words.style.header("总分")), Cell(total, width)), (RowDraft(None, {}, f"{assessed.id}.sum"),))
    missed = [each for each in assessed.marks if each.cause is not None]
    if missed:
        yield Row((Cell("偏差大或目标未完成原因分析"), Cell(_reasons(assessed.id, missed, words), width)))
        yield Row((Cell("改进措施及结果应用方案"), Cell(_remedies(missed), width)))


def _reasons(id_: str, missed: Sequence[Mark], words: FormWords) -> Passage:
    told = []
    for count, each in enumerate(missed, 1):
        if each.cause is None:
            continue
        description = words.random.choice(MISSES).format(name=each.name)
        shown = {"description": description, "reason": each.cause.reason}
        fields = {"evaluation": id_, "kind": "indicator", "indicator": each.name, **shown}
        clause = tell(words.random.choice(LAPSES), RecordKind.DEVIATION, fields, shown)
        told.append(_item(count, clause, len(missed)))
    return join("\n", told)


def _remedies(missed: Sequence[Mark]) -> Passage:
    """A remedy for each of them; one that helps twice is told once."""
    remedies = list(dict.fromkeys(each.cause.remedy for each in missed if each.cause is not None))
    return join(
        "\n",
        (
            _item(count, mark(remedy, RecordKind.REMEDY, {"statement": remedy}), len(remedies))
            for count, remedy in enumerate(remedies, 1)
        ),
    )


def _item(count: int, words: Passage, items: int) -> Passage:
    number = f"{count}." if items > 1 else ""
    return fill("{number}{words}{end}", number=number, words=words, end="。" if count == items else "；")
