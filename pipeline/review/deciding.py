"""What a decision has to pass before it is saved: the same for the page and for the commands.

A corrected value is looked up in the report, and the checks run over the report with it in place. A number that the
report does not have, or whose evidence says something else, is taken only from a reviewer who says that it is meant.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple, get_args

from pipeline.checks import check_records
from pipeline.errors import NeedsConfirmation, UsageError
from pipeline.review.folder import FieldState, Folder, evidence_of
from pipeline.reviewed import ground_value
from pipeline.store import Decision, FieldKey, Purpose, Shown, Store, Verdict, save_decision
from pipeline.titles import STATUSES, field_title
from schemas.records import MODELS, FieldType, RecordKind, field_types
from schemas.stages import FieldRef, Finding, GroundedField, GroundedRecord
from schemas.text import Document, Span

LONGEST_VALUE = 10_000  # characters; no field of any report comes near

_DECLARED = "no_deviation_declared"
_YEAR = re.compile(r"(19|20)\d\d")
_INNER_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


class Proposal(NamedTuple):
    """What a reviewer wants to decide about a field that they were shown.

    ``extraction_id`` is the extraction they were shown, ``seen`` the last decision they knew of (0 for none, ``None``
    where that does not matter). A correction has a ``value``, or a ``span`` whose characters are the value, or both.
    ``meant`` where they insist on a value that the report does not bear out.
    """

    key: FieldKey
    extraction_id: str
    verdict: Verdict
    value: str | None = None
    span: Span | None = None
    note: str = ""
    purpose: Purpose = Purpose.REVIEW
    seen: int | None = None
    meant: bool = False
    token: str = ""


class Decided(NamedTuple):
    """A decision that was saved: its number, the value that stands now and how it was found in the report, and what the
    checks find about it.
    """

    decision: int
    value: str | None
    found: GroundedField | None
    findings: tuple[Finding, ...] = ()


def decide(store: Store, folder: Folder, reviewer: str, proposal: Proposal) -> Decided:
    """The decision, saved for good.

    Raises ``UsageError`` for a value that the field cannot have, ``NeedsConfirmation`` for a number that the report
    does not bear out, ``UnknownField`` where there is no such field, ``AlreadyDecided`` where somebody else was faster.
    """
    record = folder.record_of(proposal.key)
    state = folder.state_of(proposal.key, blind=proposal.purpose is Purpose.SECOND)
    value, found, findings = _judge(folder, record, state, proposal)
    shown = Shown(
        folder.extraction_id,
        None if state.value is None else state.value.value,
        evidence_of(record, state.value),
        _quoted(folder.extraction.document, evidence_of(record, state.value)),
        None if state.score is None else state.score.confidence,
        _reasons(state),
        None if state.read is None else state.read.value,
    )
    decision = Decision(
        *proposal.key,
        proposal.verdict,
        value,
        reviewer,
        None if found is None else found.span,
        proposal.note,
        shown,
        proposal.purpose,
        proposal.token,
    )
    return Decided(save_decision(store, decision, seen=proposal.seen), value, found, findings)


def undo(store: Store, reviewer: str, key: FieldKey, decision: int, token: str = "") -> int:
    """The number of the decision that takes an earlier one on the field back."""
    return save_decision(store, Decision(*key, Verdict.UNDONE, None, reviewer, token=token, undoes=decision))


def picked_value(document: Document, span: Span, field_type: FieldType) -> tuple[str, Span]:
    """The value that selected characters stand for, and their place: outer white space is dropped, and so is the white
    space inside Chinese words, which is only how a cell or line wraps.
    """
    chosen = document.quote(span)
    start = span.start + len(chosen) - len(chosen.lstrip())
    place = Span(start, start + len(chosen.strip()))
    value = _INNER_SPACE.sub("", chosen.strip())
    return (value if field_type is FieldType.TEXT else " ".join(value.split())), place


def choices_of(folder: Folder, kind: RecordKind, name: str) -> tuple[str, ...]:
    """The values that a field can have, where it can have only some: references and yes-or-no."""
    if name == _DECLARED:
        return ("true",)
    if field_types(kind).get(name) is not FieldType.REFERENCE or name == "id":
        return ()
    if name == "evaluation":
        ids = (r.references.get("id", "") for r in folder.extraction.records if r.kind is RecordKind.EVALUATION)
        return tuple(dict.fromkeys(filter(None, ids)))
    return get_args(MODELS[kind].model_fields[name].annotation)


def _judge(
    folder: Folder, record: GroundedRecord, state: FieldState, proposal: Proposal
) -> tuple[str | None, GroundedField | None, tuple[Finding, ...]]:
    verdict, name = proposal.verdict, proposal.key.field
    if verdict is Verdict.UNDONE:
        raise UsageError("撤销要指明撤销哪一次复核", "请用撤销键，或 extract review undo。")
    if verdict is not Verdict.CORRECTED:
        if verdict is Verdict.ACCEPTED and state.value is None:
            raise UsageError("这个字段没有值，无从采纳", "请改为更正或否定。")
        kept = state.value if verdict is Verdict.ACCEPTED and name else None
        return None if kept is None else kept.value, kept, ()
    if not name:
        raise UsageError("整条记录不能更正，只能采纳或否定", "请更正它的某个字段。")
    return _correct(folder, record, proposal)


def _correct(
    folder: Folder, record: GroundedRecord, proposal: Proposal
) -> tuple[str, GroundedField | None, tuple[Finding, ...]]:
    document, name = folder.extraction.document, proposal.key.field
    field_type = field_types(record.kind)[name]
    span, value = proposal.span, proposal.value
    if span is not None:
        if not 0 <= span.start < span.end <= len(document.text):
            raise UsageError("选取的原文位置不在这份报告之内", "请重新选取。")
        picked, span = picked_value(document, span, field_type)
        value = picked if value is None else value
    value = _usable(folder, proposal, "" if value is None else value.strip())
    if field_type is FieldType.REFERENCE:
        return value, None, ()
    found = ground_value(document, record, name, value, span)
    findings = _findings_with(folder, record, found)
    if field_type is FieldType.NUMBER and not proposal.meant:
        doubts = [finding.detail for finding in findings if not finding.about_report]
        if not found.status.vouched:
            raise NeedsConfirmation(f"“{value}”：{STATUSES[found.status]}", "确实要用这个值，请再确认一次。")
        if doubts:
            raise NeedsConfirmation("；".join(doubts), "确实要用这个值，请再确认一次。")
    return value, found, findings


def _usable(folder: Folder, proposal: Proposal, value: str) -> str:
    kind, name = proposal.key.kind, proposal.key.field
    title = field_title(name, kind)
    if not value:
        raise UsageError(f"“{title}”的新值是空的", "请填写新值；报告里没有这个值时请用否定。")
    if len(value) > LONGEST_VALUE:
        raise UsageError(f"“{title}”的新值过长（{len(value)} 字）", f"最多 {LONGEST_VALUE} 字。")
    choices = choices_of(folder, kind, name)
    if choices and value not in choices:
        raise UsageError(f"“{title}”不能是“{value}”", f"可用：{'、'.join(choices)}。")
    if name == "id":
        raise UsageError("编号由程序编排，不能更正", "请更正评价对象的名称。")
    if name == "fiscal_year" and not _YEAR.fullmatch(value):
        raise UsageError(f"“{value}”不是年度", "请填四位数字，例如 2023。")
    return value


def _findings_with(folder: Folder, record: GroundedRecord, found: GroundedField) -> tuple[Finding, ...]:
    """What the checks find about the field once the value stands."""
    names = list(field_types(record.kind))
    records: list[GroundedRecord] = []
    for other in folder.reviewed.records:
        if other.index == record.index:
            fields = [field for field in other.fields if field.name != found.name]
            fields = sorted([*fields, found], key=lambda field: names.index(field.name))
            records.append(replace(other, fields=tuple(fields)))
        else:
            records.append(other)
    findings = check_records(folder.extraction.document, [one for one in records if one.accepted])
    ref = FieldRef(record.index, found.name)
    return tuple(finding for finding in findings if ref in finding.fields)


def _reasons(state: FieldState) -> tuple[str, ...]:
    if state.decided is not None and state.decided.reasons:
        return state.decided.reasons
    return () if state.score is None else state.score.flags


def _quoted(document: Document, span: Span | None) -> str | None:
    return None if span is None else document.quote(span)
