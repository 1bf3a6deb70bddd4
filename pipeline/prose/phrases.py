"""Sentences, clauses and the noun phrases beside a number, for prose as reports write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemas.text import Span

CLAUSE_END = re.compile(r"[，,](?!\d{3}(?!\d))|[。；;！？!?：:]")
_NUMBERED = (
    r"[ \t\u3000]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．](?!\d)|"
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳]|\t|附件|第[一二三四五六七八九十]+)"
)
_SENTENCE = re.compile(rf"[。；;！？!?]|(?<=[：:。])\s*\n|\n(?={_NUMBERED})")
_SENTENCE_STOP = re.compile(r"[。！？!?\n\t]")
_WRAPPED_STOP = re.compile(rf"[。！？!?\t]|\n\s*\n|(?<=[：:；;])\s*\n|\n(?={_NUMBERED})")
_FARTHEST = 400  # characters before a place in which its sentence begins
_SHORT_LINE = 14

_LEAD = re.compile(
    r"^(?:\s|其中|同时|另外|此外|并且|并|且|还|也|以及|及|和|与|共计|共|总计|合计|累计|已经|已|先后|成功|顺利|按时|如期|圆满|全面|积极|大力|"
    r"一年来|全年度|全年|全市|全县|全区|全省|全州|全镇|全乡|全街道|全域|我局|我县|我市|我区|我院|我校|我镇|我委|我办|我单位|我中心|我街道|本年度|本年|当年|今年|年内|截至目前|截止目前|目前|截至|截止|"
    r"一是|二是|三是|四是|五是|六是|七是|八是|[（(]?[一二三四五六七八九十\d]{1,2}[)）][、.．]?|\d{1,2}[、．.](?!\d)|[①-⑳]|"
    r"20\d{2}\s*年度?(?:\s*\d{1,2}\s*[-—－~至]\s*\d{1,2}\s*月份?)?(?:\s*\d{1,2}\s*月(?:\d{1,2}日)?)?(?:底|末|初|以来|期间|全年)?|\d{1,2}\s*[-—－~至]\s*\d{1,2}\s*月份?|"
    r"主要产出和效果[：:]|通过项目实施|通过该项目实施|实现了|实现|完成了|完成|达成|达到|[，,、：:（(])+"
)
_TAIL = re.compile(
    r"(?:\s|达到了|达到|达成|高达|达|为|是|完成了|完成|实现|共计|共|总计|合计|累计|约|近|超过|超|突破|逾|有|增至|增加到|增长到|提高到|提高至|提升到|提升至|下降到|下降至|降至|降低到|降低至|稳定在|保持在|控制在|"
    r"到|至|了|均|分别|各|仅|只有|不低于|不少于|[（(：:])+$"
)
_LIGHT = re.compile(
    r"(?:开展|组织|组织开展|举办|召开|邀请|聘用|聘请|支付|建设|新建|建成|改造|培育|引进|新增|发放|印发|制定|出台|修订|编制|参加|参与|带领|带动|培训|服务|"
    r"建立|成立|搭建|打造|选派|派出|走访|慰问|检查|排查|整改|查处|立案|办理|受理|审核|审批|接待|接收|安置|救助|资助|补助|奖励|评选|推荐|申报|获得|荣获|争取|落实|"
    r"处置|处理|化解|调解|拆除|清理|整治|治理|修复|维修|维护|更新|采购|购置|购买|配备|安装|发布|刊发|发表|报送|撰写|承办|主办|协办|实施|推进|启动|签约|签订|"
    r"设立|创建|命名|认定|培养|招聘|招录|录用|转移|输送|帮扶|结对|覆盖|惠及|受益|涉及|吸引|集中|进行|进一步|再次|又|先后|成功|积极|大力|共|已|为|对|将|使|在|向|从|给|把|让|由|按|等|的|了|出动|开发|"
    r"有效|指导|协助|配合|牵头|会同|联合|同意|投放|植树|种植|栽植|生产|销售|收购|储备|供应|提供|解决|完善|优化|提升|改善|新设|增设|下派|选拔|选聘|表彰|通报|约谈|问责|移送|破获|侦破|抓获|打掉|摸排|录入|采集|登记|发证|颁发|注册|创作|演出|展出|放映|送|建|办|修|铺设|硬化|架设|疏浚|清淤|加固|除险|开工|竣工|投产|落地|到位|归集|征收|追缴|追回|挽回|减免|兑现)+"
)
_NOUN = re.compile(
    r"(?:(?!其中|同比|达到|占)(?:[^，,。；;！？!?：:、（()）]|[（(][^（）()]{1,12}[)）](?=[\u4e00-\u9fff])))+"
)


def split_sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of a passage. A line break inside a sentence (a wrapped line) ends none; one after a short line,
    which is a title, does.
    """
    start = span.start
    for match in _SENTENCE.finditer(text, span.start, span.end):
        yield from _lines(text, Span(start, match.end()))
        start = match.end()
    yield from _lines(text, Span(start, span.end))


