"""Databases to review, a server of the page, and a reviewer before a real browser."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from pipeline.engines.rules import RulesEngine
from pipeline.review.access import Doors
from pipeline.review.desk import Desk
from pipeline.review.folder import field_id
from pipeline.review.server import Office
from pipeline.review.serving import server_config
from pipeline.run import RunOptions, run
from pipeline.store import Draw, OpenField, QueueFilter, list_open, open_store, save_extraction, start_run
from schemas.records import RecordKind
from schemas.stages import Extraction, FieldRef, Finding, ScoredField, Severity
from schemas.text import Document, Source, Span
from tests.report_pages import HOSTILE, Look
from tests.store_samples import record

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "eval" / "corpus" / "reports"
WITH_TABLES = "02_district_education_bureau"
SAMPLES = (
    REPORTS / "01_county_water_bureau.txt",
    ROOT / "eval" / "corpus" / "formats" / f"{WITH_TABLES}.docx",
    REPORTS / "03_city_transport_bureau.txt",
)
DESKTOP, PHONE = (1280, 800), (390, 844)
EVIL = f"{HOSTILE}<a href='javascript:window.stolen=1'>x</a>\"'><svg onload=window.stolen=1>"
"""What a report or a colleague may say that is no text for a browser or a template."""
DOUBTED = (
    (2, "score", "not_found", "原文中找不到"),
    (2, "actual", "check_failed", "核对不通过"),
    (3, "rate", "disagreed", "两种读法不同"),
    (3, "executed", "low", "可信度低"),
    (4, "", "unconfirmed", "只有一种读法读出"),
    (0, "unit_name", "low", "可信度低"),
)
"""Record, field, signal and flag of what is doubted in ``doubted_extraction``, the least sure first."""
DOUBTED_TEXT = (
    "清河县林果局2023年度部门整体支出绩效自评报告\n一、预算执行\n"
    "全年预算数262.07万元，执行数250.5万元，执行率95.59%。𠮷林培训费𠮷1.2亿元。\n"
    "二、绩效指标\n巡查次数\t≥12次\t10次\t10\t10\n三、下一步\n加强预算管理。自评等级优。\n"
) + "本单位按要求开展自评工作。\n" * 60
_WAIT = 15_000  # ms; only a test that fails waits for so long

expect.set_options(timeout=_WAIT)


def sample_database(factory: pytest.TempPathFactory, path: Path) -> Path:
    """A database of the first sample reports as the rules read them, at the path."""
    made = factory.getbasetemp() / "reviewed.duckdb"
    if not made.exists():
        run(SAMPLES, made, RulesEngine(), RunOptions(), lambda _: None)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made, path)
    return path


def hostile_database(path: Path) -> Path:
    """A database of one report whose every word is an attack on the page that shows it."""
    with open_store(path) as store:
        save_extraction(store, start_run(store, "rules", "1", {}), hostile_extraction())
    return path


def hostile_extraction() -> Extraction:
    """A report whose name, unit, headings, values, flags and findings are hostile, all of them to be reviewed."""
    lines = [f"{EVIL}局绩效自评报告", f"一、{EVIL}", f"水渠长度 12公里{EVIL}", "实际完成 15公里"]
    text = "\n".join(lines) + "\n" + "本单位按要求开展自评工作。\n" * 60
    indicator = {"name": f"水渠长度 12公里{EVIL}", "actual": "12公里", "target": EVIL}
    records = (
        record(0, RecordKind.REPORT, {}, {"unit_name": f"{EVIL}局"}, lines[0], text),
        record(1, RecordKind.EVALUATION, {"id": "department", "scope": "department"}, {"name": EVIL}, lines[0], text),
        record(2, RecordKind.INDICATOR, {"evaluation": "department", "origin": "narrative"}, indicator, lines[2], text),
    )
    scores = tuple(
        ScoredField(FieldRef(item.index, field.name), 0.1 + 0.1 * item.index, {EVIL: 0.5}, (EVIL, "low"))
        for item in records
        for field in item.fields
    )
    finding = Finding("RATE", Severity.WARNING, EVIL, (Span(0, 12),), (FieldRef(2, "actual"),))
    name = f"{EVIL}.txt"
    source = Source(name, f"/reports/{name}", hashlib.sha256(b"hostile").hexdigest(), "txt")
    return Extraction(Document(source, text), (), (), records, (finding,), scores, "rules")


def doubted_database(factory: pytest.TempPathFactory, path: Path) -> Path:
    """A database of two reports with a field for every way of being doubted, at the path."""
    made = factory.getbasetemp() / "doubted.duckdb"
    if not made.exists():
        with open_store(made) as store:
            run_id = start_run(store, "rules", "1", {})
            for county in ("清河县", "白石县"):
                save_extraction(store, run_id, doubted_extraction(county))
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made, path)
    return path


def doubted_extraction(county: str) -> Extraction:
    """A report of a county whose fields are doubted for all the reasons there are, in the order of ``DOUBTED``."""
    text = DOUBTED_TEXT.replace("清河县", county)
    dept = {"evaluation": "department"}
    row = {"name": "巡查次数", "target": "≥12次", "actual": "10次", "weight": "10", "score": "8.5"}
    money = {"item": "预算执行", "annual_budget": "262.07", "executed": "250.5", "rate": "95.59%", "unit": "万元"}
    records = [
        record(0, RecordKind.REPORT, {}, {"unit_name": f"{county}林果局"}, f"{county}林果局", text),
        record(1, RecordKind.EVALUATION, {"id": "department", "scope": "department"}, {"grade": "优"}, "等级优", text),
        record(2, RecordKind.INDICATOR, {**dept, "origin": "form"}, row, "巡查次数\t≥12次\t10次\t10\t10", text),
        record(3, RecordKind.FUNDING, dept, money, "全年预算数262.07万元，执行数250.5万元，执行率95.59%", text),
        record(4, RecordKind.REMEDY, {}, {"statement": "加强预算管理"}, "加强预算管理", text),
    ]
    rate = next(field for field in records[3].fields if field.name == "rate")
    fields = tuple(replace(field, other="95.6%") if field is rate else field for field in records[3].fields)
    records[3] = replace(records[3], fields=fields)
    scores = tuple(
        ScoredField(FieldRef(index, name), confidence + (0.001 if county == "清河县" else 0), {signal: 1.0}, (flag,))
        for (index, name, signal, flag), confidence in zip(DOUBTED, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), strict=True)
    )
    places = (Span(text.index("≥12次"), text.index("≥12次") + 4), Span(text.index("10次"), text.index("10次") + 3))
    detail = "目标≥12次，实际10次，仍得满分10"
    finding = Finding("UNMET_FULL_SCORE", Severity.WARNING, detail, places, (FieldRef(2, "actual"),))
    source = Source(f"{county}自评报告", f"/reports/{county}.txt", hashlib.sha256(county.encode()).hexdigest(), "txt")
    return Extraction(Document(source, text), (), (), tuple(records), (finding,), scores, "hybrid")


class Answer:
    """What the server said: status, headers in lower case, body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.pairs = [(name.lower(), value) for name, value in response.getheaders()]
        self.headers = dict(self.pairs)
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    """One request exactly as said: nothing is added but its length, and the Host where none is said."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    said = {"Host": place.netloc, **(headers or {})}
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            connection.putheader(name, value)
        if body and "Transfer-Encoding" not in said:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Served:
    """The page's server in a thread of this process, on a port of its own."""

    def __init__(self, database: Path, draw: Draw = Draw()) -> None:  # noqa: B008 - it is frozen
        self.database = database
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.doors, self.desk = Doors(self.port), Desk(database)
        config = server_config(Office(self.desk, self.doors, draw))
        config.log_level = "critical"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
        self.desk.close()

    def link(self, reviewer: str = "甲") -> str:
        return f"{self.url}/enter?link={self.doors.new_link(reviewer)}"

    def cookie(self, reviewer: str = "甲") -> str:
        session = self.doors.enter(self.doors.new_link(reviewer))
        return f"{self.doors.cookie}={session}"


