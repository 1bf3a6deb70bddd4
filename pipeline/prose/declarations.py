"""Sentences that declare that no goal was missed or departed from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.text import Span

_NO_DEVIATION = re.compile(
    r"(?:未出现|不存在|无|没有|未发生|未有)[^。；;，,\n]{0,16}(?:偏离|未完成|偏差)[^。；;，,\n]{0,24}(?:目标|项目|情况|指标)?"
)
_BEFORE = re.compile(r"[^。；;\n]{0,40}\Z")
_REACH = 40
_ONE_PROJECT = re.compile(r"该项目|此项目|本项目")
_OBJECT = re.compile(r"目标|指标|绩效")


def find_declarations(text: str, span: Span) -> Iterator[Span]:
    """The sentences of the span that declare so, for the unit as a whole and not for one project."""
    for match in _NO_DEVIATION.finditer(text, span.start, span.end):
        before = _BEFORE.search(text, max(span.start, match.start() - _REACH), match.start())
        start = before.start() if before else match.start()
        words = text[start : match.end()]
        if _OBJECT.search(words) and "原因" not in words and not _ONE_PROJECT.search(words):
            yield Span(start + len(words) - len(words.lstrip()), match.end())


def is_of_one_project(heading: str) -> bool:
    """True where the beginning of a passage says that it is about one project."""
    return _ONE_PROJECT.search(heading) is not None
