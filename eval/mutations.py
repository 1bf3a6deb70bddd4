"""Wrong values planted into correct labels, one at a time, and how many of them pass the checks unflagged.

``python -m eval.mutations CORPUS_DIR… [--count 10000] [--seed 1] [--passed] [--json]``: each mutation changes one value of
one report's gold as readers get values wrong, and ``extract check`` must flag that very field. Where the new value is
not what the quoted evidence says, nothing vouches for it (*wrong value*); where the evidence has that number too, in
another column, row or role, only the place is wrong (*wrong place*).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import NamedTuple

from eval.agreement import fold, numbers_agree
from eval.cases import Case, load_cases
from pipeline.checking import CheckedLabels, check_labels
from pipeline.errors import ExtractError
from pipeline.grounding import index_text, locate, locate_quote
from pipeline.quantities import find_quantities
from pipeline.readers import read_document
from schemas.records import SECTIONS, FieldType, Labels, RecordKind, field_types
from schemas.text import Document


class MutationKind(StrEnum):
    """How a value is made wrong."""

    DIGIT = "digit"
    SWAP = "swap"
    POINT = "point"
    SCALE = "scale"
    SIGN = "sign"
    PERCENT = "percent"
    ROW = "row"
    COLUMN = "column"
    LAST_YEAR = "last_year"
    ELSEWHERE = "elsewhere"
    INVENTED = "invented"
    COMPARATOR = "comparator"


TITLES = {
    MutationKind.DIGIT: "改动一位数字",
    MutationKind.SWAP: "相邻两位互换",
    MutationKind.POINT: "小数点移位",
    MutationKind.SCALE: "万、亿、元互换",
    MutationKind.SIGN: "正负或增减颠倒",
    MutationKind.PERCENT: "％与个百分点互换",
    MutationKind.ROW: "取自相邻的行",
    MutationKind.COLUMN: "取自相邻的栏",
    MutationKind.LAST_YEAR: "取自上年",
    MutationKind.ELSEWHERE: "取自报告别处",
    MutationKind.INVENTED: "凭空编造",
    MutationKind.COMPARATOR: "丢掉比较符号",
}

_TURNED = (
    ("增长", "下降"), ("增加", "减少"), ("上升", "下降"), ("提高", "降低"), ("提升", "下降"), ("上涨", "下跌"), ("增", "减"),
)  # fmt: skip
_COMPARATORS = re.compile(
    r"[≥≤＞＜>=<≧≦]+|(?:不|未)(?:低于|少于|小于|高于|超过|超|大于|多于)|(?:以上|以下|以内|之内|及以上|及以下)|大于|小于|高于|低于|超过"
)
_SCALES = (("万元", "亿元"), ("亿元", "万元"), ("万", "亿"), ("亿", "万"), ("元", "万元"))
_UNITS = {"万元": ("亿元", "元"), "亿元": ("万元", "元"), "元": ("万元",), "万": ("亿",), "亿": ("万",)}
_NUMBER = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_EARLIER = re.compile(r"(?:上年|去年|上一年|20\d\d年)[^。；\n\d]{0,12}(\d[\d,]*(?:\.\d+)?)")


class Mutation(NamedTuple):
    """One wrong value: where it is planted (``funding[0].rate``), what stood there, and what stands there now.

    ``misplaced`` where the record's own evidence has the new value too.
    """

    kind: MutationKind
    place: str
    original: str
    value: str
    misplaced: bool


class Target(NamedTuple):
    """A filled value that can be made wrong: its section ("" for a fact of the report), record and field."""

    section: str
    record: int
    kind: RecordKind
    name: str
    type: FieldType
    value: str

    @property
    def place(self) -> str:
        """Where it stands in the label file, as ``extract check`` names it."""
        return f"{self.section}[{self.record}].{self.name}" if self.section else self.name


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of planting into one report: each mutation with whether it was flagged, and what was flagged before."""

    report: str
    planted: tuple[tuple[Mutation, bool], ...]
    fields: int
    flagged: tuple[tuple[str, str, str], ...]  # place, value and reason of correct values that are flagged


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table of what passes; 0, or 2 where a corpus cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.mutations", description="往正确的标注里埋错，看有多少逃过核对"
    )
    parser.add_argument("corpora", nargs="+", type=Path, help="内有 reports/ 与 gold/ 的文件夹")
    parser.add_argument("--count", type=int, default=10_000, help="埋错的总数")
    parser.add_argument("--seed", type=int, default=1, help="随机种子")
    parser.add_argument("--passed", action="store_true", help="逐条列出没有被发现的和误报的")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    options = parser.parse_args(arguments)
    try:
        cases = [case for corpus in options.corpora for case in load_cases(corpus)]
    except ExtractError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 2
    trials = run_trials(cases, options.count, options.seed)
    sys.stdout.write(_as_json(trials) if options.json else trial_table(trials))
    if options.passed:
        sys.stdout.write("".join(_passed_lines(trials)))
    return 0


