"""How long it takes to score and compare 1,000 labeled reports, and to draw 10,000 bootstrap samples of them.

``python -m benchmarks.evaluation [--count N] [--json]`` writes variants of ``eval/corpus`` with their gold into a
temporary folder, distorts the gold twice as if two engines had read it, scores both against it into a database, and
compares them. Nothing is extracted: reading has its own benchmark. One process.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TypeVar

from benchmarks.throughput import generate_reports
from eval.cases import Case, load_cases
from eval.comparison import Comparison, compare_runs, count_matrix
from eval.comparison_summary import compare_data, conclusion
from eval.experiment import Plan, run_experiment
from eval.report import write_report
from eval.report.page import comparison_page
from eval.statistics import DRAWS, compare_counts
from pipeline.store import find_eval, open_store
from schemas.records import Labels

T = TypeVar("T")


def main() -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluation")
    parser.add_argument("--count", type=int, default=1000, help="how many reports")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds, comparison = measure(Path(folder), options.count)
    if options.json:
        sys.stdout.write(json.dumps({"reports": options.count, "seconds": seconds}, indent=1) + "\n")
        return 0
    fields = sum(sum(line.first) for line in comparison.fields)
    print(f"{options.count} reports, {fields} judged fields a run ({platform.machine()}, {platform.python_version()})")
    print("\n| step | seconds |\n|---|---|")
    for step, taken in seconds.items():
        print(f"| {step} | {taken:.1f} |")
    print(f"\n{conclusion(comparison)}")
    return 0


def measure(folder: Path, count: int) -> tuple[dict[str, float], Comparison]:
    """The seconds of each step, and the comparison that came of it."""
    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], T]) -> T:
        start = perf_counter()
        result = work()
        seconds[step] = perf_counter() - start
        return result

    generate_reports(folder, count)
    cases = timed("load texts and gold", lambda: load_cases(folder))
    ids = []
    for step, share in (("score and store the first run", 0.02), ("score and store the second run", 0.03)):
        labels = write_labels(folder / str(share), cases, share)
        plan = Plan(folder, labels=labels)
        ids.append(timed(step, lambda plan=plan: run_experiment(folder / "e.duckdb", cases, plan, lambda _: None)))
    with open_store(folder / "e.duckdb", read_only=True) as store:
        runs = [find_eval(store, eval_id) for eval_id in ids]
        compared = timed("compare", lambda: compare_runs(store, *runs))
        seconds["all of the above"] = sum(seconds.values())
        keys = [line.key for line in compared.fields if not isinstance(line.key, str)]
        counts = [count_matrix(one, compared.reports, keys) for one in (compared.first, compared.second)]
        families = [0] * counts[0].right.shape[1]
        timed(f"bootstrap and sign flips, {DRAWS:,} draws", lambda: compare_counts(counts[0], counts[1], families))
        page = timed("gather the page", lambda: comparison_page(store, compared, 40, datetime.now(UTC)))
        timed("write HTML, JSON, CSV", lambda: write_report(folder / "r.html", page, compare_data(compared)))
    return seconds, compared


def write_labels(folder: Path, cases: tuple[Case, ...], share: float) -> Path:
    """Gold with a share of the records lost, and as large a share of the results misread."""
    random = Random(share)
    folder.mkdir()
    for case in cases:
        (folder / f"{case.name}.json").write_text(distorted(case.gold, random, share).model_dump_json(), "utf-8")
    return folder


def distorted(gold: Labels, random: Random, share: float) -> Labels:
    """The labels as a careless reader has them."""
    indicators = tuple(
        one.model_copy(update={"actual": "0.77%"}) if random.random() < share else one
        for one in gold.indicators
        if random.random() > share
    )
    funding = tuple(one for one in gold.funding if random.random() > share)
    return gold.model_copy(update={"indicators": indicators, "funding": funding})


if __name__ == "__main__":
    sys.exit(main())
