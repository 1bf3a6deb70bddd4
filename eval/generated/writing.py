"""Writes generated reports where a corpus is looked for: ``reports/``, ``gold/`` and ``formats/``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from eval.generated.reports import GeneratedReport, generate_report
from eval.writers import Block, write_docx, write_html, write_pdf, write_text, write_xlsx

_WRITERS: Mapping[str, Callable[[tuple[Block, ...]], bytes]] = MappingProxyType(
    {
        "docx": write_docx,
        "html": lambda blocks: write_html(blocks).encode(),
        "pdf": write_pdf,
        "xlsx": write_xlsx,
    }
)
"""What writes reports beside their text, by format, which is the files' suffix too."""
FORMATS = ("text", *_WRITERS)


def write_generated(
    out: Path, count: int, seed: int, formats: Sequence[str], progress: Callable[[int, int], None]
) -> None:
    """Writes the reports of ``count`` seeds from ``seed`` on, with their gold; ``OSError`` where that cannot be done.

    ``out/reports/*.txt`` are written whatever the formats, as gold quotes them; the others go to ``out/formats/``.
    ``progress`` is called after each report with how many are written and how many there will be.
    """
    others = [name for name in formats if name in _WRITERS]
    for folder in ("reports", "gold", *(["formats"] if others else [])):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for done in range(count):
        _write(generate_report(seed + done), out, others)
        progress(done + 1, count)


def _write(report: GeneratedReport, out: Path, formats: Sequence[str]) -> None:
    gold = report.gold.model_dump_json(indent=1) + "\n"
    for folder, suffix, words in (("reports", "txt", write_text(report.blocks)), ("gold", "json", gold)):
        (out / folder / f"{report.name}.{suffix}").write_text(words, encoding="utf-8", newline="\n")
    for name in formats:
        (out / "formats" / f"{report.name}.{name}").write_bytes(_WRITERS[name](report.blocks))
