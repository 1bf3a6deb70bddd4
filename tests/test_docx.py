from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DamagedFile, EmptyFile, ReadError, TooLarge, UnsupportedFormat
from pipeline.readers.docx import SUFFIXES, parts, read
from schemas.text import Document, Source

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SOURCE = Source(name="青石县水务局自评报告", path="青石县水务局自评报告.docx", sha256="0", reader="docx")
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": parts.W[1:-1],
        "m": parts.M[1:-1],
        "mc": parts.MC[1:-1],
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)


def package(members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def word(body: str, numbering: str = "", styles: str = "", head: str = "") -> bytes:
    return package(
        {
            "word/document.xml": f"{head}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>",
            "word/numbering.xml": f"<w:numbering {NAMESPACES}>{numbering}</w:numbering>",
            "word/styles.xml": f"<w:styles {NAMESPACES}>{styles}</w:styles>",
        }
    )


def document(body: str, numbering: str = "", styles: str = "") -> Document:
    return read(word(body, numbering, styles), SOURCE)


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{text}</w:t>'


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr>{t(text)}</w:r>"


def p(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<") else r(content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def tc(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(row if row.startswith("<w:tr>") else f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def listed(num_id: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'


def abstract(key: int, *levels: tuple[str, str], extra: str = "") -> str:
    inner = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{extra}'
        f'<w:lvlText w:val="{shown}"/></w:lvl>'
        for place, (style, shown) in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{key}">{inner}</w:abstractNum>'


def num(key: int, refers_to: int, inner: str = "") -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{refers_to}"/>{inner}</w:num>'


def field(code: str, shown: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{marks[1]}{shown}{marks[2]}"


def box(text: str) -> str:
    return f"<w:txbxContent>{p(text)}</w:txbxContent>"


VANISH, CONTINUE, RESTART = "<w:vanish/>", "<w:vMerge/>", '<w:vMerge w:val="restart"/>'
STYLES = """
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="a9"><w:name w:val="章"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="3"><w:name w:val="条"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="x"><w:name w:val="环"/><w:basedOn w:val="y"/></w:style>
<w:style w:type="paragraph" w:styleId="y"><w:name w:val="环"/><w:basedOn w:val="x"/></w:style>
<w:style w:type="character" w:styleId="h"><w:name w:val="隐"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def styled(style: str) -> str:
    return f'<w:pStyle w:val="{style}"/>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # what must not be read
        (p(r("甲") + f'<w:del w:id="1"><w:r><w:delText>删</w:delText>{t("删")}</w:r></w:del>' + r("乙")), "甲乙\n"),
        (p(r("甲") + f"<w:moveFrom>{r('移')}</w:moveFrom>"), "甲\n"),
        (p(r("甲") + r("藏", VANISH) + r("乙", '<w:vanish w:val="0"/>')), "甲乙\n"),
        (p(r("甲") + r("藏", '<w:rStyle w:val="h"/>')), "甲\n"),
        (p("甲") + p(r("藏", VANISH), f"<w:rPr>{VANISH}</w:rPr>") + p("乙"), "甲\n乙\n"),
        (p(r("第") + field(" PAGE ", r("7")) + r("页")), "第7页\n"),
        (p(r("甲") + field(f' IF </w:instrText>{t("44")}<w:instrText> = 2 ', r("5")) + r("乙")), "甲5乙\n"),
        (p(r("甲") + '<w:r><w:footnoteReference w:id="2"/></w:r>'), "甲\n"),
        (p(r("甲") + "<w:r><w:commentReference w:id='2'/></w:r>"), "甲\n"),
        (p("目录一", styled("toc1")) + p("一、概况 \t 3", styled("toc1")) + p("甲"), "目录一\n甲\n"),
        (p(r("一、概况") + field(" PAGEREF _Toc123 \\h ", r("3"))) + p("甲"), "甲\n"),
        (p(f"<w:hyperlink w:anchor='_Toc1'>{r('一、概况')}</w:hyperlink>", styled("toc1")) + p("甲"), "甲\n"),
        (p(r("10") + r("4", '<w:vertAlign w:val="superscript"/>') + r("千瓦")), "10^4千瓦\n"),
        (p("<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"),
         "1/2\n"),
        (p('<w:r><w:sym w:font="Wingdings" w:char="D800"/><w:sym w:char="九"/></w:r>' + r("甲")), "甲\n"),
        (p("<w:r><w:t>\n  12 </w:t></w:r>" + r("万元")), "12万元\n"),
        # what must be
        (p(r("一") + "<w:r><w:tab/></w:r>" + r("二") + "<w:r><w:br/></w:r>" + r("三\t四")), "一 二\n三 四\n"),
        (p("<w:r><w:tab/></w:r>" + r("一")), " 一\n"),
        (p(r("减") + "<w:r><w:noBreakHyphen/></w:r>" + r("5") + "<w:r><w:softHyphen/></w:r>" + r("人")), "减-5人\n"),
        (p(f"<w:ins>{r('甲')}</w:ins><w:smartTag>{r('乙')}</w:smartTag>" + r("丙")), "甲乙丙\n"),
        (p(f"<w:hyperlink w:anchor='_Toc1'>{r('一、概况')}</w:hyperlink>"), "一、概况\n"),
        (p("<w:ins>" * 245 + r("甲") + "</w:ins>" * 245), "甲\n"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{p('甲')}</w:sdtContent></w:sdt><w:ins>{p('乙')}</w:ins>", "甲\n乙\n"),
        (p('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'), "☑□\n"),
        (p(r("\uf0b3", '<w:rFonts w:ascii="Symbol"/>') + r("90%")), "≥90%\n"),
        (p(r("R", '<w:rFonts w:ascii="Wingdings 2"/>') + r("延续性R")), "☑延续性R\n"),
        (p('<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="1"/></w:checkBox></w:ffData>'
           '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' + r("一次性")), "☑一次性\n"),
        (p(f"<w:ruby><w:rt>{r('biāo')}</w:rt><w:rubyBase>{r('标')}</w:rubyBase></w:ruby>"), "标\n"),
        (p("甲", "<w:rPr><w:del w:id='1'/></w:rPr>") + p("乙"), "甲乙\n"),
        (p("甲") + p("乙", "<w:rPr><w:del w:id='1'/></w:rPr>"), "甲\n乙\n"),
        (p("甲", "<w:rPr><w:del w:id='1'/></w:rPr>") + table(tc("乙")), "甲\n\t乙\n\n"),
        (p(r("甲") + "<mc:AlternateContent><mc:Choice>" + box("框") + "</mc:Choice><mc:Fallback>" + box("框")
           + "</mc:Fallback></mc:AlternateContent>" + r("乙")) + p("丙"), "甲乙\n框\n丙\n"),
        (p("<mc:AlternateContent><mc:Choice/><mc:Fallback>" + box("框") + "</mc:Fallback></mc:AlternateContent>"),
         "\n框\n"),
        (p('<w:r><w:pict><v:textpath string="清泉项目"/></w:pict></w:r>'), "清泉项目\n"),
        ("<mc:AlternateContent><mc:Choice>" + p("甲") + "</mc:Choice><mc:Fallback>" + p("乙")
         + "</mc:Fallback></mc:AlternateContent>", "甲\n"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_as_it_is_shown(body: str, text: str) -> None:
    assert document(body, styles=STYLES).text == text


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ("", None),
        (styled("b"), None),
        (styled("x"), None),
        (styled("toc1"), None),
        (styled("1") + '<w:outlineLvl w:val="9"/>', None),
        (styled("1"), 1),
        (styled("a9"), 1),
        (styled("3"), 3),
        ('<w:outlineLvl w:val="1"/>', 2),
    ],
)
def test_headings_are_marked_by_style_or_outline_level(properties: str, level: int | None) -> None:
    found = document(p("前") + p(" 二、资金情况 ", properties) + table(tc(p("格", properties))), styles=STYLES)
    marked = [(found.quote(mark.span), mark.level) for mark in found.outline]
    assert marked == ([("二、资金情况", level)] if level else [])


LISTS = (
    abstract(0, ("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    + abstract(1, ("decimal", "%1."), ("decimal", "%1.%2"))
    + abstract(2, ("upperRoman", "%1."), ("decimal", "%1.%2"), extra="<w:isLgl/>")
    + abstract(3, ("bullet", "\uf0b7"))
    + abstract(4, ("decimalEnclosedCircle", "%1"), extra='<w:suff w:val="nothing"/>')
    + abstract(5, ("decimal", "%1."), ("decimal", "%2)"), extra='<w:lvlRestart w:val="0"/>')
    + abstract(6, ("decimal", "%1."), extra='<w:suff w:val="nothing"/>')
    + num(1, 0) + num(2, 1) + num(3, 2) + num(4, 3) + num(5, 4) + num(6, 5) + num(7, 6)
    + num(8, 1) + num(9, 1, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
)  # fmt: skip


@pytest.mark.parametrize(
    ("items", "labels"),
    [
        ([(0, 0), (99, 0), (1, 7)], ["", "", ""]),  # no list, an unknown list, an unknown level
        ([(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)], ["一、", "（一）", "（二）", "二、", "（一）"]),
        ([(1, 0), (1, 2), (1, 2), (1, 1), (1, 2)], ["一、", "1. ", "2. ", "（一）", "1. "]),
        ([(2, 0), (2, 1), (2, 1), (2, 0), (2, 1)], ["1. ", "1.1 ", "1.2 ", "2. ", "2.1 "]),
        ([(2, 1), (2, 0)], ["1.1 ", "1. "]),
        ([(3, 0), (3, 1)], ["1. ", "1.1 "]),
        ([(2, 0), (8, 0), (9, 0), (9, 0), (2, 0)], ["1. ", "2. ", "1. ", "2. ", "3. "]),
        ([(6, 0), (6, 1), (6, 0), (6, 1)], ["1. ", "1)", "2. ", "2)"]),
        ([(4, 0), (5, 0), (5, 0)], ["• ", "①", "②"]),
        ([(7, 0)], ["1. "]),  # no space in the file, but "1." and "5" would make a number that nobody wrote
    ],
)
def test_paragraphs_carry_their_automatic_number(items: list[tuple[int, int]], labels: list[str]) -> None:
    body = "".join(p("5个", listed(*item)) for item in items)
    assert document(body, LISTS).text == "".join(f"{label}5个\n" for label in labels)


def test_a_list_comes_from_the_style_unless_the_paragraph_opts_out() -> None:
    numbering = LISTS.replace('<w:lvlText w:val="（%2）"/>', '<w:pStyle w:val="h2"/><w:lvlText w:val="（%2）"/>')
    styles = '<w:style w:styleId="h2"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    body = p("基本支出", styled("h2")) + p("无号", styled("h2") + listed(0)) + p("项目支出", styled("h2"))
    assert document(body, numbering, styles).text == "（一）基本支出\n无号\n（二）项目支出\n"


FORM = table(
    tc("一级指标") + tc("三级指标", '<w:gridSpan w:val="2"/>') + tc("得分"),
    tc(p("产出指标") + p("") + p("（50分）") + p(""), RESTART) + tc("  修渠", RESTART) + tc("≥3公里") + tc("10"),
    tc("", CONTINUE) + tc("", CONTINUE) + tc("无") + tc(""),
    tc("效益指标", RESTART) + tc("合并", '<w:hMerge w:val="restart"/>') + tc("", "<w:hMerge/>") + tc("9.5"),
    "<w:tr><w:trPr><w:del w:id='1'/></w:trPr>" + tc("删") + "</w:tr>",
    '<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>' + tc("孤", CONTINUE) + tc("格") + "</w:tr>",
)


def test_a_form_is_a_grid_with_extents() -> None:
    found = document(p("前言") + FORM + p("后记"))
    [form] = found.tables
    assert found.text == (
        "前言\n\t一级指标\n\t三级指标\n\t得分\n\n\t产出指标\n（50分）\n\t  修渠\n\t≥3公里\n\t10\n\n"
        "\t\n\t\n\t无\n\t\n\n\t效益指标\n\t合并\n\t9.5\n\n\t孤\n\t格\n\n后记\n"
    )
    assert found.quote(form.span) == found.text.removeprefix("前言\n").removesuffix("后记\n")
    assert all(found.quote(cell.span) == cell.text == cell.text.strip() for cell in form.cells)
    assert (form.row_count, form.column_count) == (5, 4)
    assert [(c.text, c.row, c.column, c.row_span, c.column_span) for c in form.cells] == [
        ("一级指标", 0, 0, 1, 1), ("三级指标", 0, 1, 1, 2), ("得分", 0, 3, 1, 1),
        ("产出指标\n（50分）", 1, 0, 2, 1), ("修渠", 1, 1, 2, 1), ("≥3公里", 1, 2, 1, 1), ("10", 1, 3, 1, 1),
        ("无", 2, 2, 1, 1), ("", 2, 3, 1, 1),
        ("效益指标", 3, 0, 1, 1), ("合并", 3, 1, 1, 2), ("9.5", 3, 3, 1, 1),
        ("孤", 4, 2, 1, 1), ("格", 4, 3, 1, 1),
    ]  # fmt: skip


def test_a_table_inside_a_cell_is_read_into_the_cell() -> None:
    inner = table(tc("数量") + tc(p("3") + p("个")), tc("质量") + tc(""))
    found = document(table(tc(p("上") + inner + p("下")) + tc(p(f"<w:r>{box('框')}</w:r>"))))
    assert [cell.text for cell in found.tables[0].cells] == ["上\n数量 3\n个\n质量\n下", "框"]


def test_a_frame_around_the_page_is_no_table() -> None:
    found = document(table(tc(p("甲") + table(tc("一") + tc("二")) + p("乙"))))
    assert found.text == "甲\n\t一\n\t二\n\n乙\n"
    assert [cell.text for cell in found.tables[0].cells] == ["一", "二"]


def test_pages_start_where_word_last_broke_them() -> None:
    mark = "<w:r><w:lastRenderedPageBreak/></w:r>"
    hard = '<w:r><w:br w:type="page"/></w:r>'
    assert document(p(hard + r("甲"))).pages == ()
    contents = p(mark + r("一、概况 1"), styled("toc1")) + p(mark + r("二、绩效 2"), styled("toc1"))
    prose = p("甲") + p(r("乙") + mark + r("丙"), styled("1")) + p(mark + r("戊"), listed(2))
    form = table(tc("一"), tc(p(mark + r("二"))) + tc(p(mark + r("三"))))
    found = document(contents + prose + form + p("丁"), LISTS, STYLES)
    starts = [found.text[start:].split("\n")[0] for start in found.pages]
    assert starts == [
        "甲",
        "甲",
        "甲",
        "丙",
        "1. 戊",
        "\t二",
    ]  # the first two pages have the contents, which are left out


def test_files_written_by_python_docx() -> None:
    made = docx.Document()
    made.add_heading("一、部门概况", level=1)
    made.add_paragraph("编制", style="List Number")
    made.add_paragraph("在职", style="List Number")
    form = made.add_table(rows=2, cols=3)
    form.cell(0, 0).merge(form.cell(1, 0)).text = "合计"
    form.cell(0, 1).merge(form.cell(0, 2)).text = "90"
    stream = BytesIO()
    made.save(stream)
    found = read(stream.getvalue(), SOURCE)
    assert found.text == "一、部门概况\n1. 编制\n2. 在职\n\t合计\n\t90\n\n\t\n\t\n\t\n\n"
    assert [(mark.level, found.quote(mark.span)) for mark in found.outline] == [(1, "一、部门概况")]
    assert [(c.text, c.row_span, c.column_span) for c in found.tables[0].cells[:2]] == [("合计", 2, 1), ("90", 1, 2)]


def test_the_main_part_may_have_another_name_and_the_strict_namespace() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    body = f'<w:document xmlns:w="{strict}"><w:body>{p("甲")}</w:body></w:document>'
    assert read(package({"_rels/.rels": relations, "word/document2.xml": body}), SOURCE).text == "甲\n"


def locked(data: bytes) -> bytes:
    """The package with the mark of encryption on every member."""
    return re.sub(rb"(PK\x01\x02.{4}).", lambda match: match[1] + b"\x01", data, flags=re.DOTALL)


def overlong(data: bytes) -> bytes:
    """The package with members that claim to go on after the end of the file."""
    return re.sub(rb"(PK\x01\x02.{16}).{8}", lambda match: match[1] + b"\xff\xff\x0f\x00" * 2, data, flags=re.DOTALL)


def far_away(data: bytes) -> bytes:
    """The package with a list of contents said to stand far behind where it does."""
    return re.sub(rb"(PK\x05\x06.{12})....", lambda match: match[1] + b"\xff\xff\x0f\x00", data, flags=re.DOTALL)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
GOOD = word(p("青石县水务局") + FORM, LISTS, STYLES)
DTD = '<!DOCTYPE a [<!ENTITY e "九百"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
BOMB = "<!DOCTYPE a [" + '<!ENTITY a0 "一">' + "".join(
    f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", DamagedFile, "不是 .docx"),
        (b"plain words", DamagedFile, "不是 .docx"),
        (GOOD[: len(GOOD) // 2], DamagedFile, "不完整"),
        (GOOD.replace(b"word/document.xml", b"word/documenT.xml", 1), DamagedFile, "不完整"),
        (overlong(package({"word/document.xml": b""}, zipfile.ZIP_STORED)), DamagedFile, "不完整"),
        (far_away(GOOD), DamagedFile, "不完整"),
        (locked(GOOD), DamagedFile, "不完整"),
        (package({"word/document.xml": ""}, zipfile.ZIP_LZMA), DamagedFile, "不完整"),
        (OLE, DamagedFile, "加密或是旧版 .doc"),
        (b"%PDF-1.7", UnsupportedFormat, "PDF"),
        (b"{\\rtf1", UnsupportedFormat, "RTF"),
        (package({"xl/workbook.xml": "<workbook/>"}), UnsupportedFormat, "没有 Word 正文"),
        (package({"word/document.xml": "<workbook/>"}), UnsupportedFormat, "没有 Word 正文"),
        (package({"word/document.xml": "<w:document"}), DamagedFile, "document.xml"),
        (package({"word/document.xml": f"<w:document {NAMESPACES}/>"}), DamagedFile, "正文缺失"),
        (word(p("甲") + "<w:altChunk/>"), UnsupportedFormat, "altChunk"),
        (word(""), EmptyFile, "没有文字"),
        (word(p("  ") + table(tc(""))), EmptyFile, "没有文字"),
        (word(p(r("&e;") + r("&f;")), head=DTD), DamagedFile, "实体"),
        (word(p("&a9;"), head=BOMB), DamagedFile, "document.xml"),
        (word(f'<w:p w:x="{"&a9;" * 9}"/>', head=BOMB), DamagedFile, "document.xml"),
        (word("<w:sdt>" * 300 + "</w:sdt>" * 300), DamagedFile, "document.xml"),
    ],
)
def test_what_is_no_word_file_is_named(data: bytes, error: type[ReadError], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)) as caught:
        read(data, SOURCE)
    assert caught.value.hint


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "BOMB_PART", 2**20)
    with pytest.raises(TooLarge):
        read(word(p(" " * 2**21)), SOURCE)
    monkeypatch.setattr(parts, "BOMB_RATIO", 10**6)
    assert read(word(p("甲" + " " * 2**21)), SOURCE).text.strip() == "甲"
    monkeypatch.setattr(parts, "MAX_PART", 2**20)
    with pytest.raises(TooLarge):
        read(word(p(" " * 2**21)), SOURCE)


@given(st.binary(max_size=400) | st.builds(GOOD[:4].__add__, st.binary(max_size=400)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        read(data, SOURCE)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(GOOD)))
def test_a_damaged_file_is_read_or_refused(changes: list[tuple[int, int]], length: int) -> None:
    damaged = bytearray(GOOD)
    for place, byte in changes:
        damaged[place] = byte
    for data in (bytes(damaged), bytes(damaged[:length])):
        try:
            found = read(data, SOURCE)
        except ReadError:
            continue
        assert found.text


TAGS = [
    "mc:AlternateContent", "mc:Choice", "mc:Fallback", "m:f", "m:num", "m:sSup",
    *(f"w:{name}" for name in (
        "p", "r", "t", "tbl", "tr", "tc", "sdt", "sdtContent", "ins", "del", "pPr", "rPr", "tcPr", "trPr", "numPr",
        "sym", "txbxContent", "br", "fldChar", "ffData", "checkBox", "ddList", "hyperlink", "vMerge", "gridSpan",
        "gridBefore", "vertAlign", "rFonts", "numId", "ilvl", "pStyle", "outlineLvl", "lastRenderedPageBreak",
    )),
]  # fmt: skip
ATTRIBUTES = st.sampled_from(
    ("", 'w:val="1"', 'w:val="-7"', 'w:val="99999999999"', 'w:val="九"', 'w:val="1" w:fldCharType="begin"',
     'w:char="F0FE" w:font="Wingdings"', 'w:char="zz"', 'w:char="D800"', 'w:ascii="Symbol"', 'w:fldCharType="end"')
)  # fmt: skip


def element(content: str, tag: str, attributes: str) -> str:
    return f"<{tag} {attributes}>{content}</{tag}>"


TREES = st.recursive(
    st.sampled_from(("甲", "9", " ", "")),
    lambda inner: st.builds(element, st.lists(inner, max_size=4).map("".join), st.sampled_from(TAGS), ATTRIBUTES),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TREES, max_size=3).map("".join))
def test_any_order_of_marks_is_read_or_refused(body: str) -> None:
    try:
        found = document(table(tc(body)) + p(f"<w:r>{body}</w:r>") + body, LISTS, STYLES)
    except EmptyFile:
        return
    marked = [cell.span for form in found.tables for cell in form.cells] + [mark.span for mark in found.outline]
    assert all(found.quote(span) == found.quote(span).strip() for span in marked)
    assert list(found.pages) == sorted(found.pages)
    assert all(found.text[start:end] for start, end in (form.span for form in found.tables))


MERGES = st.tuples(st.sampled_from(("", RESTART, CONTINUE)), st.integers(-1, 99))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(MERGES, max_size=4), max_size=5))
def test_cells_stay_inside_their_grid_whatever_the_marks(rows: list[list[tuple[str, int]]]) -> None:
    made = ["".join(tc("字", f'<w:gridSpan w:val="{width}"/>{merge}') for merge, width in row) for row in rows]
    found = document(p("甲") + table(*made))
    for form in found.tables:
        assert len({(cell.row, cell.column) for cell in form.cells}) == len(form.cells)
        assert all(cell.row + cell.row_span <= form.row_count for cell in form.cells)
        assert all(cell.column + cell.column_span <= form.column_count for cell in form.cells)
        assert all(found.quote(cell.span) == cell.text == "字" for cell in form.cells)


@pytest.mark.parametrize("path", sorted((CORPUS / "formats").glob("*.docx")) or [None], ids=str)
def test_real_reports_have_the_words_of_their_text(path: Path | None) -> None:
    if path is None:
        pytest.skip("the corpus of real reports is not here")
    found = read(path.read_bytes(), SOURCE)
    # Text dumps lose Word's list numbers (一、 becomes 3、 or nothing) and keep its bookmarks; all else is the same.
    plain = re.compile(r"\s|\[bookmark: \w+\]|^\s*(?:[一二三四五六七八九十]+|\d)、", re.MULTILINE)
    text = (CORPUS / "reports" / f"{path.stem}.txt").read_text(encoding="utf-8")
    assert plain.sub("", found.text) == plain.sub("", text)
    assert all(found.quote(cell.span) == cell.text for form in found.tables for cell in form.cells)
    assert all(
        sum(c.row_span * c.column_span for c in form.cells) == form.row_count * form.column_count
        for form in found.tables
    )


def test_the_reader_takes_docx_only() -> None:
    assert SUFFIXES == (".docx",)
