"""The report in a site's page: what is around it goes, no word of the report does, whatever the page is made of."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from eval.generated import generate_report
from eval.writers import Grid, Heading, write_html, write_text
from pipeline.errors import EmptyFile
from pipeline.readers import read_document
from pipeline.readers.html import read
from schemas.text import Document, Source

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SOURCE = Source(name="报告", path="报告.html", sha256="0", reader="html")
SEEDS = (7001, 7003, 7017)  # with eight forms, with one, with none
MARK = "<!-- report -->"

TABLES = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>报告-清泉县政府网</title></head><body><table><tr><td><img src=a.gif></td></tr>
<tr><td><a href="/">首页</a> | <a href="/a">新闻中心</a></td></tr></table>
<table><tr><td width="200"><table><tr><td>栏目导航</td></tr><tr><td><a href="/x">部门预算</a></td></tr></table></td>
<td><table><tr><td>您现在的位置：<a href="/">首页</a> &gt;&gt; <a href="/z">评价公开</a> &gt;&gt; 正文</td></tr>
<tr><td>作者：财政局 来源：本站 点击数：123 更新时间：2024-5-6</td></tr><tr><td class="nr">{MARK}</td></tr>
<tr><td>【<a href="javascript:print()">打印此文</a>】【<a href="#" onclick="c()">关闭窗口</a>】</td></tr>
<tr><td>上一篇：<a href="1.htm">关于开展工作的通知</a></td></tr></table></td></tr></table>
<table><tr><td>版权所有：清泉县人民政府 备案号：湘ICP备12345678号</td></tr></table></body></html>"""

FORM = f"""<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>报告</title></head><body>
<form method="post" action="./Detail.aspx" id="form1"><input type="hidden" name="__VIEWSTATE" value="栏目导航" />
<div id="top"><div class="logo"><a href="/">信息公开</a></div><div class="menu"><a href="/1">机构概况</a></div></div>
<div class="main"><div class="left"><ul><li><a href="/a">财政预决算公开</a></li></ul></div><div class="right">
<table class="xxgk"><tr><td>索引号：</td><td>000014349</td><td>主题分类：</td><td>财政</td></tr>
<tr><td>发布机构：</td><td>财政局</td><td>名称：</td><td>整体支出绩效自评</td></tr></table>
<div class="source">来源：财政局　发布时间：2024-05-06 10:00　浏览量：<span id="c">12</span></div>
<div class="con">{MARK}</div>
<div class="fj">附件：<a href="/f.doc">下载文档.doc</a></div>
<div class="share_box">分享到：<a href="#">微信</a><a href="#">微博</a></div>
<div class="lb"><h3>相关信息</h3><ul><li><a href="/q">往年自评报告一</a> 2023-05-01</li>
<li><a href="/r">往年自评报告二</a>
 2022-05-01</li></ul></div></div></div>
<div class="copyright"><p>主办：清泉县财政局 地址：幸福路1号</p>
<p>网站标识码：4300000001</p></div></form></body></html>"""

SPLIT = f"""<html><head><meta charset=utf-8><title>报告</title></head><body><header><a href=/>门户</a>
<h1 class="logo">清泉县财政局网</h1></header><nav><a href=/a>首页</a></nav><main><article>
<p class="meta"><span>发布时间：2024-05-06</span> <span>来源：县财政局网</span></p>{MARK}</article>
<aside><h3>热点</h3><ul><li><a href=/1>热点新闻一</a></li></ul></aside></main>
<footer>版权所有 清泉县</footer></body></html>"""

AROUND = (
    *(
        "首页",
        "新闻中心",
        "栏目导航",
        "打印",
        "关闭窗口",
        "上一篇",
        "版权所有",
        "ICP备",
        "点击数",
        "机构概况",
        "分享到",
    ),
    *("相关信息", "往年", "网站标识码", "热点", "浏览", "门户", "现在的位置", "索引号", "发布机构", "下载文档", "主办"),
    *("财政局网", "财政预决算公开", "当前位置", "发布日期", "信息来源", "相关附件", "下一篇", "扫一扫", "网站地图"),
    *("字体", "用户登录"),
)


