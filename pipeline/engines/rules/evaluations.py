"""Evaluations in forms: each form is about the department as a whole or about one project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.engines.rules.claims import Piece, candidate, claim, claim_cell, cut_long, piece, quote_of, tidy
from pipeline.engines.rules.goals import goal_cells
from pipeline.forms.grid import align_row, grade_in, is_blank, numbers_in
from pipeline.forms.reading import Block, BlockKind, Form
from pipeline.forms.vocabulary import TOTAL_ROW, fold_header
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Cell, Document, Span

DEPARTMENT = "department"
_SUREST = ("evaluations.form", "evaluations.summary", "evaluations.prose", "evaluations.title")
_PROJECT_TITLE = re.compile(r"项目(?:支出)?|专项(?:资金)?|转移支付")
_DEPARTMENT_TITLE = re.compile(r"整体|部门|单位")
_SUFFIX = re.compile(r"(?:专项)?(?:工作)?(?:项目|经费|资金|专项|支出|补助|补贴)+$")
_TITLED = re.compile(
    r"(?:^|\n|年度?|[局委办院校厅])[ \u3000]*(?P<name>[^\n年。，：]{4,40}?(?:项目|专项资金|补助资金|工程|经费))"
    r"(?:支出)?\s*(?:20\d\d年度?)?(?:支出)?绩效(?:自评|评价)"
)
_UNIT_FIRST = re.compile(
    r"[^\n]{2,20}?(?:局|委员会|办公室|办事处|人民政府|厅)(?:本级|机关)?(?:关于)?(?:20\d\d年度?)?(?=[^\n]{4})"
)
_WHOLE = re.compile(r"整体支出|部门(?:整体|预算)")
_PROJECT_WORDS = re.compile(r"[^项目支出部门单位年度]{3,}")
_PUNCTUATION = re.compile(r"[\s“”\"'‘’《》（）()，,、：:；;。.]")
_GRADE = re.compile(r"优秀|良好|优|良|中等|中|较差|差|合格|不合格")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is evaluated, as far as one place of the report tells: a claim for each field it fills."""

    scope: str
    name: Claim | None
    fields: Mapping[str, Claim]
    span: Span
    rule: str


def likeness_key(name: str) -> str:
    """A project's name without punctuation and without 项目, 经费, 资金 at its end."""
    bare = _PUNCTUATION.sub("", tidy(name))
    return _SUFFIX.sub("", bare) or bare


def same_project(first: str, second: str) -> bool:
    """True where two names are of one project: equal but for 项目 or 经费 at the end, or one inside the other."""
    a, b = likeness_key(first), likeness_key(second)
    shorter, longer = sorted((a, b), key=len)
    return a == b or (len(shorter) >= 4 and shorter in longer)


def subject_of(document: Document, form: Form) -> Subject | None:
    """What a form evaluates; None for a table of basic data, which evaluates nothing of its own."""
    has_body = form.total is not None or any(b.kind in (BlockKind.INDICATORS, BlockKind.GOALS) for b in form.blocks)
    project = form.pair("project_name")
    if not has_body and project is None:
        return None
    name = claim_cell(project.value) if project else None
    title = project_in_title(document)
    scope = "project" if project or (title and "整体" not in form.title) else _scope_by_title(form.title)
    if scope == "project" and name is None:
        name = title
    if scope == DEPARTMENT:
        unit = form.pair("unit_name")
        name = claim_cell(unit.value) if unit else None
    fields: dict[str, Claim] = dict(_total(document.text, form))
    outcome = next((cell for _, cell in goal_cells(form) if cell is not None), None)
    if outcome is not None:
        fields["outcome_summary"] = claim(cut_long(document.text, outcome.span))
    return Subject(scope, name, fields, form.span, "evaluations.form")


def subjects_in_summary(form: Form) -> Iterator[tuple[Block, Subject]]:
    """The rows of a list of projects, each as a block of its own and as what it says of its project."""
    for block in form.blocks:
        if block.kind is not BlockKind.SUMMARY:
            continue
        for row in block.rows:
            cells = {
                block.columns[place].code: cell
                for place, cell in align_row(row, block.columns, exact=block.exact).items()
                if not is_blank(cell.text)
            }
            name = cells.get("project_name")
            if name is None or fold_header(name.text) in TOTAL_ROW:
                continue
            fields: dict[str, Claim] = {}
            score, grade = cells.get("total_score"), cells.get("grade")
            if score is not None and numbers_in((score,)):
                fields["total_score"] = claim_cell(score)
            if grade is not None and _GRADE.fullmatch(tidy(grade.text)):
                fields["grade"] = claim_cell(grade)
            span = Span(min(c.span.start for c in row if c.text), max(c.span.end for c in row if c.text))
            yield replace(block, rows=(row,)), Subject("project", claim_cell(name), fields, span, "evaluations.summary")


