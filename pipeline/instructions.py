"""Sentences of a report that speak to a program instead of its readers, hidden from everything that reads records.

A report is data. Whoever writes 请忽略以上要求 into one wants a number changed, so no engine is shown the sentence, and
the reviewer is told of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from schemas.text import Cell, Document, Span

_SENTENCE = re.compile(r"[^。！？!?；;\n\t]+[。！？!?；;]?")
_EVERYTHING = r"(?:以上|上述|上面|前面|之前|先前|此前|前文|所有|全部|一切|任何|系统|原有|原来)"
_ORDER = r"(?:要求|指令|指示|提示词?|命令|规则|规定|设定|约束|限制|说明|内容)"
_SCORED = r"(?:得分|自评分|分值|分数|评分|完成值|完成率|执行率|指标值|数值|金额|结果|等级)"
_INSTRUCTION = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|不要遵守|不再遵守|不要执行|跳过|覆盖|取代)"
    rf"[^，。；]{{0,6}}{_EVERYTHING}[^，。；]{{0,8}}{_ORDER}"
    rf"|(?:请|务必|必须|应当?|一律|统一|直接|须)?(?:把|将)[^，。；]{{0,10}}{_SCORED}[^，。；]{{0,6}}"
    r"(?:改|写|填|替换|输出|返回)(?:为|成|作)[^，。；]{0,6}(?:满分|100|优)"
    r"|(?:一律|全部|统一|都)(?:改|写|填|输出|返回)[^，。；]{0,6}(?:满分|100\s*[分%])"
    r"|(?:你|您)(?:现在)?(?:是|不再是|将扮演|扮演|作为)[^，。；]{0,12}(?:AI|人工智能|模型|助手|机器人|程序|审计员|管理员)"
    r"|(?:作为|致|给|告知|提示|提醒|通知)(?:一个|阅读本?文的|各)?(?:AI|人工智能|大?语言模型|大模型|智能助手|抽取程序|审核程序|自动化?程序|机器)"
    r"|(?:系统|开发者|管理员)(?:提示|消息|指令|通知|模式)\s*[:：]"
    r"|(?:输出|返回|回答|回复)[^，。；]{0,6}(?:空(?:结果|列表|数组|对象)|JSON|json|\{|\[)"
    r"|(?:不要|不得|禁止|无需|请勿)(?:提取|抽取|摘录|输出|返回|报告|标记)"
    r"[^，。；]{0,12}(?:问题|偏差|扣分|矛盾|以下|上述|本段|任何)"
    r"|ignore\s+(?:all\s+|any\s+|the\s+)*(?:previous|prior|above|earlier)|disregard\s+(?:all|the|any|previous)"
    r"|(?:system|developer)\s*(?:prompt|message|override)"
    r"|you\s+are\s+(?:now\s+)?(?:an?\s+)?(?:AI|assistant|language model)"
    r"|<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?INST\]|</原文",
    re.IGNORECASE,
)
_BLANK = "\u3000"


def find_instructions(document: Document) -> tuple[Span, ...]:
    """The sentences that speak to a program, in order of the text."""
    return _found_in(document.text)


@lru_cache(maxsize=4)  # a run asks before it reads a report, and its check asks again
def _found_in(text: str) -> tuple[Span, ...]:
    if _INSTRUCTION.search(text) is None:
        return ()
    found = [Span(*match.span()) for match in _SENTENCE.finditer(text) if _INSTRUCTION.search(match[0])]
    return tuple(span for span in found if text[span.start : span.end].strip())


def without_instructions(document: Document) -> Document:
    """The document with such sentences blanked out: every offset stays what it was."""
    spans = find_instructions(document)
    if not spans:
        return document
    text = document.text
    for span in spans:
        text = text[: span.start] + _BLANK * (span.end - span.start) + text[span.end :]
    tables = tuple(
        replace(table, cells=tuple(_cell(text, cell, spans) for cell in table.cells)) for table in document.tables
    )
    return replace(document, text=text, tables=tables)


def _cell(text: str, cell: Cell, spans: tuple[Span, ...]) -> Cell:
    if not any(span.overlaps(cell.span) for span in spans):
        return cell
    return replace(cell, text=text[cell.span.start : cell.span.end].strip())
