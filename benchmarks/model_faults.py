"""What is kept, and what is told, when something goes wrong: ``python -m benchmarks.model_faults [--json]``.

A server misbehaves in the same way towards this project and towards LangExtract, which is used as its documentation
shows: one ``lx.extract`` over a list of documents, with the retries that it has of its own.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from textwrap import shorten
from time import sleep
from typing import NamedTuple

from benchmarks.model_latency import MODEL, langextract_reader, plausible_answer
from benchmarks.throughput import CORPUS, generate_reports
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.settings import ModelSettings
from pipeline.run import Outcome, RunOptions, RunReport, make_engine, run
from tests.faulty_server import PROSE, Answer, Body, Fault, FaultyServer, Kind, Plan, Records, no_faults

ROOT = CORPUS.parents[1]
AT_ONCE = 8
BATCH = 20  # reports of the run that is killed
LONG = 3  # samples that make the long report
LATENCY = 0.1  # of that run, in seconds
_MARK = "▲"  # stands in every line of the report that is unlucky
_WIDTH = 80
_ERROR = Fault(Kind.SERVER_ERROR)


class Row(NamedTuple):
    """What one reader kept and told in one case."""

    case: str
    reader: str
    kept: str
    told: str


class Read(NamedTuple):
    """What came of reading: reports that were read, in whole or in part, what was told, and what the server saw."""

    reports: int
    told: str
    records: Records


Reader = Callable[[Sequence[Path], str, Path], tuple[int, str]]
"""Reads files with the model at a base URL, with a folder to write to; how many were read, and what was told."""


def main() -> int:
    """Print the table; 0. With ``--read`` be the process that is killed instead."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_faults")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--read", nargs=3, metavar=("READER", "BASE_URL", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    readers: dict[str, Reader] = {"this project": read_ours}
    if has_langextract():
        readers["LangExtract"] = read_with_langextract
    if options.read:
        reader, base_url, folder = options.read
        readers[reader](sorted((Path(folder) / "reports").glob("*.txt")), base_url, Path(folder))
        return 0
    rows = [row for case in (faulty_chunk, faulty_report, damaged_file, malformed, killed) for row in case(readers)]
    print(json.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=1) if options.json else table(rows))
    return 0


def faulty_chunk(readers: dict[str, Reader]) -> Iterator[Row]:
    """One report, one of whose requests is always answered with 500."""
    for name, reader in readers.items():
        unlucky = _Fourth()
        with tempfile.TemporaryDirectory() as folder:
            seen = observed(reader, [long_report(Path(folder))], Path(folder), plan=unlucky.plan)
        asked, good = len(seen.records.by_key), seen.records.good
        kept = good if seen.reports else 0
        yield Row("one request of a report always fails (500)", name, f"{kept} of {asked} answers", seen.told)


def faulty_report(readers: dict[str, Reader]) -> Iterator[Row]:
    """Five reports; every request about one of them is answered with 500."""

    def plan(_number: int, _key: str, body: Body) -> Fault | None:
        return _ERROR if _MARK in _question(body) else None

    for name, reader in readers.items():
        with tempfile.TemporaryDirectory() as folder:
            paths = generate_reports(Path(folder), 5)
            lines = paths[2].read_text(encoding="utf-8").splitlines()
            paths[2].write_text("\n".join(line + _MARK if line.strip() else line for line in lines), encoding="utf-8")
            seen = observed(reader, paths, Path(folder), plan=plan)
        yield Row("one report of five always fails (500)", name, f"{seen.reports} of 4 good reports", seen.told)


def damaged_file(readers: dict[str, Reader]) -> Iterator[Row]:
    """Five files, one of which is damaged. LangExtract takes texts, so that its user has to see to that."""
    for name, reader in readers.items():
        if reader is read_with_langextract:
            yield Row("one file of five is damaged", name, "-", "reads no files")
            continue
        with tempfile.TemporaryDirectory() as folder:
            paths = generate_reports(Path(folder), 5)
            paths[2].write_bytes(bytes(range(256)) * 40)
            seen = observed(reader, paths, Path(folder))
        yield Row("one file of five is damaged", name, f"{seen.reports} of 4 good reports", seen.told)


def malformed(readers: dict[str, Reader]) -> Iterator[Row]:
    """One report, one of whose requests is always answered with JSON that breaks off."""
    for name, reader in readers.items():
        unlucky = _Fourth()
        with tempfile.TemporaryDirectory() as folder:
            seen = observed(reader, [long_report(Path(folder))], Path(folder), answer=unlucky.answer)
        asked = len(unlucky.questions)
        kept = asked - 1 if seen.reports else 0
        yield Row("one answer is malformed JSON", name, f"{kept} of {asked} answers", seen.told)


