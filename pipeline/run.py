"""The main path: a document goes through one stage after the other, and nothing goes back.

``extract_document`` is the path itself and touches no file and no database; ``run`` takes files along it and keeps
what comes of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import monotonic, perf_counter
from typing import NamedTuple, TypeVar

from pipeline.checks import check_records
from pipeline.chunks import split_chunks
from pipeline.confidence import score_fields
from pipeline.engines.engine import Engine
from pipeline.engines.rules import RulesEngine
from pipeline.errors import BusyDatabase, ExtractError, NotAReport, UsageError
from pipeline.files import FoundFile, collect_files
from pipeline.grounding import ground
from pipeline.readers import decode_document, read_bytes
from pipeline.sections import split_sections
from pipeline.settings import DEFAULT_THRESHOLD, VERSION
from pipeline.store import (
    RunCounts,
    RunSummary,
    finish_run,
    known_extractions,
    open_store,
    save_extraction,
    save_failure,
    start_run,
    summarize_run,
)
from schemas.stages import Extraction
from schemas.text import Document

T = TypeVar("T")

ENGINES: dict[str, Callable[[], Engine]] = {"rules": RulesEngine}
"""What makes each engine, by the name that the user calls it."""

_GENRE = ("绩效", "自评")
_BUG_HINT = "这是程序的缺陷，不是文件的问题；设置 EXTRACT_DEBUG=1 再运行一次可看到详情，请附上详情反馈。"
_WRITE_EVERY = 1.0  # seconds: to open the database costs about as much as to read a report by rules
_LAST_TRIES = 20  # each of about two seconds: what was extracted is not given up because somebody looks at the database


def extract_document(document: Document, engine: Engine, threshold: float = DEFAULT_THRESHOLD) -> Extraction:
    """Everything that an engine reads from a document, grounded, checked and scored. Pure: no file, no database.

    Raises ``NotAReport`` for a text that is readable but of another kind.
    """
    seconds: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], T]) -> T:
        start = perf_counter()
        result = work()
        seconds[stage] = perf_counter() - start
        return result

    require_report(document)
    sections = timed("sections", lambda: split_sections(document))
    chunks = timed("chunks", lambda: split_chunks(document, sections))
    reading = timed("engine", lambda: engine.read(document, sections, chunks))
    records = timed("grounding", lambda: ground(document, reading.candidates))
    findings = timed("checks", lambda: check_records(document, records))
    scores = timed("confidence", lambda: score_fields(records, findings, threshold))
    return Extraction(document, sections, chunks, records, findings, scores, engine.name, seconds, reading.gaps)


def require_report(document: Document) -> None:
    """Raise ``NotAReport`` where a text has none of the words that every self-evaluation report has."""
    if not any(word in document.text for word in _GENRE):
        raise NotAReport(
            f"不像绩效自评报告：{document.source.name}（全文没有“绩效”“自评”字样）", "请确认文件是否放错了文件夹。"
        )


class Outcome(StrEnum):
    """What came of a file."""

    READ = "read"
    SKIPPED = "skipped"  # its content was extracted by an earlier run
    DUPLICATE = "duplicate"  # its content was extracted in this run, from another file
    FAILED = "failed"


class FileOutcome(NamedTuple):
    """A file and what came of it; ``error`` says why where it failed."""

    path: Path
    outcome: Outcome
    error: ExtractError | None = None


class Progress(NamedTuple):
    """How far a run is: files done and files in all, and the file done last (``None`` at the start)."""

    done: int
    total: int
    last: FileOutcome | None


class RunReport(NamedTuple):
    """What came of a run, and of each of its files in order. ``interrupted`` where the user stopped it."""

    summary: RunSummary
    outcomes: tuple[FileOutcome, ...]
    interrupted: bool


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is done; ``force`` reads again what was extracted before."""

    threshold: float = DEFAULT_THRESHOLD
    force: bool = False


def make_engine(name: str) -> Engine:
    """The engine of that name; raises ``UsageError`` where there is none."""
    if name not in ENGINES:
        raise UsageError(f"没有名为“{name}”的引擎", f"可用的引擎：{'、'.join(ENGINES)}。")
    return ENGINES[name]()


def engine_version(engine: Engine) -> str:
    """What is stored as the version of an extraction: a change of the engine or of the project makes it outdated."""
    return f"{engine.version}+{VERSION}"


