"""Reading processes: each may loop, fill the memory or die, and costs nothing but its own file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipeline.engines.rules import RulesEngine
from pipeline.errors import DamagedFile, EmptyFile, ExtractError, TooLarge
from pipeline.run import Outcome, RunOptions, run
from pipeline.store import list_reports, open_store
from pipeline.workers import Workers

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus" / "reports"


def loop() -> None:
    while True:
        time.sleep(0.01)


def die() -> None:
    os.kill(os.getpid(), 9)


def fill() -> int:
    return len(bytearray(64 * 1024**3))


def refuse() -> None:
    raise EmptyFile("空", "换一份")


def fail() -> None:
    raise ZeroDivisionError("oops")


def double(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize(
    ("work", "error", "words"),
    [(loop, TooLarge, "秒"), (die, DamagedFile, "意外结束"), (fill, TooLarge, "内存")],
    ids=["loops", "dies", "fills the memory"],
)
def test_a_process_that_goes_wrong_fails_its_file_and_no_other(
    work: object, error: type[ExtractError], words: str
) -> None:
    with Workers(1, seconds=2.0) as workers:
        bad = workers.submit(work)  # type: ignore[arg-type]
        good = workers.submit(double, 21)
        with pytest.raises(error, match=words) as raised:
            bad.result()
        assert raised.value.hint
        assert good.result() == 42


def test_errors_come_back_as_they_were_raised() -> None:
    with Workers(1) as workers:
        with pytest.raises(EmptyFile) as raised:
            workers.submit(refuse).result()
        assert (str(raised.value), raised.value.hint) == ("空", "换一份")
        with pytest.raises(ZeroDivisionError):
            workers.submit(fail).result()


def break_off() -> None:
    with Workers(1) as workers:
        workers.submit(loop)
        raise KeyboardInterrupt


def test_leaving_on_an_error_does_not_wait_for_what_is_under_way() -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off()


def test_a_batch_in_processes_gives_the_rows_of_one_without(tmp_path: Path) -> None:
    rows = {}
    for count in (0, 2):
        database = tmp_path / f"{count}.duckdb"
        report = run([CORPUS], database, RulesEngine(), RunOptions(workers=count), lambda _: None)
        assert {file.outcome for file in report.outcomes} == {Outcome.READ}
        with open_store(database) as store:
            query = "SELECT r.name, f.* EXCLUDE (extraction_id) FROM data.fields f JOIN data.reports r"
            found = store.connection.execute(f"{query} USING (extraction_id) ORDER BY ALL").fetchall()
            rows[count] = found, [report.name for report in list_reports(store)]
    assert rows[0] == rows[2]
