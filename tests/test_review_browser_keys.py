"""The review page in a real browser: what is shown of a field, and that the keyboard does everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from pipeline.review.folder import field_id, open_folder
from pipeline.review.words import page_words
from pipeline.store import OpenField, open_store
from tests.report_pages import Look, browser
from tests.review_pages import (
    DOUBTED_TEXT,
    WITH_TABLES,
    Reviewer,
    Served,
    doubted_database,
    open_fields,
    rows,
    sample_database,
    sit,
    verdicts,
    visit,
    window,
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Served]:
    with Served(sample_database(tmp_path_factory, tmp_path / "a.duckdb")) as running:
        yield running


@pytest.fixture(scope="module")
def seat(chromium: Browser) -> Iterator[tuple[BrowserContext, Look]]:
    with window(chromium) as found:
        yield found


@pytest.fixture
def reviewer(seat: tuple[BrowserContext, Look], served: Served) -> Iterator[Reviewer]:
    found = sit(*seat, served).ready()
    yield found
    assert found.errors() == []
    assert all(url.startswith(served.url) for url in found.look.requests)


@pytest.fixture
def doubted(
    seat: tuple[BrowserContext, Look], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[Reviewer]:
    with Served(doubted_database(tmp_path_factory, tmp_path / "doubted.duckdb")) as running:
        found = sit(*seat, running).ready()
        yield found
        assert found.errors() == []
        found.page.goto("about:blank")


def evidence(database: Path, field: OpenField) -> str:
    """The characters that the field's value came from."""
    with open_store(database) as store:
        folder = open_folder(store, field.extraction_id)
        found = folder.state_of(field.key).value
        span = (found and found.span) or folder.record_of(field.key).quote.span
        assert span is not None
        return folder.extraction.document.quote(span)


def turn_to(reviewer: Reviewer, served: Served, **wanted: str) -> OpenField:
    """Go on to the first open field like that."""
    fields = open_fields(served.database)
    field = next(one for one in fields if all(getattr(one, name) == value for name, value in wanted.items()))
    while reviewer.current != field_id(field.key):
        reviewer.go(1)
    return field


# ---- what is shown


def test_the_riskiest_comes_first_with_its_record_and_what_speaks_against_it(
    reviewer: Reviewer, served: Served
) -> None:
    fields = open_fields(served.database)
    assert [field.confidence for field in fields] == sorted(field.confidence or 0 for field in fields)
    first, panel = fields[0], reviewer.panel
    reviewer.shows(first)
    expect(panel.locator("h2")).to_have_text(re.compile("绩效指标 · 实际完成值"))
    expect(panel.locator(".where")).to_contain_text(first.report)
    expect(panel.locator("#value")).to_have_text(str(evidence(served.database, first)).strip())
    expect(panel.locator(".confidence")).to_have_text(f"可信度 {round(100 * (first.confidence or 0))}%")
    expect(panel.locator(".badge")).to_have_text("可信度低")
    assert panel.locator(".why li").count() >= 1
    expect(panel.locator(".record .here")).to_contain_text("实际完成值")
    assert panel.locator(".record tr").count() > 5
    assert panel.locator(".record .flag").count() >= 1
    expect(reviewer.page.locator("#progress")).to_contain_text(f"待复核 {len(fields)}")
    expect(reviewer.page.locator("#progress")).to_contain_text("复核人 甲")


def test_the_evidence_is_highlighted_and_in_view(reviewer: Reviewer, served: Served) -> None:
    fields = open_fields(served.database)[:8]
    for field in fields:
        reviewer.shows(field)
        marks = reviewer.paper.locator("mark.evidence")
        expect(marks.first).to_be_in_viewport()
        shown = "".join(marks.all_text_contents())
        assert "".join(shown.split()) == "".join(evidence(served.database, field).split())
        if field != fields[-1]:
            reviewer.press("j")
    reviewer.paper.evaluate("paper => { paper.scrollTop = paper.scrollHeight; }")
    expect(marks.first).not_to_be_in_viewport()
    reviewer.press("e")
    expect(marks.first).to_be_in_viewport()


def test_the_text_reads_as_it_stands(reviewer: Reviewer, served: Served) -> None:
    field = turn_to(reviewer, served, report=WITH_TABLES)
    with open_store(served.database) as store:
        document = open_folder(store, field.extraction_id).extraction.document
    paper = reviewer.paper
    expect(paper.locator("h2, h3, h4").first).to_be_visible()
    tables = paper.locator("table")
    assert tables.count() == len(document.tables)
    for place, table in enumerate(document.tables):
        cells = tables.nth(place).locator("td").all_text_contents()
        assert (
            "".join(cells).split()
            == "".join(c.text for c in sorted(table.cells, key=lambda c: (c.row, c.column))).split()
        )
    shown = re.sub(r"\s+", "", paper.text_content() or "")
    assert shown == re.sub(r"\s+", "", document.text)


