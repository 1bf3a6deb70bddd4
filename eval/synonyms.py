"""Words that reports of this kind use for one another: column headers, row labels, headings; and invented names.

Written from forms of many provinces, apart from the tables that the rules read by, so that the two can disagree.
"""

from __future__ import annotations

HEADERS: tuple[tuple[str, ...], ...] = (
    ("一级指标", "一级目标"),
    ("二级指标",),
    ("三级指标", "三级指标名称", "指标名称", "指标内容", "具体指标"),
    ("年度指标值", "指标值", "目标值", "年初目标值", "年初指标值"),
    ("实际完成值", "全年实际值", "全年完成值", "完成值", "年终完成值"),
    ("分值", "权重"),
    ("得分", "自评得分", "自评分"),
    (
        "偏差原因分析及改进措施",
        "未完成原因分析",
        "未完成原因和改进措施",
        "未完成原因及拟采取的改进措施",
        "偏差原因及改进措施",
    ),
    ("年初预算数", "年初预算"),
    ("全年预算数", "调整预算数", "调整后预算数", "全年(调整)预算数"),
    ("全年执行数", "预算执行数", "执行数"),
    ("执行率", "预算执行率"),
    ("年度总体目标", "总体目标", "年度绩效目标", "年度绩效总目标", "年度整体绩效目标", "总体目标完成情况"),
    ("预期目标", "年初设定目标", "年初绩效目标"),
    ("实际完成情况", "全年目标实际完成情况", "全年实际完成情况", "年度目标完成情况"),
    ("年度资金总额", "资金总额", "年度总金额"),
    ("上年结转资金", "上年结转金额"),
    ("其他资金", "其它资金"),
    ("项目资金", "资金情况", "项目资金申请"),
    ("项目支出名称", "项目名称", "专项名称"),
    ("主管部门", "项目主管单位", "主管部门及代码"),
    ("实施单位", "项目实施单位", "资金使用单位"),
    ("预算部门名称", "部门名称", "单位名称", "预算部门、单位名称"),
    ("总分", "合计"),
)
"""Each line: one column, label or row; any of its words may stand for it (the first is the commonest)."""

LEVEL2 = frozenset({"二级指标"})
NAME = frozenset(HEADERS[2])
TARGET = frozenset(HEADERS[3])
ACTUAL = frozenset(HEADERS[4])
WEIGHT = frozenset(HEADERS[5])
REASON = frozenset(HEADERS[7])
TOTAL = frozenset(HEADERS[23])

HEADINGS: tuple[tuple[str, ...], ...] = (
    ("部门（单位）基本情况", "部门概况", "单位基本概况", "部门基本情况"),
    ("一般公共预算支出情况", "部门整体支出管理及使用情况"),
    ("资金拨付及执行情况", "财政资金收支情况"),
    ("部门整体支出绩效情况", "资金使用及绩效情况", "绩效自评情况", "总体评价和自评得分情况"),
    ("存在的问题及原因分析", "存在的主要问题及原因", "存在问题及原因分析", "存在的问题"),
    ("下一步改进措施", "改进措施", "有关建议", "下一步改进措施及建议"),
)
"""Headings of the report's sections; each line: one kind of section."""

PLACES = ("青禾", "云岭", "白渡", "临溪", "石桐", "望川", "安陂", "东莱", "南霁", "松陵")
DEPARTMENTS = ("水务局", "文旅局", "农业农村局", "民政局", "林业局", "卫生健康局", "科学技术局")
PROJECTS = ("城乡供水", "河道清淤", "古树保护", "乡村阅览室", "山洪预警", "养老助餐", "农机更新", "湿地修复")
"""Invented names for those of a report."""

MORE_PLACES = (
    *("岚溪", "柏川", "澜口", "禾洲", "渌阳", "梧岭", "槐荫", "砚山", "芦港", "枫林", "泉塘", "洛浦"),
    *("雁回", "桐坪", "星渚", "麓南", "汀州", "沅东", "鹿鸣", "霞浦", "竹山", "桑园", "荆台", "蒲圻"),
)
REGIONS = ("县", "区", "市")
OPERATORS = ("计算符号", "指标性质", "指标方向")
UNITS = ("度量单位", "计量单位", "单位")
METHODS = ("得分计算方法", "评分标准", "评价标准")
NOTES = ("备注", "说明")
"""Further invented places, kinds of place, and header words of columns that only some provinces have."""
