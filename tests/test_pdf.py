"""PDF files: paragraphs, what is no part of the report, places on pages, and files that cannot be read."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from pathlib import Path
from unittest import mock

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import DamagedFile, EmptyFile, ReadError, TooLarge, UnsupportedFormat, UsageError
from pipeline.readers import decode_document, readers
from pipeline.readers.pdf import SUFFIXES, opening, page, page_contents, page_image, read, unusable_pages
from pipeline.readers.pdf.characters import UNKNOWN, character
from pipeline.readers.pdf.text_layer import is_garbage
from schemas.text import Document
from tests.pdf_samples import (
    EM,
    HEIGHT,
    LEFT,
    SIZE,
    SOURCE,
    WIDTH,
    Draw,
    Sheet,
    document,
    numbered,
    one_page,
    pdf,
    raw_pdf,
    stream,
)

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
FULL = "全年新建口袋公园七处栽植行道树两千株城区绿化面貌得到明显改善"  # 27 characters of 16 points fill a line
FIRST, MIDDLE, LAST = FULL[:25], FULL[2:29], "群众满意度较高。"


def prose(*paragraphs: tuple[str, ...]) -> Draw:
    def drawn(sheet: Sheet) -> None:
        for lines in paragraphs:
            sheet.prose(*lines)

    return drawn


def flush(*lines: str) -> Draw:
    def drawn(sheet: Sheet) -> None:
        for line in lines:
            sheet.line(line)

    return drawn


def nothing(sheet: Sheet) -> None:
    del sheet


BODY = prose(*[(FIRST, MIDDLE, LAST)] * 4)
WHOLE = FIRST + MIDDLE + LAST


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        # what must not be joined
        ((("一、部门基本情况",), (FIRST, LAST)), f"一、部门基本情况\n{FIRST}{LAST}\n"),
        (((FIRST, MIDDLE), ("（一）基本支出情况",)), f"{FIRST}{MIDDLE}\n（一）基本支出情况\n"),
        (((FIRST, MIDDLE), ("1.项目支出",), (FIRST, LAST)), f"{FIRST}{MIDDLE}\n1.项目支出\n{FIRST}{LAST}\n"),
        (((FIRST[:-1] + "。",), (FIRST, LAST)), f"{FIRST[:-1]}。\n{FIRST}{LAST}\n"),
        (((FIRST, LAST), (FIRST, LAST)), f"{FIRST}{LAST}\n{FIRST}{LAST}\n"),
        # what must
        (((FIRST, MIDDLE, LAST),), f"{WHOLE}\n"),
        (((FIRST, "4、推动工作", LAST),), f"{FIRST}4、推动工作\n{LAST}\n"),
        (((FIRST[:-2] + "12", "万元，完成预算"),), f"{FIRST[:-2]}12万元，完成预算\n"),
        (((FIRST[:-1] + "共", "100万元。"),), f"{FIRST[:-1]}共100万元。\n"),
    ],
)
def test_lines_are_joined_to_paragraphs(lines: tuple[tuple[str, ...], ...], text: str) -> None:
    assert document(prose(*[(FIRST, MIDDLE, LAST)] * 4, *lines)).text == f"{WHOLE}\n" * 4 + text


def test_two_numbers_at_a_line_break_do_not_become_one() -> None:
    found = document(prose(*[(FIRST, MIDDLE, LAST)] * 4, (FIRST[:-1] + "12", "34万元")))
    assert "1234" not in found.text


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ((FIRST, MIDDLE), ("二、支出情况",), False),
        ((FIRST, LAST), (FIRST,), False),
        ((FIRST[:-1] + "。",), (FIRST,), False),
        ((FIRST, MIDDLE), (), True),
    ],
)
def test_a_paragraph_goes_on_over_a_page_break(above: tuple[str, ...], below: tuple[str, ...], joined: bool) -> None:
    def second(sheet: Sheet) -> None:
        sheet.prose(*below) if below else sheet.line(LAST)
        BODY(sheet)

    found = document(*numbered("— {page} —", prose(*[(FIRST, MIDDLE, LAST)] * 4, above), second))
    assert (above[-1] + (below[0] if below else LAST) in found.text) is joined
    assert "—" not in found.text


def test_without_indents_headings_are_told_by_their_numbers() -> None:
    lines = [
        "一、基本情况",
        FULL[:27],
        MIDDLE,
        LAST,
        "（一）职责",
        FULL[:27],
        MIDDLE,
        "1.支出",
        FULL[:27],
        MIDDLE,
        LAST,
    ]
    found = document(flush(*lines * 2))
    once = (
        f"一、基本情况\n{FULL[:27]}{MIDDLE}{LAST}\n（一）职责\n{FULL[:27]}{MIDDLE}\n1.支出\n{FULL[:27]}{MIDDLE}{LAST}\n"
    )
    assert found.text == once * 2


def test_a_heading_at_the_margin_ends_an_indented_paragraph_that_fills_its_line() -> None:
    def drawn(sheet: Sheet) -> None:
        BODY(sheet)
        sheet.prose(FIRST, MIDDLE)
        sheet.line("二、支出情况")

    assert document(drawn).text.endswith(f"{FIRST}{MIDDLE}\n二、支出情况\n")


def test_a_title_is_not_joined_to_what_follows() -> None:
    def first(sheet: Sheet) -> None:
        sheet.line("青石县水务局部门整体支出绩效自评报告", 0, SIZE * 1.4)
        BODY(sheet)

    assert document(first).text.startswith("青石县水务局部门整体支出绩效自评报告\n")


@pytest.mark.parametrize(
    "pattern", ["— {page} —", "第{page}页 共{pages}页", "{page}/{pages}", "- {page} -", "{page}", "Page {page}"]
)
def test_page_numbers_are_dropped(pattern: str) -> None:
    assert document(*numbered(pattern, BODY, BODY, BODY)).text == f"{WHOLE}\n" * 12


@pytest.mark.parametrize("pattern", ["— {page} —", "第{page}页", "{page}/{pages}"])
def test_the_number_of_a_single_page_is_dropped_where_it_says_what_it_is(pattern: str) -> None:
    assert document(*numbered(pattern, BODY)).text == f"{WHOLE}\n" * 4


def test_what_only_looks_like_a_page_number_stays() -> None:
    assert document(*numbered("7", BODY)).text.endswith("\n7\n")
    out_of_step = [numbered(number, BODY)[0] for number in ("96", "5", "31")]
    assert re.findall(r"^\d+$", document(*out_of_step).text, re.MULTILINE) == ["96", "5", "31"]

    def high(sheet: Sheet) -> None:  # in step, but in the middle of the page
        BODY(sheet)
        sheet.line(str(sheet.number))

    assert re.findall(r"^\d$", document(high, high).text, re.MULTILINE) == ["1", "2"]


def test_running_headers_are_dropped_and_titles_of_forms_are_not() -> None:
    def headed(sheet: Sheet) -> None:
        sheet.header("青石县水务局2023年度绩效自评报告")
        BODY(sheet)

    def titled(sheet: Sheet) -> None:
        sheet.header("青石县水务局2023年度绩效自评报告")
        sheet.put(200, 85, "项目支出绩效自评表", 18)
        BODY(sheet)

    found = document(*numbered("{page}", headed, titled, titled, titled))
    assert "青石县水务局" not in found.text
    assert found.text.count("项目支出绩效自评表\n") == 3


def test_a_line_at_the_top_of_one_page_is_no_header() -> None:
    def headed(sheet: Sheet) -> None:
        sheet.header("附件1")
        BODY(sheet)

    assert "附件1" in document(headed, BODY, BODY, BODY).text


def test_bold_that_is_drawn_twice_is_read_once() -> None:
    def drawn(sheet: Sheet) -> None:
        for shift in (0.0, 0.4):
            sheet.put(LEFT + shift, 100, "一、得分11分，共100项")

    assert document(drawn).text == "一、得分11分，共100项\n"


def test_distance_is_a_space_where_none_is_in_the_file() -> None:
    def drawn(sheet: Sheet) -> None:
        sheet.put(LEFT, 100, "填表人：文晨")
        sheet.put(LEFT + 9 * EM, 100, "日期：5月")
        sheet.put(LEFT, 128, "20")
        sheet.put(LEFT + 2 * EM, 128, "30")
        sheet.put(LEFT, 156, "总体目标", spread=12)

    assert document(drawn).text == "填表人：文晨 日期：5月\n20 30\n总体目标\n"


def test_full_width_digits_stay_as_they_are() -> None:
    assert document(flush("支出１２３．４５万元")).text == "支出１２３．４５万元\n"


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_pages_are_read_upright(degrees: int) -> None:
    def rotated(sheet: Sheet) -> None:
        if degrees != 180:
            sheet.canvas.setPageSize((HEIGHT, WIDTH))  # reportlab turns it back
        sheet.canvas.setPageRotation(degrees)
        BODY(sheet)

    found = document(rotated)
    assert found.text == f"{WHOLE}\n" * 4
    assert all(0 <= edge <= 1 for box in found.boxes for edge in box[2:])


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_drawn_sideways_is_turned(degrees: int) -> None:
    def sideways(sheet: Sheet) -> None:
        moves = {90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}
        sheet.canvas.setPageSize((HEIGHT, WIDTH) if degrees != 180 else (WIDTH, HEIGHT))
        sheet.canvas.translate(*moves[degrees])
        sheet.canvas.rotate(degrees)
        BODY(sheet)

    found = document(sideways)
    assert found.text == f"{WHOLE}\n" * 4
    ink = Image.open(BytesIO(page_image(pdf(sideways), 1, 72))).convert("L").point(lambda value: 255 * (value < 128))
    assert_covers(found, ink.getbbox(), ink.size)


def assert_covers(found: Document, ink: tuple[int, int, int, int] | None, size: tuple[int, int]) -> None:
    """The boxes together reach as far as the ink of the page's image does."""
    assert ink is not None
    boxes = found.boxes
    edges = (
        min(box.left for box in boxes) * size[0],
        min(box.top for box in boxes) * size[1],
        max(box.right for box in boxes) * size[0],
        max(box.bottom for box in boxes) * size[1],
    )
    assert all(abs(edge - seen) < 8 for edge, seen in zip(edges, ink, strict=True))