def test_merged_cells_stay_merged(reviewer: Reviewer, served: Served) -> None:
    turn_to(reviewer, served, report=WITH_TABLES)
    assert reviewer.paper.locator("td[colspan], td[rowspan]").count() > 0


def test_a_doubted_field_is_told_with_findings_and_the_other_readers_value(doubted: Reviewer) -> None:
    panel = doubted.panel
    expect(panel.locator(".badge")).to_have_text("原文中找不到")
    expect(panel.locator(".status")).to_have_text(re.compile("原文核对：.+"))
    doubted.go(2)
    expect(panel.locator(".badge")).to_have_text("核对不通过")
    finding = panel.locator(".findings li")
    expect(finding).to_contain_text("UNMET_FULL_SCORE")
    expect(finding).to_contain_text("目标≥12次，实际10次，仍得满分10")
    finding.locator("button").click()
    assert doubted.paper.locator("mark.finding").all_text_contents() == ["≥12次", "10次"]
    expect(doubted.paper.locator("mark.finding").first).to_be_in_viewport()
    doubted.go(2)
    expect(panel.locator(".why")).to_contain_text("另一种读法 95.6%")
    expect(panel.locator(".why li").first).to_have_text("两种读法不同")
    doubted.go(4)
    expect(panel.locator("h2")).to_have_text("改进措施 · 整条记录")
    expect(panel.locator(".badge")).to_have_text("只有一种读法读出")


def test_the_language_is_the_browsers_and_can_be_changed(chromium: Browser, served: Served) -> None:
    reviewer = visit(chromium, served, locale="en-US").ready()
    expect(reviewer.panel.locator("h2")).to_have_text("Indicator · Actual")
    assert reviewer.page.locator("html").get_attribute("lang") == "en"
    reviewer.press("l")
    expect(reviewer.panel.locator("h2")).to_have_text("绩效指标 · 实际完成值")
    assert reviewer.page.locator("html").get_attribute("lang") == "zh-CN"
    reviewer.page.reload()
    expect(reviewer.page.locator("h1")).to_have_text("字段复核")
    reviewer.context.close()


# ---- filters


def test_a_filter_leaves_what_is_wanted(doubted: Reviewer) -> None:
    doubted.press("f")
    for name, value, left in (
        ("report", "没有这一份", 0),
        ("report", "白石", 6),
        ("unit", "清河县林", 6),
        ("kind", "remedy", 2),
        ("reason", "disagreed", 2),
        ("code", "UNMET_FULL_SCORE", 2),
    ):
        control = doubted.page.locator(f"#filters [name={name}]")
        if name in ("report", "unit"):
            control.fill(value)
            control.press("Enter")
        else:
            control.select_option(value)
        expect(doubted.page.locator("#progress")).to_contain_text(re.compile(f"待复核 {left}\\b"))
        if left:
            expect(doubted.panel.locator(".position")).to_contain_text(f"1 / {left}")
        else:
            expect(doubted.panel.locator("h2")).to_have_text("这个筛选下没有待复核的字段了")
        doubted.page.locator("#clear-button").click()
        expect(doubted.panel.locator(".position")).to_contain_text("1 / 12")


def test_filters_count_what_they_would_leave(doubted: Reviewer) -> None:
    doubted.press("f")
    options = doubted.page.locator("#filters [name=reason] option")
    expect(options.nth(1)).to_be_attached()
    assert set(options.all_text_contents()) == {
        "全部", "可信度低（4）", "原文中找不到（2）", "核对不通过（2）", "两种读法不同（2）", "只有一种读法读出（2）"
    }  # fmt: skip
    assert doubted.page.locator("#reports option").count() == 2


def test_choosing_in_a_filter_by_keyboard_keeps_the_focus_there(doubted: Reviewer) -> None:
    doubted.press("f", "Tab", "Tab")
    assert doubted.focused() == "kind"
    expect(doubted.page.locator("#filters [name=kind] option").nth(1)).to_be_attached()
    doubted.press("ArrowDown")
    expect(doubted.panel.locator(".position")).not_to_contain_text("/ 12")
    assert doubted.focused() == "kind"
    doubted.press("Escape")
    expect(doubted.page.locator("#filters")).to_be_hidden()
    assert doubted.focused() == "panel"


