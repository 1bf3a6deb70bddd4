"""Draws money: funding blocks, the spending of a department, and the 基础数据表, all of which close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.facts import Line, Spending
from eval.generated.figures import draw, quotient, rounded

SOURCES = (
    ("当年财政拨款", "上年结转资金", "其他资金"),
    ("本年财政拨款", "上年结转资金", "其他资金"),
    ("财政拨款", "其他资金"),
    ("中央补助资金", "省级资金", "本级财政资金"),
    ("上级财政资金", "本级财政资金", "自筹资金"),
    ("本年一般公共预算拨款", "其他资金"),
    ("当年财政拨款", "上年结转资金", "单位资金"),
)
TOTALS = ("年度资金总额", "年度资金总额", "资金总额", "年度总金额", "年度金额", "年度财政资金总额", "总额", "合计")
INCOME = ("一般公共预算", "政府性基金拨款", "纳入专户管理的非税收入拨款", "其他资金")
VISITS = (
    ("三公经费", "公务用车购置和维护经费", "出国经费", "公务接待"),
    ("“三公”经费", "公务用车购置及运行维护费", "因公出国（境）费", "公务接待费"),
    ("“三公经费”", "公务用车运行费", "因公出国（境）费用", "公务接待费"),
)
OTHER_ITEMS = (
    "信息系统运行维护费", "专项业务经费", "办公用房维修费", "法律顾问服务费", "宣传培训经费", "档案整理经费",
    "乡村振兴驻村工作经费", "物业管理服务费", "编外人员经费", "普查调查经费", "政府购买服务经费", "离退休干部活动经费",
)  # fmt: skip


def draw_lines(random: Random, id_: str, total: Line, weighed: int) -> tuple[Line, ...]:
    """A total and the sources that make it up, each with its rate; the total with weight and score if it is weighed."""
    weight = Decimal(weighed) if weighed else None
    rate = _rate(total)
    score = rounded(weight * rate / 100, 2) if weight is not None and rate is not None else None
    head = replace(total, rate=rate, weight=weight, score=score)
    sources = random.choice(SOURCES)
    used = random.randint(1, len(sources)) if random.random() < 0.6 else 1
    lines = [Line(f"{id_}.fund.{place}", item) for place, item in enumerate(sources, 1)]
    parts = [_parts(random, amount or Decimal(0), used) for amount in (total.initial, total.annual)]
    spent = _spread(total.executed or Decimal(0), parts[1])
    for place in range(used):
        line = replace(lines[place], initial=parts[0][place], annual=parts[1][place], executed=spent[place])
        lines[place] = replace(line, rate=_rate(line))
    zeros = random.random() < 0.4
    for place in range(used, len(lines)):
        if zeros:
            lines[place] = replace(lines[place], initial=Decimal(0), annual=Decimal(0), executed=Decimal(0))
    return (head, *lines)


def rescored(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with rates, and the score of the first, worked out anew from their amounts."""
    again = []
    for line in lines:
        rate = _rate(line)
        score = rounded(line.weight * rate / 100, 2) if line.weight is not None and rate is not None else line.score
        again.append(replace(line, rate=rate if line.rate is not None else None, score=score))
    return tuple(again)


def draw_total(random: Random, id_: str, places: int, *, adjusted: bool) -> Line:
    """A project's money: initial and final budget, and what was spent of it."""
    spent = draw(random, Decimal(12), Decimal(900), places)
    share = Decimal(str(random.choice((1, 1, 0.995, 0.98, 0.96, 0.93, 0.9, 0.85))))
    annual = max(rounded(spent / share, places), spent)
    change = random.choice((1, 1, 0.9, 0.8, 1.1)) if adjusted else 1
    initial = rounded(annual * Decimal(str(change)), places)
    return Line(f"{id_}.fund.0", random.choice(TOTALS), initial=initial, annual=annual, executed=spent)


def draw_spending(
    random: Random, projects: Sequence[tuple[str, str, Line]], places: int, *, adjusted: bool
) -> tuple[Spending, tuple[Line, ...]]:
    """What a department spent, its projects' money among it, and its 按支出性质分 (基本支出, 项目支出).

    The budget is ``adjusted`` in the year, or stays as it was.
    """
    personnel = draw(random, Decimal(180), Decimal(2600), places)
    running = rounded(personnel * Decimal(str(random.choice((0.06, 0.09, 0.12, 0.17)))), places)
    names = random.sample(OTHER_ITEMS, random.randint(1, 3))
    others = [("department", name, draw(random, Decimal(6), Decimal(260), places)) for name in names]
    items = (*((id_, name, line.executed or Decimal(0)) for id_, name, line in projects), *others)
    basic, project = personnel + running, sum((amount for _, _, amount in items), Decimal(0))
    basic_budget = rounded(basic * Decimal(str(random.choice((1, 1.01, 1.03)))), places)
    budgets = sum((line.annual or Decimal(0) for _, _, line in projects), Decimal(0))
    other_money = sum((amount for _, _, amount in others), Decimal(0))
    more = rounded(other_money * Decimal(str(random.choice((1, 1.05, 1.2)))), places)
    annual = basic_budget + budgets + more
    change = random.choice((0.72, 0.85, 0.93, 1, 1.04)) if adjusted else 1
    initial = rounded(annual * Decimal(str(change)), places)
    total = Line("department.fund.0", "", initial=initial, annual=annual, executed=basic + project)
    expense = (
        Line("department.expense.0", "基本支出", annual=basic_budget),
        Line("department.expense.1", "项目支出", annual=budgets + more),
    )
    visits = draw_visits(random)
    return Spending(total, basic, personnel, running, project, items, visits), expense