def run_trials(cases: Sequence[Case], count: int, seed: int) -> list[Trial]:
    """Plant ``count`` mutations, spread over the cases by their number of values, and check each."""
    sizes = [sum(1 for _ in targets_of(case.gold)) for case in cases]
    shares = [
        round(count * sum(sizes[: i + 1]) / sum(sizes)) - round(count * sum(sizes[:i]) / sum(sizes))
        for i in range(len(sizes))
    ]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(run_trial, cases, shares, [seed] * len(cases)))


def run_trial(case: Case, count: int, seed: int) -> Trial:
    """Check the case's gold as it is, then with each of ``count`` mutations."""
    document = read_document(case.report)
    before = check_labels(document, case.gold)
    flagged = tuple(
        (checked.place, checked.field.value, checked.flags[0]) for checked in before.flagged if _is_value(checked.place)
    )
    planted = tuple(
        (mutation, _is_flagged(check_labels(document, plant(case.gold, mutation)), mutation.place))
        for mutation in draw_mutations(case, document, count, seed)
    )
    return Trial(case.name, planted, sum(_is_value(checked.place) for checked in before.fields), flagged)


def targets_of(gold: Labels) -> Iterator[Target]:
    """Every filled value with a number in it, and every unit of money."""
    for section, kind in (("", RecordKind.REPORT), *((section, kind) for kind, section in SECTIONS.items())):
        records = [gold] if not section else getattr(gold, section)
        for number, record in enumerate(records):
            for name, field_type in field_types(kind).items():
                value = getattr(record, name)
                if value is None or field_type is FieldType.REFERENCE or isinstance(value, bool):
                    continue
                text = str(value)
                if name == "unit" or (field_type is not FieldType.NAME and _NUMBER.search(fold(text))):
                    yield Target(section, number, kind, name, field_type, text)


def draw_mutations(case: Case, document: Document, count: int, seed: int) -> list[Mutation]:
    """That many different mutations of a case, every kind as often as it can be, in an order drawn by the seed."""
    random = Random(f"{seed}/{case.name}")
    places = _Places(case, document)
    targets = list(targets_of(case.gold))
    drawn: dict[tuple[str, str], Mutation] = {}
    waiting: dict[MutationKind, list[Mutation]] = {}
    rounds = 0
    while len(drawn) < count and rounds < 40:
        rounds += 1
        for kind in MutationKind:
            waiting[kind] = [m for target in targets for m in _mutate(kind, target, places, random)]
            random.shuffle(waiting[kind])
        while len(drawn) < count and any(waiting.values()):
            for kind in MutationKind:
                while waiting[kind]:
                    mutation = waiting[kind].pop()
                    if (mutation.place, mutation.value) not in drawn:
                        drawn[mutation.place, mutation.value] = mutation
                        break
                if len(drawn) >= count:
                    break
    return list(drawn.values())


def plant(gold: Labels, mutation: Mutation) -> Labels:
    """The labels with the one value changed."""
    match = re.fullmatch(r"(?:(\w+)\[(\d+)\]\.)?(\w+)", mutation.place)
    assert match is not None
    section, number, name = match.groups()
    if section is None:
        value: object = int(mutation.value) if name == "fiscal_year" else mutation.value
        return gold.model_copy(update={name: value})
    records = list(getattr(gold, section))
    records[int(number)] = records[int(number)].model_copy(update={name: mutation.value})
    return gold.model_copy(update={section: tuple(records)})


class _Places:
    """What a case's mutations are drawn from: its records, and the numbers of its text."""

    def __init__(self, case: Case, document: Document) -> None:
        self.gold = case.gold
        self.index = index_text(document.text)
        self.quantities = [q.text for q in find_quantities(document.text)]
        self.earlier = [match[1] for match in _EARLIER.finditer(document.text)]
        self.text = document.text

    def in_evidence(self, target: Target, value: str) -> bool:
        """True where the record's quote has the value too; a fact of the report has the whole report for its quote."""
        if not target.section:
            return (
                locate(self.index, value).span is not None
                and locate(self.index, value).status.value != "number_mismatch"
            )
        record = getattr(self.gold, target.section)[target.record]
        quote = locate_quote(self.index, record.quote).span
        return quote is not None and locate(self.index, value, quote).status.vouched


