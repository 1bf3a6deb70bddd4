"""The tree that a flat list of sections is: who stands under whom, and what a section covers with all below it."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.stages import Section
from schemas.text import Span


def children(sections: Sequence[Section], index: int) -> tuple[Section, ...]:
    """The sections directly under one, in order."""
    return tuple(section for section in sections[index + 1 :] if section.parent == index)


def descendants(sections: Sequence[Section], index: int) -> tuple[Section, ...]:
    """The sections below one at any depth, in order. They follow it without a gap."""
    below = {index}
    found = []
    for section in sections[index + 1 :]:
        if section.parent not in below:
            break
        below.add(section.index)
        found.append(section)
    return tuple(found)


def subtree(sections: Sequence[Section], index: int) -> Span:
    """The text of a section with all below it."""
    below = descendants(sections, index)
    return Span(sections[index].span.start, below[-1].span.end if below else sections[index].span.end)


def heading_path(sections: Sequence[Section], index: int) -> tuple[str, ...]:
    """The headings from the top down to a section, each with its number; those without heading are left out."""
    path: list[str] = []
    place: int | None = index
    while place is not None:
        section = sections[place]
        if section.number or section.title:
            gap = " " if section.number[-1:].isalnum() else ""  # 附件2 2023年…
            path.append(section.number + gap + section.title)
        place = section.parent
    return tuple(reversed(path))


def title_start(text: str, section: Section) -> int:
    """Where a section's title begins, behind its number."""
    if section.heading is None:
        return section.span.start
    found = text.find(section.title, section.heading.start, section.heading.end) if section.title else -1
    numbered = text.startswith(section.number, section.heading.start)
    return found if found >= 0 else section.heading.start + (len(section.number) if numbered else 0)
