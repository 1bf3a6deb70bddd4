"""How often a changed quote is accepted, how often an intact one is found, and what a look-up costs.

``python -m benchmarks.grounding [--json]`` compares this project's grounding with LangExtract's aligner on the same
reports, quotes and changes. A quote or number counts as accepted where the aligner gives it a place at all.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from pipeline.grounding import index_text, locate, locate_quote
from schemas.text import Span

PROJECT = Path(__file__).resolve().parents[1]
CORPORA = (PROJECT.parent / "shared" / "corpus", PROJECT / "eval" / "corpus")
SECTIONS = ("evaluations", "funding", "goals", "indicators", "deviations", "remedies")
TIMED_CHARACTERS = 20_000
SLOW_SAMPLE = 60  # trials of each sort for an aligner that takes a tenth of a second for each
WIDTHS = str.maketrans("，。：；（）！？“”,:;()", ',.:;()!?""，：；（）')

Accept = Callable[[str], Span | None]


class Report(NamedTuple):
    """A report's text and the gold quotes in it."""

    text: str
    quotes: tuple[str, ...]


class Trial(NamedTuple):
    """Something to look for in a report; ``right`` is where it stands, ``None`` where nothing may vouch for it."""

    report: int
    needle: str
    right: Span | None


class Aligner(NamedTuple):
    """A way to look things up: given a text, the look-up of a quote and that of a value; ``sample`` trials at most."""

    name: str
    quote: Callable[[str], Accept]
    value: Callable[[str], Accept]
    sample: int | None


class Row(NamedTuple):
    """One measured figure of one aligner: ``hits`` of ``trials``, or a median in milliseconds."""

    aligner: str
    figure: str
    trials: int
    hits: int | None
    milliseconds: float | None


def read_reports() -> list[Report]:
    """The reports that have gold labels, of the first corpus there is."""
    corpus = next((path for path in CORPORA if any((path / "gold").glob("*.json"))), None)
    if corpus is None:
        sys.exit("没有找到语料：需要 reports/*.txt 与 gold/*.json。")
    reports = []
    for gold in sorted((corpus / "gold").glob("*.json")):
        labels = json.loads(gold.read_text(encoding="utf8"))
        source = corpus / "reports" / f"{gold.stem}.txt"
        if source.exists():
            quotes = tuple(entry["quote"] for section in SECTIONS for entry in labels[section])
            reports.append(Report(source.read_text(encoding="utf8"), quotes))
    return reports


def changed_digits(reports: Sequence[Report]) -> Iterator[Trial]:
    """Each quote with one of its digits changed, for every digit, unless the report has that very text as well."""
    for place, (text, quotes) in enumerate(reports):
        bare = re.sub(r"\s", "", text)
        for quote in quotes:
            for at in (match.start() for match in re.finditer("[0-9]", quote)):
                changed = f"{quote[:at]}{(int(quote[at]) + 1 + at % 9) % 10}{quote[at + 1 :]}"
                if re.sub(r"\s", "", changed) not in bare:
                    yield Trial(place, changed, None)


def missing_integers(reports: Sequence[Report]) -> Iterator[Trial]:
    """Each integer below 1,000 that is not a number of the report."""
    for place, report in enumerate(reports):
        numbers = set(re.findall(r"[0-9]+(?:[.,][0-9]+)*", report.text))
        yield from (Trial(place, str(value), None) for value in range(1, 1000) if str(value) not in numbers)


def changed_widths(reports: Sequence[Report]) -> Iterator[Trial]:
    """Each quote with punctuation of the other width, without white space, and both, where its words stand once."""
    for place, (text, quotes) in enumerate(reports):
        for quote in quotes:
            squeezed = re.sub(r"\s", "", quote)
            right = Span(text.index(quote), text.index(quote) + len(quote))
            if len(re.findall(r"\s*".join(map(re.escape, squeezed)), text)) == 1:
                variants = {quote.translate(WIDTHS), squeezed, squeezed.translate(WIDTHS)} - {quote}
                yield from (Trial(place, variant, right) for variant in sorted(variants))


