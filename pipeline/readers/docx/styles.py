"""Word styles: what a paragraph or run inherits through ``basedOn``: heading level, list, hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pipeline.readers.docx.parts import VAL, Element, W, is_on, number, value

BODY_LEVEL = 9
"""The outline level (from 0) that stands for "no heading"."""
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*[1-9]", re.IGNORECASE)


class ListPlace(NamedTuple):
    """A list and a level in it (from 0), each ``None`` where the paragraph or style does not say."""

    num_id: str | None
    level: int | None


class Style(NamedTuple):
    """What one style itself says; ``None`` where it leaves a question to the style it is based on."""

    name: str
    based_on: str
    outline: int | None
    place: ListPlace
    hidden: bool | None


class Styles(NamedTuple):
    """All styles by id, and the id of the one that paragraphs without a style have."""

    by_id: Mapping[str, Style]
    default: str

    def outline_level(self, style_id: str) -> int | None:
        """The heading level from 1 that paragraphs of the style have, or ``None`` for body text."""
        for style in self._chain(style_id):
            if style.outline is not None:
                return style.outline + 1 if style.outline < BODY_LEVEL else None
            if match := _HEADING.fullmatch(style.name):
                return int(match[1])
        return None

    def list_place(self, style_id: str) -> ListPlace:
        """The list that the style puts its paragraphs in, with the level where it says one."""
        num_id, level = None, None
        for style in self._chain(style_id):
            num_id = style.place.num_id if num_id is None else num_id
            level = style.place.level if level is None else level
        return ListPlace(num_id, level)

    def is_hidden(self, style_id: str) -> bool:
        """True where the style hides its text."""
        return next((style.hidden for style in self._chain(style_id) if style.hidden is not None), False)

    def is_contents(self, style_id: str) -> bool:
        """True for the styles of a table of contents (TOC 1 to 9)."""
        return any(_CONTENTS.fullmatch(style.name) for style in self._chain(style_id))

    def _chain(self, style_id: str) -> Iterator[Style]:
        seen: set[str] = set()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            yield self.by_id[style_id]
            style_id = self.by_id[style_id].based_on


def read_styles(root: Element | None) -> Styles:
    """The styles of a file; none where it has no styles part."""
    by_id: dict[str, Style] = {}
    default = ""
    for element in [] if root is None else root.findall(W + "style"):
        style_id = element.get(W + "styleId") or ""
        by_id.setdefault(style_id, _style(element))
        if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
            default = style_id
    return Styles(MappingProxyType(by_id), default)


def list_place(properties: Element | None) -> ListPlace:
    """The list that paragraph properties (``w:pPr``) themselves name."""
    listed = None if properties is None else properties.find(W + "numPr")
    if listed is None:
        return ListPlace(None, None)
    num_id = listed.find(W + "numId")
    level = number(listed.find(W + "ilvl"), -1)
    return ListPlace(None if num_id is None else num_id.get(VAL), level if level >= 0 else None)


def outline(properties: Element | None) -> int | None:
    """The outline level (from 0; 9 is body text) that paragraph properties themselves name."""
    level = -1 if properties is None else number(properties.find(W + "outlineLvl"), -1)
    return level if 0 <= level <= BODY_LEVEL else None


def _style(element: Element) -> Style:
    properties = element.find(W + "pPr")
    vanish = element.find(f"{W}rPr/{W}vanish")
    return Style(
        name=value(element.find(W + "name")),
        based_on=value(element.find(W + "basedOn")),
        outline=outline(properties),
        place=list_place(properties),
        hidden=None if vanish is None else is_on(vanish),
    )
