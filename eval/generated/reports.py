"""A generated report: facts, what was planted in them, the outline, the blocks and the gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from eval.generated import prose_remarks, remarks, sections, transfers
from eval.generated.basic_table import basic_table
from eval.generated.closing import Violation, violations
from eval.generated.contradictions import plant_contradictions
from eval.generated.drawing import draw_facts
from eval.generated.facts import Facts
from eval.generated.forms import form_blocks
from eval.generated.labels import assemble
from eval.generated.near_misses import add_near_misses
from eval.generated.numbering import section_heading
from eval.generated.plants import Plant
from eval.generated.prose_money import Telling
from eval.generated.sections import Joint, Section, prose
from eval.generated.sheets import Placed, heading, paragraph
from eval.generated.style import Style, draw_style
from eval.generated.summary_table import summary_table
from eval.synonyms import HEADINGS
from eval.writers import Block
from schemas.records import Labels

SectionMaker = Callable[[Telling], Section]
PROFILE, MONEY, MANAGED, RESULTS, PROBLEMS, REMEDIES = range(6)  # the lines of eval.synonyms.HEADINGS
OUTLINES: Mapping[str, tuple[tuple[int | str, str], ...]] = {
    "county": (
        (PROFILE, "profile"),
        ("一般公共预算支出情况", "money"),
        ("政府性基金预算支出情况", "no_fund"),
        ("国有资本经营预算支出情况", "no_fund"),
        ("社会保险基金预算支出情况", "no_fund"),
        (RESULTS, "results verdict"),
        ("项目支出绩效情况", "projects"),
        (PROBLEMS, "problems"),
        (REMEDIES, "remedies"),
        ("绩效自评结果拟应用和公开情况", "closing"),
        ("其他需要说明的情况", "nothing"),
    ),
    "city": (
        (PROFILE, "profile"),
        ("支出情况", "money"),
        ("绩效目标完成情况", "results"),
        ("重点项目绩效情况", "projects"),
        ("总体评价和自评得分情况", "verdict"),
        (PROBLEMS, "problems"),
        (REMEDIES, "remedies"),
        ("绩效自评结果应用情况", "closing"),
    ),
    "verdict_first": (
        ("自评结论", "verdict"),
        (PROFILE, "profile"),
        ("预算安排及执行情况", "money"),
        (RESULTS, "results"),
        ("项目绩效情况", "projects"),
        (PROBLEMS, "problems"),
        ("有关建议", "remedies"),
    ),
    "south_west": (
        ("部门概况", "profile"),
        (MANAGED, "money"),
        ("整体预算绩效管理情况", "results"),
        ("项目预算绩效管理情况", "projects"),
        ("评价结论及建议", "评价结论:verdict 存在问题:problems 改进建议:remedies"),
    ),
    "plain": (
        ("基本情况", "profile"),
        ("预算执行及绩效情况", "money results projects verdict"),
        ("存在的问题", "problems"),
        ("改进措施", "remedies"),
    ),
    "joined": (
        (PROFILE, "profile"),
        ("绩效自评工作组织情况", "organising"),
        ("资金拨付及执行情况", "money"),
        (RESULTS, "results verdict"),
        ("项目支出绩效自评情况", "projects"),
        ("存在问题及改进措施", "存在的问题:problems 改进措施:remedies"),
        ("其他需要说明的问题", "nothing"),
    ),
}
ALONE: tuple[tuple[int | str, str], ...] = (
    ("项目基本情况", "content"),
    ("绩效自评工作开展情况", "organising"),
    ("项目资金使用及绩效情况", "project"),
    ("存在的问题及原因", "problems"),
    ("有关建议", "remedies"),
    ("其他需要说明的问题", "nothing"),
)
TRANSFER: tuple[tuple[int | str, str], ...] = (
    ("绩效目标分解下达情况", "content"),
    ("绩效自评工作开展情况", "organising"),
    ("综合自评结论", "judgement"),
    ("绩效目标完成情况分析", "资金投入情况分析:means 绩效指标完成情况分析:attainments"),
    ("偏离绩效目标的原因和下一步改进措施", "departures"),
    ("绩效自评结果拟应用和公开情况", "closing"),
)
TITLES = (
    ("{unit}{year}年度部门整体支出绩效自评报告",),
    ("{unit}", "{year}年度部门整体支出绩效自评报告"),
    ("{year}年度{unit}整体支出绩效自评报告",),
    ("关于{year}年度部门整体支出绩效自评情况的报告", "{unit}"),
)
PROJECT_TITLES = (("{unit}{year}年度{name}绩效自评报告",), ("{unit}", "{year}年度{name}支出绩效自评报告"))


@dataclass(frozen=True, slots=True)
class GeneratedReport:
    """A report as blocks, and its exact gold, whose quotes are those of the text that the blocks are written to."""

    name: str
    blocks: tuple[Block, ...]
    gold: Labels
    plants: tuple[Plant, ...]
    style: Style


def generate_report(seed: int) -> GeneratedReport:
    """The report of a seed: always the same. It holds the contradictions of its gold and no other."""
    random = Random(f"report/{seed}")
    style = draw_style(random)
    facts = add_near_misses(draw_facts(random, style), random)
    if violations(facts):
        raise ArithmeticError(f"seed {seed}: {violations(facts)}")
    facts, plants = plant_contradictions(facts, style, random)
    if violations(facts) != {Violation(plant.code, plant.keys[0]) for plant in plants}:
        raise ArithmeticError(f"seed {seed}: {violations(facts)}")
    planted = frozenset(key for plant in plants for key in plant.keys) | {repeat.key for repeat in facts.repeats}
    telling = Telling(facts, style, random, planted)
    name = f"generated_{seed:05d}"
    placed, joints = _lay_out(telling)
    blocks = tuple(each.block for each in placed)
    return GeneratedReport(name, blocks, assemble(name, facts, placed, joints, plants), plants, style)


def _lay_out(telling: Telling) -> tuple[tuple[Placed, ...], tuple[Joint, ...]]:
    """All blocks in order: title, prose, table, forms; and the records that reach over several places."""
    facts, style, random = telling.facts, telling.style, telling.random
    placed = [*_titles(facts, random), *sections.introduction(telling)]
    joints: list[Joint] = []
    for blocks, joined in _sections(telling):
        placed += blocks
        joints += joined
    if random.random() < 0.3:
        placed += [
            paragraph(facts.unit_name),
            paragraph(f"{facts.year + 1}年{random.randint(2, 6)}月{random.randint(1, 28)}日"),
        ]
    if facts.table:
        placed += [paragraph("附件1"), *basic_table(facts, style, random)]
    if summed := sections.summarised(telling):
        placed += summary_table(summed, style.figures, facts.year)
    for assessed in facts.evaluations:
        if assessed.has_form:
            if random.random() < 0.3:
                placed.append(paragraph("附件"))
            placed += form_blocks(assessed, facts, style, random)
    return tuple(placed), tuple(joints)


def _titles(facts: Facts, random: Random) -> Iterator[Placed]:
    words = {"unit": facts.unit_name, "year": facts.year, "name": facts.evaluations[0].name}
    for line in random.choice(PROJECT_TITLES if facts.spending is None else TITLES):
        yield heading(line.format(**words), 1)


def _sections(telling: Telling) -> Iterator[Section]:
    """The sections of the outline, each below its heading; without those that have nothing to tell."""
    facts, style, random = telling.facts, telling.style, telling.random
    outline = OUTLINES[style.outline]
    if facts.spending is None:
        outline = TRANSFER if style.transfer and not facts.evaluations[0].has_form else ALONE
    makers = _makers(telling)
    count = 0
    for words, content in outline:
        if content == "projects" and len(facts.evaluations) == 1:
            continue
        count += 1
        head = random.choice(HEADINGS[words]) if isinstance(words, int) else words
        yield Section((section_heading(head, count, 1, style),))
        for at, part in enumerate(content.split(), 1):
            title, _, maker = part.rpartition(":")
            if title:
                yield Section((section_heading(title, at, 2, style),))
            if maker != "projects" or len(facts.evaluations) > 1:
                yield makers[maker](telling)
        if content == "problems" and _undeviated(facts) and random.random() < 0.3:
            yield Section((prose(random.choice(remarks.UNDEVIATED), style),))


def _makers(telling: Telling) -> Mapping[str, SectionMaker]:
    owner = telling.facts.evaluations[0].id
    return {
        "profile": sections.profile,
        "money": sections.money,
        "results": sections.results,
        "projects": sections.projects,
        "verdict": sections.verdict,
        "problems": lambda told: prose_remarks.problems(told, owner),
        "remedies": prose_remarks.remedies,
        "closing": sections.closing,
        "nothing": sections.nothing,
        "no_fund": sections.no_fund,
        "organising": sections.organising,
        "content": _content,
        "project": _project,
        "judgement": transfers.judgement,
        "means": transfers.means,
        "attainments": transfers.attainments,
        "departures": transfers.departures,
    }


def _content(telling: Telling) -> Section:
    """What the project is for; its goals where no form has them."""
    assessed = telling.facts.evaluations[0]
    text = f"本项目由{telling.facts.unit_name}组织实施，纳入{telling.facts.year}年度部门预算管理。"
    told = [] if assessed.has_form else sections.goals(assessed, telling)
    return Section((prose(text, telling.style), *told))


def _project(telling: Telling) -> Section:
    return Section((prose(sections.project_text(telling.facts.evaluations[0], telling), telling.style),))


def _undeviated(facts: Facts) -> bool:
    """Whether nothing missed its target and no money was left without a word."""
    return not any(each.cause for each in facts.told()) and not facts.budget_cause and facts.spending is not None
