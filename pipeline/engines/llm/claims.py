"""A model's answers as claims: every value with the place that its own quote leads to. Nothing is verified here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from pipeline.engines.llm.asking import Answered
from pipeline.engines.llm.manner import Manner
from pipeline.engines.llm.questions import Question, rows_within
from pipeline.engines.rules.claims import cut_long, tidy
from pipeline.engines.rules.indicators import split_reason
from pipeline.folding import TextIndex, fold
from schemas.answers import (
    Aim,
    Amount,
    Answer,
    Departure,
    Evaluated,
    FormAnswer,
    FormIndicator,
    Measure,
    Result,
    Row,
)
from schemas.records import RecordKind
from schemas.stages import Candidate, Chunk, Claim
from schemas.text import Cell, Document, Span

ENGINE = "llm"
_LONG = frozenset({"statement", "outcome", "outcome_summary", "description", "reason", "remedy", "deviation_reason"})
_NUMBERED = re.compile(
    r"^\s*(?:(?:目标|问题|措施)?\s*[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、.．：:](?!\d)|[①-⑳]|[一二三四五六七八九十]是)\s*"
)
_BRACKETED_WEIGHT = re.compile(r"\s*[（(]\s*\d+(?:\.\d+)?\s*[分%％]?\s*[）)]\s*$")
_ANY_MONEY = re.compile("项目|项目支出|项目资金|专项|专项资金|支出|资金|经费")
"""Items that say nothing where the money is a project's: the project's name is the item."""


class Told(NamedTuple):
    """A record that an answer tells of, and the name of the project it is about (``None``: the whole department)."""

    project: str | None
    candidate: Candidate


class Reader:
    """Turns answers about one document into claims."""

    def __init__(self, document: Document, index: TextIndex, chunks: Sequence[Chunk]) -> None:
        self._document = document
        self._index = index
        self._chunks = chunks

    def told(self, answered: Iterable[Answered]) -> Iterator[Told]:
        """Every record of the answers but the report's own facts, in the order of the answers."""
        for question, answer, manner in answered:
            read = self._form(question, answer) if isinstance(answer, FormAnswer) else self._prose(question, answer)
            yield from (told._replace(candidate=_in_manner(told.candidate, manner)) for told in read)

    def facts(self, answered: Sequence[Answered]) -> dict[str, Claim]:
        """What the answers say of the report itself; the first to say something counts."""
        fields: dict[str, Claim] = {}
        for question, answer, _ in answered:
            for name in ("unit_name", "fiscal_year", "authorized_staff", "actual_staff"):
                value = getattr(answer, name, None)
                if value:
                    fields.setdefault(name, self._claim(name, value, question.spans))
            declared = getattr(answer, "no_deviation_declared", None)
            if declared:
                where = self._find(declared, question.spans)
                fields.setdefault("no_deviation_declared", Claim("true", where, declared))
        year = re.search(r"20\d\d", fields["fiscal_year"].value) if "fiscal_year" in fields else None
        if year:
            fields["fiscal_year"] = Claim(year[0], fields["fiscal_year"].where)
        else:
            fields.pop("fiscal_year", None)
        return fields

    def _prose(self, question: Question, answer: Answer) -> Iterator[Told]:
        for field in type(answer).model_fields:
            parts = getattr(answer, field)
            for part in parts if isinstance(parts, list) else ():
                told = self._part(question, part)
                if told is not None:
                    yield told

    def _part(self, question: Question, part: object) -> Told | None:
        """One part of an answer about prose as a record; ``None`` where it says nothing."""
        if isinstance(part, Result):
            return self._quoted(question, part, RecordKind.INDICATOR, {"origin": "narrative"})
        if isinstance(part, Amount):
            return self._quoted(question, part, RecordKind.FUNDING, {})
        if isinstance(part, Evaluated):
            return self._quoted(question, part, RecordKind.EVALUATION, {})
        if isinstance(part, Aim):
            return self._stated(question, part, RecordKind.GOAL, {}, quoted=("statement",))
        if isinstance(part, Departure):
            return self._stated(question, part, RecordKind.DEVIATION, {"kind": part.kind})
        if isinstance(part, Measure):
            return self._stated(question, part, RecordKind.REMEDY, {})
        return None

    def _quoted(
        self, question: Question, part: Result | Amount | Evaluated, kind: RecordKind, references: Mapping[str, str]
    ) -> Told | None:
        """A record whose values stand in the quote that it gives."""
        where = self._find(part.quote, question.spans)
        inside = (where,) if where else question.spans
        values = part.model_dump(exclude={"project", "quote"}, exclude_none=True)
        fields = {name: self._claim(name, value, inside) for name, value in values.items()}
        if isinstance(part, Evaluated) and part.project:
            fields["name"] = self._claim("name", part.project, question.spans)
        if not fields:
            return None
        if part.project and "item" in fields and _ANY_MONEY.fullmatch(fold(fields["item"].value)):
            fields["item"] = self._named_before(part.project, where, question)
        quote = Claim(part.quote, where)
        return Told(part.project, self._candidate(kind, references, fields, quote, question))

    def _named_before(self, project: str, where: Span | None, question: Question) -> Claim:
        """A project's name as a claim, with the last place before its money that has it."""
        above = [
            Span(span.start, min(span.end, where.end)) for span in question.spans if where and span.start < where.end
        ]
        found = None
        while above and (further := self._find(project, above)) is not None:
            found = further
            above = [Span(max(span.start, further.end), span.end) for span in above if span.end > further.end]
        return Claim(project, found)

    def _stated(
        self,
        question: Question,
        part: Aim | Departure | Measure,
        kind: RecordKind,
        references: Mapping[str, str],
        quoted: Sequence[str] = (),
    ) -> Told | None:
        """A record whose values are passages themselves: its quote is what covers them (``quoted`` names which)."""
        values = part.model_dump(exclude={"project", "kind"}, exclude_none=True)
        fields = {name: self._claim(name, value, question.spans) for name, value in values.items()}
        if not fields:
            return None
        own = [fields[name] for name in quoted or fields if name in fields] or list(fields.values())
        quote = self._covering(own)
        return Told(getattr(part, "project", None), self._candidate(kind, references, fields, quote, question))

    def _form(self, question: Question, answer: FormAnswer) -> Iterator[Told]:
        project = answer.name if answer.scope == "project" else None
        values = answer.model_dump(include={"name", "total_score", "grade", "outcome_summary"}, exclude_none=True)
        if answer.scope != "none" and values:
            fields = {name: self._claim(name, value, question.spans) for name, value in values.items()}
            references = {"scope": answer.scope}
            yield Told(
                project,
                self._candidate(
                    RecordKind.EVALUATION, references, fields, self._covering(list(fields.values())), question
                ),
            )
        for row in answer.funding:
            yield from self._row(question, project, row, RecordKind.FUNDING, {}, exclude={"project"})
        for aim in answer.goals:
            told = self._stated(question, aim, RecordKind.GOAL, {}, quoted=("statement",))
            if told is not None:
                yield told._replace(project=project)
        for indicator in answer.indicators:
            yield from self._row(question, project, indicator, RecordKind.INDICATOR, {"origin": "form"})

    def _row(
        self,
        question: Question,
        project: str | None,
        part: Row | FormIndicator,
        kind: RecordKind,
        references: Mapping[str, str],
        exclude: set[str] | None = None,
    ) -> Iterator[Told]:
        """A row of a form as a record, and a stated reason as the deviation that it is."""
        values = {name: str(value) for name, value in part.model_dump(exclude=exclude, exclude_none=True).items()}
        for level in ("level1", "level2"):
            if level in values:
                values[level] = _BRACKETED_WEIGHT.sub("", values[level])
        row = self._row_of(question, [value for name, value in values.items() if name not in ("level1", "level2")])
        inside = (row,) if row else question.spans
        fields = {
            name: self._claim(name, value, question.spans if name in ("level1", "level2", "unit") else inside)
            for name, value in values.items()
        }
        if not fields:
            return
        quote = Claim(self._document.quote(row), row) if row else self._covering(list(fields.values()))
        yield Told(project, self._candidate(kind, references, fields, quote, question))
        if "deviation_reason" in fields:
            reason = fields["deviation_reason"]
            deviation = {"indicator": fields["name"]} if "name" in fields else {}
            deviation |= split_reason(self._document.text, reason.where) if reason.where else {"reason": reason}
            references = {"kind": "indicator"}
            yield Told(project, self._candidate(RecordKind.DEVIATION, references, deviation, quote, question))

    def _row_of(self, question: Question, values: Sequence[str]) -> Span | None:
        """From the first to the last filled cell of the row that has most of the values as its cells."""
        wanted = [fold(value) for value in values]
        best, most = None, 0
        for table in self._document.tables:
            for span in question.spans:
                for row in rows_within(table, span) if table.span.overlaps(span) else ():
                    cells = [fold(cell.text) for cell in row]
                    hits = sum(value in cells for value in wanted) * 2 + sum(
                        any(value in cell for cell in cells) for value in wanted
                    )
                    if hits > most:
                        best, most = row, hits
        return _filled(best) if best else None

    def _claim(self, name: str, value: str, spans: Sequence[Span]) -> Claim:
        """A value as a claim, with the first place inside the spans that has it between words; numbers taken off."""
        words = tidy(value)
        if name in _LONG:
            words = _NUMBERED.sub("", words, count=1) or words
        where = self._find(words, spans)
        if where is not None and name in _LONG:
            piece = cut_long(self._document.text, where)
            return Claim(piece.text, piece.span)
        return Claim(words, where)

    def _find(self, words: str, spans: Sequence[Span]) -> Span | None:
        """The first place of the words inside the spans; one that would cut a number only where there is no other."""
        folded = fold(words)
        cut: Span | None = None
        for span in spans if folded else ():
            start, end = self._index.folded_range(span)
            while (start := self._index.folded.find(folded, start, end)) >= 0:
                found = self._index.unfold(start, start + len(folded))
                if found and not self._index.cuts[found.start] and not self._index.cuts[found.end]:
                    return found
                cut = cut or found
                start += 1
        return cut

    def _covering(self, claims: Sequence[Claim]) -> Claim:
        """The shortest passage with all that was found; the claims' own words where nothing was."""
        spans = [claim.where for claim in claims if claim.where]
        if not spans:
            return Claim("".join(claim.value for claim in claims))
        spans = _nearest(sorted(spans))
        span = Span(spans[0].start, max(span.end for span in spans))
        return Claim(self._document.quote(span), span)

    def _candidate(
        self,
        kind: RecordKind,
        references: Mapping[str, str],
        fields: Mapping[str, Claim],
        quote: Claim,
        question: Question,
    ) -> Candidate:
        chunk = question.chunks[0]
        if quote.where:
            chunk = next(
                (index for index in question.chunks if self._chunks[index].span.covers(quote.where)), question.chunks[0]
            )
        return Candidate(kind, references, fields, quote, ENGINE, f"llm.{question.task}", chunk, first_places=True)


def _in_manner(candidate: Candidate, manner: Manner) -> Candidate:
    """The record with what is known of how the model said it."""
    if not manner.sent_back and not manner.tokens:
        return candidate
    fields = {name: replace(one, doubt=manner.doubt_of(name, one.value)) for name, one in candidate.fields.items()}
    return replace(candidate, fields=fields, sent_back=manner.sent_back)


def _filled(row: Sequence[Cell]) -> Span | None:
    filled = [cell.span for cell in row if cell.text]
    return Span(min(span.start for span in filled), max(span.end for span in filled)) if filled else None


def _nearest(spans: Sequence[Span], furthest: int = 600) -> list[Span]:
    """The spans up to the first gap that no record spans: what stands beyond was found by chance."""
    kept = [spans[0]]
    for before, after in pairwise(spans):
        if after.start - before.end > furthest:
            break
        kept.append(after)
    return kept
