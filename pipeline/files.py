"""The reports that a batch is made of: a file each, a file inside an archive, or all files of a folder."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from pipeline.archives import SUFFIXES as ARCHIVES
from pipeline.archives import Member, list_members, read_member
from pipeline.errors import MissingFile, ReadError, UnsupportedFormat
from pipeline.joined import join_documents
from pipeline.readers import decode_document, read_bytes, readers
from schemas.text import Document, Source

# What reports come in that no reader takes: passed over in a folder they would be missed by nobody.
_TOLD = frozenset({".rar", ".7z", ".ofd", ".pages", ".numbers"})
_TOLD_HINT = "请解压，或另存为 .docx、.pdf、.xlsx 之一，再处理。"
# Of one report in several formats the one that says most comes first: words with their tables before pictures of them.
_ORDER = (".docx", ".doc", ".wps", ".rtf", ".html", ".htm", ".mht", ".mhtml", ".txt", ".md", ".pdf")
_FORMS = frozenset({".xlsx", ".xlsm", ".xls", ".et"})
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十]")
_CHINESE = "一二三四五六七八九十"


class Place(NamedTuple):
    """Where bytes are: a file, or a member of the archive ``file``. ``path`` is what people know it by."""

    path: Path
    file: Path
    member: Member | None = None


class FoundFile(NamedTuple):
    """A report to read, of one file or several, or a path with the reason for which there is nothing to read."""

    path: Path
    error: ReadError | None = None
    places: tuple[Place, ...] = ()


class RawReport(NamedTuple):
    """The bytes of a report: of its one file, or of each of several. ``sha256`` names its content."""

    path: Path
    files: tuple[tuple[Path, bytes], ...]
    sha256: str


def collect_files(paths: Sequence[Path], *, by_folder: bool = False) -> tuple[FoundFile, ...]:
    """The reports at the paths, each once: every file, in folders and archives at any depth those that a reader takes,
    by name; or, ``by_folder``, the files of each folder as one report.

    Hidden files and the lock files of open Office documents are passed over, except where they are named themselves.
    """
    found: dict[str, FoundFile] = {}
    for path in paths:
        for file in _found_at(path):
            found.setdefault(os.path.abspath(file.path), file)
    return tuple(_by_folder(found.values()) if by_folder else found.values())


def read_report(file: FoundFile) -> RawReport:
    """The bytes of a report; raises ``ReadError`` where a file of it cannot be read."""
    files = tuple((place.path, _read(place)) for place in file.places or (Place(file.path, file.path),))
    if len(files) == 1:
        return RawReport(file.path, files, hashlib.sha256(files[0][1]).hexdigest())
    digest = hashlib.sha256()
    for path, data in files:
        digest.update(f"{path.name}\0{hashlib.sha256(data).hexdigest()}\n".encode("utf-8", "surrogatepass"))
    return RawReport(file.path, files, digest.hexdigest())


def decode_report(raw: RawReport) -> Document:
    """The document that a report's bytes hold; raises ``ReadError`` where one of its files cannot be read."""
    if len(raw.files) == 1:
        return decode_document(*raw.files[0])
    documents = [decode_document(path, data) for path, data in raw.files]
    return join_documents(Source(raw.path.name, str(raw.path), raw.sha256, "folder"), documents)


def read_again(source: Source) -> bytes:
    """The bytes that a document was read from, from an archive too; raises ``ReadError`` where they are no longer there
    as they were.
    """
    path = Path(source.path)
    archive = next((parent for parent in reversed(path.parents) if parent.suffix.lower() in ARCHIVES), None)
    if archive is None or archive.is_dir():
        data = read_bytes(path)
    else:
        member = next((one for one in list_members(archive) if one.path == path), None)
        if member is None:
            raise MissingFile(f"找不到文件：{path.name}", "压缩包可能已改动。")
        data = read_member(archive, member)
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise MissingFile(f"文件在提取之后改动过：{path.name}", "请重新提取后再看。")
    return data


def _read(place: Place) -> bytes:
    return read_bytes(place.file) if place.member is None else read_member(place.file, place.member)


def _found_at(path: Path) -> Iterator[FoundFile]:
    if os.path.isdir(path):
        yield from _walk(path)
    elif path.suffix.lower() in ARCHIVES and path.exists():
        yield from _unpack(path)
    else:
        yield FoundFile(path, places=(Place(path, path),))


def _walk(folder: Path) -> Iterator[FoundFile]:
    unreadable: list[OSError] = []
    found = False
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names, key=_of_one_report):
            if name.startswith((".", "~$")):
                continue
            path = Path(parent, name)
            for file in _unpack(path) if path.suffix.lower() in ARCHIVES else _known(path, Place(path, path)):
                found = True
                yield file
    for error in unreadable:
        message = f"文件夹无法读取：{error.filename}（{error.strerror}）"
        yield FoundFile(Path(error.filename), ReadError(message, "请检查文件夹的权限。"))
    if not found and not unreadable:
        yield _nothing(folder, "文件夹")


def _unpack(archive: Path) -> Iterator[FoundFile]:
    found = False
    try:
        for member in list_members(archive):
            for file in _known(member.path, Place(member.path, archive, member)):
                found = True
                yield file
    except ReadError as error:
        yield FoundFile(archive, error)
    else:
        if not found:
            yield _nothing(archive, "压缩包")


def _known(path: Path, place: Place) -> Iterator[FoundFile]:
    suffix = path.suffix.lower()
    if suffix in readers():
        yield FoundFile(path, places=(place,))
    elif suffix in _TOLD:
        yield FoundFile(path, UnsupportedFormat(f"不支持的文件格式：{path.name}", _TOLD_HINT))


def _nothing(path: Path, kind: str) -> FoundFile:
    known = " ".join(sorted(readers()))
    return FoundFile(path, MissingFile(f"{kind}里没有可读的报告：{path}", f"可以读取：{known}。"))


def _by_folder(files: Iterable[FoundFile]) -> Iterator[FoundFile]:
    """The files of each folder as one report, prose before forms, 附件1 before 附件2; what cannot be read by itself."""
    for folder, group in groupby(sorted(files, key=lambda file: str(file.path.parent)), lambda file: file.path.parent):
        members = list(group)
        yield from (file for file in members if file.error is not None)
        places = [place for file in members if file.error is None for place in file.places]
        if len(places) == 1:
            yield FoundFile(places[0].path, places=tuple(places))
        elif places:
            yield FoundFile(folder, places=tuple(sorted(places, key=_part_order)))


def _of_one_report(name: str) -> tuple[str, int, str]:
    """Names in order, and those that differ in their suffix only by what says most."""
    stem, suffix = os.path.splitext(name)
    return stem, _rank(suffix.lower()), name


def _rank(suffix: str) -> int:
    return _ORDER.index(suffix) if suffix in _ORDER else len(_ORDER)


def _part_order(place: Place) -> tuple[bool, bool, int, str]:
    name, suffix = place.path.stem, place.path.suffix.lower()
    number = _NUMBER.search(name.partition("附件")[2])
    counted = 0 if number is None else int(number[0]) if number[0].isdecimal() else 1 + _CHINESE.index(number[0])
    return "附件" in name, suffix in _FORMS, counted, name