def project_in_title(document: Document) -> Claim | None:
    """The one project that the report's title is about (…项目支出绩效自评报告), or ``None``."""
    match = _TITLED.search(document.text, 0, 400)
    if match is None or _WHOLE.search(document.text, 0, match.end()):
        return None
    unit = _UNIT_FIRST.match(document.text, match.start("name"), match.end("name"))
    part = piece(document.text, Span(unit.end() if unit else match.start("name"), match.end("name")))
    return Claim(part.text, part.span) if _PROJECT_WORDS.search(part.text) else None


def _scope_by_title(title: str) -> str:
    if _PROJECT_TITLE.search(title) and "整体" not in title:
        return "project"
    return DEPARTMENT


def _total(text: str, form: Form) -> Iterator[tuple[str, Claim]]:
    """The total score and the grade, from the total row, else from the form's head."""
    score = _score_in_total(form)
    if score is None and (pair := form.pair("total_score")) and numbers_in((pair.value,)):
        score = pair.value
    if score is not None:
        yield "total_score", claim_cell(score)
    grade = grade_in(form.total) if form.total else None
    if grade is not None:
        yield "grade", claim_cell(grade)
    elif (stated := form.pair("grade")) and (match := _GRADE.fullmatch(tidy(stated.value.text).strip("“”"))):
        start = stated.value.span.start + stated.value.text.index(match[0])
        yield "grade", claim(piece(text, Span(start, start + len(match[0]))))


def _score_in_total(form: Form) -> Cell | None:
    if form.total is None:
        return None
    block = next((b for b in reversed(form.blocks) if b.kind is BlockKind.INDICATORS), None)
    numbers = numbers_in(form.total)
    if block is None:
        return numbers[-1] if numbers else None
    codes = [column.code for column in block.columns]
    if block.exact or len(form.total) == len(codes):
        cells = align_row(form.total, block.columns, exact=block.exact)
        by_code = {codes[place]: cell for place, cell in cells.items() if cell in numbers}
        if "score" in by_code or list(by_code) == ["weight"]:  # the weights' total alone is no score
            return by_code.get("score")
    ordered = [code for code in codes if code in ("weight", "score", "review_score")]
    if "score" in ordered and len(numbers) == len(ordered):
        return numbers[ordered.index("score")]
    if len(numbers) >= 2 and ordered[:2] == ["weight", "score"]:
        return numbers[1]
    if len(numbers) >= 2:
        return numbers[-1]
    after_gap = bool(numbers) and any(is_blank(c.text) for c in form.total[1:] if c.span.start < numbers[0].span.start)
    return numbers[0] if numbers and (ordered == ["score"] or after_gap) else None


def merge_subjects(subjects: Sequence[Subject]) -> tuple[tuple[Subject, ...], ...]:
    """The subjects grouped by what they are about: all of the department, and each project's together."""
    groups: list[list[Subject]] = []
    for subject in subjects:
        for group in groups:
            if group[0].scope != subject.scope:
                continue
            named = [s.name.value for s in group if s.name]
            if subject.scope == DEPARTMENT or (
                subject.name and any(same_project(subject.name.value, n) for n in named)
            ):
                group.append(subject)
                break
        else:
            groups.append([subject])
    return tuple(tuple(group) for group in groups)


def evaluation_of(document: Document, group: Sequence[Subject], identifier: str, fallback: Claim | None) -> Candidate:
    """The group as one record. Forms are read before prose; the first to fill a field counts."""
    fields: dict[str, Claim] = {}
    ordered = sorted(group, key=lambda s: _SUREST.index(s.rule))
    name = next((s.name for s in ordered if s.name), None) or fallback
    if name is not None:
        fields["name"] = name
    main = next((s for s in ordered if "total_score" in s.fields), ordered[0])
    for subject in (main, *ordered):
        for code, value in subject.fields.items():
            fields.setdefault(code, value)
    spans = [c.where for c in fields.values() if c.where and main.span.covers(c.where)] or [main.span]
    references = {"id": identifier, "scope": group[0].scope}
    return candidate(RecordKind.EVALUATION, references, fields, quote_of(document.text, spans), main.rule)


def name_piece(part: Piece) -> Claim:
    """A project's name as a claim, without closing punctuation."""
    words = part.text.rstrip("：:；;。，,")
    return Claim(words, Span(part.span.start, part.span.end - (len(part.text) - len(words))))
