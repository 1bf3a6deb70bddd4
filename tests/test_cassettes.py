"""Recorded answers of a large language model to our own prompts: replayed without a network, and what comes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.engines import Asked, Reading, predictions
from eval.metrics import ReportScore, merge, score_report
from prompts import load_prompts
from schemas.records import RecordKind

ROOT = Path(__file__).resolve().parents[1] / "eval"


def scored(corpus: str, engine: str, prompts: str, *, second_look: bool = True) -> tuple[ReportScore, Asked]:
    folder, asked = ROOT / corpus, Asked()
    reading = Reading(engine, prompts, folder / "cassettes", second_look=second_look)
    with predictions(reading, asked) as predict:
        return merge(score_report(case.text, case.gold, predict(case)) for case in load_cases(folder)), asked


@pytest.mark.parametrize(
    ("corpus", "engine", "prompts", "floor"),
    [
        ("corpus", "hybrid", "v1", 0.98),
        ("corpus", "hybrid", "v2", 0.98),
        ("corpus", "llm", "v1", 0.97),
        ("corpus", "llm", "v2", 0.97),
        ("blind", "hybrid", "v2", 0.97),
    ],
)
def test_every_question_is_answered_from_the_cassettes(corpus: str, engine: str, prompts: str, floor: float) -> None:
    score, asked = scored(corpus, engine, prompts)
    assert asked.calls == asked.complete, "not recorded: record again, see prompts/README.md"
    assert (score.f1() or 0) >= floor


@pytest.mark.parametrize("corpus", ["corpus", "blind"])
def test_two_readers_read_results_in_prose_better_than_rules_alone(corpus: str) -> None:
    together, _ = scored(corpus, "hybrid", "v2")
    rules, _ = scored(corpus, "rules", "v2")
    narrative = RecordKind.INDICATOR, "narrative"
    assert (together.f1(*narrative) or 0) >= max(0.95, rules.f1(*narrative) or 0)
    assert (together.f1() or 0) > (rules.f1() or 0)


def test_the_second_look_only_adds() -> None:
    once, few = scored("corpus", "llm", "v2", second_look=False)
    twice, more = scored("corpus", "llm", "v2")
    assert more.calls > few.calls
    assert (twice.f1() or 0) >= (once.f1() or 0)


def test_one_call_with_all_tasks_costs_less_than_one_for_each() -> None:
    _, separate = scored("corpus", "hybrid", "v1")
    _, joined = scored("corpus", "hybrid", "v2")
    assert joined.calls * 2 < separate.calls
    assert joined.sent < 0.7 * separate.sent


def test_cassettes_hold_the_prompts_of_now_and_no_secret() -> None:
    for path in sorted(ROOT.glob("*/cassettes/*/*.jsonl")):
        systems = {prompt.system for prompt in load_prompts(path.parent.name).values()}
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        assert json.loads(head) == {"version": 1}
        for line in lines:
            exchange = json.loads(line)
            assert exchange["request"]["headers"] == {}
            assert exchange["request"]["body"]["messages"][0]["content"] in systems
