"""Old Word files: told by their content, converted in a process that is not trusted, read as .docx is."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from eval.writers import parse_source, write_docx
from pipeline import readers as package
from pipeline.errors import DamagedFile, EmptyFile, MissingTool, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers import decode_document
from pipeline.readers.docx import read as read_docx
from pipeline.readers.office import SUFFIXES, conversion, read
from pipeline.readers.office.kinds import Kind, kind_of
from schemas.text import Document, Source
from tests.office_files import compound, libreoffice, word_stream, written_as

SOURCE = Source("青禾县林业局自评报告", "青禾县林业局自评报告.doc", "0", "office")
SAMPLE = Path(__file__).resolve().parents[1] / "eval/corpus/sources/07_forestry.html"
WORDS = "青禾县林业局2023年度部门整体支出绩效自评报告"
RTF = rb"{\rtf1\ansi\ansicpg936 \u38738?\u31166?\u21439?2023\par}"
WORD_XML = b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<w:wordDocument xmlns:w="urn:x"/>'


@pytest.fixture(scope="module")
def docx() -> bytes:
    return write_docx(parse_source(SAMPLE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def doc(docx: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written_as("doc", docx, tmp_path_factory.mktemp("doc"))


def stands_in(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Puts a shell script in LibreOffice's place; ``$OUT`` is the folder that it should write report.docx to."""
    program = folder / "soffice"
    program.write_text(f'#!/bin/sh\nfor arg; do [ "$last" = --outdir ] && OUT=$arg; last=$arg; done\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: str(program))


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (compound({"WordDocument": word_stream(encrypted=True)}), DamagedFile, "已加密"),
        (compound({"EncryptedPackage": bytes(4096)}), DamagedFile, "已加密"),
        (compound({"WordDocument": word_stream()})[:-600], DamagedFile, "不完整"),
        (compound({"WordDocument": word_stream()})[:700], DamagedFile, "不完整"),
        (compound({"Workbook": bytes(4096)}), UnsupportedFormat, "Excel"),
        (compound({"PowerPoint Document": bytes(4096)}), UnsupportedFormat, "PPT"),
        (compound({"Contents": bytes(4096)}), UnsupportedFormat, "没有 Word 正文"),
        (b"\x89PNG\r\n\x1a\n" + bytes(80), UnsupportedFormat, "图片"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", UnsupportedFormat, "MHT"),
        (b"PK\x03\x04" + bytes(80), DamagedFile, "不完整"),
        (bytes(range(256)) * 40, DamagedFile, "不是文本"),
    ],
)
def test_files_that_cannot_be_read_say_why_and_what_to_do(data: bytes, error: type[ReadError], told: str) -> None:
    with pytest.raises(error, match=told) as raised:
        read(data, SOURCE)
    assert SOURCE.name in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (compound({"WordDocument": word_stream()}), Kind.WORD),
        (RTF, Kind.RTF),
        (b"\n" + RTF, Kind.RTF),
        (WORD_XML, Kind.WORD_XML),
        (b"PK\x03\x04", Kind.DOCX),
        (b"%PDF-1.7", Kind.PDF),
        (b"<html><body>", Kind.HTML),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<html>", Kind.HTML),
        ("\ufeff<html><head>".encode("utf-16-le"), Kind.HTML),
        (b'<?xml version="1.0" encoding="gb2312"?><html xmlns="x">', Kind.HTML),
        ("<2023年度>绩效自评报告".encode(), Kind.TEXT),
        (WORDS.encode("gb18030"), Kind.TEXT),
    ],
)
def test_the_content_tells_the_format(data: bytes, kind: Kind) -> None:
    assert kind_of(data, "报告") is kind


def test_a_text_file_of_that_name_is_read_as_text() -> None:
    document = decode_document(Path("报告.doc"), WORDS.encode("gb18030"))
    assert (document.text, document.source.reader) == (WORDS, "text")


def test_a_docx_of_that_name_is_read_without_conversion(docx: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: None)
    document = decode_document(Path("报告.wps"), docx)
    assert document.text == read_docx(docx, SOURCE).text
    assert document.source.reader == "docx"


def test_a_web_page_goes_to_its_reader_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        SUFFIXES = (".html",)
        __name__ = "pipeline.readers.html"

        def read(self, data: bytes, source: Source) -> Document:
            return Document(source, data.decode())

    monkeypatch.setattr(package, "readers", lambda: {".html": Reader()})
    assert read(b"<html>", SOURCE).source.reader == "html"
    monkeypatch.setattr(package, "readers", dict)
    with pytest.raises(UnsupportedFormat, match="HTML") as raised:
        read(b"<html>", SOURCE)
    assert raised.value.hint


def test_without_libreoffice_the_hint_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: None)
    with pytest.raises(MissingTool, match="LibreOffice") as raised:
        read(RTF, SOURCE)
    assert conversion.INSTALL in raised.value.hint


def test_libreoffice_is_looked_for_where_it_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(conversion, "_PLACES", (str(tmp_path / "app"),))
    assert conversion.find_libreoffice() is None
    (tmp_path / "app").touch()
    assert conversion.find_libreoffice() == str(tmp_path / "app")


