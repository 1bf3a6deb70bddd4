"""The main path: a document goes through one stage after the other, and nothing goes back.

``extract_document`` is the path itself and touches no file and no database; ``run`` takes files along it and keeps
what comes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pipeline.batch import Batch, FileOutcome, Outcome, at_once_here, extract_files
from pipeline.checks import check_records
from pipeline.chunks import split_chunks
from pipeline.confidence import Trust, default_model, score_fields
from pipeline.engines.engine import Engine
from pipeline.engines.rules import RulesEngine
from pipeline.errors import ExtractError, NotAReport, UsageError
from pipeline.files import RawReport, collect_files, decode_report
from pipeline.grounding import ground
from pipeline.instructions import without_instructions
from pipeline.replies import StoredReplies, keep_replies
from pipeline.sections import split_sections
from pipeline.settings import NO_MODEL_HINT, VERSION
from pipeline.store import RunSummary, finish_run, known_extractions, open_store, start_run, summarize_run
from pipeline.workers import Workers
from schemas.stages import Extraction
from schemas.text import Document

if TYPE_CHECKING:
    from pipeline.engines.llm.model import Model

T = TypeVar("T")

__all__ = ["ENGINES", "FileOutcome", "Outcome", "Progress", "RunOptions", "RunReport", "extract_document", "run"]

ENGINES = ("rules", "llm", "hybrid")
"""The names of the engines, as the user calls them; all but the first need a model."""

DEFAULT_TRUST = Trust()
_GENRE = ("绩效", "自评")
_WAITING = 16  # reports that wait for each process, so that none is idle while results are written


def extract_document(document: Document, engine: Engine, trust: Trust = DEFAULT_TRUST) -> Extraction:
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
    shown = timed("instructions", lambda: without_instructions(document))
    sections = timed("sections", lambda: split_sections(shown))
    chunks = timed("chunks", lambda: split_chunks(shown, sections))
    reading = timed("engine", lambda: engine.read(shown, sections, chunks))
    records = timed("grounding", lambda: ground(shown, reading.candidates))
    accepted = [record for record in records if record.accepted]  # a contradiction takes two statements of the report
    findings = timed("checks", lambda: check_records(document, accepted))
    scores = timed("confidence", lambda: score_fields(document, records, findings, trust))
    return Extraction(document, sections, chunks, records, findings, scores, engine.name, seconds, reading.gaps)


def require_report(document: Document) -> None:
    """Raise ``NotAReport`` where a text has none of the words that every self-evaluation report has."""
    if not any(word in document.text for word in _GENRE):
        raise NotAReport(
            f"不像绩效自评报告：{document.source.name}（全文没有“绩效”“自评”字样）", "请确认文件是否放错了文件夹。"
        )


class Progress(NamedTuple):
    """How far a run is: files done and files in all, and the file done last (``None`` at the start)."""

    done: int
    total: int
    last: FileOutcome | None


class RunReport(NamedTuple):
    """What came of a run, and of each of its files in order.

    ``interrupted`` where the user stopped it, ``stopped`` says why where it ended by itself before all were done.
    """

    summary: RunSummary
    outcomes: tuple[FileOutcome, ...]
    interrupted: bool
    stopped: ExtractError | None = None

    @property
    def incomplete(self) -> bool:
        """True where some file failed, or was read in part only."""
        return any(file.outcome in (Outcome.FAILED, Outcome.PARTIAL) for file in self.outcomes)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is done: ``force`` reads again what was extracted before, ``by_folder`` takes the files of a folder for
    one report, ``workers`` is how many processes read (0: this one, without limits on what a file may do to it).
    """

    trust: Trust = DEFAULT_TRUST
    force: bool = False
    by_folder: bool = False
    workers: int = 0

    def described(self, model: Model | None) -> dict[str, str]:
        """What is stored of the settings of a run: everything that tells how it was done, and no secret."""
        fitted = (self.trust.model or default_model()).sha256
        own = {"threshold": str(self.trust.threshold), "confidence": fitted, "force": str(self.force).lower()}
        return own if model is None else own | model.described()


