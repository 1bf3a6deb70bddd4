"""Sentences of a report that speak to a program (INSTRUCTION)."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checks.registry import CheckedReport, check
from pipeline.instructions import find_instructions
from schemas.stages import Finding, Severity


@check("INSTRUCTION", Severity.ERROR)
def instructions(report: CheckedReport) -> Iterator[Finding]:
    """报告里有写给程序看的指令（如要求改成满分），该句未作为任何数据的依据，请查明来由。"""
    for span in find_instructions(report.document):
        words = report.document.quote(span).strip()
        detail = f"写给程序的指令：“{words[:80]}”"
        yield Finding("INSTRUCTION", Severity.ERROR, detail, (span,), (), about_report=False)
