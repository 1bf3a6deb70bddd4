"""Wrong values planted into correct labels, one at a time, and how many of them pass the checks unflagged.

Each mutation changes one value of one report's gold as readers get values wrong, and ``extract check`` must flag that
very field. Where the new value is not what the quoted evidence says, nothing vouches for it (*wrong value*); where the
evidence has that number too, in another column, row or role, only the place is wrong (*wrong place*).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

from eval.cases import Case
from eval.mutation_targets import Target, targets_of
from eval.wrong_values import NEVER_MISPLACED, Draw, MutationKind, source_of, wrong_values
from pipeline.checking import CheckedLabels, check_labels
from pipeline.errors import LabelError
from pipeline.grounding import TextIndex, index_text, locate, locate_quote
from pipeline.readers import read_document
from pipeline.run import Progress
from schemas.records import Labels
from schemas.stages import Status
from schemas.text import Document

_MOST_ROUNDS = 40
_TOGETHER = 50  # mutations that a process checks in one go
_PLACE = re.compile(r"(?:(?P<section>\w+)\[(?P<record>\d+)\]\.)?(?P<name>\w+)")


class Mutation(NamedTuple):
    """One wrong value: where it is planted (``funding[0].rate``), what stood there, and what stands there now.

    ``misplaced`` where the record's own evidence has the new value too.
    """

    kind: MutationKind
    place: str
    original: str
    value: str
    misplaced: bool

    @property
    def is_misplaced(self) -> bool:
        """True where the right number stands in the wrong place, rather than a value that the evidence has not."""
        return self.misplaced and self.kind not in NEVER_MISPLACED


class Flagged(NamedTuple):
    """A correct value that is flagged: where it stands, what it is, and the first reason."""

    place: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of planting into one report: each mutation with whether it was flagged, and what was flagged before."""

    report: str
    planted: tuple[tuple[Mutation, bool], ...]
    fields: int
    flagged: tuple[Flagged, ...]


class Share(NamedTuple):
    """How many were planted, and how many of them passed unflagged."""

    planted: int
    passed: int

    def __str__(self) -> str:
        return f"{self.passed}/{self.planted}" + (f" {self.passed / self.planted:.2%}" if self.planted else "")


def run_trials(
    cases: Sequence[Case], count: int, seed: int, progress: Callable[[Progress], None] = lambda _: None
) -> list[Trial]:
    """Plant ``count`` mutations, spread over the cases by their number of values, and check each.

    The same seed plants the same ones. There are fewer where the cases have no more different ones. ``LabelError``
    where no case has a value to be made wrong.
    """
    counts = _spread(cases, count)
    with ProcessPoolExecutor() as pool:
        drawn = list(pool.map(_draw, cases, counts, [seed] * len(cases)))
        batches = [
            (place, found[start : start + _TOGETHER])
            for place, found in enumerate(drawn)
            for start in range(0, len(found), _TOGETHER)
        ]
        flagged: list[list[bool]] = [[] for _ in cases]
        done, total = 0, sum(map(len, drawn))
        results = pool.map(_check_all, [cases[place] for place, _ in batches], [batch for _, batch in batches])
        for (place, _), found in zip(batches, results, strict=True):
            flagged[place] += found
            done += len(found)
            progress(Progress(done, total, None))
        untouched = list(pool.map(_check_untouched, cases))
    return [
        Trial(case.name, tuple(zip(mutations, found, strict=True)), *before)
        for case, mutations, found, before in zip(cases, drawn, flagged, untouched, strict=True)
    ]


def draw_mutations(case: Case, document: Document, count: int, seed: int) -> list[Mutation]:
    """That many different mutations of a case, every kind as often as it can be, in an order drawn by the seed."""
    random = Random(f"{seed}/{case.name}")
    index, source = index_text(document.text), source_of(case.gold, document.text)
    targets = list(targets_of(case.gold))
    drawn: dict[tuple[str, str], Mutation] = {}
    for _ in range(_MOST_ROUNDS):
        if len(drawn) >= count:
            break
        waiting = {}
        for kind in MutationKind:
            waiting[kind] = [
                Mutation(kind, target.place, target.value, value, _in_evidence(case.gold, index, target, value))
                for target in targets
                for value in wrong_values(kind, Draw(target, source, random))
            ]
            random.shuffle(waiting[kind])
        for mutation in _in_turn(waiting, drawn):
            if len(drawn) >= count:
                break
            drawn[mutation.place, mutation.value] = mutation
    return list(drawn.values())


