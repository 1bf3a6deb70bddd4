"""Draws the rows of an indicator form and the results of prose, with scores that close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from eval.generated.facts import Change, Day, Mark, Result
from eval.generated.figures import draw, quotient, rounded
from eval.generated.sectors import Cause, Measure, Sector, Task, Undertaking

LEVELS = {
    **dict.fromkeys(("数量", "质量", "时效"), "产出"),
    **dict.fromkeys(("经济效益", "社会效益", "生态效益", "可持续影响"), "效益"),
    "满意度": "满意度",
    "成本": "成本",
}
ORDER = {level2: place for place, level2 in enumerate(LEVELS)}
QUALITIES = (
    ("长效管理机制", "健全", "健全", "基本健全"),
    ("工作制度建设", "完善", "完善", "基本完善"),
    ("服务能力", "有效提升", "有效提升", "有所提升"),
    ("社会关注度", "持续提高", "持续提高", "略有提高"),
    ("资金管理规范性", "规范", "规范", "较规范"),
    ("可持续发展能力", "明显增强", "明显增强", "有所增强"),
    ("群众生产生活条件", "得到改善", "得到改善", "部分改善"),
    ("部门协同机制", "运转顺畅", "运转顺畅", "基本顺畅"),
)
"""Indicators in words: name, target, the words for met, the words for half met."""

GENERAL_TASKS = (
    Task("质量", "绩效目标编报合规率", "%", "≥", Decimal(90), Decimal(98), 0),
    Task("时效", "预决算公开及时率", "%", "=", Decimal(100), Decimal(100), 0),
    Task("数量", "重点督办事项", "项", "≥", Decimal(8), Decimal(60), 0),
    Task("社会效益", "政务公开群众知晓率", "%", "≥", Decimal(75), Decimal(92), 0),
    Task("质量", "政府采购合规率", "%", "=", Decimal(100), Decimal(100), 0),
    Task("成本", "纸质文件印制量控制率", "%", "≤", Decimal(95), Decimal(100), 0),
    Task("数量", "工作简报编发", "期", "≥", Decimal(12), Decimal(52), 0),
    Task("时效", "上级文件办结及时率", "%", "≥", Decimal(94), Decimal(100), 0),
)
DEADLINES = ("工作任务完成时间", "资金支付完成时限", "年度任务完成时限", "总结验收时间")
CONTENT = ("服务对象", "办事群众", "干部职工", "社会公众")

WEIGHTS = {
    0: ({"产出": 50, "效益": 30, "满意度": 20}, {"产出": 60, "效益": 30, "满意度": 10}),
    10: (
        {"产出": 50, "效益": 30, "满意度": 10},
        {"产出": 40, "效益": 40, "满意度": 10},
        {"产出": 40, "效益": 20, "满意度": 10, "成本": 20},
    ),
    20: ({"产出": 40, "效益": 30, "满意度": 10}, {"产出": 50, "效益": 20, "满意度": 10}),
}
"""The weights of level 1 that fill 100 beside that of the execution rate."""


def draw_marks(
    random: Random, sector: Sector, project: Undertaking | None, id_: str, funding_weight: int
) -> tuple[Mark, ...]:
    """The rows of a form in the order of its levels, each missed one with marks off and a cause."""
    weights = random.choice(WEIGHTS[funding_weight])
    tasks = list(_project_tasks(random, project) if project else _department_tasks(random, sector))
    marks: list[Mark] = []
    causes = random.sample(sector.causes, len(sector.causes))
    for level1, weight in weights.items():
        rows = sorted((task for task in tasks if _level1(task, weights) == level1), key=lambda task: ORDER[task.level2])
        for task, share in zip(rows, _shares(weight, len(rows)), strict=True):
            cause = causes[-1] if causes and random.random() < 0.16 else None
            key = f"{id_}.mark.{len(marks)}"
            blank = Mark(key, level1, task.level2, task.name, task.unit, task.direction, "", "", share, share)
            mark = _mark(random, task, blank, cause)
            if mark.cause is not None:
                causes.remove(mark.cause)
            marks.append(mark)
    return tuple(marks)


def draw_result(random: Random, measure: Measure, key: str, causes: Sequence[Cause]) -> Result:
    """A result of prose with, or without, target, completion and change. A missed one tells its cause."""
    evaluation = key.split(".")[0]
    actual = draw(random, measure.low, measure.high, measure.places)
    result = Result(key, evaluation, measure.name, measure.unit, actual)
    turn = random.random()
    if turn < 0.3 and measure.unit not in ("%", "‰"):
        change = Change("percent", draw(random, Decimal(1), Decimal(29), random.choice((1, 2))), random.random() < 0.8)
        if random.random() < 0.25 and measure.places == 0 and actual > 20:
            change = Change("units", max(rounded(actual * change.size / 100, 0), Decimal(1)), change.up)
        return replace(result, change=change)
    if turn < 0.4 and measure.unit == "%":
        return replace(
            result, change=Change("points", draw(random, Decimal("0.3"), Decimal(5), 1), random.random() < 0.85)
        )
    if turn < 0.65 and not measure.aimless:
        missed = bool(causes) and random.random() < 0.15
        target = _target_of(random, actual, measure, missed)
        if target == actual and missed:
            return result
        completed = measure.unit not in ("%", "‰") and (missed or random.random() < 0.7)
        completion = quotient(actual, target) if completed else None
        return replace(result, target=target, completion=completion, cause=random.choice(causes) if missed else None)
    return result


def _target_of(random: Random, actual: Decimal, measure: Measure, missed: bool) -> Decimal:
    """A target beside the result: a rounder number above it if missed, else at most it."""
    share = Decimal(str(random.choice((0.8, 0.86, 0.9, 0.93, 0.96, 1))))
    target = rounded(actual / share if missed else actual * share, measure.places)
    if measure.unit == "%" and target > 100:
        return actual
    if measure.places == 0 and target > 50:
        rounder = target // 10 * 10 + (10 if missed else 0)
        return rounder if (rounder > actual) == missed else target
    return target


def _level1(task: Task, weights: dict[str, int]) -> str:
    level = LEVELS[task.level2]
    return level if level in weights else "产出"


def _department_tasks(random: Random, sector: Sector) -> Iterator[Task]:
    pool = random.sample((*sector.tasks, *GENERAL_TASKS), len(sector.tasks) + len(GENERAL_TASKS))
    yield from _some(random, pool, {"数量": 3, "质量": 2, "时效": 1, "成本": 1})
    yield from _deadline(random)
    benefits = [task for task in pool if LEVELS[task.level2] == "效益"]
    yield from benefits[: random.choice((1, 2, 2))]
    yield _quality(random, "可持续影响")
    for who in random.sample(CONTENT, random.choice((1, 1, 2))):
        yield Task("满意度", f"{who}满意度", "%", "≥", Decimal(80), Decimal(95), 0)


def _project_tasks(random: Random, project: Undertaking) -> Iterator[Task]:
    made = project.product
    yield Task(
        "数量", made.name + random.choice(("数量", "任务量", "规模", "完成量")), made.unit, "≥", made.low, made.high, 0
    )
    for extra in project.extras[: random.choice((0, 1))]:
        yield Task("数量", extra.name + "计划数", extra.unit, "≥", extra.low, extra.high, 0)
    yield Task(
        "质量",
        made.name + random.choice(("合格率", "验收通过率", "质量达标率")),
        "%",
        "≥",
        Decimal(90),
        Decimal(100),
        0,
    )
    yield from _deadline(random, made.name)
    if random.random() < 0.8:
        yield Task("时效", "项目资金拨付及时率", "%", random.choice("≥="), Decimal(95), Decimal(100), 0)
    yield Task("成本", made.name + "单位成本", "元", "≤", Decimal(200), Decimal(60000), 0)
    yield Task(
        "社会效益",
        "受益" + project.people.removeprefix("受益"),
        random.choice(("人", "人次")),
        "≥",
        Decimal(120),
        Decimal(26000),
        0,
    )
    yield _quality(random, random.choice(("可持续影响", "社会效益")))
    yield Task("满意度", f"{project.people}满意度", "%", "≥", Decimal(80), Decimal(95), 0)


def _some(random: Random, pool: Sequence[Task], most: dict[str, int]) -> Iterator[Task]:
    for level2, count in most.items():
        rows = [task for task in pool if task.level2 == level2]
        yield from rows[: random.randint(1, count)]


def _deadline(random: Random, subject: str = "") -> Iterator[Task]:
    if random.random() < 0.6:
        yield Task(
            "时效",
            subject + "完成时间" if subject else random.choice(DEADLINES),
            "day",
            "≤",
            Decimal(6),
            Decimal(12),
            0,
        )


def _quality(random: Random, level2: str) -> Task:
    return Task(level2, random.choice(QUALITIES)[0], "", "", Decimal(0), Decimal(0), 0)


def _shares(weight: int, rows: int) -> list[Decimal]:
    """The weight dealt out over the rows, in whole numbers if it goes round."""
    whole, left = divmod(weight, rows)
    return [Decimal(whole + (index < left)) for index in range(rows)]


def _mark(random: Random, task: Task, mark: Mark, cause: Cause | None) -> Mark:
    """A row of a form: with a cause it is missed, and marks are off."""
    weight = mark.weight
    if not task.unit:
        _, target, met, half = next(quality for quality in QUALITIES if quality[0] == task.name)
        actual = half if cause else met
        off = rounded(weight * Decimal(str(random.choice((0.8, 0.85, 0.9)))), 1)
        return replace(mark, target=target, actual=actual, score=off if cause else weight, cause=cause)
    if task.unit == "day":
        month = random.randint(6, 10)
        actual_day = Day(month + (2 if cause else -random.randint(1, 3)), random.randint(1, 28))
        off = rounded(weight * Decimal("0.8"), 1)
        return replace(mark, target=Day(month), actual=actual_day, score=off if cause else weight, cause=cause)
    return _measured(random, task, mark, cause)


def _measured(random: Random, task: Task, mark: Mark, cause: Cause | None) -> Mark:
    """A row with numbers: score of a missed one is its weight times how far the target was reached."""
    target = draw(random, task.low, task.high, task.places)
    if task.places == 0 and target > 200:
        target = target // 10 * 10
    over = Decimal(str(random.choice((1, 1, 1.02, 1.04, 1.08, 1.15))))
    short = Decimal(str(random.choice((0.82, 0.88, 0.91, 0.94, 0.96))))
    places = 1 if task.unit == "%" else task.places
    factor = short if cause else over
    actual = rounded(target / factor if task.direction == "≤" else target * factor, places)
    if task.unit == "%":
        actual = min(actual, Decimal(100))
    if task.direction == "=" and not cause:
        actual = target
    missed = actual > target if task.direction == "≤" else actual < target
    actual = rounded(actual, 0) if actual == actual.to_integral_value() else actual
    if not missed:
        return replace(mark, target=target, actual=actual)
    if cause is None:
        return replace(mark, target=target, actual=target)
    reached = target / actual if task.direction == "≤" else actual / target
    score = min(rounded(mark.weight * reached, 2), mark.weight - Decimal("0.1"))
    return replace(mark, target=target, actual=actual, score=score, cause=cause)
