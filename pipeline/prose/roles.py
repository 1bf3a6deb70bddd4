"""What a number in prose says, by the words around it: a result, its target, its rate, its change, or none of them.

``ROLES`` is tried in order; the first rule that holds gives the number its role.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.prose.phrases import CLAUSE_END, ends_in_verb, strip_lead
from pipeline.quantities import Quantity


class Role(StrEnum):
    """What a number says."""

    ACTUAL = "actual"
    TARGET = "target"
    COMPLETION = "completion_rate"
    CHANGE = "change"
    CHANGE_OF_OWN = "change_of_own"  # with a measure of its own before it
    ATTRIBUTE = "attribute"  # part of the name of what the next number counts
    EARLIER = "earlier"  # the value that the next number is compared with
    LAST_YEAR = "last_year"  # an earlier year's figure that stands by itself
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Setting:
    """A number with the words around it, white space left out.

    ``left`` are those of its own clause, ``since`` those since the number before it, ``right`` those up to the next
    stop or number, ``until`` all up to the next number, ``clause`` all of its clause before it, numbers included;
    ``open_record`` tells that the sentence has a result already, ``more`` that more numbers follow.
    """

    quantity: Quantity
    left: str
    since: str
    right: str
    until: str
    clause: str
    open_record: bool
    more: bool

    @property
    def percent(self) -> bool:
        """True for a number that may be a rate or a change."""
        return self.quantity.dimension in ("percent", "permille", "percentage_point", "multiple")


_YEAR = r"(?:上年|去年|上一年|前年|20[0-9][0-9]年)(?:度|同期)?"
_VERB = (
    r"(?:增长率|下降率|增长|下降|增加|减少|上升|提高|提升|降低|回落|增幅|降幅|增速|涨幅|翻|负增长|压减|压缩|下滑|缩短|"
    r"节约|节省|扩大|下调|上调|[略微][升降增减])"
)
CHANGE = re.compile(
    rf"(?:(?:与|比|较|同)?{_YEAR}(?:相比)?|同比|环比|年均|同口径|名义|可比口径)?[，,]?\s*(?:同比|环比|累计|净|实现|分别)*\s*"
    rf"{_VERB}(?:了|达|为|幅度|约|近|超|逾|超过|高达|幅度为|幅度达|比例)*\s*[（(]?\s*$|"
    rf"(?:较|比){_YEAR}(?:净|多|少|新)?[增减升降多少高低]\w{{0,2}}\s*$|[是为]{_YEAR}的\s*$"
)
_COMPARED = re.compile(rf"同比|环比|(?:比|较|同|与){_YEAR}")
_PLAN = r"(?:任务|目标|计划|指标|考核|进度|年初|责任)"
_TARGET_BEFORE = re.compile(
    rf"(?:{_PLAN}(?:任务|目标|计划)?(?:数|值|额|量)?|任务数|目标值|计划数)(?:为|是|即|要求|定为|的|[:：])?[（(]?$"
)
_STATED_TARGET = re.compile(
    r"(?:[（(](?:年度|年初)?(?:目标|任务|计划)|目标值|计划值|指标值|年初目标|年度目标|目标任务|任务数|控制目标|考核线|目标线|标准线|"
    r"(?:高于|低于|超过|超出|未达到?|不及|比|较)[^，。；]{0,8}(?:目标|标准|要求))(?:为|是|[:：])?[（(]?$"
)
_ACTUAL_FOLLOWS = re.compile(r"[，,；;]实际(?!到位|使用|利用|投资|支出|发放|拨付|缴)[\u4e00-\u9fff]{0,6}")
_TARGET_AFTER = re.compile(r"的?[^，。；、\d（(]{0,6}(?:任务|目标|计划|指标|红线|要求|标准)")
_OF_TARGET = re.compile(r"(?:^|[）)])的?(?:年度|全年)?(?:目标|任务|计划|指标)*(?:数|值)*的$")
_COMPLETION = re.compile(
    r"(?:完成(?:了)?|占|为|是|相当于|达到?|达成|超额完成|实现)[^，。；]{0,16}(?:任务|目标|计划|指标)[^，。；\d]{0,10}的?$|"
    r"(?:完成率|完成比例|完成进度|进度|目标完成率|任务完成率)(?:为|达|达到|约|是)?[（(]?$|(?:超额|超)完成(?:目标|任务)?$"
)
_OF_PLAN = re.compile(r"(?:完成|占|为|是|相当于|达)[^，。；]{0,12}(?:任务|目标|计划)[^，。；]{0,6}\d[^，。；]{0,10}的$")
_PLAN_FILLER = re.compile(
    r"完成|实现|达到|超过|超额|高于|低于|年度|全年|年初|[年省市县区州镇]|下达|分解|设定|确定|[定设]|预期|考核|目标|任务|"
    r"计划|指标|责任|[数值额的为是（(原既]|上级|比|较"
)
_EARLIER = re.compile(
    r"(?:上年|去年|上一年度?|上年度|同期|往年|20\d\d年)(?:度|同期|底|末)?(?:的|为|是|仅|仅为|只有|数|值|共)*$"
)
_EARLIER_YEAR = re.compile(
    r"(?:其中)?[，,]?(?:上年|去年|上一年|前年)度?(?!同期|相比|[^，。；]{0,12}(?:增|减|升|降|高|低|结转))"
)
_FROM = re.compile(r"(?:由|从)(?:上年|去年|年初|原来|之前|20\d\d年)?(?:度|同期|底|末)?的?$")
_PLANNED = re.compile(
    r"预计|计划(?:总)?投资|拟|力争|争取|将(?:达|实现|完成|新增|建)|有望|(?<![按照])计划(?:再|新|引进|签约|招|投入|建|实施|安排|在|于|完成(?!率))|明年|下一年|下年|"
    r"概算|估算|匡算|年内要|目标是"
)
_MONEY = re.compile(
    r"预算|支出|经费|决算|拨款|结余|结转|执行数|执行$|三公|涉及资金|专项资金|工资|下达|指标文|财政(?:资金|投入|补助|安排)|"
    r"接待费|维护费|差旅|会议费|培训费|采购金额|上缴|(?:[全本]\w{0,2}总|医疗|其他|事业|本年|年度|非税|经营|财政)收入|资产(?:总额|合计|原值)|拨付"
)
_BUDGET_RATE = re.compile(
    r"(?:预算|资金|支出|经费)[^，。；]{0,8}(?:执行率|完成率|支付率|使用率|支出率)|执行率|预算完成|"
    r"(?:完成|占)[^，。；]{0,16}(?:预算|支出总额|总支出|支出)的?$"
)
_SCORE = re.compile(r"得分|评分|分值|扣分?|自评|权重|满分|加分")
_NO_RESULT = re.compile(
    r"(?:未发生|未出现|差距|缺口|(?:做法|特点|经验|原因|问题)有|超(?:出|过)?(?:年度|全年|[市州省县]定)?(?:目标|任务|计划)(?:任务|数)?|没有|无一|不足|原因[^，。；]{0,20}|较(?:年初|年度)?(?:目标|计划|任务)[^，。；]{0,4}(?:少|多|低|高)|"
    r"(?:设定|设立|制定|编制|共|绩效)[^，。；]{0,8}(?:目标|指标)(?:共|共计|为)?)$"
)
_ABOVE_OTHERS = re.compile(
    r"(?:高于|低于|高出|超出|超过|领先|比)[^，。；\d]{0,10}(?:平均|水平|全省|全市|全国|全州)[^，。；\d]{0,6}$|^[低高多少]$"
)
_BARE_CHANGE = re.compile(rf"(?:比|较|与)?(?:{_YEAR})?(?:相比)?(?:同比|净)?{_VERB}(?:了|额|幅度?)?")
_GROWTH_RATE = re.compile(r"(?:增速|增幅|涨幅|增长率)(?:为|达到?)?$")
_STAFF = re.compile(
    r"编制|在职|在编|在岗|退休|离休|内设|下设|股室|科室|二级机构|所属(?:事业)?单位|领导(?:班子|职数)|聘用人员|临聘"
)
_COMPARED_TO = re.compile(r"超过|高于|低于|超出|控制在|未达|达到|不及|不超过|比|较")
_SHARE = re.compile(r"(?:约|仅|均)?占")
_TIME_MATTERS = re.compile(r"时间|天数|时限|时长|缩短|压缩|工期|平均|办结|周期|提速")
_INCLUDED = re.compile(r"[（(](?:含|包括|包含)[^（()）]{0,12}$")
_FEW = "一二两三四五六七八九"


def role_of(setting: Setting) -> Role:
    """The role of a number, by the first of ``ROLES`` that holds; a result where none does."""
    return next((role for role, holds in ROLES if holds(setting)), Role.ACTUAL)


def _is_no_measure(s: Setting) -> bool:
    return (
        s.quantity.dimension == "none"
        or _is_score(s)
        or s.quantity.unit == "届"
        or _INCLUDED.search(s.since) is not None
    )


def _is_score(s: Setting) -> bool:
    return s.quantity.unit == "分" and "满意度" not in s.left


def _is_attribute(s: Setting) -> bool:
    joined = bool(s.right) and not CLAUSE_END.match(s.right)
    return s.quantity.text.endswith(("以上", "以下", "以内")) and joined and s.more and not CLAUSE_END.search(s.right)


def _is_no_result(s: Setting) -> bool:
    if s.quantity.dimension == "percentage_point" and _ABOVE_OTHERS.search(s.left):
        return True
    return not s.percent and _NO_RESULT.search(s.left) is not None


def _is_elsewhere(s: Setting) -> bool:
    """Plans, scores and staff are no results of the year."""
    scored = _SCORE.search(s.left[-12:]) is not None and "满意度" not in s.left
    return scored or bool(_PLANNED.search(s.left) or _STAFF.search(s.left[-14:]))


def _is_plain_time(s: Setting) -> bool:
    return s.quantity.dimension == "time" and not _TIME_MATTERS.search(s.left)


def _change_subject(s: Setting) -> str | None:
    """The words before the verb of a change; None where there is none, or a growth rate is the measure itself
    (``工业增加值增速为9.2%``).
    """
    match = CHANGE.search(s.left)
    if match is None or not (s.percent or s.open_record or _COMPARED.search(s.left)):
        return None
    subject = strip_lead(s.left[: match.start()])
    return None if _GROWTH_RATE.search(s.left) and len(subject) >= 4 else subject


def _is_change_of_own(s: Setting) -> bool:
    subject = _change_subject(s)
    return subject is not None and len(subject) >= 4


def _is_change(s: Setting) -> bool:
    return _change_subject(s) is not None


def _is_target(s: Setting) -> bool:
    if s.more and _ACTUAL_FOLLOWS.fullmatch(s.until):
        return True
    if _STATED_TARGET.search(s.left) and (s.open_record or s.more):
        return True
    if s.open_record and s.left.endswith("控制在") and s.quantity.comparator == "≤":
        return True
    return (
        s.open_record
        and _TARGET_AFTER.match(s.right) is not None
        and (_COMPARED_TO.search(s.left + s.quantity.text) is not None)
    )


def _is_completion(s: Setting) -> bool:
    if not s.percent:
        return False
    told = _COMPLETION.search(s.left) or _OF_TARGET.search(s.since)
    return (s.open_record and told is not None) or _OF_PLAN.search(s.clause) is not None


def _is_budget_rate(s: Setting) -> bool:
    return s.percent and _BUDGET_RATE.search(s.left) is not None


def _is_other_target(s: Setting) -> bool:
    """A target told by its own clause (``完成州定任务23亿元的…``), unless that clause names another measure."""
    if s.percent or not (s.open_record or s.more):
        return False
    if _TARGET_BEFORE.search(s.left):
        own = len(_PLAN_FILLER.sub("", strip_lead(s.left))) >= 4
        return not (own and s.open_record)
    return s.open_record and _TARGET_AFTER.match(s.right) is not None


def _is_from(s: Setting) -> bool:
    return s.more and _FROM.search(s.left) is not None


def _is_of_last_year(s: Setting) -> bool:
    return bool(_EARLIER.search(s.left) or _EARLIER_YEAR.match(s.left))


def _is_share(s: Setting) -> bool:
    return s.open_record and _SHARE.match(strip_lead(s.left)) is not None


def _is_money(s: Setting) -> bool:
    return s.quantity.dimension == "money:CNY" and _MONEY.search(s.left + s.right[:6]) is not None


def _is_bare_change(s: Setting) -> bool:
    """``减少0.38万元`` with nothing before it that it could be a change of."""
    return not s.open_record and _BARE_CHANGE.fullmatch(s.left.strip("（(")) is not None


def _is_article(s: Setting) -> bool:
    """``一家企业即…``: a small numeral that no verb leads to is no count of a result."""
    small = s.quantity.text[:1] in _FEW and len(s.quantity.text) == 2
    return small and bool(s.right) and not CLAUSE_END.match(s.right) and not ends_in_verb(s.left)


ROLES: tuple[tuple[Role, Callable[[Setting], bool]], ...] = (
    (Role.SKIP, _is_no_measure),
    (Role.ATTRIBUTE, _is_attribute),
    (Role.SKIP, _is_no_result),
    (Role.SKIP, _is_elsewhere),
    (Role.SKIP, _is_plain_time),
    (Role.SKIP, _is_bare_change),
    (Role.CHANGE_OF_OWN, _is_change_of_own),
    (Role.CHANGE, _is_change),
    (Role.TARGET, _is_target),
    (Role.COMPLETION, _is_completion),
    (Role.SKIP, _is_budget_rate),
    (Role.TARGET, _is_other_target),
    (Role.EARLIER, _is_from),
    (Role.LAST_YEAR, _is_of_last_year),
    (Role.SKIP, _is_share),
    (Role.SKIP, _is_money),
    (Role.SKIP, _is_article),
)
