"""The order of headings: which stands under which, by their numbers, their sequence, and the words of the genre."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.sections.headings import Heading, Style
from pipeline.sections.kinds import squash, topic_kind
from schemas.stages import SectionKind


class Start(NamedTuple):
    """A place where a section starts: with a heading or without, a form or prose.

    Prose without heading is what stands before the first heading, or what goes on under a form; it is ``signed`` where
    it is no more than a name and a date.
    """

    at: int
    heading: Heading | None
    form: bool = False
    signed: bool = False


class Place(NamedTuple):
    """A start and the index of the one it stands under."""

    start: Start
    parent: int | None


class _Open(NamedTuple):
    """A heading under which the next one may stand."""

    rank: int
    heading: Heading
    place: int


class _Shape(NamedTuple):
    """What the headings of a document as a whole tell about any one of them."""

    chinese: bool  # it has headings like 一、
    arabic_on_top: bool  # 1. stands above （一）
    bracketed_first: bool  # （1） stands above 1.
    outline: dict[int, int]  # the rank that numbered headings of each outline level have


_TOP = re.compile(
    r"政府性基金|国有资本|社会保险基金|一般公共预算支出|存在的?(主要)?问题|改进措施|下一步|结果.{0,6}应用|其他需要说明"
    r"|整体支出绩效|绩效(完成)?情况|(部门|单位|项目)(基本|概)|绩效自评"
)
_SINGLE = {SectionKind.PROBLEMS: re.compile("问题|不足"), SectionKind.REMEDIES: re.compile("措施|建议|下一步|改进")}
_TOP_RANK = int(Style.CHINESE)
_SECOND_RANK = int(Style.BRACKETED_CHINESE)


def arrange_starts(starts: Sequence[Start]) -> list[Place]:
    """Every start with the one it stands under: the nearest earlier one of a higher rank.

    A form stands under the prose around it, or on top where no prose follows that would go on with it; nothing stands
    under a form.
    """
    shape = _shape([start.heading for start in starts if start.heading and not start.form])
    opened: list[_Open] = []
    places: list[Place] = []
    for index, start in enumerate(starts):
        heading = start.heading
        if start.form:
            if heading is not None and heading.style is not Style.PART:
                opened = _close(opened, _rank(heading, opened, shape))
            elif _ends_prose(starts[index + 1 :]):
                opened = []
        elif heading is not None:
            rank = _rank(heading, opened, shape)
            opened = _close(opened, rank)
            places.append(Place(start, opened[-1].place if opened else None))
            opened.append(_Open(rank, heading, index))
            continue
        places.append(Place(start, opened[-1].place if opened else None))
    return places


def _ends_prose(later: Sequence[Start]) -> bool:
    """True where no heading follows, or one that starts anew."""
    heading = next((start.heading for start in later if start.heading and not start.form), None)
    return heading is None or heading.style is Style.PART or (heading.style is Style.CHINESE and heading.value == 1)


def _shape(headings: Sequence[Heading]) -> _Shape:
    """The traits of a document's headings."""
    styles = [heading.style for heading in headings]
    numbered = [style for style in styles if style not in (Style.PART, Style.MARKED, Style.BARE)]
    chinese = Style.CHINESE in styles
    on_top = not chinese and bool(numbered) and numbered[0] is Style.ARABIC and Style.BRACKETED_CHINESE in styles
    outline: dict[int, int] = {}
    for heading in headings:
        if heading.outline and heading.style < Style.MARKED:
            outline.setdefault(heading.outline, int(heading.style))
    return _Shape(chinese, on_top, _bracketed_first(styles), outline)


def _bracketed_first(styles: Sequence[Style]) -> bool:
    """True where （1） is the level above 1.: there is no （一）, and it comes first."""
    both = Style.BRACKETED_ARABIC in styles and Style.ARABIC in styles
    return (
        both
        and Style.BRACKETED_CHINESE not in styles
        and styles.index(Style.BRACKETED_ARABIC) < styles.index(Style.ARABIC)
    )


def _rank(heading: Heading, opened: Sequence[_Open], shape: _Shape) -> int:
    """The rank at which a heading stands, given those that are open above it; 1 is the highest."""
    if heading.style is Style.MARKED:
        return shape.outline.get(heading.outline, heading.outline + 1)
    if heading.style is Style.BARE:
        return _bare_rank(heading, opened)
    if heading.style is Style.BRACKETED_ARABIC and shape.bracketed_first:
        return _SECOND_RANK
    if heading.style is not Style.ARABIC:
        return int(heading.style)
    if shape.arabic_on_top:
        return _TOP_RANK
    return _continued_rank(heading, opened, shape) or int(Style.ARABIC)


def _close(opened: Sequence[_Open], rank: int) -> list[_Open]:
    """Those of the open headings that a heading of the given rank stands under."""
    kept = list(opened)
    while kept and kept[-1].rank >= rank:
        kept.pop()
    return kept


def _continued_rank(heading: Heading, opened: Sequence[_Open], shape: _Shape) -> int | None:
    """The rank of a higher sequence that an Arabic number goes on with (三、 then 4、); ``None`` where it does not.

    List numbers of Word are often lost or turned into Arabic ones. Only headings in the words of the genre are moved:
    items of a list whose first number is lost in its paragraph are not.
    """
    if not heading.topic or topic_kind(heading.title) is None:
        return None
    if not opened:
        return _TOP_RANK if shape.chinese and heading.value == 1 else None
    if any(_precedes(other, heading) for other in opened):
        return None
    ranks = [other.rank for other in opened if other.heading.value == heading.value - 1 and heading.value > 1]
    top = _TOP_RANK in ranks
    if top and (_TOP.search(squash(heading.title)) or _SECOND_RANK not in ranks):
        return _TOP_RANK
    return _SECOND_RANK if _SECOND_RANK in ranks else None


def _precedes(other: _Open, heading: Heading) -> bool:
    """True where a heading of the usual rank goes on with a sequence written in the same way."""
    same_mark = other.heading.number[-1:] == heading.number[-1:]
    return other.rank == Style.ARABIC and same_mark and other.heading.value == heading.value - 1


def _bare_rank(heading: Heading, opened: Sequence[_Open]) -> int:
    """The rank of a heading without a number: under the one that announces it (存在的问题及改进措施), else on top."""
    kind = topic_kind(heading.title)
    above = next((other for other in opened if other.rank == _TOP_RANK), None)
    if above is None or kind is None:
        return _TOP_RANK
    if kind in _SINGLE:
        title = above.heading.title
        announced = _SINGLE[kind].search(title) is not None and squash(title) != squash(heading.title)
        return _SECOND_RANK if announced else _TOP_RANK
    return max(_SECOND_RANK, min(opened[-1].rank + 1, int(Style.ARABIC)))
