"""Ruled tables: from the rules of a page to the cells between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pipeline.errors import TooLarge
from pipeline.readers.pdf.page import PageContent, Rect

MAX_RULES, MAX_CROSSINGS = 3_000, 6_000
"""Of one page, joined ones counted once. The search for cells takes time with their square."""

_SNAP = 2.5  # points: rules that near are the same rule, drawn twice or in pieces
_MEET = 3.0  # points: rules that near meet
_SLIVER = 3.0  # points: what lies between the two lines of a double rule is no cell


class Frame(NamedTuple):
    """The outline of a table and those of its cells."""

    rect: Rect
    cells: tuple[Rect, ...]


def ruled_frames(page: PageContent) -> list[Frame]:
    """The ruled tables of a page, from above to below. A single cell is a frame around prose and no table."""
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells, merge_edges

    if len(page.rules) < 4:
        return []
    edges = merge_edges(list(_edges(page.rules)), _SNAP, _SNAP, _MEET, _MEET)
    edges = [edge for edge in edges if max(edge["width"], edge["height"]) > _SNAP]
    _refuse_above(len(edges), MAX_RULES, page.number)
    edges += _missing_sides(edges)
    crossings = edges_to_intersections(edges, _MEET, _MEET)
    _refuse_above(len(crossings), MAX_CROSSINGS, page.number)
    cells = intersections_to_cells(crossings)
    frames = [_frame([Rect(*map(float, cell)) for cell in group]) for group in cells_to_tables(cells)]
    return sorted((frame for frame in frames if len(frame.cells) > 1), key=lambda frame: frame.rect.top)


def _refuse_above(count: int, most: int, number: int) -> None:
    if count > most:
        raise TooLarge(
            f"第 {number} 页的线条过多（{count:,} 处，上限 {most:,} 处）",
            "绩效自评报告的表格不会这样；请删去这一页（多为图纸），或从原文件重新导出 PDF。",
        )


def _frame(cells: Sequence[Rect]) -> Frame:
    kept = tuple(cell for cell in cells if min(cell.right - cell.left, cell.bottom - cell.top) > _SLIVER)
    return Frame(outline(kept or cells), kept)


def outline(rects: Sequence[Rect]) -> Rect:
    """The smallest rectangle around all of them."""
    return Rect(
        min(rect.left for rect in rects),
        min(rect.top for rect in rects),
        max(rect.right for rect in rects),
        max(rect.bottom for rect in rects),
    )


def _edges(rules: Iterable[Rect]) -> Iterator[dict[str, Any]]:
    """Rules as pdfplumber knows them."""
    for rule in rules:
        if rule.right - rule.left >= rule.bottom - rule.top:
            middle = (rule.top + rule.bottom) / 2
            yield _level(rule.left, rule.right, middle)
        else:
            middle = (rule.left + rule.right) / 2
            yield _upright(middle, rule.top, rule.bottom)


def _level(left: float, right: float, y: float) -> dict[str, Any]:
    return {"orientation": "h", "x0": left, "x1": right, "top": y, "bottom": y, "width": right - left, "height": 0.0}


def _upright(x: float, top: float, bottom: float) -> dict[str, Any]:
    return {"orientation": "v", "x0": x, "x1": x, "top": top, "bottom": bottom, "width": 0.0, "height": bottom - top}


def _missing_sides(edges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outer sides of tables that are ruled inside only: where level rules end at one x and no upright one is."""
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    groups: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for edge in edges:
        if edge["orientation"] == "h":
            groups[round(edge["x0"] / 4), round(edge["x1"] / 4)].append(edge)
    added = []
    for group in groups.values():
        left, right = min(edge["x0"] for edge in group), max(edge["x1"] for edge in group)
        top, bottom = min(edge["top"] for edge in group), max(edge["top"] for edge in group)
        within = [edge for edge in upright if edge["bottom"] > top + _MEET and edge["top"] < bottom - _MEET]
        inner = [edge for edge in within if left + _MEET < edge["x0"] < right - _MEET]
        if len(group) < 3 or not inner:
            continue
        added += [
            _upright(side, top, bottom)
            for side in (left, right)
            if not any(abs(edge["x0"] - side) <= 2 * _MEET for edge in within)
        ]
    return added
