from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from eval.cases import Case, load_cases
from eval.metrics import score_report
from eval.synonyms import HEADERS, HEADINGS
from eval.variants import Variation, main, vary
from schemas.records import SECTIONS, Deviation, Evaluation, Funding, Indicator, Labels, Remedy

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
CASES = load_cases(CORPUS) if CORPUS.is_dir() else ()

TEXT = """2023年度白鹭市水务局整体支出绩效自评报告
一、部门（单位）基本情况
白鹭市水务局编制14人。2022年无项目。
（一）渠道维护项目
渠道维护项目支出 86.40 万元，全部用于渠道维护。
二、下一步改进措施
1.2023年起加强渠道维护管理。
\t预算部门名称
\t白鹭市水务局

\t年度资金总额
\t1200.50
\t96.00%

\t绩效指标
\t一级指标
\t二级指标
\t三级指标
\t年度指标值
\t实际完成值
\t分值
\t得分
\t偏差原因分析及改进措施

\t
\t产出指标
\t数量指标
\t修建水渠
\t8公里
\t9公里
\t50
\t50
\t

\t
\t
\t质量指标
\t验收合格率
\t98.5%
\t97.5%
\t50
\t40
\t汛期提前。

\t总分
\t100
\t90
\t


填表人：某某
"""
CANAL = Indicator(
    evaluation="department", origin="form", level1="产出指标", level2="数量指标", name="修建水渠", target="8公里",
    actual="9公里", weight="50", score="50", quote="产出指标\n\t数量指标\n\t修建水渠\n\t8公里\n\t9公里\n\t50\n\t50",
)  # fmt: skip
CHECKED = Indicator(
    evaluation="department", origin="form", level1="产出指标", level2="质量指标", name="验收合格率", target="98.5%",
    actual="97.5%", weight="50", score="40", deviation_reason="汛期提前。",
    quote="质量指标\n\t验收合格率\n\t98.5%\n\t97.5%\n\t50\n\t40\n\t汛期提前。",
)  # fmt: skip
PROJECT = "渠道维护项目支出 86.40 万元"
GOLD = Labels(
    report="r",
    unit_name="白鹭市水务局",
    fiscal_year=2023,
    authorized_staff="14人",
    evaluations=(
        Evaluation(
            id="department", scope="department", name="白鹭市水务局", total_score="90", quote="总分\n\t100\n\t90"
        ),
        Evaluation(id="p1", scope="project", name="渠道维护项目", quote=PROJECT),
    ),
    funding=(
        Funding(evaluation="p1", item="渠道维护项目", executed="86.40", unit="万元", quote=PROJECT),
        Funding(
            evaluation="department", item="年度资金总额", executed="1200.50", rate="96.00%", unit="万元",
            quote="年度资金总额\n\t1200.50\n\t96.00%",
        ),
    ),
    indicators=(CANAL, CHECKED),
    deviations=(
        Deviation(
            evaluation="department", kind="indicator", indicator="验收合格率", reason="汛期提前。",
            quote="验收合格率\n\t98.5%\n\t97.5%\n\t50\n\t40\n\t汛期提前。",
        ),
    ),
    remedies=(Remedy(statement="2023年起加强渠道维护管理。", quote="2023年起加强渠道维护管理。"),),
)  # fmt: skip
CASE = Case("r", Path("r.txt"), TEXT, GOLD)
SEEDS = range(8)


def test_no_word_is_a_synonym_on_two_lines() -> None:
    for table in (HEADERS, HEADINGS):
        words = [word for line in table for word in line]
        assert len(words) == len(set(words))


