"""What all checks together cost, by check, for the records that the rules read.

``python -m benchmarks.checks [DIR…] [--json]`` reads every report of the labeled corpora (the samples; the real ones
beside the project where they are) as a run does, and times the checks where a run comes to them: CPU time, the least
of five runs, each after the report was read anew and everything remembered of other reports was forgotten. The aim
speaks of a report of 10,000 characters, so times are also given for that length.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections import Counter
from pathlib import Path
from time import process_time

from pipeline.checks import all_checks, check_records
from pipeline.checks.registry import CheckedReport
from pipeline.chunks import split_chunks
from pipeline.engines.rules import RulesEngine
from pipeline.grounding import ground
from pipeline.instructions import without_instructions
from pipeline.prose import numbers
from pipeline.quantities import reading
from pipeline.readers import read_document
from pipeline.sections import split_sections
from schemas.stages import GroundedRecord
from schemas.text import Document

ROOT = Path(__file__).resolve().parents[1]
CORPORA = (ROOT.parent / "shared" / "corpus", ROOT / "eval" / "corpus")
RUNS = 5
LENGTH = 10_000


def main() -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks")
    parser.add_argument("folders", nargs="*", type=Path, help="folders with reports/*.txt")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    folders = options.folders or [folder for folder in CORPORA if folder.is_dir()]
    figures = {str(folder): measure(folder) for folder in folders}
    print(json.dumps(figures, ensure_ascii=False, indent=1) if options.json else table(figures))
    return 0


def measure(folder: Path) -> dict[str, object]:
    """Milliseconds a report and a length of 10,000 characters, all checks together and the dearest five."""
    engine = RulesEngine()
    together, characters, records = 0.0, 0, 0
    own: Counter[str] = Counter()
    paths = sorted((folder / "reports").glob("*.txt"))
    for path in paths:
        document = read_document(path)
        runs = [_all(document, _read(document, engine)) for _ in range(RUNS)]
        together += min(runs)
        accepted = _read(document, engine)
        own.update(_each(document, accepted))
        characters += len(document.text)
        records += len(accepted)
    return {
        "reports": len(paths),
        "characters": round(characters / len(paths)),
        "records": round(records / len(paths)),
        "ms": 1000 * together / len(paths),
        "ms_by_length": 1000 * together * LENGTH / characters,
        "dearest": {name: 1000 * seconds / len(paths) for name, seconds in own.most_common(5)},
    }


def _read(document: Document, engine: RulesEngine) -> tuple[GroundedRecord, ...]:
    """The records as a run has them when the checks begin, with nothing remembered of other reports."""
    reading.parse_quantity.cache_clear()
    reading._find_in_short.cache_clear()
    numbers._told_in.cache_clear()
    shown = without_instructions(document)
    sections = split_sections(shown)
    found = engine.read(shown, sections, split_chunks(shown, sections))
    return tuple(record for record in ground(shown, found.candidates) if record.accepted)


def _all(document: Document, records: tuple[GroundedRecord, ...]) -> float:
    start = process_time()
    check_records(document, records)
    return process_time() - start


def _each(document: Document, records: tuple[GroundedRecord, ...]) -> dict[str, float]:
    report, found = CheckedReport(document, records), {}
    for check in all_checks():
        start = process_time()
        tuple(check.run(report))
        found[check.run.__name__] = process_time() - start
    return found


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        f"{platform.machine()}, Python {platform.python_version()}, {len(all_checks())} checks, CPU time on one core",
        "",
        "| reports | characters, records each | all checks, ms a report | ms for 10,000 characters | dearest, ms |",
        "|---|---|---|---|---|",
    ]
    for folder, one in figures.items():
        dearest = ", ".join(f"{name} {ms:.2f}" for name, ms in dict(one["dearest"]).items())  # type: ignore[call-overload]
        lines.append(
            f"| {one['reports']} of {folder} | {one['characters']:,}, {one['records']} | {one['ms']:.1f}"
            f" | {one['ms_by_length']:.1f} | {dearest} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
