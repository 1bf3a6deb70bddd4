"""A database of before the review page: it opens, decisions stand, every view works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.review.deciding import undo
from pipeline.review.entries import entry_of
from pipeline.review.promotion import promote_reports
from pipeline.store import (
    VIEWS,
    Purpose,
    Store,
    Verdict,
    decisions_on,
    list_decisions,
    list_open,
    list_reports,
    load_extraction,
    migrations,
    open_store,
    second_looks,
    view_rows,
)
from schemas.records import RecordKind
from tests.review_samples import (
    EVERYTHING,
    PATROLS,
    REMEDY,
    REPORT_ID,
    SCORE,
    SURVIVAL,
    WHOLE,
    copy_of,
    extraction_id,
    folder_of,
    key,
    make_sample,
    next_fields,
    read_again,
    reading,
    say,
)
from tests.store_samples import sample_extraction

TABLES = ("runs", "reports", "sections", "chunks", "records", "fields", "findings", "gaps")
OLD = (  # decision, kind, record_key, field, verdict, value, number
    (1, "indicator", SURVIVAL, "score", "corrected", "9.5", 9.5),
    (2, "indicator", SURVIVAL, "score", "corrected", "9", 9),
    (3, "remedy", REMEDY, "", "rejected", None, None),
    (4, "indicator", PATROLS, "target", "accepted", "≥12次", 12),
    (5, "goal", "department|不再有的目标", "statement", "rejected", None, None),
)


def make_old(path: Path, sample: Path, steps: int) -> None:
    """A database as the code before made it, with decisions in the table as it was."""
    with duckdb.connect(str(path)) as connection:
        with pytest.MonkeyPatch.context() as older:
            older.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:steps])
            migrations.migrate(connection, path)
        connection.execute(f"ATTACH '{sample}' AS sample (READ_ONLY)")
        for table in TABLES:
            columns = connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database()"
                f" AND schema_name = 'data' AND table_name = '{table}' ORDER BY column_index"
            ).fetchall()
            names = ", ".join(f'"{name}"' for (name,) in columns)
            connection.execute(f"INSERT INTO data.{table} ({names}) SELECT {names} FROM sample.data.{table}")
        connection.execute("SELECT nextval('data.extraction_numbers')")
        for number, kind, record_key, field, verdict, value, amount in OLD:
            assert connection.execute("SELECT nextval('data.decision_numbers')").fetchone() == (number,)
            connection.execute(
                "INSERT INTO data.decisions VALUES"
                " (?, ?, ?, ?, ?, ?, ?, ?, NULL, 'none', NULL, NULL, '老张', '旧', TIMESTAMP '2025-01-02 03:04:05')",
                [number, REPORT_ID, kind, record_key, field, verdict, value, amount],
            )


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    steps = [step for step, _ in migrations.MIGRATIONS].index("views_of_model_doubts")
    make_old(folder / "old.duckdb", make_sample(folder / "sample.duckdb"), steps)
    with open_store(folder / "old.duckdb"):
        pass  # brought to the present shape
    return folder / "old.duckdb"


@pytest.fixture
def store(old: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(copy_of(old, tmp_path)) as opened:
        yield opened


def ask(store: Store, query: str) -> list[tuple[Any, ...]]:
    return store.connection.execute(query).fetchall()


def test_old_decisions_stand_and_are_in_the_log(store: Store) -> None:
    assert ask(store, "SELECT score, score_number, flagged, reviewed FROM indicators WHERE name = '果苗成活率'") == [
        ("9", 9, False, True)
    ]
    assert ask(store, "SELECT * FROM remedies") == []
    rows = list_decisions(store)
    assert [row.decision for row in rows] == [1, 2, 3, 4, 5]
    assert {(row.reviewer, row.note, row.purpose, row.token, row.undone) for row in rows} == {
        ("老张", "旧", "review", "", False)
    }
    assert {(row.before, row.shown, row.extraction_id, row.run_id, row.confidence) for row in rows} == {(None,) * 5}
    assert {tuple(row.reasons) for row in rows} == {()}


def test_every_view_works_and_nothing_is_open_but_what_was(store: Store) -> None:
    counts = {view: len(view_rows(store, view).rows) for view in VIEWS}
    assert counts["current_reports"] == 1
    assert counts["indicators"] == 2
    assert counts["unmatched_decisions"] == 1
    assert counts["flagged_fields"] == len(list_open(store, EVERYTHING)) == 0
    loaded, saved = load_extraction(store, extraction_id(store)), sample_extraction()
    assert (loaded.records, loaded.scores, loaded.findings) == (saved.records, saved.scores, saved.findings)


def test_later_runs_do_not_reopen_what_was_decided_before_runs_were_noted(store: Store) -> None:
    read_again(store, reading(value="8.6"))
    assert list_open(store, EVERYTHING) == ()
    assert ask(store, "SELECT score FROM indicators WHERE name = '果苗成活率'") == [("9",)]
    assert ask(store, "SELECT * FROM remedies") == []


def test_new_decisions_go_on_from_there(store: Store) -> None:
    entry = entry_of(folder_of(store), SCORE, Purpose.REVIEW, decisions_on(store, SCORE))
    assert (entry["value"], entry["read"], entry["seen"]) == ("9", "8.5", 2)
    assert say(store, "甲", Verdict.REJECTED).decision == 6
    undo(store, "甲", SCORE, 6)
    assert ask(store, "SELECT score FROM indicators WHERE name = '果苗成活率'") == [("9",)]
    undo(store, "甲", SCORE, 2)
    assert ask(store, "SELECT score FROM indicators WHERE name = '果苗成活率'") == [("9.5",)]
    undo(store, "甲", WHOLE, 3)
    assert [field.key for field in next_fields(store)] == [WHOLE]
    say(store, "甲", Verdict.ACCEPTED, key("", "unit_name", RecordKind.REPORT))
    assert second_looks(store) == ()


def test_an_old_review_is_promoted(store: Store, tmp_path: Path) -> None:
    (done,) = promote_reports(store, tmp_path / "out", list_reports(store))
    assert done.path is not None
