"""What the page and the commands say, in Chinese and in English."""

from __future__ import annotations

from functools import cache

from pipeline.titles import KINDS, STATUSES, field_title
from schemas.records import RecordKind, field_types
from schemas.stages import Status

LANGUAGES = ("zh", "en")

KIND_WORDS: dict[str, tuple[str, str]] = {
    kind.value: (KINDS[kind], english)
    for kind, english in (
        (RecordKind.REPORT, "Report"),
        (RecordKind.EVALUATION, "Evaluation"),
        (RecordKind.FUNDING, "Funding"),
        (RecordKind.GOAL, "Goal"),
        (RecordKind.INDICATOR, "Indicator"),
        (RecordKind.DEVIATION, "Deviation"),
        (RecordKind.REMEDY, "Remedy"),
    )
}

VERDICT_WORDS: dict[str, tuple[str, str]] = {
    "accepted": ("采纳", "accepted"),
    "corrected": ("更正", "corrected"),
    "rejected": ("否定", "rejected"),
    "unsure": ("不确定", "unsure"),
    "undone": ("撤销", "undone"),
    "skipped": ("跳过", "skipped"),
}

REASON_WORDS: dict[str, tuple[str, str]] = {
    "unsure": ("别人不确定", "somebody was unsure"),
    "changed": ("复核后有不同读法", "read otherwise since"),
    "absent": ("原文中找不到", "not in the text"),
    "number_mismatch": ("数字与原文不符", "number differs"),
    "ambiguous": ("出处不唯一", "several places"),
    "checked": ("核对不通过", "failed a check"),
    "unconfirmed": ("只有一种读法读出", "seen by one reader"),
    "disagreed": ("两种读法不同", "readers disagree"),
    "low": ("可信度低", "low confidence"),
    "audit": ("抽查（未标记）", "random audit"),
    "second": ("二次复核", "second review"),
    "review": ("重看", "looked at again"),
}

CHOICE_WORDS: dict[str, tuple[str, str]] = {
    "department": ("整体支出", "department"),
    "project": ("项目支出", "project"),
    "form": ("表格", "form"),
    "narrative": ("正文", "narrative"),
    "indicator": ("指标偏差", "indicator"),
    "budget": ("预算偏差", "budget"),
    "problem": ("存在的问题", "problem"),
    "true": ("是", "yes"),
}

_STATUS_ENGLISH = {
    Status.EXACT: "stands in the text as it is",
    Status.FOLDED: "stands in the text (white space or width differ)",
    Status.NUMBER_MISMATCH: "the text has another number there",
    Status.AMBIGUOUS: "stands in several places",
    Status.ABSENT: "not found in the text",
}

