"""The DuckDB database: every table, view and query, and the only place that imports duckdb."""

from pipeline.store.call_log import CallLog
from pipeline.store.calls import (
    CallTotals,
    TaskTotals,
    answered_reports,
    call_totals,
    load_replies,
    save_calls,
)
from pipeline.store.connection import Store, open_store
from pipeline.store.decisions import Decision, Verdict, save_decision
from pipeline.store.exports import ViewRows, copy_view, view_rows
from pipeline.store.extractions import known_extractions, load_extraction, save_extraction
from pipeline.store.reports import ReportRow, find_report, list_reports
from pipeline.store.runs import (
    FailureRow,
    RunCounts,
    RunRow,
    RunSummary,
    finish_run,
    list_runs,
    save_failure,
    start_run,
    summarize_run,
)
from pipeline.store.views import VIEWS

__all__ = [
    "VIEWS",
    "CallLog",
    "CallTotals",
    "Decision",
    "FailureRow",
    "ReportRow",
    "RunCounts",
    "RunRow",
    "RunSummary",
    "Store",
    "TaskTotals",
    "Verdict",
    "ViewRows",
    "answered_reports",
    "call_totals",
    "copy_view",
    "find_report",
    "finish_run",
    "known_extractions",
    "list_reports",
    "list_runs",
    "load_extraction",
    "load_replies",
    "open_store",
    "save_calls",
    "save_decision",
    "save_extraction",
    "save_failure",
    "start_run",
    "summarize_run",
    "view_rows",
]