def test_boxes_stand_where_the_page_shows_the_words() -> None:
    found = document(prose((FIRST, LAST)))
    assert [found.quote(box.span) for box in found.boxes] == [FIRST, LAST]
    first, last = found.boxes
    assert first.page == last.page == 1
    assert first.left == pytest.approx((LEFT + 2 * EM) / WIDTH, abs=0.002)
    assert first.right == pytest.approx((LEFT + 27 * EM) / WIDTH, abs=0.002)
    assert first.top < 108 / HEIGHT < first.bottom <= last.top < 136 / HEIGHT < last.bottom
    ink = Image.open(BytesIO(page_image(pdf(prose((FIRST, LAST))), 1, 72))).convert("L")
    assert_covers(found, ink.point(lambda value: 255 * (value < 128)).getbbox(), ink.size)


def test_text_outside_of_the_crop_box_is_not_shown_and_boxes_count_from_it() -> None:
    def cropped(sheet: Sheet) -> None:
        sheet.canvas.setCropBox((60, 60, WIDTH - 60, HEIGHT - 60))
        sheet.put(100, 30, "裁去的字")
        sheet.put(100, 200, "留下的字")

    found = document(cropped)
    assert found.text == "留下的字\n"
    assert found.boxes[0].left == pytest.approx(40 / (WIDTH - 120), abs=0.003)


