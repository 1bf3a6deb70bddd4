"""A small corpus of correct labels, for the tests of planted mistakes."""

from __future__ import annotations

from pathlib import Path

from schemas.records import Evaluation, Funding, Indicator, Labels
from tests.rule_samples import HEADER, dump

MONEY = "资金（万元）|年初预算数|全年预算数|全年执行数|执行率"
TEXT = (
    "云溪县园林局2023年度部门整体支出绩效自评报告\n"
    "一、部门基本情况\n本单位核定编制45人，实有在职人员42人。\n"
    "二、绩效情况\n全年新建口袋公园17个，同比增加12个；上年绿化面积为1360亩。\n"
    "部门整体支出绩效自评表\n"
    + dump(MONEY, "绿化养护经费|86.40|88.25|79.55|90.14%", "路灯维修经费|12.30|14.60|13.75|94.18%")
    + dump(HEADER, "产出指标|数量指标|栽植行道树|≥2100株|2350株|12|11.5|", "||办结信访事项|31件|28件|8|6.5|人手不足")
)
NAMES = ("甲", "乙")


def _money(item: str, *amounts: str) -> Funding:
    names = ("initial_budget", "annual_budget", "executed", "rate")
    values = dict(zip(names, amounts, strict=True))
    return Funding(evaluation="department", item=item, unit="万元", quote="\n\t".join((item, *amounts)), **values)


def _row(name: str, target: str, actual: str, weight: str, score: str) -> Indicator:
    quote = "\n\t".join((name, target, actual, weight, score))
    return Indicator(
        evaluation="department", origin="form", name=name, target=target, actual=actual, weight=weight, score=score,
        quote=quote,
    )  # fmt: skip


GOLD = Labels(
    report="甲",
    unit_name="云溪县园林局",
    fiscal_year=2023,
    authorized_staff="45",
    actual_staff="42",
    evaluations=(
        Evaluation(id="department", scope="department", name="云溪县园林局", quote="云溪县园林局2023年度部门整体支出"),
    ),
    funding=(
        _money("绿化养护经费", "86.40", "88.25", "79.55", "90.14%"),
        _money("路灯维修经费", "12.30", "14.60", "13.75", "94.18%"),
    ),
    indicators=(
        _row("栽植行道树", "≥2100株", "2350株", "12", "11.5"),
        _row("办结信访事项", "31件", "28件", "8", "6.5"),
        Indicator(
            evaluation="department", origin="narrative", name="新建口袋公园", actual="17个", change="增加12个",
            quote="新建口袋公园17个，同比增加12个",
        ),
    ),
)  # fmt: skip


def write_labeled(folder: Path) -> Path:
    """``reports`` and ``gold`` of two equal reports."""
    for kind in ("reports", "gold"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / "reports" / f"{name}.txt").write_text(TEXT, encoding="utf-8")
        gold = GOLD.model_copy(update={"report": name})
        (folder / "gold" / f"{name}.json").write_text(gold.model_dump_json(), encoding="utf-8")
    return folder