def make_engine(name: str, model: Model | None = None) -> Engine:
    """The engine of that name; raises ``UsageError`` where there is none, or no model where it needs one."""
    if name not in ENGINES:
        raise UsageError(f"没有名为“{name}”的引擎", f"可用的引擎：{'、'.join(ENGINES)}。")
    if name == "rules":
        return RulesEngine()
    if model is None:
        raise UsageError(f"引擎 {name} 需要模型", NO_MODEL_HINT)
    from pipeline.engines.hybrid import HybridEngine  # the openai package takes half a second to load
    from pipeline.engines.llm.engine import LlmEngine

    return LlmEngine(model) if name == "llm" else HybridEngine(model)


def engine_version(engine: Engine) -> str:
    """What is stored as the version of an extraction: a change of the engine or of the project makes it outdated."""
    return f"{engine.version}+{VERSION}"


def run(
    paths: Sequence[Path],
    database: Path,
    engine: Engine,
    options: RunOptions,
    progress: Callable[[Progress], None],
    model: Model | None = None,
) -> RunReport:
    """Extract every report at the paths into the database; what fails is noted there and does not stop the others.

    The database is held only while it is written to, each report in a transaction of its own. ``model`` is the one
    that the engine asks, if it asks any: its replies are kept in the database too, the moment they come. Raises
    ``StoreError`` where the database cannot be used.
    """
    version = engine_version(engine)
    with open_store(database) as store:
        known = frozenset[str]() if options.force else known_extractions(store, engine.name, version)
        run_id = start_run(store, engine.name, version, options.described(model))
    files = collect_files(paths, by_folder=options.by_folder)
    batch = Batch(database, run_id)
    progress(Progress(0, len(files), None))
    stopped: ExtractError | None = None
    interrupted = False
    with keep_replies(database, run_id, model) as replies:
        try:
            with _starting(engine, options, model, replies) as (start, at_once):
                for extracted in extract_files(files, known, start, at_once, in_order=model is None):
                    if extracted is None:
                        batch.write_if_due()
                        continue
                    file, result = extracted
                    batch.add(file.path, result)
                    progress(Progress(len(batch.outcomes), len(files), batch.outcomes[-1]))
        except KeyboardInterrupt:
            interrupted = True
        except ExtractError as error:
            if not error.stops_run:
                raise
            stopped = error
    batch.write_patiently()
    with open_store(database) as store:
        finish_run(store, run_id, batch.counts())
        summary = summarize_run(store, run_id)
    return RunReport(summary, batch.ordered([file.path for file in files]), interrupted, stopped)


@contextmanager
def _starting(
    engine: Engine, options: RunOptions, model: Model | None, replies: StoredReplies
) -> Iterator[tuple[Callable[[RawReport], Future[Extraction]], int]]:
    """How the extraction of a report is begun, and how many are under way at once.

    Without a model everything is done in the reading processes; with one they read, and threads wait for replies.
    Without reading processes both are done here.
    """
    with ExitStack() as stack:
        workers = stack.enter_context(Workers(options.workers)) if options.workers else None

        def extract(raw: RawReport) -> Extraction:
            document = decode_report(raw) if workers is None else workers.submit(decode_report, raw).result()
            with replies.of_report(document.source.sha256):
                return extract_document(document, engine, options.trust)

        if model is None and workers is not None:
            yield partial(workers.submit, read_and_extract, engine, options.trust), workers.count * _WAITING
        elif model is None or model.settings.concurrency == 1:
            yield at_once_here(extract), 1
        else:
            at_once = model.settings.concurrency
            pool = ThreadPoolExecutor(at_once, thread_name_prefix="report")
            # what is under way is not waited for where the user breaks off
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            yield lambda raw: pool.submit(extract, raw), at_once


def read_and_extract(engine: Engine, trust: Trust, raw: RawReport) -> Extraction:
    """The whole path from bytes on: what a reading process is given to do."""
    return extract_document(decode_report(raw), engine, trust)
