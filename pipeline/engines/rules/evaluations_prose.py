"""Evaluations in prose: the department's own score, and the projects that have a section of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.claims import claim, piece
from pipeline.engines.rules.evaluations import DEPARTMENT, Subject, likeness_key, name_piece, same_project
from schemas.outline import subtree, title_start
from schemas.stages import Claim, Section, SectionKind
from schemas.text import Document, Span

_SCORE = re.compile(
    r"(?:自评|综合|评价|考评|最终|总体|绩效|整体)[^。；;\n\d]{0,24}?(?:得分|评分|总分|分数|分值|自评分|自评得)(?:情况)?(?:为|是|合计|共计|达到|[:：])*\s*"
    r"(?P<score>\d{1,3}(?:\.\d+)?\s*分?)(?!\d|\.\d|\s*[%％])|自评(?:得|为|是)?\s*(?P<brief>\d{1,3}(?:\.\d+)?\s*分)"
)
_GRADE = re.compile(
    r"(?:等级|等次|评级|档次|结果|结论|评定|评为|评价|自评)[^。；;\n]{0,14}?[“\"'‘「]?(?P<grade>优秀|良好|优|良|中|差)(?=[”\"'’」]|等次|等级|[，。；,;\n）)]|级|\s|$)"
)
_NOT_TOTAL = re.compile(r"[^。；\n]{0,12}(?:满分|权重|分值)\s*$")
_PROJECT_WORD = re.compile(r"项目|经费|资金|专项|工程|补助|补贴|工作费")
_PROJECTS_ABOVE = re.compile(r"项目")
_NOT_A_PROJECT = re.compile(
    r"项目支出(?:情况|绩效|预算)|绩效情况|绩效自评(?:结果|情况)$|^项目(?:概况|管理|实施|组织|资金|绩效|立项|产出|效益|决策|支出|基本)|"
    r"资金(?:使用|管理|收支|安排|情况|到位|执行|投入|拨付)|情况$|情况分析|专项资金(?:管理|实际|使用)|(?:产出|效益|满意度|数量|质量|时效|成本)指标|自评工作|组织对|管理制度|经验|目标|^无|年无|没有|^其[余他它]|结转|一般公共预算|政府性基金|国有资本|社会保险"
)
_NAME_END = re.compile(
    r"(?:项目)?(?:支出)?绩效(?:自评|评价)|自评(?:情况|综述|得分)|[:：。；;，,（(]|\d[\d.,]*\s*(?:万|亿|千)?元|$"
)
_PARAGRAPH = re.compile(
    r"(?:^|(?<=\n))[ \t\u3000]*(?P<name>[^\n。；：:，,\d]{4,40}?(?:项目|资金|经费|专项|工程|补助))"
    r"(?:(?:支出)?绩效(?:自评|评价)(?:综述|情况))?(?:[。：:]|由[^，。\n]{2,20}，)[^\n]*?自评(?:总)?得分[^\n]*"
)
_SUMMARY = re.compile(r"(?P<name>[^\n。；;:：、，\d“”]{2,40}?)[”]?(?:的)?绩效(?:自评|评价)(?:综述|情况)\s*[:：]")


def department_subject(document: Document, sections: Sequence[Section], taken: Sequence[Span]) -> Subject | None:
    """The department's score and grade as the prose states them, outside what is about projects."""
    for section in sections:
        if section.kind in (SectionKind.FORM, SectionKind.PROFILE):
            continue
        for match in _SCORE.finditer(document.text, section.span.start, section.span.end):
            span = Span(match.start(_group(match)), match.end(_group(match)))
            if any(other.covers(span) for other in taken) or _NOT_TOTAL.search(
                document.text[match.start() : match.start(_group(match))]
            ):
                continue
            fields: dict[str, Claim] = {"total_score": claim(piece(document.text, span))}
            fields.update(_grade_near(document.text, match.end()))
            return Subject(
                DEPARTMENT, None, fields, _sentence(document.text, match.start(), match.end()), "evaluations.prose"
            )
    return None