def _mutate(kind: MutationKind, target: Target, places: _Places, random: Random) -> Iterator[Mutation]:
    for value in _NEW_VALUES[kind](target, places, random):
        if value and not _says_same(target, value):
            yield Mutation(kind, target.place, target.value, value, places.in_evidence(target, value))


def _says_same(target: Target, value: str) -> bool:
    if target.type is FieldType.NUMBER:
        # An amount that carries its unit says the same as the bare one beside its unit.
        bare = value.rstrip("万亿元") if target.kind is RecordKind.FUNDING else value
        return numbers_agree(target.value, value) or numbers_agree(target.value, bare)
    return fold(target.value) == fold(value)


def _digit(target: Target, places: _Places, random: Random) -> Iterator[str]:
    digits = [place for place, char in enumerate(target.value) if char.isascii() and char.isdigit()]
    if digits:
        place = random.choice(digits)
        other = random.choice([d for d in "123456789" if d != target.value[place]])
        yield target.value[:place] + other + target.value[place + 1 :]


def _swap(target: Target, places: _Places, random: Random) -> Iterator[str]:
    value = target.value
    pairs = [
        i for i in range(len(value) - 1)
        if value[i].isdigit() and value[i + 1].isdigit() and value[i] != value[i + 1] and value[i + 1] != "0"
    ]  # fmt: skip
    if pairs:
        i = random.choice(pairs)
        yield value[:i] + value[i + 1] + value[i] + value[i + 2 :]


def _point(target: Target, places: _Places, random: Random) -> Iterator[str]:
    numbers = [m for m in _NUMBER.finditer(target.value) if not re.match(r"[年月日]", target.value[m.end() :])]
    if target.name == "fiscal_year" or not numbers:
        return
    match = random.choice(numbers)
    plain = match[0].replace(",", "").replace("，", "")
    whole, _, decimals = plain.partition(".")
    moved = [f"{whole}{decimals[:1]}.{decimals[1:]}".rstrip(".")] if decimals else [f"{whole}0"]
    if len(whole) > 1:
        moved.append(f"{whole[:-1]}.{whole[-1]}{decimals}")
    yield target.value[: match.start()] + random.choice(moved) + target.value[match.end() :]


