"""The state of every record and field: which extraction counts, and what reviewers decided over it.

A decision stands over every later extraction. The field comes back to review where a later one reads something that the
reviewers did not have before them (neither what they decided nor what they overruled), or where a second, blind
reviewer came to another conclusion.
"""

from __future__ import annotations


def _words(column: str) -> str:
    """Of a value what tells it from another: white space never does."""
    return f"regexp_replace(coalesce({column}, ''), '\\s+', '', 'g')"


# Current is what the engine and version that read a report last made of it: their latest complete extraction, or their
# latest where all are partial. So a second try that fails hides nothing, and neither does an older engine's reading
# hide what a newer one could read but for a gap.
STEPS = f"""
CREATE OR REPLACE VIEW data.current_extractions AS
SELECT e.* FROM data.reports e SEMI JOIN (
    SELECT number FROM (
        SELECT
            r.number, r.report_id, r.status = 'complete' AS complete,
            max(r.number) OVER (PARTITION BY r.report_id, r.engine, u.version) AS latest
        FROM data.reports r LEFT JOIN data.runs u USING (run_id)
    )
    QUALIFY row_number() OVER (PARTITION BY report_id ORDER BY latest DESC, complete DESC, number DESC) = 1
) USING (number);

CREATE OR REPLACE VIEW data.standing_decisions AS
SELECT d.* FROM data.decisions d ANTI JOIN data.decisions u ON u.undoes = d.decision
WHERE d.verdict <> 'undone'
QUALIFY row_number() OVER (
    PARTITION BY report_id, kind, record_key, field, purpose = 'second' ORDER BY decision DESC
) = 1;

CREATE OR REPLACE VIEW data.latest_decisions AS
SELECT * FROM data.standing_decisions WHERE purpose <> 'second';

-- what was concluded last: where somebody else could not tell afterwards, it stands until a third one looks
CREATE OR REPLACE VIEW data.conclusions AS
SELECT d.* FROM data.decisions d ANTI JOIN data.decisions u ON u.undoes = d.decision
WHERE d.verdict NOT IN ('undone', 'unsure') AND d.purpose <> 'second'
QUALIFY row_number() OVER (PARTITION BY report_id, kind, record_key, field ORDER BY decision DESC) = 1;

-- what reviewers had before them when they decided about a field: what stood, what was read, what they made of it
CREATE OR REPLACE VIEW data.seen_values AS
SELECT report_id, kind, record_key, field, list(DISTINCT word) AS words
FROM (
    SELECT
        d.report_id, d.kind, d.record_key, d.field,
        unnest([{_words("d.value")}, {_words("d.before")}, {_words("d.read")}]) AS word
    FROM data.decisions d
    ANTI JOIN data.decisions u ON u.undoes = d.decision
    WHERE d.verdict NOT IN ('undone', 'unsure') AND d.purpose <> 'second'
)
GROUP BY ALL;

-- gone for good, unless a later run reads the record from another passage than the one that was rejected
CREATE OR REPLACE VIEW data.rejected_records AS
SELECT d.report_id, r.extraction_id, r.record
FROM data.latest_decisions d
JOIN data.current_extractions e USING (report_id)
JOIN data.records r ON r.extraction_id = e.extraction_id AND r.kind = d.kind AND r.record_key = d.record_key
WHERE d.field = '' AND d.verdict = 'rejected'
    AND (d.extraction_id IS NULL OR d.before IS NULL OR d.before = r.quote);

CREATE OR REPLACE VIEW data.current_records AS
SELECT e.report_id, r.*
FROM data.records r JOIN data.current_extractions e USING (extraction_id)
ANTI JOIN data.rejected_records x USING (extraction_id, record);

CREATE OR REPLACE VIEW data.undecided_fields AS
SELECT
    r.report_id, r.extraction_id, r.record, r.kind, r.record_key, f.name AS field,
    f.value, f.number, f.unit, f.dimension, f.value AS extracted_value, f.other, f.status, f.evidence,
    f.span_start, f.span_end, f.confidence, f.signals, f.flagged, coalesce(f.flags, []) AS flags
FROM data.current_records r
JOIN data.fields f USING (extraction_id, record)
ANTI JOIN data.latest_decisions d
    ON d.report_id = r.report_id AND d.kind = r.kind AND d.record_key = r.record_key AND d.field = f.name;

CREATE OR REPLACE VIEW data.decided_fields AS
SELECT
    report_id, extraction_id, record, kind, record_key, field,
    CASE WHEN stands THEN decided_value ELSE extracted_value END AS value,
    CASE WHEN stands THEN decided_number ELSE number END AS number,
    CASE WHEN stands THEN decided_unit ELSE unit END AS unit,
    CASE WHEN stands THEN decided_dimension ELSE dimension END AS dimension,
    extracted_value, other, status, evidence,
    CASE WHEN stands AND decided_start IS NOT NULL THEN decided_start
         WHEN stands AND decided_value IS DISTINCT FROM extracted_value THEN NULL ELSE span_start END AS span_start,
    CASE WHEN stands AND decided_end IS NOT NULL THEN decided_end
         WHEN stands AND decided_value IS DISTINCT FROM extracted_value THEN NULL ELSE span_end END AS span_end,
    CASE WHEN NOT stands THEN confidence WHEN settled AND NOT changed AND NOT disputed THEN 1 ELSE 0.5 END
        AS confidence, signals,
    NOT settled OR changed OR disputed AS flagged,
    list_concat(
        CASE WHEN NOT stands THEN flags ELSE [] END,
        CASE WHEN settled THEN [] ELSE ['复核人' || reviewer || '不能确定'] END,
        CASE WHEN changed THEN ['复核定为“' || coalesce(decided_value, '无') || '”，后来的提取读作“'
            || coalesce(extracted_value, '另一处原文') || '”'] ELSE [] END,
        CASE WHEN disputed THEN ['第二位复核人' || second_reviewer || '的结论不同'] ELSE [] END
    ) AS flags,
    verdict, reviewer, decision, decided_extraction
FROM (
    SELECT
        r.report_id, r.extraction_id, r.record, r.kind, r.record_key, d.field,
        p.value AS decided_value, p.number AS decided_number, p.unit AS decided_unit,
        p.dimension AS decided_dimension, p.span_start AS decided_start, p.span_end AS decided_end,
        f.value AS extracted_value, f.number, f.unit, f.dimension, f.other, f.status, f.evidence,
        f.span_start, f.span_end, f.confidence, f.signals, coalesce(f.flags, []) AS flags,
        d.verdict <> 'unsure' AS settled, p.decision IS NOT NULL AS stands,
        d.verdict <> 'unsure' AND coalesce(d.extraction_id <> r.extraction_id, false) AND CASE
            WHEN d.field = '' THEN d.verdict = 'rejected'
            ELSE f.value IS NOT NULL AND NOT list_contains(k.words, {_words("f.value")})
        END AS changed,
        coalesce(
            d.verdict <> 'unsure' AND s.verdict <> 'unsure' AND s.decision > d.decision
                AND CASE
                    WHEN d.field = '' THEN s.verdict <> d.verdict ELSE {_words("s.value")} <> {_words("d.value")}
                END,
            false
        ) AS disputed,
        d.verdict, d.reviewer, d.decision, d.extraction_id AS decided_extraction, s.reviewer AS second_reviewer,
        f.name IS NOT NULL AS extracted
    FROM data.latest_decisions d
    LEFT JOIN data.conclusions p USING (report_id, kind, record_key, field)
    JOIN data.current_records r USING (report_id, kind, record_key)
    LEFT JOIN data.fields f ON f.extraction_id = r.extraction_id AND f.record = r.record AND f.name = d.field
    LEFT JOIN data.seen_values k USING (report_id, kind, record_key, field)
    LEFT JOIN data.standing_decisions s
        ON s.purpose = 'second' AND s.report_id = d.report_id AND s.kind = d.kind AND s.record_key = d.record_key
            AND s.field = d.field
)
WHERE extracted OR changed OR disputed OR decided_value IS NOT NULL OR NOT settled
    OR (field = '' AND verdict = 'accepted');

CREATE OR REPLACE VIEW data.current_fields AS
FROM data.undecided_fields UNION ALL BY NAME FROM data.decided_fields;

-- what undecided_fields and decided_fields have flagged, found from the few that are: in a fifth of the time
CREATE OR REPLACE VIEW data.flagged AS
WITH current AS MATERIALIZED (SELECT extraction_id, report_id FROM data.current_extractions),
found AS MATERIALIZED (SELECT f.* FROM data.fields f SEMI JOIN current USING (extraction_id) WHERE f.flagged)
SELECT
    c.report_id, f.extraction_id, f.record, r.kind, r.record_key, r.confirmed, f.name AS field, f.value,
    f.value AS extracted_value, f.other, f.status, f.evidence, f.span_start, f.span_end, f.confidence, f.signals,
    coalesce(f.flags, []) AS flags, NULL::VARCHAR AS verdict, NULL::VARCHAR AS reviewer
FROM found f
JOIN current c USING (extraction_id)
JOIN data.records r USING (extraction_id, record)
ANTI JOIN data.latest_decisions d
    ON d.report_id = c.report_id AND d.kind = r.kind AND d.record_key = r.record_key AND d.field = f.name
ANTI JOIN data.rejected_records x USING (extraction_id, record)
UNION ALL BY NAME
SELECT
    d.report_id, d.extraction_id, d.record, d.kind, d.record_key, r.confirmed, d.field, d.value, d.extracted_value,
    d.other, d.status, d.evidence, d.span_start, d.span_end, d.confidence, d.signals, d.flags, d.verdict, d.reviewer
FROM data.decided_fields d JOIN data.records r USING (extraction_id, record)
WHERE d.flagged;

CREATE OR REPLACE VIEW data.titles AS
SELECT
    e.extraction_id, e.report_id, e.name AS report,
    min(f.value) FILTER (f.field = 'unit_name') AS unit_name,
    try_cast(min(f.value) FILTER (f.field = 'fiscal_year') AS INTEGER) AS fiscal_year
FROM data.current_extractions e
LEFT JOIN data.current_fields f ON f.extraction_id = e.extraction_id AND f.kind = 'report'
GROUP BY ALL;

CREATE OR REPLACE VIEW data.evaluation_names AS
SELECT r.extraction_id, r.evaluation, arg_min(f.value, r.record) AS evaluation_name
FROM data.current_records r
JOIN data.current_fields f ON f.extraction_id = r.extraction_id AND f.record = r.record AND f.field = 'name'
WHERE r.kind = 'evaluation' AND f.kind = 'evaluation'
GROUP BY ALL;
"""
"""The SQL of the views in the schema ``data``."""
