from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.grounding import index_text, locate, locate_quote
from schemas.stages import Status
from schemas.text import Span

EXACT, FOLDED, ABSENT = Status.EXACT, Status.FOLDED, Status.ABSENT
AMBIGUOUS, MISMATCH = Status.AMBIGUOUS, Status.NUMBER_MISMATCH


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # a part of a number
        ("支出793.18万元", "18"),
        ("支出793.18万元", "793"),
        ("共118个", "18"),
        ("共181个", "18"),
        ("共18.5个", "18"),
        ("共1,018个", "18"),
        ("共1,018个", "1"),
        ("共1，018个", "018"),
        ("共3万5千人", "3万"),
        ("共１８个", "8"),
        # other digits
        ("得分1分", "1.0"),
        ("得分1.0分", "1"),
        ("得分10分", "1０0"),
        # sign
        ("增长-5%", "5%"),
        ("增长\n\t-5\n", "5"),
        ("增长－5%", "5"),
        ("增长±5%", "5"),
        ("第10-15天", "-15"),
        ("完成：- 5个", "-5"),
        ("完成–5%", "-5%"),
        ("2023年-5%", "5%"),
        # unit
        ("达到18", "18%"),
        ("达到18‰", "18%"),
        ("支出18元", "18万元"),
        ("支出18亿元", "18万元"),
        ("支出18万美元", "18万元"),
        ("培训18人次", "18人"),
        ("用时18个月", "18个"),
        ("提高18个百分点", "18个"),
        ("面积18平方公里", "18平方"),
        ("\t10\n\t分值", "10分"),
        # comparator
        ("达到95%", "≥95%"),
        ("达到≤95%", "≥95%"),
        # Chinese numerals
        ("一百二十个", "二十"),
        ("二十五个", "二十"),
        ("二十五个", "五个"),
        ("五十万人", "五十"),
        ("五千元", "五"),
        ("二百五十万元", "五十"),
        ("九点一", "一"),
        ("三分之一", "三"),
        # words and marks
        ("上架SKUs", "SKU"),
        ("上架MSKU", "SKU"),
        ("浓度PM2.5", "2.5"),
        ("标准A4", "4"),
        ("①保障", "1"),
        ("面积5m²", "5m"),
        ("面积10²", "102"),
        ("占½", "1"),
        ("㈠保障", "一"),
        ("面积5㎡", "5m"),
        ("绿化㎡整", "²整"),
        ("cafe\u0301", "cafe"),
        ("café", "cafe"),
        # numbers that white space or punctuation keeps apart
        ("\t12\n\t5\n", "125"),
        ("\t12\n5\n", "125"),
        ("附件1\n2022年", "12022年"),
        ("全镇共新修水渠和山塘并且验收合格的总计为12\n5、植树", "125"),
        ("全镇共新修水渠和山塘并且验收合格的总计为12.\n5里", "12"),
        ("全镇共新修水渠和山塘并且验收合格的总计为1\n2.5里", "2.5里"),
        ("12 5", "125"),
        ("共125个", "12 5"),
        ("12\u200b5", "125"),
        ("96。\n2、", "96.2"),
        ("96。2个", "96.2"),
        ("1. 5个", "1.5个"),
        ("\t10\n\t-\n\t5\n", "10-5"),
        ("\t3\n\t/\n\t4\n", "3/4"),
        # nothing to look for
        ("共18个", ""),
        ("共18 个", " \n"),
        ("", "18"),
    ],
)
def test_a_value_is_not_vouched_for(text: str, value: str) -> None:
    assert not locate(index_text(text), value).status.vouched


