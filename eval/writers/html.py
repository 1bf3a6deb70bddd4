"""Writes a report as the page of a government site, with everything that such a page has around it."""

from __future__ import annotations

from html import escape

from eval.writers.blocks import AutoNumber, Block, Grid, GridCell, Heading, Lines, number_items

_SITE = "青石县人民政府"
_HEAD = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="UTF-8">
<meta name="SiteName" content="{site}">
<meta name="ArticleTitle" content="{title}">
<title>{title}_绩效信息_{site}</title>
<link rel="stylesheet" href="/css/common.css">
<style>.article p {{ line-height: 2em; }} .qrbox {{ display: none; }}</style>
<script>var channel = "c1024"; $(function () {{ $(".nav li").hover(); }});</script>
</head>
<body>
<div class="topbar"><span>今天是<script>document.write(new Date());</script></span><a href="/login">用户登录</a></div>
<div class="header"><a href="/"><img src="/img/logo.png" alt="{site}"></a>
<form action="/search"><input type="text" name="q" placeholder="请输入关键字"><button>搜索</button></form></div>
<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a>
<ul><li><a href="/zwgk/cz/">财政信息</a></li></ul></li>
<li><a href="/bsfw/">办事服务</a></li><li><a href="/hd/">政民互动</a></li></ul>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a>
&gt; <a href="/zwgk/cz/">财政信息</a> &gt; 正文</div>
<div class="article">
<h1 class="article-title">{title}</h1>
<div class="info"><span>发布日期：2024-05-06 09:30</span> <span>信息来源：县财政局</span>
<span>浏览次数：<em id="hits"></em></span>
<span>字体：【<a href="javascript:;">大</a> <a href="javascript:;">中</a> <a href="javascript:;">小</a>】</span>
<span class="share"><a href="javascript:;">打印</a> <a href="javascript:;">关闭</a></span></div>
<div id="zoom" class="content">
"""
_FOOT = """</div>
<div class="attachments"><p>相关附件：</p><ul><li><a href="./P0202405.docx">{title}.docx</a></li></ul></div>
<div class="pages"><p>上一篇：<a href="./t1.html">2023年度部门决算公开</a></p><p>下一篇：没有了</p></div>
<div class="qrbox">扫一扫在手机打开当前页</div>
</div>
<div class="footer"><p><a href="/about">网站地图</a> | <a href="/contact">联系我们</a></p>
<p>主办单位：{site}办公室　承办单位：县政务服务中心</p><p>网站标识码：0000000000　ICP备00000000号</p></div>
<script>$.get("/hits?id=" + channel, function (n) {{ $("#hits").text(n); }});</script>
</body>
</html>
"""


def write_html(blocks: tuple[Block, ...]) -> str:
    """The report as a web page: headings and merged cells are real ones, automatic numbers stand in the text."""
    title = next((block.text for block in blocks if isinstance(block, Heading)), "绩效自评报告")
    about = {"site": _SITE, "title": escape(" ".join(title.split()))}
    written = (_block(block, number) for block, number in zip(blocks, number_items(blocks), strict=True))
    return _HEAD.format(**about) + "\n".join(written) + "\n" + _FOOT.format(**about)


def _block(block: Block, number: AutoNumber | None) -> str:
    if isinstance(block, Grid):
        rows = ("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in block.rows)
        return '<div class="table-wrap"><table border="1">\n' + "\n".join(rows) + "\n</table></div>"
    if isinstance(block, Lines):
        return "\n".join(f"<p>{_words(line)}</p>" for line in block.text.split("\n"))
    words = _words((number.text if number else "") + block.text)
    if isinstance(block, Heading):
        level = min(block.level, 6)
        return f"<h{level}>{words}</h{level}>"
    return f'<p style="text-indent: 2em;"><span>{words}</span></p>'


def _cell(cell: GridCell) -> str:
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    lines = "".join(f"<p>{_words(line)}</p>" for line in cell.text.split("\n"))
    return f"<td{spans}>{lines if cell.text else '&nbsp;'}</td>"


def _words(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>").replace("  ", "&nbsp; ")
