"""What a report says of itself: its unit, its year, its staff, and whether it declares that nothing was missed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.claims import candidate, claim_cell, quote_of, tidy
from pipeline.engines.rules.evaluations import project_in_title
from pipeline.forms.grid import align_row, is_blank
from pipeline.forms.reading import BlockKind, Form
from pipeline.forms.year import find_year
from pipeline.prose.declarations import find_declarations, is_of_one_project
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, Section, SectionKind
from schemas.text import Document, Span

_ORGAN = (
    r"(?:委员会|管理局|人民政府|办事处|办公室|人民法院|人民检察院|检察院|法院|联合会|总工会|团委|党校|学校|中学|小学|大学|学院|幼儿园"
    r"|医院|卫生院|服务中心|中心|图书馆|博物馆|文化馆|档案馆|馆|支队|大队|总队|分局|总站|管理站|管理处|管理所|局|厅|委|办|处|站|所|院|会|社|部|队|园|场|街道)"
)
_NAME = re.compile(
    rf"[\u4e00-\u9fffA-Za-z（）()·]{{2,40}}?{_ORGAN}(?:本级|机关)?(?=$|[\s\d，。：:（(]|整体|部门|单位|项目|预算|绩效|关于|\d{{4}}|机关|年度|财政|决算)"
)
_TITLE = re.compile(r"(?:绩效|自评|评价).{0,12}报\s*告")
_LEAD = re.compile(r"^(?:附件\s*\d*\s*[:：]?|关于|[（(]?20\d{2}\s*年度?[)）]?|[\s:：])+")
_TAIL = re.compile(
    r"(?:部门|单位)?(?:整体支出|项目支出|部门预算|部门整体|预算支出|预算绩效|财政支出|财政资金|财政项目|绩效|预算|20\d{2}\s*年|关于|年度|专项资金|转移支付).*$"
)
_COUNT = r"(?P<n>[\d０-９]+|[一二三四五六七八九十百]+)(?P<u>个|名|人)?(?![\d.．年月%％])"
_AUTHORIZED = re.compile(
    rf"(?:(?:核定|实有|人员|批复|总|共有|共)?编制(?:总?(?:人?数|人员|名额))?(?:共|总|合)?(?:计)?(?:为|有|是)?|(?:核定|批准)(?:的)?(?:人员)?编制)\s*[:：]?\s*{_COUNT}"
)
_ACTUAL = re.compile(
    rf"(?:(?:实有|现有|年末|实际)*(?:在职(?:在编|在岗)?|在编(?:在职|在岗)?|在岗)(?:人员|职工|干部|人数|干部职工|教职工)*(?:总?数|人数)?|(?:实有|实际)(?:人数|人员|在编人员))(?:共|合计|总计|为|有|是|共有|共计)?\s*[:：]?\s*{_COUNT}"
)


def read_facts(document: Document, sections: Sequence[Section], forms: Sequence[Form]) -> Candidate:
    """The facts about the report as one record; its quote is the unit's name, or the report's first line."""
    fields: dict[str, Claim] = {}
    year = find_year(document)
    if year is not None:
        fields["fiscal_year"] = year
    unit = find_unit(document, sections, forms)
    if unit is not None:
        fields["unit_name"] = unit
    fields.update(_staff(document, sections, forms))
    declared = _declared(document, sections)
    if declared is not None:
        fields["no_deviation_declared"] = Claim("true", declared, document.quote(declared))
    anchor = unit.where if unit and unit.where else Span(0, min(len(document.text), 40))
    return candidate(RecordKind.REPORT, {}, fields, quote_of(document.text, [anchor]), "facts")


def find_unit(document: Document, sections: Sequence[Section], forms: Sequence[Form]) -> Claim | None:
    """The unit that evaluates itself: as its form names it, else as the title does, else the signature."""
    named = [pair for form in forms if (pair := form.pair("unit_name")) is not None and len(tidy(pair.value.text)) >= 3]
    title = _unit_in_title(document, sections)
    if named:
        form_name = claim_cell(named[0].value)
        if title is not None and form_name.value in title.value:
            return title
        return form_name
    if title is not None:
        return title
    implementers = [pair for form in forms if (pair := form.pair("implementer")) is not None]
    return claim_cell(implementers[0].value) if implementers else None


def _unit_in_title(document: Document, sections: Sequence[Section]) -> Claim | None:
    first = next((s.heading.start for s in sections if s.heading and s.number), 600)
    head = document.text[: max(40, min(first, 800))]
    lines = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", head)]
    project = project_in_title(document)
    for place, (start, line) in enumerate(lines[:12]):
        if not _TITLE.search(line) and not (place + 1 < len(lines) and _TITLE.search(line + lines[place + 1][1])):
            continue
        lead = _LEAD.match(line)
        name = line[lead.end() if lead else 0 :]
        if project is not None and project.where is not None and start < project.where.start < start + len(line):
            name = line[lead.end() if lead else 0 : project.where.start - start]
        name = _TAIL.sub("", name).strip(" 　\t（(")
        if len(name) < 3 and not _TITLE.search(line):
            continue  # （2023年度） above the title
        above = next((near for _, near in reversed(lines[:place]) if _NAME.search(near.strip())), "")
        if len(name) >= 3 and (_NAME.search(name) or not above):
            offset = start + line.index(name)
            return Claim(tidy(name), Span(offset, offset + len(name)))
        for near_start, near in reversed(lines[:place]):
            match = _NAME.search(near.strip())
            if match and not _TITLE.search(near):
                offset = near_start + near.index(match[0])
                return Claim(tidy(match[0]), Span(offset, offset + len(match[0])))
        break
    lines_at_end = [(m.start(), m[0]) for m in re.finditer(r"[^\n]+", document.text)][-6:]
    for start, line in reversed(lines_at_end):
        match = _NAME.fullmatch(line.strip())
        if match and not any(table.span.start <= start < table.span.end for table in document.tables):
            return Claim(
                tidy(match[0]), Span(start + line.index(match[0]), start + line.index(match[0]) + len(match[0]))
            )
    return None


def _staff(document: Document, sections: Sequence[Section], forms: Sequence[Form]) -> dict[str, Claim]:
    for form in forms:
        for block in form.blocks:
            if block.kind is not BlockKind.STAFF:
                continue
            for row in block.rows:
                cells = align_row(row, block.columns, exact=block.exact)
                codes = ((block.columns[place].code, cell) for place, cell in cells.items())
                found = {
                    c: claim_cell(cell)
                    for c, cell in codes
                    if c in ("authorized_staff", "actual_staff") and not is_blank(cell.text)
                }
                if found:
                    return {str(code): value for code, value in found.items()}
    fields: dict[str, Claim] = {}
    prose = [section for section in sections if section.kind is not SectionKind.FORM]
    for section in sorted(prose, key=lambda s: s.kind is not SectionKind.PROFILE):
        for code, span in _staff_in(document.text, section.span):
            fields.setdefault(code, Claim(tidy(document.quote(span)), span))
    return fields


def _staff_in(text: str, span: Span) -> Iterator[tuple[str, Span]]:
    """The staff numbers of a passage, whose lines may be wrapped anywhere."""
    places = [place for place in range(span.start, span.end) if not text[place].isspace()]
    words = "".join(text[place] for place in places)
    for code, pattern in (("authorized_staff", _AUTHORIZED), ("actual_staff", _ACTUAL)):
        match = pattern.search(words)
        if match:
            end = match.end("u") if match["u"] else match.end("n")
            yield code, Span(places[match.start("n")], places[end - 1] + 1)


def _declared(document: Document, sections: Sequence[Section]) -> Span | None:
    for section in sections:
        if section.kind not in (SectionKind.PROFILE, SectionKind.FORM) and not is_of_one_project(
            document.quote(section.span)[:60]
        ):
            found = next(find_declarations(document.text, section.span), None)
            if found is not None:
                return found
    return None
