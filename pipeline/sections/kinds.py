"""What a section is about, by the words of its heading and by the section above it."""

from __future__ import annotations

import re

from schemas.stages import SectionKind

_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
_MAX_TITLE = 120
_EDGES = '：:。；;，,、*#“”"【】 '

_REMARKS = re.compile(
    r"应用|公开(情况|事项|和|及|$)|其[他它](需要?)?(要?说明|事项|情况|问题|方面|内容|$)|说明的?(事项|情况|问题)"
    r"|链接|附件|审核意见|专家|(评价|自评)(工作|的)?(开展|组织|目的|依据|原则|过程|方法|步骤|对象|程序|范围|人员)"
    r"|(评价|自评|绩效)工作(情况|概况|概述|$)|组织实施|实施及管理|实施和管理|组织管理|组织(情况|过程|领导)"
)
_EXPERIENCE = re.compile(r"经验|做法|启示")
_PROBLEMS = re.compile(
    r"存在(的|主要|突出)*(问题|不足|困难|短板)|问题(及|和|与|、|分析|原因|$)|不足(之处|$)|偏离.*(原因|目标|情况|项目)"
    r"|偏差.*(原因|情况|分析)|未(能)?(完成|达到|实现).*(原因|目标|指标|情况|项目)|困难(和|及|$)"
)
_REMEDIES = re.compile(
    r"(改进|整改|完善|解决|应对|有关|相关|工作)的?(措施|意见|建议|方向|计划|举措|思路|对策|情况)|下一?步|建议"
    r"|努力方向|工作(打算|安排|思路)|(后续|今后|来年|明年).*(工作|计划|安排|打算)|对策|^(主要|具体)?措施$"
)
_RESULTS = re.compile(
    r"绩效|自评(得分|结果|情况|结论|等级|分析)|评价(结论|情况|得分|结果|等级|分析)|(总体|综合|整体)评价|结论$"
    r"|目标.{0,8}(完成|实现|达成|设定|设立|情况|分析|$)|指标.{0,8}(完成|情况|分析|$)|产出|效益|满意度|效果|效应|成效|效率|效能"
    r"|履职|履行|得分|(工作|任务).{0,6}(完成|开展|推进|落实|情况|亮点|成绩)|完成情况|可持续|运行成本|成本(指标|控制)"
    r"|(项目|部门)?(决策|过程)(情况|分析|指标|$)"
)
_MONEY_FIRST = re.compile(
    r"下达|(预算|资金|支出|经费)(的)?(批复|安排|执行|投入|到位|拨付|收支|使用|管理)*(执行|完成|到位|投入|拨付|收支|下达|批复)"
    r"[^，。]{0,8}(情况|分析|效果|$)"
)
_MONEY_TOPIC = re.compile(
    r"(支出|收支|收入|资金|预算|决算|经费|拨款|资本|基金|采购|资产|财务|结余)[^，。；]{0,14}"
    r"(情况|分析|管理|使用|执行|安排|投入|到位|拨付|控制|概况|申报)$|三公|政府性基金|国有资本|社会保险基金|社保基金"
)
_MONEY_WORD = re.compile(r"支出|收支|收入|资金|预算|决算|经费|拨款|采购|资产|财务")
_PROFILE = re.compile(
    r"基本(情况|概况|信息|简介)|概况|概述|简介|职能|职责|机构|编制|人员(情况|构成|配置)|内设|立项|背景|实施主体|重点工作"
)
_DUTIES = re.compile(r"职能|职责")
_LACK = re.compile(r"[不未无难欠缺偏弱低差慢]")
_REMEDIES_ALONE = re.compile(
    r"[^，,。]{0,8}?(改进|整改|完善|解决|有关|相关|意见|政策|工作|对策|下一?步)*[的和及与、]*(措施|建议|意见|打算|计划|方向|对策|思路|安排|整改情况)"
    r"([和及与、]?(有关|相关|意见|工作)?(措施|建议|打算|计划))?"
)
_PROBLEMS_ALONE = re.compile(
    r"(目前|当前|我单位|本单位|本部门|我局|工作|自评|绩效|预算|管理|支出|中|的|主要)*(存在|主要|突出|的)+(问题|不足|困难|短板)"
    r"([及和与、]?(不足|困难|原因|分析|改进|措施|整改|情况))*|问题[及和与]?原因(分析)?|[^，。]{0,12}未(完成|达到)[^，。]{0,12}(目标|指标)[^。]{0,24}"
    r"|[^，。]{0,12}偏离[^，。]{0,8}目标[^。]{0,20}"
)
TOPIC_TAIL = re.compile(
    r"(情况|概况|概述|简述|简介|信息|问题|不足|措施|建议|意见|设置|职责|职能|目标|指标|分析|结论|结果|做法|经验|教训|说明|事项"
    r"|方面|经费|管理|原因|计划|编制|背景|支出|综述|得分|评价|效益|产出|满意度|应用|公开|打算)$"
)
"""What a heading that names a topic ends in, as against one that makes a statement."""