def test_report_by_report_is_another_order(doubted: Reviewer) -> None:
    doubted.press("f")
    doubted.page.locator("#filters [name=order]").select_option("report")
    doubted.ready()
    doubted.press("Escape")
    names = []
    for _ in range(12):
        names.append(doubted.panel.locator(".where").text_content())
        doubted.go(1 if len(names) < 12 else 0)
    assert names == sorted(names, key=lambda name: "白石" not in str(name))


# ---- keys


def test_a_key_settles_the_field_and_the_next_one_comes(doubted: Reviewer) -> None:
    doubted.go(2)
    expect(doubted.panel.locator("#value")).to_have_text("10次")
    expected: list[tuple[str, str, str | None]] = []
    for key, verdict, value in (
        ("a", "accepted", "10次"),
        ("r", "rejected", None),
        ("q", "unsure", None),
        ("A", "accepted", "95.59%"),
    ):
        doubted.decide(key)
        expect(doubted.said).to_contain_text("✓ 已保存")
        expect(doubted.said).to_contain_text(page_words("zh")[f"verdict.{verdict}"])
        expected.append(("甲", verdict, value))
        assert verdicts(doubted.database) == expected
        expect(doubted.panel.locator(".position")).to_contain_text(f"{len(expected) + 3} / 12")
        assert doubted.focused() == "panel"


def test_a_whole_record_can_be_rejected(doubted: Reviewer) -> None:
    doubted.decide("R")
    expect(doubted.said).to_contain_text("否定 整条记录")
    assert rows(doubted.database, "SELECT kind, field, verdict FROM data.decisions") == [("indicator", "", "rejected")]
    expect(doubted.page.locator("#progress")).to_contain_text(
        "待复核 10"
    )  # the record's other doubted field is gone with it


def test_a_field_without_a_value_cannot_be_accepted_and_a_record_not_corrected(doubted: Reviewer) -> None:
    doubted.go(8)
    expect(doubted.panel.locator("h2")).to_have_text("改进措施 · 整条记录")
    doubted.press("c")
    expect(doubted.value).to_have_count(0)
    doubted.panel.locator(".record .field").first.click()
    expect(doubted.panel.locator("h2")).to_have_text("改进措施 · 措施")


def test_next_previous_next_report_skip_and_undo(doubted: Reviewer) -> None:
    ids = []
    for key in ("j", "n", "ArrowDown", "k", "p", "ArrowUp"):
        ids.append(doubted.current)
        doubted.press(key)
        doubted.gone(ids[-1])
    assert [ids[1], ids[2]] == [ids[5], ids[4]]
    assert len(set(ids)) == 4
    doubted.shows(ids[0])
    where = doubted.panel.locator(".where").text_content() or ""
    doubted.press("g")
    expect(doubted.panel.locator(".where")).not_to_have_text(where)
    skipped = doubted.current
    doubted.decide("s")
    assert rows(doubted.database, "SELECT count(*) FROM data.leases WHERE skipped") == [(1,)]
    settled = doubted.current
    doubted.decide("a")
    doubted.press("u")
    doubted.shows(settled)
    expect(doubted.said).to_contain_text("✓ 已撤销")
    assert [row[1] for row in verdicts(doubted.database)] == ["accepted", "undone"]
    assert skipped != settled


def test_nothing_left_to_undo_is_told(doubted: Reviewer) -> None:
    doubted.press("z")
    expect(doubted.said).to_have_text("没有可撤销的")
    assert verdicts(doubted.database) == []


def test_what_was_skipped_comes_when_nothing_else_is_left(doubted: Reviewer) -> None:
    doubted.press("f")
    doubted.page.locator("#filters [name=kind]").select_option("remedy")
    doubted.ready().press("Escape")
    skipped = doubted.current
    doubted.decide("s")
    doubted.decide("q")
    doubted.shows(skipped)
    doubted.decide("q")
    expect(doubted.panel.locator("h2")).to_contain_text("没有待复核的字段了")
    assert doubted.focused() == "panel"