def squash(text: str) -> str:
    return re.sub(r"\s", "", text)


@cache
def report(seed: int) -> tuple[str, str, int]:
    """A generated report as the body of a page, its text, and the number of its forms."""
    blocks = generate_report(seed).blocks
    page = write_html(blocks)
    start = page.index('class="content">') + len('class="content">')
    body = page[start : page.index('</div>\n<div class="attachments">')]
    return body, write_text(blocks), sum(isinstance(block, Grid) for block in blocks)


def document(page: str | bytes) -> Document:
    return read(page.encode() if isinstance(page, str) else page, SOURCE)


def halves(body: str) -> str:
    """The body in two parts with an advertisement between them."""
    cut = body.index("<", body.find('<div class="table-wrap">') if "table-wrap" in body else len(body) // 2)
    advert = '<div class="ad"><a href="/z"><img alt="广告"></a></div>'
    return f'<div class="one">{body[:cut]}</div>{advert}<div class="two">{body[cut:]}</div>'


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("page", [TABLES, FORM, SPLIT], ids=["layout tables", "one form around all", "in two parts"])
def test_the_report_is_all_that_is_left_of_a_page(page: str, seed: int) -> None:
    body, text, forms = report(seed)
    whole = page.replace(MARK, halves(body) if page is SPLIT else body)
    found = document(whole.encode("gb18030" if page is TABLES else "utf-8"))
    assert squash(found.text) == squash(text)
    assert len(found.tables) == forms


@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_that_the_writer_writes_is_read_back(seed: int) -> None:
    blocks = generate_report(seed).blocks
    found = document(write_html(blocks))
    title = next(block.text for block in blocks if isinstance(block, Heading))
    assert squash(found.text).removeprefix(squash(title)) == squash(write_text(blocks)).removeprefix(squash(title))
    assert not [words for words in AROUND if words in found.text and words not in write_text(blocks)]


SITE = (
    '<ul class="nav"><li><a href="/">首页</a></li></ul><div class="con">{}</div><div class="footer">网站标识码：1</div>'
)
LONG = "<p>" + "全年新建水渠三公里，受益人口一万人，群众满意度较高。" * 20 + "</p>"


@pytest.mark.parametrize(
    "kept",
    [
        "<p>下属单位自评报告链接：<a href='http://q.gov.cn/a'>http://q.gov.cn/a</a></p>",
        "<p>一、<a name='_Toc1'>部门概况</a></p>",
        "<p><a href='#a'>二、绩效情况</a></p>",
        "<p>附件：1.整体支出绩效自评表</p>",
        "<div class='bottom'><p>三、其他说明</p><p>本单位无独立网站。</p></div>",
        "<table class='nav'><tr><td>预算数</td><td>执行数</td></tr><tr><td><a href='/x'>9</a><td>9</table>",
        "<table><tr><td>资金来源：财政</td><td>来源：省级预算</td></tr><tr><td>支出</td><td>9</td></tr></table>",
        "<p>发布会3场，来源广泛。</p>",
        "<form><p>填表人：李四</p></form>",
    ],
)
def test_what_looks_like_it_is_around_but_is_of_the_report_stays(kept: str) -> None:
    found = squash(document(SITE.format(LONG + kept)).text)
    assert squash(re.sub(r"<[^>]*>", "", kept)) in found
    assert "首页" not in found
    assert "网站标识码" not in found


@pytest.mark.parametrize(
    "beside",
    [
        "<p>四、其他说明</p>",
        "填表人：李四",
        "<div><p>本单位无独立网站。</p></div>",
        "<h3>附件</h3>",
        f"<div>{'说明文字' * 20}</div>",
    ],
)
def test_a_short_passage_beside_a_long_one_is_not_left_behind(beside: str) -> None:
    words = re.sub(r"<[^>]*>", "", beside)
    for body in (f"<div>{LONG * 3}</div>{beside}", f"{beside}<div>{LONG * 3}</div>"):
        assert words in document(SITE.format(body)).text


def test_short_words_beside_the_report_are_the_sites() -> None:
    beside = '<div class="logo">清泉要闻</div><p>发布时间：2024-05-06</p>'
    assert "清泉要闻" not in document(SITE.format(f"{beside}<div>{LONG}</div>")).text


def test_a_small_form_beside_long_prose_is_not_left_behind() -> None:
    form = "<table><tr><td>指标</td><td>得分</td></tr><tr><td>修渠</td><td>9</td></tr></table>"
    found = document(SITE.format(f"<div>{LONG * 3}</div><div>{form}</div>"))
    assert found.text.endswith("\n\t指标\n\t得分\n\n\t修渠\n\t9\n\n")


def test_a_form_alone_is_found_among_much_else() -> None:
    form = "<table><tr><td>指标</td><td>得分</td></tr><tr><td>修渠</td><td>9</td></tr></table>"
    links = "".join(f"<li><a href='/{n}'>关于印发第{n}号文件的通知</a> [2024-05-06]</li>" for n in range(60))
    found = document(f"<div class='list'><ul>{links}</ul></div>{SITE.format(form)}")
    assert found.text == "\t指标\n\t得分\n\n\t修渠\n\t9\n\n"


TITLE = "清泉县水利局2023年度整体支出绩效自评报告"


@pytest.mark.parametrize(
    ("head", "body", "lines"),
    [
        (f"<title>{TITLE}_清泉县</title>", f'<h1>{TITLE}</h1><div class="con">{LONG}</div>', [TITLE]),
        (f"<title>{TITLE}</title>", f'<div class="bt title">{TITLE}</div><div class="con">{LONG}</div>', [TITLE]),
        (f'<meta name="ArticleTitle" content="{TITLE}">', f'<h2>{TITLE}</h2><div class="con">{LONG}</div>', [TITLE]),
        (f"<title>{TITLE}</title>", f'<h1>{TITLE}</h1><div class="con"><p>{TITLE}</p>{LONG}</div>', [TITLE]),
        ("<title>清泉县政府门户</title>", f'<h1>清泉县政府信息公开</h1><div class="con">{LONG}</div>', []),
        (f"<title>{TITLE}</title>", f'<h1>清泉县政府信息公开</h1><div class="con">{LONG}</div>', []),
    ],
)
def test_the_title_comes_along_once_from_wherever_it_stands(head: str, body: str, lines: list[str]) -> None:
    links = '<div class="nav"><a href="/">首页</a></div>'
    found = document(f"<html><head>{head}</head><body>{links}{body}</body></html>")
    assert [line for line in found.text.split("\n") if len(line) < 40 and line] == lines


@pytest.mark.parametrize(
    "head",
    [
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>',
        '<html><head><meta name=Generator content="Microsoft Word 15">',
        '<html><head><meta name="generator" content="LibreOffice 7.4">',
        '<html><head><meta name=ProgId content=Excel.Sheet><meta name=Generator content="Microsoft Excel 15">',
    ],
)
def test_a_file_that_an_office_program_saved_is_all_content(head: str) -> None:
    body = '<p><a href="/x">一、概况</a></p><p>来源：财政</p><div class=footer>网站标识码：1</div>'
    hidden = '<p style="display:none">藏</p>'
    assert document(f"{head}</head><body>{body}{hidden}</body></html>").text == "一、概况\n来源：财政\n网站标识码：1\n"


def test_a_page_without_any_link_is_all_content() -> None:
    assert document("<p>来源：财政</p><div class=footer>甲</div>").text == "来源：财政\n甲\n"


def test_a_page_whose_report_is_an_attachment_says_so() -> None:
    with pytest.raises(EmptyFile) as raised:
        document(SITE.format('<p><a href="a.docx">自评报告.docx</a></p>'))
    assert "附件" in raised.value.hint


@pytest.mark.skipif(not CORPUS.exists(), reason="the real reports are not in this checkout")
def test_the_real_page_holds_its_report_and_nothing_else() -> None:
    [path] = sorted((CORPUS / "formats").glob("*.html"))
    text = squash((CORPUS / "reports" / f"{path.stem}.txt").read_text(encoding="utf-8-sig"))
    found = read_document(path)
    assert len(found.tables) == 2
    assert not [words for words in AROUND if words in found.text and words not in text]
    assert abs(len(squash(found.text)) - len(text)) < 10
