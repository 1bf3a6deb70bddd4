"""The report in a government site's page: what is around it is left out, a form or a passage of the report never.

Libraries that find the article of a page are made for news. trafilatura keeps no merged cell; readability keeps one
container and loses the forms where a report stands in two. Here half of what counts stands in forms.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pipeline.readers.html.grid import own_cells, own_rows
from pipeline.readers.html.shown import is_block, is_hidden

_OFFICE = re.compile(
    r"microsoft\s+(?:word|excel)|\bwps\b|kingsoft|libreoffice|openoffice|word\.document", re.IGNORECASE
)
_OFFICE_SPACE = "urn:schemas-microsoft-com:office:"
_AROUND = frozenset(
    (
        *("nav", "navbar", "navigation", "topnav", "menu", "submenu", "breadcrumb", "breadcrumbs", "crumb", "crumbs"),
        *("position", "location", "share", "sharebox", "bdshare", "bdsharebuttonbox", "jiathis", "toolbar", "tools"),
        *("sidebar", "footer", "foot", "bottom", "copyright", "topbar", "toplink", "search", "searchbox", "login"),
        *("pagination", "pager", "prevnext", "prenext", "related", "relate", "xgwz", "xglj", "xgxx", "recommend"),
        *("qrcode", "ewm", "print", "printer", "fontsize", "comment", "comments", "advert", "friendlink"),
        *("friendlinks", "sitemap", "skip", "accessibility"),
    )
)
"""Words of classes and ids for what stands around a report."""
_AROUND_TAGS = frozenset(("nav", "footer", "aside", "menu"))
_ABOUT = re.compile(
    r"(?:发布|发文|更新|成文|生成)(?:日期|时间)[：:]|(?:信息|文章|稿件|内容)?来源[：:]|(?:文章)?作者[：:]|(?:浏览|点击|阅读|访问)(?:次数|数|量)?[：:]"
    r"|[【\[(（]?字(?:体|号)[：:]|[【\[]?(?:打印|关闭|收藏|返回)(?:本页|窗口|页面|此页|顶部|列表|[本此]文|[本此]篇)?[】\]]?\s*(?:[【\[|]|\Z|打印|关闭)"
    r"|[上下]一[篇条页][：:]?|(?:相关|下载)附件|附件下载|责任?编辑?[：:]|分享(?:到|至)|扫一扫|(?:当前|您(?:现在)?(?:所在)?的?)位置[：:]"
    r"|主办单位[：:]|承办单位[：:]|版权所有|网站(?:标识码|地图)|相关(?:链接|文章|新闻|阅读)|友情链接|今天是|政府网站找错|适老化|无障碍"
)
_RECORD = re.compile(r"ICP备|公网安备|网站标识码|Copyright|版权所有", re.IGNORECASE)
_CATALOGUE = re.compile(r"索引号|主题分类|发布机构|发文日期|成文日期|公开方式|公开日期|信息分类|公开形式|生成日期")
"""Words of the table above a document that files it in the catalogue of what is made public."""
_DATE = re.compile(r"[\[(]?\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\])]?")
_FORM_WORDS = re.compile(r"指标|预算|决算|执行|得分|分值|绩效|资金|支出")
_MOST_AROUND = 400
"""Characters outside of links; what is longer is looked at again before it is left out."""
_MOST_ABOUT = 160
_MAIN_SHARE = 0.85
_MOST_BESIDE = 60
"""Characters beside the report that are no paragraph: the name of the site, a slogan."""
_TEXT_TAGS = frozenset(("p", "h2", "h3", "h4", "h5", "h6", "li", "ol", "pre", "blockquote", "center"))
_TITLE_WORDS = re.compile(r"title|headline|bt\b|tit\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*[_|\-–—]+\s*")


class Content(NamedTuple):
    """The element that holds the report, and its title where that stands outside of it."""

    root: Any
    title: str


class _Sizes(NamedTuple):
    """By element: characters of text, those of them in links, and whether a form stands in it."""

    text: dict[Any, int]
    links: dict[Any, int]
    forms: set[Any]

    def plain(self, element: Any) -> int:
        """Characters outside of links."""
        return self.text.get(element, 0) - self.links.get(element, 0)


def find_content(root: Any, hidden: frozenset[str]) -> Content:
    """The report of a page, whose other parts are taken out of it; a saved Word or Excel file is all content."""
    body = root.find("body")
    body = root if body is None else body
    if _is_office(root) or next(body.iter("a"), None) is None:
        return Content(body, "")
    _remove_hidden(body, hidden)
    _remove_around(body, _measure(body), everywhere=False)
    main = _main(body)
    title = _title(root, body, main)
    _remove_around(main, _measure(main), everywhere=True)
    return Content(main, title)


def _is_office(root: Any) -> bool:
    for meta in root.iter("meta"):
        name = (meta.get("name") or "").lower()
        if name in ("generator", "progid") and _OFFICE.search((meta.get("content") or "")[:500]):
            return True
    html = root if root.tag == "html" else root.find(".//html")
    given = "" if html is None else " ".join(f"{key}={value}" for key, value in html.attrib.items())
    return _OFFICE_SPACE in given


def _remove_hidden(body: Any, hidden: frozenset[str]) -> None:
    for element in [element for element in body.iter() if element is not body and is_hidden(element, hidden)]:
        if element.getparent() is not None:
            _drop(element)


def _drop(element: Any) -> None:
    """Take an element out; the text behind it, which is of its parent, stays."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def _measure(body: Any) -> _Sizes:
    """Sizes of all elements, from the inside out."""
    from lxml import etree  # type: ignore[import-untyped,unused-ignore]

    sizes = _Sizes({}, {}, set())
    for _, element in etree.iterwalk(body, events=("end",)):
        own = _count(element.text) + sum(_count(child.tail) for child in element)
        text = own + sum(sizes.text[child] for child in element)
        links = sum(sizes.links[child] for child in element)
        sizes.text[element] = text
        sizes.links[element] = text if _is_link(element) else links
        if any(child in sizes.forms for child in element) or _is_form(element):
            sizes.forms.add(element)
    return sizes


