"""Renders every source of a corpus: ``python -m eval.writers eval/corpus``."""

import sys
from pathlib import Path

from eval.writers import write_reports

for path in write_reports(Path(sys.argv[1])):
    sys.stdout.write(f"{path}\n")
