"""Goals in prose: the items under a heading such as 年度绩效目标, with the outcomes listed under 目标完成情况."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.claims import candidate, claim, cut_long, piece, quote_of, split_items, trim_end
from schemas.outline import children, subtree
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, Section, SectionKind
from schemas.text import Document, Span

_GOAL_TITLE = re.compile(r"(?:绩效|年度|总体|预期|工作|项目|整体|部门|主要|当年)(?:绩效|总体|工作|支出)*目标(?:设定|设立|设置|申报|情况)*$")
_NOT_GOAL = re.compile(r"完成|实现|偏离|管理|未|差距|自评|评价|问题|措施|原因|下达|分解|明年|下一?年")
_INLINE = re.compile(
    r"(?:年度|全年|总体|预期|项目|年初(?:设定)?(?:的)?)(?:总体)?(?:绩效)?(?:总)?目标(?:是|为|如下|设定为)?\s*[:：]\s*(?P<body>[^\n]{6,600})"
)
_INLINE_END = re.compile(r"(?:实际|目标|年度|全年)*(?:完成|实现)情况\s*[:：]")
_DONE_TITLE = re.compile(r"(?:目标|任务)(?:的)?(?:总体)?(?:实际)?(?:完成|实现)情况")


def read_prose_goals(document: Document, sections: Sequence[Section], within: Span, evaluation: str) -> Iterator[Candidate]:
    """The goals that the sections inside a passage state."""
    text = document.text
    for section in sections:
        if section.kind is SectionKind.FORM or not within.covers(section.span):
            continue
        if section.heading is not None and _GOAL_TITLE.search(section.title) and not _NOT_GOAL.search(section.title):
            outcomes = _outcomes(text, sections, section)
            for place, span in enumerate(_goal_spans(text, sections, section)):
                yield _goal(text, span, outcomes.get(place + 1), evaluation)
            continue
        for match in _INLINE.finditer(text, section.span.start, section.span.end):
            body = Span(match.start("body"), match.end("body"))
            stop = _INLINE_END.search(text, body.start, body.end)
            body = Span(body.start, stop.start()) if stop else body
            done = Span(stop.end(), match.end("body")) if stop else None
            items = [span for _, span in split_items(text, body)] or [body]
            results = dict(split_items(text, done)) if done else {}
            for place, span in enumerate(items):
                outcome = results.get(place + 1) if len(results) == len(items) else done if len(items) == 1 else None
                yield _goal(text, span, outcome, evaluation)


def _goal_spans(text: str, sections: Sequence[Section], section: Section) -> list[Span]:
    """The items of the section: its subsections, else its numbered list, else its whole text."""
    below = children(sections, section.index)
    if len(below) >= 2:
        return [piece(text, Span(_title_start(text, s), subtree(sections, s.index).end)).span for s in below]
    start = section.heading.end if section.heading else section.span.start
    body = piece(text, Span(min(start, section.span.end), section.span.end)).span
    items = [span for _, span in split_items(text, body)]
    if items:
        return items
    return [body] if 6 <= body.end - body.start <= 1500 and "\n\t" not in text[body.start : body.end] else []


def _outcomes(text: str, sections: Sequence[Section], goal: Section) -> dict[int, Span]:
    """The outcomes by number, from the section about the goals' completion beside or after the goals."""
    for section in sections[goal.index + 1 :]:
        if _DONE_TITLE.search(section.title) and section.kind is not SectionKind.FORM:
            spans = _goal_spans(text, sections, section)
            own = _goal_spans(text, sections, goal)
            return dict(enumerate(spans, 1)) if len(spans) == len(own) else {}
    return {}


def _title_start(text: str, section: Section) -> int:
    if section.heading is None:
        return section.span.start
    found = text.find(section.title, section.heading.start, section.heading.end) if section.title else -1
    return found if found >= 0 else section.heading.start


def _goal(text: str, span: Span, outcome: Span | None, evaluation: str) -> Candidate:
    statement = trim_end(cut_long(text, span))
    fields: dict[str, Claim] = {"statement": claim(statement)}
    if outcome is not None:
        fields["outcome"] = claim(trim_end(cut_long(text, outcome)))
    quote = quote_of(text, [statement.span])
    return candidate(RecordKind.GOAL, {"evaluation": evaluation}, fields, quote, "goals.prose")
