"""Goals in forms (年度总体目标): one for each number of a list, with the outcome of the same number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.engines.rules.claims import Piece, candidate, claim, cut_long, piece, quote_of, split_items, trim_end
from pipeline.forms.grid import align_row, is_blank
from pipeline.forms.reading import Block, Form
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Cell, Span

_UNCHANGED = re.compile(r"[与同][^，。]{0,12}(?:一致|相同)|未调整|无调整|同左|同上|不变")


def goal_cells(form: Form) -> tuple[tuple[Cell | None, Cell | None], ...]:
    """The pairs of cells (what was set, what came of it) of a form, in order."""
    found: list[tuple[Cell | None, Cell | None]] = []
    for block in form.blocks:
        if block.columns and any(column.code == "statement" for column in block.columns):
            found.extend(_cells_of_block(block))
    statements = [pair.value for pair in form.pairs if pair.code == "goal_set" and not is_blank(pair.value.text)]
    outcomes = [pair.value for pair in form.pairs if pair.code == "goal_done" and not is_blank(pair.value.text)]
    for place in range(max(len(statements), len(outcomes))):
        statement = statements[place] if place < len(statements) else None
        found.append((statement, outcomes[place] if place < len(outcomes) else None))
    return tuple(found)


def _cells_of_block(block: Block) -> Iterator[tuple[Cell | None, Cell | None]]:
    for row in block.rows:
        by_code = {}
        for place, cell in align_row(row, block.columns, exact=block.exact).items():
            code = block.columns[place].code
            if code and not is_blank(cell.text):
                by_code[code] = cell
        adjusted = by_code.get("adjusted")
        if adjusted is not None and _UNCHANGED.search(adjusted.text) and len(adjusted.text) < 30:
            adjusted = None
        statement = adjusted or by_code.get("statement")
        if statement is not None or "outcome" in by_code:
            yield statement, by_code.get("outcome")


def read_goals(text: str, form: Form, evaluation: str) -> Iterator[Candidate]:
    """The form's goals."""
    for statement, outcome in goal_cells(form):
        if statement is not None:
            yield from split_goals(text, statement.span, outcome.span if outcome else None, evaluation)


def split_goals(text: str, statement: Span, outcome: Span | None, evaluation: str) -> Iterator[Candidate]:
    """A goal for each number of the statement's list, paired with the outcome of that number where there is one."""
    items = split_items(text, statement)
    results = dict(split_items(text, outcome)) if outcome else {}
    if len(items) <= 1:
        whole = items[0][1] if items else statement
        yield _goal(text, whole, Span(whole.start, whole.end), outcome, evaluation)
        return
    paired = len(results) == len(items)
    for number, span in items:
        yield _goal(text, span, span, results.get(number) if paired else None, evaluation)


def _goal(text: str, span: Span, quote: Span, outcome: Span | None, evaluation: str) -> Candidate:
    statement = trim_end(cut_long(text, span))
    fields: dict[str, Claim] = {"statement": claim(statement)}
    if outcome is not None:
        fields["outcome"] = claim(trim_end(cut_long(text, outcome)))
    where: Piece = trim_end(piece(text, quote))
    return candidate(RecordKind.GOAL, {"evaluation": evaluation}, fields, quote_of(text, [where.span]), "goals.form")
