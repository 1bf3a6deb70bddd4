"""Reports inside .zip archives, read in memory: nothing is ever unpacked to the disk, so no name can lead elsewhere."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipeline.errors import DamagedFile, ReadError, TooLarge
from pipeline.readers import MAX_BYTES

SUFFIXES = (".zip",)

MAX_MEMBERS = 5_000
"""More names than any batch that somebody packed by hand; a list of millions is an attack on memory."""
MAX_UNPACKED = 4 * 1024**3
"""Bytes of all members together."""
MAX_RATIO = 300
"""Text packs to a fifth, a repeated byte to a thousandth: beyond this a large file is a bomb."""

_SUSPECT_BYTES = 20 * 1024 * 1024  # from which the ratio counts
_DEEPEST = 2  # archives inside archives
_UTF8, _ENCRYPTED = 0x800, 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


class Member(NamedTuple):
    """A file in an archive: the names that lead to it, through archives inside it, as they are written there."""

    path: Path
    names: tuple[str, ...]


def list_members(archive: Path) -> Iterator[Member]:
    """The files of the archive in its order, each with the path by which people know it: ``批次.zip/甲/附件1.docx``.

    Hidden files and what a Mac adds are passed over. Raises ``ReadError`` for an archive that cannot be read.
    """
    yield from _list(archive, _archive_bytes(archive), (), 1)


def read_member(archive: Path, member: Member) -> bytes:
    """The bytes of a file in the archive; raises ``ReadError`` where they cannot be had or are too many."""
    data = _archive_bytes(archive)
    for name in member.names:
        data = _read(data, name, member.path)
    return data


def _archive_bytes(archive: Path) -> bytes:
    try:
        status = archive.stat()
        if status.st_size > MAX_BYTES:
            raise TooLarge(f"压缩包过大：{archive.name}（上限 {MAX_BYTES // 2**20} MB）", "请解压后再处理。")
        return _read_once(archive, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ReadError(f"文件无法读取：{archive.name}（{error.strerror}）", "请检查文件权限和磁盘。") from error


@lru_cache(maxsize=1)  # its members are read one after the other
def _read_once(archive: Path, changed: int, size: int) -> bytes:
    del changed, size
    return archive.read_bytes()


def _list(shown: Path, data: bytes, above: tuple[str, ...], depth: int) -> Iterator[Member]:
    with _opened(data, shown) as opened:
        infos = opened.infolist()
        if len(infos) > MAX_MEMBERS:
            raise TooLarge(f"压缩包里文件过多：{shown.name}（{len(infos)} 个，上限 {MAX_MEMBERS}）", "请分开打包。")
        whole = sum(info.file_size for info in infos)
        if whole > MAX_UNPACKED:
            raise TooLarge(f"压缩包解压后过大：{shown.name}（{whole // 2**20} MB）", "请确认不是恶意文件，或分开打包。")
        for info in infos:
            path = shown / _readable_name(info)
            inner = path.relative_to(shown).parts
            if info.is_dir() or not inner or any(part.startswith((".", "~$", "__MACOSX")) for part in inner):
                continue
            names = (*above, info.filename)
            if path.suffix.lower() in SUFFIXES and depth < _DEEPEST:
                yield from _list(path, _read(data, info.filename, path), names, depth + 1)
            else:
                yield Member(path, names)


def _read(data: bytes, name: str, shown: Path) -> bytes:
    with _opened(data, shown) as opened:
        try:
            info = opened.getinfo(name)
            if info.flag_bits & _ENCRYPTED:
                raise DamagedFile(f"压缩包有密码：{shown}", "请解压后再处理。")
            if info.file_size > MAX_BYTES or _is_bomb(info):
                raise TooLarge(
                    f"压缩包里的文件过大：{shown}（解压后 {info.file_size // 2**20} MB）", "请确认不是恶意文件。"
                )
            with opened.open(info) as file:
                content = file.read(MAX_BYTES + 1)  # what the archive says of the size need not be true
        except _BROKEN as error:
            raise _damaged(shown, error) from error
    if len(content) > MAX_BYTES:
        raise TooLarge(f"压缩包里的文件过大：{shown}", "请确认不是恶意文件。")
    return content


def _opened(data: bytes, shown: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise _damaged(shown, error) from error


def _damaged(shown: Path, error: Exception) -> DamagedFile:
    return DamagedFile(f"压缩包已损坏：{shown}（{type(error).__name__}）", "请重新打包或解压后再处理。")


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > _SUSPECT_BYTES and info.file_size > MAX_RATIO * max(1, info.compress_size)


def _readable_name(info: zipfile.ZipInfo) -> PurePosixPath:
    """The name as people read it: many write UTF-8 or GBK without saying so. Steps upward lead nowhere."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        written = name.encode("cp437", "replace")  # what the name's bytes were taken for
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeError):
                name = written.decode(encoding)
                break
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..") and ":" not in part]
    return PurePosixPath(*parts)