def _lines(text: str, span: Span) -> Iterator[Span]:
    """The sentence, with the short lines before it (titles) as sentences of their own."""
    start = span.start
    while (end := text.find("\n", start, span.end)) >= 0:
        line = text[start:end].strip()
        if len(line) > _SHORT_LINE or not _begins_line(text, start):
            break
        if line:
            yield Span(start, end)
        start = end + 1
    if text[start : span.end].strip():
        yield Span(start, span.end)


def _begins_line(text: str, place: int) -> bool:
    while place > 0 and text[place - 1] in " \u3000":
        place -= 1
    return place == 0 or text[place - 1] == "\n"


def strip_lead(words: str) -> str:
    """The words without connectives, dates and light verbs at their beginning."""
    match = _LEAD.match(words)
    return words[match.end() :] if match else words


def strip_tail(words: str) -> str:
    """The words without the verb and hedge that lead over to the number."""
    match = _TAIL.search(words)
    return words[: match.start()] if match else words


def carries_name(words: str, *, has_noun: bool) -> bool:
    """True where the words before a number name what is counted: more than verbs, or nothing follows to do so."""
    bare = re.sub(r"\s+", "", words)
    if len(bare) < 2:
        return False
    light = _LIGHT.match(bare)
    return not has_noun or not (light and light.end() == len(bare))


_ENDS_IN_VERB = re.compile(rf"{_LIGHT.pattern}(?:了|过|起|出|成)?$")
_LIGHT_END = re.compile(r"(?:完成|实现|达到|达成|共|计|为|有)了?$")
_STARTS_WITH_VERB = re.compile(
    r"(?:开展|组织|举办|召开|实现|完成|达到?|用于|参加|参与|增收|就业|脱贫|受益|投入|建成|通过|获得|占|比|较|同比|以上|以下|左右|的(?!标准)|并|和|及|次|均|为|已|进行|接受|享受|得到|落地|入驻|到位|出席|来|在|由|被|对)"
)


def counts_noun(words: str, noun: str) -> bool:
    """True where the number counts the noun after it (``举办30余场苗木展销会``), not the one before it."""
    bare = re.sub(r"\s+", "", words)
    if _STARTS_WITH_VERB.match(noun):
        return False
    return len(bare) < 2 or _ENDS_IN_VERB.search(bare) is not None or len(noun) >= 4


def ends_in_verb(words: str) -> bool:
    """True where the words end in a verb that takes what is counted next as its object."""
    return _ENDS_IN_VERB.search(words) is not None or _LIGHT_END.search(words) is not None


def first_noun_after(right: str) -> str:
    """The words right after a number up to the next stop, if they can name what was counted; else ""."""
    match = _NOUN.match(right)
    words = match[0].strip() if match else ""
    return words if len(re.sub(r"\s+", "", words)) >= 2 else ""


def tight(words: str) -> str:
    """The words without any white space: prose is wrapped anywhere."""
    return re.sub(r"\s+", "", words)


def last_clause(words: str) -> str:
    """The words after the last separator between clauses."""
    ends = [match.end() for match in CLAUSE_END.finditer(words)]
    return words[ends[-1] :] if ends else words


def clause_start(text: str, before: int, start: int) -> int:
    """Where the words that belong to a number begin: after the last separator, or after the number before it."""
    place = before
    for match in CLAUSE_END.finditer(text, before, start):
        place = match.end()
    mark = text.rfind("、", place, start)
    return (
        mark + 1
        if mark >= 0 and place == before and before > 0 and text[before - 1 : before] not in "。；\n"
        else place
    )


def clause_end(text: str, start: int, following: int) -> int:
    """Where the words that belong to a number end: at the next separator, or at the number after it."""
    match = CLAUSE_END.search(text, start, following)
    return match.start() if match else following


def sentence_at(text: str, span: Span) -> Span:
    """The sentence around a span: to the nearest full stop, line end or tab on either side."""
    return _between(_SENTENCE_STOP, text, span)


def wrapped_sentence_at(text: str, span: Span) -> Span:
    """The sentence around a span of prose whose lines may be wrapped anywhere: a lone line end is no end."""
    return _between(_WRAPPED_STOP, text, span)


def _between(stop: re.Pattern[str], text: str, span: Span) -> Span:
    lowest = max(0, span.start - _FARTHEST)
    lowest = max(lowest, text.rfind("。", lowest, span.start) + 1, text.rfind("\t", lowest, span.start) + 1)
    start = lowest
    for match in stop.finditer(text, lowest, span.start):
        start = match.end()
    end = stop.search(text, span.end)
    return Span(start, end.start() if end else len(text))