def test_pages_tell_where_each_starts() -> None:
    found = document(BODY, nothing, prose(("三、其他",)))
    assert found.pages == (0, 4 * len(WHOLE) + 4, 4 * len(WHOLE) + 4)
    assert found.text[found.pages[2] :] == "三、其他\n"


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = (
        [FULL[place : place + 14] for place in range(10)],
        [FULL[place : place + 14] for place in range(10, 16)],
    )

    def drawn(sheet: Sheet) -> None:
        sheet.line("青石县水务局绩效自评报告全文如下，供有关部门查阅参考")
        for place, line in enumerate(left):
            sheet.put(60, 150 + 24 * place, line)
        for place, line in enumerate(right * 2):
            sheet.put(310, 155 + 24 * place, line[:14])
        sheet.put(60, 500, "以上内容真实完整，如有不实愿意承担相应的责任，特此说明")

    found = document(drawn).text
    places = [found.replace("\n", "").index(words) for words in (*left, *right)]
    assert places == sorted(places)
    assert found.startswith("青石县水务局")
    assert found.endswith("特此说明\n")


def test_a_slanting_watermark_is_not_read() -> None:
    def marked(sheet: Sheet) -> None:
        BODY(sheet)
        sheet.canvas.translate(200, 300)
        sheet.canvas.rotate(35)
        sheet.put(0, HEIGHT, "内部资料", 60)

    assert document(marked).text == f"{WHOLE}\n" * 4


