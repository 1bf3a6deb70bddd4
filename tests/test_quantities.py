from __future__ import annotations

import unicodedata
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.quantities import (
    DatePoint,
    Quantity,
    find_dates,
    find_quantities,
    parse_quantity,
    same_quantity,
    tolerance,
)
from tests.quantity_cases import NO_QUANTITY, QUANTITIES, Finding


def described(quantity: Quantity) -> tuple[object, ...]:
    upper = quantity.upper
    return (
        quantity.text,
        quantity.value,
        quantity.dimension,
        quantity.comparator or "",
        quantity.hedge or "",
        "" if upper is None else upper,
    )


def expected(finding: Finding) -> tuple[object, ...]:
    text, value, dimension, comparator, hedge, upper = (*finding, "", "", "")[:6]
    return (text, Decimal(value), dimension, comparator, hedge, Decimal(upper) if upper else "")


@pytest.mark.parametrize("text", NO_QUANTITY)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert [quantity.text for quantity in find_quantities(text)] == []


@pytest.mark.parametrize("text", [text for text in NO_QUANTITY if len(text) > 1 and "\n" not in text])
def test_what_counts_nothing_stays_so_inside_a_sentence(text: str) -> None:
    sentence = f"按照要求，{text}，工作得到落实"
    assert [quantity.text for quantity in find_quantities(sentence)] == []


@pytest.mark.parametrize(("text", "findings"), QUANTITIES)
def test_quantities_are_found_with_their_value(text: str, findings: tuple[Finding, ...]) -> None:
    assert [described(quantity) for quantity in find_quantities(text)] == [expected(finding) for finding in findings]


def test_the_table_is_large_and_has_no_text_twice() -> None:
    texts = [*NO_QUANTITY, *(text for text, _ in QUANTITIES)]
    assert len(texts) >= 300
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("text", [text for text, _ in QUANTITIES])
def test_spans_are_exact(text: str) -> None:
    end = 0
    for quantity in find_quantities(text):
        assert text[quantity.span.start : quantity.span.end] == quantity.text
        assert quantity.span.covers(quantity.number_span)
        assert quantity.number_span.start < quantity.number_span.end
        assert quantity.span.start >= end
        assert quantity.value == quantity.number * quantity.scale
        end = quantity.span.end


@pytest.mark.parametrize(
    ("text", "number", "scale", "unit", "decimals", "numeral"),
    [
        ("1.2亿元", "1.2", "100000000", "元", 1, "1.2"),
        ("-3.50%", "-3.50", "1", "%", 2, "-3.50"),
        ("负5%", "-5", "1", "%", 0, "负5"),
        ("近 400 余万元", "400", "10000", "元", 0, "400"),
        ("三百五十万元", "350", "10000", "元", 0, "三百五十"),
        ("一亿二千万元", "120000000", "1", "元", 0, "一亿二千万"),
        ("不低于百分之九十五", "95", "1", "%", 0, "九十五"),
        ("三点五亿元", "3.5", "100000000", "元", 1, "三点五"),
        ("12，000万元", "12000", "10000", "元", 0, "12，000"),
        ("5万美元", "5", "10000", "美元", 0, "5"),
        ("2公里", "2", "1000", "公里", 0, "2"),
        ("262.07", "262.07", "1", None, 2, "262.07"),
        ("618.35万", "618.35", "10000", None, 2, "618.35"),
    ],
)
def test_the_number_is_kept_as_written(
    text: str, number: str, scale: str, unit: str | None, decimals: int, numeral: str
) -> None:
    quantity = parse_quantity(text)
    assert quantity is not None
    assert (quantity.number, quantity.scale, quantity.unit, quantity.decimals) == (
        Decimal(number),
        Decimal(scale),
        unit,
        decimals,
    )
    assert text[quantity.number_span.start : quantity.number_span.end] in {
        numeral,
        numeral.replace("三百五十", "三百五十万"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "完成",
        "年底前",
        "12月",
        "2023年",
        "/",
        "——",
        "1,23",
        "10 20",
        "12个和5个",
        "完成投资640万美元",
        "一",
        "一批",
        "第3",
        "（40分）x",
        "95%以上的群众",
        "符合要求",
        "三类",
        "5G",
        "10\n\t20",
        "20个。30个",
    ],
)
def test_text_that_is_not_one_quantity_does_not_parse(text: str) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("text", "value", "dimension", "comparator"),
    [
        ("262.07", "262.07", "none", None),
        ("40", "40", "none", None),
        (" 40 ", "40", "none", None),
        ("\n\t95%\n", "95", "percent", None),
        ("95%。", "95", "percent", None),
        ("≥20；", "20", "none", "≥"),
        ("95%以上", "95", "percent", "≥"),
        ("达到95%以上", "95", "percent", "≥"),
        ("控制在5%以内", "5", "percent", "≤"),
        ("二十", "20", "none", None),
        ("三百五十", "350", "none", None),
        ("12 家", "12", "count", None),
        ("1年", "31536000", "time", None),
        ("一年", "31536000", "time", None),
        ("2023", "2023", "none", None),
        ("2.1", "2.1", "none", None),
        ("-12.5", "-12.5", "none", None),
        ("10.00", "10.00", "none", None),
        ("1,234.50", "1234.50", "none", None),
    ],
)
def test_a_cell_that_is_one_quantity_parses(text: str, value: str, dimension: str, comparator: str | None) -> None:
    quantity = parse_quantity(text)
    assert quantity is not None
    assert (quantity.value, quantity.dimension, quantity.comparator) == (Decimal(value), dimension, comparator)
    assert text[quantity.span.start : quantity.span.end] == quantity.text
    assert quantity.span.covers(quantity.number_span)


