"""A batch: files in, outcomes out, and what was read written to the database whenever it is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from pipeline.errors import BusyDatabase, ExtractError
from pipeline.files import FoundFile, RawReport, read_report
from pipeline.store import RunCounts, Store, Twin, open_store, save_extraction, save_failure, save_twin
from pipeline.twins import Twins
from schemas.stages import Extraction

_BUG_HINT = "这是程序的缺陷，不是文件的问题；设置 EXTRACT_DEBUG=1 再运行一次可看到详情，请附上详情反馈。"
_WRITE_EVERY = 1.0  # seconds: to open the database costs about as much as to read a report by rules
_LONGEST_HOLD = 0.5  # seconds at a stretch for which reviewers and other runs are kept out
_FREE = 0.05  # seconds for which they are let in before what is left is written
_LAST_TRIES = (
    12  # each of about five seconds: what was extracted is not given up because somebody looks at the database
)


class Outcome(StrEnum):
    """What came of a file."""

    READ = "read"
    PARTIAL = "partial"  # read and stored, but a model could not read some part; a later run fills the gaps
    SKIPPED = "skipped"  # its content was extracted by an earlier run
    DUPLICATE = "duplicate"  # its content was extracted in this run from another file, or is there in another format
    FAILED = "failed"


class FileOutcome(NamedTuple):
    """A file and what came of it; ``error`` says why where it failed, ``gaps`` what is missing where it is partial,
    ``twin`` which report it holds in another format.
    """

    path: Path
    outcome: Outcome
    error: ExtractError | None = None
    gaps: tuple[str, ...] = ()
    twin: Twin | None = None


class Failure(NamedTuple):
    """A file that could not be read, why, and the SHA-256 of its bytes if they could be had."""

    error: ExtractError
    sha256: str | None


Result = Extraction | Failure | Outcome


class _Waiting(NamedTuple):
    place: int  # in the batch's outcomes
    path: Path
    result: Extraction | Failure


@dataclass(slots=True)
class Batch:
    """The outcomes of a run so far, and the results that wait to be written because the database was busy or just was
    written to.
    """

    database: Path
    run_id: str
    outcomes: list[FileOutcome] = field(default_factory=list)
    waiting: list[_Waiting] = field(default_factory=list)
    twins: Twins = field(default_factory=Twins)
    tried_at: float = 0.0

    def add(self, path: Path, result: Result) -> None:
        """Take a file's result, and write what waits unless that was done a moment ago."""
        if isinstance(result, Outcome):
            self.outcomes.append(FileOutcome(path, result))
            return
        self.waiting.append(_Waiting(len(self.outcomes), path, result))
        self.outcomes.append(_outcome_of(path, result))
        self.write_if_due()

    def write_if_due(self) -> None:
        """Write what waits unless that was done a moment ago."""
        if self.waiting and monotonic() - self.tried_at >= _WRITE_EVERY:
            self._write_if_free()

    def write_patiently(self) -> None:
        """Write everything that waits; raises ``BusyDatabase`` where others keep the database for long."""
        tries = 0
        while self.waiting:
            if self._write_if_free():
                sleep(_FREE if self.waiting else 0.0)
            elif (tries := tries + 1) == _LAST_TRIES:
                self._write()

    def counts(self) -> RunCounts:
        """How many files were read, skipped and failed."""
        outcomes = [outcome.outcome for outcome in self.outcomes]
        read = outcomes.count(Outcome.READ) + outcomes.count(Outcome.PARTIAL)
        skipped = outcomes.count(Outcome.SKIPPED) + outcomes.count(Outcome.DUPLICATE)
        return RunCounts(read, skipped, outcomes.count(Outcome.FAILED))

    def ordered(self, paths: Sequence[Path]) -> tuple[FileOutcome, ...]:
        """The outcomes in the order of the files, whichever was done first."""
        places = {path: place for place, path in enumerate(paths)}
        return tuple(sorted(self.outcomes, key=lambda outcome: places[outcome.path]))

    def _write_if_free(self) -> bool:
        try:
            self._write()
        except BusyDatabase:
            return False
        finally:
            self.tried_at = monotonic()
        if self.waiting:
            self.tried_at -= _WRITE_EVERY - _FREE  # what is left comes soon
        return True

    def _write(self) -> None:
        if not self.waiting:
            return
        with open_store(self.database) as store:
            until = monotonic() + _LONGEST_HOLD
            while self.waiting:
                place, path, result = self.waiting[0]
                if isinstance(result, Extraction):
                    try:
                        self._save(store, place, path, result)
                    except BusyDatabase:
                        raise
                    except Exception as error:  # one report that cannot be stored must not cost the others
                        result = Failure(as_extract_error(error, path), result.document.source.sha256)
                        self.outcomes[place] = _outcome_of(path, result)
                if isinstance(result, Failure):
                    save_failure(store, self.run_id, str(path), result.error, result.sha256)
                del self.waiting[0]
                if monotonic() > until:
                    break

    def _save(self, store: Store, place: int, path: Path, result: Extraction) -> None:
        twin = self.twins.find(store, result)
        if twin is None:
            save_extraction(store, self.run_id, result)
        else:
            save_twin(store, self.run_id, result.document.source.sha256, str(path), twin)
            self.outcomes[place] = FileOutcome(path, Outcome.DUPLICATE, twin=twin)