def killed(readers: dict[str, Reader]) -> Iterator[Row]:
    """A run that is killed when half of its replies were sent, and started again."""
    for name in readers:
        with tempfile.TemporaryDirectory() as folder:
            generate_reports(Path(folder), BATCH)
            with FaultyServer(plausible_answer, latency=LATENCY) as server:
                _reading(name, server.base_url, folder).wait()
                whole = server.records().good
        with tempfile.TemporaryDirectory() as folder:
            generate_reports(Path(folder), BATCH)
            with FaultyServer(plausible_answer, latency=LATENCY) as server:
                process = _reading(name, server.base_url, folder)
                server.wait_until(partial(_has_sent, whole // 2), timeout=300)
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                sleep(2 * LATENCY)  # what was under way is answered, or found to be abandoned
                before = server.records().good
                _reading(name, server.base_url, folder).wait()
                twice = server.records().good - whole
        case = f"killed after {before} of {whole} replies, run again"
        yield Row(case, name, f"{before - twice} of {before} replies", f"{twice} paid for twice")


def observed(
    reader: Reader, paths: Sequence[Path], folder: Path, answer: Answer = plausible_answer, plan: Plan = no_faults
) -> Read:
    """What comes of reading from a server that misbehaves."""
    with FaultyServer(answer, plan) as server:
        reports, told = reader(paths, server.base_url, folder)
        return Read(reports, told, server.records())


def read_ours(paths: Sequence[Path], base_url: str, folder: Path) -> tuple[int, str]:
    """A run of the engine that asks the model about everything, with the prompts that ask the most."""
    settings = ModelSettings(
        MODEL, base_url=base_url, prompts="v1", concurrency=AT_ONCE, attempts=2, longest_wait=0.05, second_look=False
    )
    model = Model(settings, Endpoint(settings, None))
    report = run(paths, folder / "results.duckdb", make_engine("llm", model), RunOptions(), lambda _: None, model)
    read = sum(file.outcome in (Outcome.READ, Outcome.PARTIAL) for file in report.outcomes)
    return read, "; ".join(_told(report)) or "nothing"


def read_with_langextract(paths: Sequence[Path], base_url: str, folder: Path) -> tuple[int, str]:
    """One call for all documents; its log counts as telling, whether or not anybody looks at it."""
    del folder  # it keeps nothing
    read = langextract_reader(base_url, AT_ONCE)
    assert read is not None
    log = _Log()
    logger = logging.getLogger("absl")
    logger.addHandler(log)
    try:
        documents = read(paths)
    except Exception as error:
        return 0, shorten(f"raises {type(error).__name__}: {error}", _WIDTH, placeholder="…")
    finally:
        logger.removeHandler(log)
    told = f"a line in the log: {log.lines[0]}" if log.lines else "nothing"
    return len(documents), shorten(told, _WIDTH, placeholder="…")


def has_langextract() -> bool:
    """True where LangExtract is installed."""
    return langextract_reader("http://127.0.0.1/v1", 1) is not None


def long_report(folder: Path) -> Path:
    """A report about which there is more to ask than about the samples: several of them, one after the other."""
    paths = generate_reports(folder, LONG)
    whole = folder / "long.txt"
    whole.write_text("\n".join(path.read_text(encoding="utf-8") for path in paths), encoding="utf-8")
    return whole


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    lines = [
        f"{platform.machine()}, Python {platform.python_version()}",
        "",
        "| what goes wrong | reader | kept | told |",
        "|---|---|---|---|",
        *(f"| {row.case} | {row.reader} | {row.kept} | {row.told} |" for row in rows),
    ]
    return "\n".join(lines)


class _Fourth:
    """Picks the fourth question that is asked; whatever is sent about it again is unlucky as well."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def is_unlucky(self, body: Body) -> bool:
        question = _question(body)
        if question not in self.questions:
            self.questions.append(question)
        return self.questions.index(question) == 3

    def plan(self, _number: int, _key: str, body: Body) -> Fault | None:
        return _ERROR if self.is_unlucky(body) else None

    def answer(self, body: Body) -> str:
        whole = plausible_answer(body)
        return whole[: len(whole) // 2] or PROSE if self.is_unlucky(body) else whole


class _Log(logging.Handler):
    """Keeps warnings and errors."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _has_sent(replies: int, seen: Records) -> bool:
    return seen.good >= replies


def _question(body: Body) -> str:
    """What is asked in the first place: instructor adds messages where it sends an answer back."""
    return str(body["messages"][1]["content"])


def _told(report: RunReport) -> Iterator[str]:
    for file in report.outcomes:
        if file.outcome is not Outcome.READ:
            why = str(file.error) if file.error else "；".join(file.gaps)
            yield f"{file.outcome.value}: {why.replace(str(file.path), file.path.name)}"
    if report.stopped:
        yield f"stopped: {report.stopped}"


def _reading(reader: str, base_url: str, folder: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", __spec__.name, "--read", reader, base_url, folder]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
