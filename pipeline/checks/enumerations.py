"""Lists of amounts in prose with the whole they are of: 项目支出792.50万元，包括A项目286.50万元、B项目506.00万元.

They are read from the text and not from records: of a fact that a form states too there is no record in the prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from pipeline.checks.registry import CheckedReport, once
from pipeline.prose.passages import Passage, read_passages
from pipeline.quantities import Quantity, find_quantities, tolerance
from schemas.text import Span

_LEAD = re.compile(
    r"(?P<some>其中|主要包括|主要用于|主要有|主要项目如下)|(?P<whole>包括|具体包括|具体为|具体是|具体如下|分别为|分别是|用于以下方面|构成为)"
    r"|(?P<bracket>(?<=[元万亿\d０-９])[（(](?![其主]))"
)
_BACKWARD = re.compile(
    r"(?:以上|上述)(?P<count>[二三四五六七八九十两\d]{1,2})[项个类](?:项目|资金|支出)?(?:共计|合计|总计|共)"
)
_COUNTS = {word: place for place, word in enumerate("零一二三四五六七八九十")} | {"两": 2}
_STOP = re.compile(r"[。！？!?]|\n(?![（(]?\d{1,2}[)）、.．])|其中|包括|具体为|分别为|以上|上述")
_SENTENCE_END = re.compile(r"[。！？!?\n]")
_OPEN_OR_CLOSE = re.compile(r"[（(]|[）)]")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_BARE_BRACKET = re.compile(r"(?<=[\u4e00-\u9fff])[（(]([\d０-９][\d０-９,，.．]*(?:亿|万)?元?)[）)]")
_SEPARATORS = {"、": 1, "，": 2, ",": 2, "；": 3, ";": 3}
_MARK = re.compile(r"^[（(]?\d{1,2}[)）、.．]")
_LABEL = re.compile(r"[^；;、，,：:\n]*\Z")
_COLUMN_WORDS = re.compile(
    r"预算|执行|完成|较|比|占|同比|增|减|降|节约|结余|剩余|超|人均|户均|每|平均|余额|收入|含|另|(?:^|[，、；])计划|下达|到位|追加|上年|去年|同期|"
    r"合计|共计|小计|总计|共同|标准|单价"
)
_SPENT = re.compile(r"(?:实际)?(?:支出|决算)?(?:数|额)?(?:为|共|是|[:：])*\Z")
_SHARE = re.compile(r"占比?(?:[^，。；]{0,12}的)?(?:比例|比重)?为?\Z")
_NO_ITEM = re.compile(
    r"年初|全年|年[末中终底]|本年|当年|\d{4}年度?|预算|决算|实际|执行|支出|支付|使用|调整|批复|安排|累计|完成|较|比|同|与|上年|去年|增[加长]?|"
    r"减[少]?|下?降低?|控制在|以内|之内|其中|后|数|额|为|是|共|合?计|达|到|至|了|约|度"
)
_SOME_ONLY = re.compile(r"等\s*\Z")
_NO_TRAVEL_ABROAD = re.compile(
    r"(?:无|没有|未发生|未安排|不存在)[^，。；]{0,6}(?:因公)?出国|出国[^，。；]{0,8}(?:无支出|未发生|为0)"
)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_MONEY_NAME = re.compile(r"(?:支出|经费|费用?|资金|补助)\Z")
_AFTER_BARE = frozenset("，,。；;、）)\n")
_CENTS = 2


class Listed(NamedTuple):
    """An amount of a list or of its whole, in 元, with what names it; ``bare`` where it has no unit of its own."""

    label: str
    value: Decimal
    half: Decimal
    factor: Decimal
    text: str
    span: Span
    bare: bool


class Enumeration(NamedTuple):
    """The parts of an amount in prose.

    ``whole`` has the amounts that they may be of, the likeliest last, as budget and expenditure of one item stand
    together; () where the sentence tells none. ``complete`` where nothing but the parts makes up the whole.
    """

    item: str
    whole: tuple[Listed, ...]
    beside: tuple[Listed, ...]  # every amount of the sentence of the whole
    parts: tuple[Listed, ...]
    complete: bool


class _Stretch(NamedTuple):
    start: int
    end: int
    nested: bool  # cut short by a list of the parts of a part


@once
def prose_passages(report: CheckedReport) -> tuple[Passage, ...]:
    """The prose of the report, its wrapped lines joined."""
    return tuple(read_passages(report.document.text, [table.span for table in report.document.tables]))


@once
def read_enumerations(report: CheckedReport) -> tuple[Enumeration, ...]:
    """Every list of two amounts or more in the prose."""
    return tuple(found for passage in prose_passages(report) for found in _in_passage(passage))


def _in_passage(passage: Passage) -> Iterator[Enumeration]:
    for lead in _LEAD.finditer(passage.text):
        found = _after_lead(passage, lead)
        if found is not None:
            yield found
    for lead in _BACKWARD.finditer(passage.text):
        yield from _before_total(passage, lead)


def _after_lead(passage: Passage, lead: re.Match[str]) -> Enumeration | None:
    stretch = _stretch(passage.text, lead)
    words = _without_brackets(passage.text[stretch.start : stretch.end])
    parts, cut = _parts(passage, words, stretch.start)
    if len(parts) < 2:
        return None
    whole, beside = _whole(passage, lead.start())
    item = whole[0].label if whole else ""
    listed = lead["some"] is None and not stretch.nested and not cut and _SOME_ONLY.search(words) is None
    return Enumeration(item, whole, beside, parts, listed or _is_complete(item, parts, words))


def _stretch(text: str, lead: re.Match[str]) -> _Stretch:
    """From the lead to the end of the sentence, of the bracket, or to another list."""
    start = lead.end() + (1 if text[lead.end() : lead.end() + 1] in ("：", ":") else 0)
    start += 1 if text[start : start + 1] == "\n" else 0
    stop = _STOP.search(text, start)
    end, depth = (stop.start() if stop else len(text)), 0
    for match in _OPEN_OR_CLOSE.finditer(text, start, end):
        depth += 1 if match[0] in "（(" else -1
        if depth < 0 and _MARK.match(text[max(match.start() - 3, 0) : match.end()].lstrip("；;\n")) is None:
            return _Stretch(start, match.start(), nested=False)
    nested = stop is not None and stop[0] in ("其中", "包括", "具体为", "分别为")
    return _Stretch(start, end, nested)


def _without_brackets(words: str) -> str:
    """Brackets blanked out; one around nothing but an amount gives way to the amount. The length stays."""
    opened = _BARE_BRACKET.sub(lambda match: f" {match[1]} ", words)
    return _BRACKETS.sub(lambda match: " " * len(match[0]), opened)


def _parts(passage: Passage, words: str, offset: int) -> tuple[tuple[Listed, ...], bool]:
    """The named amounts from the beginning of the words, and whether more amounts follow that are none of them."""
    found: list[Listed] = []
    floor = rank = 0
    for quantity in find_quantities(words):
        if quantity.dimension in ("count", "time"):
            continue
        before = words[floor : quantity.span.start]
        if quantity.dimension == "percent" and _SHARE.search(before):
            floor = quantity.span.end
            continue
        label = _MARK.sub("", (_LABEL.search(before) or [""])[0].strip())
        mine = max((_SEPARATORS[char] for char in before if char in _SEPARATORS), default=0) if found else 0
        rank = rank or mine
        if not _is_part(quantity, label, before, words) or mine > rank or quantity.hedge or quantity.comparator:
            return tuple(found), True
        found.append(_listed(passage, quantity, offset, _SPENT.sub("", label) or label))
        floor = quantity.span.end
    return tuple(found), False


def _is_part(quantity: Quantity, label: str, before: str, words: str) -> bool:
    name = _SPENT.sub("", label)
    if len(_CJK.findall(name)) < 2 or _COLUMN_WORDS.search(before) or quantity.upper is not None:
        return False
    if quantity.dimension.startswith("money"):
        return True
    bare = quantity.dimension == "none" and quantity.scale == 1
    stopped = words[quantity.span.end : quantity.span.end + 1].strip() in ("", *_AFTER_BARE)
    return bare and stopped and (quantity.decimals == _CENTS or _MONEY_NAME.search(label) is not None)


def _listed(passage: Passage, quantity: Quantity, offset: int, label: str) -> Listed:
    span = passage.span(offset + quantity.span.start, offset + quantity.span.end)
    half = tolerance(quantity) if quantity.value else Decimal(0)
    bare = not quantity.dimension.startswith("money")
    return Listed(label, quantity.value, half, quantity.scale, quantity.text, span, bare)


def _whole(passage: Passage, lead: int) -> tuple[tuple[Listed, ...], tuple[Listed, ...]]:
    """The amounts of the last item before the lead, and all of its sentence; of the sentence before where it opens one.

    A sentence with several items before the one that a list opens does not tell which of them the list is of.
    """
    text = passage.text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, lead - 300), lead)]
    start = ends[-1] if ends else max(0, lead - 300)
    opens = not text[start:lead].strip("，,、；;按分类划性质支出功能从看")
    if opens:
        start = ends[-2] if len(ends) > 1 else max(0, lead - 300)
    amounts: list[Listed] = []
    items: list[int] = []
    floor = start
    for quantity in find_quantities(text[start:lead]):
        place = start + quantity.span.start
        if quantity.dimension.startswith("money") and quantity.upper is None:
            label = (_LABEL.search(text[floor:place]) or [""])[0].strip("（()）")
            if len(_CJK.findall(_NO_ITEM.sub("", label))) > 1:
                items.append(len(amounts))
            amounts.append(_listed(passage, quantity, start, label))
        floor = start + quantity.span.end
    own = amounts[items[-1] :] if items and not (opens and len(items) > 1) else [] if items else amounts
    return tuple(own), tuple(amounts)


def _before_total(passage: Passage, lead: re.Match[str]) -> Iterator[Enumeration]:
    """The five amounts before 以上五项共计, and the amount after it."""
    word = lead["count"]
    count = int(word) if word.isdecimal() else _COUNTS.get(word, 0)
    total = find_quantities(passage.text[lead.end() : lead.end() + 20])
    starts = [match.end() for match in _SENTENCE_END.finditer(passage.text, max(0, lead.start() - 400), lead.start())]
    start = starts[-1] if starts else max(0, lead.start() - 400)
    opening = re.search(r"[:：]", passage.text[start : lead.start()])
    start += opening.end() if opening else 0
    parts, cut = _parts(passage, _without_brackets(passage.text[start : lead.start()]), start)
    if total and total[0].dimension.startswith("money") and total[0].span.start < 2 and len(parts) == count and not cut:
        whole = (_listed(passage, total[0], lead.end(), lead[0]),)
        yield Enumeration(lead[0], whole, whole, parts, complete=True)


def _is_complete(item: str, parts: Sequence[Listed], words: str) -> bool:
    labels = [part.label for part in parts]
    if len(labels) == 2:
        kinds = "基本" in labels[0] + labels[1] and "项目" in labels[0] + labels[1]
        if kinds and all(label.endswith(("基本支出", "项目支出", "基本", "项目")) for label in labels):
            return True
        if any("人员" in label for label in labels) and any("公用" in label for label in labels):
            return "基本支出" in item
    if "三公" not in item:
        return False
    abroad = any("出国" in label for label in labels) or _NO_TRAVEL_ABROAD.search(words) is not None
    return abroad and any("接待" in label for label in labels) and any("车" in label for label in labels)
