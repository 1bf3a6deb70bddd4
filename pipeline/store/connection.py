"""Opening the database: one process at a time may hold it for writing, so a busy file is tried again for a while."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipeline.errors import BusyDatabase, NotADatabase, StoreError
from pipeline.store.migrations import migrate, require_current

BUSY_DELAYS: tuple[float, ...] = (0.05,) * 90
"""Seconds between the tries to open a busy database, each shortened at random by up to a half. With the tries, which
take about 15 ms each, it is some five seconds.

All are short, since a process that writes for long (see ``CallLog``) leaves the file free for some 30 ms at a time.
"""

# Nothing may be fetched from the network behind the user's back.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# Another process holds the file; another thread of ours is about to close it.
_BUSY = ("Could not set lock", "file handle conflict")
_INTERRUPTED = "Query interrupted"
_MAGIC = b"DUCK"
_MAGIC_OFFSET = 8
_MIGRATING = threading.Lock()  # threads that open the same new database at once would make its tables twice


@dataclass(frozen=True, slots=True)
class Store:
    """An open database, and an appender for each table that rows were added to. One thread uses it at a time."""

    connection: duckdb.DuckDBPyConnection
    path: Path
    appenders: dict[str, duckdb.Appender] = field(default_factory=dict)


def append_rows(store: Store, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Add the rows to the table, inside the transaction that is open."""
    if not rows:
        return
    appender = store.appenders.get(table)
    if appender is None:
        # Kept, since to open one takes as long as to write a hundred rows.
        appender = store.appenders[table] = store.connection.appender(f"data.{table}")
    appender.append_rows(rows)
    appender.flush()


@contextmanager
def open_store(path: Path, *, read_only: bool = False, checkpoint: bool = True) -> Iterator[Store]:
    """The database at the path, created where there is none, brought to the present shape, closed afterwards.

    Without ``checkpoint`` what was written stays in the log file beside the database, as durable there as in it, until
    that is large or somebody else closes the database: closing is quick then, for those who do it often.
    Several threads of a process may each have a store of the same database open.
    Raises BusyDatabase (transient), NotADatabase, NewerDatabase, or StoreError for everything else that DuckDB reports.
    """
    connection = _connect_patiently(path, read_only)
    try:
        if read_only:
            require_current(connection, path)
        else:
            with _MIGRATING:
                migrate(connection, path)
        if not checkpoint:
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        yield Store(connection, path)
    except duckdb.Error as error:
        raise store_error(error, path) from error
    except RuntimeError as error:
        _break_off_where_meant(error)
        raise
    finally:
        connection.close()


@contextmanager
def transaction(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction: committed at the end, rolled back whole after anything that was raised."""
    connection = store.connection
    try:
        connection.begin()
        try:
            yield connection
            connection.commit()
        except BaseException:
            _roll_back(store)
            raise
    except duckdb.Error as error:
        raise store_error(error, store.path) from error
    except RuntimeError as error:
        _break_off_where_meant(error)
        raise


def store_error(error: duckdb.Error, path: Path) -> StoreError:
    """Our error for one of DuckDB's: busy where trying again can help."""
    if isinstance(error, duckdb.TransactionException):
        return BusyDatabase(f"数据库 {path} 同时被另一处改写", "请稍后重试。")
    return StoreError(f"数据库 {path} 出错：{error}", "请检查磁盘空间、目录权限和文件是否完好。")


def _break_off_where_meant(error: RuntimeError) -> None:
    """Raise ``KeyboardInterrupt`` for DuckDB's word for it: it takes Ctrl-C for an error of its own while it works."""
    if str(error) == _INTERRUPTED:
        raise KeyboardInterrupt from error


def now() -> datetime:
    """The present moment in UTC, without a zone as the tables store it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _roll_back(store: Store) -> None:
    for appender in store.appenders.values():
        appender.clear()
    try:
        store.connection.rollback()
    except duckdb.Error:
        # A failed COMMIT has already ended the transaction: the first error is the one to tell.
        return


def _connect_patiently(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    for delay in BUSY_DELAYS:
        try:
            return _connect(path, read_only)
        except BusyDatabase:
            time.sleep(delay * random.uniform(0.5, 1))
    return _connect(path, read_only)


def _connect(path: Path, read_only: bool) -> duckdb.DuckDBPyConnection:
    # Absolute, since DuckDB takes "md:…" or ":memory:" for something else than a file.
    absolute = path.absolute()
    try:
        return duckdb.connect(str(absolute), read_only=read_only, config=_CONFIG)
    except duckdb.Error as error:
        raise _opening_error(error, absolute) from error
    except RuntimeError as error:
        _break_off_where_meant(error)
        raise


def _opening_error(error: duckdb.Error, path: Path) -> StoreError:
    if any(sign in str(error) for sign in _BUSY) or isinstance(error, duckdb.ConnectionException):
        return BusyDatabase(f"数据库 {path} 正被另一个进程使用", "请等它结束后重试，或换一个数据库路径。")
    if path.is_dir():
        return NotADatabase(f"{path} 是目录，不是数据库文件", "请给出文件路径，例如 reports.duckdb。")
    if not path.parent.is_dir():
        return StoreError(f"目录 {path.parent} 不存在", "请先建立该目录。")
    if not path.exists():
        return StoreError(f"数据库 {path} 不存在，也无法建立", "请核对路径和目录的写权限；只读方式不会建立新库。")
    if path.is_file() and not _has_magic(path):
        return NotADatabase(f"{path} 不是 DuckDB 数据库", "请换一个数据库路径；该文件未作任何改动。空文件可以先删除。")
    return store_error(error, path)


def _has_magic(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(_MAGIC_OFFSET + len(_MAGIC))[_MAGIC_OFFSET:] == _MAGIC
    except OSError:
        return True  # unreadable for us says nothing of what it is
