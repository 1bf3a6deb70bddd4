"""The tables, all in the schema ``data``: what was read, run by run. Rows are added, and only a run's end is updated.

``TABLES`` is how the tables began; what stands below it was added later, step by step.

Moments are UTC. Columns that repeat for every field hold plain text and numbers: a nested or JSON column costs
about a microsecond a value to convert, a plain one a tenth of that.
"""

from __future__ import annotations

TABLES = """
CREATE SCHEMA IF NOT EXISTS data;

CREATE TABLE data.runs (
    run_id VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP,
    engine VARCHAR NOT NULL, version VARCHAR NOT NULL, settings JSON NOT NULL,
    reports_read INTEGER, reports_skipped INTEGER, reports_failed INTEGER
);

CREATE SEQUENCE data.extraction_numbers;

-- one row for each reading of a file's content; report_id is the SHA-256 of the file's bytes
CREATE TABLE data.reports (
    number BIGINT NOT NULL, extraction_id VARCHAR NOT NULL, run_id VARCHAR NOT NULL, report_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL, path VARCHAR NOT NULL, reader VARCHAR NOT NULL, unit_name VARCHAR, fiscal_year VARCHAR,
    text VARCHAR NOT NULL, tables JSON NOT NULL, outline JSON NOT NULL, pages JSON NOT NULL,
    engine VARCHAR NOT NULL, seconds JSON NOT NULL, status VARCHAR NOT NULL, extracted_at TIMESTAMP NOT NULL
);

CREATE TABLE data.failures (
    run_id VARCHAR NOT NULL, path VARCHAR NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR,
    code VARCHAR NOT NULL, message VARCHAR NOT NULL, hint VARCHAR NOT NULL, failed_at TIMESTAMP NOT NULL
);

CREATE TABLE data.sections (
    extraction_id VARCHAR NOT NULL, section INTEGER NOT NULL, parent INTEGER, level INTEGER NOT NULL,
    number VARCHAR NOT NULL, title VARCHAR NOT NULL, heading_start INTEGER, heading_end INTEGER,
    span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, kind VARCHAR NOT NULL
);

CREATE TABLE data.chunks (
    extraction_id VARCHAR NOT NULL, chunk INTEGER NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL,
    section INTEGER NOT NULL, kind VARCHAR NOT NULL, heading_path VARCHAR[] NOT NULL, preface VARCHAR NOT NULL
);

CREATE TABLE data.model_calls (
    key VARCHAR NOT NULL, run_id VARCHAR, model VARCHAR NOT NULL, request JSON NOT NULL, response JSON,
    status VARCHAR NOT NULL, input_tokens INTEGER, output_tokens INTEGER, seconds DOUBLE, called_at TIMESTAMP NOT NULL
);

-- record_key names the record in words that a later reading of the same report finds again;
-- "references" is JSON text, and evaluation its reference to an evaluation (an evaluation's own id)
CREATE TABLE data.records (
    extraction_id VARCHAR NOT NULL, record INTEGER NOT NULL, kind VARCHAR NOT NULL, record_key VARCHAR NOT NULL,
    evaluation VARCHAR, "references" VARCHAR NOT NULL,
    quote VARCHAR NOT NULL, quote_start INTEGER, quote_end INTEGER, quote_status VARCHAR NOT NULL,
    engine VARCHAR NOT NULL, rule VARCHAR NOT NULL, chunk INTEGER
);

-- position is the field's place in its record, NULL where only a score names it (a reference, or '' for the record);
-- score_position is the score's place among the scores, NULL where the field has none;
-- number is the value in the base unit of its dimension; of funding.unit it is that unit's worth;
-- evidence is the span's characters where they differ from the value; signals is JSON text; flags is NULL without any
CREATE TABLE data.fields (
    extraction_id VARCHAR NOT NULL, record INTEGER NOT NULL, position INTEGER, name VARCHAR NOT NULL, value VARCHAR,
    number DECIMAL(38, 10), unit VARCHAR, dimension VARCHAR, status VARCHAR, span_start INTEGER, span_end INTEGER,
    evidence VARCHAR, score_position INTEGER, confidence DOUBLE, signals VARCHAR,
    flagged BOOLEAN NOT NULL, flags VARCHAR[]
);

CREATE TABLE data.findings (
    extraction_id VARCHAR NOT NULL, finding INTEGER NOT NULL, code VARCHAR NOT NULL, severity VARCHAR NOT NULL,
    detail VARCHAR NOT NULL, about_report BOOLEAN NOT NULL,
    evidence STRUCT("start" INTEGER, "end" INTEGER, quote VARCHAR)[] NOT NULL,
    fields STRUCT(record INTEGER, field VARCHAR)[] NOT NULL
);

CREATE SEQUENCE data.decision_numbers;

-- a reviewer's work; value is what stands from now on (NULL after a rejection), field '' means the record as a whole
CREATE TABLE data.decisions (
    decision BIGINT NOT NULL, report_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, record_key VARCHAR NOT NULL,
    field VARCHAR NOT NULL, verdict VARCHAR NOT NULL, value VARCHAR, number DECIMAL(38, 10), unit VARCHAR,
    dimension VARCHAR, span_start INTEGER, span_end INTEGER,
    reviewer VARCHAR NOT NULL, note VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL
);
"""

