"""A document as a tree of sections: prose by its headings, each form as one section; together they tile the text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.sections.forms import find_forms
from pipeline.sections.headings import Style, find_headings
from pipeline.sections.kinds import inner_kind, top_kind, topic_kind
from pipeline.sections.lines import Line, between, find_lines, wrap_width
from pipeline.sections.tree import Place, Start, arrange_starts
from schemas.stages import Section, SectionKind
from schemas.text import Document, Span

__all__ = ["split_sections"]

_MAX_SIGNATURE = 30


def split_sections(document: Document) -> tuple[Section, ...]:
    """The sections of a document, in order; their spans tile its text, and each stands after the one above it.

    The lines before the first heading are a section without heading, as are lines that go on with the prose under a
    form. A document without text has no sections.
    """
    if not document.text:
        return ()
    places = arrange_starts(_starts(document))
    ends = [*(place.start.at for place in places[1:]), len(document.text)]
    sections: list[Section] = []
    for index, (place, end) in enumerate(zip(places, ends, strict=True)):
        heading = place.start.heading
        sections.append(
            Section(
                index=index,
                parent=place.parent,
                level=1 if place.parent is None else sections[place.parent].level + 1,
                number=heading.number if heading else "",
                title=heading.title if heading else "",
                heading=heading.span if heading else None,
                span=Span(0 if index == 0 else place.start.at, end),
                kind=_kind(place, sections, places),
            )
        )
    return tuple(sections)


def _kind(place: Place, sections: Sequence[Section], places: Sequence[Place]) -> SectionKind:
    """The kind of the section at a place, whose parent is among the sections before it."""
    start, heading = place.start, place.start.heading
    if start.form:
        return SectionKind.FORM
    if heading is None:
        goes_on = place.parent is not None and not start.signed
        return sections[place.parent].kind if goes_on and place.parent is not None else SectionKind.OTHER
    if place.parent is None:
        return top_kind(heading.title)
    above, over = sections[place.parent], places[place.parent].start.heading
    unnamed = above.kind is SectionKind.OTHER and (not above.title or topic_kind(above.title) is None)
    volume = over is not None and over.style is Style.PART and topic_kind(above.title) is None
    if unnamed or volume:  # 第四部分 附件 holds a report of its own
        inherits = above.kind is not SectionKind.OTHER or not heading.topic
        return topic_kind(heading.title) or (above.kind if inherits else top_kind(heading.title))
    return inner_kind(heading.title, heading.topic, above.kind, above.title)


def _starts(document: Document) -> list[Start]:
    """Where the sections of a document start, in order."""
    lines = find_lines(document)
    forms = find_forms(document, lines)
    taken = {line.start for form in forms for line in between(lines, form.span)}
    prose = tuple(line for line in lines if line.start not in taken)
    starts = [Start(heading.start, heading) for heading in find_headings(document, prose, wrap_width(lines))]
    starts += [Start(form.span.start, form.heading, form=True) for form in forms]
    starts.sort(key=lambda start: start.at)
    following = {start.at: later.at for start, later in pairwise(starts)}
    for form in forms:
        end = following.get(form.span.start, len(document.text))
        starts += _resumed(prose, Span(form.span.end, end))
    starts.sort(key=lambda start: start.at)
    if not starts or document.text[: starts[0].at].strip():
        starts.insert(0, Start(0, None))
    return starts


def _resumed(prose: Sequence[Line], span: Span) -> list[Start]:
    """The start of the prose that goes on in the given range under a form, if any does."""
    filled = [line for line in between(prose, span) if not line.blank]
    signed = all(len(line.text) <= _MAX_SIGNATURE and "。" not in line.text for line in filled)
    return [Start(filled[0].start, None, signed=signed)] if filled else []