def project_subjects(document: Document, sections: Sequence[Section], known: Sequence[str]) -> tuple[Subject, ...]:
    """What the sections that are each about one project say of it; their spans do not overlap.

    A section is one where its title is the name of a project that is known from a form or that titles several
    sections, where it names a project and the title above speaks of projects, or where it is the standard summary
    (…绩效自评综述：…). So is a paragraph that begins with a project's name and tells its score.
    """
    known = (*known, *_repeated_titles(sections))
    found: list[Subject] = []
    for section in sections:
        if section.kind is SectionKind.FORM or (found and found[-1].span.covers(section.span)):
            continue
        name = _project_name(document.text, section, sections, known) if section.heading else None
        if name is not None:
            found.append(_subject(document.text, name, subtree(sections, section.index)))
        elif section.kind in (SectionKind.PERFORMANCE, SectionKind.FUNDING):
            for match in _PARAGRAPH.finditer(document.text, section.span.start, section.span.end):
                part = piece(document.text, Span(match.start("name"), match.end("name")))
                found.append(_subject(document.text, name_piece(part), Span(match.start("name"), match.end())))
    return tuple(found)


def _subject(text: str, name: Claim, span: Span) -> Subject:
    """A project with the score and the grade that its passage states."""
    fields: dict[str, Claim] = {}
    score = _SCORE.search(text, span.start, span.end)
    if score:
        fields["total_score"] = claim(piece(text, Span(score.start(_group(score)), score.end(_group(score)))))
        fields.update(_grade_near(text, score.end()))
    return Subject("project", name, fields, span, "evaluations.prose")


def _group(match: re.Match[str]) -> str:
    return "score" if match["score"] else "brief"


def _repeated_titles(sections: Sequence[Section]) -> tuple[str, ...]:
    """The titles that several sections have and that can be a project's name."""
    counted = Counter(s.title for s in sections if s.kind is not SectionKind.FORM and 5 <= len(s.title) <= 40)
    return tuple(t for t, n in counted.items() if n > 1 and _PROJECT_WORD.search(t) and not _NOT_A_PROJECT.search(t))


def _project_name(text: str, section: Section, sections: Sequence[Section], known: Sequence[str]) -> Claim | None:
    assert section.heading is not None
    if len(likeness_key(section.title)) >= 4 and any(same_project(section.title, name) for name in known):
        start = title_start(text, section)
        return name_piece(piece(text, Span(start, start + len(section.title))))
    if section.kind not in (SectionKind.PERFORMANCE, SectionKind.FUNDING, SectionKind.OTHER):
        return None
    start = title_start(text, section)
    summary = _SUMMARY.match(text, start, min(section.span.end, start + 80))
    if summary:
        return name_piece(piece(text, Span(summary.start("name"), summary.end("name"))))
    above = sections[section.parent].title if section.parent is not None else ""
    line_end = text.find("\n", start)
    end = min(section.span.end, line_end if line_end >= 0 else section.span.end, start + 80)
    stop = _NAME_END.search(text, start, end)
    part = piece(text, Span(start, stop.start() if stop and stop.start() > start else end))
    if not 3 <= len(part.text) <= 40 or not _PROJECT_WORD.search(part.text) or _NOT_A_PROJECT.search(part.text):
        return None
    return name_piece(part) if _PROJECTS_ABOVE.search(above) and section.kind is not SectionKind.OTHER else None


def _grade_near(text: str, end: int) -> Iterator[tuple[str, Claim]]:
    stop = text.find("\n", end)
    match = _GRADE.search(text, end, min(end + 60, stop if stop >= 0 else len(text)))
    if match:
        yield "grade", claim(piece(text, Span(match.start("grade"), match.end("grade"))))


def _sentence(text: str, start: int, end: int) -> Span:
    begin = max(text.rfind(mark, 0, start) for mark in "。；\n") + 1
    return Span(begin, end)
