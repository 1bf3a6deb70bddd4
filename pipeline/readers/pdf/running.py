"""Running headers, footers and page numbers: what is printed again on every page, and is no part of the report."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from statistics import median

from pipeline.readers.pdf.lines import Line
from pipeline.readers.pdf.page import PageContent

_ZONE = 0.14  # of the page's height, at its top and bottom
_DEPTH = 3  # lines of a header or footer
_SPOT = 3.0  # points: how far the same header may move between pages
_NUMBER = re.compile(
    r"(?P<left>[-—–―－_~·•\s]*)(?:第\s*|[Pp]age\s*|P\.?\s*)?(?P<number>\d{1,4})\s*(?:页)?"
    r"\s*(?P<total>[/／,，、]?\s*(?:共|of|OF)?\s*\d{1,4}\s*页?)?(?P<right>[-—–―－_~·•\s]*)"
)


def running_lines(pages: Sequence[PageContent], lines: Mapping[int, Sequence[Line]]) -> frozenset[Line]:
    """The lines, of all pages, that belong to headers and footers rather than to the text.

    A page number counts only where it keeps step with the pages, a header where it stands again and again in one place
    and is no larger than the text. Nothing further in than a line of the text is taken for either.
    """
    edges = {page.number: _edges(page, lines.get(page.number, ())) for page in pages}
    numbers = _page_numbers(edges, len(pages))
    repeated = _repeated(edges, lines, len(pages))
    found: set[Line] = set()
    for number, sides in edges.items():
        for side, inward in zip(sides, (1, -1), strict=True):
            run = list(takewhile(lambda line: line in numbers or line in repeated, side))
            ordered = sorted(lines[number], key=lambda line: line.rect.top)[::inward]
            while run and run[-1] not in numbers and not _is_apart(run[-1], ordered[len(run) :]):
                run.pop()
            found.update(run)
    return frozenset(found)


def _is_apart(line: Line, further_in: Sequence[Line]) -> bool:
    """True where the next line is further away than lines of one text are, or of another size."""
    if not further_in or abs(further_in[0].size - line.size) > 0.1 * line.size:
        return True
    steps = [abs(b.baseline - a.baseline) for a, b in pairwise(further_in)]
    usual = median(steps) if steps else 2 * line.size
    return abs(further_in[0].baseline - line.baseline) > 1.2 * usual


def _edges(page: PageContent, lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The outermost lines at the top and at the bottom, the outermost first."""
    ordered = sorted(lines, key=lambda line: line.rect.top)
    top = [line for line in ordered[:_DEPTH] if line.rect.bottom <= _ZONE * page.height]
    bottom = [line for line in ordered[::-1][:_DEPTH] if line.rect.top >= (1 - _ZONE) * page.height]
    return top, bottom


def _page_numbers(edges: Mapping[int, tuple[list[Line], list[Line]]], pages: int) -> set[Line]:
    candidates: dict[tuple[bool, int], list[tuple[Line, re.Match[str]]]] = defaultdict(list)
    for page, sides in edges.items():
        for at_top, side in zip((True, False), sides, strict=True):
            for line in side:
                match = _NUMBER.fullmatch(line.text)
                if match:
                    candidates[at_top, page - int(match["number"])].append((line, match))
    found: set[Line] = set()
    for group in candidates.values():
        in_step = len({line.page for line, _ in group}) >= 2
        found.update(line for line, match in group if in_step or (pages == 1 and _is_marked(match)))
    return found


def _is_marked(match: re.Match[str]) -> bool:
    """True for — 1 —, 第1页 and 1/1, which say what they are, and false for 1."""
    return "页" in match[0] or match[0] == "1/1" or bool(match["left"].strip() and match["right"].strip())


def _repeated(
    edges: Mapping[int, tuple[list[Line], list[Line]]], lines: Mapping[int, Sequence[Line]], pages: int
) -> set[Line]:
    sizes = [line.size for some in lines.values() for line in some]
    largest = 1.1 * median(sizes) if sizes else 0.0
    places: dict[tuple[bool, str], list[Line]] = defaultdict(list)
    for line, at_top in _each(edges):
        words = re.sub(r"\s|\d+", "", line.text)
        if words and line.size <= largest:
            places[at_top, words].append(line)
    found: set[Line] = set()
    for group in places.values():
        tops = Counter(round(line.rect.top / _SPOT) for line in group)
        spot = tops.most_common(1)[0][0]
        same = [line for line in group if abs(line.rect.top / _SPOT - spot) <= 1]
        on_pages = len({line.page for line in same})
        if on_pages >= max(2, 0.4 * pages):
            found.update(same)
    return found


def _each(edges: Mapping[int, tuple[list[Line], list[Line]]]) -> Iterator[tuple[Line, bool]]:
    for top, bottom in edges.values():
        yield from ((line, True) for line in top)
        yield from ((line, False) for line in bottom)
