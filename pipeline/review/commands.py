"""``extract review``: the page for people, and the same decisions for scripts."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from pipeline.console import Command, Group, Json, print_result, say
from pipeline.errors import NeedsConfirmation, StoreError, UsageError

# Everything heavier is imported by the command that needs it, so that help is instant.
if TYPE_CHECKING:
    from pipeline.review.folder import Folder
    from pipeline.store import NamedField, QueueFilter, Store, Verdict

SOME_FAILED = 1

review_app = typer.Typer(cls=Group, rich_markup_mode=None)

Database = Annotated[Path, typer.Option("--db", metavar="文件", help="结果数据库。")]
Reviewer = Annotated[str, typer.Option("--reviewer", metavar="姓名", help="复核人；默认是登录名。")]
FieldId = Annotated[str, typer.Argument(metavar="编号", help="字段编号，见 extract review list。")]
Note = Annotated[str, typer.Option("--note", metavar="文字", help="备注。")]
Report = Annotated[str, typer.Option(metavar="文字", help="只看名称含此文字的报告。")]
Unit = Annotated[str, typer.Option(metavar="文字", help="只看名称含此文字的单位。")]
Kind = Annotated[str, typer.Option(metavar="类别", help="report、evaluation、funding、goal、indicator 等。")]
Why = Annotated[str, typer.Option("--reason", metavar="原因", help="absent、number_mismatch、checked、low 等。")]
Code = Annotated[str, typer.Option(metavar="代码", help="只看这种核对所涉及的字段，如 RATE。")]

_DATABASE = Path("results.duckdb")
_PORT = 8631


@review_app.callback(invoke_without_command=True)
def _open(
    context: typer.Context,
    db: Database = _DATABASE,
    reviewer: Annotated[
        list[str] | None, typer.Option("--reviewer", metavar="姓名", help="复核人，可重复：每人一个链接。")
    ] = None,
    audit: Annotated[str, typer.Option(metavar="比例", help="掺入未标记字段的随机抽查，如 5%。")] = "0",
    second: Annotated[str, typer.Option(metavar="比例", help="改为二次复核：抽别人已复核的，不给看结论。")] = "0",
    host: Annotated[str, typer.Option(metavar="地址", help="监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="端口", min=0, max=65535, help="默认端口被占用时另选。")] = _PORT,
    allow_remote: Annotated[bool, typer.Option("--allow-remote", help="允许别的机器访问（不加密）。")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="不自动打开浏览器。")] = False,
) -> None:
    command = context.invoked_subcommand
    if command is not None:
        for option in _given(context):
            raise UsageError(f"{option} 不能写在 {command} 之前", f"{command} 的选项要写在 {command} 之后。")
        return
    from pipeline.review.access import require_address, reviewer_names
    from pipeline.review.serving import Serving, serve
    from pipeline.store import Draw

    require_address(host, remote=allow_remote)
    names = reviewer_names(reviewer or [_own_name()])
    draw = Draw(_share("--audit", audit), _share("--second", second))
    with _store(db):
        pass  # told now where it cannot be used, and brought to its present shape
    decided = serve(Serving(db, names, draw, host, port, allow_remote), say, open_page=not no_open and _has_screen())
    say(f"复核页面已关闭，本次保存 {decided} 个结论。")


@review_app.command("list", cls=Command, help="列出待复核字段，最可疑的在前。")
def _list(
    db: Database = _DATABASE,
    report: Report = "",
    unit: Unit = "",
    kind: Kind = "",
    reason: Why = "",
    code: Code = "",
    limit: Annotated[int, typer.Option(metavar="个", min=1, help="最多列出几个。")] = 50,
    as_json: Json = False,
) -> None:
    from pipeline.review.listing import open_data, open_lines
    from pipeline.store import count_open, list_open

    wanted = _filter(report, unit, kind, reason, code)
    with _store(db) as store:
        fields, total = list_open(store, wanted, limit), count_open(store, wanted).total
    print_result(as_json, lambda: open_data(fields, total), lambda: open_lines(fields, total))


@review_app.command("show", cls=Command, help="显示一个字段：值、出处、疑点、所在记录和复核历史。")
def _show(field: FieldId, db: Database = _DATABASE, as_json: Json = False) -> None:
    from pipeline.review.entries import entry_of
    from pipeline.review.listing import entry_lines
    from pipeline.store import Purpose, decisions_on

    with _found(db, field) as (store, named, folder):
        entry = entry_of(folder, named.key, Purpose.REVIEW, decisions_on(store, named.key))
    print_result(as_json, lambda: entry, lambda: entry_lines(entry))


@review_app.command("accept", cls=Command, help="采纳字段的值。")
def _accept(
    fields: Annotated[list[str], typer.Argument(metavar="编号…", help="字段编号，见 extract review list。")],
    db: Database = _DATABASE,
    reviewer: Reviewer = "",
    note: Note = "",
    as_json: Json = False,
) -> None:
    from pipeline.store import Verdict

    done: list[_Done] = []
    try:
        for field in fields:
            done.append(_decide(db, field, reviewer, Verdict.ACCEPTED, _Said(note)))  # noqa: PERF401 - told if one fails
    finally:
        if done:
            print_result(as_json, lambda: [one.data for one in done], lambda: [w for one in done for w in one.lines])


@review_app.command("correct", cls=Command, help="更正字段的值；新值会立即与原文核对。")
def _correct(
    field: FieldId,
    value: Annotated[str | None, typer.Argument(metavar="新值", help="给出 --span 时可不写。")] = None,
    span: Annotated[
        tuple[int, int] | None, typer.Option("--span", metavar="起 止", help="新值在原文的位置（字符，从 0 数起）。")
    ] = None,
    name: Annotated[str, typer.Option("--field", metavar="字段", help="改同一条记录的另一个字段，如 weight。")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="原文里没有这个数也照样更正。")] = False,
    db: Database = _DATABASE,
    reviewer: Reviewer = "",
    note: Note = "",
    as_json: Json = False,
) -> None:
    from pipeline.store import Verdict

    if value is None and span is None:
        raise UsageError("没有新值", "例如 extract review correct 编号 93.5%，或用 --span 指出它在原文的位置。")
    _print_done(_decide(db, field, reviewer, Verdict.CORRECTED, _Said(note, value, span, name, confirm)), as_json)


@review_app.command("reject", cls=Command, help="否定字段的值，或整条记录：报告里没有它。")
def _reject(
    field: FieldId,
    record: Annotated[bool, typer.Option("--record", help="否定字段所在的整条记录。")] = False,
    db: Database = _DATABASE,
    reviewer: Reviewer = "",
    note: Note = "",
    as_json: Json = False,
) -> None:
    from pipeline.store import Verdict

    _print_done(_decide(db, field, reviewer, Verdict.REJECTED, _Said(note, whole=record)), as_json)


@review_app.command("unsure", cls=Command, help="不能确定：留给别的复核人。")
def _unsure(
    field: FieldId, db: Database = _DATABASE, reviewer: Reviewer = "", note: Note = "", as_json: Json = False
) -> None:
    from pipeline.store import Verdict

    _print_done(_decide(db, field, reviewer, Verdict.UNSURE, _Said(note)), as_json)


@review_app.command("undo", cls=Command, help="撤销对一个字段的最后一次复核。")
def _undo(
    field: FieldId,
    record: Annotated[bool, typer.Option("--record", help="撤销对整条记录的复核。")] = False,
    db: Database = _DATABASE,
    reviewer: Reviewer = "",
    as_json: Json = False,
) -> None:
    from pipeline.review.deciding import undo
    from pipeline.store import decisions_on

    with _found(db, field) as (store, named, _):
        key = named.key._replace(field="") if record else named.key
        standing = [row for row in decisions_on(store, key) if row.verdict != "undone" and not row.undone]
        if not standing:
            raise UsageError("这个字段没有可撤销的复核", "复核历史见 extract review show。")
        number = undo(store, _name(reviewer), key, standing[-1].decision)
    taken = standing[-1].decision
    print_result(as_json, lambda: {"decision": number, "undoes": taken}, lambda: [f"已撤销第 {taken} 号复核。"])


@review_app.command("history", cls=Command, help="复核记录：谁、何时、此前、此后、当时看到什么。")
def _history(
    report: Annotated[str, typer.Argument(metavar="报告", help="报告名称、路径或 SHA-256 的开头；不写则全部。")] = "",
    by: Annotated[str, typer.Option("--reviewer", metavar="姓名", help="只列此人的。")] = "",
    db: Database = _DATABASE,
    as_json: Json = False,
) -> None:
    from pipeline.review.listing import history_data, history_lines
    from pipeline.store import find_report, list_decisions

    with _store(db) as store:
        rows = list_decisions(store, find_report(store, report).report_id if report else None, by or None)
    print_result(as_json, lambda: history_data(rows), lambda: history_lines(rows))


@review_app.command("status", cls=Command, help="进度、未标记字段的错误率、二次复核的一致性。")
def _status(db: Database = _DATABASE, as_json: Json = False) -> None:
    from pipeline.review.status import status_data, status_lines
    from pipeline.store import QueueFilter, count_open, review_progress, second_looks

    with _store(db) as store:
        found = review_progress(store), second_looks(store), count_open(store, QueueFilter()).total
    print_result(as_json, lambda: status_data(*found), lambda: status_lines(*found))


@review_app.command("promote", cls=Command, help="把复核完的报告写成候选标注，供 extract eval 使用；从不覆盖已有的。")
def _promote(
    out: Annotated[Path, typer.Option("--out", metavar="文件夹", help="写到其中的 reports/ 和 gold/。")],
    reports: Annotated[
        list[str] | None, typer.Option("--report", metavar="报告", help="只写这一份，可重复；默认全部复核完的。")
    ] = None,
    db: Database = _DATABASE,
    as_json: Json = False,
) -> None:
    from pipeline.review.promotion import promote_reports
    from pipeline.store import find_report

    with _store(db) as store:
        wanted = [find_report(store, name) for name in reports] if reports else None
        done = promote_reports(store, out, wanted)
    written = [one for one in done if one.path is not None]
    print_result(
        as_json,
        lambda: [{"report": one.report, "path": one.path and str(one.path), "reason": one.reason} for one in done],
        lambda: [
            *(f"已写入 {one.path}" for one in written),
            *(f"未写 {one.report}：{one.reason}" for one in done if one.path is None),
            f"写成候选标注 {len(written)} 份。" + (f"评测：extract eval run --corpus {out}" if written else ""),
        ],
    )
    if reports and len(written) < len(done):
        raise typer.Exit(SOME_FAILED)


class _Said(NamedTuple):
    """What a reviewer says beside the verdict: of which field of the record, or of the record as a ``whole``."""

    note: str
    value: str | None = None
    span: tuple[int, int] | None = None
    name: str = ""
    meant: bool = False
    whole: bool = False


class _Done(NamedTuple):
    """A decision that was saved, as plain data and as lines."""

    data: dict[str, object]
    lines: list[str]


def _decide(db: Path, field: str, reviewer: str, verdict: Verdict, said: _Said) -> _Done:
    from pipeline.review.deciding import Proposal, decide
    from pipeline.review.folder import field_id
    from pipeline.review.listing import field_words
    from pipeline.review.words import VERDICT_WORDS
    from schemas.text import Span

    with _found(db, field) as (store, named, folder):
        key = named.key._replace(field="" if said.whole else said.name or named.key.field)
        place = None if said.span is None else Span(*said.span)
        proposal = Proposal(key, named.extraction_id, verdict, said.value, place, said.note, meant=said.meant)
        proposal = proposal._replace(token=secrets.token_hex(12))
        try:
            decided = decide(store, folder, _name(reviewer), proposal)
        except NeedsConfirmation as doubt:
            raise NeedsConfirmation(str(doubt), "确实要用这个值，请加 --confirm。") from doubt
    title = field_words(key.kind.value, key.field)
    told = f"{VERDICT_WORDS[verdict.value][0]} {title}" + (f"“{decided.value}”" if decided.value is not None else "")
    data = {
        "id": field_id(key),
        "decision": decided.decision,
        "verdict": verdict.value,
        "value": decided.value,
        "status": decided.found and decided.found.status.value,
        "findings": [{"code": finding.code, "detail": finding.detail} for finding in decided.findings],
    }
    return _Done(data, [f"已保存：{told}", *(f"  {one.code} {one.detail}" for one in decided.findings)])


def _print_done(done: _Done, as_json: bool) -> None:
    print_result(as_json, lambda: done.data, lambda: done.lines)


def _given(context: typer.Context) -> Iterator[str]:
    """The options that were written for the page."""
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and source.name != "DEFAULT":
            yield option.opts[0]


@contextmanager
def _found(db: Path, field: str) -> Iterator[tuple[Store, NamedField, Folder]]:
    """The field of that id, and its report."""
    from pipeline.review.folder import open_folder
    from pipeline.store import find_field

    with _store(db) as store:
        named = find_field(store, field)
        yield store, named, open_folder(store, named.extraction_id)


@contextmanager
def _store(path: Path) -> Iterator[Store]:
    """The database, which must be there already."""
    from pipeline.store import open_store

    if not path.exists():
        raise StoreError(f"数据库 {path} 不存在", "请先用 extract run 提取，或用 --db 指定数据库。")
    with open_store(path) as store:
        yield store


def _filter(report: str, unit: str, kind: str, reason: str, code: str) -> QueueFilter:
    from pipeline.store import QueueFilter, Reason
    from schemas.records import RecordKind

    for option, word, known in (("--kind", kind, list(RecordKind)), ("--reason", reason, list(Reason))):
        if word and word not in known:
            raise UsageError(f"{option} 没有“{word}”", f"可用：{'、'.join(known)}。")
    return QueueFilter(report, unit, kind, reason, code.upper())


def _share(option: str, words: str) -> float:
    try:
        share = float(words.rstrip("%％")) / (100 if words.endswith(("%", "％")) else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"{option} 须是 0 到 100% 的比例，而不是“{words}”", f"例如 {option} 5%。")
    return share


def _name(reviewer: str) -> str:
    from pipeline.review.access import reviewer_names

    return reviewer_names([reviewer or _own_name()])[0]


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "复核人"


def _has_screen() -> bool:
    shown = sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return shown and sys.stdout.isatty()