def squeeze(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def faults(case: Case) -> list[str]:
    """What the labeling guide's checker would object to."""
    found = []
    ids = {evaluation.id for evaluation in case.gold.evaluations}
    for section in SECTIONS.values():
        for record in getattr(case.gold, section):
            values = {k: v for k, v in record.model_dump().items() if k not in ("id", "scope", "origin", "kind")}
            quote, evaluation = values.pop("quote"), values.pop("evaluation", None)
            if case.text.count(quote) != 1 or (evaluation is not None and evaluation not in ids):
                found.append(f"{section}: {case.text.count(quote)} x {quote!r}, {evaluation}")
            for name, value in values.items():
                numeric = section in ("indicators", "funding") and name in (
                    "target", "actual", "weight", "score", "executed", "rate", "initial_budget", "annual_budget"
                )  # fmt: skip
                place = quote if numeric else case.text
                if value is not None and (value != value.strip() or not value or squeeze(value) not in squeeze(place)):
                    found.append(f"{section}.{name}: {value!r}")
    return found


@pytest.mark.parametrize("kind", Variation)
def test_each_kind_changes_the_text_and_keeps_the_gold_exact(kind: Variation) -> None:
    variants = [vary(CASE, seed, [kind]) for seed in SEEDS]
    assert all(variant.text != TEXT for variant in variants)
    assert len({variant.text for variant in variants}) > 1
    assert [fault for variant in variants for fault in faults(variant)] == []


def test_a_seed_always_gives_the_same_variant_under_its_own_name() -> None:
    assert vary(CASE, 3) == vary(CASE, 3)
    assert vary(CASE, 3).name == vary(CASE, 3).gold.report == "r-3"
    assert vary(CASE, 3, [Variation.YEAR, Variation.NAMES]) == vary(CASE, 3, [Variation.NAMES, Variation.YEAR])
    assert vary(CASE, 3, []).text == TEXT


@pytest.mark.parametrize("seed", SEEDS)
def test_names_are_exchanged_everywhere(seed: int) -> None:
    varied = vary(CASE, seed, [Variation.NAMES])
    assert not any(word in varied.text for word in ("白鹭", "渠道维护"))
    unit = varied.gold.unit_name
    assert unit is not None
    assert varied.text.count(unit) == TEXT.count("白鹭市水务局")
    assert varied.gold.evaluations[0].name == unit
    assert varied.gold.evaluations[1].name == varied.gold.funding[0].item
    assert len(varied.gold.evaluations[1].name or "") > len("项目")


@pytest.mark.parametrize("seed", SEEDS)
def test_amounts_are_exchanged_but_neither_counts_nor_years(seed: int) -> None:
    varied = vary(CASE, seed, [Variation.NUMBERS])
    assert varied.gold.indicators[0] == CANAL
    assert (varied.gold.fiscal_year, varied.gold.authorized_staff) == (2023, "14人")
    assert varied.gold.funding[1].rate == "96.00%"
    amount = varied.gold.funding[0].executed or ""
    assert [character.isdigit() for character in amount] == [character.isdigit() for character in "86.40"]
    assert amount[-1] == "0"
    assert "2023年起" in varied.text


@pytest.mark.parametrize("seed", SEEDS)
def test_all_years_move_by_the_same_distance(seed: int) -> None:
    varied = vary(CASE, seed, [Variation.YEAR])
    year = varied.gold.fiscal_year
    assert year is not None
    assert year != 2023
    assert varied.text.count(f"{year}年") == TEXT.count("2023年")
    assert varied.text.count(f"{year - 1}年") == TEXT.count("2022年")
    assert varied.gold.remedies[0].statement == f"{year}年起加强渠道维护管理。"


def test_columns_move_with_their_values_and_dropped_ones_become_null() -> None:
    variants = [vary(CASE, seed, [Variation.COLUMNS]) for seed in SEEDS]
    moved = [v for v in variants if "分值\n\t年度指标值\n\t实际完成值\n\t得分" in v.text]
    assert moved
    assert all("修建水渠\n\t50\n\t8公里\n\t9公里\n\t50" in v.text for v in moved)
    dropped = [v for v in variants if "二级指标" not in v.text]
    assert dropped
    assert len({len(dropped), len(moved), len(variants)}) > 1
    for variant in variants:
        level2 = None if variant in dropped else "数量指标"
        first = variant.gold.indicators[0]
        assert first.model_copy(update={"quote": CANAL.quote}) == CANAL.model_copy(update={"level2": level2})
        assert variant.gold.indicators[1].deviation_reason == "汛期提前。"  # a deviation is told there: it stays


def test_a_reason_column_nobody_needs_is_dropped() -> None:
    gold = GOLD.model_copy(update={"deviations": (), "indicators": (CANAL,)})
    variants = [vary(Case("r", Path("r.txt"), TEXT, gold), seed, [Variation.COLUMNS]) for seed in SEEDS]
    dropped = [v for v in variants if "偏差原因" not in v.text]
    assert dropped
    assert all("汛期提前" not in v.text and faults(v) == [] for v in dropped)


@pytest.mark.parametrize("seed", SEEDS)
def test_headers_become_synonyms_and_the_labels_that_are_values_follow(seed: int) -> None:
    varied = vary(CASE, seed, [Variation.HEADERS])
    item = varied.gold.funding[1].item
    totals = next(words for words in HEADERS if "年度资金总额" in words)
    assert item in totals
    assert f"\t{item}\n\t1200.50" in varied.text
    assert varied.gold.indicators == GOLD.indicators


def test_headings_change_number_and_words_on_their_lines_only() -> None:
    variants = [vary(CASE, seed, [Variation.HEADINGS]) for seed in SEEDS]
    assert not any("\n一、" in variant.text or "\n二、" in variant.text for variant in variants)
    assert {v.text.split("\n")[1][:1] for v in variants} == {"第", "1", "一"}
    assert any("部门概况" in variant.text for variant in variants)
    assert all(variant.gold.model_copy(update={"report": "r"}) == GOLD for variant in variants)


def test_headings_are_not_numbered_like_the_items_of_a_list() -> None:
    text = TEXT.replace("1.2023年", "1、2023年")
    variants = [vary(Case("r", Path("r.txt"), text, GOLD), seed, [Variation.HEADINGS]) for seed in SEEDS]
    assert {v.text.split("\n")[1][:1] for v in variants} == {"第", "一"}


def test_layout_keeps_the_values_but_for_their_width() -> None:
    variants = [vary(CASE, seed, [Variation.LAYOUT]) for seed in SEEDS]
    assert any("\n\n（一）" in v.text for v in variants)
    assert any(set("０１２３４５６７８９") & set(v.text) for v in variants)
    for variant in variants:
        assert squeeze(variant.text) == squeeze(TEXT)
        assert score_report(variant.text, GOLD, variant.gold).f1() == 1


def test_the_command_writes_a_corpus_that_loads(tmp_path: Path) -> None:
    for name, words in (("reports/r.txt", TEXT), ("gold/r.json", GOLD.model_dump_json())):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(words, encoding="utf-8")
    arguments = [str(tmp_path), str(tmp_path / "out"), "--count", "2", "--seed", "5", "--kinds", "year", "names"]
    assert main(arguments) == 0
    cases = load_cases(tmp_path / "out")
    assert [case.name for case in cases] == ["r-5", "r-6"]
    assert cases[0].gold == vary(CASE, 5, [Variation.YEAR, Variation.NAMES]).gold
    written = json.loads((tmp_path / "out" / "gold" / "r-5.json").read_text(encoding="utf-8"))
    assert list(written) == list(json.loads(GOLD.model_dump_json()))


def test_the_command_tells_what_is_wrong_with_a_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "out")]) == 2
    assert "reports" in capsys.readouterr().err


@pytest.mark.skipif(not CASES, reason="the labeled real reports are not beside the project")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("seed", range(3))
def test_variants_of_real_reports_have_exact_gold(case: Case, seed: int) -> None:
    varied = vary(case, seed)
    assert faults(varied) == []
    counts = [[len(getattr(c.gold, section)) for section in SECTIONS.values()] for c in (case, varied)]
    assert counts[0] == counts[1]
    assert score_report(varied.text, varied.gold, varied.gold).f1() == 1