def _count(text: str | None) -> int:
    """Characters that count: the dates beside the links of a list say nothing."""
    return len(_DATE.sub("", "".join(text.split()))) if text else 0


def _is_link(element: Any) -> bool:
    """True for a link to another page or to a script.

    One inside the page, as in a table of contents, is none, nor is an address that a report itself prints.
    """
    if element.tag != "a" or (element.text or "").strip().startswith(("http", "www.")):
        return False
    target = (element.get("href") or "").strip()
    return target == "#" or "onclick" in element.attrib or (target != "" and not target.startswith("#"))


def _is_form(element: Any) -> bool:
    """True for a table with rows of several cells and the words of forms."""
    if element.tag != "table" or _is_catalogue(element):
        return False
    rows = sum(1 for row in own_rows(element) if sum(1 for _ in own_cells(row)) > 1)
    return rows > 1 and len(set(_FORM_WORDS.findall("".join(element.itertext())))) > 1


def _is_catalogue(element: Any) -> bool:
    words = "".join("".join(element.itertext()).split())
    return len(words) <= _MOST_AROUND and len(set(_CATALOGUE.findall(words))) > 1


def _remove_around(root: Any, sizes: _Sizes, *, everywhere: bool) -> None:
    """Take out what is not of the report; ``everywhere``: by its words and links too, not by its name only."""
    kept: set[Any] = set()
    for table in root.iter("table"):
        if table in sizes.forms and not any(inner in sizes.forms for inner in table.iterdescendants("table")):
            kept.update(table.iter())
    for element in list(root.iter()):
        if element is root or element in sizes.forms or element in kept or element.getparent() is None:
            continue
        named = sizes.plain(element) <= _MOST_AROUND and _is_named_around(element)
        if named or (everywhere and is_block(element) and _is_around(element, sizes)):
            _drop(element)


