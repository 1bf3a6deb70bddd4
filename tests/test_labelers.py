"""Agreement of two labelers, on cases worked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.labelers import Agreement, agreement_of, by_column, by_field, compare_labelers, labelers_lines
from eval.metrics import FieldKey
from pipeline.errors import LabelError
from schemas.records import RecordKind
from tests.eval_samples import GOLD, write_corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path)


def test_folders_without_a_report_in_common_are_told(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(LabelError) as caught:
        compare_labelers(corpus / "gold", tmp_path / "other")
    assert caught.value.hint


def test_a_report_that_one_of_them_labeled_is_left_out_and_told(corpus: Path) -> None:
    labelers = compare_labelers(corpus, corpus / "half")
    assert (labelers.reports, labelers.left_out, labelers.untold) == (("a",), ("b",), ())
    assert "未比较：b" in next(labelers_lines(labelers))


def test_agreement_is_the_same_from_either_side(corpus: Path) -> None:
    one, other = (
        compare_labelers(*pair).score
        for pair in (
            (corpus / "gold", corpus / "wrong"),
            (corpus / "wrong", corpus / "gold"),
        )
    )
    assert by_column(one)["全部"].f1 == by_column(other)["全部"].f1 == pytest.approx(0.8)
    # In each report scope, name, origin and name agree, and the number does not.
    assert by_column(one)["全部"] == Agreement(agreed=8, exact=8, differ=2)
    assert by_field(one)[FieldKey(RecordKind.INDICATOR, "narrative", "actual")] == Agreement(differ=2)


def test_what_agrees_by_the_rules_need_not_be_the_same_to_the_character(corpus: Path) -> None:
    shorter = GOLD.indicators[0].model_copy(update={"name": "新修水渠长度", "actual": None})
    labels = GOLD.model_copy(update={"indicators": (shorter,)})
    (corpus / "half" / "a.json").write_text(labels.model_dump_json(), encoding="utf-8")
    found = by_column(compare_labelers(corpus / "gold", corpus / "half").score)["正文指标"]
    assert found == Agreement(agreed=2, exact=1, first_only=1)
    assert found.f1 == pytest.approx(4 / 5)
    assert found.exact_rate == pytest.approx(1 / 2)


def test_labels_without_a_text_are_paired_by_their_words(corpus: Path) -> None:
    for path in (corpus / "reports").glob("*"):
        path.unlink()
    labelers = compare_labelers(corpus / "gold", corpus / "wrong")
    assert labelers.untold == ("a", "b")
    assert by_column(labelers.score)["全部"].agreed == 8


def test_nothing_filled_is_no_figure() -> None:
    assert (agreement_of(()).f1, agreement_of(()).exact_rate) == (None, None)
