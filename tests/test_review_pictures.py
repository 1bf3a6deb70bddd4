"""Reports that come as PDF or image: the evidence is shown where it stands on the page."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from eval.writers import parse_source, write_pdf
from pipeline.confidence import Trust
from pipeline.engines.rules import RulesEngine
from pipeline.errors import DamagedFile, MissingFile, UsageError
from pipeline.review.folder import Folder, open_folder
from pipeline.review.pictures import boxes_on_pages, picture_of, source_of_page
from pipeline.run import RunOptions, run
from pipeline.store import QueueFilter, list_open, list_reports, open_store
from schemas.text import Box, Document, Source, Span
from tests.report_pages import browser
from tests.review_pages import Served, ask, visit

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "eval" / "corpus" / "sources" / "07_forestry.html"
TEXT = ROOT / "eval" / "corpus" / "reports" / "07_forestry.txt"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report as PDF, and the database that it was read into with many fields flagged."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "林草局.pdf").write_bytes(write_pdf(parse_source(SAMPLE.read_text(encoding="utf-8"))))
    read_into(folder / "x.duckdb", folder / "林草局.pdf")
    return folder


def read_into(database: Path, *paths: Path, by_folder: bool = False) -> None:
    run(list(paths), database, RulesEngine(), RunOptions(Trust(threshold=1.0), by_folder=by_folder), lambda _: None)


def folder_in(database: Path) -> Folder:
    with open_store(database) as store:
        return open_folder(store, list_reports(store)[0].extraction_id)


def test_a_report_without_pages_has_no_pictures(tmp_path: Path) -> None:
    read_into(tmp_path / "x.duckdb", TEXT)
    folder = folder_in(tmp_path / "x.duckdb")
    assert boxes_on_pages(folder.extraction.document, Span(0, 10)) == []
    with pytest.raises(UsageError):
        source_of_page(folder, 1)


def test_only_the_pages_that_a_report_has_are_shown(made: Path) -> None:
    folder = folder_in(made / "x.duckdb")
    for page in (0, -1, len(folder.extraction.document.pages) + 1):
        with pytest.raises(UsageError):
            source_of_page(folder, page)


def test_a_file_that_was_moved_or_changed_is_not_shown(made: Path, tmp_path: Path) -> None:
    source, page = source_of_page(folder_in(made / "x.duckdb"), 1)
    missing = Source(source.name, str(tmp_path / "无.pdf"), source.sha256, source.reader)
    with pytest.raises(MissingFile):
        picture_of(missing, page)
    other = tmp_path / "改.pdf"
    other.write_bytes((made / "林草局.pdf").read_bytes() + b"\n")
    with pytest.raises(MissingFile, match="改动"):
        picture_of(Source(source.name, str(other), source.sha256, source.reader), page)


def test_a_box_is_where_its_words_are(made: Path) -> None:
    document = folder_in(made / "x.duckdb").extraction.document
    for field in list_open_in(made / "x.duckdb"):
        start = document.text.find(field)
        assert start >= 0
        for box in boxes_on_pages(document, Span(start, start + len(field))):
            assert 1 <= box["page"] <= len(document.pages)
            assert 0 <= box["left"] < box["right"] <= 1
            assert 0 <= box["top"] < box["bottom"] <= 1


def list_open_in(database: Path) -> list[str]:
    with open_store(database) as store:
        return [key.record_key.rpartition("|")[2] for key in list_open(store, QueueFilter(kind="indicator"), 5)]


def test_a_page_is_a_png_from_an_archive_too(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "批次.zip", "w") as archive:
        archive.write(made / "林草局.pdf", "局/报告.pdf")
    read_into(tmp_path / "x.duckdb", tmp_path / "批次.zip")
    for database in (made / "x.duckdb", tmp_path / "x.duckdb"):
        with Image.open(io.BytesIO(picture_of(*source_of_page(folder_in(database), 1)))) as image:
            assert image.format == "PNG"
            assert image.height > image.width > 500


def test_of_a_report_in_several_files_each_page_is_its_own_files(made: Path, tmp_path: Path) -> None:
    for name in ("甲.pdf", "附件1.pdf"):
        (tmp_path / "局").mkdir(exist_ok=True)
        shutil.copy(made / "林草局.pdf", tmp_path / "局" / name)
    read_into(tmp_path / "x.duckdb", tmp_path / "局", by_folder=True)
    folder = folder_in(tmp_path / "x.duckdb")
    half = len(folder.extraction.document.pages) // 2
    found = [source_of_page(folder, page) for page in (1, half, half + 1, 2 * half)]
    assert [(source.name, page) for source, page in found] == [
        ("甲", 1),
        ("甲", half),
        ("附件1", 1),
        ("附件1", half),
    ]


def test_an_image_is_shown_as_it_is_and_a_broken_one_is_told(tmp_path: Path) -> None:
    image = tmp_path / "扫描.png"
    Image.new("RGB", (3000, 2000), "white").save(image)
    import hashlib

    def source() -> Source:
        return Source("扫描", str(image), hashlib.sha256(image.read_bytes()).hexdigest(), "scan")

    with Image.open(io.BytesIO(picture_of(source(), 1))) as shown:
        assert (shown.width, shown.format) == (1400, "PNG")
    image.write_bytes(image.read_bytes()[:60])
    with pytest.raises(DamagedFile):
        picture_of(source(), 1)


def test_boxes_of_other_lines_are_left_out() -> None:
    boxes = tuple(Box(Span(start, start + 5), 1, 0.1, 0.1, 0.9, 0.2) for start in (0, 5, 10))
    document = Document(Source("甲", "甲", "0", "pdf"), "一" * 15, boxes=boxes)
    assert len(boxes_on_pages(document, Span(4, 6))) == 2
    assert len(boxes_on_pages(document, Span(5, 10))) == 1
    assert boxes_on_pages(document, None) == []


def test_the_server_shows_a_page_to_a_reviewer_only(made: Path) -> None:
    folder = folder_in(made / "x.duckdb")
    with Served(made / "x.duckdb") as served:
        cookie = {"Cookie": served.cookie()}
        path = f"/api/page/{folder.extraction_id}"
        assert ask(served.url, "GET", f"{path}/1").status == 401
        assert ask(served.url, "GET", f"{path}/99", cookie).status == 404
        assert ask(served.url, "GET", "/api/page/nope/1", cookie).status == 404
        assert ask(served.url, "GET", f"{path}/1", {**cookie, "Host": "evil.example"}).status == 421
        shown = ask(served.url, "GET", f"{path}/1", cookie)
        assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
        assert shown.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_evidence_is_boxed_on_the_page_and_the_text_is_a_key_away(made: Path) -> None:
    with browser() as chromium, Served(made / "x.duckdb") as served:
        reviewer = visit(chromium, served)
        box = reviewer.page.locator(".sheet .box").first
        expect(box).to_be_in_viewport()
        image = reviewer.page.locator(".sheet img").first
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 500
        reviewer.press("i")
        expect(reviewer.page.locator("mark.evidence").first).to_be_in_viewport()
        reviewer.press("i")
        expect(reviewer.page.locator(".sheet .box").first).to_be_in_viewport()
        reviewer.press("v")  # to pick a number takes the text
        expect(reviewer.page.locator(".sheet")).to_have_count(0)
        assert reviewer.page.evaluate("() => getSelection().toString()")
        reviewer.press("Escape")
        assert reviewer.errors() == []
