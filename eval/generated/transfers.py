"""Sections of a report on one project without a form: every indicator with target and result in prose, and what was
missed with cause and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from eval.generated import prose_money, remarks
from eval.generated.facts import Assessed, Mark
from eval.generated.passages import Passage, as_passage, fill, join, tell
from eval.generated.prose_money import Telling
from eval.generated.prose_results import clauses
from eval.generated.sections import Section, project_money, prose, score_sentence
from schemas.records import RecordKind

AIMED = (
    "{name}目标值{target}，实际完成{actual}",
    "{name}目标值{target}，实际为{actual}",
    "{name}年度指标值{target}，实际完成值{actual}",
    "{name}指标值为{target}，完成值为{actual}",
    "{name}预期目标{target}，实际完成{actual}",
)
DEPARTURES = (
    "{description}。主要原因是{reason}。改进措施：{remedy}。",
    "{description}，主要原因是{reason}。下一步，{remedy}。",
    "{description}。原因分析：{reason}。改进措施：{remedy}。",
    "{description}，主要是{reason}。整改措施：{remedy}。",
)
MISSES = ("{name}未达到目标值", "{name}未完成年度目标", "{name}低于预期目标")


def means(telling: Telling) -> Section:
    """资金投入情况分析: the project's money and how it was managed."""
    told = project_money(telling.facts.evaluations[0], telling)
    managed = telling.random.choice(prose_money.MANAGEMENT)
    return Section((prose(told + managed, telling.style),))


def attainments(telling: Telling) -> Section:
    """绩效指标完成情况分析: a heading for every level, below it each indicator that is a number."""
    assessed, style = telling.facts.evaluations[0], telling.style
    run_in = telling.random.random() < 0.5
    label = "（{0}）" if "arabic" in style.second_number else "{0}."
    blocks = []
    for count, (level1, marks) in enumerate(groupby(_measured(assessed), key=lambda mark: mark.level1), 1):
        told = join("；", (_aimed(mark, telling) for mark in marks)) + "。"
        head = as_passage(label.format(count) + f"{level1}指标完成情况")
        blocks += [prose(head + "。" + told, style)] if run_in else [prose(head, style), prose(told, style)]
    kept = [result for result in assessed.results if result.cause is None]
    blocks += [prose(sentence, style) for sentence in clauses(kept, telling)]
    return Section(tuple(blocks))


def judgement(telling: Telling) -> Section:
    """综合自评结论: the score."""
    assessed = telling.facts.evaluations[0]
    told = score_sentence(assessed, telling.random.choice(remarks.PROJECT_SCORES), telling)
    return Section((prose(told, telling.style),))


def departures(telling: Telling) -> Section:
    """偏离绩效目标的原因和改进措施: one item for each indicator missed, or the word that none was."""
    random, style = telling.random, telling.style
    missed = [mark for mark in _measured(telling.facts.evaluations[0]) if mark.cause is not None]
    if not missed:
        return Section((prose(random.choice(remarks.UNDEVIATED), style),))
    template, description = random.choice(DEPARTURES), random.choice(MISSES)
    blocks = []
    for count, mark in enumerate(missed, 1):
        told = _departure(mark, template, description.format(name=mark.name))
        label = f"{count}." if len(missed) > 1 else ""
        blocks.append(prose(fill("{label}{told}", label=label, told=told), style))
    return Section(tuple(blocks))


def _measured(assessed: Assessed) -> Iterator[Mark]:
    return (mark for mark in assessed.marks if isinstance(mark.target, Decimal))


def _aimed(mark: Mark, telling: Telling) -> Passage:
    """An indicator with target and result, as a record of prose."""
    if not isinstance(mark.target, Decimal) or not isinstance(mark.actual, Decimal):
        raise TypeError(f"{mark.name} is no number")
    figures = telling.figures
    signed = mark.direction == "≤" or (mark.direction == "≥" and telling.random.random() < 0.6)
    fields: dict[str, str | None] = {
        "evaluation": mark.key.split(".")[0],
        "origin": "narrative",
        "name": mark.name,
        "target": (mark.direction if signed else "") + figures.number(mark.target) + mark.unit,
        "actual": figures.number(mark.actual) + mark.unit,
    }
    shown = {name: figures.in_prose(words or "") if name != "name" else mark.name for name, words in fields.items()}
    return tell(telling.random.choice(AIMED), RecordKind.INDICATOR, fields, shown, mark.key)


def _departure(mark: Mark, template: str, description: str) -> Passage:
    if mark.cause is None:
        raise ValueError(f"{mark.name} was not missed")
    told = {"description": description, "reason": mark.cause.reason, "remedy": mark.cause.remedy}
    fields = {"evaluation": mark.key.split(".")[0], "kind": "indicator", "indicator": mark.name, **told}
    return tell(template, RecordKind.DEVIATION, fields, told)
