"""What ``extract --help`` costs over an interpreter that does nothing: ``python -m benchmarks.startup [--json]``."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median
from time import perf_counter

TIMES = 15


def main() -> int:
    """Print the median of both and their difference in milliseconds; 0."""
    help_text = [sys.executable, "-c", "import sys, cli; sys.exit(cli.main(['--help']))"]
    nothing = [sys.executable, "-c", "pass"]
    pairs = [(_milliseconds(help_text), _milliseconds(nothing)) for _ in range(TIMES)]
    figures = {
        "help_ms": round(median(pair[0] for pair in pairs)),
        "nothing_ms": round(median(pair[1] for pair in pairs)),
        "difference_ms": round(median(pair[0] - pair[1] for pair in pairs)),
    }
    print(json.dumps(figures) if "--json" in sys.argv[1:] else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    return 0


def _milliseconds(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
