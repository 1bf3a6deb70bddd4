"""Pages as a browser shows them: lines, lists, tables with extents, hidden things, and any encoding."""

from __future__ import annotations

import pytest

from pipeline.errors import DamagedFile, EmptyFile, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers import html as package
from pipeline.readers.html import grid, read
from schemas.text import Document, Source

SOURCE = Source(name="清泉县水利局自评报告", path="清泉县水利局自评报告.html", sha256="0", reader="html")
WORDS = "清泉县水利局2023年度部门整体支出绩效自评报告"


def document(page: str | bytes) -> Document:
    found = read(page.encode() if isinstance(page, str) else page, SOURCE)
    assert all(found.quote(cell.span) == cell.text for table in found.tables for cell in table.cells)
    assert all(found.quote(mark.span).strip() for mark in found.outline)
    return found


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # what must not be read
        ("甲<script>var 乙 = 1;</script><style>.乙{}</style><noscript>乙</noscript>丙", "甲丙\n"),
        ("甲<!-- 乙 -->丙<?乙 ?>丁", "甲丙丁\n"),
        ('甲<span style="DISPLAY : none">乙</span>丙', "甲丙\n"),
        ('<p>甲</p><p style="color:red;visibility:hidden">乙</p><p hidden>丙</p>丁', "甲\n丁\n"),
        ("<style>.x, p.y { display:none }</style><p class='a y'>甲</p><p class=x>乙</p><p class=z>丙</p>", "丙\n"),
        ("<style>@media print { .x { display: none } } .x a { display:none }</style><p class=x>甲</p>", "甲\n"),
        ("<style>/* .x { display: none } */ .y { display: none }</style><p class=x>甲</p><p class=y>乙</p>", "甲\n"),
        ('<span style="mso-hide:all">乙</span>甲', "甲\n"),
        ("甲<del>乙</del><ruby>标<rp>(</rp><rt>biāo</rt><rp>)</rp></ruby>", "甲标\n"),
        ('<input type="hidden" value="乙"><input type=submit value="乙"><button>乙</button>甲', "甲\n"),
        ("<p> \n\t</p><p>&nbsp;</p><p>甲</p><div><br></div>", "甲\n"),
        # white space and breaks
        ("<p>资金\n  执行率\tA \n B</p>", "资金执行率 A B\n"),
        ("<p>甲<br>乙<br/>丙</p>", "甲\n乙\n丙\n"),
        ("<p>　　甲&nbsp;&nbsp;乙&nbsp;</p>", "　　甲  乙 \n"),
        ("<pre>甲  1\n\n乙\t2</pre>", "甲  1\n乙 2\n"),
        ("<div>甲<p>乙</p>丙<div>丁</div></div>戊", "甲\n乙\n丙\n丁\n戊\n"),
        ("<span>甲</span><b>乙</b><span style='display:block'>丙</span>丁", "甲乙\n丙\n丁\n"),
        ("<p>10<sup>4</sup>千瓦，注<sup>1</sup></p>", "10^4千瓦，注1\n"),
        # characters
        ("<p>&lt;95%&gt; &ge;3 &#8805;3 &amp;amp; 5&times;2</p>", "<95%> ≥3 ≥3 &amp; 5×2\n"),
        # form fields
        ("<p>单位 <input value='水利局'> <input type=checkbox checked>是<input type=radio>否", "单位 水利局 ☑是□否\n"),
        ("<select><option>优<option selected>良</select><textarea>一\n二</textarea>", "良一\n二\n"),
        # lists
        ("<ol><li>甲<li>5个<ol type=a><li>乙</ol></li><li><p>丙<p>丁</li></ol>", "1. 甲\n2. 5个\na. 乙\n3. 丙\n丁\n"),
        ("<ol start=4><li>甲<li value=9>乙<li>丙</ol>", "4. 甲\n9. 乙\n10. 丙\n"),
        ("<ol reversed><li>甲<li>乙</ol><ol type=I><li>丙</ol>", "2. 甲\n1. 乙\nI. 丙\n"),
        ('<ol style="list-style-type:cjk-ideographic"><li>甲<li>乙</ol>', "一、甲\n二、乙\n"),
        ('<ol style="list-style:none"><li>甲</ol><ul style="list-style:none"><li>乙</ul>', "甲\n乙\n"),
        ("<ol><li>1．甲<li>（二）乙<li>③丙<li>2023年</ol>", "1．甲\n（二）乙\n③丙\n4. 2023年\n"),
        ("<ul><li>甲<li></ul>", "• 甲\n"),
    ],
)  # fmt: skip
def test_a_body_reads_as_it_is_shown(body: str, text: str) -> None:
    assert document(f"<html><body>{body}</body></html>").text == text


