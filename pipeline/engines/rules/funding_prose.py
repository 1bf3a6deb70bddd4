"""Amounts of money in prose: an item, and in which column of the forms each of its amounts belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.engines.rules.claims import Piece, candidate, claim, piece, quote_of, tidy
from pipeline.prose.columns import money_clause, money_column
from pipeline.prose.phrases import split_sentences, strip_lead
from pipeline.quantities import Quantity, find_quantities
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim
from schemas.text import Span

_MONEY_WORD = re.compile(
    r"预算|支出|决算|执行|经费|拨款|开支|花费|使用资金|资金|费用?(?:为|共|合计|约)*$|(?<!消)费$|专项|补助|补贴|采购|购置|三公|投入|下达|到位|追加|自筹|配套"
)
_NOT_FUNDING = re.compile(
    r"收入|全社会|规模以上|资产|到位(?:省|市|县|区|境|外|内)|引进|引资(?:到位|实际|总额|额|$)|外资|内资|投资|销售|产值|产量|交易额|零售|贸易|进出口|贷款|税收|增加值|营业|储蓄|存款|增收|债务|人均|直接带动|捐|罚没|追缴|挽回|筹|融资|"
    r"结余|结转|次均|人均|平均|征收|收取|收缴|盘活|同比|[较比]上年(?!度?的?$)|增长|增加|减少|下降|节约|压减|上升|面积|单价|标准|每人|每亩|每户|免征|减免|减税|降费"
)
_INCOME = re.compile(r"收入")
_COLUMN_WORDS = re.compile(
    r"(?:(?:追加|调整|调增)(?:指标|预算|资金)?后(?:的)?|全年|年初|年终|年末|本年度?|年度|当年|实际|累计|实际累计|部门|财政|总)*"
    r"(?:(?:执行中|年中|中途|期间|过程中)(?:调整|调增|调减)|年初(?:安排|批复|核定|下达)|实际支出(?:数|额|金额)?|预算批复数?|批复预算数?|预算调整数|调整后预算数?|调整预算数?|预算执行数|预算(?:总额|金额|总数|资金|控制数|数|安排)?|决算数?|执行数?|执行金额|到位数?|到位资金|[较比]?(?:上年|去年)度?的?)"
    r"(?:为|是|到|至|共计|合计|约|共|总计|[:：])*$"
)
_VERBS = re.compile(r"(?:为|是|共计|合计|共|约|总计|达到|达|仅|支出了|使用了|其中|[:：，,（(\s])+$")
_SUBJECT = re.compile(
    r"(?:(?:我|本)(?:单位|局|部门|院|校|县|区|市|镇|乡|街道|委|办|中心|机关|系统|处|站)|局机关|机关|单位|部门|街道|全区|全县|全市|全镇|全乡|全局|全院|全校|该项目|本项目|该(?:项)?(?:资金|经费)|项目|主要用于|用于|包括|按照|根据|，|、|\s|共|实际|财政(?!拨款)|全年|年度|当年)+"
)
_BUDGET_WORD = re.compile(
    r"预算|支出|决算|经费|执行数|(?:^|预算|资金)执行了?$|拨款|使用资金|涉及资金|三公|开支|列支|专项资金|(?<!消)费$|费用$|接待费|维护费"
)
_GENERIC = re.compile(
    r"^(?:中心|我?[局委办院校处站所]|追加指标后|调整后|(?:严格)?控制在|低于|未超过?|不超过?|年[末终底]支出|累计支出|调整|(?:上年|去年)度?(?:同期)?(?:支出|决算|执行)?数?)$|^(?:项目)?(?:支出|资金|经费|项目支出|项目资金|费用|实际支出|总支出|财政资金|专项资金|预算|财政拨款|资金总额|项目)?$"
)
_RATE = re.compile(
    r"执行率|完成(?:年初|全年|年度|调整)?预算(?:数)?的?$|预算完成率|支出(?:进度|率)|占(?:年初|全年)?预算(?:数)?的?$|执行进度|支付率|使用率|预算的$"
)
_PLANNED = re.compile(r"预计|计划投资|拟|将|概算|估算|明年|下一年|下年")
_ITEM_STOP = re.compile(r"[，,。；;（(：:]")
_WHOLE = re.compile(
    r"^(?:单位|部门|全年|本年|年度)*(?:支出(?:总额|总计|合计|总数)|总支出)$|^(?:本年支出|全年支出|部门(?:预算)?支出)$"
)
_TOPIC = re.compile(r"([^“，。：:；\d]{2,24}?(?:项目|资金|经费|支出|费用|专项|补助|采购))(?=[“，：:（(\d]|预算)")
_NO_MONEY = frozenset("元万亿%％")
_OF_PROJECT = ("项目支出", "基本支出", "项目经费", "项目资金")  # in a project's passage its own money
_ADDED = re.compile(r"(?:年中|中途|预算|财政)*(?:追加|调[增减])(?:预算|资金|经费|指标)?")
_CORE = re.compile(r"实际|支出|资金|经费|金额|总额")
_STOPS = frozenset("，。；、）)")
_CENTS = 2
_NAMED_MONEY = re.compile(r"(?:支出|经费|费用?|资金|补助)(?:决算|为|共|是|[:：])*$")
_NAMED = re.compile(r"[\u4e00-\u9fff]{4,}(?:为|共|是|[:：])*$")
_ADDED_UP = re.compile(r"(?:以上|上述)[一二三四五六七八九十两\d]+[项个类][^，。；\d]{0,6}\Z")
_REACH = 12
_PARTS = re.compile(r"其中|具体为|包括|分别为|如下|[:：]")
_TOTAL_ITEM = re.compile(r"部门整体支出|整体支出")


@dataclass
class _Open:
    """The item that a sentence has open."""

    item: Piece | None
    fields: dict[str, Piece] = field(default_factory=dict)
    unit: Piece | None = None
    column: str = ""
    literal: Piece | None = None  # the words before the first amount, where nothing better names it

    @property
    def is_whole(self) -> bool:
        """True where the amounts so far are of the whole, so that more of them may follow after a semicolon."""
        return bool(self.fields) and (self.item is None or _WHOLE.match(self.item.text) is not None)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose money a passage is about: the department, or a project with its name.

    ``about_money`` is False for passages about results, where an amount needs a word of the budget beside it.
    """

    evaluation: str
    name: Piece | None
    year: int | None
    about_money: bool = True


