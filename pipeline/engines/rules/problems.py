"""Problems (存在的问题) and remedies (改进措施, 建议) by item, and budgets that departed from the plan for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.engines.rules.causes import departure_record, find_departures
from pipeline.engines.rules.claims import candidate, claim, cut_long, piece, quote_of, trim_end
from pipeline.engines.rules.items import FAULT, META, Item, list_items, paragraphs, split_heading
from pipeline.forms.grid import is_blank
from pipeline.forms.reading import Form
from schemas.outline import children, subtree, title_start
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, Section, SectionKind
from schemas.text import Document, Span

_OF_CAUSE = re.compile(r"(?P<what>[^。；;\n]{4,60}?)的?(?:主要)?原因(?:为|是|在于|如下|分析)*\s*[:：]?\s*(?P<why>\S)")
_OPENED_CAUSE = re.compile(r"(?P<what>[^。；;\n]{4,60}?)的?(?:主要)?原因(?:为|是|如下|有)*\s*[:：]\s*$")
_BUDGET = re.compile(r"预算|支出|执行率|资金|经费|结余|结转|决算")
_DEPARTED = re.compile(
    r"高于|低于|超(?:出|过|支)|未(?:纳入|完成|执行|使用|支付)|不足|偏(?:低|高|差|离)|差异|结余|较(?:低|高|大)|增加|减少|滞后|缓慢"
)
_NOTHING = re.compile(
    r"无偏离|^(?:无|没有|暂无|不存在)[^，]{0,12}$|未(?:出现|发现|发生).{0,24}(?:偏离|问题)|不存在.{0,16}(?:问题|偏离)|没有.{0,10}问题"
)
_PROJECT = re.compile(r"(?:项目|资金|经费|专项|工程|补助|补贴)$")
_UNMET = re.compile(r"未(?:能)?(?:达到?|完成|实现)|低于|不及|超过|高于|没有(?:达到|完成)")
_INLINE_REMEDY = re.compile(r"(?:下一步)?(?:改进|整改)(?:措施|方案|意见)\s*[:：]|下一步(?:工作)?(?:打算|措施)?\s*[:：]")
# 针对以上问题，下一步将从三个方面改进：一是…, a paragraph of its own under the problems
_TURN = re.compile(
    r"(?<=\n)[ \t\u3000]*(?:针对(?:上述|以上|这些|存在的?)[^。；：:\n]{0,10}(?:问题|不足|情况)|下一步)"
    r"[^。；：:\n]{0,40}[：:，,。]"
)


def read_problems(document: Document, sections: Sequence[Section], evaluation: str) -> Iterator[Candidate]:
    """A deviation of kind problem for each item of the sections about problems."""
    for top in _tops(sections, SectionKind.PROBLEMS):
        for item in _items(document.text, sections, top, SectionKind.PROBLEMS):
            yield from _problem(document.text, item, evaluation)


def read_remedies(document: Document, sections: Sequence[Section]) -> Iterator[Candidate]:
    """A remedy for each item of the sections about remedies, and of the list that ends a section about problems."""
    for top in _tops(sections, SectionKind.REMEDIES):
        for item in _items(document.text, sections, top, SectionKind.REMEDIES):
            yield from _remedy(document.text, item)
    for section in sections:
        body = _body(document.text, section)
        turn = _turn(document.text, body) if section.kind is SectionKind.PROBLEMS else None
        if turn is not None:
            for item in list_items(document.text, Span(turn.end, body.end)):
                yield from _remedy(document.text, item)


def _remedy(text: str, item: Item) -> Iterator[Candidate]:
    statement = cut_long(text, item.heading or item.span)
    if len(statement.text) < 4 or _NOTHING.search(statement.text[:30]):
        return
    quote = quote_of(text, [statement.span])
    yield candidate(RecordKind.REMEDY, {}, {"statement": claim(trim_end(statement))}, quote, "remedies.item")


def _turn(text: str, body: Span) -> Span | None:
    """Where a passage about problems turns to a list of what will be done about them."""
    for match in _TURN.finditer(text, body.start, body.end):
        if any(True for _ in list_items(text, Span(match.end(), body.end))):
            return Span(match.start(), match.end())
    return None


def _tops(sections: Sequence[Section], kind: SectionKind) -> Iterator[Section]:
    """The sections of a kind whose parent is of another, so that each stretch of text is read once."""
    for section in sections:
        if section.kind is kind and (section.parent is None or sections[section.parent].kind is not kind):
            yield section


def _items(text: str, sections: Sequence[Section], top: Section, kind: SectionKind) -> Iterator[Item]:
    below = [section for section in children(sections, top.index) if section.kind is kind]
    own = _body(text, top)
    turn = _turn(text, own) if kind is SectionKind.PROBLEMS else None
    if turn is not None:
        own = piece(text, Span(own.start, turn.start)).span
    opened = _OPENED_CAUSE.search(text, own.start, own.end)
    if opened and below:  # …的原因为： followed by a numbered list
        before = Span(own.start, opened.start())
        yield from paragraphs(text, before)
        yield Item(piece(text, Span(opened.start("what"), subtree(sections, top.index).end)).span, None, None)
        return
    if below:
        yield from (item for item in list_items(text, own) if len(below) < 2)
        for section in below:
            if _holds_items(text, sections, section):
                yield from _items(text, sections, section, kind)
            else:
                yield _section_item(text, sections, section)
        return
    listed = list(list_items(text, own))
    yield from listed or paragraphs(text, own)


def _holds_items(text: str, sections: Sequence[Section], section: Section) -> bool:
    """True where a section is no item but a list of them: （二）存在的问题, or a project's name above its own list."""
    if META.search(section.title) and len(section.title) < 16:
        return True
    own = _body(text, section)
    listed = len(children(sections, section.index)) or len(list(list_items(text, own)))
    bare = not text[own.start : own.end].strip()
    return listed > 0 and (bare or _PROJECT.search(section.title) is not None) and not FAULT.search(section.title)


