"""The gold of a generated report: its drafts placed in the text that the blocks are written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from eval.agreement import fold
from eval.generated.facts import Facts
from eval.generated.passages import Draft
from eval.generated.plants import Plant
from eval.generated.remarks import UNDEVIATED
from eval.generated.sections import Joint
from eval.generated.sheets import Placed
from eval.rewriting import unique_span
from eval.writers import Grid, write_text
from eval.writers.blocks import number_items
from schemas.records import MODELS, SECTIONS, LabeledFinding, Labels, RecordKind
from schemas.text import Span

LONGEST = 200
_AMOUNTS = ("prior_executed", "initial_budget", "annual_budget", "executed", "rate", "weight", "score")


def assemble(
    name: str, facts: Facts, placed: Sequence[Placed], joints: Sequence[Joint], plants: Sequence[Plant]
) -> Labels:
    """The labels of the report, in the order of the text. ``KeyError`` where a finding's place was not written."""
    text = write_text(tuple(each.block for each in placed))
    drafts = [_trimmed(draft, text) for draft in _absolute(placed, text)]
    places = {draft.key: draft for draft in drafts if draft.key}
    whole = [*(_joined(joint, places) for joint in joints), *_evaluations(facts, places, text)]
    records = _without_repeats(sorted([*drafts, *whole], key=lambda draft: (draft.start, draft.end)))
    found: dict[str, Any] = {
        section: tuple(_record(draft, kind, text) for draft in records if draft.kind is kind)
        for kind, section in SECTIONS.items()
    }
    found["evaluations"] = tuple(sorted(found["evaluations"], key=lambda record: record.id))
    return Labels(
        report=name,
        unit_name=facts.unit_name,
        fiscal_year=facts.year,
        authorized_staff=_staff(places, text, "staff.authorized"),
        actual_staff=_staff(places, text, "staff.present"),
        no_deviation_declared=any(sentence in text for sentence in UNDEVIATED),
        findings=tuple(_finding(plant, places, text) for plant in plants),
        **found,
    )


def _absolute(placed: Sequence[Placed], text: str) -> Iterator[Draft]:
    """The drafts with their ranges in the whole text."""
    blocks = tuple(each.block for each in placed)
    at = 0
    for each, number in zip(placed, number_items(blocks), strict=True):
        start = at + (len(number.text) if number else 0)
        for draft in each.drafts:
            yield draft.moved(start)
        if isinstance(each.block, Grid):
            at += len(write_text((each.block,)))
        else:
            at = start + len(each.block.text) + 1
    if at != len(text):
        raise ValueError("the text is not the sum of its blocks")


def _trimmed(draft: Draft, text: str) -> Draft:
    """The draft without white space at its ends."""
    words = text[draft.start : draft.end]
    start = draft.start + len(words) - len(words.lstrip())
    return replace(draft, start=start, end=start + len(words.strip()))


def _joined(joint: Joint, places: Mapping[str, Draft]) -> Draft:
    found = [places[key] for key in joint.keys]
    return Draft(joint.kind, joint.fields, min(each.start for each in found), max(each.end for each in found))


def _evaluations(facts: Facts, places: Mapping[str, Draft], text: str) -> Iterator[Draft]:
    """Each evaluation, vouched for by its form, or by the sentence with its score."""
    for assessed in facts.evaluations:
        verdict = places.get(f"{assessed.id}.verdict")
        spoken = dict(verdict.fields) if verdict else {}
        fields: dict[str, str | None] = {
            "id": assessed.id,
            "scope": "department" if assessed.id == "department" else "project",
            "name": assessed.name,
            "total_score": spoken.get("total_score"),
            "grade": spoken.get("grade"),
        }
        keys = [f"{assessed.id}.{part}" for part in ("name", "total", "outcome")]
        spans = [places[key] for key in keys if key in places] or ([verdict] if verdict else [])
        if f"{assessed.id}.total" in places:
            fields["total_score"] = _said(places[f"{assessed.id}.total"], text)
        if f"{assessed.id}.outcome" in places:
            fields["outcome_summary"] = cut(_said(places[f"{assessed.id}.outcome"], text))
        yield Draft(RecordKind.EVALUATION, fields, min(s.start for s in spans), max(s.end for s in spans))


def _without_repeats(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts without those of money that another one of the same item tells with all its figures, and more.

    Of two that say the same, the later one stays: forms come last.
    """
    money = [draft for draft in drafts if draft.kind is RecordKind.FUNDING]
    repeated = {
        id(one)
        for at, one in enumerate(money)
        for place, other in enumerate(money)
        if place != at and _told_by(one, other) and (place > at or not _told_by(other, one))
    }
    return [draft for draft in drafts if id(draft) not in repeated]


def _told_by(one: Draft, other: Draft) -> bool:
    """Whether another draft of the same item and evaluation has every figure of this one."""
    if any(one.fields.get(name) != other.fields.get(name) for name in ("evaluation", "item")):
        return False
    return all(
        one.fields.get(name) is None
        or (other.fields.get(name) is not None and _value(one, name) == _value(other, name))
        for name in _AMOUNTS
    )


def _value(draft: Draft, name: str) -> Decimal:
    figure = Decimal(fold(draft.fields[name] or "0").replace(",", "").rstrip("%"))
    scaled = name not in ("rate", "weight", "score") and draft.fields.get("unit") == "元"
    return figure / 10000 if scaled else figure


def _record(draft: Draft, kind: RecordKind, text: str) -> Any:
    span = unique_span(text, Span(draft.start, draft.end))
    return MODELS[kind].model_validate({**draft.fields, "quote": text[span.start : span.end]})


def _finding(plant: Plant, places: Mapping[str, Draft], text: str) -> LabeledFinding:
    spans = [unique_span(text, Span(places[key].start, places[key].end)) for key in plant.keys]
    return LabeledFinding(
        code=plant.code, detail=plant.detail, quotes=tuple(text[span.start : span.end] for span in spans)
    )


def _said(place: Draft, text: str) -> str:
    """The words of a place without the line breaks inside a cell."""
    return text[place.start : place.end].replace("\n", "")


def _staff(places: Mapping[str, Draft], text: str, key: str) -> str | None:
    return _said(places[key], text) if key in places else None


def cut(words: str) -> str:
    """A long text up to the end of the sentence in which it passes 200 characters."""
    end = words.find("。", LONGEST)
    return words if end < 0 else words[: end + 1]
