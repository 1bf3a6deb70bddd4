"""The numbers of headings and items."""

from __future__ import annotations

from collections.abc import Sequence

from eval.generated.figures import chinese
from eval.generated.passages import Passage, as_passage, fill
from eval.generated.sheets import Placed, heading, paragraph
from eval.generated.style import Style

AUTO = {1: "一、", 2: "（一）"}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"


def number(template: str, count: int) -> str:
    """A number of a list or heading."""
    return template.format(chinese=chinese(count), arabic=count, circled=_CIRCLED[count - 1])


def section_heading(words: str, count: int, level: int, style: Style) -> Placed:
    """A heading of the first or second level below the title, its number typed or made by Word."""
    template = style.first_number if level == 1 else style.second_number
    if level == 2 and template == "{chinese}是":
        template = "（{chinese}）"
    if template == "auto":
        return heading(words, level + 1, AUTO[level])
    return heading(number(template, count) + words, level + 1)


def items(remarks: Sequence[tuple[Passage, Passage]], style: Style) -> list[Placed]:
    """Items, each a heading and details (either may be empty), in the shape that the report gives them."""
    template = style.item_number
    if style.item_shape == "paragraph":
        return [paragraph(as_passage(style.indent) + _run_on(remarks))]
    blocks: list[Placed] = []
    for count, (head, details) in enumerate(remarks, 1):
        label = number(template, count)
        if style.item_shape == "heading" and head.text and details.text and template != "{chinese}是":
            blocks.append(paragraph(fill("{indent}{label}{head}", indent=style.indent, label=label, head=head)))
            blocks.append(paragraph(as_passage(style.indent) + details))
        else:
            stop = "。" if head.text and details.text else ""
            blocks.append(paragraph(as_passage(style.indent + label) + head + stop + details))
    return blocks


def _run_on(remarks: Sequence[tuple[Passage, Passage]]) -> Passage:
    """All items in one paragraph: 一是…；二是…。"""
    told = Passage("")
    for count, (head, details) in enumerate(remarks, 1):
        stop = "。" if head.text and details.text else ""
        told = told + f"{chinese(count)}是" + head + stop + details
    return told
