"""Generates labeled reports: ``python -m eval.generated OUT --count N --seed S --format text docx``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.generated.writing import FORMATS, write_generated


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the reports and their gold; 0, or 2 where the folder cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m eval.generated", description="生成带精确标注的自评报告")
    parser.add_argument("out", type=Path, help="写入 reports/、gold/ 与 formats/ 的文件夹")
    parser.add_argument("--count", type=int, default=20, help="报告份数")
    parser.add_argument("--seed", type=int, default=0, help="第一份报告的种子；种子相同则文件相同")
    parser.add_argument("--format", nargs="+", choices=FORMATS, default=["text"], dest="formats", help="文件格式")
    options = parser.parse_args(arguments)
    try:
        write_generated(options.out, options.count, options.seed, options.formats, _show)
    except OSError as error:
        sys.stderr.write(f"无法写入 {options.out}：{error.strerror}\n请换一个可写的文件夹。\n")
        return 2
    return 0


def _show(done: int, count: int) -> None:
    """Progress on one line, for people."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r已生成 {done}/{count}" + ("\n" if done == count else ""))


if __name__ == "__main__":
    sys.exit(main())
