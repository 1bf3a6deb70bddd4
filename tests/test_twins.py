"""The same report in two formats is noticed; what is only alike is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.variants import vary
from pipeline.engines.rules import RulesEngine
from pipeline.readers import read_document
from pipeline.run import FileOutcome, Outcome, RunOptions, run
from pipeline.store import list_reports, open_store
from pipeline.twins import likeness, sketch

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"
TEXTS = sorted((CORPUS / "reports").glob("*.txt"))


def outcomes(paths: list[Path], database: Path, *, force: bool = False) -> list[FileOutcome]:
    return list(run(paths, database, RulesEngine(), RunOptions(force=force), lambda _: None).outcomes)


def test_other_units_other_years_and_other_numbers_are_no_twins() -> None:
    sketches = [sketch(path.read_text(encoding="utf-8")) for path in TEXTS]
    assert not any(likeness(one, other) for one in sketches for other in sketches if one is not other)
    for seed, case in enumerate(load_cases(CORPUS)):
        assert likeness(sketch(case.text), sketch(vary(case, seed=seed).text)) == 0


def test_a_text_without_numbers_is_nobodys_twin() -> None:
    words = sketch("绩效自评报告，各项工作按计划完成。" * 20)
    assert likeness(words, words) == 0


def test_one_number_of_ten_may_differ_and_no_more() -> None:
    def text(numbers: range) -> str:
        return "绩效自评报告" + "；".join(f"支出{n}万元" for n in numbers)

    assert likeness(sketch(text(range(100, 110))), sketch(text(range(101, 111)))) >= 0.7
    assert likeness(sketch(text(range(100, 110))), sketch(text(range(103, 113)))) == 0


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_samples_in_two_formats_are_twins(path: Path) -> None:
    word = read_document(CORPUS / "formats" / f"{path.stem}.docx")
    assert likeness(sketch(path.read_text(encoding="utf-8")), sketch(word.text)) > 0.9


def test_a_report_in_two_formats_is_stored_once_and_told(tmp_path: Path) -> None:
    word, text = CORPUS / "formats" / f"{TEXTS[0].stem}.docx", TEXTS[0]
    first, second, third = outcomes([word, text, TEXTS[1]], tmp_path / "x.duckdb")
    assert (first.outcome, second.outcome, third.outcome) == (Outcome.READ, Outcome.DUPLICATE, Outcome.READ)
    assert second.twin is not None
    assert second.twin.path == str(word)
    assert second.twin.likeness > 0.9
    with open_store(tmp_path / "x.duckdb") as store:
        assert [report.path for report in list_reports(store)] == [str(word), str(TEXTS[1])]
    known = outcomes([word, text], tmp_path / "x.duckdb")
    assert [file.outcome for file in known] == [Outcome.SKIPPED, Outcome.SKIPPED]
    again = outcomes([text, word], tmp_path / "x.duckdb", force=True)  # the one that was kept stays the one
    assert [file.outcome for file in again] == [Outcome.DUPLICATE, Outcome.READ]


@pytest.mark.parametrize(("suffix", "new"), [(".txt", "3105.61"), (".md", "3105.61"), (".txt", "3105.60 ")])
def test_a_report_that_was_handed_in_again_is_kept(suffix: str, new: str, tmp_path: Path) -> None:
    text = TEXTS[6].read_text(encoding="utf-8")
    revised = tmp_path / f"修订{suffix}"
    revised.write_text(text.replace("3105.60", new), encoding="utf-8")
    assert revised.read_text(encoding="utf-8") != text
    first, second = outcomes([TEXTS[6], revised], tmp_path / "x.duckdb")
    assert (first.outcome, second.outcome) == (Outcome.READ, Outcome.READ)