def read(text: str) -> Quantity:
    quantity = parse_quantity(text)
    assert quantity is not None, text
    return quantity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2亿元", "1.2亿美元"),
        ("1.2亿元", "1.2亿"),
        ("≥95%", "95%"),
        ("≥95%", ">95%"),
        ("95%", "95个百分点"),
        ("95%", "95"),
        ("12个", "12"),
        ("12个", "13个"),
        ("5-8个", "5个"),
        ("5-8个", "5-9个"),
        ("500元/人", "500元"),
        ("-5%", "5%"),
        ("1个月", "1年"),
        ("94.01%", "94%"),
    ],
)
def test_different_quantities_are_not_the_same(one: str, other: str) -> None:
    assert not same_quantity(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.2亿元", "12,000万元"),
        ("1.2亿元", "120,000,000元"),
        ("94.00%", "94%"),
        ("９４％", "94%"),
        ("≥95%", "不低于95%"),
        ("95%以上", "≥95%"),
        ("三百五十万元", "350万元"),
        ("百分之九十五", "95%"),
        ("12个月", "1年"),
        ("10.00", "10"),
        ("3公里", "3000米"),
        ("5-8个", "五至八个"),
    ],
)
def test_the_same_quantity_however_it_is_written(one: str, other: str) -> None:
    assert same_quantity(read(one), read(other))


@pytest.mark.parametrize(
    ("text", "half_unit"),
    [
        ("94.00%", "0.005"),
        ("94%", "0.5"),
        ("1.2亿元", "5000000"),
        ("316.45万元", "50"),
        ("12个", "0.5"),
        ("9.80", "0.005"),
        ("三分之一", "0"),
        ("-3.5%", "0.05"),
    ],
)
def test_tolerance_is_half_a_unit_of_the_last_digit(text: str, half_unit: str) -> None:
    assert tolerance(read(text)) == Decimal(half_unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12个",
        "12.5%",
        "1年",
        "三年",
        "24小时",
        "2000户",
        "13月",
        "0731-88889999",
        "1.5",
        "每年",
        "年初预算数",
        "6个月",
        "30日内",
        "不超过15日",
        "百年",
        "12:30",
        "5-8个",
        "2023.65万元",
        "一年来",
        "年 月 日",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text) == ()


@pytest.mark.parametrize(
    ("text", "mention", "start", "end", "before"),
    [
        ("2023年", "2023年", (2023, None, None), None, False),
        ("2023 年度", "2023 年度", (2023, None, None), None, False),
        ("2023年1-11月", "2023年1-11月", (2023, 1, None), (2023, 11, None), False),
        ("1-12月", "1-12月", (None, 1, None), (None, 12, None), False),
        ("10月30日", "10月30日", (None, 10, 30), None, False),
        ("于2023年12月31日前完成", "2023年12月31日前", (2023, 12, 31), None, True),
        ("2022年底", "2022年底", (2022, None, None), None, False),
        ("年底前", "年底前", (None, None, None), None, True),
        ("\n\t年前\n", "年前", (None, None, None), None, True),
        ("12月底前", "12月底前", (None, 12, None), None, True),
        ("2021-2023年", "2021-2023年", (2021, None, None), (2023, None, None), False),
        ("2021年至2023年", "2021年至2023年", (2021, None, None), (2023, None, None), False),
        ("2023年1月至12月", "2023年1月至12月", (2023, 1, None), (2023, 12, None), False),
        ("2023年1月1日-12月31日", "2023年1月1日-12月31日", (2023, 1, 1), (2023, 12, 31), False),
        ("2022年7月1日至2023年6月30日", "2022年7月1日至2023年6月30日", (2022, 7, 1), (2023, 6, 30), False),
        ("2024 年 6 月 20 日", "2024 年 6 月 20 日", (2024, 6, 20), None, False),
        ("２０２３年", "２０２３年", (2023, None, None), None, False),
        ("2023.10.30", "2023.10.30", (2023, 10, 30), None, False),
        ("2023-10-30", "2023-10-30", (2023, 10, 30), None, False),
        ("2023.6-2023.12", "2023.6-2023.12", (2023, 6, None), (2023, 12, None), False),
        ("二〇二三年十月三十日", "二〇二三年十月三十日", (2023, 10, 30), None, False),
        ("二○二三年", "二○二三年", (2023, None, None), None, False),
        ("十一月", "十一月", (None, 11, None), None, False),
        ("第三季度", "第三季度", (None, 7, None), (None, 9, None), False),
        ("前三季度", "前三季度", (None, 1, None), (None, 9, None), False),
        ("2023年第三季度", "2023年第三季度", (2023, 7, None), (2023, 9, None), False),
        ("下半年", "下半年", (None, 7, None), (None, 12, None), False),
        ("23年1-11月", "23年1-11月", (2023, 1, None), (2023, 11, None), False),
        ("1.2023年预算", "2023年", (2023, None, None), None, False),
        ("30日前", "30日前", (None, None, 30), None, True),
        ("2023年前三季度", "2023年前三季度", (2023, 1, None), (2023, 9, None), False),
    ],
)
def test_dates_and_periods(
    text: str,
    mention: str,
    start: tuple[int | None, int | None, int | None],
    end: tuple[int | None, int | None, int | None] | None,
    before: bool,
) -> None:
    (found,) = find_dates(text)
    assert text[found.span.start : found.span.end] == mention
    assert (found.year, found.month, found.day) == start
    assert found.end == (None if end is None else DatePoint(*end))
    assert found.before is before


