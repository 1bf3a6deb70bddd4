"""What a browser shows of an element: tags that show nothing, hidden elements, values of input fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

UNSHOWN = frozenset(
    (
        *("script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed"),
        *("applet", "svg", "canvas", "audio", "video", "button", "datalist", "map", "area", "param", "rt", "rp"),
        *("del", "colgroup", "col", "xml"),
    )
)
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div"),
        *("dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all", re.IGNORECASE)
_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE)
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MOST_STYLE = 2000
"""Characters of a style that are looked at."""
_SIMPLE_CLASS = re.compile(r"[\w-]*\.([\w-]+)")
_UNSHOWN_INPUTS = frozenset(("hidden", "submit", "button", "reset", "image", "password", "search", "file"))


def hidden_classes(root: Any) -> frozenset[str]:
    """The classes that the page's own style sheets hide always: not only in print or on small screens."""
    found: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, declarations in _style_rules(sheet.text or ""):
            if _NOT_DISPLAYED.search(declarations[:_MOST_STYLE]):
                matches = (_SIMPLE_CLASS.fullmatch(selector.strip()) for selector in selectors.split(","))
                found.update(match[1] for match in matches if match)
    return frozenset(found)


def _style_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The rules of a style sheet as selectors and declarations, without those that hold under a condition only."""
    first, *rest = sheet.split("/*")
    text = first + "".join(part.partition("*/")[2] for part in rest)
    depth, selectors = 0, ""
    for piece in re.split(r"([{}])", text):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif depth == 0:
            selectors = piece.rpartition(";")[2]
        else:  # inside a condition too, but then under the words of the condition
            yield selectors, piece


def is_hidden(element: Any, classes: frozenset[str]) -> bool:
    """True for an element that a browser does not show: by its tag, its style, its class or an attribute."""
    if element.tag in UNSHOWN or "hidden" in element.attrib:
        return True
    style = element.get("style")
    if style and _HIDDEN.search(style[:_MOST_STYLE]):
        return True
    return bool(classes) and any(name in classes for name in (element.get("class") or "").split())


def is_block(element: Any) -> bool:
    """True for an element that stands on lines of its own."""
    style = element.get("style")
    return element.tag in BLOCKS or bool(style and _AS_BLOCK.search(style[:_MOST_STYLE]))


def field_value(element: Any) -> str | None:
    """What an input field shows; ``None`` for an element that is none."""
    if element.tag == "input":
        kind = (element.get("type") or "text").lower()
        if kind in ("checkbox", "radio"):
            return "☑" if "checked" in element.attrib else "□"
        return "" if kind in _UNSHOWN_INPUTS else element.get("value") or ""
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = next((option for option in options if "selected" in option.attrib), options[0] if options else None)
        return "" if chosen is None else " ".join("".join(chosen.itertext()).split())
    return None


def own_parts(element: Any, wanted: frozenset[str], borders: frozenset[str]) -> Iterator[Any]:
    """The nearest elements below with one of the wanted tags, in order; what lies inside a border is not its own."""
    stack = list(reversed(element))
    while stack:
        below = stack.pop()
        if below.tag in wanted:
            yield below
        elif below.tag not in borders:
            stack.extend(reversed(below))
