from __future__ import annotations

import pytest

from pipeline.readers.docx.numerals import numeral


@pytest.mark.parametrize(
    ("number", "style", "shown"),
    [
        (5, "somethingNew", "5"), (0, "chineseCounting", "0"), (21, "decimalEnclosedParen", "21"),
        (0, "upperLetter", "0"), (4000, "upperRoman", "4000"), (10_000, "chineseCountingThousand", "10000"),
        (10, "chineseCountingThousand", "十"), (11, "chineseCounting", "十一"), (20, "japaneseCounting", "二十"),
        (101, "chineseCountingThousand", "一百零一"), (110, "chineseCountingThousand", "一百一十"),
        (1001, "chineseCountingThousand", "一千零一"), (101, "chineseCounting", "一〇一"),
        (12, "ideographDigital", "一二"),
        (11, "chineseLegalSimplified", "壹拾壹"), (3, "ideographTraditional", "丙"), (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "㉑"), (3, "decimalEnclosedParen", "⑶"), (4, "lowerRoman", "iv"),
        (28, "upperLetter", "BB"), (3, "lowerLetter", "c"), (7, "decimalZero", "07"), (12, "decimalFullWidth", "１２"),
    ],
)  # fmt: skip
def test_numerals(number: int, style: str, shown: str) -> None:
    assert numeral(number, style) == shown
