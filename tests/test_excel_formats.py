"""Number formats: what a cell shows of its number, in the ways in which Chinese sheets are formatted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.readers.excel.formats import BUILT_IN, shown_number, shown_text

ACCOUNTING = BUILT_IN[43]
NEW_YEARS_EVE = 45291


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        # what is no place for a digit, and what is never shown
        (0.1 + 0.2, "General", "0.3"),
        (0.1 + 0.2, "0.0", "0.3"),
        (1.1 * 3, "@", "3.3"),
        (0.0, "0.00%", "0.00%"),
        (-0.001, "0.00", "0.00"),
        (0.0, ACCOUNTING, "-"),
        (0.0, ";;;", ""),
        (5.0, "0;[Red]-0", "5"),
        (5.0, "[颜色3]0", "5"),
        # General
        (123456789012.0, "General", "123456789012"),
        (1 / 3, "General", "0.333333333"),
        (4128.0245678912, "General", "4128.024568"),
        (-0.5, "General", "-0.5"),
        (1e20, "General", "1E+20"),
        (1.5e-9, "General", "1.5E-09"),
        (12.3, 'General"万元"', "12.3万元"),
        (-12.3, 'G/通用格式"万元"', "-12.3万元"),
        # places, rounded half up
        (9.6, "0.00", "9.60"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (5.0, "00000", "00005"),
        (25.0, "0.0#", "25.0"),
        (0.5, ".00", ".50"),
        (7.0, "0.0_ ", "7.0"),
        (95.0, '0"分"', "95分"),
        (20.0, '"≥"0', "≥20"),
        (13800138000.0, "000-0000-0000", "138-0013-8000"),
        # percent and thousands
        (0.95, "0%", "95%"),
        (0.9899, "[$-804]0.00%", "98.99%"),
        (1.0, "0.00%", "100.00%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (999.0, "#,##0", "999"),
        (1200.0, '#,##0"万元"', "1,200万元"),
        (1234567.0, "#,##0,", "1,235"),
        (41280200.0, "0.00,,", "41.28"),
        (12345678.0, '0!.0,"万"', "1234.6万"),
        # signs, sections, conditions
        (1234.5, ACCOUNTING, "1,234.50"),
        (-1234.5, ACCOUNTING, "-1,234.50"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (-5.0, "0;[Red]-0", "-5"),
        (-5.0, "0.0", "-5.0"),
        (1234.5, "[$￥-804]#,##0.00", "￥1,234.50"),
        (1234.5, BUILT_IN[44], "¥1,234.50"),
        (85.0, '[>=90]"优";[>=80]"良";"差"', "良"),
        (-3.0, '[<0]"减"0;0', "减3"),
        # exponents and fractions
        (12345.678, "0.00E+00", "1.23E+04"),
        (0.5, "# ?/?", "1/2"),
        (1.25, "# ??/??", "1 1/4"),
    ],
)  # fmt: skip
def test_a_number_as_it_is_shown(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (-1, "yyyy/m/d", "-1"),  # no date
        (9e9, "yyyy/m/d", "9000000000"),
        (NEW_YEARS_EVE, BUILT_IN[14], "2023/12/31"),
        (NEW_YEARS_EVE, BUILT_IN[31], "2023年12月31日"),
        (NEW_YEARS_EVE, BUILT_IN[57], "2023年12月"),
        (NEW_YEARS_EVE, "yyyy/m/d;@", "2023/12/31"),
        (NEW_YEARS_EVE, "[$-F800]dddd, mmmm dd, yyyy", "2023年12月31日"),
        (NEW_YEARS_EVE, '[DBNum1][$-804]yyyy"年"m"月"d"日"', "二〇二三年十二月三十一日"),
        (NEW_YEARS_EVE, "yy.mm.dd aaaa", "23.12.31 星期日"),
        (NEW_YEARS_EVE, "mmm-yy", "Dec-23"),
        (NEW_YEARS_EVE + 0.5, "yyyy-mm-dd h:mm", "2023-12-31 12:00"),
        (NEW_YEARS_EVE + 0.999999, "yyyy-mm-dd h:mm:ss", "2024-01-01 0:00:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.25, '上午/下午h"时"mm"分"', "上午6时00分"),
        (1.5, "[h]:mm", "36:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_a_date_as_it_is_shown(value: float, code: str, shown: str) -> None:
    assert shown_number(value, code) == shown


def test_days_may_count_from_1904() -> None:
    assert shown_number(NEW_YEARS_EVE - 1462, "yyyy/m/d", since_1904=True) == "2023/12/31"


@pytest.mark.parametrize(
    ("code", "shown"),
    [("General", "清泉"), ("0.00", "清泉"), ("@", "清泉"), ('@"项目"', "清泉项目"), ('0;-0;0;"“"@"”"', "“清泉”")],
)
def test_text_as_it_is_shown(code: str, shown: str) -> None:
    assert shown_text("清泉", code) == shown


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_two_places_are_shown_as_they_were_typed(number: object) -> None:
    assert shown_number(float(str(number)), "#,##0.00") == f"{number:,.2f}"


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%E+-/;"\\_*[]@ymdhsAP年 <>=1', max_size=12))
def test_no_format_is_too_odd(value: float, code: str) -> None:
    assert isinstance(shown_number(value, code), str)
