"""The commands as a user meets them: output, exit codes, and one line with a hint for everything that is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

import cli
from pipeline import doctor
from pipeline.readers import scan
from pipeline.readers.office import conversion
from pipeline.settings import MODEL_VARIABLES, NO_MODEL_HINT, VERSION
from pipeline.store import Decision, Verdict, connection, find_report, open_store, save_decision
from schemas.records import RecordKind
from tests.report_samples import NO_REPORT, OFFICE_ENCRYPTED, truncated_docx, write_report

ROOT = Path(__file__).resolve().parents[1]
LABELS = {"report": "甲", "unit_name": "云溪县园林局", "fiscal_year": 2023}
HEAVY = (
    "duckdb",
    "pydantic",
    "openai",
    "instructor",
    "docx",
    "lxml",
    "rich",
    "xlsxwriter",
    "numpy",
    "scipy",
    "jinja2",
    "vcr",
)


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Run:
    """Runs a command in this process, in a folder of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> Result:
        code = cli.main([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")  # a narrow terminal wraps names
    monkeypatch.setattr(connection, "BUSY_DELAYS", ())
    for name in (*MODEL_VARIABLES, "EXTRACT_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Run(capsys)


@pytest.fixture
def filled(command: Run) -> Run:
    """The commands beside a database with one report."""
    write_report(Path("甲.txt"))
    assert command("run", "甲.txt").code == 0
    return command


WRONG_USE: list[tuple[list[str], str]] = [
    (["nonsense"], "没有命令"),
    (["run"], "缺少参数"),
    (["run", "--nope", "x"], "没有选项 --nope"),
    (["run", "x", "--engine", "magic"], "没有名为“magic”的引擎"),
    (["run", "x", "--threshold", "5"], "0 到 1"),
    (["run", "x", "--threshold", "nan"], "0 到 1"),
    (["run", "x", "--threshold", "much"], "--threshold"),
    (["run", "x", "--db", "no/folder/x.duckdb"], "不存在"),
    (["show", "x"], "找不到数据库"),
    (["reports", "--db", "none.duckdb"], "找不到数据库"),
    (["runs"], "找不到数据库"),
    (["findings"], "找不到数据库"),
    (["run", "x", "--confidence", "none.json"], "无法读取校准文件"),
    (["export", "--format", "csv", "--out", "o"], "找不到数据库"),
    (["export", "--out", "o"], "缺少选项"),
    (["export", "--format", "pdf", "--out", "o"], "pdf"),
    (["check", "甲.txt", "none.json"], "无法读取标注文件"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG_USE, ids=[" ".join(arguments) for arguments, _ in WRONG_USE])
def test_wrong_use_is_one_line_with_a_hint_and_leaves_nothing_behind(
    command: Run, tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = command(*arguments)
    assert result.code == 2
    assert result.out == ""
    message, hint = result.err.splitlines()[-2:]
    assert words in message
    assert hint.startswith("提示：")
    assert list(tmp_path.iterdir()) == []


def test_bad_databases_are_told_and_not_touched(command: Run) -> None:
    write_report(Path("甲.txt"))
    Path("文本.duckdb").write_text("不是数据库" * 1000)
    with open_store(Path("新.duckdb")) as store:
        store.connection.execute("INSERT INTO data.migrations VALUES (99, 'later', now())")
    for database, words in (("文本.duckdb", "不是 DuckDB 数据库"), ("新.duckdb", "更新的版本"), (".", "是目录")):
        before = Path(database).read_bytes() if database != "." else b""
        for arguments in (("run", "甲.txt"), ("reports",)):
            result = command(*arguments, "--db", database)
            assert (result.code, result.out) == (2, "")
            assert words in result.err
            assert "提示：" in result.err
        assert database == "." or Path(database).read_bytes() == before


def test_a_database_held_by_another_process_is_told(filled: Run) -> None:
    code = "import duckdb; c = duckdb.connect('results.duckdb'); print('held', flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for arguments in (("run", "甲.txt"), ("show", "甲")):
            result = filled(*arguments)
            assert result.code == 2
            assert "另一个进程" in result.err
        holder.communicate("\n")


def test_bad_files_are_failures_with_hints_in_one_batch(command: Run) -> None:
    write_report(Path("in/好.txt"))
    Path("in/空.txt").write_bytes(b"")
    Path("in/加密.docx").write_bytes(OFFICE_ENCRYPTED)
    Path("in/截断.docx").write_bytes(truncated_docx())
    Path("in/菜谱.txt").write_text(NO_REPORT, encoding="utf-8")
    Path("in/乱.txt").write_bytes(bytes(range(256)) * 40)
    Path("空夹").mkdir()
    result = command("run", "in", "无.txt", "空夹", "--json")
    assert result.code == 1
    assert result.data["reports"] == {"read": 1, "partial": 0, "skipped": 0, "duplicate": 0, "failed": 7}
    failed = [file for file in result.data["files"] if file["outcome"] == "failed"]
    assert all(file["message"] and file["hint"] and "\n" not in file["message"] for file in failed)
    lines = [line for line in command("run", "in", "--force").out.splitlines() if line.startswith("失败 ")]
    assert len(lines) == 5
    assert all(" → " in line for line in lines)


def test_run_tells_counts_and_that_rules_were_used(command: Run) -> None:
    write_report(Path("甲.txt"))
    write_report(Path("乙.txt"))
    first = command("run", ".")
    assert first.code == 0
    assert first.err == f"未配置模型，使用规则引擎 rules。{NO_MODEL_HINT}\n"
    assert row(first.out, "报告：已读取") == "1"
    assert row(first.out, "报告：已跳过（内容重复）") == "1"
    assert row(first.out, "记录：绩效指标") != "0"
    assert "内容重复，已跳过：" in first.out
    again = command("run", ".", "--engine", "rules")
    assert again.err == ""
    assert row(again.out, "报告：已跳过（此前提取过）") == "2"


def test_json_of_every_command_is_plain(filled: Run) -> None:
    for arguments in (("run", "甲.txt"), ("show", "甲"), ("reports",), ("runs",), ("doctor",)):
        result = filled(*arguments, "--json")
        assert result.code == 0
        assert result.data
        assert "\\u" not in result.out


def test_show_tells_values_places_and_contradictions(filled: Run) -> None:
    out = filled("show", "甲").out
    assert "■ 报告信息" in out
    assert "■ 整体支出：云溪县园林局" in out
    assert "单位名称：云溪县园林局  ← 第1行 [0, 6)「云溪县园林局」" in out
    assert "苗木成活率" in out
    assert "UNMET_FULL_SCORE" in out
    assert "⚑" in out
    flagged = filled("show", "甲", "--flagged").out
    assert "巡查次数" in flagged
    assert "苗木成活率" not in flagged
    records = filled("show", "甲", "--flagged", "--json").data["records"]
    assert all(any(field["flags"] for field in record["fields"].values()) for record in records)


def test_show_follows_a_reviewer(filled: Run) -> None:
    with open_store(Path("results.duckdb")) as store:
        report_id = find_report(store, "甲").report_id
        key = "department|form|产出指标|质量指标|苗木成活率"
        save_decision(
            store, Decision(report_id, RecordKind.INDICATOR, key, "actual", Verdict.CORRECTED, "95%", "审核员")
        )
    indicators = [r for r in filled("show", "甲", "--json").data["records"] if r["kind"] == "indicator"]
    (row_,) = [r for r in indicators if r["fields"]["name"]["value"] == "苗木成活率"]
    assert row_["fields"]["actual"]["value"] == "95%"


def test_an_unknown_report_is_told_with_near_names(filled: Run) -> None:
    result = filled("show", "甲乙")
    assert result.code == 2
    assert "没有报告“甲乙”" in result.err
    assert "甲" in result.err.splitlines()[1]


@pytest.mark.parametrize("file_format", ["labels", "json", "csv", "parquet", "xlsx"])
def test_export_says_how_many_files_it_wrote(filled: Run, file_format: str) -> None:
    result = filled("export", "--format", file_format, "--out", "out")
    written = [path for path in Path("out").iterdir() if not path.name.startswith(".")]
    assert (result.code, result.out) == (0, f"已写入 {len(written)} 个文件：out\n")


def test_export_into_a_folder_that_cannot_be_written_is_told(filled: Run) -> None:
    result = filled("export", "--format", "labels", "--out", "/proc/none")
    assert result.code == 2
    assert "写不了" in result.err


def test_own_labels_pass_the_check_and_changed_ones_do_not(filled: Run) -> None:
    filled("export", "--format", "labels", "--out", "out")
    good = filled("check", "甲.txt", "out/甲.json")
    assert good.code == 0
    assert "结论：所有数字和引文都有出处，且与出处一致。" in good.out
    labels = json.loads(Path("out/甲.json").read_text(encoding="utf-8"))
    labels["indicators"][0]["actual"] = "1234567次"
    Path("改.json").write_text(json.dumps(labels), encoding="utf-8")
    bad = filled("check", "甲.txt", "改.json")
    assert bad.code == 1
    assert "不可采信 indicators[0].actual：“1234567次”" in bad.out
    data = filled("check", "甲.txt", "改.json", "--json").data
    assert data["passed"] is False
    assert data["flagged"] == ["indicators[0].actual"]
    (wrong,) = [field for field in data["fields"] if field["value"] == "1234567次"]
    assert (wrong["place"], wrong["flagged"]) == ("indicators[0].actual", True)
    assert "原文" in wrong["reasons"][0]


def test_findings_are_listed_over_the_whole_database_by_code_and_unit(filled: Run) -> None:
    everything = filled("findings", "--json").data
    codes = {one["code"] for one in everything}
    assert codes
    assert all(one["about_report"] and one["quotes"] and one["places"] for one in everything)
    code = sorted(codes)[0]
    assert {one["code"] for one in filled("findings", "--code", code.lower(), "--json").data} == {code}
    assert filled("findings", "--unit", everything[0]["unit_name"][:3], "--json").data == everything
    assert filled("findings", "--unit", "别的单位", "--json").data == []
    assert "没有发现" in filled("findings", "--unit", "别的单位").out
    told = filled("findings", "--xlsx", "矛盾.xlsx")
    assert everything[0]["detail"] in told.out
    (sheet,) = openpyxl.load_workbook("矛盾.xlsx").worksheets
    assert sheet.title == "矛盾与核对"
    assert sheet.max_row == 1 + len(everything)


def test_findings_asked_for_wrongly_are_told(filled: Run) -> None:
    wrong = filled("findings", "--code", "NOPE")
    assert wrong.code == 2
    assert "UNMET_FULL_SCORE" in wrong.err
    assert filled("findings", "--xlsx", "no/folder/x.xlsx").code == 2


@pytest.mark.parametrize("content", ["", "[]", "{", '{"report": 5}', json.dumps({**LABELS, "extra": 1})])
def test_malformed_labels_are_one_line_with_a_hint(command: Run, content: str) -> None:
    write_report(Path("甲.txt"))
    Path("x.json").write_text(content, encoding="utf-8")
    result = command("check", "甲.txt", "x.json")
    assert (result.code, result.out) == (2, "")
    assert "不合格式" in result.err
    assert len(result.err.splitlines()) == 2


def test_check_of_an_unreadable_report_is_told(command: Run) -> None:
    Path("x.json").write_text(json.dumps(LABELS), encoding="utf-8")
    result = command("check", "无.txt", "x.json")
    assert (result.code, result.out) == (2, "")
    assert "找不到文件" in result.err


def test_reports_and_runs_are_listed(filled: Run) -> None:
    assert "云溪县园林局" in filled("reports").out
    runs = filled("runs", "--json").data
    assert runs[0]["counts"] == {"read": 1, "skipped": 0, "failed": 0}
    assert runs[0]["run_id"] in filled("runs").out


def test_doctor_names_variables_and_never_shows_them(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    result = command("doctor")
    assert result.code == 0
    assert "OPENAI_API_KEY" in result.out
    assert "secret" not in result.out


def test_doctor_tells_what_is_missing_and_how_to_mend_it(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "requirements", lambda: ("no-such-package>=1,<2",))
    result = command("doctor")
    assert result.code == 1
    assert "✗  no-such-package" in result.out
    assert "-m pip install 'no-such-package>=1,<2'" in result.out


def test_doctor_looks_at_the_packages_of_the_project(command: Run) -> None:
    subjects = [diagnosis["subject"] for diagnosis in command("doctor", "--json").data]
    assert {"duckdb", "pydantic", "typer", "xlsxwriter"} <= set(subjects)
    assert "pytest" not in subjects


def test_doctor_tells_which_formats_need_more_and_how_to_get_it(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: None)
    monkeypatch.setattr(scan, "PACKAGES", ("no_such_package",))
    result = command("doctor")
    assert result.code == 0  # reports in other formats can be read all the same
    told = "".join(result.out.split())
    assert "".join(conversion.INSTALL.split()) in told
    assert "".join(scan.INSTALL.split()) in told
    monkeypatch.setattr(conversion, "find_libreoffice", lambda: "/opt/office/soffice")
    assert "/opt/office/soffice" in command("doctor").out


def test_an_internal_error_is_one_line_unless_debugging(
    filled: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("pipeline.store.list_reports", fail)
    result = filled("reports")
    assert result.code == 1
    assert "ZeroDivisionError: oops" in result.err
    assert "EXTRACT_DEBUG=1" in result.err
    monkeypatch.setenv("EXTRACT_DEBUG", "1")
    assert cli.main(["reports"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["run", "show", "export", "check", "reports", "runs", "doctor"])
def test_help_is_chinese_and_explains_every_option(command: Run, name: str) -> None:
    out = command(name, "--help").out
    assert out.startswith("用法：")
    assert "Show this message" not in out
    options = [line for line in out.partition("选项：")[2].splitlines() if line.strip().startswith("--")]
    assert options
    for line in options:
        assert any("\u4e00" <= char <= "\u9fff" for char in line), line


def test_the_version_is_told(command: Run) -> None:
    assert command("--version").out == f"extract {VERSION}\n"


# In processes of their own: what a shell sees.


def spawn(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, str(ROOT / "cli.py"), *arguments], cwd=folder, capture_output=True)


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys, cli; cli.main(['--help']); print(*(m for m in {HEAVY!r} if m in sys.modules), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "用法：" in result.stdout
    assert result.stderr == "\n"
    assert list(tmp_path.iterdir()) == []


def test_a_real_run_writes_json_only_to_stdout(tmp_path: Path) -> None:
    write_report(tmp_path / "报告 一.txt")
    result = spawn("run", ".", "--json", folder=tmp_path)
    assert result.returncode == 0
    assert json.loads(result.stdout)["reports"]["read"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.duckdb", "报告 一.txt"]


def test_a_real_failure_has_its_exit_code_and_no_traceback(tmp_path: Path) -> None:
    result = spawn("run", "none.txt", folder=tmp_path)
    assert result.returncode == 1
    assert "失败 none.txt：找不到文件" in result.stdout.decode()
    assert b"Traceback" not in result.stdout + result.stderr
    assert spawn("show", "x", "--db", "none.duckdb", folder=tmp_path).returncode == 2


def row(out: str, title: str) -> str:
    """The number beside a title in the table of a run."""
    (line,) = [line for line in out.splitlines() if line.startswith(title)]
    return line.split()[-1]
