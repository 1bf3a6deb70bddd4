"""How near a run comes to what the endpoint's latency allows: ``python -m benchmarks.model_latency [--count N]``.

A server of fixed latency, in a process of its own, is asked about text reports generated from the samples; every run
stores its replies and results in a fresh database. The ideal is ``calls x latency / at once``: nothing but waiting.
LangExtract reads the first of the same reports from the same server, as its documentation shows: one ``lx.extract``
over a list of documents, as many workers, its own chunks.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple
from urllib.request import urlopen

from benchmarks.throughput import CORPUS, generate_reports
from pipeline.engines.llm.client import Endpoint
from pipeline.engines.llm.model import Model
from pipeline.engines.llm.settings import ModelSettings
from pipeline.run import RunOptions, make_engine, run
from tests.faulty_server import FaultyServer
from tests.model_servers import server_process

CASES = (("llm", "v1"), ("llm", "v2"), ("hybrid", "v2"))
MODEL = "gpt-4o-mini"  # a name that LangExtract's own provider takes
_DEFAULT_SIZE = 1_500  # characters of an answer to a schema that no recorded answer has
_OURS = re.compile(r"<原文 (\w+)>\n(.*)\n</原文 \1>", re.S)
_NUMBERED = re.compile(r"[^，。；：！？|\s\d]{2,20}\d[\d.,]*[^，。；：！？|\s\d]{0,3}")
_CLAUSE = re.compile(r"[^，。；：！？|\s]{6,60}")


class Row(NamedTuple):
    """One run: what it read and asked, and how long that took."""

    reader: str
    reports: int
    calls: int
    characters: int  # of text in the reports
    seconds: float
    ideal: float
    cpu: float

    @property
    def ratio(self) -> float:
        """How many times as long as the ideal."""
        return self.seconds / self.ideal


def main() -> int:
    """Print the table; 0. With ``--serve`` be the server instead."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_latency")
    parser.add_argument("--count", type=int, default=200, help="how many reports to generate")
    parser.add_argument("--at-once", type=int, default=64, help="how many requests may be under way")
    parser.add_argument("--latency", type=float, default=0.5, help="seconds from each request to its reply")
    parser.add_argument("--langextract-reports", type=int, default=20, metavar="N", help="0 leaves LangExtract out")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.latency)
    rows = measure(options.count, options.at_once, options.latency, options.langextract_reports)
    print(as_json(rows) if options.json else table(rows, options.at_once, options.latency))
    return 0


