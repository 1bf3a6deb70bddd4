"""Automatic numbering: the number that Word shows in front of a paragraph and that stands nowhere in its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.readers.docx.numerals import numeral
from pipeline.readers.docx.parts import Element, W, is_on, number, value
from pipeline.readers.docx.symbols import shown

_PLACEHOLDER = re.compile(r"%([1-9])")
LEVELS = 9


class Level(NamedTuple):
    """How one level of a list is numbered. ``restart``: the level (from 1) whose numbers start this one anew."""

    start: int
    style: str
    pattern: str
    suffix: str
    restart: int | None
    decimal_only: bool
    paragraph_style: str


class Numbered(NamedTuple):
    """A list as paragraphs refer to it: the counters it shares, its levels, and where it starts anew at first use."""

    counters: str
    levels: Mapping[int, Level]
    overrides: Mapping[int, int]


class Labels:
    """The running numbers of a document. One object for one pass over the paragraphs, in their order."""

    def __init__(self, lists: Mapping[str, Numbered]) -> None:
        self._lists = lists
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def level_of_style(self, num_id: str, style_id: str) -> int:
        """The level that a list ties to a paragraph style; the first where it ties none."""
        levels = self._lists[num_id].levels if num_id in self._lists else {}
        return next((place for place, level in levels.items() if level.paragraph_style == style_id), 0)

    def next_label(self, num_id: str, place: int) -> str:
        """Count one paragraph in; its number as shown, with the space that parts it from the text, or ""."""
        numbered = self._lists.get(num_id)
        if numbered is None or place not in numbered.levels:
            return ""
        counts = self._counts.setdefault(numbered.counters, {})
        anew = place in numbered.overrides and (num_id, place) not in self._begun
        self._begun.add((num_id, place))
        counts[place] = _start(numbered, place) if anew or place not in counts else counts[place] + 1
        for deeper in [other for other in counts if other > place and _restarts(numbered, other, place)]:
            del counts[deeper]
        return _label(numbered, place, counts)


def read_numbering(root: Element | None) -> dict[str, Numbered]:
    """The lists of a file by their id; none where it has no numbering part."""
    if root is None:
        return {}
    abstract = {element.get(W + "abstractNumId") or "": element for element in root.findall(W + "abstractNum")}
    by_style = {value(link): key for key, element in abstract.items() for link in element.findall(W + "styleLink")}
    found: dict[str, Numbered] = {}
    for num in root.findall(W + "num"):
        key = value(num.find(W + "abstractNumId"))
        if key not in abstract:
            continue
        # A list made from a list style only links to the one that has the levels.
        key = by_style.get(value(abstract[key].find(W + "numStyleLink")), key)
        levels = dict(_levels(abstract[key]))
        overrides: dict[int, int] = {}
        for override in num.findall(W + "lvlOverride"):
            levels.update(_levels(override))
            start = number(override.find(W + "startOverride"), -1)
            if start >= 0:
                overrides[_place(override)] = start
        found[num.get(W + "numId") or ""] = Numbered(key, levels, overrides)
    return found


def _levels(parent: Element) -> Iterator[tuple[int, Level]]:
    for element in parent.findall(W + "lvl"):
        # Newer files offer a choice of formats; the last one is the fallback that every Word understands.
        styles = [value(each, "decimal") for each in element.iter(W + "numFmt")] or ["decimal"]
        restart = number(element.find(W + "lvlRestart"), -1)
        pattern = value(element.find(W + "lvlText"))
        yield (
            _place(element),
            Level(
                start=number(element.find(W + "start"), 0),
                style=styles[-1],
                pattern=_bullet(pattern, element) if styles[-1] == "bullet" else pattern,
                suffix=value(element.find(W + "suff"), "tab"),
                restart=restart if restart >= 0 else None,
                decimal_only=is_on(element.find(W + "isLgl")),
                paragraph_style=value(element.find(W + "pStyle")),
            ),
        )


def _place(element: Element) -> int:
    try:
        return int(element.get(W + "ilvl") or 0) % LEVELS
    except ValueError:
        return 0


def _bullet(pattern: str, level: Element) -> str:
    fonts = level.find(f"{W}rPr/{W}rFonts")
    sign = shown(pattern, "" if fonts is None else fonts.get(W + "ascii") or "")
    return "".join("•" if "\ue000" <= char <= "\uf8ff" else char for char in sign)


def _start(numbered: Numbered, place: int) -> int:
    if place in numbered.overrides:
        return numbered.overrides[place]
    return numbered.levels[place].start if place in numbered.levels else 1


def _restarts(numbered: Numbered, deeper: int, place: int) -> bool:
    """True where a number at ``place`` starts the deeper level anew: always, unless that level says otherwise."""
    restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
    return restart is None or place < restart


def _label(numbered: Numbered, place: int, counts: Mapping[int, int]) -> str:
    level = numbered.levels[place]
    if level.style == "bullet":
        return f"{level.pattern} " if level.pattern.strip() else ""

    def written(match: re.Match[str]) -> str:
        other = int(match[1]) - 1
        style = numbered.levels[other].style if other in numbered.levels else "decimal"
        if style in ("none", "bullet"):
            return ""
        return numeral(counts.get(other, _start(numbered, other)), "decimal" if level.decimal_only else style)

    label = _PLACEHOLDER.sub(written, level.pattern)
    if not label.strip():
        return ""
    # After a closing mark the text follows at once, as it is typed by hand. A digit or a point must never meet the
    # digits of the text: "1." and "5个" would read as a number that the report does not contain.
    closed = not (label[-1].isalnum() or label[-1] in ".-．")
    return label if closed or (level.suffix == "nothing" and label[-1] not in "0123456789.-．") else f"{label} "
