"""One report in every format: the rules find in each what they find in its text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from eval.cases import load_cases
from eval.generated import write_generated
from eval.metrics import ReportScore, merge, score_report
from pipeline.engines.rules import RulesEngine
from pipeline.folding import fold
from pipeline.labels import labels_of
from pipeline.readers import read_document
from pipeline.run import extract_document

FORMATS = ("html", "xlsx")
COUNT, SEED = 8, 310


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("formats")
    write_generated(folder, COUNT, SEED, FORMATS, lambda *_: None)
    yield folder
    scores.cache_clear()


@cache
def scores(corpus: Path, suffix: str) -> ReportScore:
    read = []
    for case in load_cases(corpus, suffix):
        document = read_document(case.report)
        labels = labels_of(extract_document(document, RulesEngine()))
        read.append(score_report(document.text, case.gold, labels))
    assert len(read) == COUNT
    return merge(read)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_format_is_read_as_well_as_the_text(corpus: Path, suffix: str) -> None:
    of_text, of_format = scores(corpus, "txt").f1(), scores(corpus, suffix).f1()
    assert of_text is not None
    assert of_format is not None
    assert of_text > 0.9
    assert abs(of_format - of_text) <= 0.01


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_the_words_of_the_text(corpus: Path, suffix: str) -> None:
    paths = sorted((corpus / "formats").glob(f"*.{suffix}"))
    assert len(paths) == COUNT
    for path in paths:
        text = (corpus / "reports" / f"{path.stem}.txt").read_text(encoding="utf-8")
        title = fold(text.partition("\n")[0])
        found = fold(read_document(path).text)
        # A page's own heading stands above the report, which may repeat it.
        assert found.removeprefix(title).removeprefix(title) == fold(text).removeprefix(title), path.name
