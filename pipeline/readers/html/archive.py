"""Pages saved as one file (.mht): the page among the parts of a mail message; pictures and styles are not looked at."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import NamedTuple

from pipeline.errors import DamagedFile

_PAGES = ("text/html", "application/xhtml+xml")
_SHEET = re.compile(r"sheet\d+\.html?\Z", re.IGNORECASE)


class Page(NamedTuple):
    """The bytes of a page and the encoding that its envelope says, or ""."""

    data: bytes
    encoding: str


def is_archive(data: bytes) -> bool:
    """True for a message rather than a page."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return not head.startswith(b"<") and b"mime-version:" in head.lower()


def open_archive(data: bytes, name: str) -> tuple[Page, ...]:
    """The page in a message, or the pages of its sheets where Excel saved a workbook so.

    Of several pages that are no sheets it is the one with the most in it: frames and running heads come as pages too.
    """
    message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf \t\r\n"), policy=compat32)
    parts = [part for part in message.walk() if part.get_content_type() in _PAGES]
    sheets = [part for part in parts if _SHEET.search(str(part.get("Content-Location") or ""))]
    pages = [page for part in sheets or parts if (page := _page(part)) is not None]
    if not pages:
        raise DamagedFile(f"文件里没有网页内容：{name}", "请用浏览器或 Word 打开后另存为网页，再试一次。")
    return tuple(pages) if sheets else (max(pages, key=lambda page: len(page.data)),)


def _page(part: Message) -> Page | None:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return None
    return Page(payload, str(part.get_content_charset() or ""))
