"""Bad and hostile files, and what each gets: a line for people, and the batch goes on.

``python -m benchmarks.bad_files [--json]`` makes the files in a temporary folder, reads them as one batch in processes
with a good report behind them, and prints a table of the outcomes.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.writers import parse_source, write_docx, write_pdf, write_xlsx
from pipeline.engines.rules import RulesEngine
from pipeline.run import RunOptions, run
from pipeline.workers import default_count

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"
BLOCKS = parse_source((CORPUS / "sources" / "07_forestry.html").read_text(encoding="utf-8"))
TEXT = (CORPUS / "reports" / "07_forestry.txt").read_bytes()
GOOD = (CORPUS / "reports" / "08_market_regulation.txt").read_bytes()
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BOMB = b"\0" * (300 * 2**20)
_ENTITIES = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x0 "ha">{_ENTITIES}]><a>&x9;</a>'.encode()
_OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY out SYSTEM "file:///etc/passwd">]><a>&out;</a>'


def main() -> int:
    """Print the table; 0 where the good report behind the bad ones was read, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bad_files")
    parser.add_argument("--json", action="store_true", help="print the outcomes as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, seconds, good = measure(Path(folder))
    if options.json:
        print(json.dumps({"seconds": seconds, "good": good, "files": rows}, ensure_ascii=False, indent=1))
    else:
        print("| file | what is wrong | outcome | what the user reads |\n|---|---|---|---|")
        for row in rows:
            print(f"| {row['file']} | {row['wrong']} | {row['outcome']} | {row['message']} |")
        print(f"\n{len(rows)} files in {seconds:.0f} s; the good report behind them: {good}.")
    return 0 if good == "read" else 1


def measure(folder: Path) -> tuple[list[dict[str, Any]], float, str]:
    """A row for each file, the seconds of the batch, and the outcome of the good report."""
    paths, wrong = [], []
    for name, words, make in bad_files():
        path = folder / name
        content = make()
        if content is not None:
            path.write_bytes(content)
        paths.append(path)
        wrong.append(words)
    good = folder / "好.txt"
    good.write_bytes(GOOD)
    start = perf_counter()
    options = RunOptions(workers=default_count())
    report = run([*paths, good], folder / "x.duckdb", RulesEngine(), options, lambda _: None)
    seconds = perf_counter() - start
    rows: list[dict[str, Any]] = []
    said = dict(zip(paths, wrong, strict=True))
    for file in report.outcomes:
        name = file.path if file.path in said else next((one for one in paths if one in file.path.parents), good)
        message = "" if file.error is None else f"{file.error} → {file.error.hint}"
        rows.append(
            {
                "file": str(file.path.relative_to(folder)),
                "wrong": said.get(name, ""),
                "outcome": file.outcome.value if file.error is None else file.error.code,
                "message": message.replace(str(folder), "…").replace("|", "\\|"),
            }
        )
    last = rows.pop()
    return rows, seconds, str(last["outcome"])


def bad_files() -> Iterator[tuple[str, str, Callable[[], bytes | None]]]:
    """The name, what is wrong, and what makes the bytes (``None`` for a file that is not there)."""
    docx, pdf, xlsx = write_docx(BLOCKS), write_pdf(BLOCKS), write_xlsx(BLOCKS)
    yield "无.txt", "is not there", lambda: None
    yield "空.txt", "no bytes", lambda: b""
    yield "空白.txt", "white space only", lambda: b" \n\t\n"
    yield "二进制.txt", "no text", lambda: bytes(range(256)) * 400
    yield "菜谱.txt", "another kind of text", lambda: "红烧肉：五花肉五百克，冰糖三十克。".encode()
    yield "巨大.txt", "200 MB", lambda: b"\0" * (200 * 2**20)
    yield "未知.xyz", "unknown suffix", lambda: TEXT
    yield "批次.rar", "an archive that is not read", lambda: b"Rar!\x1a\x07\x00"
    yield "截断.docx", "cut in the middle", lambda: docx[: len(docx) // 2]
    yield "改名.docx", "a text named .docx", lambda: TEXT
    yield "加密.docx", "encrypted (compound file)", lambda: _OLE + b"\0" * 4096
    yield "炸弹.docx", "300 MB of zeros in one part", lambda: with_part(docx, "word/document.xml", _BOMB)
    yield "实体.docx", "entity bomb", lambda: with_part(docx, "word/document.xml", _LAUGHS)
    yield (
        "外部.docx",
        "external entity",
        lambda: with_part(docx, "word/document.xml", _OUTSIDE),
    )
    yield "嵌套.docx", "tables nested 400 deep", lambda: with_part(docx, "word/document.xml", nested_docx(400))
    yield "截断.xlsx", "cut in the middle", lambda: xlsx[: len(xlsx) // 2]
    yield "炸弹.xlsx", "300 MB of zeros in one sheet", lambda: with_part(xlsx, "xl/worksheets/sheet1.xml", _BOMB)
    yield "实体.xlsx", "entity bomb", lambda: with_part(xlsx, "xl/sharedStrings.xml", _LAUGHS)
    yield "坏.xls", "no workbook", lambda: _OLE + b"\1" * 9000
    yield "截断.pdf", "cut in the middle", lambda: pdf[: len(pdf) // 2]
    yield "坏.pdf", "garbage behind the header", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 50
    yield "炸弹.pdf", "a stream of 300 MB", pdf_bomb
    yield "深.html", "100,000 nested elements", lambda: ("<div>" * 100_000 + "绩效自评" + "</div>" * 100_000).encode()
    yield "宽.html", "a cell over 100 million columns", wide_html
    yield "坏.doc", "no Word file", lambda: _OLE + b"\2" * 9000
    yield "巨图.png", "100,000 × 100,000 pixels", png_bomb
    yield "坏图.jpg", "no picture", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 500
    yield "坏.zip", "no archive", lambda: b"PK\x03\x04" + b"\0" * 50
    yield "炸弹.zip", "300 MB of zeros in a member", lambda: zipped({"甲.txt": _BOMB})
    yield "套娃.zip", "archives nested four deep", lambda: matryoshka(4)
    yield "越界.zip", "a name that leads out", lambda: zipped({"../../../甲.txt": TEXT + b"\n"})
    yield "多.zip", "6,000 members", lambda: zipped({f"{n}.txt": b"" for n in range(6000)})


def with_part(archive: bytes, name: str, content: bytes) -> bytes:
    """The Office file with another content of one part."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        return zipped({part: old.read(part) for part in old.namelist()} | {name: content})


def zipped(members: dict[str, bytes]) -> bytes:
    """An archive of the members."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return content.getvalue()


def matryoshka(depth: int) -> bytes:
    """A report in an archive in an archive …"""
    content = TEXT
    for number in range(depth):
        content = zipped({"内.zip" if number else "甲.txt": content})
    return content


def nested_docx(depth: int) -> bytes:
    """A Word body with a table in a table …"""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    opened, closed = "<w:tbl><w:tr><w:tc>" * depth, "</w:tc></w:tr></w:tbl>" * depth
    words = "<w:p><w:r><w:t>绩效自评</w:t></w:r></w:p>"
    return f"<w:document {space}><w:body>{opened}{words}{closed}</w:body></w:document>".encode()


def wide_html() -> bytes:
    """A table with an absurd extent."""
    return "<table><tr><td colspan=100000000 rowspan=100000000>绩效自评</td></tr></table>".encode()


def pdf_bomb() -> bytes:
    """A page whose content unpacks to 300 MB."""
    stream = zlib.compress(b" " * (300 * 2**20), 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % len(content)
    return content + b"xref\n0 5\n0000000000 65535 f \n" + table + end


def png_bomb() -> bytes:
    """A picture that says it is ten thousand million pixels large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 100_001)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


if __name__ == "__main__":
    sys.exit(main())
