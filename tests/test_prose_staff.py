"""Numbers of staff in prose."""

from __future__ import annotations

import pytest

from pipeline.prose.staff import staff_field


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("", ""),
        ("退休", ""),
        ("本单位编制情况如下。共有", ""),
        ("核定编制45人，退休", ""),
        ("编制45人聘用", ""),
        ("在职情况：\n\n合计；另有聘用人员", ""),
        ("编制情况由县委编办统一审定并按照有关规定逐年核减至今合计为", ""),
        ("核定编制", "authorized_staff"),
        ("批复事业编\n制", "authorized_staff"),
        ("现有编制数为", "authorized_staff"),
        ("实有在职人员", "actual_staff"),
        ("编制45人，在编", "actual_staff"),
        ("编制内现有", "actual_staff"),
    ],
    ids=[
        "nothing",
        "retired",
        "sentence before",
        "clause before",
        "number between",
        "semicolon",
        "too far",
        "authorized",
        "wrapped line",
        "last cue counts",
        "present",
        "in post",
        "last cue counts, present",
    ],
)
def test_clause_before_a_number_tells_whose_it_is(words: str, field: str) -> None:
    assert staff_field(words + "12人", len(words)) == field