def _scale(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.name == "unit":
        yield from _UNITS.get(target.value, ())
    elif target.type is FieldType.NUMBER:
        for old, new in _SCALES:
            match = re.search(rf"(?<=[\d\s]){old}", target.value)
            if match:
                yield target.value[: match.start()] + new + target.value[match.end() :]
                return


def _sign(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.type is not FieldType.NUMBER or target.name in ("fiscal_year", "authorized_staff", "actual_staff"):
        return
    for one, other in _TURNED:
        for old, new in ((one, other), (other, one)):
            if old in target.value:
                yield target.value.replace(old, new, 1)
                return
    if re.match(r"[-－−—]\d", target.value):
        yield target.value[1:]
    elif re.match(r"\d", target.value):
        yield "-" + target.value


def _percent(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.type is FieldType.NUMBER:
        if "个百分点" in target.value:
            yield target.value.replace("个百分点", "%")
        elif re.search(r"\d[%％]", target.value):
            yield re.sub(r"[%％]", "个百分点", target.value)


def _row(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.section and target.type is FieldType.NUMBER:
        records = getattr(places.gold, target.section)
        for step in (-1, 1):
            if 0 <= target.record + step < len(records):
                value = getattr(records[target.record + step], target.name)
                if value is not None:
                    yield value


def _column(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.type is not FieldType.NUMBER or target.name == "fiscal_year":
        return
    record = getattr(places.gold, target.section)[target.record] if target.section else places.gold
    for name, field_type in field_types(target.kind).items():
        value = getattr(record, name)
        if field_type is FieldType.NUMBER and name not in (target.name, "fiscal_year") and value is not None:
            yield value


def _last_year(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.name == "fiscal_year":
        yield str(int(target.value) - 1)
    elif target.kind is RecordKind.FUNDING and target.name in ("executed", "annual_budget", "initial_budget"):
        prior = places.gold.funding[target.record].prior_executed
        if prior is not None:
            yield prior
    elif target.name == "prior_executed":
        executed = places.gold.funding[target.record].executed
        if executed is not None:
            yield executed
    elif target.type is FieldType.NUMBER and target.name == "actual" and places.earlier:
        yield _NUMBER.sub(random.choice(places.earlier), target.value, count=1)


def _elsewhere(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.type is FieldType.NUMBER and target.name != "fiscal_year" and places.quantities:
        yield random.choice(places.quantities)


def _invented(target: Target, places: _Places, random: Random) -> Iterator[str]:
    numbers = list(_NUMBER.finditer(target.value))
    if not numbers or target.name == "fiscal_year":
        return
    match = random.choice(numbers)
    made = "".join(random.choice("0123456789") if char.isdigit() else char for char in match[0])
    made = random.choice("123456789") + made[1:]
    yield target.value[: match.start()] + made + target.value[match.end() :]


def _comparator(target: Target, places: _Places, random: Random) -> Iterator[str]:
    if target.type is FieldType.NUMBER:
        bare = _COMPARATORS.sub("", target.value)
        if bare != target.value and _NUMBER.search(bare):
            yield bare.strip()


_NEW_VALUES: dict[MutationKind, Callable[[Target, _Places, Random], Iterator[str]]] = {
    MutationKind.DIGIT: _digit,
    MutationKind.SWAP: _swap,
    MutationKind.POINT: _point,
    MutationKind.SCALE: _scale,
    MutationKind.SIGN: _sign,
    MutationKind.PERCENT: _percent,
    MutationKind.ROW: _row,
    MutationKind.COLUMN: _column,
    MutationKind.LAST_YEAR: _last_year,
    MutationKind.ELSEWHERE: _elsewhere,
    MutationKind.INVENTED: _invented,
    MutationKind.COMPARATOR: _comparator,
}
# A value that only lost its comparator, sign or unit still stands in the evidence, but is not what the evidence says.
_NEVER_MISPLACED = frozenset({MutationKind.COMPARATOR, MutationKind.SIGN, MutationKind.PERCENT, MutationKind.SCALE})


def _is_value(place: str) -> bool:
    return not place.endswith("quote") and ".quotes[" not in place


def _is_flagged(checked: CheckedLabels, place: str) -> bool:
    return any(field.place == place for field in checked.flagged)


class Share(NamedTuple):
    """How many were planted, and how many of them passed."""

    planted: int
    passed: int

    def __str__(self) -> str:
        return f"{self.passed}/{self.planted}" + (f" {100 * self.passed / self.planted:.2f}%" if self.planted else "")


def is_misplaced(mutation: Mutation) -> bool:
    """True where the right number stands in the wrong place, rather than a value that the evidence does not have."""
    return mutation.misplaced and mutation.kind not in _NEVER_MISPLACED


def shares(trials: Iterable[Trial]) -> dict[tuple[MutationKind, bool], Share]:
    """By kind and by whether the value is misplaced: how many were planted and how many passed unflagged."""
    planted: Counter[tuple[MutationKind, bool]] = Counter()
    passed: Counter[tuple[MutationKind, bool]] = Counter()
    for trial in trials:
        for mutation, flagged in trial.planted:
            key = (mutation.kind, is_misplaced(mutation))
            planted[key] += 1
            passed[key] += not flagged
    return {key: Share(planted[key], passed[key]) for key in planted}


def trial_table(trials: Sequence[Trial]) -> str:
    """What passed, by kind of mutation, and what was flagged among the untouched."""
    found = shares(trials)
    lines = ["埋错（未被发现/埋入）          值与出处不符          数对、位置错"]
    for kind in MutationKind:
        cells = [str(found.get((kind, misplaced), Share(0, 0))) for misplaced in (False, True)]
        lines.append(f"  {TITLES[kind]:<14}\t{cells[0]:>18}\t{cells[1]:>18}")
    totals = [
        Share(
            sum(s.planted for (_, m), s in found.items() if m is misplaced),
            sum(s.passed for (_, m), s in found.items() if m is misplaced),
        )
        for misplaced in (False, True)
    ]
    lines.append(f"  {'合计':<14}\t{totals[0]!s:>18}\t{totals[1]!s:>18}")
    flagged, fields = sum(len(t.flagged) for t in trials), sum(t.fields for t in trials)
    lines.append(f"未动的正确值被标记：{flagged}/{fields} {100 * flagged / fields:.2f}%")
    return "\n".join(lines) + "\n"


def _passed_lines(trials: Iterable[Trial]) -> Iterator[str]:
    for trial in trials:
        for mutation, flagged in trial.planted:
            if not flagged:
                where = "位置错" if is_misplaced(mutation) else "值不符"
                yield f"{trial.report}  {mutation.place}  {mutation.kind}（{where}）：{mutation.original} → {mutation.value}\n"
        for place, value, reason in trial.flagged:
            yield f"{trial.report}  {place}  误报：{value}：{reason}\n"


def _as_json(trials: Sequence[Trial]) -> str:
    data = {
        "kinds": [
            {"kind": kind.value, "misplaced": misplaced, "planted": share.planted, "passed": share.passed}
            for (kind, misplaced), share in sorted(shares(trials).items())
        ],
        "untouched": {"fields": sum(t.fields for t in trials), "flagged": sum(len(t.flagged) for t in trials)},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
