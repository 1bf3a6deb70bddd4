"""Goals in prose: under a heading such as 年度绩效目标, after 目标1：, or in a sentence, with their outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.claims import candidate, claim, cut_long, piece, quote_of, split_items, trim_end
from schemas.outline import children, subtree, title_start
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, Section, SectionKind
from schemas.text import Document, Span

_ELSEWHERE = (SectionKind.FORM, SectionKind.PROBLEMS, SectionKind.REMEDIES)
_GOAL_TITLE = re.compile(
    r"(?:绩效|年度|总体|预期|工作|项目|整体|部门|主要|当年)(?:绩效|总体|工作|支出)*目标的?(?:设定|设立|设置|申报|制定|编制)?(?:情况)?$"
)
_NOT_GOAL = re.compile(r"完成|实现|偏离|管理|未|差距|自评|评价|问题|措施|原因|下达|分解|明年|下一?年")
_PROCEDURE = re.compile(r"编报|申报|原则|审核|报送|批复|填报|按要求|印发")
_LABEL = re.compile(r"目标\s*(?P<n>[1-9１-９一二三四五六七八九十])\s*[:：]\s*")
_DONE_LABEL = re.compile(r"目标\s*(?P<n>[1-9１-９一二三四五六七八九十])的?(?:实际)?(?:完成|实现)情况\s*(?:为)?[:：]\s*")
_INLINE = re.compile(
    r"(?:年度|全年|总体|预期|项目|年初(?:设定)?(?:的)?)(?:总体)?(?:绩效)?(?:总)?目标(?:是|为|如下|设定为)?\s*[:：]\s*(?P<body>[^\n]{6,600})"
)
_GOALS_AND_DONE = re.compile(r"目标(?:设定|设立)?(?:情况)?(?:及|与|和|、)其?(?:总体|实际)?(?:完成|实现)情况$")
_INLINE_END = re.compile(r"(?:实际|目标|年度|全年)*(?:完成|实现)情况\s*[:：]")
_DONE = re.compile(r"(?:总体|绩效|年度|预期)(?:绩效)?目标(?:的)?(?:总体|实际)?(?:完成|实现)情况(?:分析|说明)?")
_DONE_LIST = re.compile(r"(?:绩效|年度|总体)目标(?:的)?(?:总体|实际)?(?:完成|实现)情况(?:如下)?\s*[:：]\s*")


def read_prose_goals(
    document: Document, sections: Sequence[Section], within: Sequence[Span], evaluation: str
) -> Iterator[Candidate]:
    """The goals stated in the passages about one evaluation, each with its outcome where the passages tell it."""
    inside = [s for s in sections if s.kind not in _ELSEWHERE and any(w.covers(s.span) for w in within)]
    paired = [pair for section in inside for pair in _paired(document.text, sections, section)]
    for span, outcome in paired:
        yield _goal(document.text, span, outcome, evaluation)
    goals = [span for section in inside for span in _goals(document.text, sections, section)]
    if paired or not goals:
        return
    outcomes = next((found for found in _outcomes(document.text, sections, inside) if len(found) == len(goals)), None)
    for place, span in enumerate(goals):
        yield _goal(document.text, span, outcomes[place] if outcomes else None, evaluation)


def sets_goals(section: Section) -> bool:
    """True for a section that says what was to be reached, not what was."""
    return (
        section.heading is not None and bool(_GOAL_TITLE.search(section.title)) and not _NOT_GOAL.search(section.title)
    )


def _paired(text: str, sections: Sequence[Section], section: Section) -> Iterator[tuple[Span, Span]]:
    """Goals that each tell their own outcome: ``1.…。完成情况：…`` under 年度绩效目标及完成情况."""
    if section.heading is None or not _GOALS_AND_DONE.search(section.title):
        return
    items = _items(text, sections, section)
    told = [_INLINE_END.search(text, item.start + 4, item.end) for item in items]
    if len(items) < 2 or not all(told):
        return
    for item, match in zip(items, told, strict=True):
        if match is not None:
            yield piece(text, Span(item.start, match.start())).span, piece(text, Span(match.end(), item.end)).span


def _goals(text: str, sections: Sequence[Section], section: Section) -> list[Span]:
    labeled = _labeled(text, section.span, _LABEL)
    if labeled:
        return labeled
    if sets_goals(section):
        return _items(text, sections, section)
    match = _INLINE.search(text, section.span.start, section.span.end)
    if match is None:
        return []
    stop = _INLINE_END.search(text, match.start("body"), match.end("body"))
    body = Span(match.start("body"), stop.start() if stop else match.end("body"))
    return [span for _, span in split_items(text, body)] or [piece(text, body).span]


def _outcomes(text: str, sections: Sequence[Section], inside: Sequence[Section]) -> Iterator[list[Span]]:
    """The lists of outcomes that the passages hold, the surest first."""
    for section in inside:
        yield _labeled(text, section.span, _DONE_LABEL)
    for section in inside:
        if section.heading is not None and _DONE.search(section.title):
            yield _items(text, sections, section)
        match = _INLINE_END.search(text, section.span.start, section.span.end)
        if match and _INLINE.search(text, section.span.start, match.start()):
            line = text.find("\n", match.end(), section.span.end)
            body = Span(match.end(), line if line >= 0 else section.span.end)
            yield [span for _, span in split_items(text, body)] or [piece(text, body).span]
    for section in inside:
        match = _DONE_LIST.search(text, section.span.start, section.span.end)
        if match:
            whole = subtree(sections, section.index)
            yield [span for _, span in split_items(text, Span(match.end(), section.span.end))]
            yield [piece(text, Span(title_start(text, s), s.span.end)).span for s in children(sections, section.index)]
            yield [span for _, span in split_items(text, Span(match.end(), whole.end))]


def _labeled(text: str, span: Span, label: re.Pattern[str]) -> list[Span]:
    """What stands after 目标1：, 目标2： …, each up to the next label or the end of its line."""
    marks = list(label.finditer(text, span.start, span.end))
    found = []
    for place, match in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else span.end
        line = text.find("\n", match.end(), end)
        found.append(piece(text, Span(match.end(), line if line >= 0 else end)).span)
    return found


def _items(text: str, sections: Sequence[Section], section: Section) -> list[Span]:
    """The items of a section: its subsections, else its numbered list, else its whole text."""
    below = children(sections, section.index)
    if len(below) >= 2:
        return [piece(text, Span(title_start(text, s), subtree(sections, s.index).end)).span for s in below]
    start = section.heading.end if section.heading else section.span.start
    body = piece(text, Span(min(start, section.span.end), section.span.end))
    lead = len(body.text) - len(body.text.lstrip("。：: "))
    span = Span(body.span.start + lead, body.span.end)
    items = [item for _, item in split_items(text, span)]
    if items:
        return items
    usable = (
        6 <= len(body.text) <= 1500 and "\n\t" not in text[span.start : span.end] and not _PROCEDURE.search(body.text)
    )
    return [span] if usable else []


def _goal(text: str, span: Span, outcome: Span | None, evaluation: str) -> Candidate:
    statement = trim_end(cut_long(text, span))
    fields: dict[str, Claim] = {"statement": claim(statement)}
    if outcome is not None:
        fields["outcome"] = claim(trim_end(cut_long(text, outcome)))
    quote = quote_of(text, [statement.span])
    return candidate(RecordKind.GOAL, {"evaluation": evaluation}, fields, quote, "goals.prose")
