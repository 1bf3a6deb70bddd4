"""Invented reports, and a model that reads them by patterns: the same answer to the same request, whoever asks.

`Commands` runs commands in processes of their own, which may be killed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.faulty_server import Body, Fault, Kind

ROOT = Path(__file__).resolve().parents[1]
UNITS = tuple(
    f"{place}{office}"
    for place in ("云溪县", "石泉县", "青禾区", "望山市", "柳河县")
    for office in ("园林局", "水务局", "文旅局", "粮储局")
)
PARKS = "新建口袋公园"
"""Stands in the prose about results of every report, and nowhere else."""

PASSING = tuple(Fault(Kind.RATE_LIMIT_SECONDS, seconds) for seconds in (0.0, 0.01, 0.02))
"""Faults after which a command comes back at once: where a server does not say when, it waits up to a second."""

_REPORT = """\
{unit}2023年度部门整体支出绩效自评报告
一、部门基本情况
{unit}编制数{n}人，实有在职人员{m}人。
二、预算执行情况
2023年项目支出全年预算数3{n}.07万元，全年执行数2{n}.50万元。2023年{place}养护支出全年预算数1{n}.20万元，全年执行数{n}.10万元。
三、绩效情况
（一）建设情况。{place}全年新建口袋公园{n}个。全年改造步道1{n}.5公里。
（二）服务情况。{place}全年开展宣传{m}场。汛期共排查泵站2{n}座。自评得分9{digit}.5分。
部门整体支出绩效自评表
单位名称\t{unit}
一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施
产出指标\t数量指标\t{place}巡查次数\t≥1{n}次\t9{n}次\t10\t10\t
产出指标\t质量指标\t苗木成活率\t95%\t97.2%\t10\t10\t
总分\t\t\t\t\t100\t9{digit}.5\t
四、存在的问题
（一）{unit}预算编制不够精细。部分项目预算测算依据偏少。
（二）{unit}档案整理不够及时。
五、下一步改进措施
（一）加强{unit}预算管理。提高预算编制质量。
（二）完善{unit}档案制度。
"""

_PASSAGES = re.compile(r"<原文 (\w+)>\n(.*)\n</原文 \1>", re.DOTALL)
_UNIT = re.compile(r"^(?:〔.*〕)?(\w+?局)(20\d\d)年度", re.MULTILINE)
_RESULT = re.compile(r"全年((?:新建|改造|开展)[^\d，。；]+)(\d[\d.]*(?:个|公里|场))")
_OVERLOOKED = re.compile(r"共(排查[^\d，。；]+)(\d[\d.]*座)")
_AMOUNT = re.compile(r"年([^\d，。；]*支出)全年预算数([\d.]+)(万元)，全年执行数([\d.]+)万元")
_SCORE = re.compile(r"自评得分([\d.]+)分")
_PROBLEM = re.compile(r"（.）([^。\n]*不够[^。\n]*)。([^。\n]+。)?")
_MEASURE = re.compile(r"（.）((?:加强|完善)[^。\n]*)。")
_SECOND_LOOK = "未摘录"
_COLUMNS = ("level1", "level2", "name", "target", "actual", "weight", "score")


def write_reports(folder: Path, count: int) -> list[Path]:
    """So many reports of different units; no two ask a model the same about anything."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, unit in enumerate(UNITS[:count]):
        path = folder / f"{number + 1:02}{unit}.txt"
        numbers = {"n": number + 21, "m": number + 11, "digit": number % 10}
        path.write_text(_REPORT.format(unit=unit, place=unit[:3], **numbers), encoding="utf-8")
        paths.append(path)
    return paths


def passages(body: Body) -> str:
    """What of a report a request sends, without the marks around it."""
    found = _PASSAGES.search(str(body["messages"][1]["content"]))
    assert found is not None, "no passages in the request"
    return found[2]


def answer(body: Body) -> str:
    """What a careful reader would say to any of our requests; the keys that it was not asked for do no harm."""
    return json.dumps(_read(passages(body)), ensure_ascii=False)


def _read(text: str) -> dict[str, Any]:
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("产出指标 | ")]
    results = [*_RESULT.finditer(text), *(_OVERLOOKED.finditer(text) if _SECOND_LOOK in text else ())]
    answered: dict[str, Any] = {
        "results": [{"name": found[1], "actual": found[2], "quote": found[0]} for found in results],
        "funding": [
            {"item": m[1], "annual_budget": m[2], "unit": m[3], "executed": m[4], "quote": m[0]}
            for m in _AMOUNT.finditer(text)
        ],
        "evaluations": [{"total_score": found[1], "quote": found[0]} for found in _SCORE.finditer(text)],
        "goals": [],
        "deviations": [
            {"kind": "problem", "description": found[1], **({"reason": found[2]} if found[2] else {})}
            for found in _PROBLEM.finditer(text)
        ],
        "remedies": [{"statement": found[1]} for found in _MEASURE.finditer(text)],
        "indicators": [dict(zip(_COLUMNS, row, strict=False)) for row in rows],
    }
    if rows:
        answered["scope"] = "department"
    named = _UNIT.search(text)
    return answered | ({"unit_name": named[1], "fiscal_year": named[2]} if named else {})


_COMMANDS = """
import json, os, sys
import openai.resources.chat
import cli, pipeline.engines.hybrid, pipeline.engines.llm.client, pipeline.run, pipeline.summaries
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(cli.main(json.loads(line)))
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Commands:
    """Runs commands one after another, each in a process of its own, which is a copy of one that has loaded all.

    To load everything anew takes a second and a half.
    """

    def __init__(self, folder: Path) -> None:
        command, path = [sys.executable, "-c", _COMMANDS], os.pathsep.join([str(ROOT), *sys.path])
        environment = {**os.environ, "PYTHONPATH": path}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._parent = subprocess.Popen(command, cwd=folder, env=environment, text=True, bufsize=1, **pipes)
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._orders, self._news = self._parent.stdin, self._parent.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._orders.close()  # what is under way is let end
        self._parent.wait()
        self._news.close()

    def start(self, *arguments: str | Path) -> int:
        """The process of the command that has just begun."""
        self._orders.write(json.dumps([str(argument) for argument in arguments]) + "\n")
        return int(self._news.readline())

    def exit_code(self) -> int:
        """The exit code of the command once it has ended, or the negative number of the signal that ended it."""
        return int(self._news.readline())


def rows_of(store: Any) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Everything that the current extractions hold, table by table, without what differs from run to run."""
    for table, order in (
        ("sections", "section"),
        ("chunks", "chunk"),
        ("records", "record"),
        ("fields", "record, position, score_position, t.name"),
        ("findings", "finding"),
        ("gaps", "gap"),
    ):
        query = (
            f"SELECT e.report_id, e.name, e.unit_name, e.fiscal_year, e.status, t.* EXCLUDE (extraction_id)"
            f" FROM data.{table} t JOIN data.current_extractions e USING (extraction_id) ORDER BY e.report_id, {order}"
        )
        yield table, store.connection.execute(query).fetchall()
