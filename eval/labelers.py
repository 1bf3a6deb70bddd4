"""How far two people who labeled the same reports agree: no reader can be told apart from the truth beyond that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from eval.agreement import fold
from eval.cases import load_labels, report_texts
from eval.figures import COLUMNS
from eval.metrics import FieldKey, FindingTally, Judgement, Outcome, ReportScore, merge, score_report
from eval.titles import field_name, percent
from pipeline.errors import LabelError
from pipeline.grids import printable, text_table
from schemas.records import RecordKind

_WIDTH = 140


class Agreement(NamedTuple):
    """The fields of one kind that either labeler filled: both and agreeing, both and not, or one alone.

    ``exact`` are those of the agreeing that are the same to the character, white space and width aside.
    """

    agreed: int = 0
    exact: int = 0
    differ: int = 0
    first_only: int = 0
    second_only: int = 0

    @property
    def f1(self) -> float | None:
        """F1 of either against the other; ``None`` where neither fills anything."""
        whole = 2 * (self.agreed + self.differ) + self.first_only + self.second_only
        return 2 * self.agreed / whole if whole else None

    @property
    def exact_rate(self) -> float | None:
        """The share of the fields both filled that are the same to the character; ``None`` without any."""
        both = self.agreed + self.differ
        return self.exact / both if both else None


class Labelers(NamedTuple):
    """Two folders of labels over the reports that both have; ``left_out`` has one of them only.

    ``untold`` are reports whose text was not found: their records are paired by their words alone.
    """

    score: ReportScore
    reports: tuple[str, ...]
    left_out: tuple[str, ...]
    untold: tuple[str, ...]


def compare_labelers(first: Path, second: Path) -> Labelers:
    """The second labeler against the first. A folder holds ``<report>.json``, itself or in its ``gold/``.

    Texts are looked for beside either, in ``reports/``. Raises ``LabelError`` where no report is in both.
    """
    ones, others = _label_files(first), _label_files(second)
    names = sorted(ones.keys() & others.keys())
    if not names:
        raise LabelError(f"{first} 与 {second} 没有同名的标注文件", "两个文件夹里应有同名的 <报告名>.json。")
    texts = {**report_texts(_corpus(second)), **report_texts(_corpus(first))}
    scores = [score_report(texts.get(name, ""), load_labels(ones[name]), load_labels(others[name])) for name in names]
    left_out = tuple(sorted(ones.keys() ^ others.keys()))
    return Labelers(merge(scores), tuple(names), left_out, tuple(name for name in names if name not in texts))


def agreement_of(judgements: Iterable[Judgement]) -> Agreement:
    """The agreement on these fields."""
    counts = dict.fromkeys(Outcome, 0)
    exact = 0
    for one in judgements:
        counts[one.outcome] += 1
        same = one.key.field == "evaluation" or fold(one.gold or "") == fold(one.predicted or "")
        exact += one.outcome is Outcome.RIGHT and same  # ids of evaluations are each labeler's own
    return Agreement(
        counts[Outcome.RIGHT], exact, counts[Outcome.WRONG], counts[Outcome.OMITTED], counts[Outcome.INVENTED]
    )


def by_column(score: ReportScore) -> dict[str, Agreement]:
    """The agreement on each kind of record, by the columns' headings."""
    return {
        title: agreement_of(
            one for one in score.judgements if kind in (None, one.key.kind) and origin in (None, one.key.origin)
        )
        for title, (kind, origin) in COLUMNS.items()
    }


def by_field(score: ReportScore) -> dict[FieldKey, Agreement]:
    """The agreement on each field that either filled anywhere."""
    groups: dict[FieldKey, list[Judgement]] = {}
    for one in score.judgements:
        groups.setdefault(one.key, []).append(one)
    order = list(RecordKind)
    keys = sorted(groups, key=lambda key: (order.index(key.kind), key))
    return {key: agreement_of(groups[key]) for key in keys}


def labelers_lines(labelers: Labelers) -> Iterator[str]:
    """The agreement as tables."""
    yield f"两人都标注的报告 {len(labelers.reports)} 份" + (
        f"；只有一人标注、未比较：{printable('、'.join(labelers.left_out))}" if labelers.left_out else ""
    )
    if labelers.untold:
        yield f"找不到原文，只按字段配对：{printable('、'.join(labelers.untold))}"
    columns = by_column(labelers.score)
    yield f"上限：两人之间 F1 为 {percent(columns['全部'].f1)}，得分超过它没有意义。"
    yield ""
    yield from _table(columns.items())
    yield ""
    yield from _table((field_name(key), agreement) for key, agreement in by_field(labelers.score).items())
    for code, tally in labelers.score.findings.items():
        yield f"矛盾 {code}：甲 {tally.gold}，乙 {tally.predicted}，相合 {tally.found}"


def labelers_data(labelers: Labelers) -> dict[str, Any]:
    """The agreement as plain data; shares are fractions."""
    return {
        "reports": list(labelers.reports),
        "left_out": list(labelers.left_out),
        "without_text": list(labelers.untold),
        "kinds": {title: _data(agreement) for title, agreement in by_column(labelers.score).items()},
        "fields": [{**key._asdict(), **_data(agreement)} for key, agreement in by_field(labelers.score).items()],
        "findings": {code: _finding(tally) for code, tally in labelers.score.findings.items()},
    }


def _label_files(folder: Path) -> dict[str, Path]:
    inner = folder / "gold"
    return {path.stem: path for path in sorted((inner if inner.is_dir() else folder).glob("*.json"))}


def _corpus(folder: Path) -> Path:
    return folder if (folder / "reports").is_dir() else folder.parent


def _table(rows: Iterable[tuple[str, Agreement]]) -> list[str]:
    cells = [
        (title, *map(str, agreement), percent(agreement.f1), percent(agreement.exact_rate)) for title, agreement in rows
    ]
    return text_table(("字段", "一致", "其中逐字", "不一致", "只有甲", "只有乙", "F1 (%)", "逐字 (%)"), cells, _WIDTH)


def _data(agreement: Agreement) -> dict[str, Any]:
    return {**agreement._asdict(), "f1": agreement.f1, "exact_rate": agreement.exact_rate}


def _finding(tally: FindingTally) -> dict[str, int]:
    return {"first": tally.gold, "second": tally.predicted, "first_shared": tally.found, "second_shared": tally.right}
