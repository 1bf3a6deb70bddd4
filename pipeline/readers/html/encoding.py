"""Bytes of a web page to its text, whatever it says of its own encoding: many pages say nothing, and some lie."""

from __future__ import annotations

import codecs
import re

from pipeline.errors import DamagedFile, UnsupportedFormat

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEAD = 8192
_OTHERS = ((b"PK\x03\x04", "压缩包或 Office 文档"), (b"%PDF", "PDF"), (b"\xd0\xcf\x11\xe0", "旧版 Office 文档"))
_WIDENED = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}
"""What calls itself GB2312 has characters of GBK in it, and GB18030 holds both."""
_MOST_BROKEN, _MOST_BROKEN_OF_UTF_8 = 0.01, 0.1
_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd-\uffff\U000f0000-\U0010ffff]")


def decode_page(data: bytes, name: str, declared: str = "") -> str:
    r"""The text of a page: by byte order mark; as UTF-8 if it is that; as it says; as GB18030; else what breaks least.

    UTF-8 comes before what the page says, because Chinese in another encoding is never nearly valid UTF-8 by chance,
    while pages that moved to UTF-8 and still say gb2312 are common, and GB18030 takes most bytes for something. A few
    broken bytes are shown as such (``\ufffd``).
    Raises ``UnsupportedFormat`` for files of another kind, ``DamagedFile`` where no encoding fits.
    """
    for mark, kind in _OTHERS:
        if data.startswith(mark):
            raise UnsupportedFormat(f"内容不是网页，而是{kind}：{name}", "请改回正确的后缀名。")
    text = _clean(_decoded(data, name, declared))
    if sum(1 for _ in _ODD.finditer(text[:20_000])) * 50 > min(len(text), 20_000):  # no text at all
        raise _unreadable(name)
    return text


def _decoded(data: bytes, name: str, declared: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if b"\0" in data[:256]:
        evens, odds = data[:4096:2].count(0), data[1:4096:2].count(0)
        return data.decode("utf-16-be" if evens > odds else "utf-16-le", "replace")
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") <= _MOST_BROKEN_OF_UTF_8 * sum(1 for char in text if char > "\x7f"):
        return text
    candidates = list(dict.fromkeys((*_named(declared), *_said(data), "gb18030", "big5")))
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    texts = [data.decode(encoding, "replace") for encoding in candidates]
    best = min(texts, key=lambda text: text.count("\ufffd"))
    if best.count("\ufffd") > _MOST_BROKEN * len(best):
        raise _unreadable(name)
    return best


def _unreadable(name: str) -> DamagedFile:
    return DamagedFile(f"无法识别网页的文字编码，或文件已损坏：{name}", "请用浏览器打开后另存为网页，再试一次。")


def _said(data: bytes) -> tuple[str, ...]:
    match = _DECLARED.search(data[:_HEAD])
    return _named(match[1].decode("ascii", "ignore")) if match else ()


def _named(name: str) -> tuple[str, ...]:
    """The codec of a name: widened where names are used loosely; none for what is no encoding of text."""
    try:
        found = codecs.lookup(_WIDENED.get(name.lower(), name)).name if name else ""
        b"ab".decode(found or "utf-8", "replace")  # a codec like base64 is no encoding of text
    except LookupError:
        return ()
    # Latin encodings fit any bytes, so they would hide what a page really is.
    return () if not found or found.startswith(("iso8859", "cp125", "latin", "ascii")) else (found,)


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