def read_prose_funding(text: str, span: Span, owner: Owner) -> Iterator[Candidate]:
    """A record for each item of money in the passage."""
    current: _Open | None = None
    for sentence in split_sentences(text, span):
        words = text[sentence.start : sentence.end]
        goes_on = text[sentence.start - 1] in "；;"
        if _NO_MONEY.isdisjoint(words) and not (current is not None and goes_on):
            continue
        parts = words.lstrip().startswith(("其中", "，其中")) or (goes_on and len(words) < 40)
        column = _column_of_parts(current) if current is not None and parts else ""
        if current is not None and not (goes_on and current.is_whole):
            yield from _candidate(text, current, owner)
            current = None
        for record in _read_sentence(text, sentence, owner, _Open(None, column=column) if current is None else current):
            if current is not None and current is not record:
                yield from _candidate(text, current, owner)
            current = record
    if current is not None:
        yield from _candidate(text, current, owner)


def _column_of_parts(whole: _Open) -> str:
    """The column of parts that name none: what was spent of them, wherever that is said of the whole."""
    return "executed" if "executed" in whole.fields else whole.column


def _read_sentence(text: str, sentence: Span, owner: Owner, opened: _Open) -> Iterator[_Open]:
    """The items of a sentence, each once all its amounts so far are in it; ``opened`` is what it may go on with."""
    current = opened
    column = opened.column if not opened.fields else ""
    before = sentence.start
    added: list[_Open] = []
    for quantity in find_quantities(text[sentence.start : sentence.end]):
        number = Span(sentence.start + quantity.span.start, sentence.start + quantity.span.end)
        clause = money_clause(text, before, number.start)
        left = text[clause : number.start]
        before = number.end
        if quantity.dimension == "percent":
            if current.fields and _RATE.search(tidy(left)):
                current.fields.setdefault("rate", piece(text, number))
            continue
        if _ADDED_UP.search(text, max(sentence.start, number.start - _REACH), number.start):
            continue  # 以上五项共计: the amounts before it once more
        among = column or (current.column if current.fields else "")
        bare = bool(among) and _is_bare_part(quantity, left, text[number.end : number.end + 1])
        if not bare and not _is_funding(quantity, left, owner, among):
            continue
        code = money_column(tidy(left), owner.year) or column or _column_of_parts(current) or "executed"
        item = _item(text, clause, number.start)
        if item is None and not current.fields and owner.name is None:
            item = _topic(text, sentence.start, clause)
        if current.fields and item is not None and _ADDED.fullmatch(item.text):
            added.append(_Open(item))  # what was added is no budget of the open item
            _put(text, added[-1], code, quantity, sentence.start)
            continue
        if not (current.fields and (item is None or _same(item, current)) and code not in current.fields):
            current = _Open(item, column=code, literal=_literal(text, clause, number.start))
            column = code if _PARTS.search(text[sentence.start : clause + 4]) or column else ""
        _put(text, current, code, quantity, sentence.start)
        yield current
    yield from added