def plant(gold: Labels, mutation: Mutation) -> Labels:
    """The labels with the one value changed."""
    match = _PLACE.fullmatch(mutation.place)
    if match is None:
        raise ValueError(f"no place of a label file: {mutation.place}")
    section, name = match["section"], match["name"]
    if section is None:
        value: object = int(mutation.value) if name == "fiscal_year" else mutation.value
        return gold.model_copy(update={name: value})
    records, number = list(getattr(gold, section)), int(match["record"])
    records[number] = records[number].model_copy(update={name: mutation.value})
    return gold.model_copy(update={section: tuple(records)})


def shares(trials: Iterable[Trial]) -> dict[tuple[MutationKind, bool], Share]:
    """By kind and by whether the value is misplaced: how many were planted and how many passed unflagged."""
    planted: Counter[tuple[MutationKind, bool]] = Counter()
    passed: Counter[tuple[MutationKind, bool]] = Counter()
    for trial in trials:
        for mutation, flagged in trial.planted:
            key = (mutation.kind, mutation.is_misplaced)
            planted[key] += 1
            passed[key] += not flagged
    return {key: Share(planted[key], passed[key]) for key in planted}


def _spread(cases: Sequence[Case], count: int) -> list[int]:
    """How many are planted into each case, by its number of values; they come to ``count``."""
    ends = list(accumulate((sum(1 for _ in targets_of(case.gold)) for case in cases), initial=0))
    if not ends[-1]:
        raise LabelError("标注里没有可以改错的数值", "请换一套填有数值的标注（gold/*.json）。")
    return [round(count * end / ends[-1]) - round(count * start / ends[-1]) for start, end in pairwise(ends)]


def _in_turn(waiting: dict[MutationKind, list[Mutation]], drawn: dict[tuple[str, str], Mutation]) -> Iterator[Mutation]:
    """One of each kind in turn, from the end of its list, until all are used up; those drawn already are left out."""
    while any(waiting.values()):
        for mutations in waiting.values():
            while mutations:
                mutation = mutations.pop()
                if (mutation.place, mutation.value) not in drawn:
                    yield mutation
                    break


def _in_evidence(gold: Labels, index: TextIndex, target: Target, value: str) -> bool:
    """True where the record's quote has the value too; a fact of the report has the whole report for its quote."""
    if not target.section:
        found = locate(index, value)
        return found.span is not None and found.status is not Status.NUMBER_MISMATCH
    quote = locate_quote(index, getattr(gold, target.section)[target.record].quote).span
    return quote is not None and locate(index, value, quote).status.vouched


def _draw(case: Case, count: int, seed: int) -> list[Mutation]:
    return draw_mutations(case, read_document(case.report), count, seed)


def _check_all(case: Case, mutations: Sequence[Mutation]) -> list[bool]:
    """Whether each mutation, planted alone, is flagged."""
    document = read_document(case.report)
    return [_is_flagged(check_labels(document, plant(case.gold, one)), one.place) for one in mutations]


def _check_untouched(case: Case) -> tuple[int, tuple[Flagged, ...]]:
    """How many values the gold has, and which of them are flagged as they are."""
    checked = check_labels(read_document(case.report), case.gold)
    flagged = (Flagged(one.place, one.field.value, one.flags[0]) for one in checked.flagged if _is_value(one.place))
    return sum(_is_value(one.place) for one in checked.fields), tuple(flagged)


def _is_value(place: str) -> bool:
    return not place.endswith("quote") and ".quotes[" not in place


def _is_flagged(checked: CheckedLabels, place: str) -> bool:
    return any(field.place == place for field in checked.flagged)
