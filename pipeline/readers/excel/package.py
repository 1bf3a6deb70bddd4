"""The zip package of a workbook: its parts by name, small ones or streamed, of sane sizes and without entities."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import NamedTuple
from xml.parsers import expat

from pipeline.errors import DamagedFile, TooLarge, UnsupportedFormat

MAX_TREE = 32 * 2**20
"""Bytes of a part that is kept as a tree."""
MAX_STREAMED = 320 * 2**20
"""Bytes of all streamed parts together: a sheet with a million formatted empty rows stays under this."""
LARGE_PART = 8 * 2**20
"""Bytes from which a sheet is mostly empty cells."""
BOMB_PART, BOMB_RATIO = 16 * 2**20, 200
"""A part this large that packs this well is none that an office program wrote."""
RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx，再试一次。"

_BLOCK = 1 << 18
_UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,  # an offset before the start of the file, a name that is no UTF-8
    RuntimeError,  # an encrypted member; NotImplementedError, a later version of the format, is one of these
)


class Node(NamedTuple):
    """An element of a small part: its name and attributes without namespaces."""

    name: str
    attributes: dict[str, str]


class Handler(NamedTuple):
    """What is called while a part is streamed; names are without the prefix that the part's first element has."""

    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None]


class Package:
    """The parts of a workbook. Errors are ``ReadError``s that name the file."""

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._left = MAX_STREAMED
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
            self.names = frozenset(self._archive.namelist())
        except _UNPACK_ERRORS as error:
            raise self._damaged("文件不完整或已损坏") from error
        self._refuse_others()

    def _refuse_others(self) -> None:
        kind = ""
        if "xl/workbook.bin" in self.names:
            kind = "二进制工作簿（.xlsb）"
        elif any(name.startswith("word/") for name in self.names):
            kind = "Word 文档"
        elif any(name.startswith("ppt/") for name in self.names):
            kind = "演示文稿"
        elif "mimetype" in self.names:
            kind = "OpenDocument 文件（.ods 等）"
        if kind:
            raise UnsupportedFormat(
                f"内容不是 Excel 工作簿，而是{kind}：{self._name}", f"请改回正确的后缀名，或{RESAVE[1:]}"
            )

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part ("" for the package) refers to: id of the relation -> last word of its type, name of the part."""
        folder, _, leaf = part.rpartition("/")
        source = join(folder, "_rels", f"{leaf}.rels")
        if source not in self.names:
            return {}
        found = {}
        for node in self.nodes(source):
            if node.name == "Relationship":
                target = node.attributes.get("Target", "")
                inside = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
                kind = node.attributes.get("Type", "").rpartition("/")[2]
                found[node.attributes.get("Id", "")] = (kind, inside)
        return found

    def nodes(self, part: str) -> Iterator[Node]:
        """The elements of a small part in document order."""
        info = self._info(part, MAX_TREE)
        found: list[Node] = []
        self._stream(info, Handler(lambda name, given: found.append(Node(name, given)), _ignore, _ignore))
        return iter(found)

    def stream(self, part: str, handler: Handler, thin: Callable[[bytes], bytes] | None = None) -> None:
        """Send a part through the handler piece by piece; of a large one only what ``thin`` leaves of the markup."""
        info = self._info(part, self._left)
        self._left -= info.file_size
        self._stream(info, handler, thin if info.file_size > LARGE_PART else None)

    def _info(self, part: str, limit: int) -> zipfile.ZipInfo:
        try:
            info = self._archive.getinfo(part)
        except KeyError as error:
            raise self._damaged(f"工作簿缺少 {part}") from error
        packs_too_well = info.file_size > BOMB_PART and info.file_size > BOMB_RATIO * info.compress_size
        if info.file_size > limit or packs_too_well:
            size = f"{part} 有 {info.file_size // 2**20} MB"
            why = "压缩比异常" if packs_too_well else f"上限 {limit // 2**20} MB"
            raise TooLarge(
                f"文件解压后过大：{self._name}（{size}，{why}）",
                "绩效自评表不会这么大；请确认文件来源，或只留下自评表后另存。",
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._damaged("文件压缩方式异常")
        return info

    def _stream(self, info: zipfile.ZipInfo, handler: Handler, thin: Callable[[bytes], bytes] | None = None) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, given: _begin(parser, handler, name, given)
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = self._refuse_entities
        try:
            # Never more than the size that was checked: zipfile stops there, and finds the checksum wrong.
            with self._archive.open(info) as stream:
                rest = b""
                while block := stream.read(_BLOCK):
                    if thin is not None:
                        block, rest = _up_to_mark(rest + block)
                        block = thin(block)
                    parser.Parse(block, False)
                parser.Parse(rest, True)
        except expat.ExpatError as error:
            raise self._damaged(f"文件内容已损坏（{info.filename}）") from error
        except _UNPACK_ERRORS as error:
            raise self._damaged("文件不完整或已损坏") from error

    def _refuse_entities(self, *_: object) -> None:
        # Office never writes a DTD; one is there to blow up or to fetch something.
        raise self._damaged("文件含有不允许的实体定义")

    def _damaged(self, what: str) -> DamagedFile:
        return DamagedFile(f"{what}：{self._name}", f"请重新下载或重新索取；若本机能打开，{RESAVE}")


def _begin(parser: expat.XMLParserType, handler: Handler, name: str, given: dict[str, str]) -> None:
    """Take the first element, and see from it whether the part has prefixes before all of its names: few have."""
    prefix = name.rpartition(":")[0]
    if prefix:
        cut = len(prefix) + 1
        parser.StartElementHandler = lambda other, more: handler.start(other[cut:], more)
        parser.EndElementHandler = lambda other: handler.end(other[cut:])
        handler.start(name[cut:], given)
    else:
        parser.StartElementHandler = handler.start
        parser.EndElementHandler = handler.end
        handler.start(name, given)


def _up_to_mark(block: bytes) -> tuple[bytes, bytes]:
    """The block up to its last tag, which may be cut off, and the rest."""
    place = block.rfind(b"<")
    return (block[:place], block[place:]) if place > 0 else (block, b"")


def _ignore(_: str) -> None:
    """Nothing is done with it."""
