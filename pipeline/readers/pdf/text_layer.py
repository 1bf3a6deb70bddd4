"""Whether the text of a PDF's pages can be used, or has to be recognized from their image.

A file that is mostly such pages is read as a scan.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.readers.pdf.characters import UNKNOWN
from pipeline.readers.pdf.page import PageContent

_FEW = 12  # characters: a stamp or page number over a scan
_PICTURED = 0.5  # share of a page: a picture of that size may be a scan of it
_GARBAGE = 0.15  # share of characters
_TELLING = 40  # characters: fewer say nothing of what their encoding is
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·～％－＋×÷≥≤＜＞＝±√□☑■●★◆○△㎡℃‰№")


def is_usable(page: PageContent) -> bool:
    """True where the glyphs of a page are its text. A page that shows nothing has nothing more to tell."""
    text = "".join(glyph.text for glyph in page.glyphs if glyph.text != " ")
    if len(text) <= _FEW and page.pictured >= _PICTURED:
        return False
    return not is_garbage(text)


def is_garbage(text: str) -> bool:
    """True for the characters of a text layer that do not say what the page shows."""
    if not text:
        return False
    unknown = text.count(UNKNOWN)
    if unknown > _GARBAGE * len(text):
        return True
    strange = sum(1 for one in text if not _is_expected(one))
    return len(text) >= _TELLING and strange + unknown > 2 * _GARBAGE * len(text)


def unusable_pages(pages: Sequence[PageContent]) -> tuple[int, ...]:
    """The numbers of the pages that have to be recognized from their image."""
    return tuple(page.number for page in pages if not is_usable(page))


def _is_expected(one: str) -> bool:
    """Characters of Chinese reports; a wrong encoding gives letters of Western and rare scripts instead."""
    return (
        (one.isascii() and one.isalnum())
        or one in "()[].,:;%/+-*<>=\"'&#~_"
        or one in _PUNCTUATION
        or "\u3000" <= one <= "\u9fff"
        or "\uff00" <= one <= "\uffef"
        or "\u2460" <= one <= "\u24ff"
        or "\u2000" <= one <= "\u206f"
    )