# model_calls held nothing before. One row for each request that was sent: a later number overrides an earlier one of
# the same key. Requests repeat their templates, which zstd finds and DuckDB's own choice for strings does not:
# a tenth of the size, and of the time that a checkpoint takes.
CALLS_AND_GAPS = """
DROP TABLE data.model_calls;

CREATE SEQUENCE data.call_numbers;

CREATE TABLE data.model_calls (
    number BIGINT NOT NULL, key VARCHAR NOT NULL, run_id VARCHAR NOT NULL, report_id VARCHAR NOT NULL,
    task VARCHAR NOT NULL, model VARCHAR NOT NULL, prompts VARCHAR NOT NULL,
    request VARCHAR NOT NULL USING COMPRESSION zstd, response VARCHAR USING COMPRESSION zstd,
    state VARCHAR NOT NULL, error VARCHAR,
    input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cost DECIMAL(18, 8), currency VARCHAR, seconds DOUBLE NOT NULL, called_at TIMESTAMP NOT NULL
);

-- what a second reader of the same passage said: of the record, and of the field's value ('' for nothing)
ALTER TABLE data.records ADD COLUMN confirmed BOOLEAN;
ALTER TABLE data.fields ADD COLUMN other VARCHAR;

-- a task of a chunk that could not be read, and why
CREATE TABLE data.gaps (
    extraction_id VARCHAR NOT NULL, gap INTEGER NOT NULL, chunk INTEGER NOT NULL, task VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, message VARCHAR NOT NULL
);
"""

# What evaluation measured. A run reads a labeled corpus once or several times (repeat, from 1). case_hash is the
# SHA-256 of a report's text and labels: what two runs share is compared. gold and predicted are labels as JSON.
# A judgement is a field that gold or prediction fills; gold_record and predicted_record are places among the records
# of the kind. part of whole is a measure of the run that is no field's.
EVALUATIONS = """
CREATE SEQUENCE data.eval_numbers;

CREATE TABLE data.eval_runs (
    eval_id VARCHAR NOT NULL, name VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, ended_at TIMESTAMP,
    corpus VARCHAR NOT NULL, corpus_hash VARCHAR NOT NULL, engine VARCHAR NOT NULL, model VARCHAR, prompts VARCHAR,
    settings JSON NOT NULL, repeats INTEGER NOT NULL
);

CREATE TABLE data.eval_cases (
    case_hash VARCHAR NOT NULL, report VARCHAR NOT NULL,
    text VARCHAR NOT NULL USING COMPRESSION zstd, gold VARCHAR NOT NULL USING COMPRESSION zstd
);

CREATE TABLE data.eval_reports (
    eval_id VARCHAR NOT NULL, repeat INTEGER NOT NULL, report VARCHAR NOT NULL, case_hash VARCHAR NOT NULL,
    error VARCHAR, seconds DOUBLE NOT NULL, calls INTEGER NOT NULL, failed_calls INTEGER NOT NULL,
    call_seconds DOUBLE NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    sent INTEGER NOT NULL, answered INTEGER NOT NULL, cost DECIMAL(18, 8), currency VARCHAR,
    predicted VARCHAR NOT NULL USING COMPRESSION zstd
);

CREATE TABLE data.eval_judgements (
    eval_id VARCHAR NOT NULL, repeat INTEGER NOT NULL, report VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, origin VARCHAR NOT NULL, field VARCHAR NOT NULL, outcome VARCHAR NOT NULL,
    gold VARCHAR, predicted VARCHAR, quote VARCHAR NOT NULL, gold_record INTEGER, predicted_record INTEGER,
    confidence DOUBLE
);

CREATE TABLE data.eval_findings (
    eval_id VARCHAR NOT NULL, repeat INTEGER NOT NULL, report VARCHAR NOT NULL, code VARCHAR NOT NULL,
    predicted INTEGER NOT NULL, right_ones INTEGER NOT NULL, gold INTEGER NOT NULL, found INTEGER NOT NULL
);

CREATE TABLE data.eval_measures (
    eval_id VARCHAR NOT NULL, measure VARCHAR NOT NULL, part BIGINT NOT NULL, whole BIGINT NOT NULL
);
"""

