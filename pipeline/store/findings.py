"""Findings over the whole database, as an auditor asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.store.connection import Store
from pipeline.store.exports import ViewRows

_SEVEREST_FIRST = "CASE n.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"


class FindingFilter(NamedTuple):
    """Which findings are wanted: any of the codes (none: all), and the words that a unit's or report's name holds.

    ``readings`` takes in the doubts about what was read, beside what the reports themselves contradict.
    """

    codes: Sequence[str] = ()
    unit: str = ""
    readings: bool = False


def find_findings(store: Store, wanted: FindingFilter) -> ViewRows:
    """The findings of the current extraction of every report, the severest first, then by unit.

    ``quotes`` are the passages that show it, ``places`` their offsets, ``evaluation_name`` what it is about.
    """
    cursor = store.connection.execute(
        f"""
        SELECT
            n.unit_name, n.fiscal_year, n.code, n.severity, v.evaluation_name, n.detail, n.quotes,
            [[place."start", place."end"] FOR place IN n.evidence] AS places, n.about_report, n.report,
            r.path, n.report_id, n.extraction_id, n.finding
        FROM findings n
        JOIN current_reports r USING (extraction_id)
        LEFT JOIN data.records o ON o.extraction_id = n.extraction_id AND o.record = n.fields[1].record
        LEFT JOIN data.evaluation_names v ON v.extraction_id = n.extraction_id AND v.evaluation = o.evaluation
        WHERE (len(?::VARCHAR[]) = 0 OR list_contains(?::VARCHAR[], n.code))
            AND (? OR n.about_report OR len(?::VARCHAR[]) > 0)
            AND (contains(coalesce(n.unit_name, ''), ?) OR contains(n.report, ?))
        ORDER BY {_SEVEREST_FIRST}, n.unit_name, n.report, n.extraction_id, n.finding
        """,
        [list(wanted.codes), list(wanted.codes), wanted.readings, list(wanted.codes), wanted.unit, wanted.unit],
    )
    return ViewRows(tuple(column[0] for column in cursor.description or ()), cursor.fetchall())
