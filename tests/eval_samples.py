"""A tiny labeled corpus for the tests of evaluation: two invented reports, and labels that read them badly."""

from __future__ import annotations

from pathlib import Path

from schemas.records import Evaluation, Indicator, LabeledFinding, Labels

TEXT = "青禾县水务局绩效自评报告\n水渠长度 12公里，水库 2座\n"
"""The text of both reports; each has its own name at the end."""
CANAL = Indicator(
    evaluation="department", origin="narrative", name="水渠长度", actual="12公里", quote="水渠长度 12公里"
)
DEPARTMENT = Evaluation(id="department", scope="department", name="青禾县水务局", quote="青禾县水务局")
GOLD = Labels(
    report="a",
    evaluations=(DEPARTMENT,),
    indicators=(CANAL,),
    findings=(LabeledFinding(code="SUM", detail="", quotes=("水库",)),),
)
WRONG = GOLD.model_copy(update={"indicators": (CANAL.model_copy(update={"actual": "21公里"}),), "findings": ()})
NAMES = ("a", "b")


def write_corpus(folder: Path) -> Path:
    """``reports`` and ``gold``; ``wrong`` has one number wrong in each report; ``half`` lacks the second report."""
    for name in NAMES:
        _write(folder / "reports" / f"{name}.txt", TEXT + name)
        _write_labels(folder / "gold" / f"{name}.json", GOLD, name)
        _write_labels(folder / "wrong" / f"{name}.json", WRONG, name)
    _write_labels(folder / "half" / "a.json", GOLD, "a")
    return folder


def _write_labels(path: Path, labels: Labels, name: str) -> None:
    _write(path, labels.model_copy(update={"report": name}).model_dump_json())


def _write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")