def extract_files(
    files: Sequence[FoundFile],
    known: frozenset[str],
    start: Callable[[RawReport], Future[Extraction]],
    at_once: int,
    *,
    in_order: bool = False,
) -> Iterator[tuple[FoundFile, Result] | None]:
    """The result of every report, each as soon as it is there or ``in_order``, ``at_once`` of them under way.

    ``start`` begins the extraction of one. ``None`` every second in which nothing is done, so that what was done before
    need not wait. An error that ends the run is raised when what else was under way is done.
    """
    stop: ExtractError | None = None
    under_way: dict[Future[Result], FoundFile] = {}
    prepared = _prepared(files, known)
    while True:
        following = next(prepared, None) if stop is None and len(under_way) < at_once else None
        if following is not None:
            file, found = following
            if isinstance(found, RawReport):
                under_way[_attempt(start, found)] = file
            elif in_order and under_way:
                under_way[_completed(found)] = file
            else:
                yield file, found
            if len(under_way) < at_once:
                continue
        if not under_way:
            break
        first = [next(iter(under_way))] if in_order else under_way
        done = wait(first, timeout=_WRITE_EVERY, return_when=FIRST_COMPLETED).done
        if not done:
            yield None
        for future in done:
            file = under_way.pop(future)
            try:
                result = future.result()
            except ExtractError as error:
                stop = stop or error
            else:
                yield file, result
    if stop is not None:
        raise stop


def at_once_here(work: Callable[[RawReport], Extraction]) -> Callable[[RawReport], Future[Extraction]]:
    """The work as something to start: done when it is started, in this very thread."""

    def start(raw: RawReport) -> Future[Extraction]:
        future: Future[Extraction] = Future()
        try:
            future.set_result(work(raw))
        except Exception as error:
            future.set_exception(error)
        return future

    return start


def as_extract_error(error: Exception, path: Path) -> ExtractError:
    """The error itself, or where it is none of ours one that says so."""
    if isinstance(error, ExtractError):
        return error
    wrapped = ExtractError(f"处理时出错：{path.name}（{type(error).__name__}: {error}）", _BUG_HINT)
    wrapped.__cause__ = error
    return wrapped


def _prepared(files: Sequence[FoundFile], known: frozenset[str]) -> Iterator[tuple[FoundFile, RawReport | Result]]:
    """Every report with its bytes, or with what came of it where it need not or cannot be read."""
    met: set[tuple[str, str]] = set()  # with the suffix, which says how it is read: one may fail, the other not
    for file in files:
        if file.error is not None:
            yield file, Failure(file.error, None)
            continue
        try:
            raw = read_report(file)
        except Exception as error:
            yield file, Failure(as_extract_error(error, file.path), None)
            continue
        content = raw.sha256, file.path.suffix.lower()
        if content in met:
            yield file, Outcome.DUPLICATE
        elif raw.sha256 in known:
            yield file, Outcome.SKIPPED
        else:
            met.add(content)
            yield file, raw


def _attempt(start: Callable[[RawReport], Future[Extraction]], raw: RawReport) -> Future[Result]:
    """The extraction, or why there is none: whatever is wrong with a file, the batch goes on.

    Fails only with an error that ends the run.
    """
    outer: Future[Result] = Future()

    def done(inner: Future[Extraction]) -> None:
        error = inner.exception()
        if error is None:
            outer.set_result(inner.result())
        elif isinstance(error, Exception) and not (isinstance(error, ExtractError) and error.stops_run):
            outer.set_result(Failure(as_extract_error(error, raw.path), raw.sha256))
        else:
            outer.set_exception(error)

    start(raw).add_done_callback(done)
    return outer


def _completed(result: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(result)
    return future


def _outcome_of(path: Path, result: Extraction | Failure) -> FileOutcome:
    if isinstance(result, Failure):
        return FileOutcome(path, Outcome.FAILED, result.error)
    gaps = tuple(dict.fromkeys(gap.message for gap in result.gaps))
    return FileOutcome(path, Outcome.PARTIAL if gaps else Outcome.READ, gaps=gaps)