def _is_named_around(element: Any) -> bool:
    """True for what calls itself a menu, a footer and the like, unless it holds sentences: names are often borrowed."""
    if element.tag not in _AROUND_TAGS and not _has_name_around(element):
        return False
    words = "".join("".join(element.itertext()).split())
    return "。" not in words or _RECORD.search(words) is not None


def _has_name_around(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", names).lower()
    parts = set(re.split(r"[\s_-]+", words)) | set(names.lower().split())
    return not parts.isdisjoint(_AROUND)


def _is_around(element: Any, sizes: _Sizes) -> bool:
    """True for a block that is mostly links, or that tells about the page instead of the report."""
    text, links = sizes.text.get(element, 0), sizes.links.get(element, 0)
    if not text:
        return False
    if (links > 0.5 * text and text - links <= _MOST_ABOUT) or (text <= _MOST_AROUND and _is_catalogue(element)):
        return True
    if text > _MOST_ABOUT:
        return False
    words = "".join("".join(element.itertext()).split())
    return _ABOUT.match(words) is not None or (_RECORD.search(words) is not None)


def _main(body: Any) -> Any:
    """The innermost element that holds all of the report: what stands beside it is short, or not of the report."""
    sizes = _measure(body)
    main = body
    while len(main):
        heaviest = max(main, key=lambda child: (sizes.plain(child), child in sizes.forms))
        if heaviest.tag in ("table", "tbody", "tr", "p", "td") and not _frames_all(heaviest, sizes):
            break
        if _has_bare_text(main) or any(_may_be_of_report(child, sizes) for child in main if child is not heaviest):
            break
        if sizes.plain(heaviest) < _MAIN_SHARE * sizes.plain(main):
            break
        main = heaviest
    return main


def _has_bare_text(element: Any) -> bool:
    """True for an element with words of its own between its children, as where lines are parted by <br> only."""
    words = "".join((element.text or "", *(child.tail or "" for child in element)))
    return _count(re.sub(r"\W", "", words)) > 1


def _may_be_of_report(element: Any, sizes: _Sizes) -> bool:
    """True for a form, a paragraph or a heading, and for any block with a sentence or much text in it."""
    if element in sizes.forms:
        return True
    if not sizes.plain(element) or _is_around(element, sizes):
        return False
    words = "".join(element.itertext())
    return element.tag in _TEXT_TAGS or "。" in words or sizes.plain(element) > _MOST_BESIDE


def _frames_all(element: Any, sizes: _Sizes) -> bool:
    """True for a part of a layout table: what is in it is in tables or blocks inside a cell of it."""
    return any(table is not element and sizes.plain(table) >= _MAIN_SHARE * sizes.plain(element)
               for table in element.iter("table", "div"))  # fmt: skip


def _title(root: Any, body: Any, main: Any) -> str:
    """The title that the page shows above the report and that the report itself does not begin with."""
    wanted = [_squash(meta.get("content") or "") for meta in root.iter("meta")
              if (meta.get("name") or "").lower() in ("articletitle", "title", "og:title")]  # fmt: skip
    wanted += [
        _squash(part) for title in root.iter("title") for part in _SEPARATOR.split((title.text or "").strip()[:500])
    ]
    wanted = [words for words in wanted if len(words) >= 6]
    begins = _squash("".join(main.itertext()))[:400]
    inside = set(main.iter())
    for element in body.iter():
        if element is main:
            break
        if element in inside or len(element) > 8:
            continue
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag not in ("h1", "h2", "h3") and not _TITLE_WORDS.search(names):
            continue
        text = " ".join("".join(element.itertext()).split())
        words = _squash(text)
        if len(words) >= 6 and any(words == each or each.startswith(words) or words in each for each in wanted):
            return "" if words in begins else text
    return ""


def _squash(text: str) -> str:
    return "".join(text.split())