def measure(count: int, at_once: int, latency: float, others: int) -> list[Row]:
    """A row for each engine and set of prompts, and one for LangExtract where it is installed and wanted."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        server_process(__spec__.name, ["--serve", "--latency", str(latency)]) as base_url,
    ):
        paths = generate_reports(Path(folder), count)
        for engine, prompts in CASES:
            settings = ModelSettings(MODEL, base_url=base_url, prompts=prompts, concurrency=at_once)
            read_with_engine(settings, engine, paths[:1], Path(folder) / f"warm-{engine}-{prompts}.duckdb")
            work = partial(read_with_engine, settings, engine, paths, Path(folder) / f"{engine}-{prompts}.duckdb")
            rows.append(timed(f"{engine} {prompts}", work, paths, base_url, latency / at_once))
        other = langextract_reader(base_url, at_once) if others else None
        if other is not None:
            other(paths[:1])
            chosen = paths[:others]
            rows.append(timed("LangExtract", partial(other, chosen), chosen, base_url, latency / at_once))
    return rows


def timed(reader: str, work: Callable[[], object], paths: Sequence[Path], base_url: str, each: float) -> Row:
    """The row of some work; ``each`` is what one call takes where nothing but the latency counts."""
    before = requests_seen(base_url)
    wall, cpu = perf_counter(), process_time()
    work()
    wall, cpu = perf_counter() - wall, process_time() - cpu
    calls = requests_seen(base_url) - before
    characters = sum(len(path.read_text(encoding="utf-8")) for path in paths)
    return Row(reader, len(paths), calls, characters, wall, calls * each, cpu)


def requests_seen(base_url: str) -> int:
    """How many requests for completions the server has had."""
    with urlopen(base_url.removesuffix("/v1") + "/stats") as reply:
        return int(json.load(reply)["requests"])


def read_with_engine(settings: ModelSettings, engine: str, paths: Sequence[Path], database: Path) -> None:
    """A run as the command line does it: replies and results go into the database."""
    model = Model(settings, Endpoint(settings, None))
    report = run(paths, database, make_engine(engine, model), RunOptions(), lambda _: None, model)
    if report.stopped or report.incomplete:
        sys.exit(f"{engine} {settings.prompts}：没有全部读出，数字不能用。")


def langextract_reader(base_url: str, at_once: int) -> Callable[[Sequence[Path]], list[Any]] | None:
    """What reads reports with LangExtract, or ``None`` where it is not installed."""
    try:
        import langextract as lx
    except ImportError:
        return None
    quote = "全年新建口袋公园7个"
    example = lx.data.ExampleData(quote + "。", [lx.data.Extraction("result", quote, attributes={"actual": "7个"})])
    provider = {"api_key": "none", "base_url": base_url, "max_workers": at_once}
    config = lx.factory.ModelConfig(MODEL, provider="openai", provider_kwargs=provider)

    def read(paths: Sequence[Path]) -> list[Any]:
        documents = [lx.data.Document(path.read_text(encoding="utf-8"), document_id=path.stem) for path in paths]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: list[Any] = lx.extract(
                documents,
                prompt_description="摘录报告中的成果，逐字照抄原文。",
                examples=[example],
                config=config,
                batch_length=at_once,
                max_workers=at_once,
                show_progress=False,
            )
        return found

    return read


def serve(latency: float) -> int:
    """Answer until standard input ends; the base URL is the first line that is printed."""
    with FaultyServer(plausible_answer, latency=latency) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()
    return 0


def plausible_answer(body: dict[str, Any]) -> str:
    """An answer of the schema asked for with words of the text asked about, about as long as the recorded ones are."""
    schema = body["response_format"]["json_schema"]
    prompt = body["messages"][-1]["content"]
    ours = _OURS.search(prompt)
    text = ours[2] if ours else prompt.rpartition("\nQ: ")[2].removesuffix("\nA:")
    parts: dict[str, list[dict[str, Any]]] = {} if ours else {"extractions": []}
    left = typical_sizes().get(schema["name"], _DEFAULT_SIZE)
    for name, part in _parts(schema["name"], text):
        left -= len(json.dumps(part, ensure_ascii=False))
        if left < 0:
            break
        parts.setdefault(name, []).append(part)
    return json.dumps(parts, ensure_ascii=False)


@cache
def typical_sizes() -> dict[str, int]:
    """The mean length of the recorded answers by the name of their schema."""
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for path in sorted((CORPUS / "cassettes").glob("*/*.jsonl")):
        for exchange in map(json.loads, islice(path.read_text(encoding="utf-8").splitlines(), 1, None)):
            name = exchange["request"]["body"]["response_format"]["json_schema"]["name"]
            sizes[name] += len(exchange["response"]["body"]["choices"][0]["message"]["content"] or "")
            counts[name] += 1
    return {name: size // counts[name] for name, size in sizes.items()}


def _parts(schema: str, text: str) -> Any:
    """Parts of an answer, each with the name of the list that it belongs to, as many as the text has words for."""
    if schema == "FormAnswer":
        for line in text.splitlines():
            cells = [cell for cell in line.split(" | ") if cell]
            if len(cells) >= 4 and any(cell[0].isdigit() for cell in cells):
                yield "indicators", dict(zip(("level1", "name", "target", "actual", "score"), cells, strict=False))
    elif schema in ("OverviewAnswer", "ProblemsAnswer"):
        name, field = ("goals", "statement") if schema == "OverviewAnswer" else ("deviations", "description")
        more = {} if schema == "OverviewAnswer" else {"kind": "problem"}
        yield from ((name, {field: found[0], **more}) for found in _CLAUSE.finditer(text))
    else:
        for found in _NUMBERED.finditer(text):
            number = re.search(r"\d.*", found[0])
            assert number is not None
            what, value = found[0][: number.start()], number[0]
            if schema == "FundingAnswer":
                yield "funding", {"item": what, "executed": value, "quote": found[0]}
            elif schema in ("ProseAnswer", "ResultsAnswer", "LeftoverAnswer"):
                yield "results", {"name": what, "actual": value, "quote": found[0]}
            else:
                yield "extractions", {"result": found[0], "result_attributes": {"actual": value}}


def as_json(rows: Sequence[Row]) -> str:
    """The rows as JSON, with the ratio."""
    return json.dumps([{**row._asdict(), "ratio": row.ratio} for row in rows], ensure_ascii=False, indent=1)


def table(rows: Sequence[Row], at_once: int, latency: float) -> str:
    """The rows for people."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"Latency {latency * 1000:.0f} ms, {at_once} at once ({machine})",
        "",
        "| reader | reports | calls | seconds | ideal | ratio | CPU seconds | CPU ms a call |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.reader} | {row.reports} | {row.calls} | {row.seconds:.1f} | {row.ideal:.1f} | {row.ratio:.2f} "
        f"| {row.cpu:.1f} | {row.cpu / row.calls * 1000:.1f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