def _body(text: str, section: Section) -> Span:
    start = section.heading.end if section.heading else section.span.start
    return piece(text, Span(min(start, section.span.end), section.span.end)).span


def _section_item(text: str, sections: Sequence[Section], section: Section) -> Item:
    """A subsection as an item: its title is the heading, whatever stands below it the details."""
    whole = subtree(sections, section.index)
    heading = section.heading or section.span
    return split_heading(text, piece(text, Span(title_start(text, section), whole.end)).span, heading.end)


def _problem(text: str, item: Item, evaluation: str) -> Iterator[Candidate]:
    whole = piece(text, item.span)
    if len(whole.text) < 80 and _NOTHING.search(whole.text):
        return
    departure = next(find_departures(text, item.span), None)
    if departure is not None and departure.what.start == whole.span.start and _UNMET.search(text, *departure.what):
        kind = "budget" if _BUDGET.search(text, *departure.what) else "indicator"
        yield departure_record(text, departure, kind, evaluation)
        return
    end = item.span.end
    remedy = _INLINE_REMEDY.search(text, item.span.start, item.span.end)
    if remedy and remedy.start() > item.span.start + 4:
        end = remedy.start()
    fields: dict[str, Claim] = {}
    kind = "problem"
    caused = _OF_CAUSE.match(text, item.span.start, end)
    if caused and _BUDGET.search(caused["what"]) and _DEPARTED.search(caused["what"]):
        kind = "budget"
        fields["description"] = claim(piece(text, Span(caused.start("what"), caused.end("what"))))
        fields["reason"] = claim(cut_long(text, Span(caused.start("why"), end)))
    else:
        fields["description"] = claim(cut_long(text, item.heading or Span(item.span.start, end)))
        if item.details is not None and item.details.start < end:
            fields["reason"] = claim(cut_long(text, Span(item.details.start, end)))
    if remedy and end < item.span.end:
        fields["remedy"] = claim(cut_long(text, Span(remedy.end(), item.span.end)))
    references = {"evaluation": evaluation, "kind": kind}
    yield candidate(RecordKind.DEVIATION, references, fields, quote_of(text, [whole.span]), "problems.item")


def read_cell_problems(text: str, form: Form, evaluation: str) -> Iterator[Candidate]:
    """Problems and remedies that stand in the form's own rows (存在问题, 改进措施)."""
    for pair in form.pairs:
        if is_blank(pair.value.text) or pair.code not in ("problems", "remedies", "deviation"):
            continue
        items = list(list_items(text, pair.value.span)) or list(paragraphs(text, pair.value.span))
        for item in items or [Item(pair.value.span, None, None)]:
            if pair.code == "remedies":
                statement = trim_end(cut_long(text, item.heading or item.span))
                if not _NOTHING.search(statement.text[:30]):
                    quote = quote_of(text, [statement.span])
                    yield candidate(RecordKind.REMEDY, {}, {"statement": claim(statement)}, quote, "remedies.cell")
            else:
                yield from _problem(text, item, evaluation)
