"""Planted mistakes: what is drawn, what is planted, what passes, and the command that tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

import cli
from eval.cases import Case, load_cases
from eval.mutation_summary import mutation_data, mutation_lines
from eval.mutations import Flagged, Mutation, Share, Trial, draw_mutations, plant, run_trials, shares
from eval.wrong_values import MutationKind
from pipeline import checks
from pipeline.checking import check_labels
from pipeline.errors import LabelError
from pipeline.readers import read_document
from pipeline.run import Progress
from schemas.records import Labels
from tests.mutation_samples import GOLD, write_labeled

COLUMN, DIGIT = MutationKind.COLUMN, MutationKind.DIGIT


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Case, ...]:
    return load_cases(write_labeled(tmp_path))


def differences(one: object, other: object, place: str = "") -> Iterable[tuple[str, object]]:
    """Every place where two dumped label files differ, with what stands there in the second."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one:
            yield from differences(one[key], other[key], f"{place}.{key}" if place else key)
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{place}[{number}]")
    elif one != other:
        yield place, other


def mutation(place: str, value: str, kind: MutationKind = DIGIT, *, misplaced: bool = False) -> Mutation:
    return Mutation(kind, place, "", value, misplaced)


def test_sample_labels_are_correct(cases: tuple[Case, ...]) -> None:
    for case in cases:
        assert check_labels(read_document(case.report), case.gold).flagged == ()


@pytest.mark.parametrize("place", ["", "funding[0]", "funding[0].", "funding.0.rate", "funding[x].rate"])
def test_nothing_is_planted_where_no_value_can_stand(place: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        plant(GOLD, mutation(place, "1"))


@pytest.mark.parametrize(
    ("place", "value", "stands"),
    [
        ("funding[1].executed", "31.75", "31.75"),
        ("indicators[2].change", "减少12个", "减少12个"),
        ("actual_staff", "24", "24"),
        ("fiscal_year", "2022", 2022),
    ],
    ids=["amount", "change", "staff", "year"],
)
def test_planting_changes_one_value_and_no_other(place: str, value: str, stands: object) -> None:
    before = GOLD.model_dump()
    changed = plant(GOLD, mutation(place, value))
    assert list(differences(GOLD.model_dump(), changed.model_dump())) == [(place, stands)]
    assert GOLD.model_dump() == before
    assert Labels.model_validate(changed.model_dump()) == changed


def test_every_mutation_that_is_drawn_changes_its_one_value(cases: tuple[Case, ...]) -> None:
    case = cases[0]
    drawn = draw_mutations(case, read_document(case.report), 120, 1)
    assert len({(one.place, one.value) for one in drawn}) == len(drawn) == 120
    for one in drawn:
        changed = list(differences(case.gold.model_dump(), plant(case.gold, one).model_dump()))
        assert [(place, str(value)) for place, value in changed] == [(one.place, one.value)]
        assert one.value != one.original
    assert {one.kind for one in drawn} == set(MutationKind)


def test_the_seed_and_the_report_decide_what_is_drawn(cases: tuple[Case, ...]) -> None:
    document = read_document(cases[0].report)
    first = draw_mutations(cases[0], document, 60, 1)
    assert draw_mutations(cases[0], document, 60, 1) == first
    assert draw_mutations(cases[0], document, 60, 2) != first
    assert draw_mutations(cases[1], document, 60, 1) != first
    assert draw_mutations(cases[0], document, 0, 1) == []


def test_no_more_are_drawn_than_there_are(cases: tuple[Case, ...]) -> None:
    case = replace(cases[0], gold=Labels(report="甲", fiscal_year=2023))
    drawn = draw_mutations(case, read_document(case.report), 10_000, 1)
    assert 0 < len(drawn) < 100


def test_evidence_tells_a_wrong_place_from_a_wrong_value(cases: tuple[Case, ...]) -> None:
    drawn = draw_mutations(cases[0], read_document(cases[0].report), 200, 1)
    columns = [one for one in drawn if one.kind is COLUMN and one.place.startswith("funding[0].")]
    assert columns
    assert all(one.is_misplaced for one in columns)
    staff = [one for one in drawn if one.place == "actual_staff"]
    assert {one.is_misplaced for one in staff if one.value == "45"} == {True}
    assert {one.is_misplaced for one in staff if one.kind is DIGIT} == {False}
    rows = [one for one in drawn if one.kind is MutationKind.ROW and one.place.startswith("funding[0].")]
    assert rows
    assert not any(one.is_misplaced for one in rows if one.place != "funding[0].unit")


@pytest.mark.parametrize(("kind", "misplaced"), [(COLUMN, True), (MutationKind.COMPARATOR, False)])
def test_value_that_only_lost_its_comparator_is_never_misplaced(kind: MutationKind, misplaced: bool) -> None:
    assert mutation("indicators[0].target", "2100株", kind, misplaced=True).is_misplaced is misplaced
    assert not mutation("indicators[0].target", "2100株", kind, misplaced=False).is_misplaced


def test_wrong_values_of_a_small_corpus_are_flagged_and_its_right_ones_are_not(cases: tuple[Case, ...]) -> None:
    told: list[Progress] = []
    trials = run_trials(cases, 120, 1, told.append)
    assert [trial.report for trial in trials] == ["乙", "甲"]
    assert [len(trial.planted) for trial in trials] == [60, 60]
    assert [one for trial in trials for one, flagged in trial.planted if not flagged] == []
    assert [(trial.fields, trial.flagged) for trial in trials] == [(30, ())] * 2
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[-1].done, told[-1].total) == (120, 120)