def test_headings_are_marked_with_their_level() -> None:
    found = document(
        "<h1>甲<br>乙</h1><h3> 丙 <span>丁</span></h3><h4></h4><p>戊</p><table><tr><td><h2>己</h2><td>庚</table>"
    )
    assert [(found.quote(mark.span), mark.level) for mark in found.outline] == [("甲", 1), ("乙", 1), ("丙 丁", 3)]


FORM = """<table><caption>表1</caption><thead><tr><th>一级指标<th colspan=2>三级指标<th>得分</tr></thead>
<tr><td rowspan=3><p>产出指标</p><p>&nbsp;</p><p>（50分）</p><td rowspan="2">修渠<td>≥3公里<td>10</tr>
<tr><td>无<td></tr>
<tr style="display:none"><td>藏<td>藏<td>藏</tr>
<tr><td colspan="2">合并<td style="display:none">藏<td>9.5</tr>
<tr><td rowspan=0>尾<td>一<td>二<td>三</tr><tr><td colspan=x>四<td>五<td>六</tr></table>"""


def test_a_form_is_a_grid_with_extents() -> None:
    found = document(f"<p>前言</p>{FORM}<p>后记</p>")
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in found.tables[0].cells] == [
        ("一级指标", 0, 0, 1, 1), ("三级指标", 0, 1, 1, 2), ("得分", 0, 3, 1, 1),
        ("产出指标\n（50分）", 1, 0, 2, 1), ("修渠", 1, 1, 2, 1), ("≥3公里", 1, 2, 1, 1), ("10", 1, 3, 1, 1),
        ("无", 2, 2, 1, 1), ("", 2, 3, 1, 1),
        ("合并", 3, 0, 1, 2), ("9.5", 3, 2, 1, 1),
        ("尾", 4, 0, 2, 1), ("一", 4, 1, 1, 1), ("二", 4, 2, 1, 1), ("三", 4, 3, 1, 1),
        ("四", 5, 1, 1, 1), ("五", 5, 2, 1, 1), ("六", 5, 3, 1, 1),
    ]  # fmt: skip
    assert found.text == (
        "前言\n\t一级指标\n\t三级指标\n\t得分\n\n\t产出指标\n（50分）\n\t修渠\n\t≥3公里\n\t10\n\n"
        "\t\n\t\n\t无\n\t\n\n\t合并\n\t9.5\n\n\t尾\n\t一\n\t二\n\t三\n\n\t\n\t四\n\t五\n\t六\n\n后记\n"
    )
    assert found.quote(found.tables[0].span) == found.text.removeprefix("前言\n").removesuffix("后记\n")


def test_rows_that_cells_only_reach_over_keep_the_rows_below_in_place() -> None:
    found = document("<table><tr><td rowspan=3>甲<td rowspan=2>乙</tr><tr></tr><tr><td>丙</tr><tr><td>丁<td>戊</table>")
    assert [(c.text, c.row, c.column, c.row_span) for c in found.tables[0].cells] == [
        ("甲", 0, 0, 2), ("乙", 0, 1, 1), ("丙", 1, 1, 1), ("丁", 2, 0, 1), ("戊", 2, 1, 1),
    ]  # fmt: skip


INNER = "<table><tr><td>项目<td>得分</tr><tr><td>修渠<td>10</tr></table>"


@pytest.mark.parametrize(
    ("page", "shapes", "text"),
    [
        (f"<table><tr><td>前{INNER}后</td></tr></table>", [(2, 2)], "前\n\t项目\n\t得分\n\n\t修渠\n\t10\n\n后\n"),
        (
            f"<table><tr><td>导航<td><table><tr><td>{INNER}</table></tr></table>",
            [(2, 2)],
            "导航\n\t项目\n\t得分\n\n\t修渠\n\t10\n\n",
        ),
        ("<table><tr><td>报告</tr><tr><td></tr><tr><td><p>甲</p><p>乙</p></tr></table>", [], "报告\n甲\n乙\n"),
        (
            f"<table><tr><td>甲<td>乙</tr><tr><td>丙<td>丁</tr><tr><td>戊<td>己</tr><tr><td>附{INNER}<td>庚</tr></table>",
            [(4, 2)],
            "\t甲\n\t乙\n\n\t丙\n\t丁\n\n\t戊\n\t己\n\n\t附\n项目 得分\n修渠 10\n\t庚\n\n",
        ),
        (
            f"<table><tr><td>甲<td>乙</tr><tr><td>丙<td>丁</tr><tr><td>戊<td>己</tr><tr><td>{INNER * 9}</tr></table>",
            [(4, 2)],
            "\t甲\n\t乙\n\n\t丙\n\t丁\n\n\t戊\n\t己\n\n\t" + "项目 得分\n修渠 10\n" * 9 + "\n",
        ),
        ("<table><tr><td>&nbsp;<td><br></tr></table>甲", [], "甲\n"),
    ],
)  # fmt: skip
def test_a_table_that_only_frames_others_is_none(page: str, shapes: list[tuple[int, int]], text: str) -> None:
    found = document(page)
    assert [(table.row_count, table.column_count) for table in found.tables] == shapes
    assert found.text == text


