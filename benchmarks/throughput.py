"""How many reports a second the ``rules`` path reads, stage by stage, on text reports generated from the samples.

``python -m benchmarks.throughput [--count N] [--json]`` writes variants of ``eval/corpus`` into a temporary folder,
then reads, extracts and stores each; one process, one core. The store's part is its share of the whole time.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from eval.cases import load_cases
from eval.variants import vary, write_case
from pipeline.engines.rules import RulesEngine
from pipeline.readers import read_document
from pipeline.run import extract_document
from pipeline.store import open_store, save_extraction, start_run

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"


def main() -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput")
    parser.add_argument("--count", type=int, default=200, help="how many reports to generate")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = generate_reports(Path(folder), options.count)
        figures = measure(paths, Path(folder) / "results.duckdb")
    print(json.dumps(figures, ensure_ascii=False, indent=1) if options.json else table(figures))
    return 0


def generate_reports(folder: Path, count: int) -> list[Path]:
    """Text reports, each a variant of a sample by a seed of its own."""
    cases = load_cases(CORPUS)
    for place in range(count):
        case = vary(cases[place % len(cases)], seed=place)
        write_case(case, folder)
    return sorted((folder / "reports").glob("*.txt"))


def measure(paths: list[Path], database: Path) -> dict[str, object]:
    """Seconds by stage over all reports, the reports a second, and what was read. The first report warms up."""
    engine = RulesEngine()
    extract_document(read_document(paths[0]), engine)
    seconds: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    with open_store(database) as store:
        run_id = start_run(store, engine.name, engine.version, {})
        for path in paths:
            start = perf_counter()
            document = read_document(path)
            seconds["read"] += perf_counter() - start
            extraction = extract_document(document, engine)
            seconds.update(extraction.seconds)
            start = perf_counter()
            save_extraction(store, run_id, extraction)
            seconds["store"] += perf_counter() - start
            counts.update(characters=len(document.text), records=len(extraction.records), fields=len(extraction.scores))
    total = sum(seconds.values())
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "reports": len(paths),
        "reports_per_second": round(len(paths) / total, 1),
        "milliseconds_per_report": {stage: round(s / len(paths) * 1000, 2) for stage, s in seconds.items()},
        "share": {stage: round(s / total, 3) for stage, s in seconds.items()},
        **{f"{name}_per_report": round(count / len(paths)) for name, count in counts.items()},
    }


def table(figures: dict[str, object]) -> str:
    """The figures for people."""
    each = ", ".join(f"{figures[f'{what}_per_report']} {what}" for what in ("characters", "records", "fields"))
    lines = [
        f"{figures['reports']} reports, {each} each ({figures['machine']})",
        f"{figures['reports_per_second']} reports a second on one core",
        "",
        "| stage | ms a report | share |",
        "|---|---|---|",
    ]
    per_report, share = figures["milliseconds_per_report"], figures["share"]
    assert isinstance(per_report, dict)
    assert isinstance(share, dict)
    lines += [f"| {stage} | {per_report[stage]:.2f} | {share[stage]:.1%} |" for stage in per_report]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
