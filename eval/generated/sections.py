"""The sections of a report's prose, each in the words of the genre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from eval.generated import prose_money, remarks
from eval.generated.facts import Assessed
from eval.generated.numbering import section_heading
from eval.generated.passages import Passage, as_passage, fill, join, mark, place, tell
from eval.generated.prose_money import Telling
from eval.generated.prose_results import clauses, repeat_sentence
from eval.generated.sheets import Placed, paragraph
from eval.generated.style import Style
from schemas.records import RecordKind

SPLIT_MONEY = ("prose.personnel", "prose.running", "prose.basic")
LISTED_MONEY = ("prose.project", *(f"prose.item.{place}" for place in range(9)))


class Joint(NamedTuple):
    """A record that reaches over several places, from the first to the last of those keys."""

    kind: RecordKind
    fields: dict[str, str | None]
    keys: tuple[str, ...]


class Section(NamedTuple):
    """The blocks of a section, and the records that reach over several of its places."""

    blocks: tuple[Placed, ...]
    joints: tuple[Joint, ...] = ()


def prose(words: str | Passage, style: Style) -> Placed:
    """An indented paragraph."""
    return paragraph(as_passage(style.indent) + words)


def profile(telling: Telling) -> Section:
    """Duties, offices and, where no 基础数据表 has them, the staff. None of it is a result."""
    facts, style, random = telling.facts, telling.style, telling.random
    duties = random.sample(remarks.DUTIES, random.randint(2, len(remarks.DUTIES)))
    offices = random.sample(remarks.OFFICES, random.randint(3, 6))
    texts = [duty.format(topic=facts.sector.topic) for duty in duties]
    words = Passage(
        f"{facts.unit_name}内设{'、'.join(offices)}等{len(offices) + random.randint(1, 5)}个股室，"
        f"下属单位{random.randint(1, 6)}个。"
    )
    if not facts.table:
        words = words + _staff(telling)
    if random.random() < 0.4:
        blocks = [prose(f"主要职责是：{''.join(texts)}", style), prose(words, style)]
        return Section(tuple(blocks))
    label = "（{0}）" if "arabic" in style.second_number else "{0}."
    listed = [prose(label.format(count) + text, style) for count, text in enumerate(texts, 1)]
    return Section(
        (
            section_heading("主要职能", 1, 2, style),
            *listed,
            section_heading(random.choice(("机构设置", "机构人员情况")), 2, 2, style),
            prose(words, style),
        )
    )


def _staff(telling: Telling) -> Passage:
    """The sentence on the staff."""
    template = telling.random.choice(remarks.STAFF)
    counts = {"staff": telling.facts.staff, "present": telling.facts.present}
    parts = {name: telling.figures.number(count) for name, count in counts.items()}
    unit = telling.random.choice(("名", "人"))
    authorized, present = (
        place(parts["staff"] + unit, "staff.authorized"),
        place(parts["present"] + unit, "staff.present"),
    )
    return fill(template, year=str(telling.facts.year), staff=authorized, present=present)


def money(telling: Telling) -> Section:
    """The whole, its split, 三公经费, management; in headed parts or one after the other."""
    facts, style, random = telling.facts, telling.style, telling.random
    spending = facts.spending
    if spending is None:
        return Section(())
    planted = telling.planted
    in_detail = bool(planted & {*SPLIT_MONEY, *LISTED_MONEY}) or random.random() < 0.6
    lapses = list(prose_money.lapses(spending, telling))
    first = [prose_money.whole(spending, telling), *lapses]
    told_visits = not planted & {f"table.visits.{at}" for at in range(4)} and (
        "prose.visits.3" in planted or random.random() < 0.75
    )
    visits = [prose_money.visits(spending, telling)] if told_visits else []
    if in_detail:
        parts = [
            ("基本支出情况", [prose_money.basics(spending, telling)]),
            ("项目支出情况", [prose_money.projects(spending, telling)]),
            ("“三公”经费情况", visits),
        ]
    else:
        parts = [("总体情况", [prose_money.split(spending, telling)]), ("“三公”经费情况", visits)]
    parts = [(words, sentences) for words, sentences in parts if sentences]
    blocks = [prose(join("", first), style)]
    headed = random.random() < 0.6
    for count, (words, sentences) in enumerate(parts, 1):
        if headed:
            blocks.append(section_heading(words, count, 2, style))
        blocks += [prose(sentence, style) for sentence in sentences]
    if random.random() < 0.5:
        blocks.append(prose(random.choice(prose_money.MANAGEMENT), style))
    return Section(tuple(blocks))


def results(telling: Telling) -> Section:
    """The department's goals if no form has them, its results under headings or run in, and what is told again."""
    facts, style, random = telling.facts, telling.style, telling.random
    department = facts.evaluations[0]
    blocks: list[Placed] = []
    if not department.has_form and random.random() < 0.7:
        blocks += goals(department, telling)
    sentences = list(clauses(department.results, telling))
    told_once = {each.key: each for each in facts.told()}
    again = [repeat_sentence(repeat, told_once[repeat.key], telling) for repeat in facts.repeats]
    themes = random.sample(remarks.THEMES, len(remarks.THEMES))
    shape = random.choice(("headed", "run-in", "one", "firstly"))
    if shape == "firstly" or len(sentences) > len(themes):
        numbered = [
            fill(
                "{number}是{theme}。{told}", number="一二三四五六七八九"[at], theme=themes[at % len(themes)], told=told
            )
            for at, told in enumerate(sentences)
        ]
        blocks.append(prose(join("", numbered), style))
    elif shape == "one":
        blocks.append(prose(join("", sentences), style))
    else:
        for count, told in enumerate(sentences, 1):
            if shape == "headed":
                blocks += [section_heading(themes[count - 1], count, 2, style), prose(told, style)]
            else:
                blocks.append(prose(as_passage(f"{count}.{themes[count - 1]}。") + told, style))
    blocks += [prose(sentence, style) for sentence in again]
    return Section(tuple(blocks))


