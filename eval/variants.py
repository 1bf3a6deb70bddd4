"""Variants of labeled reports, with exact gold: ``python -m eval.variants CORPUS_DIR OUT_DIR --count N --seed S``.

They show whether what reads the reports knows the genre or only the samples: names, header words, column orders,
headings, numbers, years and layout change, and the labels change with them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import NamedTuple

from eval.agreement import fold
from eval.cases import Case, load_cases
from eval.forms import Form, header_word, indicator_forms, table_rows
from eval.rewriting import Edit, quote_span, rewrite_case
from eval.synonyms import ACTUAL, DEPARTMENTS, HEADERS, HEADINGS, LEVEL2, PLACES, PROJECTS, REASON, TARGET, WEIGHT
from pipeline.errors import ExtractError
from schemas.text import Span


class Variation(StrEnum):
    """A kind of change."""

    NAMES = "names"  # places, units and projects get invented names
    NUMBERS = "numbers"  # digits of amounts are exchanged, the same everywhere
    YEAR = "year"  # all years are moved by the same distance
    COLUMNS = "columns"  # the weight comes before the target; 二级指标 or an unused reason column is dropped
    HEADERS = "headers"  # column headers and row labels of forms become synonyms
    HEADINGS = "headings"  # headings get another style of number and other words
    LAYOUT = "layout"  # some numbers in tables become full-width, blank lines appear before headings


class Rewriting(NamedTuple):
    """The edits of one kind of change, and the indicator field that each form (by its range) loses."""

    edits: tuple[Edit, ...]
    dropped: Mapping[Span, str]


_HEADING = re.compile(
    r"^([ \u3000]*)((?P<first>[一二三四五六七八九十]{1,3})、|（(?P<second>[一二三四五六七八九十]{1,3})）)", re.M
)
_NUMBER = re.compile(r"(?<![\d.,])\d+(?:,\d{3})*(?:\.\d+)?(?![\d.]*\d)(?!\s*[年月日号届强])")
_YEAR = re.compile(r"(?<!\d)20[0-3]\d(?=\s*年|[-—~至]\s*20[0-3]\d|〕)")
_FIRST_NUMBERS = ("第{number}部分 ", "{arabic}、", "{number}．")
_SECOND_NUMBERS = ("({number})", "（{arabic}）", "（{number}）、")
_DIGITS = "一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def vary(case: Case, seed: int, kinds: Iterable[Variation] = tuple(Variation)) -> Case:
    """A variant of the case with its gold: the same seed gives the same variant, each kind its same changes.

    Its ``report`` is the path of the original; its findings are empty, as other numbers contradict one another.
    """
    name = f"{case.name}-{seed}"
    wanted, varied = frozenset(kinds), case
    for kind in Variation:  # in this order, whatever the order asked for
        if kind in wanted:
            rewriting = _REWRITINGS[kind](varied, Random(f"{seed}/{case.name}/{kind}"))
            varied = rewrite_case(varied, rewriting.edits, rewriting.dropped)
            if kind is Variation.YEAR:
                varied = _move_fiscal_year(case, varied)
    return replace(varied, name=name, gold=varied.gold.model_copy(update={"report": name, "findings": ()}))


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes variants of every report of a corpus; 0, or 2 where the corpus cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m eval.variants", description="由带标注的报告生成带精确标注的变体")
    parser.add_argument("corpus", type=Path, help="内有 reports/*.txt 与 gold/*.json 的文件夹")
    parser.add_argument("out", type=Path, help="写入 reports/ 与 gold/ 的文件夹")
    parser.add_argument("--count", type=int, default=5, help="每份报告的变体数")
    parser.add_argument("--seed", type=int, default=0, help="第一个变体的种子")
    known = "变化的种类：" + " ".join(Variation)
    parser.add_argument("--kinds", nargs="+", type=Variation, default=list(Variation), metavar="KIND", help=known)
    options = parser.parse_args(arguments)
    try:
        for case in load_cases(options.corpus):
            for seed in range(options.seed, options.seed + options.count):
                write_case(vary(case, seed, options.kinds), options.out)
    except ExtractError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 2
    return 0


def write_case(case: Case, folder: Path) -> None:
    """Writes a case's text and gold where ``load_cases`` finds them."""
    for name, words in (
        (f"reports/{case.name}.txt", case.text),
        (f"gold/{case.name}.json", case.gold.model_dump_json(indent=1) + "\n"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8", newline="\n")


def _rename(case: Case, random: Random) -> Rewriting:
    """Every place and department in the unit's name, and every project's name without its last word, is renamed."""
    old: dict[str, str] = {}
    places, projects = (random.sample(words, len(words)) for words in (PLACES, PROJECTS))
    parts = re.split(r"[省市州县区旗镇乡]", case.gold.unit_name or "")
    old.update({part: places.pop() for part in parts[:-1] if len(part) >= 2 and places})
    department = re.match(r".{2,}?(?:局|委员会|委|办公室|中心|厅)", parts[-1])
    if department:
        old[department[0]] = random.choice(DEPARTMENTS)
    for evaluation in case.gold.evaluations:
        core = re.sub(r"(工作)?(项目|专项|资金|经费|基金)*$", "", evaluation.name or "")
        if evaluation.scope == "project" and len(core) >= 3 and projects:
            old[core] = projects.pop()
    return Rewriting(tuple(_exchange(case.text, old)), {})


def _exchange(text: str, new_words: Mapping[str, str]) -> Iterator[Edit]:
    """An edit for every occurrence of a word, the longest word first where two start at one place."""
    words = sorted(filter(None, new_words), key=len, reverse=True)
    for found in re.finditer("|".join(map(re.escape, words)) or "(?!)", text):
        yield Edit(Span(*found.span()), new_words[found[0]], found[0])


def _renumber(case: Case, random: Random) -> Rewriting:
    """Digits are exchanged for others, everywhere alike, in all numbers but counts, weights, scores and years.

    Which numbers these are is told by value (whole numbers to 100, years), so that 30 and 30.00 stay one amount.
    """
    cipher = str.maketrans("123456789", "".join(random.sample("123456789", 9)))
    edits = []
    for found in _NUMBER.finditer(case.text):
        value = float(found[0].replace(",", ""))
        if not value.is_integer() or (value > 100 and not 1900 <= value < 2100):
            significant = found[0].replace(".", "").replace(",", "").strip("0")
            edits.append(Edit(Span(*found.span()), found[0].translate(cipher), significant))
    return Rewriting(tuple(edits), {})


def _move_years(case: Case, random: Random) -> Rewriting:
    distance = random.choice((-3, -2, -1, 1, 2))
    years = ((found, str(int(found[0]) + distance)) for found in _YEAR.finditer(case.text))
    return Rewriting(tuple(Edit(Span(*found.span()), new, "year") for found, new in years), {})


def _move_fiscal_year(before: Case, after: Case) -> Case:
    """The case with the fiscal year that its first year tells, as all years move alike."""
    old, new = _YEAR.search(before.text), _YEAR.search(after.text)
    if before.gold.fiscal_year is None or old is None or new is None:
        return after
    year = before.gold.fiscal_year + int(new[0]) - int(old[0])
    return replace(after, gold=after.gold.model_copy(update={"fiscal_year": year}))


def _reorder(case: Case, random: Random) -> Rewriting:
    """In each form: the weight comes before the target, or a column that may be absent is dropped, or both."""
    edits: list[Edit] = []
    dropped: dict[Span, str] = {}
    for form in indicator_forms(case.text):
        lost = random.choice([None, *_optional_columns(case, form)])
        if lost is None or random.random() < 0.5:
            edits += _weight_first(form)
        if lost is not None:
            field, column = lost
            edits += [Edit(row[column].whole, "", "columns") for row in (form.header, *form.rows)]
            dropped[form.span] = field
    return Rewriting(tuple(edits), dropped)


def _optional_columns(case: Case, form: Form) -> Iterator[tuple[str, int]]:
    """The columns that a form can do without, by the field they hold; not reasons that the gold has deviations from."""
    if (column := form.column(LEVEL2)) is not None:
        yield "level2", column
    told = [quote_span(case.text, deviation) for deviation in case.gold.deviations]
    if (column := form.column(REASON)) is not None:
        reasons = [row[column].span for row in form.rows if row[column].word]
        if not any(reason.overlaps(quote) for reason in reasons for quote in told):
            yield "deviation_reason", column


def _weight_first(form: Form) -> Iterator[Edit]:
    """Target, actual and weight become weight, target and actual; nothing where they are not in that order."""
    columns = [form.column(words) for words in (TARGET, ACTUAL, WEIGHT)]
    target = columns[0]
    if target is None or columns != [target, target + 1, target + 2]:
        return
    for row in (form.header, *form.rows):
        cells = [row[target + offset].span for offset in range(3)]
        for place, source in zip(cells, (cells[2], cells[0], cells[1]), strict=True):
            yield Edit(place, source, "columns")


def _relabel_forms(case: Case, random: Random) -> Rewriting:
    """Each header or label of the tables becomes one of its synonyms, the same in the whole report."""
    chosen: dict[str, str] = {}
    for words in HEADERS:
        chosen.update(dict.fromkeys(words, random.choice(words)))
    edits = []
    for row in table_rows(case.text):
        for cell in row:
            word = header_word(cell.word)
            if word in chosen and chosen[word] != word:
                core = _core(case.text, cell.span, word)
                edits.append(Edit(core, chosen[word], f"{word}@{core.start}"))
    return Rewriting(tuple(edits), {})


def _core(text: str, cell: Span, word: str) -> Span:
    """The range of a cell's words without the brackets behind them, which may hold the unit."""
    start = cell.start + len(text[cell.start : cell.end]) - len(text[cell.start : cell.end].lstrip())
    end = next(end for end in range(start + 1, cell.end + 1) if fold(text[start:end]) == word)
    return Span(start, end)


def _reword_headings(case: Case, random: Random) -> Rewriting:
    """Headings get one other style of number on each level, and one other wording for each kind of section."""
    first, second = (
        random.choice([style for style in styles if not _starts_list(style, case.text)])
        for styles in (_FIRST_NUMBERS, _SECOND_NUMBERS)
    )
    wordings = {word: random.choice(words) for words in HEADINGS for word in words}
    edits: list[Edit] = []
    for found in _HEADING.finditer(case.text):
        style, number = (first, found["first"]) if found["first"] else (second, found["second"])
        new = style.format(number=number, arabic=_arabic(number))
        edits.append(Edit(Span(*found.span(2)), new, f"number@{found.start()}"))
        line = case.text[found.end() :].partition("\n")[0]
        words = line.strip()
        if words in wordings:
            start = found.end() + line.index(words)
            edits.append(Edit(Span(start, start + len(words)), wordings[words], f"words@{start}"))
    return Rewriting(tuple(edits), {})


def _starts_list(style: str, text: str) -> bool:
    """True where the report numbers its lists in this style, so that headings in it could not be told from items."""
    return "{arabic}" in style and any(
        fold(line).startswith(fold(style.format(arabic=1))) for line in text.splitlines()
    )


def _arabic(number: str) -> int:
    """The value of a Chinese number below 100."""
    tens, ten, ones = number.rpartition("十")
    return (_DIGITS.find(tens) + 1 or 1) * 10 * bool(ten) + (_DIGITS.find(ones) + 1 if ones else 0)


def _relayout(case: Case, random: Random) -> Rewriting:
    """The digits of a fifth of the cells become full-width; a blank line or two stands before every other heading."""
    edits = [
        Edit(Span(*found.span()), found[0].translate(_FULL_WIDTH), f"width@{found.start()}")
        for row in table_rows(case.text)
        for cell in row
        if random.random() < 0.2
        for found in _NUMBER.finditer(case.text, *cell.span)
    ]
    edits += [
        Edit(Span(found.start(), found.start()), "\n" * random.choice((1, 2)), "blank")
        for found in _HEADING.finditer(case.text)
        if found.start() and random.random() < 0.5
    ]
    return Rewriting(tuple(edits), {})


_REWRITINGS: dict[Variation, Callable[[Case, Random], Rewriting]] = {
    Variation.NAMES: _rename,
    Variation.NUMBERS: _renumber,
    Variation.YEAR: _move_years,
    Variation.COLUMNS: _reorder,
    Variation.HEADERS: _relabel_forms,
    Variation.HEADINGS: _reword_headings,
    Variation.LAYOUT: _relayout,
}


if __name__ == "__main__":
    sys.exit(main())