def test_the_keys_are_listed_and_dead_meanwhile(doubted: Reviewer) -> None:
    first = doubted.current
    doubted.press("?")
    help_text = doubted.page.locator("#help").text_content() or ""
    for name in ("accept", "correct", "reject", "unsure", "skip", "next", "previous", "undo", "next_report", "help"):
        assert page_words("zh")[name] in help_text
    doubted.press("a", "r", "j")
    expect(doubted.page.locator("#help")).to_be_visible()
    doubted.press("Escape")
    expect(doubted.page.locator("#help")).to_be_hidden()
    assert doubted.current == first
    assert doubted.focused() != ""
    assert verdicts(doubted.database) == []
    for name in ("accept", "correct", "reject", "unsure", "skip", "next", "previous", "undo", "next_report"):
        assert doubted.panel.locator(".actions kbd").locator("..", has_text=page_words("zh")[name]).first.is_visible()


def test_keys_are_dead_while_typing(doubted: Reviewer) -> None:
    first = doubted.current
    doubted.press("c")
    doubted.page.keyboard.type("arjqsu?", delay=0)
    expect(doubted.value).to_have_value("arjqsu?")
    doubted.press("Escape")
    expect(doubted.value).to_have_count(0)
    doubted.press("f")
    doubted.page.keyboard.type("arq")
    expect(doubted.page.locator("#filters [name=report]")).to_have_value("arq")
    assert doubted.current == first
    assert verdicts(doubted.database) == []


def test_keys_are_dead_while_composing_and_for_the_browsers_own(doubted: Reviewer) -> None:
    press = """([key, signs]) => {
      const said = {key, bubbles: true, cancelable: true, ...signs};
      document.activeElement.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}));
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', said));
    }"""
    first = doubted.current
    signs = ({"isComposing": True}, {"keyCode": 229}, {"ctrlKey": True}, {"metaKey": True}, {"altKey": True})
    for own in signs:
        for key in ("a", "r", "j"):
            doubted.page.evaluate(press, [key, own])
    doubted.press("c")
    doubted.value.fill("12")
    for own in signs:
        for key in ("Enter", "Escape"):
            doubted.page.evaluate(press, [key, own])
    expect(doubted.value).to_have_value("12")
    assert doubted.current == first
    assert verdicts(doubted.database) == []
    doubted.page.evaluate(press, ["Escape", {}])  # the same without a sign is heard
    expect(doubted.value).to_have_count(0)


def test_a_key_that_is_held_down_settles_one_field(doubted: Reviewer) -> None:
    before = doubted.current
    doubted.page.keyboard.down("q")
    doubted.gone(before)
    doubted.page.keyboard.down("q")  # which the browser tells as a repetition
    doubted.page.keyboard.up("q")
    doubted.decide("a")
    assert [row[1] for row in verdicts(doubted.database)] == ["unsure", "accepted"]


def test_two_keys_in_haste_settle_what_was_seen(doubted: Reviewer) -> None:
    first = doubted.current
    with doubted.slow("decisions"):
        doubted.press("a", "r", "q")
    doubted.gone(first)
    expect(doubted.outbox).to_be_hidden()
    expect(doubted.panel.locator(".position")).to_contain_text("2 / 12")
    doubted.decide("r")
    assert [row[1] for row in verdicts(doubted.database)] == ["accepted", "rejected"]


def test_a_key_never_settles_a_field_that_is_not_before_the_reviewer_yet(doubted: Reviewer) -> None:
    with doubted.slow("report"):
        doubted.page.reload()
        doubted.page.wait_for_function("() => performance.getEntriesByName(`${location.origin}/api/entry`).length")
        doubted.press("a", "s", "R")
    doubted.ready().decide("q")
    assert [row[1] for row in verdicts(doubted.database)] == ["unsure"]


# ---- corrections


def test_a_correction_is_typed(doubted: Reviewer) -> None:
    doubted.go(2)
    doubted.press("c")
    expect(doubted.value).to_have_value("10次")
    assert doubted.focused() == "value"
    doubted.value.fill("≥12次")
    doubted.press("Tab")
    doubted.page.keyboard.type("看过原件")
    before = doubted.current
    doubted.press("Enter")
    doubted.gone(before)
    expect(doubted.said).to_contain_text("“≥12次”")
    found = rows(doubted.database, "SELECT value, before, note, shown FROM data.decisions")
    assert found == [("≥12次", "10次", "看过原件", "10次")]


def test_a_correction_is_picked_with_the_mouse(doubted: Reviewer) -> None:
    doubted.go(4)
    expect(doubted.panel.locator("h2")).to_have_text("资金 · 执行率")
    doubted.select("1.2亿元")
    doubted.press("c")
    expect(doubted.value).to_have_value("1.2亿元")
    expect(doubted.panel.locator(".picked")).to_contain_text("选自原文")
    doubted.press("Enter")
    confirm(doubted)
    ((value, start, end),) = rows(doubted.database, "SELECT value, span_start, span_end FROM data.decisions")
    assert value == "1.2亿元"
    assert DOUBTED_TEXT[start:end] == "1.2亿元"  # behind characters of two UTF-16 units