def _is_funding(quantity: Quantity, left: str, owner: Owner, column: str) -> bool:
    words = re.sub(r"\s+", "", left).rstrip("（(")
    if quantity.dimension.startswith("money") is False:
        bare = quantity.dimension == "none" and quantity.text.endswith(("万", "亿"))
        unitless = quantity.dimension == "none" and quantity.decimals == 2 and owner.about_money
        if not bare and not (unitless and re.search(r"(?:支出|经费|费|金额|预算数?|执行数|决算数)[为是：:]?$", words)):
            return False
    if _NOT_FUNDING.search(words) or _PLANNED.search(words):
        return False
    if not owner.about_money and not column:
        return _BUDGET_WORD.search(words) is not None
    return bool(_MONEY_WORD.search(words)) or bool(column)


def _is_bare_part(quantity: Quantity, left: str, after: str) -> bool:
    """True for an amount without its unit after others that have theirs (``人员经费8万元，公用经费3，``)."""
    if quantity.dimension != "none" or quantity.text.endswith(("万", "亿")) or after not in _STOPS:
        return False
    words = re.sub(r"\s+", "", left).rstrip("（(")
    named = _NAMED_MONEY.search(words) if quantity.decimals != _CENTS else _NAMED.search(words)
    return named is not None and _NOT_FUNDING.search(words) is None and _PLANNED.search(words) is None


def _item(text: str, clause: int, end: int) -> Piece | None:
    """The words before an amount without what tells its column; None where nothing is left."""
    lead = clause + len(text[clause:end]) - len(strip_lead(text[clause:end]))
    start = lead
    for _ in range(3):
        subject = _SUBJECT.match(text, start, end)
        start = subject.end() if subject else start
        start += len(text[start:end]) - len(strip_lead(text[start:end]))
    part = piece(text, Span(start, start + len(_without_column(text[start:end]))))
    if _GENERIC.match(part.text):
        fuller = piece(text, Span(lead, lead + len(_without_column(text[lead:end]))))
        return fuller if fuller.text in (*_OF_PROJECT, "财政拨款") or _WHOLE.match(fuller.text) else None
    return part if 2 <= len(part.text) <= 40 else None


def _without_column(words: str) -> str:
    """The words before an amount without the verb and the column's name at their end (``项目支出全年预算数为``)."""
    for _ in range(3):
        words = _VERBS.sub("", words)
        shorter = _COLUMN_WORDS.sub("", words)
        if shorter == words:
            break
        words = shorter
    return words


def _literal(text: str, clause: int, end: int) -> Piece | None:
    start = clause + len(text[clause:end]) - len(strip_lead(text[clause:end]))
    part = piece(text, Span(start, start + len(_VERBS.sub("", text[start:end]))))
    return part if 2 <= len(part.text) <= 40 else None


def _topic(text: str, start: int, clause: int) -> Piece | None:
    """What the sentence is about, where an amount in a later clause has no item of its own."""
    start += len(text[start:clause]) - len(strip_lead(text[start:clause]))
    match = _TOPIC.match(text, start, clause)
    return piece(text, Span(match.start(1), match.end(1))) if match else None


def _same(item: Piece, record: _Open) -> bool:
    """True where an amount goes on with the open item: the same words, or the whole after amounts without an item."""
    if record.item is None and _WHOLE.match(item.text):
        record.item = item
        return True
    if record.item is None:
        return False
    core = _CORE.sub("", item.text)
    return item.text == record.item.text or (len(core) >= 2 and core in record.item.text)


def _put(text: str, record: _Open, code: str, quantity: Quantity, offset: int) -> None:
    if code in record.fields:
        return
    number = piece(text, Span(offset + quantity.number_span.start, offset + quantity.number_span.end))
    if number.text.endswith(("万", "亿")):  # 三百五十万元: the scale belongs to the unit
        number = piece(text, Span(number.span.start, number.span.end - 1))
    record.fields[code] = number
    record.column = code if code != "prior_executed" else record.column
    unit = re.search(r"(?:百万|万|亿|千)?(?:美元|港元|元)|万|亿", text[number.span.end : offset + quantity.span.end])
    if unit and record.unit is None:
        record.unit = piece(text, Span(number.span.end + unit.start(), number.span.end + unit.end()))


def _candidate(text: str, record: _Open, owner: Owner) -> Iterator[Candidate]:
    item = record.item
    if item is None or (owner.name is not None and item.text in _OF_PROJECT):
        item = owner.name or _total_item(text) or record.literal
    if item is None or not record.fields:
        return
    fields: dict[str, Claim] = {"item": claim(item)}
    fields.update({code: claim(part) for code, part in record.fields.items()})
    if record.unit is not None:
        fields["unit"] = claim(record.unit)
    spans = [part.span for part in record.fields.values()]
    first = min(span.start for span in spans)
    if record.unit is not None:
        spans.append(record.unit.span)
    if 0 <= first - item.span.start < 300:
        spans.append(item.span)
    references = {"evaluation": owner.evaluation}
    yield candidate(RecordKind.FUNDING, references, fields, quote_of(text, spans), "funding.prose")


def _total_item(text: str) -> Piece | None:
    match = _TOTAL_ITEM.search(text)
    return piece(text, Span(match.start(), match.end())) if match else None