@pytest.mark.parametrize(
    ("text", "font", "shown"),
    [
        ("(cid:123)", "", UNKNOWN),
        ("\ue001", "SimSun", UNKNOWN),
        ("\u200b", "", ""),
        ("\xa0", "", " "),
        ("１", "", "１"),
        ("⺠", "", "民"),
        ("⼯", "", "工"),
        ("\uf0fe", "ABCDEE+Wingdings-Regular", "☑"),
        ("\uf052", "Wingdings2", "☑"),
        ("ﬁ", "", "fi"),
    ],
)
def test_characters_are_what_they_show(text: str, font: str, shown: str) -> None:
    assert character(text, font) == shown


# Scans and broken text layers


def picture(sheet: Sheet, width: float = WIDTH, height: float = HEIGHT) -> None:
    from reportlab.lib.utils import ImageReader

    sheet.canvas.drawImage(ImageReader(Image.new("L", (40, 60), 200)), 0, 0, width, height)


def test_a_scan_without_a_word_is_empty_and_says_so() -> None:
    with pytest.raises(EmptyFile, match="没有认出文字") as raised:
        read(pdf(picture, picture), SOURCE)
    assert raised.value.hint


def photographed(sheet: Sheet) -> None:
    """The body's words as a picture of the page."""
    from reportlab.lib.utils import ImageReader

    with pypdfium2.PdfDocument(pdf(BODY)) as shown:
        image = shown[0].render(scale=150 / 72).to_pil()
    sheet.canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)


def test_a_scanned_page_among_others_is_read_too_and_told_where_it_is() -> None:
    found = read(pdf(BODY, photographed, BODY), SOURCE)
    own = f"{WHOLE}\n" * 8
    assert found.text.startswith(own)
    scanned = "".join(found.text[len(own) :].split())
    assert WHOLE[:12] in scanned
    assert found.recognized
    assert {box.page for box in found.boxes[-4:]} == {2}
    assert found.page_at(len(found.text) - 2) == 2
    assert found.page_at(0) == 1
    assert found.parts == ()


def test_a_stamp_of_text_makes_a_scan_no_text() -> None:
    def stamped(sheet: Sheet) -> None:
        picture(sheet)
        sheet.footer("— 1 —")

    assert unusable_pages(page_contents(pdf(stamped), "x")) == (1,)