def draw_income(random: Random, annual: Decimal) -> tuple[Line, ...]:
    """The budget by income (按收入性质分)."""
    used = random.randint(1, len(INCOME))
    amounts = _parts(random, annual, used)
    return tuple(
        Line(f"department.income.{place}", item, annual=amounts[place] if place < used else None)
        for place, item in enumerate(INCOME)
    )


def draw_visits(random: Random) -> tuple[Line, ...]:
    """三公经费 and its parts: cars, abroad (nothing), guests; spent within the budget."""
    words = random.choice(VISITS)
    cars, guests = (
        _controlled(random, draw(random, Decimal(low), Decimal(high), 2)) for low, high in ((2, 30), (1, 9))
    )
    none = Line("", "", Decimal(0), Decimal(0), None, Decimal(0))
    parts = [
        replace(line, key=f"table.visits.{place}", item=words[place])
        for place, line in enumerate((cars, none, guests), 1)
    ]
    return (_total_of("table.visits.0", words[0], parts), *parts)


def draw_table(random: Random, spending: Spending) -> tuple[Line, ...]:
    """The rows of the 基础数据表: 三公经费, project and running money with their parts, procurement."""
    first = rounded(spending.project * Decimal(str(random.choice((0.3, 0.55, 0.7)))), 2)
    parts = [
        _controlled(random, amount, f"table.project.{place}", item)
        for place, item, amount in ((1, "业务工作专项", first), (2, "运行维护专项", spending.project - first))
    ]
    project = _total_of("table.project.0", "项目支出", parts)
    running = _controlled(random, spending.running, "table.running.0", "公用经费")
    shares = (("办公经费", "0.3"), ("水费、电费、差旅费", "0.25"), ("会议费、培训费", "0.08"))
    within = [
        _share_of(running, f"table.running.{place}", item, Decimal(share))
        for place, (item, share) in enumerate(shares, 1)
    ]
    bought = _controlled(random, draw(random, Decimal(5), Decimal(300), 2), "table.bought.0", "政府采购金额")
    rows = (*spending.visits, project, *parts, running, *within)
    return (*rows, bought) if random.random() < 0.7 else rows


def _controlled(random: Random, executed: Decimal, key: str = "", item: str = "") -> Line:
    """An item that was spent within its budget, with last year's figure."""
    budget = rounded(executed * Decimal(str(random.choice((1, 1.02, 1.08, 1.2, 1.35)))), 2)
    prior = rounded(executed * Decimal(str(random.choice((0.85, 0.96, 1.05, 1.2)))), 2)
    return Line(key, item, prior, max(budget, executed), None, executed)


def _share_of(line: Line, key: str, item: str, share: Decimal) -> Line:
    """A part of an item, the same share of it in every column."""
    prior, initial, executed = (
        rounded((amount or Decimal(0)) * share, 2) for amount in (line.prior, line.initial, line.executed)
    )
    return Line(key, item, prior, initial, None, executed)


def _total_of(key: str, item: str, parts: Sequence[Line]) -> Line:
    prior, initial, executed = (
        sum((getattr(part, name) or Decimal(0) for part in parts), Decimal(0))
        for name in ("prior", "initial", "executed")
    )
    return Line(key, item, prior, initial, None, executed)


def _rate(line: Line) -> Decimal | None:
    return quotient(line.executed, line.annual) if line.executed is not None and line.annual else None


def _parts(random: Random, amount: Decimal, count: int) -> list[Decimal]:
    """An amount as so many parts, the first the largest, with its own decimal places."""
    parts: list[Decimal] = []
    for _ in range(count - 1):
        share = Decimal(str(random.choice((0.05, 0.1, 0.15, 0.2))))
        parts.append((amount * share).quantize(amount))
    return [amount - sum(parts, Decimal(0)), *parts]


def _spread(amount: Decimal, budgets: Sequence[Decimal]) -> list[Decimal]:
    """What was spent, dealt over budgets from the last up, so that none is overspent."""
    spent: list[Decimal] = []
    left = amount
    for budget in reversed(budgets):
        spent.insert(0, min(budget, left))
        left -= spent[0]
    return spent
