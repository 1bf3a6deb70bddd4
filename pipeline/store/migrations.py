"""The steps from an empty database to the present shape: numbered by their place, added at the end, never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from pipeline.errors import NewerDatabase, NotADatabase, StoreError
from pipeline.store.tables import CALLS_AND_GAPS, EVALUATIONS, LAYOUT, MODEL_DOUBTS, PARTS_AND_TWINS, REVIEWS, TABLES
from pipeline.store.views import view_definitions

Migration = Callable[[duckdb.DuckDBPyConnection], None]


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(TABLES)


def _leave_to_a_later_step(_: duckdb.DuckDBPyConnection) -> None:
    """Nothing: what the step once made is made anew by a later one."""


def _add_calls_and_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(CALLS_AND_GAPS)


def _add_evaluations(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(EVALUATIONS)


def _add_model_doubts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(MODEL_DOUBTS)


def _add_layout(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(LAYOUT)


def _add_reviews(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(REVIEWS)


def _add_parts_and_twins(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(PARTS_AND_TWINS)


def _create_views(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(view_definitions())


MIGRATIONS: tuple[tuple[str, Migration], ...] = (
    ("create_tables", _create_tables),
    ("create_views", _leave_to_a_later_step),
    ("calls_and_gaps", _add_calls_and_gaps),
    ("views_of_calls_and_gaps", _leave_to_a_later_step),
    ("evaluations", _add_evaluations),
    ("model_doubts", _add_model_doubts),
    ("views_of_model_doubts", _leave_to_a_later_step),
    ("layout", _add_layout),
    ("views_of_layout", _leave_to_a_later_step),
    ("reviews", _add_reviews),
    ("views_of_reviews", _leave_to_a_later_step),
    ("parts_and_twins", _add_parts_and_twins),
    ("views_of_parts", _create_views),
)
"""Names and steps. A change to the views' SQL or to the fields of the schemas adds ``_create_views`` once more at the
end, under a new name, and leaves its earlier place empty: the views of today need the tables of today."""


def applied_migrations(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """How many of our migrations the database has had, 0 for one that holds nothing yet.

    Raises NotADatabase where it holds tables of somebody else, NewerDatabase where it is ahead of this code.
    """
    try:
        names = connection.execute("SELECT number, name FROM data.migrations ORDER BY number").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # asked only now: to list the tables takes half as long as to open the file
        if connection.execute("SELECT 1 FROM duckdb_tables() WHERE NOT internal AND NOT temporary").fetchone() is None:
            return 0
        raise NotADatabase(
            f"{path} 里是别的程序的表，不是本程序的数据库", "请换一个数据库路径；该文件未作任何改动。"
        ) from error
    ours = [(number, name) for number, (name, _) in enumerate(MIGRATIONS, start=1)]
    if names[: len(ours)] != ours[: len(names)]:
        raise NotADatabase(f"{path} 的迁移记录与本程序不符", "请换一个数据库路径；该文件未作任何改动。")
    if len(names) > len(ours):
        raise NewerDatabase(
            f"{path} 由更新的版本写成（结构版本 {len(names)}，本程序只到 {len(ours)}）", "请升级本程序后再打开。"
        )
    return len(names)


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring the database to the present shape, each step in a transaction of its own."""
    done = applied_migrations(connection, path)
    for number, (name, step) in enumerate(MIGRATIONS[done:], start=done + 1):
        connection.begin()
        try:
            connection.execute(
                "CREATE SCHEMA IF NOT EXISTS data;"
                "CREATE TABLE IF NOT EXISTS data.migrations"
                " (number INTEGER NOT NULL, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
            )
            step(connection)
            connection.execute("INSERT INTO data.migrations VALUES (?, ?, now() AT TIME ZONE 'UTC')", [number, name])
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def require_current(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Return where the database has the present shape; raise StoreError where it must first be opened for writing."""
    if applied_migrations(connection, path) < len(MIGRATIONS):
        raise StoreError(f"{path} 的结构还是旧版，只读方式不能升级", "请先以可写方式打开一次（例如再运行一次提取）。")