def test_pages_that_have_to_be_recognized_are_named() -> None:
    def small(sheet: Sheet) -> None:
        picture(sheet, 50, 50)

    pages = page_contents(pdf(BODY, picture, small, nothing, BODY), "x")
    assert unusable_pages(pages) == (2,)
    assert read(pdf(BODY, picture, BODY), SOURCE).text == f"{WHOLE}\n" * 8


def test_a_text_layer_over_a_scan_is_used() -> None:
    def recognized(sheet: Sheet) -> None:
        picture(sheet)
        BODY(sheet)

    assert document(recognized).text == f"{WHOLE}\n" * 4


@pytest.mark.parametrize(
    ("text", "garbage"),
    [
        ("", False),
        (WHOLE * 2, False),
        ("GDP 1,234.56 (100%) ≥95% ①②㎡ 2023-01-01 项目" * 3, False),
        (f"{WHOLE}{UNKNOWN}", False),
        (UNKNOWN * 5 + "绩效自评报告", True),
        ("ÐÐÕþÊÂÒµµ¥Î»¼¨Ð§×ÔÆÀ±¨¸æ" * 3, True),
        ("กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสห", True),
    ],
)
def test_a_text_layer_that_says_something_else_than_the_page_is_told(text: str, garbage: bool) -> None:
    assert is_garbage(text) is garbage


def test_glyphs_without_characters_are_said_to_be_unreadable() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
        b"/Subtype /CIDFontType2 /BaseFont /Odd /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /Odd /Flags 4 /Ascent 880 /Descent -120 "
        b"/FontBBox [0 -120 1000 880] /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>] >>"
    )
    data = one_page(b"BT /F1 12 Tf 80 700 Td <000100020003000400050006> Tj ET", b"/Font << /F1 5 0 R >>", b"", font)
    assert [glyph.text for glyph in page_contents(data, "x")[0].glyphs] == [UNKNOWN] * 6
    with pytest.raises(EmptyFile):
        read(data, SOURCE)


# Files that cannot be read

GOOD = pdf(*numbered("{page}", BODY, BODY))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"%PDF-1.7\n", DamagedFile),
        (b"PK\x03\x04 is no PDF", UnsupportedFormat),
        (GOOD[: len(GOOD) // 3], DamagedFile),
        (raw_pdf(b"<< /Type /Catalog >>"), DamagedFile),
        (raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), DamagedFile),
        (pdf(BODY, password="秘密"), DamagedFile),
        (pdf(nothing), EmptyFile),
    ],
    ids=["nothing", "no pdf", "truncated", "no pages", "a tree in a circle", "password", "blank"],
)
def test_a_file_that_cannot_be_read(data: bytes, error: type[ReadError]) -> None:
    with pytest.raises(error) as raised:
        decode_document(Path("报告.pdf"), data)
    assert raised.value.hint


def test_a_password_is_named_as_the_reason() -> None:
    with pytest.raises(DamagedFile, match="密码"):
        read(pdf(BODY, password="secret"), SOURCE)


def test_a_file_that_opens_without_its_password_is_read() -> None:
    # reportlab leaves the names in its Chinese fonts unencrypted, so that they cannot be read back
    data = pdf(lambda sheet: sheet.put(LEFT, 100, "Budget 2023: 96.5", font="Helvetica"), password="", owner="owner")
    assert b"/Encrypt" in data
    assert read(data, SOURCE).text == "Budget 2023: 96.5\n"


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.97])
def test_a_truncated_file_is_read_as_far_as_it_goes_or_refused(cut: float) -> None:
    try:
        found = read(GOOD[: int(len(GOOD) * cut)], SOURCE)
    except ReadError:
        return
    assert f"{WHOLE}\n" in found.text


