from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.grounding import TextIndex, index_text, locate, locate_quote
from schemas.stages import Status
from schemas.text import Span

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
REPORTS = sorted((CORPUS / "reports").glob("*.txt"))
WIDTHS = str.maketrans("，。：；（）！？％“”‘’—", ",.:;()!?%\"\"''-") | str.maketrans(",:;()%", "，：；（）％")

pytestmark = pytest.mark.skipif(not REPORTS, reason="the real reports are not beside the project")


def gold_quotes(report: Path) -> list[str]:
    gold = json.loads((CORPUS / "gold" / f"{report.stem}.json").read_text(encoding="utf8"))
    sections = ("evaluations", "funding", "goals", "indicators", "deviations", "remedies")
    return [entry["quote"] for section in sections for entry in gold[section]]


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def one_digit_changed(quote: str) -> Iterator[str]:
    for place in (match.start() for match in re.finditer("[0-9]", quote)):
        yield f"{quote[:place]}{(int(quote[place]) + 1 + place % 9) % 10}{quote[place + 1 :]}"


def read_report(report: Path) -> tuple[str, TextIndex]:
    text = report.read_text(encoding="utf8")
    return text, index_text(text)


def test_in_real_reports_no_quote_with_a_changed_digit_is_vouched_for() -> None:
    tried = 0
    for report in REPORTS:
        text, index = read_report(report)
        bare = squeeze(text)
        for quote in gold_quotes(report):
            for changed in one_digit_changed(quote):
                if squeeze(changed) in bare:
                    continue  # the report has that very text as well
                tried += 1
                assert not locate_quote(index, changed).status.vouched, changed
                assert not locate(index, changed).status.vouched, changed
    assert tried >= 1000


def test_in_real_reports_no_integer_is_vouched_for_that_is_no_number_of_the_report() -> None:
    tried = 0
    for report in REPORTS:
        text, index = read_report(report)
        numbers = set(re.findall(r"[0-9]+(?:[.,][0-9]+)*", text))
        for value in map(str, range(1, 1000)):
            located = locate(index, value)
            assert located.status is not Status.ABSENT if value in numbers else not located.status.vouched, value
            tried += value not in numbers
    assert tried > 2000


def test_in_real_reports_a_quote_in_other_widths_and_white_space_is_found_where_it_stands() -> None:
    rng = random.Random(5)
    for report in REPORTS:
        text, index = read_report(report)
        for quote in gold_quotes(report):
            assert locate_quote(index, quote) == (Status.EXACT, Span(text.index(quote), text.index(quote) + len(quote)))
            squeezed = squeeze(quote)
            spaced = re.sub(r"\s+", lambda _: rng.choice([" ", "\u3000", "\n"]), quote)
            for changed in (quote.translate(WIDTHS), squeezed, spaced, squeezed.translate(WIDTHS)):
                alike = len(re.findall(r"\s*".join(map(re.escape, squeezed)), text))
                located = locate_quote(index, changed)
                if alike == 1:
                    assert located.span == (text.index(quote), text.index(quote) + len(quote)), changed
                    assert located.status is (Status.EXACT if changed == quote else Status.FOLDED)
                else:
                    assert located.span is None or squeeze(text[slice(*located.span)]) == squeezed
