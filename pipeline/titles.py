"""What kinds, fields and statuses are called in Chinese, in everything that the user reads."""

from __future__ import annotations

from schemas.records import RecordKind
from schemas.stages import Severity, Status

KINDS: dict[RecordKind, str] = {
    RecordKind.REPORT: "报告信息",
    RecordKind.EVALUATION: "评价对象",
    RecordKind.FUNDING: "资金",
    RecordKind.GOAL: "绩效目标",
    RecordKind.INDICATOR: "绩效指标",
    RecordKind.DEVIATION: "偏差与问题",
    RecordKind.REMEDY: "改进措施",
}

STATUSES: dict[Status, str] = {
    Status.EXACT: "原文逐字相同",
    Status.FOLDED: "原文相同（仅空白、全半角不同）",
    Status.NUMBER_MISMATCH: "原文相应位置的数字不同",
    Status.AMBIGUOUS: "原文多处相同，无法确定出处",
    Status.ABSENT: "原文中找不到",
}

SEVERITIES: dict[Severity, str] = {Severity.ERROR: "错误", Severity.WARNING: "疑点", Severity.INFO: "提示"}

CODES = {
    "RATE": "比率与据以计算的两个数不符",
    "SUM": "各分项之和与合计不符",
    "SCORE_TOTAL": "各项得分之和与总分不符",
    "WEIGHT_TOTAL": "各项分值之和不是 100",
    "SCORE_RATE": "执行率得分与分值×执行率不符",
    "UNMET_FULL_SCORE": "未达目标却得满分",
    "MET_LOW_SCORE": "已达目标却被扣分，未说明原因",
    "CONFLICT": "同一事实有两种说法",
    "UNIT": "缺少单位，或单位不可能成立",
    "FOREIGN_NAME": "写了其他单位的名称",
    "OVER_BUDGET": "支出超过预算，未说明原因",
    "VALUE_NOT_FOUND": "原文中找不到此值",
    "VALUE_DIFFERS": "与原文相应位置的数字不一致",
    "VALUE_AMBIGUOUS": "原文中有多处，无法确定出处",
    "UNIT_DIFFERS": "与原文的单位不一致",
    "ROLE_DIFFERS": "正文中的数另有所指，被当成了别的",
    "INSTRUCTION": "报告里有写给程序的指令",
}
"""What a finding's code means in general, where several checks share it."""

SCOPES = {"department": "整体支出", "project": "项目支出"}

_FIELDS = {
    "unit_name": "单位名称",
    "fiscal_year": "年度",
    "authorized_staff": "编制数",
    "actual_staff": "实际在职人数",
    "no_deviation_declared": "声明无偏离",
    "id": "编号",
    "scope": "范围",
    "name": "名称",
    "total_score": "自评得分",
    "grade": "评价等级",
    "outcome_summary": "完成情况综述",
    "evaluation": "评价对象编号",
    "item": "项目",
    "prior_executed": "上年决算数",
    "initial_budget": "年初预算数",
    "annual_budget": "全年预算数",
    "executed": "全年执行数",
    "rate": "执行率",
    "weight": "分值",
    "score": "得分",
    "unit": "单位",
    "statement": "内容",
    "outcome": "完成情况",
    "origin": "来源",
    "level1": "一级指标",
    "level2": "二级指标",
    "target": "年度指标值",
    "actual": "实际完成值",
    "completion_rate": "完成率",
    "change": "同比变化",
    "deviation_reason": "偏差原因及改进措施",
    "kind": "类别",
    "indicator": "指标",
    "description": "表述",
    "reason": "原因",
    "remedy": "措施",
    "quote": "原文",
}

_COLUMNS = {
    "report": "报告",
    "evaluation_name": "评价对象",
    "confidence": "可信度",
    "flagged": "待复核",
    "flags": "复核原因",
    "reasons": "复核原因",
    "reviewed": "已复核",
    "quote_start": "原文起（字符）",
    "quote_end": "原文止（字符）",
    "span_start": "起（字符）",
    "span_end": "止（字符）",
    "record": "记录序号",
    "record_key": "记录标识",
    "report_id": "文件 SHA-256",
    "extraction_id": "提取编号",
    "code": "代码",
    "severity": "轻重",
    "detail": "说明",
    "about_report": "报告自身矛盾",
    "quotes": "原文",
    "places": "位置（字符）",
    "evidence": "出处",
    "fields": "涉及字段",
    "finding": "序号",
    "field": "字段",
    "value": "值",
    "status": "状态",
    "signals": "可信度依据",
    "path": "文件",
    "reader": "格式",
    "engine": "引擎",
    "version": "版本",
    "records": "记录数",
    "flagged_fields": "待复核字段数",
    "findings": "矛盾与核对数",
    "extracted_at": "提取时间（UTC）",
    "run_id": "运行编号",
    "verdict": "复核结论",
    "reviewer": "复核人",
    "note": "备注",
    "decided_at": "复核时间（UTC）",
    "other": "另一种读法",
    "confirmed": "两种读法都有",
    "task": "任务",
    "message": "情况",
    "heading": "章节",
    "page": "页",
    "gap": "序号",
    "chunk": "分块",
    "model": "模型",
    "calls": "调用次数",
    "failed": "失败次数",
    "input_tokens": "输入 token",
    "cached_tokens": "其中缓存",
    "output_tokens": "输出 token",
    "cost": "花费",
    "currency": "币种",
    "started_at": "开始时间（UTC）",
}

_NUMERIC = (("_yuan", "（元，数值）"), ("_percent", "（%，数值）"), ("_number", "（数值）"), ("_dimension", "（量纲）"))

_SPECIAL = {
    (RecordKind.INDICATOR, "name"): "三级指标",
    (RecordKind.GOAL, "statement"): "预期目标",
    (RecordKind.REMEDY, "statement"): "措施",
}


def field_title(name: str, kind: RecordKind | None = None) -> str:
    """What a field is called, within its kind of record where the kind matters; its own name where it has no title."""
    return _SPECIAL.get((kind, name)) or _FIELDS.get(name, name) if kind else _FIELDS.get(name, name)


def column_title(name: str, kind: RecordKind | None = None) -> str:
    """What a column of a view is called: a field's title, a numeric twin's, or the column's own."""
    for ending, title in _NUMERIC:
        if name.endswith(ending):
            return field_title(name.removesuffix(ending), kind) + title
    if kind is not None and name in _FIELDS:
        return field_title(name, kind)
    return _COLUMNS.get(name) or field_title(name, kind)


CALL_STATES: dict[str, str] = {
    "complete": "完整",
    "empty": "空回答",
    "truncated": "回答被截断",
    "refused": "模型拒答",
    "filtered": "被内容过滤",
    "invalid": "回答不合格式",
    "failed": "没有回答",
}
"""How a call to a model ended."""

REPORT_STATES: dict[str, str] = {"complete": "完整", "partial": "不完整"}
"""Whether everything of a report could be read."""
