"""Fields that are drawn: unflagged ones for the audit, decided ones for a second, blind look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.review.folder import field_id
from pipeline.store import Decision, Draw, Shown, Verdict, list_open, open_store, save_decision
from pipeline.store.queue import QueueFilter
from tests.report_pages import browser
from tests.review_pages import Served, rows, sample_database, visit


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    return sample_database(tmp_path_factory, tmp_path / "x.duckdb")


def decide_first(database: Path, reviewer: str) -> str:
    """Correct the first open field as that reviewer; its id."""
    with open_store(database) as store:
        field = list_open(store, QueueFilter(), 1)[0]
        shown = Shown(field.extraction_id, "旧值")
        note = "先看的人写的话"
        save_decision(store, Decision(*field.key, Verdict.CORRECTED, "先定的值", reviewer, note=note, shown=shown))
    return field_id(field.key)


def test_without_a_draw_nothing_unflagged_is_shown(chromium: Browser, database: Path) -> None:
    with Served(database) as served:
        reviewer = visit(chromium, served)
        expect(reviewer.page.locator(".badge").first).not_to_have_text("抽查（未标记）")
        reviewer.context.close()


def test_an_audited_field_says_so_and_its_error_rate_is_shown(chromium: Browser, database: Path) -> None:
    with Served(database, Draw(audit=1.0)) as served:
        reviewer = visit(chromium, served)
        expect(reviewer.page.locator(".badge").first).to_have_text("抽查（未标记）")
        reviewer.decide("r")
        expect(reviewer.page.locator("#progress")).to_contain_text("未标记字段的错误率 100.0%")
        assert reviewer.errors() == []
        reviewer.context.close()
    assert rows(database, "SELECT purpose, verdict FROM data.decisions") == [("audit", "rejected")]


def test_a_second_look_shows_nothing_of_the_first_and_a_difference_comes_back(
    chromium: Browser, database: Path
) -> None:
    decided = decide_first(database, "乙")
    with Served(database, Draw(second=1.0)) as served:
        reviewer = visit(chromium, served, "甲")
        expect(reviewer.panel).to_have_attribute("data-field", decided)
        expect(reviewer.page.locator(".badge").first).to_have_text("二次复核")
        for told in ("先定的值", "先看的人写的话", "乙"):
            expect(reviewer.panel).not_to_contain_text(told)
        reviewer.decide("a")
        expect(reviewer.panel).to_contain_text("没有待复核的字段了")
        assert reviewer.errors() == []
        reviewer.context.close()
    assert rows(database, "SELECT reviewer, purpose FROM data.decisions ORDER BY decision") == [
        ("乙", "review"),
        ("甲", "second"),
    ]
    with Served(database) as served:
        third = visit(chromium, served, "丙")
        third.page.locator("#filters-button").click()
        third.page.locator("[name=reason]").select_option("changed")
        expect(third.panel).to_have_attribute("data-field", decided)
        expect(third.panel).to_contain_text("第二位复核人甲的结论不同")
        third.context.close()


def test_nobody_is_asked_for_a_second_look_at_their_own(chromium: Browser, database: Path) -> None:
    decide_first(database, "甲")
    with Served(database, Draw(second=1.0)) as served:
        reviewer = visit(chromium, served, "甲")
        expect(reviewer.panel).to_contain_text("没有待复核的字段了")
        reviewer.context.close()
