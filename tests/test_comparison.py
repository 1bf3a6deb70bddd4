"""Two runs against each other: noise is tied, a rule taken away is a regression, and each change is told once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from eval.cases import load_cases
from eval.comparison import Comparison, compare_runs
from eval.comparison_summary import compare_lines
from eval.experiment import Plan, run_experiment
from eval.gate import judge, verdict_line
from eval.metrics import FieldKey, Outcome
from eval.titles import line_title
from pipeline.errors import UsageError
from pipeline.store import NewEval, find_eval, open_store, start_eval
from schemas.records import Indicator, Labels, RecordKind
from tests.eval_samples import GOLD, TEXT, WRONG, write_corpus

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"
CASES = load_cases(CORPUS)
Distort = Callable[[Labels], Labels]


def write_labels(folder: Path, distort: Distort) -> Path:
    """The gold of the samples, distorted, as if an engine had read it so."""
    folder.mkdir()
    for case in CASES:
        (folder / f"{case.name}.json").write_text(distort(case.gold).model_dump_json(), encoding="utf-8")
    return folder


def noise(seed: int, share: float = 0.02) -> Distort:
    """One number in fifty is read wrong, whichever it is."""
    random = Random(seed)

    def distort(labels: Labels) -> Labels:
        indicators = tuple(
            one.model_copy(update={"actual": "0.77%"}) if random.random() < share else one for one in labels.indicators
        )
        return labels.model_copy(update={"indicators": indicators})

    return distort


def without_rule(labels: Labels) -> Labels:
    """What a prompt gives that no longer says where targets, rates and changes of a result in prose belong."""
    return labels.model_copy(update={"indicators": tuple(map(_bare, labels.indicators))})


def _bare(one: Indicator) -> Indicator:
    gone = {"target": None, "completion_rate": None, "change": None}
    return one.model_copy(update=gone) if one.origin == "narrative" else one


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Distort, Distort], Comparison]:
    folder = tmp_path_factory.mktemp("compared")
    database = folder / "e.duckdb"

    def compare(first: Distort, second: Distort) -> Comparison:
        ids = []
        for distort in (first, second):
            labels = write_labels(folder / f"labels{len(list(folder.iterdir()))}", distort)
            ids.append(run_experiment(database, CASES, Plan(CORPUS, labels=labels), lambda _: None))
        with open_store(database) as store:
            return compare_runs(store, *(find_eval(store, eval_id) for eval_id in ids))

    return compare


def test_runs_that_differ_by_noise_are_tied(compared: Callable[[Distort, Distort], Comparison]) -> None:
    found = compared(noise(1), noise(2))
    assert found.regressions
    assert found.improvements
    assert found.worse == found.better == ()
    assert "结论：持平" in "\n".join(compare_lines(found))
    assert judge(found.second, None, found).passed


def test_a_prompt_that_lost_a_rule_is_a_regression(compared: Callable[[Distort, Distort], Comparison]) -> None:
    noisy = noise(1)
    found = compared(noise(1), lambda labels: without_rule(noisy(labels)))
    titles = [line_title(line) for line in found.worse]
    assert titles[0] == "全部"
    assert "正文指标" in titles
    assert "绩效指标（正文）·年度指标值" in titles
    assert "资金" not in titles
    assert found.better == ()
    assert found.improvements == ()
    assert {change.key.field for change in found.regressions} == {"target", "completion_rate", "change"}
    verdict = judge(found.second, None, found)
    assert not verdict.passed
    assert "全部退步" in verdict_line(found.second, verdict)
    back = compared(without_rule, lambda labels: labels)
    assert line_title(back.better[0]) == "全部"
    assert back.worse == ()
    assert judge(back.second, 1.0, back).passed


def test_the_floor_is_for_f1_over_all_fields(compared: Callable[[Distort, Distort], Comparison]) -> None:
    found = compared(lambda labels: labels, noise(3))
    assert judge(found.second, 0.9, None).passed
    verdict = judge(found.second, 0.9999, None)
    assert not verdict.passed
    assert "低于下限" in verdict.reasons[0]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path)


def changes(corpus: Path, first: str, second: str, repeats: tuple[int, int] = (1, 1)) -> Comparison:
    ids = []
    for labels, times in zip((first, second), repeats, strict=True):
        plan = Plan(corpus, labels=corpus / labels, repeats=times)
        ids.append(run_experiment(corpus / "e.duckdb", load_cases(corpus), plan, lambda _: None))
    with open_store(corpus / "e.duckdb") as store:
        return compare_runs(store, *(find_eval(store, eval_id) for eval_id in ids))


def relabel(corpus: Path, folder: str, labels: Labels) -> None:
    for name in "ab":
        path = corpus / folder / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(labels.model_copy(update={"report": name}).model_dump_json(), encoding="utf-8")


def test_each_change_has_both_values_and_its_passage(corpus: Path) -> None:
    found = changes(corpus, "gold", "wrong")
    assert found.improvements == ()
    assert len(found.regressions) == 2
    change = found.regressions[0]
    assert change.key == FieldKey(RecordKind.INDICATOR, "narrative", "actual")
    assert (change.report, change.gold, change.quote) == ("a", "12公里", "水渠长度 12公里")
    assert change.first == (Outcome.RIGHT, None)
    assert change.second == (Outcome.WRONG, "21公里")
    assert (found.overall.first.f1, found.overall.second.f1) == (1.0, 0.8)


def test_a_field_wrong_in_both_is_no_change_whatever_it_says(corpus: Path) -> None:
    other = WRONG.indicators[0].model_copy(update={"actual": "33公里"})
    relabel(corpus, "other", WRONG.model_copy(update={"indicators": (other,)}))
    found = changes(corpus, "wrong", "other")
    assert found.regressions == found.improvements == ()
    assert found.overall.difference.changed == 0


def test_an_invented_record_is_a_regression_in_each_of_its_fields_and_a_second_copy_once_more(corpus: Path) -> None:
    pond = Indicator(evaluation="department", origin="narrative", name="鱼塘", actual="2座", quote="水库 2座")
    relabel(corpus, "once", GOLD.model_copy(update={"indicators": (*GOLD.indicators, pond)}))
    relabel(corpus, "twice", GOLD.model_copy(update={"indicators": (*GOLD.indicators, pond, pond)}))
    once = changes(corpus, "gold", "once")
    assert [(c.key.field, c.gold, c.second) for c in once.regressions if c.report == "a"] == [
        ("actual", None, (Outcome.INVENTED, "2座")),
        ("name", None, (Outcome.INVENTED, "鱼塘")),
        ("origin", None, (Outcome.INVENTED, "narrative")),
    ]
    assert len(changes(corpus, "gold", "twice").regressions) == 2 * len(once.regressions)
    assert len(changes(corpus, "once", "twice").regressions) == len(once.regressions)
    assert len(changes(corpus, "once", "gold").improvements) == len(once.regressions)


def test_repeats_are_averaged_before_they_are_compared(corpus: Path) -> None:
    found = changes(corpus, "gold", "wrong", (1, 3))
    assert found.overall.second.wrong == 6
    assert found.overall.difference.difference == pytest.approx(-0.2)
    assert len(found.regressions) == 2


def test_only_reports_of_the_same_text_and_labels_are_compared(corpus: Path) -> None:
    ids = [
        run_experiment(corpus / "e.duckdb", load_cases(corpus), Plan(corpus, labels=corpus / "gold"), lambda _: None)
    ]
    (corpus / "reports" / "b.txt").write_text(TEXT + "改过", encoding="utf-8")
    plan = Plan(corpus, labels=corpus / "wrong")
    ids.append(run_experiment(corpus / "e.duckdb", load_cases(corpus), plan, lambda _: None))
    (corpus / "reports" / "a.txt").write_text(TEXT + "也改过", encoding="utf-8")
    ids.append(run_experiment(corpus / "e.duckdb", load_cases(corpus), plan, lambda _: None))
    with open_store(corpus / "e.duckdb") as store:
        runs = [find_eval(store, eval_id) for eval_id in ids]
        found = compare_runs(store, runs[0], runs[1])
        assert (found.reports, found.left_out) == (("a",), ("b",))
        assert {change.report for change in found.regressions} == {"a"}
        assert found.overall.first.right == 5
        with pytest.raises(UsageError) as caught:
            compare_runs(store, runs[0], runs[2])
    assert caught.value.hint


def test_a_run_that_was_broken_off_is_not_compared(corpus: Path) -> None:
    with open_store(corpus / "e.duckdb") as store:
        eval_id = start_eval(store, NewEval("x", ".", "c", "rules", None, None, {}, 1), [])
        run = find_eval(store, eval_id)
        with pytest.raises(UsageError, match="没有做完"):
            compare_runs(store, run, run)
