"""The problems that a report names, and what is to be done about them."""

from __future__ import annotations

from eval.generated import remarks
from eval.generated.numbering import items
from eval.generated.passages import Passage, mark, place
from eval.generated.prose_money import Telling
from eval.generated.sections import Joint, Section
from schemas.records import RecordKind


def problems(telling: Telling, owner: str) -> Section:
    """存在的问题: items with heading and details, or sentences."""
    random, style = telling.random, telling.style
    count = random.randint(2, 4)
    if style.item_shape in ("sentence",):
        told = random.sample(remarks.PROBLEM_SENTENCES, count)
        passages = [
            (
                mark(text, RecordKind.DEVIATION, {"evaluation": owner, "kind": "problem", "description": text}),
                Passage(""),
            )
            for text in told
        ]
        return Section(tuple(items(passages, style)))
    chosen = random.sample(remarks.PROBLEMS, count)
    joints = tuple(
        Joint(
            RecordKind.DEVIATION,
            {"evaluation": owner, "kind": "problem", "description": remark.heading, "reason": remark.details},
            (f"problem.{at}.head", f"problem.{at}.details"),
        )
        for at, remark in enumerate(chosen)
    )
    passages = [
        (place(remark.heading, f"problem.{at}.head"), place(remark.details, f"problem.{at}.details"))
        for at, remark in enumerate(chosen)
    ]
    return Section(tuple(items(passages, style)), joints)


def remedies(telling: Telling) -> Section:
    """下一步改进措施: as the problems are told."""
    random, style = telling.random, telling.style
    count = random.randint(2, 4)
    if style.item_shape == "sentence":
        told = random.sample(remarks.REMEDY_SENTENCES, count)
        passages = [(mark(text, RecordKind.REMEDY, {"statement": text}), Passage("")) for text in told]
    else:
        passages = [
            (mark(remark.heading, RecordKind.REMEDY, {"statement": remark.heading}), Passage(remark.details))
            for remark in random.sample(remarks.REMEDIES, count)
        ]
    return Section(tuple(items(passages, style)))