def test_each_year_of_a_list_is_a_date() -> None:
    assert [found.year for found in find_dates("2020、2021和2022年")] == [2020, 2021, 2022]


def test_a_quantity_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        read("12个").unit = "家"  # type: ignore[misc]


AMOUNTS = st.decimals(min_value=0, max_value=Decimal(10) ** 9, places=2)
UNITS = st.sampled_from(["元", "万元", "亿元", "%", "个", "家", "人次", "平方米", "吨", "倍", "个百分点", "万美元"])
SCALES = {"万元": 10**4, "亿元": 10**8, "吨": 1000, "万美元": 10**4}
WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@given(AMOUNTS, UNITS, st.sampled_from(["{}", "{:,}"]), st.booleans(), st.booleans(), st.booleans())
def test_a_written_amount_reads_back(
    amount: Decimal, unit: str, style: str, wide: bool, space: bool, less: bool
) -> None:
    digits = style.format(-amount if less and amount else amount)
    text = (digits.translate(WIDE) if wide else digits) + (" " if space else "") + unit
    quantity = read(text)
    assert quantity.number == (-amount if less else amount)
    assert quantity.value == quantity.number * SCALES.get(unit, 1)
    assert quantity.decimals == 2
    assert quantity.text == text


DIGITS = "零一二三四五六七八九"


def written(number: int) -> str:
    """The Chinese numeral of a number from 1 to 9999."""
    parts, gap = [], False
    for scale, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            parts.append(("零" if gap and parts else "") + DIGITS[digit] + word)
        gap = not digit
    return "".join(parts).removeprefix("一" if 10 <= number < 20 else "")


@given(st.integers(min_value=2, max_value=9999))
def test_a_chinese_numeral_reads_back(number: int) -> None:
    assert read(written(number) + "万元").value == number * 10000
    assert read(f"第二产业新增{written(number)}家"[6:]).value == number


@given(
    st.text(
        alphabet=st.sampled_from(
            "0123456789.,，-—~至到第一二三两十百千万亿零点分之%元个年月日号"
            "前后约近余多以上内超过不低于≥≤（）“”()：:、。 \n\t/+A"
        )
    )
)
@example("1/0")
@example("0/0以上")
@example("零分之一")
@example("1.1.1.1")
@example("二三分之")
@example("9" * 5000)
@example("万亿万")
@example("-")
def test_any_text_can_be_searched(text: str) -> None:
    check_spans(text)


@given(st.text())
def test_any_unicode_text_can_be_searched(text: str) -> None:
    check_spans(text)
    check_spans(unicodedata.normalize("NFKC", text))


def check_spans(text: str) -> None:
    end = 0
    for quantity in find_quantities(text):
        assert end <= quantity.span.start < quantity.span.end <= len(text)
        assert text[quantity.span.start : quantity.span.end] == quantity.text
        assert quantity.span.covers(quantity.number_span)
        end = quantity.span.end
    end = 0
    for mention in find_dates(text):
        assert end <= mention.span.start < mention.span.end <= len(text)
        end = mention.span.end
    parse_quantity(text)


@given(st.lists(st.sampled_from([text for text, _ in QUANTITIES if "\n" not in text]), min_size=1, max_size=5))
def test_cells_do_not_reach_into_each_other(cells: list[str]) -> None:
    alone = [quantity.text for cell in cells for quantity in find_quantities(cell)]
    together = [quantity.text for quantity in find_quantities("".join(f"\n\t{cell}" for cell in cells) + "\n\n")]
    assert together == alone


@given(st.from_regex(r"[0-9]{1,9}(\.[0-9]{0,7})?%?", fullmatch=True))
def test_a_bare_number_is_read_without_a_scan_as_the_scan_would_read_it(text: str) -> None:
    scanned = find_quantities(text)
    whole = scanned[0] if len(scanned) == 1 and scanned[0].span == (0, len(text)) else None
    assert parse_quantity(text) == whole
