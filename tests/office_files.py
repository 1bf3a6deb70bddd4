"""Old Word files for the tests: compound files written by hand, and .doc and .rtf written by LibreOffice itself."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest

from pipeline.readers.office.conversion import find_libreoffice

SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_WORD_97, _ENCRYPTED = 0xA5EC, 0x0100


def libreoffice() -> str:
    """LibreOffice's program. Where there is none the test is skipped, and in CI it fails."""
    program = find_libreoffice()
    if program is None:
        assert not os.environ.get("CI"), "CI needs LibreOffice: apt-get install libreoffice-writer-nogui"
        pytest.skip("LibreOffice is not installed")
    return program


def written_as(suffix: str, docx: bytes, folder: Path) -> bytes:
    """A .docx as LibreOffice saves it in an older format: ``doc`` or ``rtf``."""
    given = folder / "given.docx"
    given.write_bytes(docx)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = (libreoffice(), profile, "--headless", "--convert-to", suffix, "--outdir", str(folder), str(given))
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / f"given.{suffix}").read_bytes()


def word_stream(encrypted: bool = False) -> bytes:
    """The beginning of a Word 97 document stream, and nothing after it."""
    return struct.pack("<HHHHHH", _WORD_97, 0xC1, 0, 0x0804, 0, _ENCRYPTED if encrypted else 0).ljust(4096, b"\0")


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file of streams of at least 4096 bytes each."""
    fat: list[int] = [_FAT, _END]
    sectors = b""
    entries = [_entry("Root Entry", 5, _FREE, 1 if streams else _FREE, _END, 0)]
    for number, (name, content) in enumerate(streams.items(), 1):
        padded = content.ljust(-(-len(content) // SECTOR) * SECTOR, b"\0")
        first, count = len(fat), len(padded) // SECTOR
        fat += [*range(first + 1, first + count), _END]
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right, _FREE, first, len(content)))
        sectors += padded
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0)
    return header.ljust(SECTOR, b"\xff") + table + directory + sectors


def _entry(name: str, kind: int, right: int, child: int, first: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le").ljust(64, b"\0")
    head = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, _FREE, right, child)
    return encoded + head + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", first, size)
