"""Another unit's name where this unit's should stand: text copied from another report (FOREIGN_NAME)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from pipeline.checks.places import table_at
from pipeline.checks.registry import CheckedReport, check
from schemas.records import RecordKind
from schemas.stages import Finding, Severity
from schemas.text import Span

_KIND = (
    r"(?:局|委员会|办公室|办事处|厅|联合会|人民政府|总工会|中心|医院|学校|档案馆|图书馆|文化馆|博物馆|法院|检察院|支队|总队)"
    r"(?:本级|机关)?"
)
_REGION = r"(?:自治区|自治州|自治县|省|市|州|盟|县|区|旗|镇|乡|街道)"
_NAME = rf"(?P<name>[\u4e00-\u9fff]{{2,8}}?{_REGION}[\u4e00-\u9fff]{{2,16}}?{_KIND})"
_START = r"(?:(?<=[\n。；，,：:\s　年])|(?<=年度)|\A)"
_SELF = (
    r"(?:\s*\d{4}\s*年度?(?:(?:部门|单位)?(?:整体|项目)?(?:支出)?绩效|(?:部门)?预算(?:编制|执行))"
    r"|(?:部门|单位)?整体支出(?:绩效|自评|管理|规范)|绩效自评(?:报告|情况)"
    r"|(?:全年|年度|各项)工作|(?:严格|认真|积极|切实|扎实|持续|始终)?(?:按照?|围绕|落实)[^。；\n]{0,24}(?:预算|绩效|合同|资金)"
    r"|(?:较好|很好|圆满|全面|认真|切实|扎实|严格)地?(?:完成|履行|实现)了?|(?:的)?主要(?:工作)?(?:职责|职能)(?:是|为|包括|有|：|:)"
    r"|(?:部门)?(?:整体)?支出绩效(?:自评)?得分)"
)
_SUBJECT_END = re.compile(_KIND + r"(?=" + _SELF + r")")
_SUBJECT = re.compile(_START + _NAME + r"\Z")
_OWN_SCORE = re.compile(r"\s*\d{4}\s*年度?(?:部门|单位)?整体支出绩效(?:自评|评价)?(?:综合)?(?:得分|总分|分数)")
_SIGNATURE = re.compile(
    r"[ \t　]*(?:单位名称|填报单位|自评单位)?[（(：:盖章）)]*\s*" + _NAME + r"[（(]?(?:盖章|公章)?[）)]?\s*"
)
_QUOTING = re.compile(r"(?:《[^》]*|根据[^，。\n]*|按照[^，。\n]*)\Z")
_LEAD = re.compile(r"^(?:年度|年|度|关于|现将|综上|因此|同时|其中)+")
_OTHER_BODY = re.compile(r"(?:根据|按照|依据|依照|遵照|经|由|受|与|和|向|对|为|在|请|报|会同|联合|配合|协助)")
_PLACE = re.compile(rf".{{2,8}}?{_REGION}(?:.{{2,6}}?(?:县|区|旗|镇|乡|街道))?")  # the 市 of 市场 is no place
_CLOSING_LINES = 4
_LONGEST = 30


@check("FOREIGN_NAME", Severity.WARNING)
def foreign_names(report: CheckedReport) -> Iterator[Finding]:
    """应写本单位名称的地方写了其他单位的名称，疑为套用他人报告。

    Looked at are names as the subject of the unit's own duties, results and self-evaluation, and the signature. Only
    bodies of another place of the same rank count, save for the score of the whole, which is the unit's alone.
    """
    field = next((r.get("unit_name") for r in report.of_kind(RecordKind.REPORT) if r.get("unit_name")), None)
    own = _fold(field.value) if field is not None else ""
    if field is None or _PLACE.match(own) is None:
        return
    evidence = (field.span,) if field.span is not None else ()
    seen: set[str] = set()
    for name, span in (*_subjects(report), *_signatures(report)):
        scored = _OWN_SCORE.match(report.document.text, span.end) is not None
        if name in seen or not (_is_foreign(_fold(name), own) or (scored and _is_other(_fold(name), own))):
            continue
        seen.add(name)
        detail = f"此处写作“{name}”，本单位为“{field.value}”"
        yield Finding("FOREIGN_NAME", Severity.WARNING, detail, (span, *evidence))


def _subjects(report: CheckedReport) -> Iterator[tuple[str, Span]]:
    text = report.document.text
    for end in _SUBJECT_END.finditer(text):
        match = _SUBJECT.search(text, max(0, end.start() - _LONGEST), end.end())
        if match is None:
            continue
        quoting = _QUOTING.search(text, max(0, match.start() - 60), match.start("name"))
        if quoting is None and _OTHER_BODY.match(match["name"]) is None:
            yield _named(match)


def _signatures(report: CheckedReport) -> Iterator[tuple[str, Span]]:
    """Names that are a whole line among the last lines of prose."""
    for line in islice(_lines_from_end(report), _CLOSING_LINES):
        match = _SIGNATURE.fullmatch(report.document.text, line.start, line.end)
        if match is not None:
            yield _named(match)


def _lines_from_end(report: CheckedReport) -> Iterator[Span]:
    """The filled lines outside tables, the last one first."""
    text, end = report.document.text, len(report.document.text)
    while end >= 0:
        start = text.rfind("\n", 0, end) + 1
        if text[start:end].strip():
            table = table_at(report.document, Span(start, end))
            if table is None:
                yield Span(start, end)
            else:
                start = min(start, text.rfind("\n", 0, table.span.start) + 1)
        end = start - 1


def _named(match: re.Match[str]) -> tuple[str, Span]:
    lead = _LEAD.match(match["name"])
    skipped = lead.end() if lead is not None else 0
    return match["name"][skipped:], Span(match.start("name") + skipped, match.end("name"))


def _is_foreign(name: str, own: str) -> bool:
    """True for a body of another place. One of the same place may be a superior, a colleague, or a body under it."""
    there, here = _PLACE.match(name), _PLACE.match(own)
    return there is not None and here is not None and there.group() not in own and here.group() not in name


def _is_other(name: str, own: str) -> bool:
    """True where neither name is the other one shortened (``残联`` for ``残疾人联合会``)."""
    return not _shortens(_without_place(name), _without_place(own)) and not _shortens(
        _without_place(own), _without_place(name)
    )


def _without_place(name: str) -> str:
    place = _PLACE.match(name)
    return name[place.end() :] if place is not None else name


def _shortens(short: str, full: str) -> bool:
    """True where the characters of one stand in the other in their order."""
    rest = iter(full)
    return all(char in rest for char in short)


def _fold(name: str) -> str:
    return re.sub(r"\s+|本级\Z|机关\Z", "", unicodedata.normalize("NFKC", name))