@pytest.mark.parametrize(
    ("text", "value", "status", "found"),
    [
        ("支出18万元", "18", EXACT, "18"),
        ("支出18万元", "18万元", EXACT, "18万元"),
        ("支出18万元", "万元", EXACT, "万元"),
        ("五十万元", "万元", EXACT, "万元"),
        ("五十万元", "五十", EXACT, "五十"),
        ("达到18%以上", "18", EXACT, "18"),
        ("达到18%以上", "18%以上", EXACT, "18%以上"),
        ("2023年", "2023", EXACT, "2023"),
        ("增长-5%", "-5%", EXACT, "-5%"),
        ("第3-5天", "5", EXACT, "5"),
        ("完成：- 5个", "5", EXACT, "5"),
        ("2021年-2023年", "2023年", EXACT, "2023年"),
        ("5月20日-6月3日", "6月3日", EXACT, "6月3日"),
        ("10万元-20万元", "20万元", EXACT, "20万元"),
        ("五千克", "千克", EXACT, "千克"),
        ("共96。2、", "96", EXACT, "96"),
        ("\t12\n\t5\n", "5", EXACT, "5"),
        ("第一百二十条", "一百二十", EXACT, "一百二十"),
        (" 18\n", " 18\n", EXACT, " 18\n"),
        ("支出 18 万元", "18万元", FOLDED, "18 万元"),
        ("支出18万元", " 18万元 ", FOLDED, "18万元"),
        ("达到１８．５％", "18.5%", FOLDED, "１８．５％"),
        ("增长－5%", "-5%", FOLDED, "－5%"),
        ("年度预\n算申请\n（万元）", "年度预算申请(万元)", FOLDED, "年度预\n算申请\n（万元）"),
        ("\t≥\n\t20\n\t个\n", "≥20个", FOLDED, "≥\n\t20\n\t个"),
        ("完成\u3000“示范”\xa0工程", '完成"示范"工程', FOLDED, "完成\u3000“示范”\xa0工程"),
        ("面积5㎡整", "5m²", FOLDED, "5㎡"),
        ("绿化㎡数", "m²", FOLDED, "㎡"),
        ("全镇共新修水渠和山塘并且验收合格的总计为1\n2.5里", "12.5里", FOLDED, "1\n2.5里"),
        ("全镇共新修水渠和山塘并且验收合格的总计为12\n5、植树", "12", EXACT, "12"),
        ("2021—2023年", "2021-2023年", FOLDED, "2021—2023年"),
        ("〔2024〕3号", "[2024]3号", FOLDED, "〔2024〕3号"),
        ("cafe\u0301吧", "café", FOLDED, "cafe\u0301"),
        ("前\ud800后🙂完", "后🙂完", EXACT, "后🙂完"),
    ],
)
def test_a_value_is_found_with_the_very_characters_it_stands_in(
    text: str, value: str, status: Status, found: str
) -> None:
    located = locate(index_text(text), value)
    assert located.status is status
    assert located.span is not None
    assert text[slice(*located.span)] == found


@pytest.mark.parametrize(
    ("quote", "status", "found"),
    [
        ("修缮山塘的数量为38口", MISMATCH, "修缮山塘的数量为36 口"),
        ("修缮山塘的数量为136口", MISMATCH, "修缮山塘的数量为36 口"),
        ("增长率达到-12.5%", MISMATCH, "增长率达到12.5%"),
        ("投入水利建设资金80万元", MISMATCH, "投入水利建设资金80亿元"),
        ("全镇共修缮山塘合计38口，投入水利建设资金共80亿元", MISMATCH, None),
        ("全镇共修缮山塘合计36口，投入水利建设资金共80亿元", ABSENT, None),
        ("全镇新修公路九公里，硬化晒谷坪若干处", ABSENT, None),
        ("38口", ABSENT, None),
    ],
)
def test_a_passage_that_is_merely_alike_tells_a_changed_number_from_missing_words(
    quote: str, status: Status, found: str | None
) -> None:
    text = "今年，全镇共修缮山塘的数量为36 口，投入水利建设资金80亿元，增长率达到12.5%。"
    for located in (locate(index_text(text), quote), locate_quote(index_text(text), quote)):
        assert located.status is status
        assert found is None or (located.span is not None and text[slice(*located.span)] == found)


def test_of_several_passages_the_one_with_most_of_the_numbers_is_shown() -> None:
    text = "甲项目全年执行数5万元，执行率50%；乙项目全年执行数8万元，执行率80%。"
    located = locate_quote(index_text(text), "项目全年执行数8万元，执行率81%")
    assert located == (MISMATCH, Span(text.index("项目", 20), text.index("。")))


