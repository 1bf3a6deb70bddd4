"""The views: the current state of every report, a reviewer's decision standing over the extracted value.

Analysts read those in ``main``; the ones in ``data`` are the steps to them, see ``states``.
"""

from __future__ import annotations

from pipeline.store.states import STEPS
from schemas.records import FieldType, RecordKind, field_types

WIDE_VIEWS: dict[RecordKind, str] = {
    RecordKind.REPORT: "report_facts",
    RecordKind.EVALUATION: "evaluations",
    RecordKind.FUNDING: "funding",
    RecordKind.GOAL: "goals",
    RecordKind.INDICATOR: "indicators",
    RecordKind.DEVIATION: "deviations",
    RecordKind.REMEDY: "remedies",
}
"""The view with one row for each record of a kind."""

VIEWS: tuple[str, ...] = (
    "current_reports",
    *WIDE_VIEWS.values(),
    "findings",
    "flagged_fields",
    "unmatched_decisions",
    "gaps",
    "model_costs",
)
"""The views for analysts."""

_MONEY = ("prior_executed", "initial_budget", "annual_budget", "executed")
_PERCENT = ("rate", "completion_rate")
_DIMENSIONED = ("target", "actual")
_TEXT_ONLY = ("fiscal_year", "change")  # the year is a column of its own; a change is a sentence with a direction

# A bare amount is worth its number times what its unit is worth; an amount that carries its own unit needs none.
# The widths are those that DuckDB's 38 digits can multiply; a unit that is worth more than they hold is none.
_YUAN = """
    CASE
        WHEN max(dimension) FILTER (field = '{name}') = 'money:CNY'
            THEN max(number) FILTER (field = '{name}')
        WHEN max(dimension) FILTER (field = '{name}') = 'none' AND max(dimension) FILTER (field = 'unit') = 'money:CNY'
            THEN max(number) FILTER (field = '{name}')::DECIMAL(26, 8)
                 * try_cast(max(number) FILTER (field = 'unit') AS DECIMAL(12, 2))
    END::DECIMAL(38, 6) AS {name}_yuan"""


_READY = """
CREATE OR REPLACE VIEW current_reports AS
SELECT
    t.report, t.unit_name, t.fiscal_year, e.status, e.path, e.reader, e.engine, u.version,
    coalesce(r.records, 0) AS records, coalesce(f.fields, 0) AS fields, coalesce(f.flagged_fields, 0) AS flagged_fields,
    coalesce(n.findings, 0) AS findings, e.extracted_at, e.run_id, e.report_id, e.extraction_id
FROM data.current_extractions e
JOIN data.titles t USING (extraction_id)
LEFT JOIN (SELECT extraction_id, count(*) AS records FROM data.current_records GROUP BY ALL) r USING (extraction_id)
LEFT JOIN (
    SELECT extraction_id, count(value) AS fields, count(*) FILTER (flagged) AS flagged_fields
    FROM data.current_fields GROUP BY ALL
) f USING (extraction_id)
LEFT JOIN (SELECT extraction_id, count(*) AS findings FROM data.findings GROUP BY ALL) n USING (extraction_id)
LEFT JOIN data.runs u USING (run_id)
ORDER BY t.report, e.number;

CREATE OR REPLACE VIEW findings AS
SELECT
    t.report, t.unit_name, t.fiscal_year, n.code, n.severity, n.detail, n.about_report,
    [place.quote FOR place IN n.evidence] AS quotes, n.evidence, n.fields, n.finding, t.report_id, n.extraction_id
FROM data.findings n JOIN data.titles t USING (extraction_id)
ORDER BY t.report, n.extraction_id, n.finding;

CREATE OR REPLACE VIEW flagged_fields AS
SELECT
    t.report, t.unit_name, t.fiscal_year, f.kind, r.evaluation, v.evaluation_name, f.field, f.value, f.other,
    f.confidence, f.flags AS reasons, f.status,
    CASE WHEN f.span_start IS NOT NULL THEN coalesce(f.evidence, f.extracted_value) END AS evidence,
    f.span_start, f.span_end,
    r.quote, r.quote_start, r.quote_end, r.confirmed, f.signals, f.record, f.record_key, f.report_id, f.extraction_id
FROM data.flagged f
JOIN data.records r USING (extraction_id, record)
JOIN data.titles t USING (extraction_id)
LEFT JOIN data.evaluation_names v ON v.extraction_id = r.extraction_id AND v.evaluation = r.evaluation
ORDER BY f.confidence, t.report, f.extraction_id, f.record, f.field;

CREATE OR REPLACE VIEW unmatched_decisions AS
SELECT t.report, d.kind, d.record_key, d.field, d.verdict, d.value, d.reviewer, d.note, d.decided_at, d.report_id
FROM data.latest_decisions d LEFT JOIN data.titles t USING (report_id)
WHERE NOT EXISTS (
    FROM data.records r JOIN data.current_extractions e USING (extraction_id)
    WHERE e.report_id = d.report_id AND r.kind = d.kind AND r.record_key = d.record_key
)
ORDER BY t.report, d.decision;

CREATE OR REPLACE VIEW gaps AS
SELECT
    t.report, t.unit_name, t.fiscal_year, g.task, g.reason, g.message,
    array_to_string(c.heading_path, ' / ') AS heading,
    nullif(len([page FOR page IN e.pages::INTEGER[] IF page <= c.span_start]), 0) AS page,
    c.span_start, c.span_end, g.gap, g.chunk, t.report_id, g.extraction_id
FROM data.gaps g
JOIN data.titles t USING (extraction_id)
JOIN data.current_extractions e USING (extraction_id)
LEFT JOIN data.chunks c USING (extraction_id, chunk)
ORDER BY t.report, g.extraction_id, g.gap;

CREATE OR REPLACE VIEW model_costs AS
SELECT
    u.started_at, c.run_id, c.model,
    count(*) FILTER (c.state <> 'invalid') AS calls, count(*) FILTER (c.state = 'failed') AS failed,
    sum(c.input_tokens)::BIGINT AS input_tokens, sum(c.cached_tokens)::BIGINT AS cached_tokens,
    sum(c.output_tokens)::BIGINT AS output_tokens, sum(c.cost) AS cost, c.currency
FROM data.model_calls c LEFT JOIN data.runs u USING (run_id)
GROUP BY ALL
ORDER BY u.started_at, c.run_id, c.model, c.currency;
"""


