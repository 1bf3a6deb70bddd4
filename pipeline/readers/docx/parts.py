"""The zip package of a Word file: its main part, styles and numbering as XML, or an error that says what it is instead.

Nothing is parsed before its unpacked size is known to be sane, and no entity is ever resolved.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import NamedTuple, Protocol

from pipeline.errors import DamagedFile, TooLarge, UnsupportedFormat

MAX_PART = 64 * 2**20
"""Bytes of one unpacked part. The largest reports seen stay under 1 MB; the XML tree takes several times as much."""
BOMB_PART, BOMB_RATIO = 16 * 2**20, 200
"""A part this large that packs this well is no text: real documents pack 10 to 40 times."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
VAL = W + "val"

_STRICT = (  # the ISO "strict" namespaces, as files saved in that flavour have them
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", M[1:-1].encode()),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF"))
_RESAVE = "请用 Word 或 WPS 打开后另存为 .docx，再试一次。"
_UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,  # an offset before the start of the file, a name that is no UTF-8
    RuntimeError,  # an encrypted member; NotImplementedError, a later version of the format, is one of these
)


class Element(Protocol):
    """The little of an XML element that this reader uses. ``tag`` is ``{namespace}name``."""

    tag: str
    text: str | None

    def get(self, key: str) -> str | None:
        """The attribute's value."""

    def find(self, path: str) -> Element | None:
        """The first element of that path."""

    def findall(self, path: str) -> list[Element]:
        """All elements of that path."""

    def iter(self, *tags: str) -> Iterator[Element]:
        """This element and all below it that have one of the tags, in document order."""

    def __iter__(self) -> Iterator[Element]: ...


class Parts(NamedTuple):
    """What of a package is read."""

    body: Element
    styles: Element | None
    numbering: Element | None


def open_parts(data: bytes, name: str) -> Parts:
    """The parts of the Word file in ``data``; raises ``DamagedFile``, ``UnsupportedFormat`` or ``TooLarge``."""
    _refuse_other_formats(data, name)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _parts(archive, name)
    except _UNPACK_ERRORS as error:
        whole = "文件不完整或已损坏" if data.startswith(b"PK") else "文件不是 .docx 格式，或已损坏"
        raise DamagedFile(f"{whole}：{name}", f"请重新下载或重新索取；若本机能打开，{_RESAVE}") from error


def value(element: Element | None, default: str = "") -> str:
    """The ``w:val`` of an element, or the default where there is no element or no value."""
    return default if element is None else (element.get(VAL) or default)


def number(element: Element | None, default: int) -> int:
    """The ``w:val`` of an element as a whole number, or the default where it is none."""
    try:
        return int(value(element))
    except ValueError:
        return default


def is_on(element: Element | None) -> bool:
    """True where a switch like ``w:vanish`` is there and not turned off."""
    return element is not None and value(element, "1") not in ("0", "false", "off")


def _refuse_other_formats(data: bytes, name: str) -> None:
    if data.startswith(_OLE):
        raise DamagedFile(
            f"文件已加密或是旧版 .doc（后缀被改成了 .docx）：{name}",
            "若已加密，请在 Word 或 WPS 中打开并取消密码后另存；若是旧版 .doc，请改回后缀，或另存为 .docx。",
        )
    for mark, kind in _OTHERS:
        if data.startswith(mark):
            raise UnsupportedFormat(f"内容不是 Word 文档，而是 {kind}：{name}", f"请改回正确的后缀名，或{_RESAVE[1:]}")


def _parts(archive: zipfile.ZipFile, name: str) -> Parts:
    names = frozenset(archive.namelist())
    main = _related(archive, "", name).get("officeDocument", "word/document.xml")
    if main not in names:
        main = "word/document.xml"
    root = _parse(archive, main, name) if main in names else None
    if root is None or root.tag != W + "document":
        raise UnsupportedFormat(
            f"压缩包里没有 Word 正文，可能是 Excel、PPT 或普通压缩文件改了后缀：{name}",
            "请改回正确的后缀名；若是压缩文件，请先解压。",
        )
    beside = _related(archive, main, name)
    found = [
        _parse(archive, part, name) if part in names else None
        for part in (beside.get(kind, f"word/{kind}.xml") for kind in ("styles", "numbering"))
    ]
    body = root.find(W + "body")
    if body is None:
        raise DamagedFile(f"Word 正文缺失：{name}", _RESAVE)
    return Parts(body, found[0], found[1])


def _related(archive: zipfile.ZipFile, part: str, name: str) -> dict[str, str]:
    """The parts that a part ("" for the package) refers to, by the last word of the relation's type."""
    folder, _, leaf = part.rpartition("/")
    source = join(folder, "_rels", f"{leaf}.rels")
    if source not in archive.namelist():
        return {}
    found: dict[str, str] = {}
    for relation in _parse(archive, source, name):
        kind = (relation.get("Type") or "").rpartition("/")[2]
        target = relation.get("Target") or ""
        inside = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
        found.setdefault(kind, inside)
    return found


def _parse(archive: zipfile.ZipFile, part: str, name: str) -> Element:
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    data = _unpacked(archive, part, name)
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.ElementTree(etree.fromstring(data, parser))
    except etree.XMLSyntaxError as error:
        raise DamagedFile(f"文件内容已损坏（{part}）：{name}", _RESAVE) from error
    if tree.docinfo.internalDTD is not None:
        # Office never writes a DTD; one is there to blow up or to fetch something, and would hide text behind entities.
        raise DamagedFile(f"文件含有不允许的实体定义（{part}）：{name}", _RESAVE)
    root: Element = tree.getroot()
    return root


def _unpacked(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    info = archive.getinfo(part)
    packs_too_well = info.file_size > BOMB_PART and info.file_size > BOMB_RATIO * info.compress_size
    if info.file_size > MAX_PART or packs_too_well:
        raise TooLarge(
            f"文件解压后过大：{name}（{part} 有 {info.file_size // 2**20} MB，上限 {MAX_PART // 2**20} MB）",
            "绩效自评报告不会这么大；请确认文件来源，或拆分后再处理。",
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{part} is packed in a way that no Word file is")
    return archive.read(part)
