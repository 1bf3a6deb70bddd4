"""Forms: tables with the lines that belong to them, their title and unit above, their notes and signatures below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.sections.headings import Heading, Style, parse_marker
from pipeline.sections.lines import Line, between
from schemas.text import Cell, Document, Span, Table


class Form(NamedTuple):
    """A form: its heading (``None`` where it has no title), and its whole range."""

    heading: Heading | None
    span: Span


_TITLE = re.compile(
    r"[^。！？；]{0,50}(绩效|自评|评价|评分|基础数据|目标|指标|监控|申报|预算|支出|资金|收支|项目|经费)[^。！？；]{0,20}表"
    r"\s*([（(][^（）()]{1,20}[）)])?"
)
_TITLE_AS_PROSE = re.compile(r"[^。！？；，]{0,50}自评(情况|结果|报告表)\s*([（(][^（）()]{1,20}[）)])?")
_SEE = re.compile(r"[见如详](下|附|后)?列?表|如下|附后")
_ANNEX = re.compile(r"附\s*(件|表|录)?\s*[\d一二三四五六七八九十]{0,3}(\s*[-－—]\s*\d{1,2})?\s*[：:、.]?\s*\Z")
_ABOUT = re.compile(
    r"[（(]?\s*(金额|货币|计量)?单位\s*[：:]|[（(]\s*(20\d{2}|\s*)\s*年度?\s*[）)]\s*\Z|20\d{2}\s*年度?\s*\Z|公开\s*\d+\s*表|报表编号|表号"
    r"|[（(]?(编制|填报|填表|预算|报送|主管|实施|项目|部门|申报)?(、?(单位|部门|日期|时间|名称|人))+([（(][^（）()]{1,10}[）)])?\s*[：:]"
)
_ABOVE_TITLE = re.compile(r"(年度?|部门|单位|支出|整体|项目|资金|预算|专项|[）)])\s*\Z")
_SPLIT_TITLE = re.compile(r"(整体|项目|支出|预算|绩效|自评|评价|情况|基础)")
_WORDS = re.compile(
    r"(一级|二级|三级)指标|年度指标值|实际完成值|全年实际值|指标值|年度(总体|绩效)?目标|预期目标|年度资金总额|资金总额|全年执行数|全年预算数"
    r"|偏差原因|未完成原因|经费控制情况|控制率|财政供养人员"
)
_FIRST_CELL = re.compile(r"[^，。]{0,4}(项目|专项|转移支付|部门|单位).{0,8}名称|财政供养人员")
_FOOT = re.compile(
    r"(填\s*表|填\s*报|制\s*表|编制|经办|复核|审核|联系|单位负责|部门负责|项目负责|财务负责|主管)(人|单位|日期|时间|电话|领导)?[^。]{0,12}[：:]"
    r"|(负责人|日期|电话)[^。]{0,8}[：:]|(单位)?[（(](盖章|公章|签章)[）)]"
)
_NOTE = re.compile(r"(备\s*注|附\s*注|注\s*释|填表说明|填报说明|说\s*明|注)\s*\d?\s*[：:、.．]")
_NUMBERED_NOTE = (Style.ARABIC, Style.BRACKETED_ARABIC, Style.CIRCLED, Style.BRACKETED_CHINESE)
_MAX_LEAD_LINES = 8
_MAX_TITLE = 70
_MIN_WORDS = 2


def find_forms(document: Document, lines: Sequence[Line]) -> tuple[Form, ...]:
    """Every form in order. A table without a title and without a form's words is none; it belongs to its prose.

    A table that goes on from the one before, with no words between, belongs to that one's form.
    """
    found: list[Form] = []
    for group in _groups(document, lines):
        floor = found[-1].span.end if found else 0
        form = _form(document, lines, group, floor)
        if form is not None:
            found.append(form)
    return tuple(found)


def _groups(document: Document, lines: Sequence[Line]) -> Iterator[Span]:
    """The range of each run of tables that belong together: the first of a form and those that continue it."""
    current: Span | None = None
    for table in document.tables:
        if current is not None and table.span.start < current.end:
            current = Span(current.start, max(current.end, table.span.end))
            continue
        joins = (
            current is not None
            and all(line.blank for line in between(lines, Span(current.end, table.span.start)))
            and not _opens_form(table)
        )
        if joins and current is not None:
            current = Span(current.start, table.span.end)
        else:
            if current is not None:
                yield current
            current = table.span
    if current is not None:
        yield current


def _opens_form(table: Table) -> bool:
    filled = [cell for cell in table.cells if cell.text]
    return _inner_title(table) is not None or (bool(filled) and _FIRST_CELL.match(_flat(filled[0].text)) is not None)


def _form(document: Document, lines: Sequence[Line], group: Span, floor: int) -> Form | None:
    tables = [table for table in document.tables if group.covers(table.span)]
    lead = _lead(lines, group.start, floor)
    inner = _inner_title(tables[0])
    if not lead.titles and inner is None and not _has_form_words(tables):
        return None
    start = lead.start if lead.start is not None else group.start
    end = _foot_end(lines, group.end)
    heading: Heading | None = None
    if lead.titles:
        heading = _line_heading(document, start, lead)
    elif inner is not None:
        number = lead.annex.text.strip(" ：:") if lead.annex else ""
        first = lead.annex.first if lead.annex else inner.span.start
        heading = Heading(start, Span(first, inner.span.end), number, _flat(inner.text), Style.PART)
    return Form(heading, Span(start, end))


class _Lead(NamedTuple):
    """The lines above a table that belong to it: where they start, the lines of the title, the annex mark."""

    start: int | None
    titles: tuple[Line, ...]
    annex: Line | None


def _lead(lines: Sequence[Line], table_start: int, floor: int) -> _Lead:
    above = [line for line in between(lines, Span(floor, table_start)) if not line.blank]
    start: int | None = None
    titles: list[Line] = []
    for line in reversed(above[-_MAX_LEAD_LINES:]):
        if _ANNEX.match(line.text):
            return _Lead(line.start, tuple(titles), line)
        if not titles and _is_title(line.text):
            titles = [line]
            if parse_marker(line.text):
                return _Lead(line.start, tuple(titles), None)
        elif titles and _goes_on(line, titles[0]):
            titles.insert(0, line)
        elif not _ABOUT.match(line.text):
            break
        start = line.start
    return _Lead(start, tuple(titles), None)


def _is_title(text: str) -> bool:
    if len(text) > _MAX_TITLE or _SEE.search(text):
        return False
    words = re.sub(r"\s+", "", text)
    return _TITLE.fullmatch(words) is not None or (
        parse_marker(text) is None and _TITLE_AS_PROSE.fullmatch(words) is not None
    )


def _goes_on(line: Line, title: Line) -> bool:
    """True where a title stands over two lines: the upper one ends, and the lower one starts, within a title."""
    return (
        len(line.text) <= _MAX_TITLE // 2
        and not _is_title(line.text)
        and not _ABOUT.match(line.text)
        and parse_marker(line.text) is None
        and _ABOVE_TITLE.search(line.text) is not None
        and _SPLIT_TITLE.match(title.text) is not None
    )


def _line_heading(document: Document, start: int, lead: _Lead) -> Heading:
    first, last = lead.titles[0], lead.titles[-1]
    title = re.sub(r"\s*[\n\f]\s*", "", document.text[first.first : last.last]).strip()
    marker = parse_marker(title)
    if lead.annex is not None:
        number = lead.annex.text.strip(" ：:\u3000\t")
        return Heading(start, Span(lead.annex.first, last.last), number, title, Style.PART)
    if marker is None:
        return Heading(start, Span(first.first, last.last), "", title, Style.PART)
    span = Span(first.first, last.last)
    return Heading(start, span, marker.number, title[marker.end :].strip(), marker.style, marker.value)


def _inner_title(table: Table) -> Cell | None:
    """The cell of the first rows that holds the form's title, if one does."""
    titles = (cell for cell in table.cells if cell.row <= 1 and _is_title(cell.text))
    return next((cell for cell in titles if "绩效" in cell.text or _alone(table, cell)), None)


