"""The words of the forms: which header stands for which field, over provinces, years and kinds of form.

Sources: the forms of 财预〔2020〕10号 and 财预〔2021〕101号 and the provincial forms made after them. A word is looked
up after ``fold_header``: white space, outer marks and trailing brackets such as (A), (B/A), (万元) do not count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"\s+")
_TRAILING_BRACKET = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]?$")
_MARKS = "*★☆●■◆:;,。、.-—_ "
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[(][一二三四五六七八九十\d]{1,3}[)]|\d{1,2}[、.．](?!\d)|[①-⑳])"
)


@lru_cache(maxsize=8192)
def fold_header(text: str) -> str:
    """The word of a header cell as it is looked up: NFKC, without white space, marks and trailing brackets."""
    word = _SPACE.sub("", unicodedata.normalize("NFKC", text)).strip(_MARKS)
    for _ in range(2):
        shorter = _TRAILING_BRACKET.sub("", word).strip(_MARKS)
        if not shorter:
            break
        word = shorter
    return word


def strip_numbering(text: str) -> str:
    """A row's label without its leading number: ``1、公务接待`` is ``公务接待``."""
    return _NUMBERING.sub("", text, count=1)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INDICATOR_COLUMNS: dict[str, frozenset[str]] = {
    "level1": _words("一级指标 一级目标 一级 指标类别 一级指标名称"),
    "level2": _words("二级指标 绩效内容 二级 二级指标名称 二级目标"),
    "name": _words(
        "三级指标 三级指标名称 指标名称 指标内容 具体指标 "
        "三级 三级目标 绩效指标名称 四级指标 指标名称及内容 三级指标内容"
    ),
    "target": _words(
        "年度指标值 指标值 目标值 年初目标值 年初指标值 调整指标值 调整后指标值 绩效目标值 参考标准 绩效标准 预期值 "
        "年度目标值 计划值 预期指标值 全年目标值 计划指标值 年初设定指标值 设定目标值 预期目标值 年度绩效指标值 "
        "全年指标值 计划目标值 指标目标值 年度指标 标准值 年初设定值 调整后目标值 年度计划值"
    ),
    "actual": _words(
        "实际完成值 全年实际值 全年完成值 年终完成值 完成值 "
        "当前完成值 指标完成情况 业绩值 实际值 实际完成情况 完成情况 "
        "全年实际完成值 实际完成指标值 自评完成值 实际完成 年度完成值 实际完成数 指标实际完成值 年末完成值 实现值 "
        "指标完成值 完成指标值 全年完成情况 实际指标值 实际结果 实际达到值"
    ),
    "weight": _words(
        "分值 权重 参考分值 指标权重 权重设定值 指标分值 标准分 满分 分数 标准分值 权重分值 权重分 设定分值"
    ),
    "score": _words("得分 自评得分 自评分 指标得分 评价得分 考评得分 自评分值 实际得分 自评分数 评分 本年得分"),
    "review_score": _words("复核分 财政审核评分 核查分数 复核得分 审核得分 复评得分 复核分数 财政评分 抽查复核得分"),
    "reason": _words(
        "偏差原因分析及改进措施 未完成原因分析 未完成原因 未完成原因和改进措施 未完成原因分析及改进措施 "
        "未完成原因及拟采取的改进措施 未达到指标值原因 偏差原因及改进措施 原因 "
        "说明 备注 扣分原因 偏差原因 偏差原因分析 "
        "扣分原因分析 扣分说明 扣分原因及改进措施 未完成原因说明 偏差分析及改进措施 原因分析 未达标原因 "
        "未达标原因及改进措施 偏离原因 自评扣分原因"
    ),
    "operator": _words("计算符号 指标方向 方向性 符号 比较符号 运算符号"),
    "nature": _words("指标性质 指标类型 指标属性"),  # some forms put the operator here: told apart by the cells
    "unit": _words("度量单位 计量单位 单位 指标单位"),
    "method": _words(
        "得分计算方法 评分标准 评价标准 评价标准及依据 指标解释 指标说明 指标值说明 评分依据 计分方法 评分方法 "
        "评分规则 计算方法 指标解释及评分标准 标准 评分细则 数据来源 佐证材料 评价要点"
    ),
    "completion_rate": _words("完成率 完成比例 指标完成率 完成程度"),
    "other": _words("是否核心指标 数据项1 数据项2 上传附件 序号 得分系数 扣分 核心指标"),
}

INDICATOR_LABELS = _words("绩效指标 绩效指标完成情况 年度绩效指标 指标 绩效指标情况 绩效目标指标")
"""What the merged cell left of an indicator block says."""

