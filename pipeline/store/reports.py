"""The reports in their current state: listed, and found by what a user calls them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import UnknownReport
from pipeline.store.connection import Store

_SHORTEST_PREFIX = 4  # characters of a SHA-256 that are taken for one
_SHOWN = 5


class ReportRow(NamedTuple):
    """A report's current extraction and how much it holds, a reviewer's decisions counted in. Moments are UTC."""

    name: str
    unit_name: str | None
    fiscal_year: int | None
    status: str
    path: str
    reader: str
    engine: str
    version: str | None
    records: int
    fields: int
    flagged_fields: int
    findings: int
    extracted_at: datetime
    run_id: str
    report_id: str
    extraction_id: str


class AlikeReport(NamedTuple):
    """A report that may be the same as another: its id and path."""

    report_id: str
    path: str


def list_reports(store: Store) -> tuple[ReportRow, ...]:
    """The current extraction of every report, by name."""
    return tuple(ReportRow(*row) for row in store.connection.execute("SELECT * FROM current_reports").fetchall())


def find_report(store: Store, wanted: str) -> ReportRow:
    """The report of that name, path, file name, or beginning of its SHA-256, the first of these that fits.

    Raises UnknownReport with the nearest names where none fits, with all that fit where several do.
    """
    reports = list_reports(store)
    fits: tuple[Callable[[ReportRow], bool], ...] = (
        lambda report: report.name == wanted,
        lambda report: report.path == wanted or Path(report.path) == Path(wanted).absolute(),
        lambda report: Path(report.path).name == wanted,
        lambda report: len(wanted) >= _SHORTEST_PREFIX and report.report_id.startswith(wanted.lower()),
    )
    for fit in fits:
        found = [report for report in reports if fit(report)]
        if len(found) == 1:
            return found[0]
        if found:
            lines = "；".join(f"{report.path}（{report.report_id[:12]}）" for report in found)
            raise UnknownReport(f"有 {len(found)} 份报告都叫“{wanted}”：{lines}", "请改用完整路径或 SHA-256 的开头。")
    raise UnknownReport(f"数据库里没有报告“{wanted}”", _nearest(wanted, [report.name for report in reports]))


def reports_alike(store: Store, report_id: str, unit_name: str, fiscal_year: str) -> tuple[AlikeReport, ...]:
    """The reports of a unit and a year that were in the database before the one of that id."""
    rows = store.connection.execute(
        """
        SELECT report_id, arg_max(path, number) FROM data.reports
        WHERE unit_name = ? AND fiscal_year = ? AND report_id <> ? GROUP BY report_id
        HAVING min(number) < coalesce((SELECT min(number) FROM data.reports WHERE report_id = ?), 9223372036854775807)
        ORDER BY min(number)
        """,
        [unit_name, fiscal_year, report_id, report_id],
    ).fetchall()
    return tuple(AlikeReport(*row) for row in rows)


def report_text(store: Store, report_id: str) -> str:
    """The text of a report as it was read last, "" where there is none of that id."""
    row = store.connection.execute(
        "SELECT arg_max(text, number) FROM data.reports WHERE report_id = ?", [report_id]
    ).fetchone()
    return "" if row is None or row[0] is None else str(row[0])


def _nearest(wanted: str, names: list[str]) -> str:
    if not names:
        return "数据库里还没有任何报告，请先运行提取。"
    containing = [name for name in names if wanted and wanted in name]
    near = list(dict.fromkeys((*containing, *get_close_matches(wanted, names, n=_SHOWN, cutoff=0.3))))[:_SHOWN]
    if near:
        return f"是不是：{'、'.join(near)}？"
    return f"库中共有 {len(names)} 份报告，例如：{'、'.join(names[:_SHOWN])}。"
