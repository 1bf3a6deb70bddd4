"""Sentences about results: a measure with its number, target, completion or change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from eval.generated.facts import Change, Mark, Repeat, Result
from eval.generated.figures import Figures, chinese
from eval.generated.passages import Draft, Passage, tell
from eval.generated.prose_money import Telling
from schemas.records import RecordKind

PLAIN = (
    "{name}{actual}", "{name}{actual}", "{name}{actual}", "{name}达{actual}", "{name}达到{actual}", "{name}共{actual}",
    "累计{name}{actual}", "全年{name}{actual}", "全年共{name}{actual}", "{name}累计{actual}", "{name}共计{actual}",
)  # fmt: skip
LEVELS = (
    "{name}{actual}", "{name}达{actual}", "{name}达到{actual}", "{name}为{actual}", "{name}保持在{actual}",
    "{name}稳定在{actual}",
)  # fmt: skip
COMPLETED = (
    "{name}{actual}，完成年度目标{target}的{completion_rate}",
    "{name}{actual}，完成年初计划{target}的{completion_rate}",
    "{name}{actual}，为年度任务{target}的{completion_rate}",
    "{name}目标{target}，实际完成{actual}，完成率{completion_rate}",
    "年初计划{name}{target}，实际完成{actual}，完成率为{completion_rate}",
    "{name}{actual}（年度目标{target}），完成率{completion_rate}",
    "{name}{actual}，占全年任务{target}的{completion_rate}",
    "{name}{actual}，完成目标任务{target}的{completion_rate}",
    "{name}任务数{target}，完成数{actual}，完成率达{completion_rate}",
    "{name}{actual}，完成年度任务的{completion_rate}",
    "{name}{actual}，完成率达{completion_rate}",
)
TARGETED = (
    "{name}目标值{target}，实际完成{actual}",
    "{name}计划{target}，实际{actual}",
    "{name}年初目标为{target}，实际达到{actual}",
    "{name}{actual}，达到{target}的年度目标",
    "{name}{actual}（目标值{target}）",
    "{name}年度指标值为{target}，全年实际完成{actual}",
)
OVER = (
    "{name}{actual}，超过年度目标{target}",
    "{name}{actual}，高于{target}的目标值",
    "{name}{actual}，超额完成{target}的年度任务",
)
CHANGED = (
    "{name}{actual}，{change}",
    "{name}{actual}，{change}",
    "{name}达{actual}，{change}",
    "{name}达到{actual}，{change}",
    "全年{name}{actual}，{change}",
    "累计{name}{actual}，{change}",
    "{name}{actual}（{change}）",
)
UPS = ("同比增长", "较上年增长", "比上年增长", "同比提高", "比上年增加", "较去年增加")
DOWNS = ("同比下降", "较上年下降", "比上年减少", "同比减少", "较去年减少")
POINTS_UP = ("比上年提高", "较上年提升", "同比提高", "同比上升", "较去年提高")
POINTS_DOWN = ("比上年下降", "同比下降", "较上年回落")
MISSED = (
    "{name}{actual}，完成年度目标{target}的{completion_rate}，未完成的主要原因是{reason}",
    "{name}{actual}，完成年初计划{target}的{completion_rate}，未达目标主要是{reason}",
    "{name}目标{target}，实际完成{actual}，完成率{completion_rate}，主要原因是{reason}",
)
MISSED_RATES = (
    "{name}{actual}，低于{target}的目标值，主要原因是{reason}",
    "{name}目标值{target}，实际{actual}，未达标的原因是{reason}",
)
OPENINGS = (
    "", "", "全年", "一年来，", "{year}年，", "{subject}扎实推进重点工作，", "围绕年度目标，", "在各方共同努力下，",
)  # fmt: skip
AGAIN = (
    "总体来看，{name}{actual}，社会反响良好。",
    "通过全年努力，{name}{actual}，成效较为明显。",
    "从综合成效看，{name}{actual}，带动作用持续显现。",
    "一年来{name}{actual}，得到服务对象肯定。",
)


def result_clause(result: Result, telling: Telling) -> Passage:
    """One result as a clause, without a stop; a missed one also tells, and is, its deviation."""
    random, figures = telling.random, telling.figures
    number = figures.number(result.actual)
    fields: dict[str, str | None] = {"evaluation": result.evaluation, "origin": "narrative", "name": result.name}
    shown = {"name": result.name}
    if result.target is not None:
        fields["target"] = figures.number(result.target) + result.unit
        if random.random() < 0.15:
            fields["target"] = "≥" + (fields["target"] or "")
    if result.completion is not None:
        fields["completion_rate"] = figures.rate(result.completion)
    if result.change is not None:
        fields["change"] = change_words(result.change, result.unit, figures, random)
    template = _template(result, random)
    if template in PLAIN and result.key not in telling.planted and random.random() < 0.25:
        number = loosely(result, figures, random)
    fields["actual"] = number + result.unit
    shown |= {
        name: figures.in_prose(words) for name, words in fields.items() if words and name not in ("name", "change")
    }
    if result.change is not None:
        shown["change"] = fields["change"] or ""
    fields = {
        name: words
        for name, words in fields.items()
        if "{" + name + "}" in template or name in ("evaluation", "origin")
    }
    if result.cause is None:
        return tell(template, RecordKind.INDICATOR, fields, shown, result.key)
    return _missed(template, result, fields, shown)


def _template(result: Result, random: Random) -> str:
    if result.cause is not None:
        return random.choice(MISSED if result.completion is not None else MISSED_RATES)
    if result.completion is not None:
        return random.choice(COMPLETED)
    if result.target is not None:
        return random.choice((*TARGETED, *OVER) if result.actual > result.target else TARGETED)
    if result.change is not None:
        return random.choice(CHANGED)
    return random.choice(LEVELS if result.unit in ("%", "‰") else PLAIN)


def _missed(template: str, result: Result, fields: dict[str, str | None], shown: dict[str, str]) -> Passage:
    """The indicator up to its figures, and the deviation from there to its reason."""
    cause = result.cause
    if cause is None:
        raise ValueError(f"{result.name} was not missed")
    told = tell(template, RecordKind.INDICATOR, fields, shown | {"reason": cause.reason}, result.key)
    description = told.text[: told.drafts[0].end].strip()
    lapse = {
        "evaluation": result.evaluation, "kind": "indicator", "indicator": result.name,
        "description": "".join(description.split()), "reason": cause.reason,
    }  # fmt: skip
    reached = told.text.index(cause.reason, told.drafts[0].end) + len(cause.reason)
    lapsed = Draft(RecordKind.DEVIATION, lapse, told.drafts[0].start, reached)
    return Passage(told.text, (*told.drafts, lapsed))


def loosely(result: Result, figures: Figures, random: Random) -> str:
    """The number in Chinese numerals, or rounded down with 余."""
    value = result.actual
    if value != value.to_integral_value() or result.unit in ("%", "‰"):
        return figures.number(value)
    if value < 3000 and random.random() < 0.6:
        return chinese(int(value))
    return figures.number(value // 100 * 100) + "余" if value > 300 else figures.number(value)


def change_words(change: Change, unit: str, figures: Figures, random: Random) -> str:
    """A change with its direction."""
    if change.kind == "points":
        return random.choice(POINTS_UP if change.up else POINTS_DOWN) + figures.number(change.size) + "个百分点"
    words = random.choice(UPS if change.up else DOWNS)
    return words + figures.number(change.size) + ("%" if change.kind == "percent" else unit)


def repeat_sentence(repeat: Repeat, told: Result | Mark, telling: Telling) -> Passage:
    """A result or a row of a form told again: a record where it adds a change or says another value."""
    figures, random = telling.figures, telling.random
    number = figures.number(repeat.value)
    if repeat.rounded:
        number = random.choice(("近", "约")) + figures.number(repeat.value)
    evaluation = told.key.split(".")[0]
    fields: dict[str, str | None] = {
        "evaluation": evaluation, "origin": "narrative", "name": told.name, "actual": number + told.unit,
    }  # fmt: skip
    shown = {"name": told.name, "actual": figures.in_prose(number + told.unit)}
    if repeat.change is not None:
        fields["change"] = shown["change"] = change_words(repeat.change, told.unit, figures, random)
        return tell(random.choice(CHANGED) + "。", RecordKind.INDICATOR, fields, shown, f"again.{told.key}")
    sentence = tell(random.choice(AGAIN), RecordKind.INDICATOR, fields, shown, f"again.{told.key}")
    return Passage(sentence.text) if repeat.value == told.actual or repeat.rounded else sentence


def clauses(results: Sequence[Result], telling: Telling) -> Iterator[Passage]:
    """Sentences of one to three results each."""
    random = telling.random
    left = list(results)
    while left:
        count = random.choice((1, 2, 2, 3))
        taken, left = left[:count], left[count:]
        opening = random.choice(OPENINGS).format(**telling.words())
        sentence = Passage(opening)
        for place, result in enumerate(taken):
            clause = result_clause(result, telling)
            if place == 0 and opening.startswith("全年") and clause.text.startswith("全年"):
                sentence = Passage("")
            sentence = sentence + ("；" if place else "") + clause
        yield sentence + "。"
