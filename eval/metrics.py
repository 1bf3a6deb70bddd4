"""How much of the gold the predicted labels have: counts by field, precision, recall and F1, and every error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from eval.agreement import fields_agree, is_filled
from eval.matching import FoldedText, Row, agreeing, fold_text, overlap, pair_records, rows_of
from schemas.records import SECTIONS, LabeledFinding, Labels, RecordKind, field_types
from schemas.text import Span


class Outcome(StrEnum):
    """What became of a field that gold or prediction fills."""

    RIGHT = "right"
    WRONG = "wrong"
    INVENTED = "invented"  # filled, gold is null
    OMITTED = "omitted"  # null, gold is filled


class FieldKey(NamedTuple):
    """What fields are counted by; ``origin`` is empty except for indicators."""

    kind: RecordKind
    origin: str
    field: str


class Judgement(NamedTuple):
    """One field of one record, with both values and the gold record's quote (the predicted one's if unpaired).

    ``paired`` is False where the whole record has no counterpart. ``gold_record`` and ``predicted_record`` are the
    places of the two records among those of their kind; the facts about a report are one record, at place 0.
    """

    report: str
    key: FieldKey
    outcome: Outcome
    gold: str | None
    predicted: str | None
    quote: str
    paired: bool
    gold_record: int | None = None
    predicted_record: int | None = None


class Tally(NamedTuple):
    """How many fields came out how. A wrong one is both a miss and a false alarm."""

    right: int = 0
    wrong: int = 0
    invented: int = 0
    omitted: int = 0

    @property
    def precision(self) -> float | None:
        """The share of predicted fields that are right; ``None`` without any."""
        return _share(self.right, self.right + self.wrong + self.invented)

    @property
    def recall(self) -> float | None:
        """The share of gold fields that are right; ``None`` without any."""
        return _share(self.right, self.right + self.wrong + self.omitted)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; ``None`` where neither side fills anything."""
        return _share(2 * self.right, 2 * self.right + 2 * self.wrong + self.invented + self.omitted)


class FindingTally(NamedTuple):
    """Findings of one code: how many were predicted, how many of those are right; likewise for gold."""

    predicted: int = 0
    right: int = 0
    gold: int = 0
    found: int = 0

    @property
    def precision(self) -> float | None:
        """The share of predicted findings that are right; ``None`` without any."""
        return _share(self.right, self.predicted)

    @property
    def recall(self) -> float | None:
        """The share of gold findings that were found; ``None`` without any."""
        return _share(self.found, self.gold)


@dataclass(frozen=True, slots=True)
class ReportScore:
    """The score of one report or of several: every judgement on a field, and the findings by code."""

    name: str
    judgements: tuple[Judgement, ...]
    findings: Mapping[str, FindingTally]

    @property
    def errors(self) -> tuple[Judgement, ...]:
        """The judgements for people to read: all that are not right."""
        return tuple(judgement for judgement in self.judgements if judgement.outcome is not Outcome.RIGHT)

    def tally(self, kind: RecordKind | None = None, origin: str | None = None, field: str | None = None) -> Tally:
        """The counts of all fields of that kind, origin and name; ``None`` stands for any."""
        counts = Counter(
            judgement.outcome
            for judgement in self.judgements
            if kind in (None, judgement.key.kind)
            and origin in (None, judgement.key.origin)
            and field in (None, judgement.key.field)
        )
        return Tally(*(counts[outcome] for outcome in Outcome))

    def f1(self, kind: RecordKind | None = None, origin: str | None = None, field: str | None = None) -> float | None:
        """Micro F1 over the fields of that kind, origin and name; ``None`` where neither side fills any."""
        return self.tally(kind, origin, field).f1

    def finding_tally(self) -> FindingTally:
        """The findings of all codes together."""
        return sum_findings(self.findings.values())


def score_report(text: str, gold: Labels, predicted: Labels) -> ReportScore:
    """The score of predicted labels against the gold of the same report, whose text tells where quotes overlap."""
    folded = fold_text(text)
    ignored = frozenset({"evaluation"}) if len(gold.evaluations) <= 1 else frozenset[str]()
    judgements = list(_judge_facts(gold, predicted))
    evaluations: Mapping[str, str] = {}
    for kind in SECTIONS:  # evaluations come first: the other kinds refer to them
        wanted, claimed = (rows_of(kind, labels, folded, ignored) for labels in (gold, predicted))
        matching = pair_records(wanted, claimed, evaluations)
        if kind is RecordKind.EVALUATION:
            evaluations = {pair.gold.id: pair.predicted.id for pair in matching.pairs}
        for pair in matching.pairs:
            judgements += _judge_pair(gold.report, pair.gold, pair.predicted, evaluations)
        for row in matching.missed:
            judgements += _judge_unpaired(gold.report, row, Outcome.OMITTED)
        for row in matching.surplus:
            judgements += _judge_unpaired(gold.report, row, Outcome.INVENTED)
    return ReportScore(gold.report, tuple(judgements), compare_findings(folded, gold.findings, predicted.findings))


