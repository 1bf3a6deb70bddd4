"""What a model is asked to fill in. The descriptions carry the labeling rules, in the language of the reports.

The models are sent with every request, so their JSON schema is as short as it stays exact: no titles, no ``$defs``, and
a field that is not stated is simply left out. ``None`` and the signs that stand for an empty cell mean the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

Contains = Callable[[str], bool]
"""True where the text that was asked about holds these words."""

CONTAINS = "contains"
"""The key of the validation context under which a ``Contains`` stands; without it no quote is checked."""

_BLANKS = frozenset({"", "/", "-", "—", "－", "--", "——", "null", "None"})


def _as_text(value: object) -> object:
    """A number that a model gave without quotation marks as text; an empty cell's sign as ``None``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return None if isinstance(value, str) and value.strip() in _BLANKS else value


_Text = Annotated[str | None, BeforeValidator(_as_text)]
_Quote = Annotated[str, Field(description="含各值的最短原文，逐字照抄")]
_Project = Annotated[_Text, Field(default=None, description="所属项目，部门整体不填")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The schema without titles, defaults and references: models read it, and every character is paid for."""
        if args or kwargs:
            return _short(cls.__name__, super().model_json_schema(*args, **kwargs))
        schema: dict[str, Any] = json.loads(_schema_text(cls))  # a copy: instructor adds to it in some modes
        return schema


@cache
def _schema_text(model: type[_Part]) -> str:
    """The short schema as JSON: to make it takes milliseconds, and every request has it."""
    return json.dumps(_short(model.__name__, super(_Part, model).model_json_schema()))


def _short(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    inlined: dict[str, Any] = _compact(schema, schema.pop("$defs", {}))
    return {"title": name, **inlined}  # instructor names the answer by it


def _compact(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_compact(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _compact(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "properties" in node:  # a docstring is for programmers
        node = {key: value for key, value in node.items() if key != "description"}
    optional = [part for part in node.get("anyOf", ()) if part != {"type": "null"}]
    kept = {key: value for key, value in node.items() if key not in ("title", "default", "anyOf")}
    merged = {**optional[0], **kept} if optional else kept
    if "properties" in merged:
        properties = {name: _compact(part, definitions) for name, part in merged["properties"].items()}
        return {**{k: _compact(v, definitions) for k, v in merged.items()}, "properties": properties}
    return {key: _compact(value, definitions) for key, value in merged.items()}


class Result(_Part):
    """A measured result stated in prose."""

    project: _Project
    name: Annotated[_Text, Field(default=None, description="指标名称，用原文的词，短而清楚")]
    actual: Annotated[_Text, Field(default=None, description="完成值，数字连单位，如23.54亿元")]
    target: Annotated[_Text, Field(default=None, description="同处写明的目标值")]
    completion_rate: Annotated[_Text, Field(default=None, description="完成率，如102.35%")]
    change: Annotated[_Text, Field(default=None, description="与上年相比的增减，带方向，如同比增长27.28%")]
    quote: _Quote


class _Money(_Part):
    project: _Project
    item: Annotated[_Text, Field(default=None, description="科目或项目名称")]
    prior_executed: Annotated[_Text, Field(default=None, description="上年决算数")]
    initial_budget: Annotated[_Text, Field(default=None, description="年初预算数；只写“预算”的也填这里")]
    annual_budget: Annotated[_Text, Field(default=None, description="全年预算数（调整、追加后）")]
    executed: Annotated[_Text, Field(default=None, description="执行数、决算数、支出")]
    rate: Annotated[_Text, Field(default=None, description="执行率")]
    unit: Annotated[_Text, Field(default=None, description="金额单位，如万元；以上各数不带单位")]


class Amount(_Money):
    """Money budgeted or spent, by item, as prose tells of it."""

    quote: _Quote


class Row(_Money):
    """A row of a form's block of money."""

    weight: Annotated[_Text, Field(default=None, description="分值")]
    score: Annotated[_Text, Field(default=None, description="得分")]


class Aim(_Part):
    """A goal set for the year."""

    project: _Project
    statement: Annotated[_Text, Field(default=None, description="目标原文，不带序号")]
    outcome: Annotated[_Text, Field(default=None, description="按序号或标题对应的这一条的完成情况原文；没有则不填")]


class Departure(_Part):
    """Where results or spending departed from the plan, or a problem."""

    project: _Project
    kind: Annotated[
        Literal["budget", "indicator", "problem"],
        Field(description="budget收支偏离预算且有说明；indicator指标未完成或超额且有原因；problem存在的问题"),
    ]
    indicator: Annotated[_Text, Field(default=None, description="kind为indicator时的指标名称")]
    description: Annotated[_Text, Field(default=None, description="偏离了什么；问题的标题，无标题则整条原文")]
    reason: Annotated[_Text, Field(default=None, description="原因原文；有标题的问题填标题后的说明")]
    remedy: Annotated[_Text, Field(default=None, description="同一条内写明的整改措施原文")]


class Measure(_Part):
    """A measure announced for the time to come."""

    statement: Annotated[_Text, Field(default=None, description="措施或建议的标题原文，无标题则整条；不带序号")]


class Evaluated(_Part):
    """A thing that is evaluated, as prose tells of it."""

    project: _Project
    total_score: Annotated[_Text, Field(default=None, description="自评得分")]
    grade: Annotated[_Text, Field(default=None, description="评价等级，如优")]
    quote: _Quote


class FormIndicator(_Part):
    """A row of an indicator form."""

    level1: Annotated[_Text, Field(default=None, description="一级指标，去掉“(40分)”")]
    level2: Annotated[_Text, Field(default=None, description="二级指标")]
    name: Annotated[_Text, Field(default=None, description="三级指标")]
    target: Annotated[_Text, Field(default=None, description="年度指标值")]
    actual: Annotated[_Text, Field(default=None, description="实际完成值")]
    weight: Annotated[_Text, Field(default=None, description="分值")]
    score: Annotated[_Text, Field(default=None, description="得分")]
    deviation_reason: Annotated[_Text, Field(default=None, description="偏差原因分析及改进措施")]


class Answer(_Part):
    """An answer as a whole. Quotes that are not in the text asked about are an error that says which."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_stated(cls, data: object) -> object:
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _quotes_stand_in_the_text(self, info: ValidationInfo) -> Self:
        contains: Contains | None = None if info.context is None else info.context.get(CONTAINS)
        if contains is None:
            return self
        missing = [f"{place}：“{words}”" for place, words in self.quoted() if not contains(words)]
        if missing:
            raise ValueError("以下内容不在原文中，请逐字照抄原文后重新给出全部结果：" + "；".join(missing))
        return self

    def quoted(self) -> Iterator[tuple[str, str]]:
        """What must stand in the text word for word, each with its place in the answer."""
        for name in type(self).model_fields:
            parts = getattr(self, name)
            for number, part in enumerate(parts if isinstance(parts, list) else (), start=1):
                for field in ("quote", "statement", "description"):
                    words = getattr(part, field, None)
                    if words:
                        yield f"{name}第{number}条{field}", words

    @classmethod
    def salvage(cls, data: object) -> tuple[Self, int]:
        """The answer without the parts that are not in shape, and how many those are."""
        content = data if isinstance(data, dict) else {}
        lost = 0 if isinstance(data, dict) else 1
        kept: dict[str, Any] = {}
        for name in cls.model_fields:
            if name not in content:
                continue
            value = content[name]
            listed = isinstance(value, list)
            sound = [part for part in (value if listed else [value]) if cls._takes(name, [part] if listed else part)]
            lost += (len(value) if listed else 1) - len(sound)
            if sound and cls._takes(name, sound if listed else value):
                kept[name] = sound if listed else value
            elif sound:
                lost += len(sound)
        return cls.model_validate(kept), lost

    @classmethod
    def _takes(cls, name: str, value: object) -> bool:
        try:
            cls.model_validate({name: value})
        except ValidationError:
            return False
        return True


_RESULTS = (
    "正文中当年已取得的、有名称有数字的成果，一个数字一条，不漏。不收：职责机构人员，已列入funding的资金，"
    "得分，名称日期序号排名口号中的数字，上年数，预计或计划数；目标值、完成率、增减并入所属的那一条"
)
_FUNDING = "当年的预算或支出，一个科目（总额、基本支出、项目支出、各类支出、三公经费及其各项、各项目）一条；收入不收"
_GOALS = "当年设定的绩效目标，有编号的一号一条；以后年度的计划不算"
_DEPARTURES = "偏差与问题；存在的问题一号一条。仅金额与预算不同而无说明的不算"
_REMEDIES = "下一步改进措施、建议，一号一条"
_EVALUATED = "评价对象：部门整体，以及报告单独给出得分、目标或成果的每个项目（只列了金额的不算）"

_Results = Annotated[list[Result], Field(default_factory=list, description=_RESULTS)]
_Funding = Annotated[list[Amount], Field(default_factory=list, description=_FUNDING)]
_Goals = Annotated[list[Aim], Field(default_factory=list, description=_GOALS)]
_Departures = Annotated[list[Departure], Field(default_factory=list, description=_DEPARTURES)]
_Remedies = Annotated[list[Measure], Field(default_factory=list, description=_REMEDIES)]
_Evaluations = Annotated[list[Evaluated], Field(default_factory=list, description=_EVALUATED)]
_Unit = Annotated[_Text, Field(default=None, description="自评单位全称")]
_Year = Annotated[_Text, Field(default=None, description="评价年度，四位数字")]
_Declared = Annotated[_Text, Field(default=None, description="声明没有偏离目标的那句原文；没有则不填")]


class ResultsAnswer(Answer):
    """Measured results stated in prose."""

    results: _Results


class FundingAnswer(Answer):
    """Money that prose names."""

    funding: _Funding


class ProblemsAnswer(Answer):
    """What departed from the plan, problems, and what is to be done."""

    deviations: _Departures
    remedies: _Remedies


class OverviewAnswer(Answer):
    """What the report is about: its unit and year, what is evaluated, and the goals that prose sets."""

    unit_name: _Unit
    fiscal_year: _Year
    no_deviation_declared: _Declared
    evaluations: _Evaluations
    goals: _Goals


class ProseAnswer(Answer):
    """Everything that prose tells, in one answer."""

    unit_name: _Unit
    fiscal_year: _Year
    no_deviation_declared: _Declared
    evaluations: _Evaluations
    goals: _Goals
    results: _Results
    funding: _Funding
    deviations: _Departures
    remedies: _Remedies


class LeftoverAnswer(Answer):
    """What was overlooked at first: results and amounts among numbers that nothing claims."""

    results: _Results
    funding: _Funding


class FormAnswer(Answer):
    """One form."""

    scope: Annotated[
        Literal["department", "project", "none"],
        Field(default="none", description="评价对象：department部门整体，project项目，none两者都不是（如基础数据表）"),
    ]
    name: Annotated[_Text, Field(default=None, description="项目或部门名称")]
    total_score: Annotated[_Text, Field(default=None, description="总分，自评得分")]
    grade: Annotated[_Text, Field(default=None, description="评价等级")]
    outcome_summary: Annotated[_Text, Field(default=None, description="年度总体目标“实际完成情况”一格的全文")]
    authorized_staff: Annotated[_Text, Field(default=None, description="编制数")]
    actual_staff: Annotated[_Text, Field(default=None, description="实际在职人数")]
    funding: Annotated[
        list[Row],
        Field(
            default_factory=list,
            description="资金各行，有数（0也算）的都收；“按收入/支出性质分”各行的数填annual_budget，该块的合计不收",
        ),
    ]
    goals: Annotated[list[Aim], Field(default_factory=list, description="预期目标，格内有编号的一号一条，否则整格一条")]
    indicators: Annotated[
        list[FormIndicator], Field(default_factory=list, description="绩效指标每行一条；目标、完成、得分全空的不收")
    ]


ANSWERS: dict[str, type[Answer]] = {
    model.__name__: model
    for model in (
        FormAnswer,
        FundingAnswer,
        LeftoverAnswer,
        OverviewAnswer,
        ProblemsAnswer,
        ProseAnswer,
        ResultsAnswer,
    )
}
"""The models by the names that prompts call them."""