def _number_columns(name: str) -> tuple[str, ...]:
    number = f"max(number) FILTER (field = '{name}')::DECIMAL(38, 6)"
    dimension = f"max(dimension) FILTER (field = '{name}')"
    if name in _MONEY:
        return (_YUAN.format(name=name),)
    if name in _PERCENT:
        return (f"CASE WHEN {dimension} = 'percent' THEN {number} END AS {name}_percent",)
    if name in _DIMENSIONED:
        return (f"{number} AS {name}_number", f"{dimension} AS {name}_dimension")
    return (f"{number} AS {name}_number",)


def _own_columns(kind: RecordKind) -> tuple[list[str], list[str]]:
    """The columns that are picked from a record's fields, and those that the view shows of them."""
    types = field_types(kind)
    titled = ("unit_name", "fiscal_year") if kind is RecordKind.REPORT else ()
    shown = [name for name in types if name not in ("evaluation", *titled)]
    picked = [f"max(value) FILTER (field = '{name}') AS {name}" for name in shown]
    # A reference has no field of its own unless a reviewer decided it.
    columns = [
        f"""coalesce(p.{name}, r."references"::JSON ->> '{name}') AS {name}"""
        if types[name] is FieldType.REFERENCE
        else f"p.{name}"
        for name in shown
    ]
    for name, field_type in types.items():
        if field_type is FieldType.NUMBER and name not in _TEXT_ONLY:
            numbers = _number_columns(name)
            picked += numbers
            columns += [f"p.{number.rsplit(' AS ', 1)[1]}" for number in numbers]
    return picked, columns


def _wide_view(kind: RecordKind) -> str:
    picked, columns = _own_columns(kind)
    linked = "r.evaluation, v.evaluation_name," if {"evaluation", "id"} & field_types(kind).keys() else ""
    return f"""
CREATE OR REPLACE VIEW {WIDE_VIEWS[kind]} AS
SELECT
    t.report, t.unit_name, t.fiscal_year, {linked}
    {", ".join(columns)},
    p.confidence, coalesce(p.flagged, false) AS flagged, coalesce(p.flags, []) AS flags,
    coalesce(p.reviewed, false) AS reviewed, r.confirmed,
    r.quote, r.quote_start, r.quote_end, r.record, r.record_key, r.report_id, r.extraction_id
FROM data.current_records r
JOIN data.titles t USING (extraction_id)
LEFT JOIN (
    SELECT
        extraction_id, record, {", ".join(picked)},
        min(confidence) AS confidence, bool_or(flagged) AS flagged,
        list_sort(list_distinct(flatten(list(flags)))) AS flags,
        bool_or(coalesce(verdict <> 'unsure', false)) AS reviewed
    FROM data.current_fields WHERE kind = '{kind}' GROUP BY extraction_id, record
) p USING (extraction_id, record)
LEFT JOIN data.evaluation_names v ON v.extraction_id = r.extraction_id AND v.evaluation = r.evaluation
WHERE r.kind = '{kind}'
ORDER BY t.report, r.extraction_id, r.record;
"""


def view_definitions() -> str:
    """The SQL that creates every view or replaces it, for the fields that the schemas have now."""
    return "".join((STEPS, *map(_wide_view, WIDE_VIEWS), _READY))
