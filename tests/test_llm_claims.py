"""Claims: every value of an answer gets the place that its own quote leads to, and one that is not there gets none."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.chunks import split_chunks
from pipeline.confidence import score_fields
from pipeline.engines.llm.asking import Answered
from pipeline.engines.llm.claims import Reader, Told
from pipeline.engines.llm.questions import Question, first_questions
from pipeline.engines.llm.subjects import evaluations_of, owned
from pipeline.folding import index_text
from pipeline.grounding import ground
from pipeline.sections import split_sections
from schemas.answers import (
    Answer,
    FormAnswer,
    FundingAnswer,
    OverviewAnswer,
    ProblemsAnswer,
    ProseAnswer,
    ResultsAnswer,
)
from schemas.records import RecordKind
from schemas.stages import Candidate, Claim, Status
from schemas.text import Document
from tests.rule_samples import (
    FORM_TITLE,
    HEADER,
    PARKS_ROW,
    PROJECT_ROW,
    TITLE,
    TREES_ROW,
    UNIT_ROW,
    Merged,
    document,
    dump,
    grid_document,
    values,
)

HEADING = "一、部门整体支出绩效情况\n"
PARKS = {"name": "新建口袋公园", "actual": "6个", "quote": "新建口袋公园6个"}
MONEY_HEADER = "项目资金（万元）|年初预算数|全年预算数|全年执行数|分值|执行率|得分"


class Read:
    """What is read of one answer about a whole report, with the words behind each claim."""

    def __init__(self, source: str | Document, answer: Answer, task: str) -> None:
        self.document = document(source) if isinstance(source, str) else source
        self.chunks = split_chunks(self.document, split_sections(self.document))
        self.reader = Reader(self.document, index_text(self.document.text), self.chunks)
        (self.question,) = first_questions(self.document, self.chunks, [task])
        self.answered = [Answered(self.question, answer)]
        self.told: tuple[Told, ...] = tuple(self.reader.told(self.answered))

    @property
    def records(self) -> list[Candidate]:
        return [one.candidate for one in self.told]

    def words(self, claim: Claim) -> str | None:
        return self.document.quote(claim.where) if claim.where else None

    def before(self, claim: Claim) -> str:
        """The text above the place of a claim."""
        assert claim.where is not None
        return self.document.text[: claim.where.start]

    def facts(self) -> dict[str, str]:
        return {name: claim.value for name, claim in self.reader.facts(self.answered).items()}


def results(prose: str, *parts: dict[str, Any]) -> Read:
    answer = ResultsAnswer.model_validate({"results": parts})
    return Read(f"{TITLE}{HEADING}{prose}\n", answer, "results")


def money(prose: str, *parts: dict[str, Any]) -> Read:
    answer = FundingAnswer.model_validate({"funding": parts})
    return Read(f"{TITLE}二、预算执行情况\n{prose}\n", answer, "funding")


def problems(prose: str, **lists: list[dict[str, Any]]) -> Read:
    return Read(f"{TITLE}四、存在的问题\n{prose}\n", ProblemsAnswer.model_validate(lists), "problems")


def form(source: str | Document, **answer: Any) -> Read:
    return Read(source, FormAnswer.model_validate(answer), "form")


# Results and money in prose.


def test_every_value_has_its_place_and_the_record_its_quote() -> None:
    one = results(
        "栽植行道树1800株。绿化管养面积达到312.5万平方米，完成目标300万平方米的104.17%，同比增长3.2%。",
        {
            "name": "绿化管养面积",
            "actual": "312.5万平方米",
            "target": "300万平方米",
            "completion_rate": "104.17%",
            "change": "同比增长3.2%",
            "quote": "绿化管养面积达到312.5万平方米，完成目标300万平方米的104.17%，同比增长3.2%",
        },
    )
    (record,) = one.records
    assert (record.kind, record.references, record.engine) == (RecordKind.INDICATOR, {"origin": "narrative"}, "llm")
    assert record.rule == "llm.results"
    assert len(record.fields) == 5
    for claim in (*record.fields.values(), record.quote):
        assert one.words(claim) == claim.value
    assert one.document.quote(one.chunks[record.chunk or 0].span).startswith(HEADING)


def test_a_value_stands_inside_its_own_quote_and_not_where_it_was_said_before() -> None:
    one = results("计划新建口袋公园6个。全年实际新建口袋公园6个。", {**PARKS, "quote": "实际新建口袋公园6个"})
    (record,) = one.records
    for claim in record.fields.values():
        assert one.before(claim).endswith(("全年实际", "实际新建口袋公园"))


@pytest.mark.parametrize(
    ("prose", "value", "before"),
    [
        ("检查公园13个，3个已整改", "3个", "13个，"),
        ("检查公园3个，13个待检", "3个", "检查公园"),
        ("投入1,280.6万元，其中280.6万元自筹", "280.6万元", "其中"),
        ("接待12.8人次，2.8人次来自外县", "2.8人次", "12.8人次，"),
        ("活动18人次，其中18人来自外县", "18人", "其中"),
    ],
)
def test_a_value_is_not_placed_inside_a_longer_number(prose: str, value: str, before: str) -> None:
    one = results(prose + "。", {"name": "检查", "actual": value, "quote": prose})
    claim = one.records[0].fields["actual"]
    assert one.words(claim) == value
    assert one.before(claim).endswith(before)


def test_a_value_that_stands_only_inside_a_longer_number_is_placed_there_and_not_vouched_for() -> None:
    one = results("检查公园13个。", {"name": "检查公园", "actual": "3个", "quote": "检查公园13个"})
    assert one.words(one.records[0].fields["actual"]) == "3个"
    (grounded,) = ground(one.document, one.records)
    field = grounded.get("actual")
    assert field is not None
    assert not field.status.vouched
    assert score_fields(one.document, [grounded], ())[1].flags


def test_width_and_white_space_do_not_matter() -> None:
    one = results(
        "绿化覆盖率（建成\n区）达到４１.２％。",
        {"name": "绿化覆盖率(建成区)", "actual": "41.2%", "quote": "绿化覆盖率(建成区)达到41.2%"},
    )
    (record,) = one.records
    assert one.words(record.fields["actual"]) == "４１.２％"
    assert one.words(record.fields["name"]) == "绿化覆盖率（建成\n区）"
    (grounded,) = ground(one.document, one.records)
    assert all(field.status.vouched for field in (*grounded.fields, grounded.quote))


@pytest.mark.parametrize(
    ("part", "absent"),
    [
        ({"name": "新建口袋公园", "actual": "9个", "quote": "新建口袋公园9个"}, {"actual"}),
        ({"name": "新建湿地", "actual": "6个", "quote": "新建湿地6个"}, {"name"}),
        ({"name": "修缮古桥", "actual": "4座", "quote": "修缮古桥4座"}, {"name", "actual"}),
    ],
)
def test_a_quote_that_is_not_in_the_text_has_no_place_and_its_record_is_flagged(
    part: dict[str, str], absent: set[str]
) -> None:
    one = results("全年新建口袋公园6个。", part)
    (record,) = one.records
    assert record.quote == Claim(part["quote"], None)
    assert {name for name, claim in record.fields.items() if claim.where is None} == absent
    (grounded,) = ground(one.document, one.records)
    assert not grounded.quote.status.vouched
    assert not grounded.accepted
    assert all(scored.flags for scored in score_fields(one.document, [grounded], ()))


def test_made_up_words_are_absent_after_grounding() -> None:
    one = results("全年新建口袋公园6个。", {"name": "修缮古桥", "actual": "四座", "quote": "修缮古桥四座"})
    (grounded,) = ground(one.document, one.records)
    assert [field.status for field in (*grounded.fields, grounded.quote)] == [Status.ABSENT] * 3


@pytest.mark.parametrize("part", [{}, {"name": "/", "actual": "-"}, {"project": "古树名木保护"}])
def test_a_quote_without_any_value_is_no_record(part: dict[str, str]) -> None:
    assert results("全年新建口袋公园6个。", {"quote": "全年新建口袋公园6个", **part}).records == []


def test_records_come_in_the_order_of_the_answer() -> None:
    trees = {"name": "栽植行道树", "actual": "1800株", "quote": "栽植行道树1800株"}
    one = results("新建口袋公园6个，栽植行道树1800株。", trees, PARKS)
    assert [values(record)["name"] for record in one.records] == ["栽植行道树", "新建口袋公园"]


PROJECT_MONEY = "（一）古树名木保护。古树名木保护成效明显。项目支出86万元。（二）公园管养。公园管养支出120万元。"


@pytest.mark.parametrize(
    ("item", "project", "named"),
    [
        ("项目支出", None, "项目支出"),  # the whole department's
        ("设备购置", "古树名木保护", "设备购置"),
        ("项目支出", "古树名木保护", "古树名木保护"),
        ("资金", "古树名木保护", "古树名木保护"),
    ],
)
def test_money_of_a_project_without_a_name_of_its_own_bears_that_of_the_project(
    item: str, project: str | None, named: str
) -> None:
    one = money(PROJECT_MONEY, {"item": item, "project": project, "executed": "86", "quote": "项目支出86万元"})
    (told,) = one.told
    assert (told.project, values(told.candidate)["item"]) == (project, named)


def test_the_name_of_a_project_stands_where_it_was_last_said_before_its_money() -> None:
    prose = PROJECT_MONEY + "古树名木保护另有结余。"
    part = {"item": "项目支出", "project": "古树名木保护", "executed": "86", "quote": "项目支出86万元"}
    one = money(prose, part)
    claim = one.records[0].fields["item"]
    assert one.words(claim) == "古树名木保护"
    assert one.before(claim).endswith("古树名木保护。")


@pytest.mark.parametrize(("project", "quote"), [("湿地修复", "项目支出86万元"), ("古树名木保护", "项目支出68万元")])
def test_the_name_of_a_project_without_a_place_is_still_the_item(project: str, quote: str) -> None:
    one = money(PROJECT_MONEY, {"item": "项目支出", "project": project, "executed": "86", "quote": quote})
    assert one.records[0].fields["item"] == Claim(project, None)


# Passages: goals, problems, measures.


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("3座公园完成改造", "3座公园完成改造"),
        ("2.5公顷绿地完成改造", "2.5公顷绿地完成改造"),
        ("一体推进管养", "一体推进管养"),
        ("1.苗木储备不足", "苗木储备不足"),
        ("1、苗木储备不足", "苗木储备不足"),
        ("（一）苗木储备不足", "苗木储备不足"),
        ("(2)苗木储备不足", "苗木储备不足"),
        ("①苗木储备不足", "苗木储备不足"),
        ("一是苗木储备不足", "苗木储备不足"),
        ("目标1：苗木储备不足", "苗木储备不足"),
        ("1.（一）苗木储备不足", "（一）苗木储备不足"),  # one label only
    ],
)
def test_the_number_of_an_item_is_no_part_of_it(said: str, words: str) -> None:
    one = problems(said + "。", remedies=[{"statement": said}])
    (record,) = one.records
    assert values(record) == {"statement": words}
    assert one.words(record.fields["statement"]) == one.words(record.quote) == words
    assert record.kind is RecordKind.REMEDY


def test_a_name_keeps_its_number() -> None:
    one = results("1.苗圃建成6个。", {**PARKS, "name": "1.苗圃", "quote": "1.苗圃建成6个"})
    assert values(one.records[0])["name"] == "1.苗圃"


def test_a_long_passage_is_cut_after_the_sentence_in_which_it_is_too_long() -> None:
    sentence = "古树名木的日常养护由各乡镇分头实施，标准不一，记录不全，责任不清。"
    one = problems(sentence * 12, deviations=[{"kind": "problem", "description": sentence * 12}])
    words = values(one.records[0])["description"]
    assert words == sentence * (len(words) // len(sentence))
    assert 200 < len(words) < 200 + len(sentence) + 1
    assert one.words(one.records[0].fields["description"]) == words


def test_a_problem_is_quoted_from_its_first_to_its_last_word() -> None:
    one = problems(
        "（一）苗木储备不足。苗圃面积偏小，供应不稳。将扩建苗圃。（二）人手不足。",
        deviations=[
            {
                "kind": "problem",
                "description": "苗木储备不足",
                "reason": "苗圃面积偏小，供应不稳。",
                "remedy": "将扩建苗圃",
            }
        ],
    )
    (record,) = one.records
    assert record.references == {"kind": "problem"}
    assert record.quote.value == one.words(record.quote) == "苗木储备不足。苗圃面积偏小，供应不稳。将扩建苗圃"


def test_a_field_far_from_the_others_does_not_stretch_the_quote() -> None:
    prose = "苗木储备不足。" + "各项工作平稳有序。" * 80 + "苗圃面积偏小。"
    one = problems(prose, deviations=[{"kind": "problem", "description": "苗木储备不足", "reason": "苗圃面积偏小"}])
    assert one.records[0].quote.value == "苗木储备不足"


def test_a_passage_that_is_not_in_the_text_is_its_own_quote_without_a_place() -> None:
    one = problems("苗木储备不足。", remedies=[{"statement": "增加管养人手"}])
    assert one.records[0].quote == Claim("增加管养人手", None)
    (grounded,) = ground(one.document, one.records)
    assert grounded.quote.status is Status.ABSENT
    assert score_fields(one.document, [grounded], ())[0].flags


def test_a_goal_is_quoted_without_its_outcome() -> None:
    answer = OverviewAnswer.model_validate({"goals": [{"statement": "1.建成口袋公园5个以上", "outcome": "建成6个。"}]})
    text = f"{TITLE}{HEADING}年度目标：1.建成口袋公园5个以上。\n完成情况：1.建成6个。\n"
    one = Read(text, answer, "overview")
    (record,) = one.records
    assert values(record) == {"statement": "建成口袋公园5个以上", "outcome": "建成6个。"}
    assert record.quote.value == "建成口袋公园5个以上"


# Forms.


def department(*rows: str) -> str:
    return TITLE + FORM_TITLE + dump(UNIT_ROW, HEADER, *rows)


PARKS_TOLD = {
    "level1": "产出指标",
    "level2": "数量指标",
    "name": "新建口袋公园",
    "target": "≥5个",
    "actual": "7个",
    "weight": 10,
    "score": 10,
}
TREES_TOLD = {
    "level1": "产出指标",
    "level2": "数量指标",
    "name": "栽植行道树",
    "target": "2000株",
    "actual": "1800株",
    "weight": "10",
    "score": "8",
    "deviation_reason": "苗木不足",
}


def test_a_row_of_a_form_is_quoted_as_it_stands_and_its_values_in_it() -> None:
    one = form(department(TREES_ROW, PARKS_ROW), indicators=[PARKS_TOLD])
    (record,) = one.records
    assert (record.kind, record.references, record.rule) == (RecordKind.INDICATOR, {"origin": "form"}, "llm.form")
    assert record.quote.value == one.words(record.quote)
    assert "".join(record.quote.value.split()) == "产出指标数量指标新建口袋公园≥5个7个1010"
    for name, claim in record.fields.items():
        assert record.quote.where is not None
        assert one.words(claim) == claim.value, name
        assert claim.where is not None
        assert record.quote.where.covers(claim.where) or name in ("level1", "level2")


def test_the_same_score_in_two_rows_is_that_of_its_own_row() -> None:
    one = form(department(PARKS_ROW, TREES_ROW), indicators=[PARKS_TOLD, TREES_TOLD])
    parks, trees = (r for r in ground(one.document, one.records) if r.kind is RecordKind.INDICATOR)
    places = [record.get(name) for record in (parks, trees) for name in ("weight", "score")]
    starts = [field.span.start for field in places if field is not None and field.span is not None]
    assert [field.value for field in places if field is not None] == ["10", "10", "10", "8"]
    assert starts == sorted(set(starts))
    assert one.document.text.index("1800株", starts[0]) < starts[2]


def test_merged_levels_are_found_above_the_row() -> None:
    rows = [
        HEADER.split("|"),
        [Merged("产出指标（50分）", rows=2), Merged("数量指标", rows=2), *PARKS_ROW.split("|")[2:]],
        TREES_ROW.split("|")[2:],
    ]
    told = {**TREES_TOLD, "level1": "产出指标（50分）"}
    one = form(grid_document(TITLE + FORM_TITLE, rows), indicators=[told])
    record = one.records[0]
    assert values(record)["level1"] == one.words(record.fields["level1"]) == "产出指标"
    assert one.words(record.fields["level2"]) == "数量指标"
    assert "".join(record.quote.value.split()) == "栽植行道树2000株1800株108苗木不足"


@pytest.mark.parametrize("level", ["产出指标(40分)", "产出指标 （40）", "产出指标（40%）", "产出指标"])
def test_the_weight_behind_a_level_is_no_part_of_it(level: str) -> None:
    one = form(department(PARKS_ROW), indicators=[{**PARKS_TOLD, "level1": level}])
    assert values(one.records[0])["level1"] == "产出指标"


def test_a_row_without_a_reason_is_no_deviation() -> None:
    one = form(department(PARKS_ROW), indicators=[{**PARKS_TOLD, "deviation_reason": "/"}])
    assert [record.kind for record in one.records] == [RecordKind.INDICATOR]


@pytest.mark.parametrize(
    ("cell", "fields"),
    [
        ("苗木不足", {"reason": "苗木不足"}),
        ("苗木不足，供应不稳", {"reason": "苗木不足，供应不稳"}),
        ("苗木不足。改进措施：提前备苗。", {"reason": "苗木不足。", "remedy": "提前备苗。"}),
        ("原因：苗木不足。\n改进措施:提前备苗。", {"reason": "苗木不足。", "remedy": "提前备苗。"}),
        ("改进措施：提前备苗。", {"remedy": "提前备苗。"}),
    ],
)
def test_the_reason_in_a_row_is_a_deviation_with_its_remedy(cell: str, fields: dict[str, str]) -> None:
    row = TREES_ROW.replace("苗木不足", cell)
    one = form(department(PARKS_ROW, row), indicators=[{**TREES_TOLD, "deviation_reason": cell}])
    indicator, deviation = one.records
    assert (deviation.kind, deviation.references) == (RecordKind.DEVIATION, {"kind": "indicator"})
    assert values(deviation) == {**fields, "indicator": "栽植行道树"}
    assert deviation.quote == indicator.quote
    assert all(one.words(claim) == claim.value for claim in deviation.fields.values())


def test_a_row_that_is_not_in_the_form_has_no_place() -> None:
    one = form(department(PARKS_ROW), indicators=[{"name": "修缮古桥", "actual": "四座"}])
    (record,) = one.records
    assert {claim.where for claim in (*record.fields.values(), record.quote)} == {None}
    (grounded,) = ground(one.document, one.records)
    assert not grounded.accepted
    assert all(scored.flags for scored in score_fields(one.document, [grounded], ()))


def test_the_unit_of_money_is_found_outside_its_row() -> None:
    text = TITLE + "项目支出绩效自评表\n" + dump(PROJECT_ROW, MONEY_HEADER, "年度资金总额|80|90|86|10|95.56%|9.56")
    told = {"item": "年度资金总额", "initial_budget": 80, "annual_budget": "90", "executed": "86", "unit": "万元"}
    one = form(text, scope="project", name="古树名木保护", funding=[{**told, "quote": "年度资金总额"}])
    evaluation, record = one.told
    assert evaluation.project == record.project == "古树名木保护"
    assert values(record.candidate) == {**told, "initial_budget": "80"}
    assert one.words(record.candidate.fields["unit"]) == "万元"
    assert "".join(record.candidate.quote.value.split()) == "年度资金总额8090861095.56%9.56"


@pytest.mark.parametrize(("scope", "project"), [("none", None), ("department", None), ("project", "云溪县园林局")])
def test_a_form_is_an_evaluation_only_where_it_evaluates_something(scope: str, project: str | None) -> None:
    text = department(PARKS_ROW, "总分|||||100|95|")
    one = form(text, scope=scope, name="云溪县园林局", total_score="95", indicators=[PARKS_TOLD])
    found = [told for told in one.told if told.candidate.kind is RecordKind.EVALUATION]
    assert [told.candidate.references for told in found] == ([] if scope == "none" else [{"scope": scope}])
    assert {told.project for told in one.told} == {project}


# Whose a record is, and what is evaluated.


def test_records_belong_to_the_project_that_they_name_and_others_to_the_department() -> None:
    answer = ProseAnswer.model_validate(
        {
            "evaluations": [
                {"total_score": "95分", "quote": "部门自评得分95分"},
                {"project": "古树名木保护项目", "total_score": "90分", "quote": "古树名木保护项目自评得分90分"},
            ],
            "results": [
                PARKS,
                {"project": "古树名木保护", "name": "复壮古树", "actual": "12株", "quote": "复壮古树12株"},
            ],
            "remedies": [{"statement": "提前备苗"}],
        }
    )
    prose = "部门自评得分95分。新建口袋公园6个。古树名木保护项目自评得分90分，复壮古树12株。提前备苗。"
    one = Read(f"{TITLE}{HEADING}{prose}\n", answer, "prose")
    evaluations = evaluations_of(one.document, one.told, Claim("云溪县园林局"))
    assert [(found.references["id"], found.references["scope"]) for found in evaluations.candidates] == [
        ("department", "department"),
        ("p1", "project"),
    ]
    assert [values(found)["name"] for found in evaluations.candidates] == ["云溪县园林局", "古树名木保护项目"]
    assert [found.references.get("evaluation") for found in owned(one.told, evaluations)] == ["department", "p1", None]


def test_the_title_of_a_report_about_one_project_tells_what_is_evaluated() -> None:
    text = "2023年度古树名木保护项目支出绩效自评报告\n一、项目绩效情况\n自评得分90分。\n"
    answer = OverviewAnswer.model_validate({"evaluations": [{"total_score": "90分", "quote": "自评得分90分"}]})
    one = Read(text, answer, "overview")
    (found,) = evaluations_of(one.document, one.told, None).candidates
    assert found.references == {"id": "p1", "scope": "project"}
    assert values(found) == {"total_score": "90分", "name": "古树名木保护项目"}


# The report's own facts.


def facts(*answers: dict[str, Any]) -> dict[str, Claim]:
    text = f"{TITLE}{HEADING}2023年没有偏离绩效目标的情况。\n"
    one = Read(text, OverviewAnswer(), "overview")
    return one.reader.facts([Answered(one.question, OverviewAnswer.model_validate(answer)) for answer in answers])


@pytest.mark.parametrize("year", ["本年度", "23", "1998", "/"])
def test_what_is_no_year_is_no_fact(year: str) -> None:
    assert "fiscal_year" not in facts({"fiscal_year": year, "unit_name": "云溪县园林局"})


@pytest.mark.parametrize("year", [2023, "2023", "2023年度", "2023年"])
def test_a_year_is_its_four_digits(year: object) -> None:
    claim = facts({"fiscal_year": year})["fiscal_year"]
    assert claim.value == "2023"
    assert claim.where is not None


def test_the_first_to_say_something_counts() -> None:
    found = facts({"fiscal_year": "2023"}, {"unit_name": "云溪县园林局", "fiscal_year": "2022"}, {"unit_name": "乙局"})
    assert {name: claim.value for name, claim in found.items()} == {"fiscal_year": "2023", "unit_name": "云溪县园林局"}
    assert found["unit_name"].where is not None


def test_a_declaration_is_true_at_its_sentence() -> None:
    found = facts({"no_deviation_declared": "2023年没有偏离绩效目标的情况。"})["no_deviation_declared"]
    assert (found.value, found.quote) == ("true", "2023年没有偏离绩效目标的情况。")
    assert found.where is not None


def test_an_answer_that_says_nothing_of_the_report_gives_no_facts() -> None:
    assert facts({}, {"unit_name": "-", "no_deviation_declared": ""}) == {}


def test_staff_is_told_by_a_form() -> None:
    text = TITLE + FORM_TITLE + dump(UNIT_ROW, "编制数|20|实际在职人数|18")
    one = form(text, authorized_staff=20, actual_staff="18")
    assert one.facts() == {"authorized_staff": "20", "actual_staff": "18"}
    assert one.records == []


def test_a_passage_is_looked_for_only_where_it_was_asked_about() -> None:
    one = results("新建口袋公园6个。", PARKS)
    start = one.document.text.index("新建口袋公园6个")
    elsewhere = Question("results", one.question.chunks, (one.question.spans[0]._replace(end=start + 3),), "")
    answer = ResultsAnswer.model_validate({"results": [PARKS]})
    (told,) = one.reader.told([Answered(elsewhere, answer)])
    assert told.candidate.quote.where is None
