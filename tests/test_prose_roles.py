"""The role of a number by the words around it: each rule with what it must leave to the next."""

from __future__ import annotations

import pytest

from pipeline.prose.roles import ROLES, Role, Setting, role_of
from pipeline.quantities import find_quantities


def setting(words: str, *, open_record: bool = False, more: bool = False) -> Setting:
    """The setting of the number in ``words``, which is put in square brackets."""
    left, rest = words.split("[")
    number, right = rest.split("]")
    (quantity,) = find_quantities(number)
    return Setting(quantity, left, left, right, right, left, open_record, more)


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("新建口袋公园[7个]", Role.ACTUAL),
        ("苗木成活率[97.2%]", Role.ACTUAL),
        ("举办了第[6届]", Role.SKIP),
        ("年度得分[95分]", Role.SKIP),
        ("群众满意度[95分]", Role.ACTUAL),
        ("共计[12]", Role.SKIP),
        ("安排（含[3个]", Role.SKIP),
        ("在[3天]内办结", Role.SKIP),
        ("平均办结时限[3天]", Role.ACTUAL),
        ("计划新建公园[7个]", Role.SKIP),
        ("按计划新建公园[7个]", Role.ACTUAL),
        ("在职人员[18人]", Role.SKIP),
        ("在职人员培训班学员结业考试合格人员[18人]", Role.ACTUAL),
        ("项目经费支出[30万元]", Role.SKIP),
        ("林业产值[30万元]", Role.ACTUAL),
        ("预算执行率[98%]", Role.SKIP),
        ("苗木合格率[98%]", Role.ACTUAL),
        ("去年[300株]", Role.LAST_YEAR),
        ("减少了[3起]", Role.SKIP),
        ("[一家]企业即可受益", Role.SKIP),
        ("帮扶[一家]企业发展", Role.ACTUAL),
        ("设定绩效目标[12个]", Role.SKIP),
        ("公园数量同比增长[5%]", Role.CHANGE_OF_OWN),
    ],
)
def test_a_number_by_itself(words: str, role: Role) -> None:
    assert role_of(setting(words)) is role


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("同比增长[5%]", Role.CHANGE),
        ("比上年增加[30株]", Role.CHANGE),
        ("较2022年下降了[3个百分点]", Role.CHANGE),
        ("蔬菜产量同比增长[5%]", Role.CHANGE_OF_OWN),
        ("（目标值[95%]", Role.TARGET),
        ("超过[95%]的年度目标", Role.TARGET),
        ("高于年度目标任务[2000株]", Role.TARGET),
        ("完成年度目标[2000株]", Role.TARGET),
        ("完成道路绿化任务[3公里]", Role.ACTUAL),  # another measure
        ("完成年度目标的[105%]", Role.COMPLETION),
        ("完成率为[105%]", Role.COMPLETION),
        ("占全县总量的[8%]", Role.SKIP),
        ("占年度支出的[8%]", Role.SKIP),
        ("新增停车位[30个]", Role.ACTUAL),
    ],
)
def test_a_number_after_a_result(words: str, role: Role) -> None:
    assert role_of(setting(words, open_record=True)) is role


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("绿化面积由上年的[1200亩]", Role.EARLIER),
        ("植树任务[1000亩]", Role.TARGET),
        ("新增就业[142人]（年初任务130人）", Role.ACTUAL),  # the words in brackets are about the next number
        ("培育[3万元以上]林业企业", Role.ATTRIBUTE),
        ("新建公园[7个]", Role.ACTUAL),
    ],
)
def test_a_number_before_others(words: str, role: Role) -> None:
    assert role_of(setting(words, more=True)) is role


def test_every_role_is_given_by_a_rule_or_where_none_holds() -> None:
    assert {role for role, _ in ROLES} | {Role.ACTUAL} == set(Role)