# how unsure a model was of a value, and whether its answer had to be sent back
MODEL_DOUBTS = """
ALTER TABLE data.records ADD COLUMN sent_back BOOLEAN DEFAULT false;
ALTER TABLE data.fields ADD COLUMN doubt DOUBLE;
"""

# where the text stands on its pages, and what was read by optical character recognition; NULL for none
LAYOUT = """
ALTER TABLE data.reports ADD COLUMN boxes VARCHAR USING COMPRESSION zstd;
ALTER TABLE data.reports ADD COLUMN recognized VARCHAR USING COMPRESSION zstd;
"""

# Of a decision: token is the client's own name for it, under which it is saved once; before is what stood until then,
# read what had been extracted, shown_* what the reviewer looked at; purpose is review, audit (of a field that was not
# flagged) or second (blind); undoes is the decision that an undoing takes back. A lease keeps a field for one reviewer
# until it runs out.
REVIEWS = """
ALTER TABLE data.decisions ADD COLUMN token VARCHAR DEFAULT '';
ALTER TABLE data.decisions ADD COLUMN purpose VARCHAR DEFAULT 'review';
ALTER TABLE data.decisions ADD COLUMN undoes BIGINT;
ALTER TABLE data.decisions ADD COLUMN extraction_id VARCHAR;
ALTER TABLE data.decisions ADD COLUMN run_id VARCHAR;
ALTER TABLE data.decisions ADD COLUMN before VARCHAR;
ALTER TABLE data.decisions ADD COLUMN read VARCHAR;
ALTER TABLE data.decisions ADD COLUMN shown_start INTEGER;
ALTER TABLE data.decisions ADD COLUMN shown_end INTEGER;
ALTER TABLE data.decisions ADD COLUMN shown VARCHAR;
ALTER TABLE data.decisions ADD COLUMN confidence DOUBLE;
ALTER TABLE data.decisions ADD COLUMN reasons VARCHAR[];

CREATE TABLE data.leases (
    report_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, record_key VARCHAR NOT NULL, field VARCHAR NOT NULL,
    purpose VARCHAR NOT NULL, reviewer VARCHAR NOT NULL, until TIMESTAMP NOT NULL, skipped BOOLEAN NOT NULL
);
"""

# A report that came in several files has parts. A twin is a file with a report that is there in another format: its
# report_id is the file's, twin_id the report's that was kept.
PARTS_AND_TWINS = """
ALTER TABLE data.reports ADD COLUMN parts VARCHAR;

CREATE TABLE data.twins (
    run_id VARCHAR NOT NULL, report_id VARCHAR NOT NULL, path VARCHAR NOT NULL,
    twin_id VARCHAR NOT NULL, twin_path VARCHAR NOT NULL, likeness DOUBLE NOT NULL, found_at TIMESTAMP NOT NULL
);
"""