def goals(assessed: Assessed, telling: Telling) -> list[Placed]:
    """Goals and outcomes in prose, paired by number."""
    style = telling.style
    blocks = [prose("年初设定的绩效目标为：", style)]
    for count, aim in enumerate(assessed.aims, 1):
        fields = {"evaluation": assessed.id, "statement": aim.statement, "outcome": aim.outcome}
        goal = mark(aim.statement, RecordKind.GOAL, fields)
        blocks.append(prose(fill("目标{n}：{goal}。", n="一二三四"[count - 1], goal=goal), style))
    done = "".join(f"目标{'一二三四'[at]}完成情况：{aim.outcome}。" for at, aim in enumerate(assessed.aims))
    return [*blocks, prose(done, style)]


def projects(telling: Telling) -> Section:
    """What each project is, cost and brought."""
    style, random = telling.style, telling.random
    blocks: list[Placed] = []
    headed = random.random() < 0.5
    for count, assessed in enumerate(telling.facts.evaluations[1:], 1):
        told = project_text(assessed, telling)
        if headed:
            blocks += [section_heading(assessed.name, count, 2, style), prose(told, style)]
        else:
            blocks.append(prose(as_passage(f"（{'一二三'[count - 1]}）{assessed.name}。") + told, style))
    return Section(tuple(blocks))


def project_text(assessed: Assessed, telling: Telling) -> Passage:
    """The sentences about one project; its score where no form has it."""
    random, facts = telling.random, telling.facts
    project = next(each for each in facts.sector.projects if each.name == assessed.name)
    words = telling.words() | {"product": project.product.name, "people": project.people}
    told = Passage(random.choice(remarks.CONTENTS).format(**words))
    only_here = not assessed.has_form and assessed not in summarised(telling)
    tabled = not assessed.has_form and not only_here
    if not tabled and assessed.lines[0].key not in telling.planted and (only_here or random.random() < 0.5):
        told = told + project_money(assessed, telling)
    for sentence in clauses(assessed.results, telling):
        told = told + sentence
    if only_here or (not tabled and random.random() < 0.35):
        told = told + score_sentence(assessed, random.choice(remarks.PROJECT_SCORES), telling)
    return told


def project_money(assessed: Assessed, telling: Telling) -> Passage:
    """The sentence on a project's money."""
    total = assessed.lines[0]
    amounts = {
        "initial_budget": total.initial,
        "annual_budget": total.annual,
        "executed": total.executed,
        "rate": total.rate,
    }
    known = {name: value for name, value in amounts.items() if value is not None}
    template = telling.random.choice(remarks.PROJECT_MONEY)
    return prose_money.money(
        template, prose_money.Item(assessed.name, f"{assessed.id}.money", assessed.id), known, telling
    )


def summarised(telling: Telling) -> tuple[Assessed, ...]:
    """The projects that a table sums up, as they have no forms."""
    formless = tuple(each for each in telling.facts.evaluations[1:] if not each.has_form)
    return formless if telling.style.summary else ()


def score_sentence(assessed: Assessed, template: str, telling: Telling) -> Passage:
    """The sentence that states score and, in some, grade."""
    shown = telling.words() | {
        "name": assessed.name, "total_score": telling.figures.score(assessed.total_score), "grade": assessed.grade,
    }  # fmt: skip
    fields: dict[str, str | None] = {"total_score": shown["total_score"]}
    if "{grade}" in template:
        fields["grade"] = assessed.grade
    told = tell(
        template, RecordKind.EVALUATION, fields | ({"name": assessed.name} if "{name}" in template else {}), shown
    )
    scored = told.drafts[0]
    draft = type(scored)(None, fields, scored.start, scored.end, f"{assessed.id}.verdict")
    return Passage(told.text, (draft,))


def verdict(telling: Telling) -> Section:
    """The department's score, and a conclusion that names the unit."""
    facts, random = telling.facts, telling.random
    department = facts.evaluations[0]
    told = Passage("")
    if not department.has_form or random.random() < 0.7:
        told = score_sentence(department, random.choice(remarks.SCORES), telling)
    if facts.signed_name != facts.unit_name or random.random() < 0.5 or not told.text:
        signed = place(facts.signed_name, "signed")
        sentence = fill(random.choice(remarks.CONCLUSIONS), signed=signed, **telling.words())
        told = told + sentence
    return Section((prose(told, telling.style),))


def closing(telling: Telling) -> Section:
    """How the result is used and published."""
    text = telling.random.choice(remarks.APPLICATION).format(**telling.words())
    return Section((prose(text, telling.style),))


def nothing(telling: Telling) -> Section:
    """A section that has nothing to say."""
    return Section((prose(telling.random.choice(remarks.NOTHING), telling.style),))


def no_fund(telling: Telling) -> Section:
    """A section on a fund that the unit does not have."""
    return Section((prose(telling.random.choice(remarks.NO_FUND).format(**telling.words()), telling.style),))


def introduction(telling: Telling) -> Iterator[Placed]:
    """The paragraph below the title, in most reports."""
    text = telling.random.choice(remarks.INTRODUCTIONS).format(place=telling.facts.place, **telling.words())
    if text:
        yield prose(text, telling.style)


def organising(telling: Telling) -> Section:
    """How the self-evaluation was carried out."""
    return Section((prose(telling.random.choice(remarks.ORGANISING).format(**telling.words()), telling.style),))
