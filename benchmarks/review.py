"""How fast the review page answers over 100,000 flagged fields, alone and beside a batch that writes to the same file.

``python -m benchmarks.review [--fields N] [--decisions N] [--json]`` reads the samples, multiplies what was read until
so many fields are flagged, serves the page and asks it over HTTP as the browser does: what the first page needs, then
decisions one after the other; then the same decisions while ``extract run`` goes on in another process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from time import perf_counter, sleep
from typing import Any

import httpx2
import uvicorn

from benchmarks.throughput import CORPUS, generate_reports
from pipeline.engines.rules import RulesEngine
from pipeline.review.access import Doors
from pipeline.review.desk import Desk
from pipeline.review.server import Office, build_app
from pipeline.review.serving import _listen
from pipeline.run import RunOptions, run
from pipeline.store import Draw, open_store

_COPIED = ("reports", "sections", "chunks", "records", "fields", "findings")
_WARM_UP = 3


def main() -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review")
    parser.add_argument("--fields", type=int, default=100_000, help="how many flagged fields")
    parser.add_argument("--decisions", type=int, default=60, help="how many decisions, alone and beside the batch")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.fields, options.decisions)
    print(json.dumps(figures, indent=1) if options.json else table(figures))
    return 0


def measure(folder: Path, fields: int, decisions: int) -> dict[str, Any]:
    """Milliseconds of the first page and of decisions, and how much the database holds."""
    database = folder / "results.duckdb"
    run([CORPUS / "reports"], database, RulesEngine(), RunOptions(), lambda _: None)
    reports, flagged = multiply(database, fields)
    batch_reports = generate_reports(folder / "batch", 100)
    with serve(database) as client:
        first = [first_page(client) for _ in range(_WARM_UP + 5)][_WARM_UP:]
        alone = [decide(client) for _ in range(decisions)]
        with batch(batch_reports[0].parent, database):
            beside = [decide(client) for _ in range(decisions)]
    return {
        "reports": reports,
        "flagged_fields": flagged,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "first_page_queue_ms": statistics.median(one["queue"] for one in first),
        "first_page_all_ms": statistics.median(sum(one.values()) for one in first),
        "decision_alone_ms": spread(alone),
        "decision_beside_batch_ms": spread(beside),
    }


def multiply(database: Path, fields: int) -> tuple[int, int]:
    """Copies of everything that was read, under other ids, until so many fields are flagged: reports and fields."""
    with open_store(database) as store:
        connection = store.connection
        (flagged,) = connection.execute("SELECT count(*) FROM data.fields WHERE flagged").fetchone()
        times = -(-fields // flagged)
        for name in _COPIED:
            columns = connection.execute(f"SELECT * FROM data.{name} LIMIT 0").description
            values = ", ".join(_copied(name, column[0]) for column in columns)
            connection.execute(f"INSERT INTO data.{name} SELECT {values} FROM data.{name}, range(1, {times}) r(i)")
        return connection.execute(
            "SELECT (SELECT count(*) FROM data.reports), (SELECT count(*) FROM data.fields WHERE flagged)"
        ).fetchone()


def _copied(table: str, column: str) -> str:
    if column == "extraction_id":
        return "md5(extraction_id || i)[:12]"
    if column == "report_id":
        return "sha256(report_id || i)"
    if column == "confidence":  # not all alike
        return "greatest(0, confidence - (hash(i, record) % 1000) / 10000)"
    if table == "reports" and column in ("name", "number"):
        return "name || '_' || i" if column == "name" else "nextval('data.extraction_numbers')"
    return f'"{column}"'


@contextmanager
def serve(database: Path) -> Iterator[httpx2.Client]:
    """The page's server in a thread, and a client that has come in."""
    with _listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        doors, desk = Doors(port), Desk(database)
        server = uvicorn.Server(
            uvicorn.Config(build_app(Office(desk, doors, Draw())), log_level="warning", access_log=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        origin = f"http://127.0.0.1:{port}"
        try:
            with httpx2.Client(base_url=origin, headers={"Origin": origin}, timeout=60) as client:
                client.get("/enter", params={"link": doors.new_link("benchmark")}, follow_redirects=True)
                yield client
        finally:
            server.should_exit = True
            thread.join()
            desk.close()


@contextmanager
def batch(reports: Path, database: Path) -> Iterator[None]:
    """``extract run`` over the reports again and again, in another process, from its first report on."""
    command = [sys.executable, "cli.py", "run", str(reports), "--db", str(database), "--engine", "rules", "--force"]
    loop = f"import subprocess\nwhile True: subprocess.run({command!r}, stdout=subprocess.DEVNULL)"
    process = subprocess.Popen([sys.executable, "-c", loop], start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        sleep(4)
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def first_page(client: httpx2.Client) -> dict[str, float]:
    """Milliseconds of each request that the browser makes until a field is shown."""
    taken: dict[str, float] = {}

    def ask(name: str, body: Any = None) -> Any:
        start = perf_counter()
        answer = client.get(f"/api/{name}") if body is None else client.post(f"/api/{name}", json=body)
        taken[name] = 1000 * (perf_counter() - start)
        answer.raise_for_status()
        return answer.json()

    ask("session")
    item = ask("queue", {"count": 12})["items"][0]
    shown = {"extraction_id": item["extraction_id"]}
    ask("entry", {**shown, "key": item["key"]})
    ask("report", shown)
    return taken


def decide(client: httpx2.Client) -> float:
    """Milliseconds until a decision is acknowledged; fetching the field before it is not counted."""
    (item,) = client.post("/api/queue", json={"count": 1}).raise_for_status().json()["items"]
    shown = {"extraction_id": item["extraction_id"], "key": item["key"]}
    client.post("/api/entry", json=shown).raise_for_status()
    start = perf_counter()
    answer = client.post("/api/decisions", json={**shown, "verdict": "accepted", "token": token_hex(8)})
    taken = 1000 * (perf_counter() - start)
    answer.raise_for_status()
    return taken


def spread(taken: list[float]) -> dict[str, float]:
    """Median, 95th percentile and the longest."""
    ordered = sorted(taken)
    return {"median": statistics.median(ordered), "p95": ordered[int(0.95 * len(ordered))], "max": ordered[-1]}


def table(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        f"{figures['flagged_fields']:,} flagged fields of {figures['reports']:,} reports ({figures['machine']})",
        "first page: the list {first_page_queue_ms:.0f} ms, all requests {first_page_all_ms:.0f} ms".format(**figures),
    ]
    for name, title in (("decision_alone_ms", "alone"), ("decision_beside_batch_ms", "beside a running batch")):
        one = figures[name]
        lines.append(
            f"a decision acknowledged, {title}: median {one['median']:.0f} ms, 95 % {one['p95']:.0f} ms,"
            f" longest {one['max']:.0f} ms"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