def test_a_conversion_that_never_ends_is_killed_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    stands_in(monkeypatch, tmp_path, f"(sleep 20; echo alive) > {tmp_path}/pipe & wait")
    monkeypatch.setattr(conversion, "MAX_SECONDS", 1)
    with pytest.raises(TooLarge, match="超过") as raised:
        read(RTF, SOURCE)
    assert raised.value.hint
    os.set_blocking(pipe, True)
    assert os.read(pipe, 99) == b""  # nobody is left who could write
    os.close(pipe)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exit 1", DamagedFile),  # which is what LibreOffice does with a file that it cannot open, only with 0
        ("exit 0", DamagedFile),
        ('mkdir -p "$OUT"; head -c 4000000 /dev/zero > "$OUT/report.docx"', TooLarge),
        ('mkdir -p "$OUT"; echo garbage > "$OUT/report.docx"', DamagedFile),
    ],
)
def test_a_conversion_that_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, error: type[ReadError]
) -> None:
    stands_in(monkeypatch, tmp_path, script)
    monkeypatch.setattr(conversion, "MAX_OUTPUT", 2**20)
    with pytest.raises(error) as raised:
        read(RTF, SOURCE)
    assert raised.value.hint


def test_a_program_that_fails_once_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, docx: bytes) -> None:
    (tmp_path / "given.docx").write_bytes(docx)
    fails_once = f"[ -e {tmp_path}/tried ] || {{ touch {tmp_path}/tried; exit 9; }}"
    stands_in(monkeypatch, tmp_path, f'{fails_once}\nmkdir -p "$OUT"; cp {tmp_path}/given.docx "$OUT/report.docx"')
    assert read(RTF, SOURCE).text == read_docx(docx, SOURCE).text


def test_the_profile_runs_no_macros_and_updates_no_links(tmp_path: Path) -> None:
    conversion.write_profile(tmp_path)
    written = (tmp_path / "user" / "registrymodifications.xcu").read_text(encoding="utf-8")
    assert '"DisableMacrosExecution" oor:op="fuse"><value>true<' in written
    assert '"MacroSecurityLevel" oor:op="fuse"><value>3<' in written
    assert 'Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0<' in written


def test_a_doc_reads_as_the_docx_that_it_was_made_from(doc: bytes, docx: bytes) -> None:
    document, original = decode_document(Path("报告.doc"), doc), decode_document(Path("报告.docx"), docx)
    assert document.source.reader == "office"
    assert [[(c.text, c.row, c.column, c.row_span, c.column_span) for c in t.cells] for t in document.tables] == [
        [(c.text, c.row, c.column, c.row_span, c.column_span) for c in t.cells] for t in original.tables
    ]
    assert "".join(document.text.split()) == "".join(original.text.split())
    for table in document.tables:
        assert document.text[slice(*table.span)].startswith("\t")
        assert all(document.text[slice(*cell.span)] == cell.text for cell in table.cells)


def test_several_at_once(doc: bytes) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda suffix: decode_document(Path(f"报告{suffix}"), doc), (".doc", ".wps"))
    assert first.text == second.text


@pytest.mark.parametrize("suffix", [".doc", ".rtf", ".wps"])
def test_rich_text_is_read_under_any_of_the_names(suffix: str) -> None:
    libreoffice()
    document = decode_document(Path(f"报告{suffix}"), RTF)
    assert (document.text.strip(), document.source.reader) == ("青禾县2023", "office")


def test_a_file_without_text_is_empty() -> None:
    libreoffice()
    with pytest.raises(EmptyFile):
        read(rb"{\rtf1\ansi\par}", SOURCE)


def test_a_real_file_with_the_encryption_mark_is_not_handed_to_libreoffice(doc: bytes) -> None:
    start = doc.index(b"\xec\xa5")
    flags = int.from_bytes(doc[start + 10 : start + 12], "little") | 0x0100
    marked = doc[: start + 10] + flags.to_bytes(2, "little") + doc[start + 12 :]
    with pytest.raises(DamagedFile, match="已加密"):
        read(marked, SOURCE)


def test_links_of_a_file_are_not_followed() -> None:
    libreoffice()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_OPTIONS = do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        picture = f"http://127.0.0.1:{server.server_port}/logo.png"
        field = rf'{{\field{{\*\fldinst INCLUDEPICTURE "{picture}" \\d}}{{\fldrslt x}}}}'
        read(RTF[:-1] + field.encode() + b"}", SOURCE)
        conversion.converted(LINKED.replace("PICTURE", picture).encode(), ".fodt", "报告")
        server.shutdown()
    assert asked == []


def test_every_suffix_is_ours() -> None:
    assert all(package.readers()[suffix].read is read for suffix in SUFFIXES)


LINKED = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
  xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3"
  office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text><text:p>x<draw:frame
  svg:width="2cm" svg:height="2cm"><draw:image xlink:href="PICTURE" xlink:type="simple" xlink:show="embed"
  xlink:actuate="onLoad"/></draw:frame></text:p></office:text></office:body></office:document>
"""
