"""The values of a label file that can be made wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from eval.agreement import fold, numbers_agree
from schemas.records import SECTIONS, FieldType, Labels, RecordKind, field_types

_DIGIT = re.compile(r"\d")


class Target(NamedTuple):
    """A filled value that can be made wrong: its section ("" for a fact of the report), record and field."""

    section: str
    record: int
    kind: RecordKind
    name: str
    type: FieldType
    value: str

    @property
    def place(self) -> str:
        """Where it stands in the label file, as ``extract check`` names it."""
        return f"{self.section}[{self.record}].{self.name}" if self.section else self.name

    @property
    def is_number(self) -> bool:
        """True for a field that holds one number."""
        return self.type is FieldType.NUMBER


def targets_of(gold: Labels) -> Iterator[Target]:
    """Every filled value with a number in it, and every unit of money."""
    for section, kind in (("", RecordKind.REPORT), *((section, kind) for kind, section in SECTIONS.items())):
        records = [gold] if not section else getattr(gold, section)
        for number, record in enumerate(records):
            for name, field_type in field_types(kind).items():
                value = getattr(record, name)
                if value is None or field_type is FieldType.REFERENCE or isinstance(value, bool):
                    continue
                text = str(value)
                if name == "unit" or (field_type is not FieldType.NAME and _DIGIT.search(text)):
                    yield Target(section, number, kind, name, field_type, text)


def says_same(target: Target, value: str) -> bool:
    """True where the value is another way to write the target's."""
    if target.is_number:
        # An amount that carries its unit says the same as the bare one beside its unit.
        bare = value.rstrip("万亿元") if target.kind is RecordKind.FUNDING else value
        return numbers_agree(target.value, value) or numbers_agree(target.value, bare)
    return fold(target.value) == fold(value)