def run(
    paths: Sequence[Path],
    database: Path,
    engine: Engine,
    options: RunOptions,
    progress: Callable[[Progress], None],
) -> RunReport:
    """Extract every file at the paths into the database; what fails is noted there and does not stop the others.

    The database is held only while it is written to, each report in a transaction of its own. Raises ``StoreError``
    where the database cannot be used.
    """
    version = engine_version(engine)
    with open_store(database) as store:
        known = frozenset[str]() if options.force else known_extractions(store, engine.name, version)
        settings = {"threshold": str(options.threshold), "force": str(options.force).lower()}
        run_id = start_run(store, engine.name, version, settings)
    files = collect_files(paths)
    batch = _Batch(database, run_id)
    progress(Progress(0, len(files), None))
    interrupted = False
    try:
        for done, (file, result) in enumerate(_extract_files(files, known, engine, options.threshold), start=1):
            batch.add(file.path, result)
            progress(Progress(done, len(files), batch.outcomes[-1]))
    except KeyboardInterrupt:
        interrupted = True
    batch.write_patiently()
    with open_store(database) as store:
        finish_run(store, run_id, batch.counts())
        summary = summarize_run(store, run_id)
    return RunReport(summary, tuple(batch.outcomes), interrupted)


class _Failure(NamedTuple):
    error: ExtractError
    sha256: str | None


_Result = Extraction | _Failure | Outcome


class _Waiting(NamedTuple):
    place: int  # in the batch's outcomes
    path: Path
    result: Extraction | _Failure


@dataclass(slots=True)
class _Batch:
    """The outcomes of a run so far, and the results that wait to be written because the database was busy or just was
    written to.
    """

    database: Path
    run_id: str
    outcomes: list[FileOutcome] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)
    tried_at: float = 0.0

    def add(self, path: Path, result: _Result) -> None:
        """Take a file's result, and write what waits unless that was done a moment ago."""
        if isinstance(result, Outcome):
            self.outcomes.append(FileOutcome(path, result))
            return
        self.waiting.append(_Waiting(len(self.outcomes), path, result))
        if isinstance(result, _Failure):
            self.outcomes.append(FileOutcome(path, Outcome.FAILED, result.error))
        else:
            self.outcomes.append(FileOutcome(path, Outcome.READ))
        if monotonic() - self.tried_at >= _WRITE_EVERY:
            self._write_if_free()

    def write_patiently(self) -> None:
        """Write everything that waits; raises ``BusyDatabase`` where others keep the database for long."""
        for _ in range(_LAST_TRIES):
            if self._write_if_free():
                return
        self._write()

    def counts(self) -> RunCounts:
        """How many files were read, skipped and failed."""
        outcomes = [outcome.outcome for outcome in self.outcomes]
        skipped = outcomes.count(Outcome.SKIPPED) + outcomes.count(Outcome.DUPLICATE)
        return RunCounts(outcomes.count(Outcome.READ), skipped, outcomes.count(Outcome.FAILED))

    def _write_if_free(self) -> bool:
        try:
            self._write()
        except BusyDatabase:
            return False
        finally:
            self.tried_at = monotonic()
        return True

    def _write(self) -> None:
        if not self.waiting:
            return
        with open_store(self.database) as store:
            while self.waiting:
                place, path, result = self.waiting[0]
                if isinstance(result, Extraction):
                    try:
                        save_extraction(store, self.run_id, result)
                    except BusyDatabase:
                        raise
                    except Exception as error:  # one report that cannot be stored must not cost the others
                        result = _Failure(_as_extract_error(error, path), result.document.source.sha256)
                        self.outcomes[place] = FileOutcome(path, Outcome.FAILED, result.error)
                if isinstance(result, _Failure):
                    save_failure(store, self.run_id, str(path), result.error, result.sha256)
                del self.waiting[0]


def _extract_files(
    files: Sequence[FoundFile], known: frozenset[str], engine: Engine, threshold: float
) -> Iterator[tuple[FoundFile, _Result]]:
    extracted: set[str] = set()
    for file in files:
        if file.error is not None:
            yield file, _Failure(file.error, None)
            continue
        sha256: str | None = None
        result: _Result
        try:
            data = read_bytes(file.path)
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in extracted:
                result = Outcome.DUPLICATE
            elif sha256 in known:
                result = Outcome.SKIPPED
            else:
                result = extract_document(decode_document(file.path, data), engine, threshold)
                extracted.add(sha256)
        except Exception as error:  # whatever is wrong with a file, the batch goes on
            result = _Failure(_as_extract_error(error, file.path), sha256)
        yield file, result


def _as_extract_error(error: Exception, path: Path) -> ExtractError:
    if isinstance(error, ExtractError):
        return error
    wrapped = ExtractError(f"处理时出错：{path.name}（{type(error).__name__}: {error}）", _BUG_HINT)
    wrapped.__cause__ = error
    return wrapped