META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    "page",
    [
        WORDS.encode(),
        b"\xef\xbb\xbf" + WORDS.encode(),
        b"\xff\xfe" + WORDS.encode("utf-16-le"),
        f"<p>{WORDS}</p>".encode("utf-16-le"),
        f"<p>{WORDS}</p>".encode("utf-16-be"),
        WORDS.encode("gb18030"),
        (META.format("gb2312") + WORDS).encode("gb18030"),
        (META.format("utf-8") + WORDS).encode("gb18030"),
        (META.format("gb2312") + WORDS).encode(),
        (META.format("iso-8859-1") + WORDS).encode("gb18030"),
        (META.format("no-such-thing") + WORDS).encode("gb18030"),
        (META.format("base64") + WORDS).encode("gb18030"),
        f'<?xml version="1.0" encoding="GBK"?><html><meta charset="gbk"><p>{WORDS}</p></html>'.encode("gbk"),
        (f'<meta charset="big5">{"預算績效自評報告" * 9}<p>'.encode("big5") + b"2023" + "年度".encode("big5")),
        (WORDS * 20).encode("gb18030")[:-1] + b"<p>",
        (WORDS * 20).encode() + "年".encode()[:2],
    ],
)  # fmt: skip
def test_the_encoding_is_found_whatever_the_page_says(page: bytes) -> None:
    text = document(page).text
    assert WORDS in text or "預算績效自評報告" in text
    assert "charset" not in text


def test_a_page_in_a_mail_message_is_opened() -> None:
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
    frame = "--B\r\nContent-Type: text/html\r\n\r\n<p>框</p>\r\n"
    body = '--B\r\nContent-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: {}\r\n\r\n'
    picture = "\r\n--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--B--\r\n"
    page = f"<p>{WORDS}</p>".encode("gb18030")
    quoted = "".join(f"={byte:02X}" for byte in page)
    found = document((head + frame + body.format("quoted-printable") + quoted + picture).encode())
    assert found.text == f"{WORDS}\n"
    sheets = "".join(
        f"--B\r\nContent-Type: text/html\r\nContent-Location: file:///C:/a.files/sheet00{n}.htm\r\n\r\n<p>{n}</p>\r\n"
        for n in (1, 2)
    )
    assert document(head + frame * 9 + sheets + "--B--\r\n").text == "1\n2\n"
    with pytest.raises(DamagedFile, match="没有网页"):
        document(head + "--B\r\nContent-Type: text/plain\r\n\r\n甲\r\n--B--\r\n")


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (b"<html><!-- \xe7\x94\xb2 --></html>", EmptyFile),
        (b"<p> &nbsp; </p><img src='a.png'>", EmptyFile),
        (b" ", EmptyFile),
        (b"PK\x03\x04", UnsupportedFormat),
        (b"%PDF-1.7", UnsupportedFormat),
        (b"\xd0\xcf\x11\xe0", UnsupportedFormat),
        (bytes(range(256)) * 20, DamagedFile),
        (bytes(range(128, 256)) * 20, DamagedFile),
        (b"<div>" * 3000 + WORDS.encode(), DamagedFile),
        (b"<table><tr><td rowspan=9999>a<td>b</table>" + b"<table>" + b"<tr><td rowspan=9999>a<td>b" * 900, TooLarge),
    ],
)
def test_what_is_no_page_is_told(page: bytes, error: type[ReadError]) -> None:
    with pytest.raises(error) as raised:
        read(page, SOURCE)
    assert SOURCE.name in str(raised.value) or error is TooLarge
    assert raised.value.hint


def test_deep_nesting_below_the_limit_loses_nothing() -> None:
    assert document("<div><span>" * 900 + WORDS).text == f"{WORDS}\n"
    tables = "<table><tr><td>" * 60
    assert document(tables + WORDS).text == f"{WORDS}\n"


@pytest.mark.parametrize("name", ["MAX_BYTES", "MAX_ELEMENTS", "MAX_CHARACTERS"])
def test_no_more_is_read_than_a_report_can_hold(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    page = f"<p>{WORDS}</p>"
    assert document(page).text
    monkeypatch.setattr(package, name, 2)
    with pytest.raises(TooLarge):
        document(page)


def test_absurd_extents_cost_nothing() -> None:
    found = document("<table><tr><td colspan=99999999>甲<td rowspan=-3>乙</tr><tr><td>丙<td>丁</table>")
    assert found.tables[0].column_count == grid.MOST_COLUMNS + 1
    assert "\t丙\n\t丁\n" in found.text


def test_entities_of_the_page_itself_are_not_expanded() -> None:
    page = '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "乙乙">]><p>甲&a;&b;</p>'
    assert document(page).text.endswith("甲&a;&b;\n")
