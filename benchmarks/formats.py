"""The same reports in every format: do they give the same rows, how many pages a second are read, is memory flat?

``python -m benchmarks.formats [--generated N] [--files N] [--json]`` reads the shared reports of ``../shared/corpus``
(where they are) and N generated ones in each format, and scores what the rules read against the same gold as the text.
A workbook has the forms only: there the form indicators and the amounts quoted from rows are scored, on both sides.
Then N generated files of four formats are read as a batch in processes, and the memory of these is watched.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

from eval.cases import load_labels
from eval.generated import write_generated
from eval.metrics import merge, score_report
from pipeline.engines.rules import RulesEngine
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import RunOptions, extract_document, run
from pipeline.workers import default_count
from schemas.records import Labels

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus"
GENERATED = ("text", "docx", "pdf", "html", "xlsx")
_FORMS_ONLY = frozenset({"xlsx"})
_WATCH = 0.5  # seconds


class Figure(NamedTuple):
    """What the reading of a format came to: F1 beside the text's, reports, pages (0 where there are none), seconds."""

    source: str
    format: str
    reports: int
    f1: float
    text_f1: float
    pages: int
    seconds: float


def main() -> int:
    """Print the tables; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats")
    parser.add_argument("--generated", type=int, default=30, help="how many reports to generate")
    parser.add_argument("--files", type=int, default=500, help="how many files the memory is watched over")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = [*(_shared() if SHARED.is_dir() else ()), *_generated(Path(folder), options.generated)]
        memory = watch_memory(Path(folder) / "batch", options.files)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if options.json:
        print(json.dumps({"machine": machine, "formats": [f._asdict() for f in figures], "memory": memory}, indent=1))
    else:
        print(table(machine, figures, memory))
    return 0


def _shared() -> Iterator[Figure]:
    files: dict[str, list[Path]] = {}
    for path in sorted((SHARED / "formats").iterdir()):
        files.setdefault("".join(path.suffixes)[1:], []).append(path)
    for name, paths in files.items():
        yield measure("shared", name, [(path, path.name.partition(".")[0]) for path in paths], SHARED)


def _generated(folder: Path, count: int) -> Iterator[Figure]:
    write_generated(folder, count, 1, GENERATED[1:], lambda *_: None)
    for name in GENERATED:
        place = folder / ("reports" if name == "text" else "formats")
        paths = sorted(place.glob(f"*.{'txt' if name == 'text' else name}"))
        yield measure("generated", name, [(path, path.stem) for path in paths], folder)


def measure(source: str, name: str, paths: Sequence[tuple[Path, str]], corpus: Path) -> Figure:
    """The score of the files in one format beside that of their texts. Reading alone is timed, in CPU seconds."""
    forms_only = name in _FORMS_ONLY
    scores, text_scores, pages, seconds = [], [], 0, 0.0
    for path, report in paths:
        text = corpus / "reports" / f"{report}.txt"
        gold = kept(load_labels(corpus / "gold" / f"{report}.json"), forms_only)
        start = process_time()
        document = read_document(path)
        seconds += process_time() - start
        pages += len(document.pages)
        # quotes are looked up in the text of the format itself; gold's are of the plain text and count for nothing
        read = kept(labels_of(extract_document(document, RulesEngine())), forms_only)
        plain = read_document(text)
        read_plain = kept(labels_of(extract_document(plain, RulesEngine())), forms_only)
        scores.append(score_report(plain.text, gold, read))
        text_scores.append(score_report(plain.text, gold, read_plain))
    f1, text_f1 = (100 * (merge(one).f1() or 0.0) for one in (scores, text_scores))
    return Figure(source, name, len(paths), round(f1, 1), round(text_f1, 1), pages, round(seconds, 2))


def kept(labels: Labels, forms_only: bool) -> Labels:
    """The labels, or of them only what stands in the rows of forms."""
    if not forms_only:
        return labels
    return Labels(
        report=labels.report,
        unit_name=None,
        evaluations=labels.evaluations,
        funding=tuple(one for one in labels.funding if "\t" in one.quote),
        indicators=tuple(one for one in labels.indicators if one.origin == "form"),
    ).model_copy(update={"evaluations": ()})


def watch_memory(folder: Path, count: int) -> dict[str, Any]:
    """The most memory that this process and its readers had, over the first tenth of the files and over the last."""
    formats = GENERATED[1:]
    write_generated(folder, -(-count // len(formats)), 5001, formats, lambda *_: None)
    files = sorted((folder / "formats").iterdir(), key=lambda path: (path.stem, path.suffix))[:count]
    done, seen, over = [0], [], threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH):
            seen.append((done[0], _resident(os.getpid())))

    thread = threading.Thread(target=watch)
    thread.start()
    start = perf_counter()
    options = RunOptions(workers=default_count(), force=True)
    report = run(
        files, folder / "x.duckdb", RulesEngine(), options, lambda progress: done.__setitem__(0, progress.done)
    )
    seconds = perf_counter() - start
    over.set()
    thread.join()
    first = max((size for at, size in seen if at <= count / 10), default=0)
    last = max((size for at, size in seen if at >= 0.9 * count), default=0)
    outcomes = {
        name: sum(1 for file in report.outcomes if file.outcome.value == name)
        for name in ("read", "duplicate", "failed")
    }
    return {
        "files": len(files),
        **outcomes,
        "seconds": round(seconds, 1),
        "first_tenth_mb": first // 2**20,
        "last_tenth_mb": last // 2**20,
    }


def _resident(process: int) -> int:
    """Bytes of memory of a process and of all that it started, as Linux tells it."""
    children: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        sizes[int(folder.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        total += sizes.get(one, 0)
        waiting += children.get(one, [])
    return total


def table(machine: str, figures: Sequence[Figure], memory: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        f"F1 of the rules by format, beside that of the same reports as text ({machine})",
        "| reports | format | n | F1 | text | difference | reports a CPU second | pages a CPU second |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        pace = f"{one.reports / one.seconds:.1f}" if one.seconds else ""
        pages = f"{one.pages / one.seconds:.1f}" if one.pages and one.seconds else ""
        lines.append(
            f"| {one.source} | {one.format} | {one.reports} | {one.f1} | {one.text_f1} | {one.f1 - one.text_f1:+.1f}"
            f" | {pace} | {pages} |"
        )
    lines.append(
        "memory over {files} files ({read} read, {duplicate} the same report again, {failed} failed, {seconds} s):"
        " first tenth {first_tenth_mb} MB, last tenth {last_tenth_mb} MB".format(**memory)
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
