"""Nothing that a reviewer decides is lost: not with the network, not with the server, not to a colleague or a batch."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.report_pages import Look, browser
from tests.review_pages import (
    ROOT,
    SAMPLES,
    Reviewer,
    Served,
    doubted_database,
    open_fields,
    process,
    rows,
    sample_database,
    sit,
    verdicts,
    visit,
    window,
)

DECISIONS = "**/api/decisions"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def seat(chromium: Browser) -> Iterator[tuple[BrowserContext, Look]]:
    with window(chromium) as found:
        yield found


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Served]:
    with Served(doubted_database(tmp_path_factory, tmp_path / "doubted.duckdb")) as running:
        yield running


@pytest.fixture
def reviewer(seat: tuple[BrowserContext, Look], served: Served) -> Iterator[Reviewer]:
    found = sit(*seat, served).ready()
    yield found
    found.context.set_offline(False)
    found.page.unroute_all()
    assert [words for words in found.errors() if "Failed to fetch" not in words] == []
    found.page.goto("about:blank")


def lose(reviewer: Reviewer) -> None:
    """From now on no decision gets through."""
    reviewer.page.route(DECISIONS, lambda route: route.abort())


def find_again(reviewer: Reviewer) -> None:
    """The way is free again; wait until everything has got through."""
    reviewer.page.unroute(DECISIONS)
    expect(reviewer.outbox).to_be_hidden()


# ---- the network


def test_what_is_decided_without_a_network_is_sent_when_it_is_back(reviewer: Reviewer) -> None:
    first = reviewer.current
    reviewer.go(1)
    reviewer.press("k")
    reviewer.shows(first)
    reviewer.context.set_offline(True)
    reviewer.decide("a")
    expect(reviewer.outbox).to_contain_text("1 条还没有发出")
    reviewer.decide("q")
    expect(reviewer.outbox).to_contain_text("2 条还没有发出")
    assert verdicts(reviewer.database) == []
    reviewer.context.set_offline(False)
    expect(reviewer.outbox).to_be_hidden()
    expect(reviewer.said).to_contain_text("✓ 已保存")
    assert [row[1] for row in verdicts(reviewer.database)] == ["accepted", "unsure"]


def test_without_a_network_one_never_settles_what_one_has_not_seen(reviewer: Reviewer) -> None:
    reviewer.context.set_offline(True)
    for _ in range(3):  # as many as are at hand
        reviewer.press("a")
        expect(reviewer.outbox).to_be_visible()
    reviewer.page.wait_for_function("() => !document.querySelector('#panel').ariaBusy")
    waiting = reviewer.outbox.text_content() or ""
    reviewer.press("a", "a", "a")
    reviewer.context.set_offline(False)
    expect(reviewer.outbox).to_be_hidden()
    settled = [row[0] for row in rows(reviewer.database, "SELECT record_key || field FROM data.decisions")]
    assert len(settled) <= int(waiting.split()[0]) + 3
    reviewer.ready()
    expect(reviewer.panel).to_have_attribute("data-field", re.compile("."))


def test_the_next_field_comes_by_itself_when_the_network_is_back(reviewer: Reviewer) -> None:
    with reviewer.page.expect_request("**/api/entry"):
        reviewer.page.route("**/api/entry", lambda route: route.abort())
        reviewer.press("g")
        for _ in range(4):
            reviewer.press("j")
    expect(reviewer.said).to_contain_text("连接中断")
    before = reviewer.current
    reviewer.press("a")  # nothing new is before the reviewer: nothing is settled
    reviewer.page.unroute("**/api/entry")
    reviewer.gone(before)
    assert verdicts(reviewer.database) == []


def test_an_answer_that_is_lost_is_asked_for_again_and_the_decision_saved_once(reviewer: Reviewer) -> None:
    tried: list[str] = []

    def lose_answer(route: Route) -> None:
        tried.append(route.request.post_data or "")
        if len(tried) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    reviewer.page.route(DECISIONS, lose_answer)
    reviewer.decide("a")
    expect(reviewer.outbox).to_be_hidden()
    expect(reviewer.said).to_contain_text("✓ 已保存")
    assert len(tried) == 2
    assert tried[0] == tried[1]
    assert len(verdicts(reviewer.database)) == 1


def test_a_busy_database_is_tried_again(reviewer: Reviewer) -> None:
    tried: list[Route] = []

    def busy(route: Route) -> None:
        tried.append(route)
        if len(tried) < 3:
            route.fulfill(status=503, json={"code": "busy_database", "message": "数据库正忙", "hint": ""})
        else:
            route.continue_()

    reviewer.page.route(DECISIONS, busy)
    reviewer.decide("a")
    expect(reviewer.outbox).to_be_hidden()
    assert len(verdicts(reviewer.database)) == 1


def test_what_waits_outlives_a_reload_and_is_not_asked_again(reviewer: Reviewer) -> None:
    first = reviewer.current
    lose(reviewer)
    reviewer.decide("a")
    second = reviewer.current
    reviewer.page.reload()
    reviewer.ready()
    reviewer.shows(second)
    reviewer.press("k")
    expect(reviewer.panel.locator(".badge.done")).to_contain_text("已定为 采纳")
    assert reviewer.current == first
    assert verdicts(reviewer.database) == []
    find_again(reviewer)
    assert [row[1] for row in verdicts(reviewer.database)] == ["accepted"]


def test_what_is_refused_meanwhile_comes_back_with_what_was_typed(reviewer: Reviewer) -> None:
    first = reviewer.current
    lose(reviewer)
    reviewer.press("c")
    reviewer.value.fill("987654")
    reviewer.decide("Enter")
    expect(reviewer.outbox).to_be_visible()
    find_again(reviewer)
    expect(reviewer.said).to_contain_text("987654")
    assert verdicts(reviewer.database) == []
    reviewer.press("j")
    reviewer.shows(first)
    expect(reviewer.question).to_contain_text("987654")
    reviewer.decide("Enter")
    assert verdicts(reviewer.database) == [("甲", "corrected", "987654")]


def test_an_undo_that_waited_brings_the_field_back(reviewer: Reviewer) -> None:
    first = reviewer.current
    reviewer.decide("a")
    reviewer.page.route("**/api/undo", lambda route: route.abort())
    reviewer.press("u")
    expect(reviewer.outbox).to_contain_text("1 条")
    reviewer.page.unroute("**/api/undo")
    expect(reviewer.outbox).to_be_hidden()
    reviewer.press("k")
    reviewer.shows(first)
    expect(reviewer.panel.locator(".badge.done")).to_have_count(0)
    assert [row[1] for row in verdicts(reviewer.database)] == ["accepted", "undone"]


# ---- the page and the server


def test_a_reload_goes_on_where_the_reviewer_was(reviewer: Reviewer) -> None:
    reviewer.decide("a")
    reviewer.go(2)
    here = reviewer.current
    reviewer.page.reload()
    reviewer.ready()
    reviewer.shows(here)
    reviewer.press("u")  # what was decided before the reload can still be undone
    expect(reviewer.said).to_contain_text("✓ 已撤销")
    assert [row[1] for row in verdicts(reviewer.database)] == ["accepted", "undone"]


def test_far_along_a_reload_goes_on_there_too(
    seat: tuple[BrowserContext, Look], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with Served(sample_database(tmp_path_factory, tmp_path / "a.duckdb")) as served:
        reviewer = sit(*seat, served).ready()
        reviewer.go(14)
        here = reviewer.current
        held = rows(served.database, "SELECT count(*) FROM data.leases")[0][0]
        assert held >= 15  # what was passed by is still nobody else's
        reviewer.page.reload()
        reviewer.ready()
        reviewer.shows(here)
        reviewer.page.goto("about:blank")


def test_a_server_that_is_killed_and_started_again_loses_nothing(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    database = doubted_database(tmp_path_factory, tmp_path / "a.duckdb")
    with process(database, "--reviewer", "甲") as first:
        reviewer = visit(chromium, first).ready()
        reviewer.decide("a")
        expect(reviewer.said).to_contain_text("✓ 已保存")
        first.kill()
        reviewer.press("q")
        expect(reviewer.outbox).to_contain_text("1 条还没有发出")
    with process(database, "--reviewer", "甲", port=first.port) as second:
        assert second.url == first.url
        again = reviewer.context.new_page()
        again.goto(second.link())
        expect(again.locator("#said")).to_contain_text("✓ 已保存")
        expect(again.locator("#panel h2")).to_be_visible()
        assert [row[1] for row in verdicts(database)] == ["accepted", "unsure"]
        reviewer.context.close()
        assert "本次保存 1 个结论" in second.end()


# ---- colleagues


def test_two_reviewers_at_once_never_have_the_same_field(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with Served(sample_database(tmp_path_factory, tmp_path / "a.duckdb")) as served:
        total = len(open_fields(served.database))
        both = [visit(chromium, served, name).ready() for name in ("甲", "乙")]
        seen: list[set[str]] = [set(), set()]
        for _ in range(total):
            for reviewer, own in zip(both, seen, strict=True):
                if reviewer.finished.is_visible():
                    continue
                own.add(reviewer.current)
                reviewer.decide("a")
        assert seen[0] & seen[1] == set()
        assert len(seen[0] | seen[1]) == total
        assert min(len(own) for own in seen) >= 3
        assert {row[0] for row in verdicts(served.database)} == {"甲", "乙"}
        assert len(verdicts(served.database)) == total
        for reviewer in both:
            expect(reviewer.finished).to_be_visible()
            reviewer.context.close()


def test_a_conflict_is_told_and_can_be_overridden(chromium: Browser, served: Served) -> None:
    first, second = (visit(chromium, served, name).ready() for name in ("甲", "乙"))
    expect(second.finished).to_be_visible()  # all is with the first one
    first.decide("s")
    second.page.reload()
    second.ready()
    second.panel.locator(".record .field", has_text="年度指标值").click()
    expect(second.panel.locator("h2")).to_contain_text("年度指标值")
    first.press("k")
    first.panel.locator(".record .field", has_text="年度指标值").click()
    expect(first.panel.locator("h2")).to_contain_text("年度指标值")
    second.decide("a")
    first.press("r")
    expect(first.question).to_contain_text("乙 刚刚复核了这个字段")
    expect(first.panel.locator(".history")).to_contain_text("乙 采纳")
    assert "仍按我的意见提交" in first.focused()
    assert len(verdicts(served.database)) == 1
    first.decide("Enter")
    assert [row[:2] for row in verdicts(served.database)] == [("乙", "accepted"), ("甲", "rejected")]
    for reviewer in (first, second):
        reviewer.context.close()


# ---- a batch that runs beside


def test_a_batch_writes_to_the_same_database_meanwhile(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    database, stop = sample_database(tmp_path_factory, tmp_path / "a.duckdb"), tmp_path / "stop"
    script = (
        "import cli, pathlib, sys\n"
        "while not pathlib.Path(sys.argv[1]).exists():\n"
        "    code = cli.main(['run', *sys.argv[3:], '--db', sys.argv[2], '--force'])\n"
        "    if code: sys.exit(code)\n"
    )
    command = [sys.executable, "-c", script, str(stop), str(database), *map(str, SAMPLES)]
    before = rows(database, "SELECT count(*) FROM data.runs")[0][0]
    batch = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        with Served(database) as served:
            reviewer = visit(chromium, served).ready()
            settled = 0
            while not reviewer.finished.is_visible():
                reviewer.decide("a")
                settled += 1
                assert "bad" not in (reviewer.said.get_attribute("class") or "")
                assert settled < 60
            deadline = time.monotonic() + 60
            while rows(database, "SELECT count(*) FROM data.runs")[0][0] < before + 2:
                assert batch.poll() is None
                assert time.monotonic() < deadline
            assert reviewer.errors() == []
            assert reviewer.look.complaints == []
            reviewer.context.close()
    finally:
        stop.touch()
        _, complained = batch.communicate(timeout=120)
    assert batch.returncode == 0, complained
    assert len(verdicts(database)) == settled
    assert open_fields(database) == []
