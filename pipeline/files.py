"""The files that a batch is made of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import MissingFile, ReadError
from pipeline.readers import readers


class FoundFile(NamedTuple):
    """A file to read, or a path with the reason for which there is nothing to read."""

    path: Path
    error: ReadError | None = None


def collect_files(paths: Sequence[Path]) -> tuple[FoundFile, ...]:
    """The files at the paths, each once, and in folders at any depth those that a reader takes, by name.

    Hidden files and the lock files of open Office documents are passed over, except where they are named themselves.
    """
    found: dict[str, FoundFile] = {}
    for path in paths:
        for file in _walk(path) if os.path.isdir(path) else (FoundFile(path),):
            found.setdefault(os.path.abspath(file.path), file)
    return tuple(found.values())


def _walk(folder: Path) -> Iterator[FoundFile]:
    unreadable: list[OSError] = []
    found = False
    for parent, folders, names in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in readers() and not name.startswith((".", "~$")):
                found = True
                yield FoundFile(Path(parent, name))
    for error in unreadable:
        message = f"文件夹无法读取：{error.filename}（{error.strerror}）"
        yield FoundFile(Path(error.filename), ReadError(message, "请检查文件夹的权限。"))
    if not found and not unreadable:
        known = " ".join(sorted(readers()))
        yield FoundFile(folder, MissingFile(f"文件夹里没有可读的报告：{folder}", f"可以读取：{known}。"))
