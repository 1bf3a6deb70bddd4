"""The page of evaluation in a real browser: nothing of a report runs, nothing is loaded, and the view can be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.report_pages import HOSTILE, Look, Pages, browser

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return Pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


def look(chromium: Browser, path: Path, size: str = "desktop", *, scripts: bool = True) -> Look:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
    found = Look(context.new_page())
    found.page.goto(path.as_uri())
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["both", "single"])
def test_nothing_leaves_the_file_and_nothing_in_it_runs(chromium: Browser, pages: Pages, name: str, size: str) -> None:
    path: Path = getattr(pages, name)
    found = look(chromium, path, size)
    page = found.page
    assert found.requests == [path.as_uri()]
    assert found.complaints == []
    assert page.evaluate("window.stolen") is None
    assert page.locator("#planted, main img").count() == 0
    assert HOSTILE in (page.locator(".text").first.text_content() or "")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert page.locator("script").count() == 1


def test_even_a_script_that_got_in_would_not_run(chromium: Browser, pages: Pages) -> None:
    found = look(chromium, pages.both)
    add = "s = document.createElement('script'); s.textContent = 'window.injected = 1'; document.body.append(s)"
    found.page.evaluate(add)
    assert found.page.evaluate("window.injected") is None
    assert any("Content Security Policy" in words for words in found.complaints)


def test_hostile_words_are_told_as_they_stand(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    assert HOSTILE in page.title()
    assert HOSTILE in (page.locator("h1").text_content() or "")
    extra = page.locator("article:visible .record", has_text="标注没有这一条")
    assert HOSTILE in (extra.locator("button").text_content() or "")
    assert page.locator("#report option").all_text_contents()[1].startswith('b"><b id=planted>')


@pytest.mark.parametrize("size", SIZES)
def test_only_differences_are_shown_on_demand(chromium: Browser, pages: Pages, size: str) -> None:
    page = look(chromium, pages.both, size).page
    records = page.locator("article:visible .record:visible")
    assert page.locator("#shown").text_content() == "显示 6 / 6 条记录"
    page.locator("#differing").check()
    # Funding is wrong in both alike; of the canal only the change differs; the pond is invented by the second.
    assert records.count() == 2
    assert page.locator("#shown").text_content() == "显示 2 / 6 条记录"
    assert records.first.locator("tbody tr:visible th").all_text_contents() == ["同比变化"]
    page.locator("#differing").uncheck()
    page.locator("#failing").check()
    assert records.count() == 3
    page.locator("#kind").select_option("funding")
    assert records.count() == 1
    assert "培训费" in (records.text_content() or "")
    page.locator("#kind").select_option("goal")
    assert records.count() == 0
    assert page.locator("article:visible .empty").is_visible()


def test_zero_empty_and_omitted_are_three_things(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    canal = page.locator("article:visible .record", has_text="水渠长度").first
    change = canal.locator("tr", has_text="同比变化").locator("td")
    assert [text.strip() for text in change.all_text_contents()] == ["0%", "0%", "遗漏"]
    pond = page.locator("article:visible .record", has_text="标注没有这一条").locator("tr", has_text="实际完成值")
    assert [text.strip() for text in pond.locator("td").all_text_contents()] == ["空", "空", "2座 无中生有"]


@pytest.mark.parametrize("size", SIZES)
def test_a_record_lights_up_its_evidence_and_the_evidence_its_record(
    chromium: Browser, pages: Pages, size: str
) -> None:
    page = look(chromium, pages.both, size).page
    page.locator("article:visible .record", has_text="加强管理").locator("button").click()
    lit = page.locator("mark.on")
    assert "".join(lit.all_text_contents()) == "下一步加强管理。"
    assert lit.first.is_visible()
    page.locator("article:visible mark", has_text="培训费").first.click()
    assert page.locator(".record.on").count() == 1
    assert "培训费" in (page.locator(".record.on button").text_content() or "")


def test_a_change_leads_to_its_report(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    page.locator("#changes [data-open^='b']").first.click()
    assert page.locator("article:visible h3").text_content() == 'b"><b id=planted>'
    page.locator("#report").select_option("0")
    assert page.locator("article:visible h3").text_content() == "a"


def test_the_map_shows_either_run_or_the_change(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    cells = page.locator(".heat tbody tr", has_text="同比变化").locator("i:visible")
    assert cells.all_text_contents() == ["+1", "+1"]
    page.locator(".switch label", has_text="甲").last.click()
    assert cells.all_text_contents() == ["", ""]
    page.locator(".switch label", has_text="乙").last.click()
    assert cells.all_text_contents() == ["1", "1"]


def test_the_verdict_comes_first_and_figures_have_bars(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    assert (page.locator(".verdict strong").text_content() or "") == "持平"
    assert "少于 6 份，任何差异都无法证实" in (page.locator(".verdict").text_content() or "")
    bars = page.locator(".bar:not(.axis)")
    assert bars.count() == 6  # all, narrative indicators, funding, evaluations, remedies, facts
    for tick in page.locator("path.tick").all():
        box = tick.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 1280


def test_on_paper_everything_of_the_chosen_report_is_there(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.both).page
    page.emulate_media(media="print")
    assert page.locator(".tools").is_hidden()
    text = page.locator("article:visible .text")
    assert text.evaluate("e => e.scrollHeight - e.clientHeight") <= 1  # nothing is cut off by a frame
    assert page.pdf().startswith(b"%PDF")


def test_it_can_be_read_without_scripts(chromium: Browser, pages: Pages) -> None:
    page = look(chromium, pages.single, scripts=False).page
    assert page.locator("article .record").first.is_visible()
    assert page.locator(".cards .card").count() == 4
    assert page.locator("#differing").count() == 0
    assert "另有 1 份未列" in (page.locator("#map .hint").text_content() or "")