_PAGE: dict[str, tuple[str, str]] = {
    "title": ("字段复核", "Field review"),
    "skip_link": ("跳到字段", "Skip to the field"),
    "paper": ("报告原文", "Report text"),
    "panel": ("待复核字段", "Field to review"),
    "loading": ("正在载入…", "Loading…"),
    "reviewer": ("复核人", "Reviewer"),
    "left": ("待复核", "open"),
    "decided": ("已复核", "decided"),
    "filters": ("筛选", "Filter"),
    "report": ("报告", "Report"),
    "unit": ("单位", "Unit"),
    "kind": ("类别", "Kind"),
    "reason": ("原因", "Reason"),
    "code": ("核对代码", "Finding code"),
    "order": ("次序", "Order"),
    "order_risk": ("最可疑的在前", "riskiest first"),
    "order_report": ("逐份报告", "report by report"),
    "any": ("全部", "any"),
    "clear": ("清除筛选", "Clear"),
    "language": ("English", "中文"),
    "help": ("按键", "Keys"),
    "close": ("关闭", "Close"),
    "value": ("值", "Value"),
    "no_value": ("（没有值）", "(no value)"),
    "whole_record": ("整条记录", "whole record"),
    "status": ("原文核对", "In the text"),
    "confidence": ("可信度", "Confidence"),
    "why": ("为什么要看", "Why look"),
    "other": ("另一种读法", "The other reader has"),
    "nothing_read": ("没有读出", "nothing"),
    "read": ("后来的提取读作", "Read since as"),
    "take": ("采用", "Take it"),
    "record": ("这条记录", "Record"),
    "findings": ("涉及它的矛盾与核对", "Findings that touch it"),
    "show": ("看原文", "Show"),
    "signals": ("可信度依据", "Signals"),
    "history": ("复核历史", "History"),
    "accept": ("采纳", "Accept"),
    "correct": ("更正", "Correct"),
    "reject": ("否定", "Reject"),
    "reject_record": ("否定整条", "Reject record"),
    "unsure": ("不确定", "Unsure"),
    "skip": ("跳过", "Skip"),
    "next": ("下一个", "Next"),
    "previous": ("上一个", "Previous"),
    "undo": ("撤销", "Undo"),
    "next_report": ("下一份报告", "Next report"),
    "evidence": ("回到出处", "Back to the evidence"),
    "pick": ("用键盘在原文里选取", "Pick from the text by keyboard"),
    "image": ("页面图像 / 文字", "Page image / text"),
    "no_image": ("这份报告没有页面图像", "This report has no page images"),
    "focus_filters": ("到筛选", "To the filter"),
    "new_value": ("新值", "New value"),
    "note": ("备注（可不填）", "Note (optional)"),
    "save": ("保存", "Save"),
    "cancel": ("取消", "Cancel"),
    "picked": ("选自原文", "picked from the text"),
    "selected": ("已选中，按 C 更正为它", "selected; press C to correct to it"),
    "confirm": ("确认要用", "Yes, I mean it"),
    "saved": ("已保存", "Saved"),
    "undone": ("已撤销", "Undone"),
    "waiting": ("条还没有发出，连上后自动发送", "not sent yet; will be sent when the connection is back"),
    "offline": ("连接中断", "No connection"),
    "busy": ("数据库正忙，稍候自动重试", "The database is busy; trying again"),
    "done": ("没有待复核的字段了", "Nothing is left to review"),
    "done_filter": ("这个筛选下没有待复核的字段了", "Nothing is left under this filter"),
    "nothing_to_undo": ("没有可撤销的", "Nothing to undo"),
    "no_other_report": ("眼下没有别的报告", "No other report at hand"),
    "ended": ("这个链接已经用过，或登录已失效", "This link was used, or the session has ended"),
    "ended_hint": (
        "请用终端里打印的新链接打开；没有链接时重新运行 extract review。",
        "Open the new link that the terminal prints; run extract review again where there is none.",
    ),
    "audit": ("抽查", "Audit"),
    "error_rate": ("未标记字段的错误率", "Error rate among unflagged fields"),
    "page": ("第", "Page"),
    "page_end": ("页", ""),
    "decided_as": ("已定为", "decided as"),
    "of": ("共", "of"),
    "keys_dead": (
        "打字时按键不起作用；输入框里 Enter 保存，Esc 取消。",
        "No keys while typing; Enter saves, Esc cancels.",
    ),
    "pick_help": (
        "←/→ 移到上一个/下一个数，Shift+←/→ 增减一字，Enter 取用，Esc 退出。",
        "←/→ previous/next number, Shift+←/→ one character more or less, Enter takes, Esc leaves.",
    ),
    "clear_selection": ("不用选取", "Drop the selection"),
    "still": ("仍按我的意见提交", "Submit mine all the same"),
}


@cache
def page_words(language: str) -> dict[str, str]:
    """Everything the page says in one language; ``kind.…``, ``field.…``, ``status.…`` and the like for what varies."""
    place = LANGUAGES.index(language)
    words = {name: pair[place] for name, pair in _PAGE.items()}
    for prefix, table in (
        ("kind", KIND_WORDS),
        ("verdict", VERDICT_WORDS),
        ("reason", REASON_WORDS),
        ("choice", CHOICE_WORDS),
    ):
        words.update({f"{prefix}.{name}": pair[place] for name, pair in table.items()})
    words.update({f"status.{status.value}": (STATUSES[status], _STATUS_ENGLISH[status])[place] for status in Status})
    for kind in RecordKind:
        for name in field_types(kind):
            title = field_title(name, kind) if language == "zh" else name.replace("_", " ").capitalize()
            words[f"field.{kind.value}.{name}"] = title
    return words
