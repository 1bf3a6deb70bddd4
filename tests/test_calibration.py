"""Confidence fitted on labels: what is learned, what is told of it, and what is too little to learn from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli import main
from eval.calibration import UNFITTED, Source, calibrate, model_text
from eval.engines import Reading
from eval.flags import flag_figures
from eval.generated import write_generated
from pipeline.confidence import read_model
from pipeline.errors import SettingsError, UsageError
from tests.eval_samples import write_corpus

COUNT = 12


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("generated")
    write_generated(folder, COUNT, 300, ["text"], lambda *_: None)
    return folder


def test_a_corpus_without_errors_teaches_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="不足以校准"):
        calibrate([Source(write_corpus(tmp_path), Reading())], lambda _: None)


def test_the_model_is_readable_says_its_sources_and_is_read_back(corpus: Path, tmp_path: Path) -> None:
    fitted = calibrate([Source(corpus, Reading())], lambda _: None)
    path = tmp_path / "mine.json"
    path.write_text(model_text(fitted.model), encoding="utf-8")
    read = read_model(path)
    assert read.weights == fitted.model.weights
    assert read.intercept == fitted.model.intercept
    (source,) = read.about["sources"]
    assert (source["corpus"], source["reader"], len(source["sha256"])) == (corpus.name, "rules", 64)
    assert source["wrong"] >= 20
    assert set(UNFITTED) <= set(read.weights)
    weights = list(json.loads(path.read_text(encoding="utf-8"))["weights"].values())
    assert weights == sorted(weights)


def test_the_same_reports_give_the_same_model(corpus: Path) -> None:
    one, two = (calibrate([Source(corpus, Reading())], lambda _: None) for _ in range(2))
    assert model_text(one.model) == model_text(two.model)


def test_a_report_is_judged_by_a_model_that_has_not_seen_it_and_better_than_by_chance(corpus: Path) -> None:
    (fields,) = calibrate([Source(corpus, Reading())], lambda _: None).unseen.values()
    figures = flag_figures(fields)
    assert figures.caught[1] > 0.3  # a tenth by chance
    assert figures.caught == tuple(sorted(figures.caught))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weights": [], "intercept": 1, "about": {}}', "读"])
def test_a_file_that_is_no_model_is_told_with_a_way_out(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="不是校准文件") as told:
        read_model(tmp_path / "x.json")
    assert "extract eval calibrate" in told.value.hint


def test_the_commands(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.json"
    assert main(["eval", "calibrate", "--corpus", str(corpus), "--out", str(out), "--json"]) == 0
    (figures,) = json.loads(capsys.readouterr().out)
    assert figures["fields"] > 1000
    assert main(["eval", "flags", "--corpus", str(corpus), "--confidence", str(out)]) == 0
    assert "rules" in capsys.readouterr().out
    database = str(tmp_path / "x.duckdb")
    report = str(next((corpus / "reports").glob("*.txt")))
    assert main(["run", report, "--db", database, "--engine", "rules", "--confidence", str(out)]) == 0
    assert main(["run", report, "--db", database, "--engine", "rules", "--confidence", str(tmp_path / "no.json")]) == 2
    assert "无法读取校准文件" in capsys.readouterr().err
