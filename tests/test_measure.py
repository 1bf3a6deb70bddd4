from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cases import Case
from eval.measure import COLUMNS, main, measure
from pipeline.errors import DamagedFile
from schemas.records import Evaluation, Indicator, LabeledFinding, Labels

TEXT = "青禾县水务局\n水渠长度 12公里，水库 2座"
CANAL = Indicator(
    evaluation="department", origin="narrative", name="水渠长度", actual="12公里", quote="水渠长度 12公里"
)
GOLD = Labels(
    report="a",
    evaluations=(Evaluation(id="department", scope="department", name="青禾县水务局", quote="青禾县水务局"),),
    indicators=(CANAL,),
    findings=(LabeledFinding(code="SUM", detail="", quotes=("水库",)),),
)
WRONG = GOLD.model_copy(update={"indicators": (CANAL.model_copy(update={"actual": "21公里"}),), "findings": ()})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name, words in (
        ("reports/a.txt", TEXT),
        ("gold/a.json", GOLD.model_dump_json()),
        ("wrong/a.json", WRONG.model_dump_json()),
        ("none/b.json", WRONG.model_dump_json()),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(words, encoding="utf-8")
    return tmp_path


def test_a_folder_that_is_no_corpus_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert "reports" in told.err
    assert told.out == ""


def test_a_report_without_labels_is_told_and_counts_as_all_omitted(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(corpus), "--labels", str(corpus / "none"), "--json"]) == 0
    told = capsys.readouterr()
    assert "a：无抽取结果" in told.err
    everything = json.loads(told.out)["reports"][0]["fields"]["全部"]
    assert everything == {"right": 0, "wrong": 0, "invented": 0, "omitted": 5, "f1": 0}


def test_one_failed_report_does_not_lose_the_others() -> None:
    def predict(case: Case) -> Labels:
        if case.name == "broken":
            raise DamagedFile("坏文件")
        return case.gold

    cases = [Case(name, Path(name), TEXT, GOLD) for name in ("broken", "whole")]
    assert [score.f1() for score in measure(cases, predict)] == [0, 1]


def test_the_table_has_a_line_for_each_report_and_the_total(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus), "--labels", str(corpus / "gold")]) == 0
    heading, report, total, *findings = capsys.readouterr().out.splitlines()
    assert heading.split()[2:] == [*COLUMNS, "矛盾P", "矛盾R"]
    # no form, no funding, no goals, no deviations, no remedies, no facts: no figures
    assert report.split() == ["a", "100.0", "–", "100.0", "–", "–", "100.0", "–", "–", "–", "100.0", "100.0"]
    assert total.split() == ["合计", *report.split()[1:]]
    assert findings[-1].strip() == "SUM: 1/1, 1/1"


def test_errors_are_listed_with_both_values(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus), "--labels", str(corpus / "wrong"), "--errors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[-2:] == ["–", "0.0"]  # nothing predicted, nothing found
    assert lines[-1] == "a  indicator/narrative.actual  错误：应为 12公里，得到 21公里  «水渠长度12公里»"
