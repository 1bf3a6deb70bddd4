"""What the review has come to: the error rate among unflagged fields, and how far second looks agree with the first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any, NamedTuple

from pipeline.errors import ExtractError
from pipeline.grids import text_table
from pipeline.review.words import KIND_WORDS, VERDICT_WORDS
from pipeline.store import ReviewProgress, SecondLook
from pipeline.titles import field_title
from schemas.records import FieldType, RecordKind, field_types

_Z = 1.959964  # of a 95 % interval
_CHOSEN = frozenset({"grade", "unit", "level1", "level2"})  # names that are chosen from few words
_SETTLED = frozenset({"accepted", "corrected", "rejected"})
_WIDTH = 100


class Interval(NamedTuple):
    """A share with its 95 % interval."""

    share: float
    low: float
    high: float


class Agreement(NamedTuple):
    """How far two reviewers agree over the fields that both decided about.

    ``exact`` of ``numbers`` numeric fields came to the same value. ``verdict_alpha`` is Krippendorff's alpha for
    nominal data over the verdicts, ``category_alpha`` over the values of fields that are chosen from few words;
    ``None`` where there is nothing to tell apart.
    """

    fields: int
    numbers: int
    exact: int
    verdict_alpha: float | None
    category_alpha: float | None
    differing: tuple[SecondLook, ...]


def wilson(wrong: int, whole: int) -> Interval | None:
    """The share of the wrong ones with its interval by Wilson's score, which holds for few and for none."""
    if not whole:
        return None
    share, square = wrong / whole, _Z * _Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def agreement_of(looks: Sequence[SecondLook]) -> Agreement:
    """How far the second looks agree with the first."""
    numeric = [look for look in looks if _is(look, FieldType.NUMBER) and _settled(look)]
    chosen = [look for look in looks if (_is(look, FieldType.REFERENCE) or look.field in _CHOSEN) and _settled(look)]
    return Agreement(
        len(looks),
        len(numeric),
        sum(_same(look) for look in numeric),
        _alpha([(look.first_verdict, look.second_verdict) for look in looks]),
        _alpha([(_fold(look.first_value), _fold(look.second_value)) for look in chosen]),
        tuple(look for look in looks if _settled(look) and not _same(look)),
    )


def progress_data(progress: ReviewProgress) -> dict[str, Any]:
    """The progress as plain data, with the error rate among the unflagged."""
    rate = wilson(progress.audited_wrong, progress.audited)
    return {**progress._asdict(), "error_rate": None if rate is None else rate._asdict()}


def status_data(progress: ReviewProgress, looks: Sequence[SecondLook], open_fields: int) -> dict[str, Any]:
    """Everything that is known of the review as plain data."""
    agreement = agreement_of(looks)
    told = {**agreement._asdict(), "differing": [look._asdict() for look in agreement.differing]}
    return {"open": open_fields, **progress_data(progress), "agreement": told if looks else None}


def status_lines(progress: ReviewProgress, looks: Sequence[SecondLook], open_fields: int) -> Iterator[str]:
    """Everything that is known of the review, for people."""
    rows = [("待复核字段", str(open_fields))]
    rows += [(f"已复核：{VERDICT_WORDS[name][0]}", str(count)) for name, count in progress.verdicts.items()]
    rows += [(f"复核人：{name}", str(sum(counts.values()))) for name, counts in progress.reviewers.items()]
    rate = wilson(progress.audited_wrong, progress.audited)
    if rate is not None:
        rows.append(("抽查未标记字段：有误/已查", f"{progress.audited_wrong}/{progress.audited}"))
        rows.append(("未标记字段的错误率（95% 区间）", f"{rate.share:.1%}（{rate.low:.1%}–{rate.high:.1%}）"))
    if looks:
        agreement = agreement_of(looks)
        rows.append(("二次复核的字段", str(agreement.fields)))
        if agreement.numbers:
            share = agreement.exact / agreement.numbers
            rows.append(("数字完全一致", f"{agreement.exact}/{agreement.numbers}（{share:.1%}）"))
        rows.append(("结论的一致性 Krippendorff α", _alpha_words(agreement.verdict_alpha)))
        rows.append(("类别值的一致性 Krippendorff α", _alpha_words(agreement.category_alpha)))
    yield from text_table(("项目", "数量"), rows, _WIDTH)
    for look in agreement_of(looks).differing if looks else ():
        title = field_title(look.field, RecordKind(look.kind))
        kind = KIND_WORDS[look.kind][0]
        yield (
            f"不一致 {kind}·{title}：{look.first_reviewer}“{look.first_value or '无'}”，"
            f"{look.second_reviewer}“{look.second_value or '无'}”"
        )


def _alpha(pairs: Sequence[tuple[str, str]]) -> float | None:
    words = sorted({word for pair in pairs for word in pair})
    if len(words) < 2:
        return None
    try:
        import krippendorff
    except ImportError as error:
        raise ExtractError("计算一致性需要 krippendorff 包", "请安装：pip install '.[eval]'。") from error
    codes = {word: float(number) for number, word in enumerate(words)}
    raters = [[codes[pair[rater]] for pair in pairs] for rater in (0, 1)]
    return float(krippendorff.alpha(reliability_data=raters, level_of_measurement="nominal"))


def _alpha_words(alpha: float | None) -> str:
    return "无从计算（结论只有一种）" if alpha is None else f"{alpha:.3f}"


def _settled(look: SecondLook) -> bool:
    return look.first_verdict in _SETTLED and look.second_verdict in _SETTLED


def _is(look: SecondLook, field_type: FieldType) -> bool:
    return bool(look.field) and field_types(RecordKind(look.kind)).get(look.field) is field_type


def _same(look: SecondLook) -> bool:
    if look.field == "":
        return look.first_verdict == look.second_verdict
    return _fold(look.first_value) == _fold(look.second_value)


def _fold(value: str | None) -> str:
    return "".join(unicodedata.normalize("NFKC", value or "").split())