def _alone(table: Table, cell: Cell) -> bool:
    return all(other is cell or not other.text for other in table.cells if other.row == cell.row)


def _has_form_words(tables: Sequence[Table]) -> bool:
    words = {match[0] for table in tables for cell in table.cells if (match := _WORDS.match(_flat(cell.text)))}
    return len(words) >= _MIN_WORDS


def _foot_end(lines: Sequence[Line], table_end: int) -> int:
    """Where the lines under a table that belong to it end: signatures, and notes with their numbered items."""
    end, noted = table_end, 0
    before: Line | None = None
    for line in between(lines, Span(table_end, lines[-1].end if lines else table_end)):
        if line.blank:
            continue
        if _is_title(line.text) or _ANNEX.match(line.text):
            break
        marker = parse_marker(line.text)
        if _NOTE.match(line.text):
            noted = max(1, noted)
        elif noted and marker is not None and marker.style in _NUMBERED_NOTE and marker.value in (noted, noted + 1):
            noted = marker.value
        elif not _FOOT.match(line.text) and not (noted and _wraps(before, line)):
            break
        end, before = line.end, line
    return end


def _wraps(before: Line | None, line: Line) -> bool:
    return (
        before is not None
        and before.end == line.start
        and parse_marker(line.text) is None
        and re.search(r"[。；）)]\s*\Z", before.text) is None
    )


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)