def test_absurd_numbers_of_pages_characters_and_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_PAGES", 1)
    with pytest.raises(TooLarge, match="页数"):
        read(GOOD, SOURCE)
    monkeypatch.setattr(opening, "MAX_PAGES", 2)
    monkeypatch.setattr(page, "MAX_GLYPHS", 100)
    with pytest.raises(TooLarge, match="第 1 页的字符"):
        read(GOOD, SOURCE)
    monkeypatch.undo()
    monkeypatch.setattr(page, "MAX_SHAPES", 50)
    with pytest.raises(TooLarge, match="线条"):
        read(pdf(lambda sheet: [sheet.rule(9, y, 99, y) for y in range(60)] and None), SOURCE)


def test_drawings_inside_drawings_do_not_multiply_for_ever() -> None:
    forms = [
        stream(
            b"/X Do " * 12,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % below,
        )
        for below in range(6, 14)
    ]
    last = stream(b"0 0 m 5 5 l S", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    with pytest.raises(TooLarge):
        read(one_page(b"/X Do", b"/XObject << /X 5 0 R >>", b"", *forms, last), SOURCE)


def test_a_drawing_of_itself_ends() -> None:
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>")
    assert read(one_page(b"/X Do", b"/XObject << /X 5 0 R >>", b"", form), SOURCE).text == ""


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_STREAM", 10_000)
    bomb = zlib.compress(b" " * 10_001)
    with pytest.raises(TooLarge, match="解压"):
        read(one_page(bomb, b"", b"/Filter /FlateDecode"), SOURCE)
    many = [stream(zlib.compress(b" " * 9_000), b"/Filter /FlateDecode")] * 9
    with pytest.raises(TooLarge, match="解压"):
        read(one_page(b"", b"", b"", *many), SOURCE)
    assert page_contents(one_page(zlib.compress(b" " * 9_000), b"", b"/Filter /FlateDecode"), "x")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(GOOD)))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, int]], length: int) -> None:
    damaged = bytearray(GOOD)
    for place, byte in changes:
        damaged[place] = byte
    with mock.patch("pipeline.readers.pdf.read_scan", side_effect=EmptyFile("no text")):  # which takes seconds
        for data in (bytes(damaged), bytes(damaged[:length])):
            try:
                found = read(data, SOURCE)
            except ReadError:
                continue
            assert list(found.pages) == sorted(found.pages)


# Images of pages


def test_a_page_is_shown_in_the_resolution_asked_for() -> None:
    image = Image.open(BytesIO(page_image(GOOD, 2, 144)))
    assert image.format == "PNG"
    assert image.size == pytest.approx((2 * WIDTH, 2 * HEIGHT), abs=2)


def test_no_image_takes_all_memory() -> None:
    image = Image.open(BytesIO(page_image(GOOD, 1, 10**6)))
    assert max(image.size) <= 6_001


@pytest.mark.parametrize(
    ("data", "number", "error"), [(GOOD, 0, UsageError), (GOOD, 3, UsageError), (b"%PDF-", 1, DamagedFile)]
)
def test_a_page_that_cannot_be_shown(data: bytes, number: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        page_image(data, number, 72)


@pytest.mark.parametrize(
    "path", sorted(p for p in (CORPUS / "formats").glob("*.pdf") if ".scan" not in p.name) or [None], ids=str
)
def test_real_reports_have_the_words_of_their_word_file(path: Path | None) -> None:
    if path is None:
        pytest.skip("the corpus of real reports is not here")
    found = read(path.read_bytes(), SOURCE)
    word = readers()[".docx"].read(path.with_suffix(".docx").read_bytes(), SOURCE)
    plain = re.compile(r"\s")
    assert plain.sub("", found.text) == plain.sub("", word.text)
    assert len(found.tables) == len(word.tables)
    assert all(found.quote(cell.span) == cell.text for form in found.tables for cell in form.cells)
    assert [box.span for box in found.boxes] == sorted(box.span for box in found.boxes)
    inked = sum(box.span.end - box.span.start for box in found.boxes)
    assert inked >= len(plain.sub("", found.text))


def test_the_reader_takes_pdf_only() -> None:
    assert SUFFIXES == (".pdf",)