def ours() -> Aligner:
    """This project's grounding."""

    def quote(text: str) -> Accept:
        index = index_text(text)
        return lambda needle: found.span if (found := locate_quote(index, needle)).status.vouched else None

    def value(text: str) -> Accept:
        index = index_text(text)
        return lambda needle: found.span if (found := locate(index, needle)).status.vouched else None

    return Aligner("this project", quote, value, None)


def langextract() -> Aligner | None:
    """LangExtract's aligner with its own settings, or ``None`` where it is not installed."""
    try:
        from langextract.core.data import Extraction
        from langextract.resolver import WordAligner
    except ImportError:
        return None

    new_aligner: Callable[[], Any] = WordAligner  # its constructor has no types

    def accept(text: str) -> Accept:
        def look_up(needle: str) -> Span | None:
            extraction = Extraction(extraction_class="quote", extraction_text=needle)
            ((found,),) = new_aligner().align_extractions([[extraction]], text)
            interval = found.char_interval
            if interval is None or interval.start_pos is None or interval.end_pos is None:
                return None
            return Span(interval.start_pos, interval.end_pos)

        return look_up

    return Aligner("LangExtract", accept, accept, SLOW_SAMPLE)


def spread(trials: Sequence[Trial], sample: int | None) -> list[Trial]:
    """At most ``sample`` of the trials, evenly spread over all of them."""
    if sample is None or len(trials) <= sample:
        return list(trials)
    return [trials[place * len(trials) // sample] for place in range(sample)]


def count_found(look_up: Callable[[str], Accept], reports: Sequence[Report], trials: Sequence[Trial]) -> int:
    """How many trials end as they must not (something vouches) or, where there is a right place, as they must."""
    accepts = [look_up(report.text) for report in reports]
    found = [(trial, accepts[trial.report](trial.needle)) for trial in trials]
    return sum(span is not None if trial.right is None else span == trial.right for trial, span in found)


def time_each(accept: Accept, needles: Sequence[str]) -> list[float]:
    """The milliseconds of each look-up."""
    accept(needles[0])
    taken = []
    for needle in needles:
        start = time.perf_counter()
        accept(needle)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def measure(aligner: Aligner, reports: Sequence[Report]) -> Iterator[Row]:
    """Every figure of one aligner."""
    for figure, look_up, trials in (
        ("one digit changed: accepted", aligner.quote, list(changed_digits(reports))),
        ("integer not in report: accepted", aligner.value, list(missing_integers(reports))),
        ("width, white space changed: right", aligner.quote, list(changed_widths(reports))),
    ):
        chosen = spread(trials, aligner.sample)
        yield Row(aligner.name, figure, len(chosen), count_found(look_up, reports, chosen), None)
    text = "\n".join(report.text for report in reports)
    text = (text * (TIMED_CHARACTERS // len(text) + 1))[:TIMED_CHARACTERS]
    quotes = [Trial(0, quote, None) for report in reports for quote in report.quotes if quote in text]
    needles = [trial.needle for trial in spread(quotes, aligner.sample and aligner.sample // 2)]
    accept = aligner.quote(text)
    for figure, timed in (("found", needles), ("not found", [needle[::-1] for needle in needles])):
        taken = time_each(accept, timed)
        yield Row(aligner.name, f"median per quote {figure}", len(taken), None, median(taken))


def main() -> None:
    """Print the table, or the same rows as JSON."""
    reports = read_reports()
    rows = list(measure(ours(), reports))
    other = langextract()
    rows += measure(other, reports) if other else ()
    if "--json" in sys.argv[1:]:
        print(json.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=1))
        return
    print(f"{len(reports)} reports, {sum(len(report.quotes) for report in reports)} quotes")
    for row in rows:
        share = f"{row.hits} of {row.trials}" if row.hits is not None else f"{row.milliseconds:.3f} ms ({row.trials})"
        print(f"{row.aligner:14}{row.figure:36}{share}")
    if other is None:
        print("LangExtract is not installed; only this project was measured.")


if __name__ == "__main__":
    main()