FUNDING_COLUMNS: dict[str, frozenset[str]] = {
    "prior_executed": _words("上年决算数 上年支出数 上年执行数 上年实际支出"),
    "initial_budget": _words(
        "年初预算数 年初预算 年初批复预算数 年初批复数 年初预算批复数 预算数 年度预算数 本年预算数 年初安排预算数 "
        "年初预算金额 年初预算安排 预算安排数"
    ),
    "annual_budget": _words(
        "全年预算数 调整预算数 调整后预算数 全年(调整)预算数 "
        "全年调整预算数 全年预算 调整预算 调整后预算 调整后全年预算数 "
        "全年预算金额 预算调整数 全年(调整后)预算数 预算调整后数"
    ),
    "executed": _words(
        "全年执行数 预算执行数 执行数 决算数 全年支出数 实际支出数 实际支出 支出数 实际执行数 全年执行 实际支出金额 "
        "本年决算数 全年实际支出 全年实际支出数 执行金额 全年实际执行数 支出金额 预算执行金额"
    ),
    "rate": _words("执行率 预算执行率 资金执行率 全年执行率 支出率 执行进度 支出进度"),
    "weight": _words("分值 权重 执行率权重 执行率分值 标准分"),
    "score": _words("得分 自评得分 执行率得分 得分(20分*执行率) 自评分"),
    "other": _words(
        "到位数 得分计算方法 原因 资金到位数 到位率 备注 说明 实际到位数 偏差原因 资金到位率 结余数 结转结余"
    ),
}
_YEAR_COLUMN = re.compile(
    r"^(?:(\d{4})年(?:度)?|上年(?:度)?|本年(?:度)?)?(?:\w{0,4}?)(决算|预算|支出|执行)(?:数|金额|额)?$"
)

FUNDING_LABELS = _words(
    "项目资金 项目资金来源 资金情况 年度预算申请 "
    "预算执行情况 部门预算执行情况 项目资金申请 年度部门整体支出规模 资金金额 "
    "资金来源 经费控制情况 预算资金 年度预算执行情况 资金执行情况 部门整体支出 年度资金"
)

GOAL_SET = _words(
    "预期目标 年初设定目标 年初绩效目标 项目年度目标 年度绩效目标 "
    "总体目标 年初预期目标 年初目标 年初设定的目标 设定目标 "
    "年度目标 年初总体目标 预定目标 年初设定绩效目标 "
    "全年绩效目标 年度总体目标 年度总体绩效目标 当年绩效目标 预期绩效目标"
)
GOAL_ADJUSTED = _words("全年(调整)绩效目标 调整后目标 全年调整绩效目标 调整绩效目标 全年(调整)目标")
GOAL_DONE = _words(
    "实际完成情况 年度总体目标完成情况 年度总体目标完成情况综述 全年目标实际完成情况 全年实际完成情况 年度目标完成情况 "
    "整体绩效目标完成情况 目标完成情况 目标实际完成情况 完成情况 绩效目标完成情况 全年完成情况 总体目标完成情况 "
    "年度绩效目标完成情况 年度总体目标实际完成情况 实际完成 绩效目标实际完成情况 已实施情况"
)
GOAL_LABELS = _words(
    "年度总体目标 总体目标 年度绩效目标 年度绩效总目标 当年绩效目标 项目年度目标 项目绩效目标 年度整体绩效目标 "
    "年度总体绩效目标 绩效目标 整体绩效目标 部门整体绩效目标 年度总体目标完成情况 总体目标完成情况 年度目标 "
    "部门年度目标 年度主要目标 项目总体目标 年度绩效目标完成情况 总体绩效目标"
)

PAIR_LABELS: dict[str, frozenset[str]] = {
    "project_name": _words(
        "项目名称 项目支出名称 转移支付项目名称 转移项目名称 转移支付(项目)名称 转移(项目)名称 "
        "专项名称 项目 转移支付名称 专项资金名称 资金名称"
    ),
    "unit_name": _words(
        "预算部门名称 区级预算部门名称 预算部门、单位名称 单位名称 "
        "部门名称 填报单位 部门单位名称 预算单位名称 预算单位 "
        "区级预算部门(单位)名称 部门(单位)名称 部门(单位)全称 自评单位 部门 预算部门(单位)名称 县级预算部门名称 "
        "市级预算部门名称 省级预算部门名称 部门(单位) 填报部门 自评部门 县级预算部门(单位)名称 市级预算部门(单位)名称"
    ),
    "department": _words(
        "主管部门 主管部门及代码 项目主管单位 中央主管部门 "
        "地方主管部门 省级主管部门 市级主管部门 县级主管部门 区级主管部门 "
        "自治区主管部门 归口业务科室 项目主管部门"
    ),
    "implementer": _words("实施单位 项目实施单位 资金使用单位 项目单位 项目实施单位/项目负责人 具体实施单位 承担单位"),
    "total_score": _words("自评总分 自评得分 项目总得分 总得分 自评总得分 总分 综合得分 自评分 评价总分"),
    "grade": _words("评价等级 自评等级 等级 绩效等级 评价结论 自评等次 评价等次 绩效等次 评定等级 结果等级"),
    "other": _words(
        "项目负责人 项目负责人及电话 负责人 部门联系人 联系人 联系电话 填报人 填报日期 部门编码 预算编码 项目编码 "
        "项目属性 项目类别 项目类型 评价类型 评价层次"
    ),
    "money_unit": _words("单位 金额单位 资金单位 计量单位"),
    "problems": _words(
        "存在问题 存在的问题 主要问题 存在的主要问题 存在问题及原因 问题 存在的问题及原因分析 存在的问题及原因"
    ),
    "remedies": _words(
        "改进措施 改进措施及结果应用方案 下一步改进措施 下步改进措施 整改措施 有关建议 下一步措施 下一步工作措施 建议 "
        "下一步改进计划 改进措施及建议 下一步工作打算 改进建议"
    ),
    "conclusion": _words("自评结论 总体评价 综合评价 总体结论"),
    "deviation": _words(
        "偏差大或目标未完成原因分析 未能完成原因 偏差原因 目标未完成原因分析 未完成原因分析 未完成原因"
    ),
}