class Process:
    """``extract review`` as a user starts it, in a process of its own."""

    def __init__(self, database: Path, *more: str, port: int = 0) -> None:
        command = "import cli, sys; sys.exit(cli.main(sys.argv[1:]))"
        said = ("review", "--db", str(database), "--no-open", "--port", str(port), *more)
        self._process = subprocess.Popen(
            [sys.executable, "-c", command, *said], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.database = database
        self.links: list[str] = []
        assert self._process.stdout is not None
        wanted = more.count("--reviewer") or 1
        for line in self._process.stdout:
            self.links += re.findall(r"http://\S+", line)
            if len(self.links) == wanted:
                break
        assert self.links, self._process.stderr and self._process.stderr.read()
        self.url = self.links[0].partition("/enter")[0]
        self.port = int(urlsplit(self.url).port or 0)

    def link(self, reviewer: str = "") -> str:
        """The next link that nobody has used; whose it is says the order of the reviewers."""
        assert reviewer or self.links
        return self.links.pop(0)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.communicate()

    def end(self) -> str:
        """End it as Ctrl-C does; what it said then."""
        self._process.send_signal(signal.SIGINT)
        said, complained = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, complained
        assert complained == ""
        return said


@contextmanager
def process(database: Path, *more: str, port: int = 0) -> Iterator[Process]:
    """The server in a process, killed at the end where it still runs."""
    running = Process(database, *more, port=port)
    try:
        yield running
    finally:
        running.kill()


@dataclass
class Reviewer:
    """Somebody before the page: what they press, and what they see."""

    context: BrowserContext
    page: Page
    look: Look
    database: Path

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, key: str) -> None:
        """Press a key that settles the field, and wait until the next one is there."""
        before = self.current
        self.press(key)
        self.gone(before)

    @contextmanager
    def slow(self, name: str) -> Iterator[None]:
        """While it lasts, requests of that name stay on their way."""
        waiting: list[Route] = []
        over = threading.Event()
        self.page.route(f"**/api/{name}", lambda route: route.continue_() if over.is_set() else waiting.append(route))
        yield
        over.set()
        for route in waiting:
            route.continue_()

    def go(self, steps: int) -> None:
        """Go on by so many fields, each of them shown before the next."""
        for _ in range(steps):
            self.decide("j")

    def gone(self, before: str) -> None:
        """Wait until another field than that one is there, or none."""
        expect(self.panel).not_to_have_attribute("data-field", before)

    def errors(self) -> list[str]:
        """What the browser complained of, but for answers that the page is told no in."""
        return [words for words in self.look.complaints if not words.startswith("Failed to load resource")]

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    @property
    def paper(self) -> Locator:
        return self.page.locator("#paper")

    @property
    def said(self) -> Locator:
        return self.page.locator("#said")

    @property
    def value(self) -> Locator:
        return self.page.locator("#panel [name=value]")

    @property
    def question(self) -> Locator:
        return self.page.locator("#panel .question")

    @property
    def outbox(self) -> Locator:
        return self.page.locator("#outbox")

    @property
    def finished(self) -> Locator:
        return self.panel.locator("h2", has_text="没有待复核的字段了")

    @property
    def current(self) -> str:
        """The id of the field that is shown; "" where there is none."""
        return self.panel.get_attribute("data-field") or ""

    def shows(self, field: OpenField | str) -> None:
        """Wait until the field is shown."""
        expect(self.panel).to_have_attribute("data-field", field if isinstance(field, str) else field_id(field.key))

    def ready(self) -> Self:
        """Wait until the page has a field to show, or says that there is none."""
        expect(self.panel).not_to_have_attribute("aria-busy", "true")
        expect(self.panel.locator("h2")).to_be_visible()
        return self

    def focused(self) -> str:
        """Where the focus is: the element's id, name or text; "" where it was lost to the page as a whole."""
        script = """() => {
          const focused = document.activeElement;
          return focused === document.body ? '' : focused.id || focused.name || focused.textContent;
        }"""
        return str(self.page.evaluate(script))

    def select(self, words: str) -> tuple[int, int]:
        """Select words of the report by dragging the mouse over them; which characters of their block these are."""
        box = self.page.evaluate(
            """(words) => {
              const walker = document.createTreeWalker(document.getElementById('paper'), NodeFilter.SHOW_TEXT);
              for (let text = walker.nextNode(); text; text = walker.nextNode()) {
                const at = text.data.indexOf(words);
                if (at < 0) continue;
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + words.length);
                text.parentElement.scrollIntoView({ block: 'center' });
                const { left, right, top, bottom } = range.getBoundingClientRect();
                return { left, right, y: (top + bottom) / 2, at };
              }
            }""",
            words,
        )
        mouse = self.page.mouse
        mouse.move(box["left"] + 0.5, box["y"])
        mouse.down()
        mouse.move((box["left"] + box["right"]) / 2, box["y"], steps=3)
        mouse.move(box["right"] - 0.5, box["y"], steps=3)
        mouse.up()
        assert self.page.evaluate("() => getSelection().toString()") == words
        return box["at"], box["at"] + len(words)


