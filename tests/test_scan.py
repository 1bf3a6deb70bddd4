"""Scans from end to end: what is refused, what is read from real pixels, and what is missing without the engine."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import DamagedFile, EmptyFile, MissingTool, ReadError, TooLarge
from pipeline.readers import decode_document, readers
from pipeline.readers import scan as package
from pipeline.readers.scan import SUFFIXES, images, read, read_scan
from pipeline.readers.scan.images import image_pages, pdf_pages
from pipeline.readers.scan.recognition import as_reading
from schemas.text import Document, Source
from tests.scanned_pages import Cells, paper, pixels, rule, saved, scanned, write_lines

SOURCE = Source("青禾县水务局自评表", "青禾县水务局自评表.png", "0", "scan")
TITLE = "2023年度项目支出绩效自评表"
PROSE = (*["全年完成渠道清淤12.5公里，解决灌溉面积3600余亩，群"] * 3, "众满意度达到96.8%。")
FORM: Cells = [
    (0, 0, 0, 0, "一级指标"), (0, 1, 0, 1, "三级指标"), (0, 2, 0, 2, "年度指标值"), (0, 3, 0, 3, "得分"),
    (1, 0, 2, 0, "产出指标\n（50分）"), (1, 1, 1, 1, "渠道清淤长度"), (1, 2, 1, 2, "≥12公里"), (1, 3, 1, 3, "10"),
    (2, 1, 2, 1, "工程验收合格率"), (2, 2, 2, 2, "100%"), (2, 3, 2, 3, "9.8"),
]  # fmt: skip
COLUMNS, ROWS = (120, 340, 660, 910, 1100), (560, 630, 700, 770)


def form_page() -> Image.Image:
    page = paper()
    write_lines(page, (TITLE,), 380, 130)
    write_lines(page, PROSE, 120, 260)
    rule(page, FORM, COLUMNS, ROWS)
    write_lines(page, ("— 1 —",), 570, 1640)
    return page


def claims(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its data does not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(80)))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("青禾县水务局".encode(), DamagedFile),
        (b"%PDF-1.7", DamagedFile),
        (saved(scanned(paper(60, 80)))[:-900], DamagedFile),
        (saved(paper(60, 80), form="JPEG")[:-300], DamagedFile),
        (claims(60, 80), DamagedFile),
        (claims(20_000, 20_000), TooLarge),
        (claims(2_000_000, 2_000_000), ReadError),
        (b"GIF89a" + bytes(80), DamagedFile),
    ],
)
def test_images_that_cannot_be_read(data: bytes, error: type[ReadError]) -> None:
    with pytest.raises(error) as raised:
        list(image_pages(data, SOURCE.name))
    assert SOURCE.name in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n%%EOF", saved(paper(60, 80)), saved(paper(60, 80), form="PDF")[:200]]
)
def test_pdfs_that_cannot_be_read(data: bytes) -> None:
    with pytest.raises(DamagedFile) as raised:
        list(pdf_pages(data, SOURCE.name))
    assert SOURCE.name in str(raised.value)
    assert raised.value.hint


@pytest.mark.parametrize("form", ["TIFF", "PDF"])
def test_pages_beyond_the_limit_are_not_even_looked_at(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, pages = saved(*[paper(60, 80)] * 3, form=form), {"TIFF": image_pages, "PDF": pdf_pages}[form]
    assert len(list(pages(data, "甲"))) == 3
    monkeypatch.setattr(images, "MAX_PAGES", 2)
    with pytest.raises(TooLarge, match="3 页") as raised:
        list(pages(data, "甲"))
    assert raised.value.hint


def test_a_picture_in_a_pdf_that_is_too_large_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 60 * 80 - 1)
    with pytest.raises(TooLarge):
        list(pdf_pages(saved(paper(60, 80), form="PDF"), "甲"))


def test_pages_are_brought_to_a_size_that_can_be_read() -> None:
    assert [page.shape for page in image_pages(saved(paper(400, 800)), "甲")] == [(2000, 1000)]
    assert [page.shape for page in image_pages(saved(paper(4400, 6600)), "甲")] == [(3508, 2338)]
    (page,) = pdf_pages(saved(paper(1240, 1754), form="PDF"), "甲")
    assert max(page.shape) == 2000


def test_what_is_transparent_is_paper_and_a_camera_turns_its_pictures() -> None:
    (page,) = image_pages(saved(Image.new("RGBA", (60, 80), (0, 0, 0, 0))), "甲")
    assert page.min() == 255
    on_its_side, stream = Image.Exif(), BytesIO()
    on_its_side[0x0112] = 6
    paper(60, 80).save(stream, "JPEG", exif=on_its_side)
    (page,) = image_pages(stream.getvalue(), "甲")
    assert page.shape == (1500, 2000)


@pytest.mark.parametrize("reader", [read, read_scan])
def test_without_the_engine_the_hint_says_how_to_get_it(
    reader: Callable[[bytes, Source], Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "PACKAGES", ("no_such_package",))
    with pytest.raises(MissingTool, match="文字识别") as raised:
        reader(b"", SOURCE)
    assert package.INSTALL in raised.value.hint


def test_a_per_mille_sign_is_not_a_per_cent_sign_and_a_letter() -> None:
    assert as_reading("≤ 0.5%o", (0.9, 1, 1, 1, 1, 0.8, 0.7)) == ("≤0.5‰", (0.9, 1, 1, 1, 0.7))
    assert as_reading("5%", (1, 1)).text == "5%"


def test_a_page_without_text_is_empty() -> None:
    with pytest.raises(EmptyFile) as raised:
        read(saved(paper(400, 600)), SOURCE)
    assert raised.value.hint


def test_recognition_stops_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_SECONDS", -1)
    with pytest.raises(TooLarge, match="分钟") as raised:
        read(saved(paper(400, 600)), SOURCE)
    assert raised.value.hint


def assert_form(document: Document) -> None:
    """The words of the page, its cells and their extents, and that everything stands where it says."""
    (table,) = document.tables
    extents = [(c.row, c.column, c.row + c.row_span - 1, c.column + c.column_span - 1) for c in table.cells]
    assert extents == [cell[:4] for cell in FORM]
    assert ["".join(cell.text.split()) for cell in table.cells] == [cell[4].replace("\n", "") for cell in FORM]
    assert document.text[: table.span.start] == f"{TITLE}\n{''.join(PROSE)}\n"
    assert document.text[table.span.end :] == ""
    assert all(document.text[slice(*cell.span)] == cell.text for cell in table.cells)
    assert all(0.5 < word.confidence <= 1 and document.quote(word.span).strip() for word in document.recognized)


def test_a_crooked_scan_of_prose_and_a_form() -> None:
    document = decode_document(Path("自评表.png"), saved(scanned(form_page())))
    assert_form(document)
    assert (document.source.reader, document.pages) == ("scan", (0,))
    score = next(box for box in document.boxes if document.quote(box.span) == "9.8")
    assert (score.page, score.left, score.top) == (1, pytest.approx(0.79, abs=0.03), pytest.approx(0.41, abs=0.03))


@pytest.mark.parametrize("degrees", [90.0, 179.2])
def test_a_scan_that_lies_on_its_side_or_upside_down(degrees: float) -> None:
    assert_form(read(saved(scanned(form_page(), degrees)), SOURCE))


def test_a_scanned_pdf_whose_form_goes_on_over_the_page() -> None:
    below = paper()
    rule(below, [(0, 0, 0, 2, "总分"), (0, 3, 0, 3, "97.6")], COLUMNS, (130, 200))
    document = read_scan(saved(scanned(form_page()), scanned(below, -0.4), form="PDF"), SOURCE)
    (table,) = document.tables
    assert [(cell.text, cell.row, cell.column_span) for cell in table.cells[-2:]] == [("总分", 3, 3), ("97.6", 3, 1)]
    assert document.text[document.pages[1] :] == "\t总分\n\t97.6\n\n"
    assert [box.page for box in document.boxes[-2:]] == [2, 2]


def test_every_suffix_is_ours() -> None:
    assert all(readers()[suffix].read is read for suffix in SUFFIXES)
    assert pixels(paper(2, 2)).tolist() == [[250, 250], [250, 250]]