def merge(scores: Iterable[ReportScore], name: str = "合计") -> ReportScore:
    """The score of several reports as if they were one: every field and every finding counts the same."""
    scores = tuple(scores)
    codes = sorted({code for score in scores for code in score.findings})
    return ReportScore(
        name,
        tuple(judgement for score in scores for judgement in score.judgements),
        {code: sum_findings(score.findings.get(code, FindingTally()) for score in scores) for code in codes},
    )


def compare_findings(
    text: FoldedText, gold: Iterable[LabeledFinding], predicted: Iterable[LabeledFinding]
) -> dict[str, FindingTally]:
    """By code, how many findings of either side have one of the same code on the other whose quotes overlap theirs."""
    wanted = [(finding.code, _finding_places(text, finding)) for finding in gold]
    claimed = [(finding.code, _finding_places(text, finding)) for finding in predicted]
    right = [any(c == code and overlap(p, places) for c, p in wanted) for code, places in claimed]
    found = [any(c == code and overlap(p, places) for c, p in claimed) for code, places in wanted]
    return {
        code: FindingTally(
            predicted=sum(c == code for c, _ in claimed),
            right=sum(hit and c == code for hit, (c, _) in zip(right, claimed, strict=True)),
            gold=sum(c == code for c, _ in wanted),
            found=sum(hit and c == code for hit, (c, _) in zip(found, wanted, strict=True)),
        )
        for code in sorted({c for c, _ in (*wanted, *claimed)})
    }


def sum_findings(tallies: Iterable[FindingTally]) -> FindingTally:
    """Findings of several reports or codes as if they were of one."""
    return FindingTally(*map(sum, zip(FindingTally(), *tallies, strict=True)))


def _judge_facts(gold: Labels, predicted: Labels) -> Iterator[Judgement]:
    """The facts about the report as a whole, counted as fields of one record that is always paired."""
    for name in field_types(RecordKind.REPORT):
        wanted, claimed = _fact(gold, name), _fact(predicted, name)
        same = wanted is not None and claimed is not None and fields_agree(RecordKind.REPORT, name, wanted, claimed)
        if wanted is not None or claimed is not None:
            key = FieldKey(RecordKind.REPORT, "", name)
            outcome = _outcome(wanted, claimed, same)
            yield Judgement(gold.report, key, outcome, wanted, claimed, "", True, 0, 0)


def _fact(labels: Labels, name: str) -> str | None:
    """A fact as text. That nothing is declared (``False``) is no value, as nothing is null."""
    value = getattr(labels, name)
    if value is None or value is False:
        return None
    text = str(value)
    return text if is_filled(text) else None


def _judge_pair(report: str, gold: Row, predicted: Row, evaluations: Mapping[str, str]) -> Iterator[Judgement]:
    """Every field that either record fills, under the origin that gold gives."""
    same = agreeing(gold, predicted, evaluations)
    for name in field_types(gold.kind):
        wanted, claimed = gold.fields.get(name), predicted.fields.get(name)
        if wanted is not None or claimed is not None:
            key = FieldKey(gold.kind, gold.origin, name)
            outcome = _outcome(wanted, claimed, name in same)
            yield Judgement(report, key, outcome, wanted, claimed, gold.quote, True, gold.index, predicted.index)


def _judge_unpaired(report: str, row: Row, outcome: Outcome) -> Iterator[Judgement]:
    for name, value in row.fields.items():
        key = FieldKey(row.kind, row.origin, name)
        if outcome is Outcome.OMITTED:
            yield Judgement(report, key, outcome, value, None, row.quote, False, row.index, None)
        else:
            yield Judgement(report, key, outcome, None, value, row.quote, False, None, row.index)


def _outcome(gold: str | None, predicted: str | None, same: bool) -> Outcome:
    if gold is None:
        return Outcome.INVENTED
    if predicted is None:
        return Outcome.OMITTED
    return Outcome.RIGHT if same else Outcome.WRONG


def _finding_places(text: FoldedText, finding: LabeledFinding) -> list[Span]:
    return [place for quote in finding.quotes for place in text.places(quote)]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