def visit(
    chromium: Browser,
    served: Served | Process,
    reviewer: str = "甲",
    size: tuple[int, int] = DESKTOP,
    *,
    locale: str = "zh-CN",
    **more: Any,
) -> Reviewer:
    """A reviewer who has opened their link in a browser of their own."""
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, locale=locale, **more)
    context.set_default_timeout(_WAIT)
    return sit(context, Look(context.new_page()), served, reviewer)


def sit(context: BrowserContext, look: Look, served: Served | Process, reviewer: str = "甲") -> Reviewer:
    """A reviewer who has opened their link in a window that is there already, which takes less than a new browser."""
    look.complaints.clear()
    look.requests.clear()
    look.page.goto(served.link(reviewer))
    return Reviewer(context, look.page, look, served.database)


@contextmanager
def window(chromium: Browser) -> Iterator[tuple[BrowserContext, Look]]:
    """A window of a Chinese browser."""
    context = chromium.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale="zh-CN")
    context.set_default_timeout(_WAIT)
    yield context, Look(context.new_page())
    context.close()


def open_fields(database: Path) -> list[OpenField]:
    """What is left to review, the riskiest first."""
    with open_store(database) as store:
        return list(list_open(store, QueueFilter()))


def rows(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query finds in the database."""
    with open_store(database) as store:
        return store.connection.execute(query, list(values)).fetchall()


def verdicts(database: Path) -> list[tuple[Any, ...]]:
    """Reviewer, verdict and value of every decision in order."""
    return rows(database, "SELECT reviewer, verdict, value FROM data.decisions ORDER BY decision")
