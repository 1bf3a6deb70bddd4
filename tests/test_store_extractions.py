"""Saving and loading: exact, whole or not at all."""

from __future__ import annotations

import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BusyDatabase, StoreError, UnknownReport
from pipeline.store import (
    Store,
    extractions,
    known_extractions,
    load_extraction,
    open_store,
    save_extraction,
    start_run,
)
from pipeline.store.keys import record_keys
from schemas.records import RecordKind
from schemas.stages import (
    Chunk,
    Extraction,
    FieldRef,
    Finding,
    Gap,
    GroundedField,
    GroundedRecord,
    ScoredField,
    Section,
    SectionKind,
    Severity,
    Status,
)
from schemas.text import Cell, Document, OutlineMark, Source, Span, Table
from tests.store_samples import large_extraction, record, sample_extraction, with_gap

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("reports", "sections", "chunks", "records", "fields", "findings", "gaps")

WRITER = """
import sys
from pathlib import Path
from pipeline.store import open_store, save_extraction, start_run
from tests.store_samples import large_extraction
with open_store(Path(sys.argv[1])) as store:
    run_id = start_run(store, "rules", "1", {})
    for number in range(2000):
        print(number, save_extraction(store, run_id, large_extraction(number, records=30)), flush=True)
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "x.duckdb") as opened:
        yield opened


@pytest.fixture
def run_id(store: Store) -> str:
    return start_run(store, "rules", "1", {})


def row_counts(store: Store) -> list[int]:
    return [store.connection.execute(f"SELECT count(*) FROM data.{table}").fetchall()[0][0] for table in TABLES]


@pytest.mark.parametrize("broken", ["records", "fields", "findings", "gaps"])
def test_nothing_is_half_written(broken: str, store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    append = extractions.append_rows

    def fail_late(opened: Store, table: str, rows: list[tuple[object, ...]]) -> None:
        append(opened, table, rows)
        if table == broken:
            raise KeyboardInterrupt

    with monkeypatch.context() as failing:
        failing.setattr(extractions, "append_rows", fail_late)
        with pytest.raises(KeyboardInterrupt):
            save_extraction(store, run_id, sample_extraction())
    assert row_counts(store) == [0] * len(TABLES)
    extraction = sample_extraction()
    assert load_extraction(store, save_extraction(store, run_id, extraction)) == extraction


def test_a_value_that_the_tables_refuse_leaves_nothing_behind(store: Store, run_id: str) -> None:
    extraction = sample_extraction()
    impossible = replace(extraction.records[3], chunk=2**40)
    records = (*extraction.records[:3], impossible, *extraction.records[4:])
    with pytest.raises(StoreError):
        save_extraction(store, run_id, replace(extraction, records=records))
    assert row_counts(store) == [0] * len(TABLES)
    assert load_extraction(store, save_extraction(store, run_id, extraction)) == extraction
    assert row_counts(store)[3] == len(records)


def test_records_that_share_an_index_are_refused(store: Store, run_id: str) -> None:
    extraction = sample_extraction()
    with pytest.raises(ValueError, match="share an index"):
        save_extraction(store, run_id, replace(extraction, records=extraction.records[:1] * 2))


def test_an_unknown_extraction_is_an_unknown_report(store: Store) -> None:
    with pytest.raises(UnknownReport):
        load_extraction(store, "0123")


def test_an_extraction_comes_back_as_it_was(store: Store, run_id: str) -> None:
    extraction = sample_extraction()
    other = large_extraction(1, records=5)
    ids = [save_extraction(store, run_id, each) for each in (extraction, other, extraction)]
    assert len(set(ids)) == 3
    assert [load_extraction(store, each) for each in ids] == [extraction, other, extraction]


def test_gaps_and_the_second_reader_come_back(store: Store, run_id: str) -> None:
    extraction = with_gap(sample_extraction())
    read = tuple(replace(field, other=other) for field, other in zip(extraction.records[6].fields, "12", strict=False))
    twice = replace(extraction.records[6], fields=read, confirmed=True)
    once = replace(extraction.records[7], fields=(replace(extraction.records[7].fields[0], other=""),), confirmed=False)
    extraction = replace(extraction, records=(*extraction.records[:6], twice, once, *extraction.records[8:]))
    loaded = load_extraction(store, save_extraction(store, run_id, extraction))
    assert (loaded.records, loaded.gaps) == (extraction.records, extraction.gaps)
    assert {score.ref: score for score in loaded.scores} == {score.ref: score for score in extraction.scores}


def test_an_empty_extraction_comes_back(store: Store, run_id: str) -> None:
    extraction = Extraction(Document(Source("空", "空.txt", "00", "text"), ""), (), (), (), (), (), "rules")
    assert load_extraction(store, save_extraction(store, run_id, extraction)) == extraction


def test_lone_surrogates_become_replacement_characters_one_for_one(store: Store, run_id: str) -> None:
    extraction = sample_extraction()
    text = "\ud800" + extraction.document.text[1:-1] + "\udfff"
    source = replace(extraction.document.source, path="/reports/\udce6.docx")
    finding = replace(extraction.findings[0], evidence=(Span(0, 2),))
    cell = Cell("\ud800x", Span(0, 2), 0, 0)
    extraction = replace(
        extraction,
        document=replace(extraction.document, text=text, source=source, tables=(Table(Span(0, 2), (cell,), 1, 1),)),
        chunks=(Chunk(0, Span(0, 9), 0, SectionKind.OTHER, ("\ud801",)),),
        findings=(finding,),
    )
    loaded = load_extraction(store, save_extraction(store, run_id, extraction))
    assert loaded.document.text == "\ufffd" + text[1:-1] + "\ufffd"
    assert loaded.document.source.path == "/reports/\ufffd.docx"
    assert loaded.document.tables[0].cells[0].text == "\ufffdx"
    assert loaded.chunks[0].heading_path == ("\ufffd",)
    assert (loaded.records, loaded.scores) == (extraction.records, extraction.scores)
    evidence = store.connection.execute("SELECT evidence[1].quote FROM data.findings").fetchall()
    assert evidence == [("\ufffd" + text[1],)]


def test_an_error_that_no_repair_helps_is_raised_once(
    store: Store, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def refuse(*call: object) -> None:
        tries.append(str(call[1]))
        raise BusyDatabase("busy")

    monkeypatch.setattr(extractions, "append_rows", refuse)
    with pytest.raises(BusyDatabase):
        save_extraction(store, run_id, sample_extraction())
    assert tries == ["sections"]


# NUL and characters beyond the basic plane are in, lone surrogates are not: those have a test of their own.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.integers(0, 2**31 - 1)
spans = st.builds(Span, numbers, numbers)
names = st.text(string.ascii_lowercase, min_size=1, max_size=6)
confidences = st.floats(0, 1)
fields = st.builds(GroundedField, names, words, st.sampled_from(Status), st.none() | spans, st.none() | words)
cells = st.builds(Cell, words, spans, numbers, numbers, numbers, numbers)
tables = st.builds(Table, spans, st.lists(cells, max_size=3).map(tuple), numbers, numbers)
records = st.builds(
    GroundedRecord,
    st.just(0),
    st.sampled_from(RecordKind),
    st.dictionaries(st.sampled_from(["evaluation", "id", "kind"]) | words, words, max_size=3),
    st.lists(fields, max_size=4).map(tuple),
    st.builds(GroundedField, st.just("quote"), words, st.sampled_from(Status), st.none() | spans),
    words,
    words,
    st.none() | numbers,
    st.none() | st.booleans(),
)
refs = st.builds(FieldRef, st.integers(0, 3), st.just("") | names)
sections = st.builds(
    Section,
    st.just(0),
    st.none() | numbers,
    numbers,
    words,
    words,
    st.none() | spans,
    spans,
    st.sampled_from(SectionKind),
)
chunks = st.builds(
    Chunk, st.just(0), spans, numbers, st.sampled_from(SectionKind), st.lists(words, max_size=3).map(tuple), words
)
findings = st.builds(
    Finding,
    words,
    st.sampled_from(Severity),
    words,
    st.lists(spans, max_size=3).map(tuple),
    st.lists(refs, max_size=3).map(tuple),
    st.booleans(),
)
scores = st.builds(
    ScoredField,
    refs,
    confidences,
    st.dictionaries(words, confidences, max_size=3),
    st.lists(words, max_size=2).map(tuple),
)
gaps = st.builds(Gap, numbers, words, words, words)
documents = st.builds(
    Document,
    st.builds(Source, words, words, words, words),
    words,
    st.lists(tables, max_size=2).map(tuple),
    st.lists(st.builds(OutlineMark, spans, numbers), max_size=2).map(tuple),
    st.lists(numbers, max_size=3).map(tuple),
)
anything = st.builds(
    Extraction,
    documents,
    st.lists(sections, max_size=3).map(lambda items: tuple(replace(item, index=n) for n, item in enumerate(items))),
    st.lists(chunks, max_size=3).map(lambda items: tuple(replace(item, index=n) for n, item in enumerate(items))),
    st.lists(records, max_size=4).map(lambda items: tuple(replace(item, index=n) for n, item in enumerate(items))),
    st.lists(findings, max_size=3).map(tuple),
    st.lists(scores, max_size=5).map(tuple),
    words,
    st.dictionaries(words, confidences, max_size=3),
    st.lists(gaps, max_size=3).map(tuple),
)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("store") / "x.duckdb") as opened:
        yield opened


@settings(max_examples=150, deadline=None)
@given(extraction=anything)
def test_any_extraction_comes_back_as_it_was(shared_store: Store, extraction: Extraction) -> None:
    saved = save_extraction(shared_store, "run", extraction)
    assert load_extraction(shared_store, saved) == extraction


def test_known_are_complete_extractions_of_that_engine_and_version(store: Store) -> None:
    old, new = start_run(store, "rules", "1", {}), start_run(store, "rules", "2", {})
    one, two, three = (sample_extraction(content=content) for content in "123")
    save_extraction(store, old, one)
    save_extraction(store, new, two)
    save_extraction(store, new, with_gap(three))
    assert known_extractions(store, "rules", "1") == {one.document.source.sha256}
    assert known_extractions(store, "rules", "2") == {two.document.source.sha256}
    assert known_extractions(store, "llm", "2") == frozenset()


@pytest.mark.parametrize("acknowledged", [1, 4, 11])
def test_a_killed_writer_loses_nothing_that_it_acknowledged(acknowledged: int, tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(acknowledged)]
        writer.kill()
        rest = writer.stdout.read()
    whole = "".join(lines) + rest[: rest.rfind("\n") + 1]
    promised = dict(reversed(line.split()) for line in whole.splitlines())
    assert len(promised) >= acknowledged
    with open_store(path) as store:
        found = store.connection.execute("SELECT extraction_id, name FROM data.reports").fetchall()
        assert promised.keys() <= {extraction_id for extraction_id, _ in found}
        assert len(found) - len(promised) in (0, 1)
        for extraction_id, name in found:
            expected = large_extraction(int(name.removeprefix("长报告")), records=30)
            assert load_extraction(store, extraction_id) == expected
        counts = row_counts(store)
        assert counts[3:5] == [30 * len(found), 30 * 7 * len(found)]


def test_keys_name_records_and_tell_repeated_ones_apart() -> None:
    def indicator(index: int, name: str, evaluation: str = "department") -> GroundedRecord:
        references = {"evaluation": evaluation, "origin": "form"}
        return record(index, RecordKind.INDICATOR, references, {"level1": "产出指标", "name": name}, name)

    project = record(9, RecordKind.EVALUATION, {"id": "p2", "scope": "project"}, {"name": "修渠 项目"}, "")
    rows = (
        indicator(0, "巡查|次数"),
        indicator(1, "巡 查\n次数"),
        indicator(2, "ＡＢ", "p2"),
        project,
        indicator(4, "x", "p7"),
    )
    assert record_keys(rows) == (
        "department|form|产出指标||巡查次数",
        "department|form|产出指标||巡查次数#2",
        "修渠项目|form|产出指标||ab",
        "修渠项目",
        "p7|form|产出指标||x",
    )


def test_numbers_do_not_change_a_key() -> None:
    base = sample_extraction().records[6]
    corrected = replace(base, fields=tuple(replace(f, value="11次") if f.name == "actual" else f for f in base.fields))
    assert record_keys((base,)) == record_keys((corrected,))
