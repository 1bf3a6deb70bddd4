"""The review page for everybody: nothing of a report runs, it fits a phone, and it can be used without seeing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.report_pages import browser
from tests.review_pages import (
    DESKTOP,
    DOUBTED_TEXT,
    EVIL,
    PHONE,
    Reviewer,
    Served,
    doubted_database,
    hostile_database,
    open_fields,
    process,
    rows,
    sample_database,
    verdicts,
    visit,
)

SIZES = {"desktop": DESKTOP, "phone": PHONE}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def doubted(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Served]:
    with Served(doubted_database(tmp_path_factory, tmp_path / "doubted.duckdb")) as running:
        yield running


def accessible(reviewer: Reviewer) -> list[str]:
    """What is wrong with the page as it is shown now, and nothing wider than the screen."""
    found = Axe().run(reviewer.page, options=RULES).response["violations"]
    wrong = [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
    size = reviewer.page.viewport_size
    assert size is not None
    if reviewer.page.evaluate("document.documentElement.scrollWidth") > size["width"]:
        wrong.append("wider than the screen")
    return wrong


# ---- hostile reports


def test_nothing_of_a_hostile_report_is_interpreted(chromium: Browser, tmp_path: Path) -> None:
    with Served(hostile_database(tmp_path / "hostile.duckdb")) as served:
        name = "<img src=x onerror=window.stolen=1>"
        reviewer = visit(chromium, served, name).ready()
        page, panel = reviewer.page, reviewer.panel
        total = len(open_fields(served.database))
        assert total >= 4
        page.locator("#filters-button").click()
        expect(page.locator("#units option").first).to_be_attached()
        page.locator("#filters-button").click()
        for place in range(total):
            expect(panel.locator(".position")).to_contain_text(f"{place + 1} /")
            assert EVIL in (panel.locator(".where").text_content() or "")
            panel.locator(".signals summary").click()
            assert EVIL in (panel.locator(".why").text_content() or "")
            assert EVIL in (panel.locator(".signals").text_content() or "")
            if panel.locator(".findings").count():
                assert EVIL in (panel.locator(".findings").text_content() or "")
                panel.locator(".findings button").click()
            if place < total - 1:
                reviewer.go(1)
        assert EVIL in (reviewer.paper.text_content() or "")
        reviewer.press("c")
        reviewer.value.fill(EVIL)
        page.locator("#panel [name=note]").fill(EVIL)
        before = reviewer.current
        reviewer.press("Enter")
        expect(reviewer.question).to_contain_text(EVIL)
        reviewer.press("Enter")
        reviewer.gone(before)
        reviewer.go(total - 1)  # round again from the first that is left
        reviewer.shows(before)
        expect(panel.locator(".history")).to_contain_text(EVIL)
        assert name in (page.locator("#progress").text_content() or "")
        assert verdicts(served.database)[0][0] == name
        assert rows(served.database, "SELECT note FROM data.decisions") == [(EVIL,)]
        assert page.evaluate("window.stolen") is None
        assert (
            page.locator(
                "img, svg, script:not([src]), [onerror], [onload], a[href^=javascript], style, [style]"
            ).count()
            == 0
        )
        assert "49" not in (panel.locator(".where").text_content() or "")
        assert all(url.startswith(served.url) for url in reviewer.look.requests)
        assert reviewer.errors() == []
        reviewer.context.close()


def test_even_a_script_that_got_in_would_not_run(chromium: Browser, doubted: Served) -> None:
    reviewer = visit(chromium, doubted).ready()
    for attack in (
        "s = document.createElement('script'); s.textContent = 'window.injected = 1'; document.body.append(s)",
        "document.body.innerHTML = '<img src=x onerror=window.injected=1>'",
        "document.body.setAttribute('onclick', 'window.injected = 1'); document.body.click()",
        "fetch('http://127.0.0.1:1/')",
    ):
        reviewer.page.evaluate(f"() => {{ try {{ {attack} }} catch (error) {{ return String(error); }} }}")
        assert reviewer.page.evaluate("window.injected") is None
    assert any("Content Security Policy" in words for words in reviewer.look.complaints)
    reviewer.context.close()


def test_the_secret_is_nowhere_once_one_is_in(chromium: Browser, doubted: Served) -> None:
    reviewer = visit(chromium, doubted).ready()
    assert reviewer.page.url == f"{doubted.url}/"
    assert reviewer.page.evaluate("document.cookie") == ""
    (cookie,) = reviewer.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    used = reviewer.look.requests[0]
    reviewer.context.clear_cookies()
    reviewer.page.goto(used)
    expect(reviewer.page.locator("h1")).to_contain_text("这个链接已经用过")
    assert accessible(reviewer) == []
    reviewer.page.goto(doubted.url)
    expect(reviewer.page.locator("h1")).to_contain_text("这个链接已经用过")
    reviewer.context.close()


# ---- every size, and without seeing it


@pytest.mark.parametrize("size", SIZES)
def test_every_state_of_the_page_fits_and_is_accessible(chromium: Browser, doubted: Served, size: str) -> None:
    reviewer = visit(chromium, doubted, size=SIZES[size]).ready()
    page, panel = reviewer.page, reviewer.panel
    wrong = {"field": accessible(reviewer)}
    for button in panel.locator(".actions button").all():
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
    page.locator("#help-button").click()
    wrong["help"] = accessible(reviewer)
    page.locator("#help button").click()
    page.locator("#filters-button").click()
    expect(page.locator("#filters [name=kind] option").nth(1)).to_be_attached()
    wrong["filters"] = accessible(reviewer)
    page.locator("#filters-button").click()
    panel.locator("button", has_text="更正").click()
    wrong["correction"] = accessible(reviewer)
    reviewer.value.fill("987654")
    panel.locator("button", has_text="保存").click()
    expect(reviewer.question).to_be_visible()
    wrong["question"] = accessible(reviewer)
    panel.locator("button", has_text="确认要用").click()
    expect(panel.locator(".position")).to_contain_text("2 / 12")
    expect(reviewer.said).to_be_in_viewport()
    panel.locator("button", has_text="上一个").click()
    expect(panel.locator(".history")).to_be_visible()
    wrong["history"] = accessible(reviewer)
    page.locator("#language-button").click()
    expect(panel.locator("h2")).to_contain_text("Indicator")
    wrong["English"] = accessible(reviewer)
    page.locator("#language-button").click()
    page.locator("#filters-button").click()
    page.locator("#filters [name=report]").fill("没有这一份")
    page.locator("#filters [name=report]").press("Enter")
    expect(panel.locator("h2")).to_contain_text("没有待复核")
    wrong["finished"] = accessible(reviewer)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert reviewer.errors() == []
    reviewer.context.close()


def test_forms_and_long_values_fit_a_phone(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with Served(sample_database(tmp_path_factory, tmp_path / "a.duckdb")) as served:
        reviewer = visit(chromium, served, size=PHONE).ready()
        assert reviewer.paper.locator("table").count() > 0
        assert accessible(reviewer) == []
        expect(reviewer.paper.locator("mark.evidence").first).to_be_in_viewport()
        reviewer.context.close()
    with Served(hostile_database(tmp_path / "hostile.duckdb")) as served:
        reviewer = visit(chromium, served, size=PHONE).ready()
        assert accessible(reviewer) == []
        reviewer.context.close()


def test_the_focus_is_visible_wherever_it_goes(chromium: Browser, doubted: Served) -> None:
    reviewer = visit(chromium, doubted).ready()
    places = []
    for _ in range(60):
        reviewer.press("Tab")
        place, outline = reviewer.page.evaluate(
            """() => {
              const focused = document.activeElement;
              const { outlineStyle, outlineWidth } = getComputedStyle(focused);
              return [focused.id || focused.textContent, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
            }"""
        )
        if place in places:
            break
        places.append(place)
        assert outline or reviewer.focused() == "", place
    assert {"paper", "filters-button", "language-button", "help-button"} <= set(places)
    assert len(places) > 12
    reviewer.context.close()


def test_what_is_saved_is_said_aloud(chromium: Browser, doubted: Served) -> None:
    reviewer = visit(chromium, doubted).ready()
    assert reviewer.said.get_attribute("aria-live") == "polite"
    reviewer.decide("q")
    expect(reviewer.said).to_contain_text("✓ 已保存")
    expect(reviewer.outbox).to_have_attribute("role", "status")
    reviewer.context.close()


# ---- all of it


def test_a_batch_is_reviewed_by_keyboard_alone(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    database = doubted_database(tmp_path_factory, tmp_path / "a.duckdb")
    with process(database, "--reviewer", "张三") as running:
        reviewer = visit(chromium, running).ready()
        page = reviewer.page
        reviewer.press("c")  # score, which is not in the text
        page.keyboard.type("10")
        reviewer.decide("Enter")
        reviewer.decide("r")
        reviewer.decide("a")  # actual
        page.reload()
        reviewer.ready()
        reviewer.decide("a")
        reviewer.press("v", "ArrowLeft", "Enter")  # rate: 250.5 is picked by mistake, and then taken back
        expect(reviewer.value).to_have_value("250.5")
        before = reviewer.current
        reviewer.press("Enter")
        expect(reviewer.question).to_be_visible()
        reviewer.press("Enter")
        reviewer.gone(before)
        reviewer.press("u")
        reviewer.shows(before)
        reviewer.press("v", "Enter")
        reviewer.decide("Enter")
        reviewer.context.set_offline(True)
        reviewer.decide("o")  # the other reader's
        expect(reviewer.outbox).to_be_visible()
        reviewer.context.set_offline(False)
        expect(reviewer.outbox).to_be_hidden()
        while not reviewer.finished.is_visible():
            if reviewer.question.count():
                reviewer.decide("Enter")
            else:
                reviewer.ready().decide("a")
        assert reviewer.look.page.evaluate("() => document.activeElement.id") == "panel"
        assert "结论" in running.end()
        reviewer.context.close()
    assert open_fields(database) == []
    found = rows(database, "SELECT field, verdict, value FROM data.latest_decisions ORDER BY decision")
    assert found[:4] == [
        ("score", "corrected", "10"),
        ("score", "rejected", None),
        ("actual", "accepted", "10次"),
        ("actual", "accepted", "10次"),
    ]
    assert ("rate", "corrected", "95.6%") in found
    assert [row[0] for row in rows(database, "SELECT value FROM data.decisions WHERE verdict = 'undone'")] == [None]
    picked = rows(database, "SELECT value, span_start, span_end FROM data.latest_decisions WHERE value = '95.59%'")
    assert [DOUBTED_TEXT[start:end] for _, start, end in picked] == ["95.59%"]
    assert {row[0] for row in verdicts(database)} == {"张三"}
    assert rows(database, "SELECT report, actual, score FROM indicators ORDER BY report") == [
        ("清河县自评报告", "10次", None),
        ("白石县自评报告", "10次", "10"),
    ]
    assert re.fullmatch("[0-9a-f]{24}", rows(database, "SELECT token FROM data.decisions")[0][0])
