"""Small reports for the tests of the rules: forms as a text dump or with merged cells, and what is read from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.engines.rules import RulesEngine
from pipeline.engines.rules.claims import tidy
from pipeline.forms.reading import Form, read_forms
from pipeline.readers.text import find_tables
from pipeline.sections import split_sections
from schemas.records import RecordKind
from schemas.stages import Candidate
from schemas.text import Cell, Document, Source, Span, Table

SOURCE = Source(name="sample", path="sample.txt", sha256="", reader="text")
Rows = Sequence[str]

TITLE = "2023年度云溪县园林局整体支出绩效自评报告\n"
FORM_TITLE = "部门整体支出绩效自评表\n"
UNIT_ROW = "预算部门名称|云溪县园林局"
PROJECT_ROW = "项目名称|古树名木保护"
HEADER = "一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因分析及改进措施"
PARKS_ROW = "产出指标|数量指标|新建口袋公园|≥5个|7个|10|10|"
TREES_ROW = "||栽植行道树|2000株|1800株|10|8|苗木不足"
TOTAL_ROW = "总分|100|95|"


class Merged(NamedTuple):
    """A cell that spans further rows or columns."""

    text: str
    rows: int = 1
    columns: int = 1


def dump(*rows: str) -> str:
    """Rows of cells parted by ``|`` as a converter dumps them: a cell a line after a tab, an empty line after a row.

    ``\\n`` stays inside a cell; an empty cell stays.
    """
    return "".join("".join(f"\t{cell.strip(' ')}\n" for cell in row.split("|")) + "\n" for row in rows)


def department_form(*rows: str) -> str:
    """A report whose only content is the department's form with these rows under the unit's name."""
    return TITLE + FORM_TITLE + dump(UNIT_ROW, *rows)


def project_form(*rows: str) -> str:
    """Likewise for the form of one project."""
    return TITLE + "项目支出绩效自评表\n" + dump(PROJECT_ROW, *rows)


def about_results(prose: str) -> str:
    """A report whose section about results holds the prose."""
    return f"{TITLE}一、部门整体支出绩效情况\n{prose}\n"


def about_money(prose: str) -> str:
    """A report whose section about money holds the prose."""
    return f"{TITLE}一、部门基本情况\n承担全县园林绿化管理工作。\n二、预算执行情况\n{prose}\n"


def document(text: str) -> Document:
    """The document in a text, with the tables that the reader of text files finds."""
    return Document(SOURCE, text, find_tables(text))


def grid_document(before: str, rows: Sequence[Sequence[str | Merged]], after: str = "") -> Document:
    """A document with one table whose merged cells are known, as readers of Word files give it."""
    text, taken, cells, width = before, set[tuple[int, int]](), [], 0
    start = len(text)
    for row, words in enumerate(rows):
        column = 0
        for word in words:
            while (row, column) in taken:
                column += 1
            one = word if isinstance(word, Merged) else Merged(word)
            place = len(text) + 1
            text += f"\t{one.text}"
            cells.append(Cell(one.text, Span(place, place + len(one.text)), row, column, one.rows, one.columns))
            taken |= {(row + r, column + c) for r in range(one.rows) for c in range(one.columns)}
            column += one.columns
        width = max([width, *(c + 1 for r, c in taken if r == row)])
        text += "\n"
    table = Table(Span(start, len(text)), tuple(cells), len(rows), width)
    return Document(SOURCE, text + after, (table,))


def form_of(source: str | Document) -> Form:
    """The only form of a text or document."""
    (form,) = read_forms(as_document(source))
    return form


def as_document(source: str | Document) -> Document:
    return source if isinstance(source, Document) else document(source)


def read(source: str | Document) -> tuple[Candidate, ...]:
    """What the rules read from a text or document. Every claim must be the words of the place that it names."""
    found = as_document(source)
    records = RulesEngine().read(found, split_sections(found), ()).candidates
    for one in records:
        assert_claims(found.text, one)
    return records


def assert_claims(text: str, one: Candidate) -> None:
    """The record's quote and every claimed value stand where the claim says, and inside the report."""
    assert one.quote.where is not None
    assert one.quote.quote is None
    assert text[slice(*one.quote.where)] == one.quote.value
    for name, claim in one.fields.items():
        assert claim.where is not None, name
        words = tidy(text[slice(*claim.where)])
        inside = name in ("level1", "level2", "item")  # without the weight in its cell, without its number
        assert words == claim.value or claim.quote is not None or (inside and claim.value in words), (name, claim)


def values(one: Candidate) -> dict[str, str]:
    """The values of a record's fields."""
    return {name: claim.value for name, claim in one.fields.items()}


def rows_of_kind(records: Sequence[Candidate], of: RecordKind, /, **references: str) -> list[dict[str, str]]:
    """The values of the records of a kind that have those references, in order."""
    return [
        values(one)
        for one in records
        if one.kind is of and all(one.references.get(name) == value for name, value in references.items())
    ]


def facts(source: str | Document) -> dict[str, str]:
    (found,) = rows_of_kind(read(source), RecordKind.REPORT)
    return found


def funding(source: str | Document, **references: str) -> list[dict[str, str]]:
    return rows_of_kind(read(source), RecordKind.FUNDING, **references)


def indicators(source: str | Document, **references: str) -> list[dict[str, str]]:
    return rows_of_kind(read(source), RecordKind.INDICATOR, **references)


def form_indicators(source: str | Document) -> list[dict[str, str]]:
    return indicators(source, origin="form")


def goals(source: str | Document, **references: str) -> list[dict[str, str]]:
    return rows_of_kind(read(source), RecordKind.GOAL, **references)


def deviations(source: str | Document, **references: str) -> list[dict[str, str]]:
    return rows_of_kind(read(source), RecordKind.DEVIATION, **references)


def remedies(source: str | Document) -> list[str]:
    return [one["statement"] for one in rows_of_kind(read(source), RecordKind.REMEDY)]


def evaluations(source: str | Document) -> list[dict[str, str]]:
    """The evaluations with their id and scope among their values."""
    found = [one for one in read(source) if one.kind is RecordKind.EVALUATION]
    return [{"id": one.references["id"], "scope": one.references["scope"], **values(one)} for one in found]
