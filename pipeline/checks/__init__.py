"""Checks re-check the records against the source and the report against itself; each is one registered function.

A check is a function of a ``CheckedReport`` that yields findings, in any module of this package, registered by
``@check(code, severity)``. The first line of its docstring is what a reviewer reads; it yields ``Finding``s through
``finding``. Adding a check is adding a file here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pipeline.checks.registry import Check, CheckedReport, registered
from schemas.stages import Finding, GroundedRecord
from schemas.text import Document


@cache
def all_checks() -> tuple[Check, ...]:
    """Every registered check, in order of its module's name and its place there."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return registered()


def check_records(document: Document, records: Sequence[GroundedRecord]) -> tuple[Finding, ...]:
    """What all checks find, in the order of their first evidence."""
    report = CheckedReport(document, tuple(records))
    found = [finding for check in all_checks() for finding in check.run(report)]
    return tuple(sorted(found, key=lambda f: (f.evidence[0].start if f.evidence else 0, f.code)))