def test_a_value_at_several_places_is_ambiguous_unless_a_passage_is_given() -> None:
    index = index_text("计划12个，完成12 个。")
    assert locate(index, "12个") == (AMBIGUOUS, None)
    assert locate(index, "12个", Span(5, 13)) == (FOLDED, Span(8, 12))
    assert locate(index, "12个", Span(0, 13)) == (EXACT, Span(2, 5))
    assert locate(index, "13个", Span(0, 13)) == (ABSENT, None)


def test_a_passage_that_is_alike_counts_only_inside_the_given_one() -> None:
    index = index_text("计划修渠12里。完成植树12里。")
    assert locate(index, "完成植树13里", Span(8, 16)) == (MISMATCH, Span(8, 15))
    assert locate(index, "完成植树13里", Span(0, 8)) == (ABSENT, None)


@pytest.mark.parametrize(
    ("text", "quote"),
    [("全站面积为10²", "全站面积为102"), ("①修渠", "1修渠"), ("支出793.18万元", "18万元"), ("得分95", "得分9")],
)
def test_a_quote_may_not_cut_a_number_or_take_a_mark_for_one(text: str, quote: str) -> None:
    assert not locate_quote(index_text(text), quote).status.vouched


def test_a_quote_may_leave_out_white_space_between_cells_and_its_own_characters_tell_where_it_stands() -> None:
    index = index_text("\t新修水渠\n\t12\n\t5\n共修水渠12 里，后修水渠12里。")
    assert locate_quote(index, "新修水渠125") == (FOLDED, Span(1, 12))
    assert locate(index, "新修水渠125") == (MISMATCH, Span(1, 12))
    assert locate_quote(index, "修水渠12里") == (EXACT, Span(23, 29))
    assert locate_quote(index, "修水渠12  里") == (AMBIGUOUS, None)
    assert locate_quote(index, "水渠1").status is ABSENT


WORDS = ("修渠", "植树", "云溪镇", "完成", "里", "万元", "%", "一百二十", "12", "5", "93.18", "1,018", "-5", "SKU")
MARKS = ("，", "。", "：", "（", "）", "\n\t", " ", "\u3000", "①", "㎡", "🙂", "e\u0301", "\ufeff")
pieces = st.sampled_from(WORDS + MARKS)
texts = st.lists(pieces, max_size=60).map("".join)


@given(st.lists(pieces, min_size=1, max_size=40), st.data())
def test_any_run_of_whole_cells_is_found_where_it_stands_or_ambiguous(cells: list[str], data: st.DataObject) -> None:
    text = "|".join(cells)
    first = data.draw(st.integers(0, len(cells) - 1))
    value = "|".join(cells[first : data.draw(st.integers(first + 1, len(cells)))])
    start = len("".join(cell + "|" for cell in cells[:first]))
    located = locate(index_text(text), value)
    if value.replace("|", "").strip("\ufeff \n\t\u3000"):
        assert located in {(EXACT, Span(start, start + len(value))), (AMBIGUOUS, None)}


@given(texts, texts)
def test_a_match_has_the_characters_of_what_was_looked_for(text: str, value: str) -> None:
    located = locate(index_text(text), value)
    assert (located.span is None) == (located.status in (ABSENT, AMBIGUOUS))
    if located.span is not None:
        assert 0 <= located.span.start < located.span.end <= len(text)
    if located.span is not None and located.status.vouched:
        found = text[slice(*located.span)]
        assert located.status is FOLDED or found == value
        assert re.findall(r"[0-9.,]*[0-9]", found) == re.findall(r"[0-9.,]*[0-9]", value)


@given(texts, st.data())
def test_a_number_with_one_digit_changed_is_not_vouched_for(text: str, data: st.DataObject) -> None:
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)*", text)
    if not numbers:
        return
    number = data.draw(st.sampled_from(numbers))
    place = data.draw(st.sampled_from([at for at, char in enumerate(number) if char.isdigit()]))
    changed = f"{number[:place]}{(int(number[place]) + data.draw(st.integers(1, 9))) % 10}{number[place + 1 :]}"
    assert changed in numbers or not locate(index_text(text), changed).status.vouched
