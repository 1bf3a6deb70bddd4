"""A browser for the tests of pages, and the pages of evaluation that they look at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from eval.cases import load_cases
from eval.comparison import compare_runs
from eval.comparison_summary import compare_data
from eval.experiment import Plan, run_experiment
from eval.figures import load_figures
from eval.report import write_report
from eval.report.page import comparison_page, run_page
from eval.summaries import show_data
from pipeline.store import find_eval, open_store
from schemas.records import Evaluation, Funding, Indicator, Labels, Remedy

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = "</script><script>window.stolen=1</script><img src=x onerror='window.stolen=1'>{{ 7*7 }}&amp;"
"""What a report may say that is no text for a browser or a template."""
TEXT = (
    "青禾县水务局2023年度绩效自评报告\n水渠长度 12公里，同比增长0%。\n水库\t2座\n"
    f"{HOSTILE}\n培训费 3 万元。\n下一步加强管理。\n" + "本单位按要求开展自评工作。\n" * 60
)
CANAL = Indicator(
    evaluation="department",
    origin="narrative",
    name="水渠长度",
    actual="12公里",
    change="0%",
    quote="水渠长度 12公里，同比增长0%",
)
TRAINING = Funding(evaluation="department", item="培训费", executed="3", unit="万元", quote="培训费 3 万元")
GOLD = Labels(
    report="a",
    unit_name="青禾县水务局",
    fiscal_year=2023,
    evaluations=(Evaluation(id="department", scope="department", name="青禾县水务局", quote="青禾县水务局"),),
    funding=(TRAINING,),
    indicators=(CANAL,),
    remedies=(Remedy(statement="加强管理", quote="下一步加强管理。"),),
)
POND = Indicator(evaluation="department", origin="narrative", name=HOSTILE, actual="2座", quote="水库\t2座")
FIRST = GOLD.model_copy(update={"funding": (TRAINING.model_copy(update={"executed": "8"}),)})
SECOND = GOLD.model_copy(
    update={"indicators": (CANAL.model_copy(update={"change": None}), POND), "funding": FIRST.funding}
)


class Pages:
    """The page on two runs and the page on one, with the files beside them."""

    def __init__(self, folder: Path) -> None:
        self.both, self.single = folder / "both.html", folder / "single.html"
        names = ("a", 'b"><b id=planted>')
        for name in names:
            for part, labels in (("gold", GOLD), ("first", FIRST), ("second", SECOND)):
                path = folder / part / f"{name}.json"
                path.parent.mkdir(exist_ok=True)
                path.write_text(labels.model_copy(update={"report": name}).model_dump_json(), encoding="utf-8")
            (folder / "reports").mkdir(exist_ok=True)
            (folder / "reports" / f"{name}.txt").write_text(TEXT + name, encoding="utf-8")
        cases, database = load_cases(folder), folder / "e.duckdb"
        ids = [
            run_experiment(database, cases, Plan(folder, labels=folder / part, name=title), lambda _: None)
            for part, title in (("first", "旧"), ("second", f"新{HOSTILE}"))
        ]
        with open_store(database) as store:
            runs = [find_eval(store, eval_id) for eval_id in ids]
            compared = compare_runs(store, *runs)
            moment = datetime(2026, 1, 2, 3, 4)
            write_report(self.both, comparison_page(store, compared, 9, moment), compare_data(compared))
            figures = load_figures(store, runs[0])
            write_report(self.single, run_page(store, runs[0], 1, moment), show_data(figures))


class Look:
    """An open page with everything that it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's chromium without a window. Where there is none the test is skipped, and in CI it fails."""
    if not CHROMIUM.exists():
        assert not os.environ.get("CI"), "CI needs chromium: apt-get install chromium"
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield running
        finally:
            running.close()