def test_a_selection_survives_a_click_on_the_button(doubted: Reviewer) -> None:
    doubted.go(2)
    doubted.select("≥12次")
    doubted.panel.locator("button", has_text="更正").click()
    expect(doubted.value).to_have_value("≥12次")
    doubted.panel.locator(".picked button").click()
    expect(doubted.panel.locator(".picked")).to_have_count(0)
    assert doubted.focused() == "value"


def test_a_correction_is_picked_by_keyboard(doubted: Reviewer) -> None:
    doubted.go(4)
    doubted.press("v")
    selected = "() => getSelection().toString()"
    assert doubted.page.evaluate(selected) == "95.59%"
    doubted.press("ArrowLeft")
    assert doubted.page.evaluate(selected) == "250.5"
    doubted.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "Shift+ArrowLeft")
    assert doubted.page.evaluate(selected) == "250.5"
    doubted.press("Escape")
    assert doubted.focused() == "panel"
    doubted.press("v", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter")
    expect(doubted.value).to_have_value("1.2亿元")
    doubted.press("Enter")
    confirm(doubted)
    ((value, start, end),) = rows(doubted.database, "SELECT value, span_start, span_end FROM data.decisions")
    assert DOUBTED_TEXT[start:end] == value == "1.2亿元"


def test_the_other_readers_value_is_taken(doubted: Reviewer) -> None:
    doubted.go(4)
    doubted.press("o")
    confirm(doubted)
    assert verdicts(doubted.database) == [("甲", "corrected", "95.6%")]


def test_what_has_only_some_values_is_chosen(doubted: Reviewer) -> None:
    doubted.panel.locator(".record .field", has_text="来源").click()
    expect(doubted.panel.locator("#value")).to_have_text("表格")
    doubted.press("c")
    assert doubted.value.locator("option").all_text_contents() == ["表格", "正文"]
    doubted.press("ArrowDown")
    before = doubted.current
    doubted.press("Enter")
    doubted.gone(before)
    assert verdicts(doubted.database) == [("甲", "corrected", "narrative")]


def test_a_number_that_is_not_in_the_text_is_asked_about(doubted: Reviewer) -> None:
    first = doubted.current
    doubted.press("c")
    doubted.value.fill("987654")
    doubted.press("Enter")
    expect(doubted.question).to_contain_text("987654")
    assert "确认要用" in doubted.focused()
    assert verdicts(doubted.database) == []
    doubted.press("a", "r")  # dead meanwhile
    doubted.press("Escape")
    expect(doubted.question).to_have_count(0)
    assert doubted.focused() == "panel"
    assert doubted.current == first
    doubted.press("c")
    doubted.value.fill("987654")
    doubted.press("Enter")
    confirm(doubted)
    assert verdicts(doubted.database) == [("甲", "corrected", "987654")]


def test_an_empty_correction_is_refused_and_what_was_typed_stays(doubted: Reviewer) -> None:
    doubted.press("c")
    doubted.value.fill("   ")
    doubted.press("Enter")
    expect(doubted.said).to_contain_text("新值是空的")
    expect(doubted.value).to_have_value("   ")
    assert verdicts(doubted.database) == []


def test_a_corrected_value_is_told_with_what_the_checks_find(doubted: Reviewer) -> None:
    doubted.press("c")
    doubted.value.fill("10")
    before = doubted.current
    doubted.press("Enter")
    doubted.gone(before)
    expect(doubted.said).to_contain_text("“10”")
    expect(doubted.said).to_contain_text("UNMET_FULL_SCORE")


def test_fields_of_the_same_record_show_what_was_decided_about_it(doubted: Reviewer) -> None:
    doubted.press("c")
    doubted.value.fill("10")
    before = doubted.current
    doubted.press("Enter")
    doubted.gone(before)
    doubted.go(1)
    expect(doubted.panel.locator(".record tr", has_text="得分")).to_contain_text("更正")
    expect(doubted.panel.locator(".record tr", has_text="得分")).to_contain_text("10")


def confirm(reviewer: Reviewer) -> None:
    """Say that a value is meant where the page asks."""
    before = reviewer.current
    expect(reviewer.question).to_be_visible()
    reviewer.press("Enter")
    reviewer.gone(before)