TOTAL_ROW = _words(
    "总分 合计 总计 总得分 自评总分 合计得分 总分合计 得分合计 总分值 合计总分 总评分 综合得分 自评得分 评分合计"
)
GRADES = _words("优 良 中 差 优秀 良好 合格 不合格 中等 较好 一般")

STAFF_COLUMNS: dict[str, frozenset[str]] = {
    "authorized_staff": _words("编制数 编制人数 核定编制数 编制 核定编制"),
    "actual_staff": _words("实际在职人数 在职人数 实有人数 实际在编人数 在职人员 实际人数 实有在职人数 在编人数"),
    "rate": _words("控制率 在职人员控制率 人员控制率"),
}
_STAFF_YEAR = re.compile(r"^\d{4}年(?:末|底|度|年末)?")

LEVEL1 = re.compile(
    r"^(?:产出|效益|效果|满意度|成本|投入|过程|决策|管理|履职|特性|运行成本|项目|部门|可持续|社会效应|综合|服务对象满意|绩效)"
)
LEVEL2 = re.compile(r"(?:数量|质量|时效|成本|效益|影响|满意度|效率|管理|执行|配置|设定|完成|环境|经济|社会|生态)")


@lru_cache(maxsize=8192)
def indicator_column(text: str) -> str | None:
    """The code of an indicator form's column by its header, or ``None``."""
    return _column(fold_header(text), INDICATOR_COLUMNS, _GUESSES)


@lru_cache(maxsize=8192)
def funding_column(text: str, fiscal_year: int | None) -> str | None:
    """The field of a funding block's column by its header, years read relative to the fiscal year."""
    word = fold_header(text)
    code = _column(word, FUNDING_COLUMNS, _FUNDING_GUESSES)
    if code or len(word) > 14:
        return code
    match = _YEAR_COLUMN.match(word)
    if match is None:
        return None
    earlier = word.startswith("上年") or (
        match[1] is not None and fiscal_year is not None and int(match[1]) < fiscal_year
    )
    if match[2] == "预算":
        return None if earlier else "initial_budget"
    return "prior_executed" if earlier else "executed"


@lru_cache(maxsize=8192)
def staff_column(text: str) -> str | None:
    """The code of a column of the staffing block, or ``None``."""
    return _column(_STAFF_YEAR.sub("", fold_header(text)), STAFF_COLUMNS, ())


@lru_cache(maxsize=8192)
def pair_label(text: str) -> str | None:
    """The code of a label cell whose value stands beside it, or ``None``."""
    if len(text) > 40:
        return None
    return _column(strip_numbering(fold_header(text)), PAIR_LABELS, ()) or _column(
        _SPACE.sub("", unicodedata.normalize("NFKC", text)).strip(_MARKS), PAIR_LABELS, ()
    )


_FUNDING_GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("annual_budget", re.compile(r"^(?:\w{0,4})(?:全年|调整)[^率]{0,8}预算[^率]{0,3}$")),
    ("initial_budget", re.compile(r"^(?:\w{0,4})年初[^率]{0,6}预算[^率]{0,3}$")),
)
_GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("reason", re.compile(r"原因|改进措施|偏差")),
    ("level1", re.compile(r"^一级")),
    ("level2", re.compile(r"^二级")),
    ("name", re.compile(r"^三级|指标名称$")),
    ("review_score", re.compile(r"(?:复核|审核|核查|财政|评价组|抽查).{0,4}(?:分|得分|评分)$")),
    ("score", re.compile(r"得分$|自评分$")),
    ("actual", re.compile(r"(?:实际|完成).{0,6}(?:值|情况)$")),
    ("target", re.compile(r"(?:指标|目标|计划|预期).{0,3}值$")),
    ("weight", re.compile(r"分值|权重")),
)


def _column(
    word: str, columns: dict[str, frozenset[str]], guesses: tuple[tuple[str, re.Pattern[str]], ...]
) -> str | None:
    for code, words in columns.items():
        if word in words:
            return code
    if 2 <= len(word) <= 20:
        for code, pattern in guesses:
            if pattern.search(word):
                return code
    return None