def test_the_same_seed_gives_the_same_trials(cases: tuple[Case, ...]) -> None:
    assert run_trials(cases, 30, 3) == run_trials(cases, 30, 3)


def test_labels_without_any_number_cannot_be_tried(cases: tuple[Case, ...]) -> None:
    bare = [replace(case, gold=Labels(report=case.name)) for case in cases]
    with pytest.raises(LabelError, match="没有可以改错的数值"):
        run_trials(bare, 10, 1)


@pytest.mark.parametrize("code", ["COLUMN_DIFFERS", "COMPARATOR_DIFFERS"])
def test_a_check_that_is_switched_off_lets_its_mutations_pass(
    cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    kind = COLUMN if code == "COLUMN_DIFFERS" else MutationKind.COMPARATOR
    before = passed(run_trials(cases, 200, 1), kind)
    kept = tuple(one for one in checks.all_checks() if one.code != code)
    monkeypatch.setattr(checks, "all_checks", lambda: kept)
    assert before == 0
    assert passed(run_trials(cases, 200, 1), kind) > 0


def passed(trials: list[Trial], kind: MutationKind) -> int:
    return sum(share.passed for (one, _), share in shares(trials).items() if one is kind)


TRIALS = [
    Trial("甲", ((mutation("funding[0].rate", "9%"), True), (mutation("funding[0].rate", "8%"), False)), 30, ()),
    Trial(
        "乙",
        ((mutation("indicators[1].score", "8", COLUMN, misplaced=True), False),),
        20,
        (Flagged("fiscal_year", "2023", "年度不一致"),),
    ),
]


def test_shares_are_counted_by_kind_and_by_what_is_wrong() -> None:
    assert shares(TRIALS) == {(DIGIT, False): Share(2, 1), (COLUMN, True): Share(1, 1)}
    assert shares([]) == {}
    assert [str(Share(0, 0)), str(Share(400, 1))] == ["0/0", "1/400 0.25%"]


def test_table_has_a_row_for_every_kind_a_total_and_the_false_alarms() -> None:
    lines = list(mutation_lines(TRIALS))
    rows = {line.split()[0]: line.split()[1:] for line in lines if "/" in line and "：" not in line}
    assert len(rows) == len(MutationKind) + 1
    assert rows["改动一位数字"] == ["1/2", "50.00%", "0/0"]
    assert rows["取自相邻的栏"] == ["0/0", "1/1", "100.00%"]
    assert rows["合计"] == ["1/2", "50.00%", "1/1", "100.00%"]
    assert lines[-1] == "未动的正确值被标记：1/50 2.00%"


def test_listing_names_what_passed_and_what_was_flagged_without_reason() -> None:
    lines = list(mutation_lines(TRIALS, listed=True))[-3:]
    assert [line.split("  ")[:2] for line in lines] == [
        ["甲", "funding[0].rate"],
        ["乙", "indicators[1].score"],
        ["乙", "fiscal_year"],
    ]
    assert ["值不符" in lines[0], "位置错" in lines[1], "误报：2023：年度不一致" in lines[2]] == [True] * 3
    data = mutation_data(TRIALS, listed=True)
    assert [one["place"] for one in data["passed"]] == ["funding[0].rate", "indicators[1].score"]
    assert data["false_alarms"] == [{"report": "乙", "place": "fiscal_year", "value": "2023", "reason": "年度不一致"}]
    assert set(mutation_data(TRIALS)) == {"kinds", "untouched"}


def test_nothing_tried_is_no_fault_of_the_table() -> None:
    assert list(mutation_lines([]))[-1] == "未动的正确值被标记：0/0"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = cli.main(["eval", "mutations", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--corpus", "nowhere"], "没有报告"),
        (["--corpus", ".", "--count", "0"], "--count"),
        (["--corpus", "bare"], "没有可以改错的数值"),
        (["--corpus", "misshapen"], "funding：应为列表 […]"),
    ],
    ids=["no corpus", "count", "no value", "misshapen labels"],
)
def test_wrong_use_is_one_line_with_a_hint(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    write_labeled(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for folder, gold in (("bare", '{"report": "甲"}'), ("misshapen", '{"report": "甲", "funding": {}}')):
        for place, words_there in (("reports/甲.txt", "报告"), ("gold/甲.json", gold)):
            path = tmp_path / folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words_there, encoding="utf-8")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    message, hint = err.splitlines()[-2:]
    assert words in message
    assert hint.startswith("提示：")


def test_command_tells_the_table_and_the_same_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_labeled(tmp_path)
    code, out, err = run(capsys, "--corpus", tmp_path, "--count", "40", "--seed", "2")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "未动的正确值被标记：0/60 0.00%"
    code, out, _ = run(capsys, "--corpus", tmp_path, "--corpus", tmp_path, "--count", "40", "--seed", "2", "--json")
    data = json.loads(out)
    assert (code, sum(kind["planted"] for kind in data["kinds"])) == (0, 40)
    assert data["untouched"] == {"fields": 60, "flagged": 0}


def test_command_lists_what_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_labeled(tmp_path)
    monkeypatch.setattr(checks, "all_checks", tuple)
    code, out, _ = run(capsys, "--corpus", tmp_path, "--count", "60", "--passed", "--json")
    data = json.loads(out)
    assert (code, len(data["passed"])) == (0, sum(kind["passed"] for kind in data["kinds"]))
    assert data["passed"][0]["report"] in ("甲", "乙")