def squash(title: str) -> str:
    """A title without white space, brackets with what they hold, and punctuation at its ends."""
    return _BRACKETS.sub("", _SPACE.sub("", title)).strip(_EDGES)


def topic_kind(title: str) -> SectionKind | None:
    """The kind that the words of a heading name by themselves; ``None`` where they name none."""
    if len(title) > _MAX_TITLE:
        return None
    words = squash(title)
    if words.endswith("表"):
        return SectionKind.OTHER  # an entry of the list of annexes; the forms themselves are known by their tables
    if _EXPERIENCE.search(words) and not re.search(r"问题|不足", words):
        return SectionKind.OTHER
    if _REMARKS.search(words) and not re.search(r"存在|绩效目标|(完成|得分)情况", words):
        return SectionKind.OTHER
    if _PROBLEMS.search(words):
        return SectionKind.PROBLEMS
    if _REMEDIES.search(words) and not re.search(r"(结论|结果)(及|和|与|、)", words):
        return SectionKind.REMEDIES
    if _MONEY_FIRST.search(words) and not re.search(r"绩效(情况|自评|评价|分析|完成)|目标完成|效益", words):
        return SectionKind.FUNDING
    if _RESULTS.search(words):
        return SectionKind.PERFORMANCE
    if _MONEY_TOPIC.search(words):
        return SectionKind.FUNDING
    return SectionKind.PROFILE if _PROFILE.search(words) else None


def top_kind(title: str) -> SectionKind:
    """The kind of a section with nothing above it: by its words, read generously."""
    found = topic_kind(title)
    if found is not None:
        return found
    return SectionKind.FUNDING if _MONEY_WORD.search(squash(title)) else SectionKind.OTHER


def inner_kind(title: str, topic: bool, above: SectionKind, above_title: str) -> SectionKind:
    """The kind of a section under another: inherited unless its heading names a topic of its own.

    ``topic`` tells whether the heading names a topic at all, rather than being an item's leading sentence. Items of a
    list of problems, of remedies or of duties keep their list's kind whatever they speak of.
    """
    words = squash(title)
    over = squash(above_title)
    if not words or (_DUTIES.search(over) and not _RESULTS.search(over)):
        return above
    if above in (SectionKind.PROBLEMS, SectionKind.REMEDIES, SectionKind.OTHER):
        return _strict_kind(words, topic) or above
    if not topic:
        return above
    found = topic_kind(title)
    if found is None or found is SectionKind.PROFILE:
        # an outline of money or results under such a heading still holds money or results
        return above
    if found is SectionKind.PERFORMANCE and above is SectionKind.FUNDING and _MONEY_TOPIC.search(words):
        return found if "绩效" in words or "效益" in words else above
    return found


def _strict_kind(words: str, topic: bool) -> SectionKind | None:
    if _PROBLEMS_ALONE.fullmatch(words):
        return SectionKind.PROBLEMS
    if topic and len(words) <= 16 and _REMEDIES_ALONE.fullmatch(words) and not _LACK.search(words):
        return SectionKind.REMEDIES
    if topic and len(words) <= 16 and (_EXPERIENCE.search(words) or re.search(r"应用|其他需要?说明", words)):
        return SectionKind.OTHER
    return None
