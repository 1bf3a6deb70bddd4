"""What came of planted values, as lines for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from eval.mutations import Share, Trial, shares
from eval.wrong_values import MutationKind
from pipeline.grids import text_table

_TITLES = {
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
_WIDTH = 100


def mutation_lines(trials: Sequence[Trial], *, listed: bool = False) -> Iterator[str]:
    """What passed by kind of mutation, and how many untouched values are flagged; ``listed`` with each of them."""
    found = shares(trials)
    rows = [
        [_TITLES[kind], *(str(found.get((kind, misplaced), Share(0, 0))) for misplaced in (False, True))]
        for kind in MutationKind
    ]
    totals = [_total(found, misplaced=misplaced) for misplaced in (False, True)]
    header = ["未被标记／埋入", "值与出处不符", "数对、位置错"]
    yield from text_table(header, [*rows, ["合计", *map(str, totals)]], _WIDTH)
    flagged, fields = _untouched(trials)
    yield f"未动的正确值被标记：{flagged}/{fields}" + (f" {flagged / fields:.2%}" if fields else "")
    if listed:
        yield from _listed(trials)


def mutation_data(trials: Sequence[Trial], *, listed: bool = False) -> dict[str, Any]:
    """The same as plain data."""
    flagged, fields = _untouched(trials)
    data: dict[str, Any] = {
        "kinds": [
            {"kind": kind.value, "misplaced": misplaced, "planted": share.planted, "passed": share.passed}
            for (kind, misplaced), share in sorted(shares(trials).items())
        ],
        "untouched": {"fields": fields, "flagged": flagged},
    }
    if listed:
        data["passed"] = [
            {"report": trial.report, **mutation._asdict(), "misplaced": mutation.is_misplaced}
            for trial in trials
            for mutation, caught in trial.planted
            if not caught
        ]
        data["false_alarms"] = [{"report": trial.report, **one._asdict()} for trial in trials for one in trial.flagged]
    return data


def _total(found: dict[tuple[MutationKind, bool], Share], *, misplaced: bool) -> Share:
    chosen = [share for (_, one), share in found.items() if one is misplaced]
    return Share(sum(share.planted for share in chosen), sum(share.passed for share in chosen))


def _untouched(trials: Sequence[Trial]) -> tuple[int, int]:
    return sum(len(trial.flagged) for trial in trials), sum(trial.fields for trial in trials)


def _listed(trials: Sequence[Trial]) -> Iterator[str]:
    for trial in trials:
        for mutation, caught in trial.planted:
            if not caught:
                wrong = "位置错" if mutation.is_misplaced else "值不符"
                told = f"{_TITLES[mutation.kind]}（{wrong}）：{mutation.original} → {mutation.value}"
                yield f"{trial.report}  {mutation.place}  漏网：{told}"
        for one in trial.flagged:
            yield f"{trial.report}  {one.place}  误报：{one.value}：{one.reason}"
